"""The transition of a bot's session: what happened, where it stands then, what is to be done. Pure.

Each message is awaited before the next node, so a customer reads them in order, and *not sent* can be answered.
Between two words of the customer a session passes at most MOST_HOPS nodes: whatever is drawn, it ends or waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, assert_never

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import Filter, matches, parse_value
from desktop.domain.flow import FlowDefinition, Node, SessionStatus
from desktop.domain.flow_answers import chosen, fitting, is_answered, payload
from desktop.domain.flow_nodes import About, Asks, Does
from desktop.domain.flow_session import (
    AskProgram,
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
    Send,
    SessionState,
    Started,
    StartFlow,
    Surroundings,
    TimeCame,
    Transition,
)
from desktop.domain.flow_texts import ANSWER, fill, fill_json, fill_url
from desktop.domain.problems import Problem
from desktop.domain.step_times import due_after, is_open
from desktop.domain.templates import values_for

MOST_HOPS: Final = 100
CHOICE_TRIES: Final = 2
"""How often something that is no choice may be said, before people have the conversation."""
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
        run.do(GiveTo(None))
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
        run.do(GiveTo(None))
        return
    run.do(Passed(node.id, exit))
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
        run.do(Passed(run.state.node_id, exit))
    run.set(awaits=Awaits.NOTHING, due_at=None, status=status, because=because)


def _break(run: _Run, because: str) -> None:
    _end(run, SessionStatus.BROKEN, because)
    run.do(GiveTo(None))


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
        return nodes.YES if _is_so(run, does) else nodes.NO
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
        run.set(awaits=Awaits.TIME, due_at=due_after(run.around.now, does.delay, run.around.zone))
        return None
    return _finish(run, does)


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
    run.do(_message(run, node, does))
    if isinstance(does, Asks):
        run.set(awaits=Awaits.ANSWER, due_at=run.around.now + run.definition.timeout)
    else:
        run.set(awaits=Awaits.MESSAGE)


def _message(run: _Run, node: Node, does: nodes.Sends) -> Send:
    if isinstance(does, nodes.SendMedia):
        caption = run.filled(does.caption)
        made = {"link": fill_url(does.link, run.state.answers, run.around.fields)}
        if caption and does.media != "audio":
            made["caption"] = caption
        return Send(node.id, does.media, caption, {"object": made})
    if isinstance(does, nodes.SendTemplate):
        answers = {f"{ANSWER}{name}": value for name, value in run.state.answers.items()}
        values = values_for(does.variables, {**run.around.fields, **answers})
        return Send(node.id, "template", "", {"values": values}, does.template_id)
    text = run.filled(does.text)
    if isinstance(does, nodes.SendButtons):
        return Send(node.id, "interactive", text, {"object": _buttons(node.id, does, text)})
    if isinstance(does, nodes.SendList):
        return Send(node.id, "interactive", text, {"object": _list(node.id, does, text)})
    return Send(node.id, "text", text)


def _buttons(node_id: str, does: nodes.SendButtons, text: str) -> Mapping[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": payload(node_id, one), "title": one.title}} for one in does.choices
    ]
    return {"type": "button", "body": {"text": text}, "action": {"buttons": buttons}}


def _list(node_id: str, does: nodes.SendList, text: str) -> Mapping[str, Any]:
    rows = [
        {"id": payload(node_id, one), "title": one.title} | ({"description": one.note} if one.note else {})
        for one in does.choices
    ]
    return {
        "type": "list",
        "body": {"text": text},
        "action": {"button": does.button, "sections": [{"rows": rows}]},
    }


def _answer(run: _Run, node: Node, said: Said) -> None:
    does = node.does
    run.set(said=said.text.strip() or f"({said.kind})", hop_count=0)
    if isinstance(does, nodes.Question):
        value = fitting(does, said)
        if value is None:
            _try_again(run, node, does.tries, nodes.INVALID, run.filled(does.invalid_text or does.text))
            return
        _keep(run, node.id, does.answer, value)
        if does.attribute:
            _set_attribute(run, does.attribute, value)
        _leave(run, node, nodes.NEXT)
        return
    assert isinstance(does, nodes.SendButtons | nodes.SendList)
    choice = chosen(node.id, does.choices, said)
    if choice is not None:
        _keep(run, node.id, does.answer, choice.title)
        _leave(run, node, nodes.CHOICE + choice.id)
    elif run.definition.after(node.id, nodes.OTHER):
        _keep(run, node.id, does.answer, run.state.said)
        _leave(run, node, nodes.OTHER)
    else:
        _try_again(run, node, CHOICE_TRIES, nodes.OTHER, None)


def _try_again(run: _Run, node: Node, most: int, exit: str, text: str | None) -> None:
    """Ask once more, in these words or in its own, as often as it may be tried."""
    try_count = run.state.try_count + 1
    if try_count >= most:
        _leave(run, node, exit)
        return
    assert isinstance(node.does, Asks)
    run.do(Send(node.id, "text", text) if text is not None else _message(run, node, node.does))
    run.set(try_count=try_count, due_at=run.around.now + run.definition.timeout)


def _keep(run: _Run, node_id: str, name: str, value: str) -> None:
    if name:
        run.do(KeepAnswer(node_id, name, value))
        run.set(answers={**run.state.answers, name: value})


# Deciding and doing.


def _is_so(run: _Run, does: nodes.Decide) -> bool:
    if does.about is About.ANSWER:
        return is_answered(does.op, does.values, run.state.answers.get(does.answer, ""))
    if does.about is About.HOURS:
        return is_open(run.around.now, does.hours, run.around.zone)
    return _meets(run, does.contact)


def _meets(run: _Run, wanted: Filter) -> bool:
    try:
        return matches(wanted, run.around.person, run.around.attributes)
    except Problem:
        return False  # A field that was deleted since: nobody has it.


def _set_attribute(run: _Run, name: str, value: str) -> None:
    run.do(ChangeAttribute(name, value))
    person = run.around.person
    attributes = {key: kept for key, kept in person.attributes.items() if key != name}
    known = run.around.attributes.get(name)
    if known is not None and value:
        try:
            attributes[name] = parse_value(known.kind, value, name)
        except Problem:
            return  # Whoever carries it out does not keep it either.
    fields = {**run.around.fields, f"attribute:{name}": value}
    run.around = replace(run.around, person=replace(person, attributes=attributes), fields=fields)


def _set_opt_in(run: _Run, value: OptIn) -> None:
    """A Yes needs the words that it was said in; a No is believed without."""
    if value is OptIn.YES and not run.state.said:
        return
    run.do(ChangeOptIn(value, run.state.said))
    run.around = replace(run.around, person=replace(run.around.person, opt_in=value))


def _request(run: _Run, node: Node, does: nodes.Request) -> None:
    answers, fields = run.state.answers, run.around.fields
    ready = replace(
        does,
        url=fill_url(does.url, answers, fields),
        headers=tuple((name, run.filled(value)) for name, value in does.headers),
        body=fill_json(does.body, answers, fields),
    )
    run.do(AskProgram(node.id, ready))
    run.set(awaits=Awaits.REQUEST, due_at=run.around.now + REQUEST_WITHIN)


def _requested(run: _Run, node: Node, event: RequestEnded) -> None:
    for name, value in event.values.items():
        _keep(run, node.id, name, value)
    _leave(run, node, nodes.FAILED if event.because else nodes.NEXT, event.because)
