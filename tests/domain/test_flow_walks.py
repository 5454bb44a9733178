"""Any flow, any events: a session never fails, never goes round for ever, and ends or waits."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import event as noted
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain import flow_json
from desktop.domain.consent import Facts, OptIn
from desktop.domain.contacts import Contact
from desktop.domain.flow import FlowDefinition, TriggerKind
from desktop.domain.flow_checks import FlowFinding, check
from desktop.domain.flow_nodes import CHOICE, INVALID, NEXT, NOT_SENT, OTHER, Asks
from desktop.domain.flow_run import MOST_HOPS, transition
from desktop.domain.flow_session import (
    Awaits,
    ChangeOptIn,
    Event,
    MessageEnded,
    Passed,
    PersonCame,
    RequestEnded,
    Said,
    Send,
    SessionState,
    Started,
    TimeCame,
)
from desktop.domain.flow_simulation import Simulation, begin
from desktop.domain.flow_triggers import Incoming
from tests.clock import START as NOW
from tests.domain.flow_drawings import ASKING, EVENTS, KNOWN, ZONE, around, flows

_TIMES = st.sampled_from([timedelta(), timedelta(minutes=16), timedelta(days=400)])


def awaited(definition: FlowDefinition, state: SessionState, event: Event, minutes_late: timedelta) -> bool:
    """Does a session in this state wait for this event?"""
    if isinstance(event, Started):
        return not state.node_id
    if isinstance(event, PersonCame):
        return True
    if isinstance(event, TimeCame):
        return state.due_at is not None and NOW + minutes_late >= state.due_at
    expected = {
        Said: (Awaits.ANSWER,),
        MessageEnded: (Awaits.MESSAGE, Awaits.ANSWER),
        RequestEnded: (Awaits.REQUEST,),
    }[type(event)]
    if isinstance(event, MessageEnded) and event.sent:
        return state.awaits is Awaits.MESSAGE
    return bool(state.node_id) and state.awaits in expected


@settings(max_examples=30)
@given(flows() | flows(dense=True), st.lists(st.tuples(EVENTS, _TIMES), max_size=25))
def test_whatever_happens_a_session_ends_or_waits(
    definition: FlowDefinition, happenings: list[tuple[Event, timedelta]]
) -> None:
    state = SessionState()
    for event, late in [(Started(""), timedelta()), *happenings]:
        before = state
        expected = not before.is_over and awaited(definition, before, event, late)
        done = transition(definition, before, event, around(NOW + late))
        state = done.state
        assert done == transition(definition, before, event, around(NOW + late))
        if not expected:
            if before.awaits is Awaits.ANSWER and isinstance(event, MessageEnded) and event.sent:
                # The question has left: the time to answer it begins now, and nothing else changes.
                assert done.state.due_at is not None
                before = replace(before, due_at=done.state.due_at)
            assert (done.state, done.effects) == (before, ())
            continue
        assert state.is_over == (state.awaits is Awaits.NOTHING)
        assert (state.due_at is not None) == (state.awaits in (Awaits.ANSWER, Awaits.REQUEST, Awaits.TIME))
        sends = [one for one in done.effects if isinstance(one, Send)]
        assert len(sends) <= 1
        assert len(done.effects) <= 3 * MOST_HOPS
        assert not sends or state.awaits in (Awaits.MESSAGE, Awaits.ANSWER)
        assert all(
            one.evidence for one in done.effects if isinstance(one, ChangeOptIn) and one.value is OptIn.YES
        )
    noted(state.status.value)


@settings(max_examples=30)
@given(flows() | flows(dense=True), st.lists(st.booleans(), min_size=1, max_size=9))
def test_without_a_word_of_the_customer_it_comes_to_an_end(
    definition: FlowDefinition, luck: list[bool]
) -> None:
    state = transition(definition, SessionState(), Started("join"), around()).state
    now = NOW
    turns = 0
    while not state.is_over:
        good = luck[turns % len(luck)]
        turns += 1
        assert turns <= MOST_HOPS + 1
        event: Event = TimeCame()
        if state.awaits is Awaits.MESSAGE or (state.awaits is Awaits.ANSWER and not good):
            event = MessageEnded(good)
        elif state.awaits is Awaits.REQUEST:
            event = RequestEnded({}, "" if good else "no answer came")
        else:
            assert state.due_at is not None
            now = max(now, state.due_at)
        state = transition(definition, state, event, around(now)).state
    if "loop" not in {one.part for one in check(definition, KNOWN)}:
        assert not state.because.startswith("It went through")


def blocked(definition: FlowDefinition) -> list[FlowFinding]:
    return [one for one in check(definition, KNOWN) if one.part == "value" and one.blocks]


@settings(max_examples=30)
@given(flows(ASKING, dense=True), st.lists(EVENTS, max_size=12))
def test_no_yes_without_an_answer_in_a_flow_that_the_checks_let_pass(
    definition: FlowDefinition, happenings: list[Event]
) -> None:
    if blocked(definition):
        return
    kinds = {one.kind for one in definition.triggers}
    spoken = bool(kinds) and kinds <= {TriggerKind.KEYWORD, TriggerKind.PAYLOAD}
    state, last_exit = SessionState(), ""
    for event in [Started("join" if spoken else ""), *happenings]:
        done = transition(definition, state, event, around())
        for one in done.effects:
            node = definition.node(one.node_id) if isinstance(one, Passed) else None
            if isinstance(one, Passed) and node is not None and isinstance(node.does, Asks):
                last_exit = one.exit if one.exit != NOT_SENT else last_exit
            if isinstance(one, ChangeOptIn) and one.value is OptIn.YES:
                assert last_exit.startswith((NEXT, CHOICE)) or (not last_exit and spoken)
                assert last_exit not in (OTHER, INVALID)
        state = done.state


@settings(max_examples=40)
@given(flows())
def test_there_and_back_as_json(definition: FlowDefinition) -> None:
    kept = json.loads(json.dumps(flow_json.to_json(definition), ensure_ascii=False))
    assert flow_json.from_json(kept) == definition


@settings(max_examples=40)
@given(flows())
def test_each_finding_is_told_once_and_has_its_place(definition: FlowDefinition) -> None:
    found = check(definition, KNOWN)
    assert len(set(found)) == len(found)
    places = {"", "start", *(one.id for one in definition.nodes)}
    assert all(one.node_id in places and one.title and one.sentence.endswith(".") for one in found)


@settings(max_examples=30)
@given(
    flows(),
    st.booleans(),
    st.lists(st.sampled_from(["say", "press", "answer", "fail", "wait", "lose"]), max_size=12),
)
def test_any_try_goes_on(definition: FlowDefinition, by_hand: bool, verbs: list[str]) -> None:
    ana = Contact(1, "Ana Silva", "+16045550142", Facts(), NOW, attributes={"City": "Halifax"})
    here = begin(definition, ana, NOW, ZONE, KNOWN, None if by_hand else Incoming("order"))
    for verb in verbs:
        before = len(here.lines)
        here = _tried(here, verb)
        assert len(here.lines) >= before
        assert (here.awaits_request is not None) == (here.state.awaits is Awaits.REQUEST)
        assert here.state.awaits is not Awaits.MESSAGE
        assert not here.is_running or here.path[-1] == here.state.node_id


def _tried(here: Simulation, verb: str) -> Simulation:
    buttons = [one for line in here.lines for one in line.buttons]
    verbs: dict[str, Callable[[], Simulation]] = {
        "say": lambda: here.said("yes"),
        "press": lambda: here.pressed(buttons[-1][0] if buttons else "order"),
        "answer": lambda: here.answered({"date": "20 Nov."}),
        "fail": lambda: here.failed(""),
        "wait": here.time_passed,
        "lose": lambda: replace(here, sends=not here.sends),
    }
    return verbs[verb]()
