"""Which flow answers a message: the order of the triggers, and what each takes."""

from datetime import timedelta

import pytest

from desktop.domain.flow import FlowDefinition, Trigger, TriggerKind
from desktop.domain.flow_checks import check
from desktop.domain.flow_findings import Known
from desktop.domain.flow_triggers import (
    Candidate,
    Incoming,
    asked_before,
    fires,
    first_match,
    in_order,
    is_dead,
    overtaken,
)
from tests.clock import START as NOW

ANY = Trigger(TriggerKind.ANY)
WORD = Trigger(TriggerKind.KEYWORD, ("Order", "status"))
PATTERN = Trigger(TriggerKind.PATTERN, ("order [0-9]+",))
BUTTON = Trigger(TriggerKind.PAYLOAD, ("more", "less"))
ADVERT = Trigger(TriggerKind.ADVERTISEMENT, ("winter",))


def candidate(flow_id: int, trigger: Trigger, hours_ago: int = 0) -> Candidate:
    return Candidate(flow_id, f"Flow {flow_id}", NOW - timedelta(hours=hours_ago), trigger)


def test_the_kind_goes_before_the_date_and_the_date_before_the_id() -> None:
    given = [
        candidate(1, ANY),
        candidate(2, PATTERN),
        candidate(3, WORD, 5),
        candidate(4, WORD, 1),
        candidate(5, BUTTON, 9),
        candidate(6, ADVERT, 99),
        candidate(7, WORD, 1),
    ]
    assert [one.flow_id for one in in_order(given)] == [6, 5, 7, 4, 3, 2, 1]
    assert [one.flow_id for one in in_order(reversed(given))] == [6, 5, 7, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("incoming", "flow_id"),
    [
        (Incoming("order"), 3),
        (Incoming("order 12"), 2),
        (Incoming("order", "more"), 5),
        (Incoming("order", "other"), 3),
        (Incoming("order", "more", "https://a.test/winter"), 6),
        (Incoming("order", "", "https://a.test/summer"), 3),
        (Incoming("hello"), 1),
        (Incoming(""), 1),
    ],
)
def test_the_first_that_takes_it_answers(incoming: Incoming, flow_id: int) -> None:
    found = first_match(
        [
            candidate(1, ANY),
            candidate(2, PATTERN),
            candidate(3, WORD),
            candidate(5, BUTTON),
            candidate(6, ADVERT),
        ],
        incoming,
    )
    assert found is not None
    assert found.flow_id == flow_id


def test_nobody_answers_what_no_trigger_takes() -> None:
    assert first_match([candidate(3, WORD), candidate(2, PATTERN)], Incoming("hello")) is None
    assert first_match([], Incoming("hello")) is None


@pytest.mark.parametrize(
    ("trigger", "incoming", "takes"),
    [
        (WORD, Incoming("  ORDER! "), True),
        (WORD, Incoming("my order"), False),
        (WORD, Incoming(""), False),
        (Trigger(values=("",)), Incoming(""), False),
        (Trigger(values=("Order",), match_case=True), Incoming("Order "), True),
        (Trigger(values=("Order",), match_case=True), Incoming("order"), False),
        (Trigger(values=("",), match_case=True), Incoming(" "), False),
        (PATTERN, Incoming("My ORDER 12, please"), True),
        (Trigger(TriggerKind.PATTERN, ("order",), True), Incoming("ORDER"), False),
        (Trigger(TriggerKind.PATTERN, ("(", "order")), Incoming("order"), True),
        (Trigger(TriggerKind.PATTERN, ("(",)), Incoming("("), False),
        (Trigger(TriggerKind.PATTERN, (".*",)), Incoming(""), False),
        (Trigger(TriggerKind.PAYLOAD, ("",)), Incoming("x", ""), False),
        (BUTTON, Incoming("less"), False),
        (BUTTON, Incoming("", "less"), True),
        (Trigger(TriggerKind.ADVERTISEMENT), Incoming("hi", "", ""), True),
        (Trigger(TriggerKind.ADVERTISEMENT), Incoming("hi"), False),
        (ADVERT, Incoming("hi", "", "WINTER sale"), True),
        (Trigger(TriggerKind.ADVERTISEMENT, (" ",)), Incoming("hi", "", "winter"), False),
    ],
)
def test_what_each_takes(trigger: Trigger, incoming: Incoming, takes: bool) -> None:
    assert fires(trigger, incoming) is takes


def test_a_trigger_does_not_know_of_opt_out_words() -> None:
    """They are heard before any trigger is asked; a trigger on one of them says nothing about it."""
    assert fires(Trigger(values=("stop",)), Incoming("STOP"))
    assert fires(ANY, Incoming("STOP"))


def taken(flow_id: int, trigger: Trigger, *asked: Candidate) -> list[tuple[str, int]]:
    before = asked_before(trigger, flow_id, in_order(asked))
    return [(value, other.flow_id) for value, other in overtaken(trigger, before)]


def test_of_two_flows_with_the_same_word_the_newer_one_takes_it_and_a_draft_would_be_the_newest() -> None:
    older, newer = candidate(1, WORD, 9), candidate(2, Trigger(values=("ORDER!",)), 1)
    assert taken(1, WORD, older, newer) == [("Order", 2)]
    assert taken(2, newer.trigger, older, newer) == []
    assert taken(0, WORD, older, newer) == []
    assert not is_dead(WORD, [newer])
    assert is_dead(WORD, [newer, candidate(3, Trigger(values=("status",)))])
    assert not is_dead(Trigger(), [newer]), "without a word it has a problem of its own"


@pytest.mark.parametrize("trigger", [ANY, PATTERN, BUTTON, ADVERT, Trigger(TriggerKind.ADVERTISEMENT)])
def test_every_kind_is_overtaken_by_its_like(trigger: Trigger) -> None:
    assert is_dead(trigger, [candidate(2, trigger)])
    assert not is_dead(trigger, [candidate(2, WORD)])


def test_a_kind_that_is_asked_before_takes_what_fits_also_from_a_draft() -> None:
    pattern = candidate(2, Trigger(TriggerKind.PATTERN, ("^ord",)))
    assert taken(0, WORD, pattern) == []
    known = Known(asked=(candidate(2, WORD, 1), candidate(1, WORD, 5)), flow_id=1)
    told = [
        one.sentence
        for one in check(FlowDefinition((WORD,)), known)
        if one.title == "Another flow comes first"
    ]
    assert [one.split(".")[0] for one in told] == [
        "“Order” starts “Flow 2” first",
        "“status” starts “Flow 2” first",
    ]
