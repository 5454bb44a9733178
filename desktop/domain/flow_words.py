"""What a flow's cards say: the text, whom a conversation goes to, what a condition asks. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filter_words import condition_words, filter_sentence
from desktop.domain.flow import START, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_findings import Known
from desktop.domain.flow_nodes import About, Decide, Does
from desktop.domain.flow_triggers import Candidate
from desktop.domain.hours_words import hours_words

LONGEST_LINE: Final = 120
_NO_FLOW: Final = FlowDefinition()
NOT_WRITTEN: Final = "Nothing written yet"
NOT_CHOSEN: Final = "Not chosen yet"
UNASSIGNED: Final = "Unassigned"
NOT_ASKED: Final = "Bot: consent is not asked. Counted in the register."
"""Stands on every marketing template of a flow."""
MARKETING_NOTICE: Final = (
    f"{NOT_ASKED} It is asked where a colleague starts the flow, until the customer has answered, and where the customer "
    "says No after the bot began."
)
"""The same with its exception: only a conversation that the customer began, or answered in, is an incoming one."""
CONSENT_ASKED: Final = "Bots ask consent in this workspace: who said No leaves by “Not sent”."
"""Stands there instead where the workspace says so."""


# Triggers.


def trigger_words(trigger: Trigger) -> str:
    """'Whole message is order, status', 'Any message'."""
    values = ", ".join(one.strip() for one in trigger.values if one.strip())
    if trigger.kind is TriggerKind.ANY:
        return "Any message"
    if trigger.kind is TriggerKind.ADVERTISEMENT:
        return f"From an advertisement with {values}" if values else "From any advertisement"
    case = " (capitals count)" if trigger.match_case and trigger.kind is not TriggerKind.PAYLOAD else ""
    return f"{TRIGGERS[trigger.kind]} {values or '…'}{case}"


TRIGGERS: Final = {
    TriggerKind.KEYWORD: "Whole message is",
    TriggerKind.PATTERN: "Message matches",
    TriggerKind.PAYLOAD: "Button sends",
}


def first_words(trigger: Trigger, value: str, other: Candidate) -> str:
    """'“order” starts “Order status 2” first.' value: "" of a trigger that takes whatever comes."""
    none = "Any message" if trigger.kind is TriggerKind.ANY else "Any advertisement"
    return f"{f'“{value}”' if value else none} starts “{other.flow_name}” first."


def triggers_words(definition: FlowDefinition) -> str:
    """All of them, a line each; what the first card says."""
    return "\n".join(trigger_words(one) for one in definition.triggers) or "Started by hand or by a jump"


# Nodes.


def summary(node: Node, known: Known, definition: FlowDefinition = _NO_FLOW) -> str:
    """What its card says, in a line or two: the text, 'To: Unassigned' … definition: names the step of a jump."""
    if isinstance(node.does, nodes.Jump) and node.does.node_id:
        made = f"To {_step(node.does.node_id, known, definition)}"
    else:
        made = _SUMMARIES[type(node.does)](node.does, known)
    return "\n".join(_short(line) for line in made.split("\n")[:3])


def _step(id: str, known: Known, definition: FlowDefinition) -> str:
    """'Condition: date is not empty?'."""
    node = definition.node(id)
    if node is None:
        return "another step" if definition is _NO_FLOW else "a step that is gone"
    kind = nodes.LABELS[node.does.kind]
    if isinstance(node.does, nodes.Jump):
        return kind
    return f"{kind}: {_short(' '.join(summary(node, known).partition(chr(10))[0].split()), 60)}"


def label(definition: FlowDefinition, node_id: str) -> str:
    """What a node is called where there is no card: 'Question “What is your order number?”'."""
    if node_id == START:
        return "Trigger"
    node = definition.node(node_id)
    if node is None:
        return node_id
    said = _said(node.does)
    kind = nodes.LABELS[node.does.kind]
    return f"{kind} “{_short(said, 40)}”" if said else f"{kind} ({node.id})"


def _said(does: Does) -> str:
    """Its own words, if it has some."""
    if isinstance(does, nodes.SendText | nodes.SendButtons | nodes.SendList | nodes.Question):
        return " ".join(does.text.split())
    return ""


def _short(text: str, most: int = LONGEST_LINE) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _text(text: str) -> str:
    return " ".join(text.split()) or NOT_WRITTEN


def _choices(does: nodes.SendButtons | nodes.SendList, _: Known) -> str:
    titles = " · ".join(one.title or "…" for one in does.choices)
    return f"{_text(does.text)}\n{titles}" if titles else _text(does.text)


def _media(does: nodes.SendMedia, _: Known) -> str:
    where = does.link.strip() or NOT_CHOSEN
    said = f"{does.media.capitalize()}: {where}"
    return f"{said}\n{_text(does.caption)}" if does.caption.strip() and does.media != "audio" else said


def _template(does: nodes.SendTemplate, known: Known) -> str:
    """Its name alone: the mark of its category and what it means stand beside it."""
    if does.template_id is None:
        return NOT_CHOSEN
    found = known.templates.get(does.template_id)
    return found.name if found else "A template that is gone"


def _condition(does: Decide, known: Known) -> str:
    if does.about is About.HOURS:
        return "At any time?" if does.hours.always else f"Is it {hours_words(does.hours)}?"
    if does.about is About.ANSWER:
        return f"{condition_words(does.answer or '…', does.op, does.values)}?"
    del known
    return f"{filter_sentence(does.contact)}?"


def _attribute(does: nodes.SetAttribute, _: Known) -> str:
    if not does.attribute:
        return NOT_CHOSEN
    return f"{does.attribute}: {does.value.strip() or 'empty'}"


def _opt_in(does: nodes.SetOptIn, _: Known) -> str:
    value = "Yes" if does.value is OptIn.YES else "No"
    return f"{value}, with the last answer as evidence"


def _tags(does: nodes.SetTags, _: Known) -> str:
    lines = [f"Add {', '.join(does.add)}"] if does.add else []
    lines += [f"Take off {', '.join(does.remove)}"] if does.remove else []
    return "\n".join(lines) or NOT_CHOSEN


def _assign(does: nodes.Assign, known: Known) -> str:
    return f"To: {_named(does.user_id, known.people, 'a colleague who is gone', UNASSIGNED)}"


def _enrol(does: nodes.Enrol, known: Known) -> str:
    return _named(does.sequence_id, known.sequences, "A sequence that takes nobody")


def _request(does: nodes.Request, _: Known) -> str:
    return f"{does.method} {does.url.strip() or '…'}"


def _wait(does: nodes.Wait, _: Known) -> str:
    told = does.delay.sentence
    return f"Goes on {told}"


def _jump(does: nodes.Jump, known: Known) -> str:
    return f"To {_named(does.flow_id, known.flows, 'a flow that is not published', '…')}"


def _named(id: int | None, names: Mapping[int, str], gone: str, none: str = NOT_CHOSEN) -> str:
    return none if id is None else names.get(id, gone)


_SUMMARIES: Final[dict[type[Does], Callable[[Any, Known], str]]] = {
    nodes.SendText: lambda does, _: _text(does.text),
    nodes.SendMedia: _media,
    nodes.SendButtons: _choices,
    nodes.SendList: _choices,
    nodes.SendTemplate: _template,
    nodes.Question: lambda does, _: _text(does.text),
    nodes.Decide: _condition,
    nodes.SetAttribute: _attribute,
    nodes.SetOptIn: _opt_in,
    nodes.Assign: _assign,
    nodes.SetTags: _tags,
    nodes.Enrol: _enrol,
    nodes.Request: _request,
    nodes.Wait: _wait,
    nodes.Jump: _jump,
    nodes.End: lambda does, _: "The flow is over",
}
