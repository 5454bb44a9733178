"""The transition of a bot's session: what happened, where it stands then, what is to be done. Pure.

Each message is awaited before the next node, so a customer reads them in order, and *not sent* can be answered.
Between two words of the customer a session passes at most MOST_HOPS nodes: whatever is drawn, it ends or waits.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.fields import checked_value
from desktop.domain.flow import (
    LONGEST_TIMEOUT_MINUTES,
    MOST_NODES,
    SHORTEST_TIMEOUT_MINUTES,
    FlowDefinition,
    Node,
    SessionStatus,
)
from desktop.domain.flow_answers import chosen, fitting, is_written, typed, wordless
from desktop.domain.flow_conditions import is_so
from desktop.domain.flow_messages import message, request
from desktop.domain.flow_nodes import Asks, Does
from desktop.domain.flow_session import (
    TO_PEOPLE,
    Awaits,
    ChangeAttribute,
    ChangeOptIn,
    ChangeTags,
    Effect,
    EnrolIn,
    Event,
    GiveTo,
    KeepAnswer,
    MessageEnded,
    Passed,
    PersonCame,
    RequestEnded,
    Said,
    SessionState,
    Started,
    StartFlow,
    Surroundings,
    TimeCame,
    Transition,
)
from desktop.domain.flow_texts import fill
from desktop.domain.problems import Problem
from desktop.domain.sequence import LONGEST_DELAY, Delay, DelayUnit
from desktop.domain.step_times import due_after

MOST_HOPS: Final = MOST_NODES
"""A flow whose checks found no loop comes to its end with fewer."""
REQUEST_WITHIN: Final = timedelta(minutes=2)
"""A request that nothing was heard of is over then: longer than it may take (system.http)."""


def transition(
    definition: FlowDefinition, state: SessionState, event: Event, around: Surroundings
) -> Transition:
    """What follows from an event. Total: an event that the session does not wait for changes nothing."""
    run = _Run(definition, state, around)
    if not state.is_over:
        _take(run, event)
    return Transition(run.state, tuple(run.effects))


@dataclass(slots=True)
class _Run:
    """One transition as it goes: the state so far, what is known by now, and the effects so far."""

    definition: FlowDefinition
    state: SessionState
    around: Surroundings
    effects: list[Effect] = field(default_factory=list)

    def set(self, **changed: Any) -> None:
        self.state = replace(self.state, **changed)

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def message(self, node: Node, does: nodes.Sends) -> Effect:
        return message(node.id, does, self.state.answers, self.around.fields, self.around.mark)

    def filled(self, text: str) -> str:
        return fill(text, self.state.answers, self.around.fields)


def _take(run: _Run, event: Event) -> None:
    if isinstance(event, Started):
        if not run.state.node_id:
            run.set(said=event.text)
            _enter(run, run.definition.first_id)
        return
    if isinstance(event, PersonCame):
        _end(run, SessionStatus.TAKEN_OVER)
        return
    if not run.state.node_id:
        return
    node = run.definition.node(run.state.node_id)
    if node is None:
        _break(run, "The step where it stood is not in the flow.")
    else:
        _take_at(run, node, event)


def _take_at(run: _Run, node: Node, event: Said | MessageEnded | RequestEnded | TimeCame) -> None:
    awaits = run.state.awaits
    if isinstance(event, Said):
        if awaits is Awaits.ANSWER and isinstance(node.does, Asks):
            _answer(run, node, event)
    elif isinstance(event, MessageEnded):
        if not event.sent and awaits in (Awaits.MESSAGE, Awaits.ANSWER):
            _leave(run, node, nodes.NOT_SENT, event.because)
        elif awaits is Awaits.MESSAGE:
            _leave(run, node, nodes.NEXT)
        elif awaits is Awaits.ANSWER:
            run.set(due_at=_answer_due(run))  # From when the customer could read it.
    elif isinstance(event, RequestEnded):
        if awaits is Awaits.REQUEST:
            _requested(run, node, event)
    elif isinstance(event, TimeCame):
        _time_came(run, node)
    else:
        assert_never(event)


def _time_came(run: _Run, node: Node) -> None:
    due_at = run.state.due_at
    if due_at is None or run.around.now < due_at:
        return
    if run.state.awaits is Awaits.ANSWER:
        _end(run, SessionStatus.TIMED_OUT)
        run.do(TO_PEOPLE)
    elif run.state.awaits is Awaits.TIME:
        _leave(run, node, nodes.NEXT)
    elif run.state.awaits is Awaits.REQUEST:
        _requested(run, node, RequestEnded(because="no answer came"))


# Going from node to node.


def _enter(run: _Run, node_id: str) -> None:
    """Go on from a node until something is awaited or it is over."""
    next_id = node_id
    while next_id:
        node = run.definition.node(next_id)
        if node is None:
            _break(run, "It leads to a step that is not there.")
            return
        if run.state.hop_count >= MOST_HOPS:
            _break(run, f"It went through {MOST_HOPS} steps without hearing from the customer.")
            return
        run.set(
            node_id=node.id,
            awaits=Awaits.NOTHING,
            due_at=None,
            try_count=0,
            hop_count=run.state.hop_count + 1,
        )
        exit = _do(run, node)
        if exit is None:
            return
        run.do(Passed(node.id, exit))
        next_id = _jump(node.does) or run.definition.after(node.id, exit)
    _end(run, SessionStatus.COMPLETED, is_counted=False)


def _jump(does: Does) -> str:
    return does.node_id if isinstance(does, nodes.Jump) else ""


def _leave(run: _Run, node: Node, exit: str, because: str = "") -> None:
    """Go out of a node that waited. Where nothing stands at an exit that went wrong, people take over."""
    following = run.definition.after(node.id, exit)
    status = _WENT_WRONG.get(exit)
    if status is not None and not following:
        _end(run, status, because, exit=exit)
        run.do(TO_PEOPLE)
        return
    run.do(Passed(node.id, exit, because))
    if following:
        _enter(run, following)
    else:
        _end(run, SessionStatus.COMPLETED, is_counted=False)


_WENT_WRONG: Final = {
    nodes.NOT_SENT: SessionStatus.NOT_SENT,
    nodes.INVALID: SessionStatus.NOT_UNDERSTOOD,
    nodes.OTHER: SessionStatus.NOT_UNDERSTOOD,
    nodes.FAILED: SessionStatus.BROKEN,
}


def _end(
    run: _Run, status: SessionStatus, because: str = "", *, exit: str = "", is_counted: bool = True
) -> None:
    if is_counted and run.state.node_id:
        run.do(Passed(run.state.node_id, exit, because))
    run.set(awaits=Awaits.NOTHING, due_at=None, status=status, because=because)


def _break(run: _Run, because: str) -> None:
    _end(run, SessionStatus.BROKEN, because)
    run.do(TO_PEOPLE)


# What a node does. Returns the exit by which it is left at once, or None where it waits or ends.


def _do(run: _Run, node: Node) -> str | None:
    does = node.does
    if isinstance(
        does,
        nodes.SendText
        | nodes.SendMedia
        | nodes.SendButtons
        | nodes.SendList
        | nodes.SendTemplate
        | nodes.Question,
    ):
        _send(run, node, does)
        return None
    if isinstance(does, nodes.Decide):
        return nodes.YES if is_so(does, run.state.answers, run.around) else nodes.NO
    if isinstance(does, nodes.SetAttribute):
        _set_attribute(run, does.attribute, run.filled(does.value))
        return nodes.NEXT
    if isinstance(does, nodes.SetOptIn):
        _set_opt_in(run, does.value)
        return nodes.NEXT
    if isinstance(does, nodes.SetTags):
        run.do(ChangeTags(does.add, does.remove))
        tags = (run.around.person.tags | {*does.add}) - {*does.remove}
        run.around = replace(run.around, person=replace(run.around.person, tags=tags))
        return nodes.NEXT
    if isinstance(does, nodes.Enrol):
        if does.sequence_id is not None:
            run.do(EnrolIn(does.sequence_id))
        return nodes.NEXT
    if isinstance(does, nodes.Request):
        _request(run, node, does)
        return None
    if isinstance(does, nodes.Wait):
        run.set(awaits=Awaits.TIME, due_at=due_after(run.around.now, _bounded(does.delay), run.around.zone))
        return None
    return _finish(run, does)


_LONGEST: Final = {
    DelayUnit.MINUTES: LONGEST_DELAY // timedelta(minutes=1),
    DelayUnit.HOURS: LONGEST_DELAY // timedelta(hours=1),
    DelayUnit.DAYS: LONGEST_DELAY // timedelta(days=1),
}


def _bounded(delay: Delay) -> Delay:
    """A delay that has an end, also in a draft that is tried."""
    return replace(delay, count=max(0, min(delay.count, _LONGEST[delay.unit])))


def _answer_due(run: _Run) -> datetime:
    minutes = max(SHORTEST_TIMEOUT_MINUTES, min(run.definition.timeout_minutes, LONGEST_TIMEOUT_MINUTES))
    return run.around.now + timedelta(minutes=minutes)


def _finish(run: _Run, does: nodes.Assign | nodes.Jump | nodes.End) -> str | None:
    if isinstance(does, nodes.Assign):
        _end(run, SessionStatus.HANDED_OVER)
        run.do(GiveTo(does.user_id))
        return None
    if isinstance(does, nodes.Jump):
        if does.node_id:
            return nodes.NEXT
        _end(run, SessionStatus.COMPLETED)
        if does.flow_id is not None:
            run.do(StartFlow(does.flow_id))
        return None
    if isinstance(does, nodes.End):
        _end(run, SessionStatus.COMPLETED)
        return None
    assert_never(does)


# Sending and asking.


def _send(run: _Run, node: Node, does: nodes.Sends) -> None:
    run.do(run.message(node, does))
    if isinstance(does, Asks):
        run.set(awaits=Awaits.ANSWER, due_at=_answer_due(run))
    else:
        run.set(awaits=Awaits.MESSAGE)


def _answer(run: _Run, node: Node, said: Said) -> None:
    does = node.does
    run.set(
        said=said.text.strip() or wordless(said), hop_count=0 if is_written(said) else run.state.hop_count
    )
    if isinstance(does, nodes.Question):
        value = fitting(does, said)
        if value is None:
            again = replace(does, text=does.invalid_text or does.text)
            _not_taken(run, node, said, nodes.INVALID, again)
            return
        _keep(run, node.id, does.answer, value)
        if does.attribute:
            _set_attribute(run, does.attribute, value)
        _leave(run, node, nodes.NEXT)
        return
    assert isinstance(does, nodes.SendButtons | nodes.SendList)
    choice = chosen(node.id, does.choices, said, run.around.mark)
    if choice is not None:
        _keep(run, node.id, does.answer, choice.title)
        _leave(run, node, nodes.CHOICE + choice.id)
    elif run.definition.after(node.id, nodes.OTHER):
        _keep(run, node.id, does.answer, run.state.said)
        _leave(run, node, nodes.OTHER)
    else:
        _not_taken(run, node, said, nodes.OTHER, _once_more(run, does))


def _once_more(run: _Run, does: nodes.SendButtons | nodes.SendList) -> nodes.SendButtons | nodes.SendList:
    """The choices again, below the words for an answer that is none of them; what is too long together is not cut."""
    if not does.invalid_text.strip():
        return does
    both = f"{does.invalid_text}\n\n{does.text}"
    fits = len(run.filled(both)) <= nodes.LONGEST_BODY
    return replace(does, text=both if fits else does.invalid_text)


def _not_taken(run: _Run, node: Node, said: Said, exit: str, again: nodes.Asks) -> None:
    """Ask once more. A picture, a sticker or what cannot be read is no wrong answer: it costs no try, but has an end."""
    if is_written(said):
        _try_again(run, node, again.tries, exit, again)
    elif run.state.hop_count >= MOST_HOPS:
        _break(run, f"It asked again {MOST_HOPS} times without hearing a word from the customer.")
    else:
        run.do(run.message(node, again))
        run.set(hop_count=run.state.hop_count + 1, due_at=_answer_due(run))


def _try_again(run: _Run, node: Node, most: int, exit: str, again: nodes.Sends) -> None:
    """Ask once more, in these words, as often as it may be tried."""
    try_count = run.state.try_count + 1
    if try_count >= most:
        _leave(run, node, exit)
        return
    run.do(run.message(node, again))
    run.set(try_count=try_count, due_at=_answer_due(run))


def _keep(run: _Run, node_id: str, name: str, value: str) -> None:
    if name:
        run.do(KeepAnswer(node_id, name, value))
        run.set(answers={**run.state.answers, name: value})


# Deciding and doing.


def _set_attribute(run: _Run, name: str, value: str) -> None:
    """What a field keeps of a text; one that does not fit is not kept, neither here nor by whoever carries it out."""
    run.do(ChangeAttribute(name, value))
    known = run.around.attributes.get(name)
    if known is None:
        return
    try:
        # Of colleagues only whoever carries it out knows who works here.
        kept = checked_value(known, value, (value,))
    except Problem:
        return
    person = run.around.person
    attributes = {key: one for key, one in person.attributes.items() if key != name}
    if (now := typed(known, kept)) is not None:
        attributes[name] = now
    fields = {**run.around.fields, f"attribute:{name}": kept}
    run.around = replace(run.around, person=replace(person, attributes=attributes), fields=fields)


def _set_opt_in(run: _Run, value: OptIn) -> None:
    """A Yes needs the words that it was said in; a No is believed without."""
    if value is OptIn.YES and not run.state.said:
        return
    run.do(ChangeOptIn(value, run.state.said))
    run.around = replace(run.around, person=replace(run.around.person, opt_in=value))


def _request(run: _Run, node: Node, does: nodes.Request) -> None:
    run.do(request(node.id, does, run.state.answers, run.around.fields))
    run.set(awaits=Awaits.REQUEST, due_at=run.around.now + REQUEST_WITHIN)


def _requested(run: _Run, node: Node, event: RequestEnded) -> None:
    for name, value in event.values.items():
        _keep(run, node.id, name, value)
    _leave(run, node, nodes.FAILED if event.because else nodes.NEXT, event.because)
