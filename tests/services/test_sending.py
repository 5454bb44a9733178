"""The one door: what becomes of a message on each path, asked at the door and again at the claim."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.consent import OptIn, Outcome, Path, Source
from desktop.domain.messages import Status
from desktop.domain.outbox import Submission
from desktop.domain.people import Role
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.reasons import Reason
from desktop.services import sending
from desktop.store import consent, drafts
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, US, Desk

MARKETING, UTILITY = "winter_clearance", "order_shipped"
GONE = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


async def outcome(desk: Desk, contact_id: int, path: Path, template: str) -> tuple[str, Reason | None]:
    """'sent' or the outcome at the door or at the claim, and the reason that is kept."""
    user = desk.agent if path is Path.COMPOSE else None
    done = await desk.app.sending.submit(await desk.submission(contact_id, path, template=template), user)
    if done.message_id is None:
        return done.verdict.outcome.value, done.verdict.reason
    seen = await desk.until_status(done.message_id, *GONE, Status.FAILED, Status.LEFT_OUT)
    return "sent" if seen.status in GONE else str(seen.status), seen.reason


async def test_every_cell_of_the_rule(desk: Desk) -> None:
    """Path by contact, as the design's table has it; what is stopped never reaches WhatsApp."""
    no = await desk.contact(PRIYA, OptIn.NO)
    yes = await desk.contact(ARJUN, OptIn.YES)
    none = await desk.contact(LUCIA)
    stopped = await desk.contact(TUNDE, OptIn.YES, stopped=True)
    american = await desk.contact(US, OptIn.YES)
    refused, failed, passed = "leave_out", "failed", Reason.NO_CHOICE_PASSES
    expected = {
        (Path.COMPOSE, no): ("warn", Reason.OPTED_OUT),
        (Path.COMPOSE, yes): ("sent", Reason.OPTED_IN),
        (Path.COMPOSE, none): ("sent", passed),
        (Path.COMPOSE, stopped): (refused, Reason.STOPPED_IN_WHATSAPP),
        (Path.COMPOSE, american): (refused, Reason.US_NUMBER),
    }
    for path in (Path.API, Path.SEQUENCE):
        expected |= {
            (path, no): (failed, Reason.OPTED_OUT),
            (path, yes): ("sent", Reason.OPTED_IN),
            (path, none): ("sent", passed),
            (path, stopped): (failed, Reason.STOPPED_IN_WHATSAPP),
            (path, american): (failed, Reason.US_NUMBER),
        }
    expected |= {(Path.BOT, one): ("sent", Reason.BOT_NOT_ASKED) for one in (no, yes, none)}
    found = {(path, who): await outcome(desk, who, path, MARKETING) for path, who in expected}
    assert found == expected
    sent_count = sum(what == "sent" for what, _ in expected.values())
    assert len(await desk.sends()) == sent_count
    utility = {
        (path, who): await outcome(desk, who, path, UTILITY)
        for path in (Path.COMPOSE, Path.API, Path.SEQUENCE, Path.BOT)
        for who in (no, none, stopped, american)
    }
    assert set(utility.values()) == {("sent", Reason.NOT_MARKETING)}


async def test_strict_asks_for_a_choice_on_each_path(desk: Desk) -> None:
    await desk.settings(strict=True)
    none = await desk.contact(LUCIA)
    assert await outcome(desk, none, Path.COMPOSE, MARKETING) == ("warn", Reason.NO_CHOICE)
    assert await outcome(desk, none, Path.API, MARKETING) == ("failed", Reason.NO_CHOICE)
    assert await outcome(desk, none, Path.SEQUENCE, MARKETING) == ("failed", Reason.NO_CHOICE)
    assert await outcome(desk, none, Path.BOT, MARKETING) == ("sent", Reason.BOT_NOT_ASKED)
    await desk.settings(bots_ask=True)
    assert await outcome(desk, none, Path.BOT, MARKETING) == ("failed", Reason.NO_CHOICE)
    assert await desk.sent_to() == [LUCIA]


async def test_a_reason_is_kept_with_who_gave_it(desk: Desk) -> None:
    no = await desk.contact(PRIYA, OptIn.NO)
    sent = await desk.send(no, Path.COMPOSE, template=MARKETING, reason="She asked for it on the phone")
    seen = await desk.until_status(sent, *GONE)
    assert seen.reason is Reason.DESPITE_OPT_OUT
    assert seen.override_reason == "She asked for it on the phone"
    assert seen.author_name == desk.agent.name
    assert await desk.sent_to() == [PRIYA]


async def test_a_reason_covers_only_what_the_person_saw(desk: Desk) -> None:
    """Given for another contact or another template it counts as not given."""
    priya, arjun = await desk.contact(PRIYA, OptIn.NO), await desk.contact(ARJUN, OptIn.NO)
    wanted = [
        await desk.submission(who, template=name, reason="asked")
        for who, name in ((priya, MARKETING), (arjun, MARKETING), (priya, "spring_sale"))
    ]

    def write(tx: Tx) -> list[list[bool]]:
        return [[_taken(tx, replace(one, override=given.override)) for given in wanted] for one in wanted]

    def _taken(tx: Tx, one: Submission) -> bool:
        point = tx.conn.begin_nested()
        done = sending.submit(tx, one, desk.agent)
        point.rollback()
        return done.message_id is not None

    assert await desk.app.store.write(write) == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


async def test_a_reason_is_void_once_the_contact_changed(desk: Desk) -> None:
    """Between the door and the claim the contact said yes and no again: the text comes back as a draft."""
    no = await desk.contact(PRIYA, OptIn.NO)
    wanted = await desk.submission(no, template=MARKETING, reason="asked")

    def write(tx: Tx) -> sending.Submitted:
        done = sending.submit(tx, wanted, desk.agent)
        consent.record(tx, no, OptIn.YES, Source.KEYWORD)
        consent.record(tx, no, OptIn.NO, Source.KEYWORD)
        return done

    done = await desk.app.store.write(write)
    assert done.message_id is not None
    seen = await desk.until_status(done.message_id, Status.LEFT_OUT, *GONE)
    assert (seen.status, seen.reason) == (Status.LEFT_OUT, Reason.DRAFT_CHANGED)
    draft = await desk.app.store.read(lambda tx: drafts.load(tx, no, desk.agent.id))
    assert draft is not None
    assert draft["template_id"] == wanted.template_id
    assert draft["note"] == Reason.DRAFT_CHANGED.sentence
    assert await desk.sends() == []


@pytest.mark.parametrize("path", [Path.COMPOSE, Path.API, Path.SEQUENCE])
async def test_an_opt_out_between_the_door_and_the_claim_counts(desk: Desk, path: Path) -> None:
    yes = await desk.contact(PRIYA, OptIn.YES)
    wanted = await desk.submission(yes, path, template=MARKETING)

    def write(tx: Tx) -> sending.Submitted:
        done = sending.submit(tx, wanted, desk.agent)
        consent.record(tx, yes, OptIn.NO, Source.KEYWORD)
        return done

    done = await desk.app.store.write(write)
    assert done.verdict.outcome is Outcome.SEND
    assert done.message_id is not None
    seen = await desk.until_status(done.message_id, Status.LEFT_OUT, Status.FAILED, *GONE)
    wanted_status = Status.LEFT_OUT if path is Path.COMPOSE else Status.FAILED
    assert (seen.status, seen.reason) == (wanted_status, Reason.OPTED_OUT)
    assert await desk.sends() == []


async def test_free_text_needs_the_window(desk: Desk) -> None:
    wrote = await desk.contact(PRIYA, OptIn.NO, wrote=True)
    sent = await desk.send(wrote, Path.COMPOSE, text="Good morning")
    assert (await desk.until_status(sent, *GONE)).reason is Reason.NOT_MARKETING
    await desk.app.move_clock(timedelta(hours=24))
    with pytest.raises(Problem, match="window"):
        await desk.send(wrote, Path.COMPOSE, text="Good evening")


async def test_automatic_texts_stay_inside_the_window_and_are_never_templates(desk: Desk) -> None:
    inside = await desk.contact(PRIYA, OptIn.NO, wrote=True)
    outside = await desk.contact(ARJUN, OptIn.YES)
    sent = await desk.send(inside, Path.AUTOMATIC)
    assert (await desk.until_status(sent, *GONE)).reason is Reason.AUTOMATIC
    for who, template in ((outside, None), (inside, MARKETING), (inside, UTILITY)):
        wanted = await desk.submission(who, Path.AUTOMATIC, template=template)
        done = await desk.app.sending.submit(wanted)
        assert (done.message_id, done.verdict.outcome) == (None, Outcome.FAIL)
    assert await desk.sent_to() == [PRIYA]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4_097])
async def test_a_text_has_a_length(desk: Desk, text: str) -> None:
    wrote = await desk.contact(PRIYA, wrote=True)
    with pytest.raises(Problem) as refused:
        await desk.send(wrote, Path.COMPOSE, text=text)
    assert refused.value.field == "text"


async def test_the_compose_box_needs_a_person_who_may(desk: Desk) -> None:
    no = await desk.contact(PRIYA, OptIn.NO)
    wanted = await desk.submission(no, template=MARKETING, reason="asked")
    with pytest.raises(Problem, match="signed in"):
        await desk.app.sending.submit(wanted, None)
    await desk.settings(override_roles=frozenset({Role.SUPERVISOR, Role.ADMIN}))
    with pytest.raises(NotAllowed):
        await desk.app.sending.submit(wanted, desk.agent)
    assert (await desk.app.sending.submit(wanted, desk.supervisor)).message_id is not None


async def test_sent_again_is_a_new_message_asked_anew(desk: Desk) -> None:
    """Once: a second press, or a colleague's, does not send it a second time."""
    await desk.trouble(code=131026, count=2)
    yes = await desk.contact(PRIYA, OptIn.YES)
    first, second = [await desk.send(yes, Path.COMPOSE, template=MARKETING) for _ in range(2)]
    for one in (first, second):
        assert (await desk.until_status(one, Status.FAILED, *GONE)).error_code == 131026
    done = await desk.app.sending.send_again(first, desk.agent)
    assert done.message_id not in (None, first)
    assert done.message_id is not None
    await desk.until_status(done.message_id, *GONE)
    assert (await desk.message(first)).status is Status.FAILED
    with pytest.raises(Problem, match="again"):
        await desk.app.sending.send_again(first, desk.supervisor)
    await desk.app.contacts.set_opt_in(yes, OptIn.NO, desk.agent)
    refused = await desk.app.sending.send_again(second, desk.agent)
    assert (refused.message_id, refused.verdict.outcome) == (None, Outcome.WARN)
    assert await desk.sent_to() == [PRIYA]


async def test_a_reply_takes_the_conversation_and_the_draft_goes(desk: Desk) -> None:
    wrote = await desk.contact(PRIYA, wrote=True)
    await desk.app.conversations.save_draft(wrote, desk.agent, {"text": "Good mor"})
    await desk.send(wrote, Path.COMPOSE)
    opened = await desk.app.conversations.open(wrote, desk.agent)
    assert opened.draft is None
    assert opened.row is not None
    assert opened.row.assigned_to == desk.agent.id


async def test_what_is_due_later_waits_for_business_time(desk: Desk) -> None:
    yes = await desk.contact(PRIYA, OptIn.YES)
    later = await desk.send(yes, template=UTILITY, due_at=desk.clock.now() + timedelta(hours=2))
    sooner = await desk.send(yes, template=UTILITY)
    await desk.until_status(sooner, *GONE)
    assert (await desk.message(later)).status is Status.QUEUED
    await desk.app.move_clock(timedelta(hours=2))
    await desk.until_status(later, *GONE)
