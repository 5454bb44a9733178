"""Checks of one node by itself: what it says, asks, decides and does. Pure."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from desktop.domain import filters
from desktop.domain import flow_nodes as nodes
from desktop.domain.fields import checked_value
from desktop.domain.filters import BadFilter, Kind, Op, parse_value
from desktop.domain.flow import FlowDefinition, Node
from desktop.domain.flow_answers import ANSWER_OPS
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.domain.flow_message_checks import SENDING, At, answer_name, field, secrets
from desktop.domain.flow_nodes import About
from desktop.domain.flow_texts import names_in
from desktop.domain.flow_urls import (
    against_body,
    against_header,
    against_path,
    against_url,
    is_plain,
    is_reserved,
)
from desktop.domain.problems import Problem
from desktop.domain.sequence import DAY_MINUTES, LONGEST_DELAY, Delay, DelayUnit, Hours
from desktop.domain.text import fold

_REPLY_WINDOW: Final = timedelta(hours=24)
_UNITS: Final = {
    DelayUnit.MINUTES: timedelta(minutes=1),
    DelayUnit.HOURS: timedelta(hours=1),
    DelayUnit.DAYS: timedelta(days=1),
}


def of_node(node: Node, definition: FlowDefinition, known: Known) -> Iterator[FlowFinding]:
    """What is wrong with a node, wherever it stands in the flow."""
    at = At(node, known)
    if isinstance(node.does, nodes.Jump):
        yield from _jump(at, node.does, definition)
    elif (checks := _CHECKS.get(type(node.does))) is not None:
        yield from checks(at, node.does)


def _decide(at: At, does: nodes.Decide) -> Iterator[FlowFinding]:
    if does.about is About.HOURS:
        yield from _hours(at, does.hours)
    elif does.about is About.ANSWER:
        yield from _about_answer(at, does)
    elif does.contact.selects_everyone:
        yield at.found("contact", "No condition", "Add a condition: everyone would go by Yes.")
    else:
        try:
            filters.check(does.contact, at.known.attributes)
        except BadFilter as bad:
            yield at.found("contact", bad.title, bad.sentence)


def _about_answer(at: At, does: nodes.Decide) -> Iterator[FlowFinding]:
    if not does.answer.strip():
        yield at.found("answer", "No answer chosen", "Choose the answer that the condition is about.")
    if does.op not in (*ANSWER_OPS, Op.ANY_OF, Op.NONE_OF):
        yield at.found("op", "Wrong condition", "Choose how the answer is compared.")
    elif does.op not in (Op.EMPTY, Op.NOT_EMPTY):
        yield from _compared(at, does)


def _compared(at: At, does: nodes.Decide) -> Iterator[FlowFinding]:
    if not does.values or not all(one.strip() for one in does.values):
        yield at.found("values", "Value missing", "Give what the answer is compared with.")
    elif does.op in (Op.LESS, Op.MORE):
        try:
            parse_value(Kind.NUMBER, does.values[0])
        except BadFilter:
            yield at.found(
                "values", "Not a number", f"“{does.values[0]}” is no number. Write one, such as 12.5."
            )


def _hours(at: At, hours: Hours) -> Iterator[FlowFinding]:
    if hours.always:
        yield at.found("hours", "Always open", "Choose hours: these never close.", blocks=False)
    if not hours.weekdays:
        yield at.found("hours", "No weekday", "Choose at least one weekday.")
    elif not hours.weekdays <= frozenset(range(7)):
        yield at.found("hours", "Unknown weekday", "Choose weekdays from Monday to Sunday.")
    if not (0 <= hours.start_minute < DAY_MINUTES and 0 <= hours.end_minute <= DAY_MINUTES):
        yield at.found("hours", "Hours out of range", "Choose hours between 00:00 and 24:00.")
    elif hours.start_minute == hours.end_minute:
        yield at.found("hours", "Hours never open", "The hours end when they start: choose a later end.")


def _set_attribute(at: At, does: nodes.SetAttribute) -> Iterator[FlowFinding]:
    yield from secrets(at, "value", does.value)
    if not does.attribute:
        yield at.found("attribute", "No field", "Choose the field that gets the value.")
        return
    yield from field(at, "attribute", does.attribute)
    known = at.known.attributes.get(does.attribute)
    if known is not None and not names_in(does.value):
        try:
            checked_value(known, does.value, tuple(at.known.people.values()))
        except Problem as wrong:
            yield at.found("value", wrong.title, wrong.sentence)


def _tags(at: At, does: nodes.SetTags) -> Iterator[FlowFinding]:
    if not [one for one in (*does.add, *does.remove) if one.strip()]:
        yield at.found("add", "No tag", "Choose a tag to put on or to take off.")
    for both in sorted({fold(one) for one in does.add} & {fold(one) for one in does.remove}):
        yield at.found("remove", "On and off", f"“{both}” is put on and taken off. Choose one of the two.")


def _assign(at: At, does: nodes.Assign) -> Iterator[FlowFinding]:
    if does.user_id is not None and does.user_id not in at.known.people:
        sentence = "This colleague is not here any more. Choose another one, or Unassigned."
        yield at.found("user_id", "Colleague not found", sentence)


def _enrol(at: At, does: nodes.Enrol) -> Iterator[FlowFinding]:
    if does.sequence_id is None:
        yield at.found("sequence_id", "No sequence", "Choose a sequence.")
    elif does.sequence_id not in at.known.sequences:
        sentence = "Nobody can come into this sequence. Activate it, or choose another one."
        yield at.found("sequence_id", "Sequence not found", sentence)


def _request(at: At, does: nodes.Request) -> Iterator[FlowFinding]:
    if against := against_url(does.url):
        yield at.found("url", "Not an address", against)
    elif is_reserved(does.url):
        yield at.found("url", "Not your program yet", "Put the address of your own program here.")
    elif is_plain(does.url):
        sentence = "The address must begin with https://: anybody on the way can read what http:// carries."
        yield at.found("url", "Not encrypted", sentence)
    yield from secrets(at, "url", does.url)
    yield from secrets(at, "body", does.body)
    for place, (name, value) in enumerate(does.headers):
        if against := against_header(name, value):
            yield at.found(f"headers:{place}", "Header not sent", against)
    if against := against_body(does.body):
        yield at.found("body", "Not JSON", against)
    elif does.method == "GET" and does.body.strip():
        yield at.found("body", "Not sent", "GET carries no body. Choose POST, or empty it.", blocks=False)
    for place, take in enumerate(does.takes):
        if not take.answer.strip():
            yield at.found(f"takes:{place}", "No name", "Name the answer that takes the value.")
        yield from answer_name(at, f"takes:{place}", take.answer)
        if against := against_path(take.path):
            yield at.found(f"takes:{place}", "No place", against)


def _wait(at: At, does: nodes.Wait) -> Iterator[FlowFinding]:
    most = LONGEST_DELAY // _UNITS[does.delay.unit]
    if not 1 <= does.delay.count <= most:
        sentence = f"Choose 1 to {most:,} {does.delay.unit.value}."
        yield at.found("delay", "Time out of range", sentence)
    elif _length(does.delay) >= _REPLY_WINDOW:
        sentence = "After 24 hours without a word of the customer only a template reaches them."
        yield at.found("delay", "Only templates after this", sentence, blocks=False)


def _length(delay: Delay) -> timedelta:
    return delay.count * _UNITS[delay.unit]


def _jump(at: At, does: nodes.Jump, definition: FlowDefinition) -> Iterator[FlowFinding]:
    if does.node_id:
        if definition.node(does.node_id) is None:
            yield at.found("node_id", "Leads to nothing", "The step to go to is gone. Choose another one.")
    elif does.flow_id is None:
        yield at.found("node_id", "Leads nowhere", "Choose a step or a flow to go on with.")
    elif does.flow_id not in at.known.flows:
        sentence = "The flow to go on with is not published. Publish it, or choose another one."
        yield at.found("flow_id", "Flow not found", sentence)


_CHECKS: Final[dict[type[nodes.Does], Callable[[At, Any], Iterator[FlowFinding]]]] = {
    **SENDING,
    nodes.Decide: _decide,
    nodes.SetAttribute: _set_attribute,
    nodes.SetTags: _tags,
    nodes.Assign: _assign,
    nodes.Enrol: _enrol,
    nodes.Request: _request,
    nodes.Wait: _wait,
}
