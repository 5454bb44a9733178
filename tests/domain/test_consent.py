"""The consent rule against the design's table, cell by cell, and the promises that hold for every question.

The table below is written out by hand from the specification and the design. `*` is every value of its
column, `a|b` is either. Together the rows must name every combination exactly once.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import (
    Category,
    Cleared,
    Facts,
    OptIn,
    Outcome,
    Override,
    Path,
    Policy,
    Question,
    Verdict,
    clear,
    decide,
)
from desktop.domain.reasons import Reason

EVENT, REVISION = 7, 3

COLUMNS: dict[str, tuple[str, ...]] = {
    "path": tuple(Path),
    "category": tuple(Category),
    "opt_in": tuple(OptIn),
    "strict": ("strict", "open"),
    "toggle": ("on", "off"),
    "stop": ("stopped", "-"),
    "us": ("us", "-"),
    "reason": ("given", "missing", "moved", "revised", "blank"),
    "bots": ("ask", "-"),
    "window": ("24h", "-"),
    "launch": ("after", "-"),
}
OTHER = "utility|authentication|service"
VOID = "missing|moved|revised|blank"

TABLE = f"""
# path  category opt_in strict toggle stop us reason bots window launch = outcome reason asked

# Other categories: send, by every path that a person, a program or a bot takes.
compose   {OTHER} * * * * * * * * * = send not_marketing unasked
broadcast {OTHER} * * * * * * * * * = send not_marketing unasked
sequence  {OTHER} * * * * * * * * * = send not_marketing unasked
api       {OTHER} * * * * * * * * * = send not_marketing unasked
bot       {OTHER} * * * * * * * * * = send not_marketing unasked

# Automatic: service text inside the 24-hour window only, never a template.
automatic service * * * * * * * 24h * = send automatic     unasked
automatic service * * * * * * * -   * = fail window_closed unasked
automatic marketing|utility|authentication * * * * * * * * * = fail automatic_template unasked

# Compose box: a warning that goes on with a reason; WhatsApp's stop and a US number stay shut.
compose marketing no   *      * stopped *  *       * * * = leave_out stopped_in_whatsapp asked
compose marketing no   *      * -       us *       * * * = leave_out us_number           asked
compose marketing no   *      * -       -  given   * * * = send      despite_opt_out     asked
compose marketing no   *      * -       -  {VOID}  * * * = warn      opted_out           asked
compose marketing yes  *      * stopped *  *       * * * = leave_out stopped_in_whatsapp asked
compose marketing yes  *      * -       us *       * * * = leave_out us_number           asked
compose marketing yes  *      * -       -  *       * * * = send      opted_in            asked
compose marketing none open   * stopped *  *       * * * = leave_out stopped_in_whatsapp asked
compose marketing none open   * -       us *       * * * = leave_out us_number           asked
compose marketing none open   * -       -  *       * * * = send      no_choice_passes    asked
compose marketing none strict * stopped *  *       * * * = leave_out stopped_in_whatsapp asked
compose marketing none strict * -       us *       * * * = leave_out us_number           asked
compose marketing none strict * -       -  given   * * * = send      despite_no_choice   asked
compose marketing none strict * -       -  {VOID}  * * * = warn      no_choice           asked

# Broadcast, toggle on: left out with the reason; whatever a person says opens nothing.
broadcast marketing no   *      on *       *  * * * -     = leave_out opted_out              asked
broadcast marketing no   *      on *       *  * * * after = leave_out opted_out_after_launch asked
broadcast marketing yes  *      on stopped *  * * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing yes  *      on -       us * * * *     = leave_out us_number              asked
broadcast marketing yes  *      on -       -  * * * *     = send      opted_in               asked
broadcast marketing none open   on stopped *  * * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing none open   on -       us * * * *     = leave_out us_number              asked
broadcast marketing none open   on -       -  * * * *     = send      no_choice_passes       asked
broadcast marketing none strict on stopped *  * * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing none strict on -       *  * * * *     = leave_out no_choice              asked

# Broadcast, toggle off: despite the opt-out, once the reason is there; it does not cover who says no later.
broadcast marketing no   *      off stopped *  given  * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing no   *      off -       us given  * * *     = leave_out us_number              asked
broadcast marketing no   *      off -       -  given  * * *     = send      despite_opt_out        asked
broadcast marketing no   *      off *       *  {VOID} * * -     = leave_out opted_out              asked
broadcast marketing no   *      off *       *  {VOID} * * after = leave_out opted_out_after_launch asked
broadcast marketing yes  *      off stopped *  *      * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing yes  *      off -       us *      * * *     = leave_out us_number              asked
broadcast marketing yes  *      off -       -  *      * * *     = send      opted_in               asked
broadcast marketing none open   off stopped *  *      * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing none open   off -       us *      * * *     = leave_out us_number              asked
broadcast marketing none open   off -       -  *      * * *     = send      no_choice_passes       asked
broadcast marketing none strict off stopped *  *      * * *     = leave_out stopped_in_whatsapp    asked
broadcast marketing none strict off -       us *      * * *     = leave_out us_number              asked
broadcast marketing none strict off -       -  *      * * *     = send      despite_no_choice      asked

# Sequence: the message fails with the reason.
sequence marketing no   *      * *       *  * * * * = fail opted_out           asked
sequence marketing yes  *      * stopped *  * * * * = fail stopped_in_whatsapp asked
sequence marketing yes  *      * -       us * * * * = fail us_number           asked
sequence marketing yes  *      * -       -  * * * * = send opted_in            asked
sequence marketing none open   * stopped *  * * * * = fail stopped_in_whatsapp asked
sequence marketing none open   * -       us * * * * = fail us_number           asked
sequence marketing none open   * -       -  * * * * = send no_choice_passes    asked
sequence marketing none strict * stopped *  * * * * = fail stopped_in_whatsapp asked
sequence marketing none strict * -       *  * * * * = fail no_choice           asked

# API & integrations: the same, in the report.
api marketing no   *      * *       *  * * * * = fail opted_out           asked
api marketing yes  *      * stopped *  * * * * = fail stopped_in_whatsapp asked
api marketing yes  *      * -       us * * * * = fail us_number           asked
api marketing yes  *      * -       -  * * * * = send opted_in            asked
api marketing none open   * stopped *  * * * * = fail stopped_in_whatsapp asked
api marketing none open   * -       us * * * * = fail us_number           asked
api marketing none open   * -       -  * * * * = send no_choice_passes    asked
api marketing none strict * stopped *  * * * * = fail stopped_in_whatsapp asked
api marketing none strict * -       *  * * * * = fail no_choice           asked

# Bot: sent and marked, regardless; a workspace may make its bots ask.
bot marketing *    *      * *       *  * -   * * = send bot_not_asked       unasked
bot marketing no   *      * *       *  * ask * * = fail opted_out           asked
bot marketing yes  *      * stopped *  * ask * * = fail stopped_in_whatsapp asked
bot marketing yes  *      * -       us * ask * * = fail us_number           asked
bot marketing yes  *      * -       -  * ask * * = send opted_in            asked
bot marketing none open   * stopped *  * ask * * = fail stopped_in_whatsapp asked
bot marketing none open   * -       us * ask * * = fail us_number           asked
bot marketing none open   * -       -  * ask * * = send no_choice_passes    asked
bot marketing none strict * stopped *  * ask * * = fail stopped_in_whatsapp asked
bot marketing none strict * -       *  * ask * * = fail no_choice           asked
"""

Cell = tuple[str, ...]
Answer = tuple[str, str, str]


def rows() -> Iterator[tuple[str, list[Cell], Answer]]:
    """Each row of the table: its text, the cells that it names, the answer that it expects."""
    for line in TABLE.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        left, right = line.split("=")
        named = left.split()
        assert len(named) == len(COLUMNS), line
        choices: list[tuple[str, ...]] = []
        for given_value, allowed in zip(named, COLUMNS.values(), strict=True):
            wanted = allowed if given_value == "*" else tuple(given_value.split("|"))
            assert set(wanted) <= set(allowed), line
            choices.append(wanted)
        outcome, reason, asked = right.split()
        yield line, list(itertools.product(*choices)), (outcome, reason, asked)


OVERRIDES = {
    "given": Override("They asked for the price list by phone", 4, EVENT, REVISION),
    "missing": None,
    "moved": Override("They asked for the price list by phone", 4, EVENT - 1, REVISION),
    "revised": Override("They asked for the price list by phone", 4, EVENT, REVISION - 1),
    "blank": Override(" \n", 4, EVENT, REVISION),
}


def question_of(cell: Cell) -> Question:
    path, category, opt_in, strict, toggle, stop, us, reason, bots, window, launch = cell
    return Question(
        Path(path),
        Category(category),
        Facts(OptIn(opt_in), stop == "stopped", us == "us", EVENT),
        Policy(strict == "strict", bots == "ask"),
        only_opted_in=toggle == "on",
        override=OVERRIDES[reason],
        template_revision=REVISION,
        window_open=window == "24h",
        after_launch=launch == "after",
    )


@pytest.mark.parametrize(("row", "cells", "expected"), [pytest.param(*row, id=row[0]) for row in rows()])
def test_every_cell_of_a_row_has_the_answer_of_the_table(
    row: str, cells: list[Cell], expected: Answer
) -> None:
    for cell in cells:
        verdict = decide(question_of(cell))
        asked = "asked" if verdict.asked else "unasked"
        assert (verdict.outcome, verdict.reason, asked) == expected, f"{cell} of {row}"


def test_the_table_names_every_combination_exactly_once() -> None:
    named = [cell for _, cells, _ in rows() for cell in cells]

    assert len(named) == len(set(named))
    assert set(named) == set(itertools.product(*COLUMNS.values()))


# What holds for every question.

events = st.none() | st.integers(1, 2)
revisions = st.none() | st.integers(1, 2)
facts = st.builds(Facts, st.sampled_from(OptIn), st.booleans(), st.booleans(), events)
overrides = st.builds(Override, st.sampled_from(["", "  ", "they called us"]), st.just(9), events, revisions)
questions = st.builds(
    Question,
    st.sampled_from(Path),
    st.sampled_from(Category),
    facts,
    st.builds(Policy, st.booleans(), st.booleans()),
    only_opted_in=st.booleans(),
    override=st.none() | overrides,
    template_revision=revisions,
    window_open=st.booleans(),
    after_launch=st.booleans(),
)
marketing = questions.map(lambda one: replace(one, category=Category.MARKETING))
SEVERITY = {Outcome.SEND: 0, Outcome.WARN: 1, Outcome.LEAVE_OUT: 2, Outcome.FAIL: 2}


def bot_without_asking(question: Question) -> bool:
    return question.path is Path.BOT and not question.policy.bots_ask


def given_reason_covers(question: Question) -> bool:
    """A reason that is not blank and whose every binding still stands."""
    reason = question.override
    return (
        reason is not None
        and reason.reason.strip() != ""
        and reason.consent_event_id == question.facts.consent_event_id
        and reason.template_revision in (None, question.template_revision)
    )


@given(questions)
def test_every_question_has_an_answer_in_words_and_a_receipt(question: Question) -> None:
    verdict = decide(question)

    assert verdict.sentence
    assert verdict.reason.label
    assert verdict.consent_event_id == question.facts.consent_event_id
    assert verdict.template_revision == question.template_revision
    assert verdict == decide(question)


@given(questions, st.sampled_from([one for one in Category if one is not Category.MARKETING]))
def test_what_is_not_marketing_is_refused_to_automatic_messages_only(
    question: Question, category: Category
) -> None:
    other = replace(question, category=category)

    if other.path is not Path.AUTOMATIC:
        assert decide(other).may_send


@given(questions)
def test_an_automatic_message_is_a_service_text_inside_the_window(question: Question) -> None:
    automatic = replace(question, path=Path.AUTOMATIC)

    expected = automatic.category is Category.SERVICE and automatic.window_open
    assert decide(automatic).may_send is expected


@given(marketing)
def test_no_is_only_overruled_by_a_reason_that_covers_or_a_bot(question: Question) -> None:
    opted_out = replace(question, facts=replace(question.facts, opt_in=OptIn.NO))

    by_reason = given_reason_covers(opted_out) and (
        opted_out.path is Path.COMPOSE or (opted_out.path is Path.BROADCAST and not opted_out.only_opted_in)
    )
    if decide(opted_out).may_send:
        assert by_reason or bot_without_asking(opted_out)


@given(marketing, st.sampled_from(["stopped_in_whatsapp", "us_number"]))
def test_neither_whatsapps_stop_nor_a_us_number_is_ever_opened(question: Question, fact: str) -> None:
    stopped = fact == "stopped_in_whatsapp"
    shut = replace(
        question,
        facts=replace(
            question.facts,
            stopped_in_whatsapp=stopped or question.facts.stopped_in_whatsapp,
            us_number=not stopped or question.facts.us_number,
        ),
    )

    assert decide(shut).may_send is bot_without_asking(shut)
    assert decide(shut).outcome is not Outcome.WARN


@given(questions)
def test_strict_only_ever_refuses_more(question: Question) -> None:
    lax = decide(replace(question, policy=replace(question.policy, strict=False)))
    strict = decide(replace(question, policy=replace(question.policy, strict=True)))

    assert SEVERITY[strict.outcome] >= SEVERITY[lax.outcome]


@given(questions, st.sampled_from([OptIn.YES, OptIn.NO]))
def test_strict_changes_nothing_for_who_has_chosen(question: Question, choice: OptIn) -> None:
    chosen = replace(question, facts=replace(question.facts, opt_in=choice))
    lax = replace(chosen, policy=replace(chosen.policy, strict=False))
    strict = replace(chosen, policy=replace(chosen.policy, strict=True))

    assert decide(lax) == decide(strict)


@given(questions)
def test_bots_that_ask_only_ever_refuse_more(question: Question) -> None:
    silent = decide(replace(question, policy=replace(question.policy, bots_ask=False)))
    asking = decide(replace(question, policy=replace(question.policy, bots_ask=True)))

    assert SEVERITY[asking.outcome] >= SEVERITY[silent.outcome]


@given(questions)
def test_the_toggle_concerns_broadcasts_and_on_only_ever_refuses_more(question: Question) -> None:
    on = decide(replace(question, only_opted_in=True))
    off = decide(replace(question, only_opted_in=False))

    assert SEVERITY[on.outcome] >= SEVERITY[off.outcome]
    if question.path is not Path.BROADCAST:
        assert on == off


@given(questions, st.sampled_from(["event moved", "revision changed", "blank"]))
def test_a_void_reason_opens_nothing(question: Question, why: str) -> None:
    reason = Override("they called us", 9, question.facts.consent_event_id, question.template_revision)
    if why == "event moved":
        reason = replace(reason, consent_event_id=(question.facts.consent_event_id or 0) + 1)
    elif why == "revision changed":
        reason = replace(reason, template_revision=(question.template_revision or 0) + 1)
    else:
        reason = replace(reason, reason=" \t\n ")

    assert decide(replace(question, override=reason)) == decide(replace(question, override=None))


@given(questions)
def test_an_answer_that_was_not_asked_says_why(question: Question) -> None:
    verdict = decide(question)
    unasked = {
        Reason.NOT_MARKETING,
        Reason.BOT_NOT_ASKED,
        Reason.AUTOMATIC,
        Reason.AUTOMATIC_TEMPLATE,
        Reason.WINDOW_CLOSED,
    }

    assert verdict.asked is (verdict.reason not in unasked)


def test_a_compose_reason_that_saw_no_template_opens_none() -> None:
    """A reason in the compose box is bound to a template revision; one bound to nothing covers nothing."""
    reason = Override("they called us", 9, EVENT, template_revision=None)
    question = Question(
        Path.COMPOSE,
        Category.MARKETING,
        Facts(OptIn.NO, consent_event_id=EVENT),
        override=reason,
        template_revision=REVISION,
    )

    assert decide(question).outcome is Outcome.WARN


def test_a_broadcasts_reason_leaves_the_template_open() -> None:
    reason = Override("a recall that everyone must read", 9, EVENT)
    question = Question(
        Path.BROADCAST,
        Category.MARKETING,
        Facts(OptIn.NO, consent_event_id=EVENT),
        only_opted_in=False,
        override=reason,
        template_revision=REVISION,
    )

    assert decide(question).reason is Reason.DESPITE_OPT_OUT


# Leave to send.


@given(questions, st.integers(1, 10**9))
def test_leave_to_send_is_made_for_a_send_verdict_only(question: Question, message_id: int) -> None:
    verdict = decide(question)
    if verdict.outcome is Outcome.SEND:
        leave = clear(message_id, verdict)
        assert (leave.message_id, leave.verdict) == (message_id, verdict)
    else:
        with pytest.raises(PermissionError, match=str(message_id)):
            clear(message_id, verdict)


@pytest.mark.parametrize("seal", [None, object(), True, "seal"])
def test_leave_to_send_cannot_be_made_by_hand(seal: object) -> None:
    with pytest.raises(PermissionError):
        Cleared(1, Verdict(Outcome.SEND, Reason.OPTED_IN, asked=True), seal)


def test_leave_to_send_cannot_be_bent_to_a_refused_verdict() -> None:
    leave = clear(1, Verdict(Outcome.SEND, Reason.OPTED_IN, asked=True))

    with pytest.raises(PermissionError):
        replace(leave, verdict=Verdict(Outcome.LEAVE_OUT, Reason.OPTED_OUT, asked=True))
