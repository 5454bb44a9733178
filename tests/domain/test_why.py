"""*Why?*: words for every combination, never against the status or the rule, and what they promise is true."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from desktop.domain.consent import (
    Category,
    Facts,
    OptIn,
    Outcome,
    Override,
    Path,
    Policy,
    Question,
    Source,
    Verdict,
    decide,
)
from desktop.domain.known import ConsentSaid, Explanation, Known, Tone
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason
from desktop.domain.why import explain, failed_words, origin

VANCOUVER = timezone(timedelta(hours=-8))
NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
READ = datetime(2026, 11, 22, 19, 4, 2, tzinfo=UTC)
STOP = ConsentSaid(8841, Source.KEYWORD, datetime(2026, 11, 22, 18, 42, tzinfo=UTC), "STOP")

FAILED = Known(
    path=Path.API,
    category=Category.MARKETING,
    status=Status.FAILED,
    now=NOW,
    reason=Reason.OPTED_OUT,
    verdict=Reason.OPTED_OUT,
    asked=True,
    contact_name="Priya Sharma",
    template_name="winter_clearance",
    asked_at=READ,
    opt_in=OptIn.NO,
    said=STOP,
    zone=VANCOUVER,
)


def lines(told: Explanation) -> list[str]:
    return [step.text for step in told.steps]


def test_words_of_the_report() -> None:
    told = explain(FAILED)
    assert told.title == "Why was this not sent?"
    assert lines(told) == [
        "The template winter_clearance is Marketing (read at 11:04:02)",
        "Path API: marketing needs opt-in",
        "Priya’s opt-in is No since 22 Nov 10:42, keyword “STOP” event 8841",
    ]
    assert told.conclusion == "So the message failed."
    assert told.change == "It would go out if Priya opts in again, or as a utility template."
    assert told.tone is Tone.BAD
    assert [piece.event_id for piece in told.steps[2].pieces if piece.event_id] == [8841]


def test_the_whole_answer_can_be_copied() -> None:
    assert explain(FAILED).text.splitlines()[:2] == [
        "Why was this not sent?",
        "1 · The template winter_clearance is Marketing (read at 11:04:02)",
    ]
    assert "So the message failed. It would go out if" in explain(FAILED).text


def test_a_sequence_says_where_the_contact_went() -> None:
    step = replace(FAILED, path=Path.SEQUENCE, where="Welcome, step 2")
    assert explain(step).conclusion == "So the message failed."
    assert (
        explain(replace(step, moved_on_to=3)).conclusion
        == "So the message failed, and Priya moved on to step 3."
    )
    assert "last step" in explain(replace(step, moved_on_to=0)).conclusion
    assert lines(explain(step))[1].startswith("Path Sequence · Welcome, step 2: ")


def test_whatsapps_error_is_told_with_what_to_do() -> None:
    told = explain(
        replace(
            FAILED,
            reason=Reason.WHATSAPP_ERROR,
            verdict=Reason.OPTED_IN,
            opt_in=OptIn.YES,
            said=None,
            error_code=131026,
            error_title="Not on WhatsApp",
            error_todo="Check the number.",
            error_details="Message undeliverable",
            attempt_count=1,
        )
    )
    assert told.title == "Why did this fail?"
    assert lines(told)[-2:] == ["Priya’s opt-in is Yes", "WhatsApp answered: Not on WhatsApp (error 131026)"]
    assert told.change == "Check the number."
    assert told.small == ("one call to WhatsApp", "WhatsApp’s words: Message undeliverable")


def test_a_given_reason_is_named_with_who_gave_it() -> None:
    sent = replace(
        FAILED,
        path=Path.COMPOSE,
        status=Status.DELIVERED,
        reason=Reason.DESPITE_OPT_OUT,
        verdict=Reason.DESPITE_OPT_OUT,
        override_reason="asked for it on the phone",
        override_by_name="Lina Haddad",
    )
    told = explain(sent)
    assert lines(told)[-1] == "Lina Haddad gave a reason to send anyway: “asked for it on the phone”"
    assert told.conclusion == "So it was sent despite the opt-out, and it arrived."
    assert told.tone is Tone.WARN


def test_who_may_not_overrule_it_is_not_promised_a_warning() -> None:
    no = "Arun Shah (Agent) may not send marketing despite an opt-out."
    asked = replace(FAILED, path=Path.COMPOSE, status=None)
    assert explain(asked).conclusion == (
        "So it would go out only after a warning and with a reason, which is kept with the message."
    )
    told = explain(replace(asked, refused=no))
    assert told.conclusion == f"So it would not go out: {no}"
    assert told.tone is Tone.BAD
    assert told.change == "It would go out if Priya opts in again, or as a utility template."
    broadcast = replace(FAILED, path=Path.BROADCAST, status=Status.LEFT_OUT)
    assert "with the toggle off and a reason" in explain(broadcast).change
    assert "toggle" not in explain(replace(broadcast, refused=no)).change


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        (Reason.OPTED_OUT, None, "Not sent"),
        (Reason.NOT_REACHED, None, "Not sent"),
        (Reason.WHATSAPP_ERROR, -1, "Not sent"),
        (Reason.WHATSAPP_ERROR, 131026, "Not delivered"),
        (Reason.STOPPED_IN_WHATSAPP, 131050, "Not delivered"),
        (None, None, "Not delivered"),
    ],
)
def test_a_failure_is_named_by_whether_it_left(reason: Reason | None, code: int | None, words: str) -> None:
    assert failed_words(reason, code) == words


def test_a_bot_does_not_speak_of_the_opt_in() -> None:
    told = explain(
        replace(
            FAILED, path=Path.BOT, status=Status.SENT, reason=Reason.BOT_NOT_ASKED, verdict=None, asked=False
        )
    )
    assert not any("Priya’s opt-in is" in line for line in lines(told))
    assert (
        lines(told)[2]
        == "Not asked: Priya’s opt-in was then No since 22 Nov 10:42, keyword “STOP” event 8841"
    )
    assert told.change == "With “Bots ask consent too” (Settings → Consent) it would not have gone out."
    assert "register" in lines(told)[1]
    assert told.conclusion == "So it was sent without asking for the opt-in."


def test_what_has_changed_since_is_told() -> None:
    told = explain(replace(FAILED, passes_now=True))
    assert (told.conclusion, told.change) == (
        "So the message failed.",
        "That has changed since: it would go out now.",
    )


def test_days_and_years_are_told_where_they_are_others() -> None:
    later = replace(FAILED, now=datetime(2027, 1, 3, 12, 0, tzinfo=UTC))
    first, _, third = lines(explain(later))
    assert first.endswith("(read on 22 Nov 2026 at 11:04:02)")
    assert "since 22 Nov 2026 10:42" in third


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (replace(STOP, source=Source.AGENT, by_name="Meera Rao"), "recorded by Meera Rao"),
        (replace(STOP, source=Source.IMPORT, evidence="spring list"), "import “spring list”"),
        (replace(STOP, source=Source.WHATSAPP, evidence=""), "in WhatsApp"),
        (replace(STOP, source=Source.MERGE, evidence="contact 7"), "kept from a merge with contact 7"),
        (replace(STOP, source=Source.API, evidence="shop-sync"), "API “shop-sync”"),
    ],
)
def test_origins(said: ConsentSaid, words: str) -> None:
    assert origin(said) == words


def test_a_contact_without_a_name_is_called_by_the_number() -> None:
    told = explain(replace(FAILED, contact_name="+1 604 555 0142"))
    assert lines(told)[2].startswith("+1 604 555 0142’s opt-in is No")
    assert lines(explain(replace(FAILED, contact_name="")))[2].startswith("The contact’s opt-in is No")


# Every combination.


def everything() -> Iterator[Known]:
    for path, category, reason, status in product(Path, Category, [None, *Reason], [None, *Status]):
        for asked in (False, True):
            yield Known(
                path, category, status, NOW, reason=reason, asked=asked, contact_name="Priya", zone=VANCOUVER
            )


SAYS = {
    Status.FAILED: ("failed",),
    Status.LEFT_OUT: ("left out", "not sent"),
    Status.CANCELLED: ("cancelled", "left as it is", "closed"),
    Status.UNKNOWN: ("nobody knows",),
    Status.QUEUED: ("waits",),
    Status.SENDING: ("on its way",),
}
NOT_SENT = ("failed", "left out", "not sent", "cancelled", "would")


def test_every_combination_has_sensible_words_that_fit_the_status() -> None:
    for known in everything():
        told = explain(known)
        assert told.title.endswith("?")
        assert len(told.steps) >= 2
        for words in (*lines(told), told.conclusion, told.change):
            assert words == words.strip()
            assert not any(bad in words for bad in ("None", "  ", " ,", " :", "_", "’s’")), (known, words)
        assert told.conclusion.startswith("So ")
        assert told.conclusion.endswith(".")
        assert not told.change or told.change.endswith(".")
        _fits(known, told)


def _fits(known: Known, told: Explanation) -> None:
    said, status = told.conclusion, known.status
    if status is None:
        assert "would" in said or known.reason is None, (known, said)
    elif status in GONE:
        assert "sent" in said
        assert not any(bad in said for bad in NOT_SENT), (known, said)
        assert told.tone in (Tone.GOOD, Tone.WARN)
        assert told.title == "Why was this sent?"
        assert not told.change
    else:
        assert any(word in said for word in SAYS[status]), (known, said)
        assert "it was sent" not in said
        assert told.tone is not Tone.GOOD
        assert told.title != "Why was this sent?"


# What the rule says, and what would change it.


def questions() -> Iterator[Question]:
    bools = (False, True)
    for path, category, opt_in in product(Path, Category, OptIn):
        for stopped, us, strict, bots, only, given, window in product(*[bools] * 7):
            facts = Facts(opt_in, stopped, us, 7)
            yield Question(
                path,
                category,
                facts,
                Policy(strict, bots),
                only_opted_in=only,
                override=Override("asked for it", 1, 7, 3) if given else None,
                template_revision=3,
                window_open=window,
                after_launch=window,
            )


def known_of(asked: Question, verdict: Verdict) -> Known:
    return Known(
        asked.path,
        asked.category,
        None,
        NOW,
        reason=verdict.reason,
        verdict=verdict.reason,
        asked=verdict.asked,
        contact_name="Priya",
        opt_in=asked.facts.opt_in if verdict.asked else None,
        stopped_in_whatsapp=verdict.asked and asked.facts.stopped_in_whatsapp,
        us_number=verdict.asked and asked.facts.us_number,
        only_opted_in=asked.only_opted_in,
        strict=asked.policy.strict,
    )


def outcome_told(told: Explanation) -> set[Outcome]:
    said = told.conclusion
    if "only after a warning" in said:
        return {Outcome.WARN}
    if "would go out" in said:
        return {Outcome.SEND}
    if "would fail" in said:
        return {Outcome.FAIL}
    assert "would be left out" in said or "would not go out" in said, said
    return {Outcome.LEAVE_OUT}


def test_the_words_say_what_the_rule_says() -> None:
    for asked in questions():
        verdict = decide(asked)
        told = explain(known_of(asked, verdict))
        assert verdict.outcome in outcome_told(told), (asked, told.conclusion)
        assert (told.tone in (Tone.GOOD, Tone.WARN)) is (verdict.outcome in (Outcome.SEND, Outcome.WARN))


def test_what_would_change_it_would() -> None:
    """Each way that is named leads to a message that goes out."""
    seen: set[str] = set()
    for asked in questions():
        verdict = decide(asked)
        if verdict.may_send or asked.path is Path.AUTOMATIC:
            continue
        known = known_of(asked, verdict)
        for status in (None, Status.FAILED, Status.LEFT_OUT):
            said = explain(replace(known, status=status)).change
            assert "utility template" in said, said
            assert decide(replace(asked, category=Category.UTILITY)).may_send
            for words, other in ways(asked, said):
                seen.add(words)
                assert decide(other).may_send, (asked, said)
    assert seen == {"opts in", "resumes", "with a reason", "toggle off"}


def ways(asked: Question, said: str) -> Iterator[tuple[str, Question]]:
    given = Override("asked for it", 1, 7, 3)
    if "if Priya" in said:
        facts = asked.facts
        if "opts in" in said:
            yield "opts in", replace(asked, facts=_after(facts, said))
        if "resumes" in said:
            yield "resumes", replace(asked, facts=_after(facts, said))
    if "out with a reason" in said:
        yield "with a reason", replace(asked, override=given)
    if "with the toggle off" in said:
        override = given if "and a reason" in said else None
        yield "toggle off", replace(asked, only_opted_in=False, override=override)


def _after(facts: Facts, said: str) -> Facts:
    opt_in = OptIn.YES if "opts in" in said else facts.opt_in
    return replace(
        facts, opt_in=opt_in, stopped_in_whatsapp=facts.stopped_in_whatsapp and "resumes" not in said
    )
