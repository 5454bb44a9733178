"""What a flow's cards say: the text, whom a conversation goes to, what a condition asks. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Op
from desktop.domain.flow import START, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_findings import Known
from desktop.domain.flow_nodes import About, Decide, Does
from desktop.domain.sequence import DAY_MINUTES, EVERY_DAY, Hours

LONGEST_LINE: Final = 120
NOT_WRITTEN: Final = "Nothing written yet"
NOT_CHOSEN: Final = "Not chosen yet"
UNASSIGNED: Final = "Unassigned"
NOT_ASKED: Final = "Bot: consent is not asked. Counted in the register."
"""Stands on every marketing template of a flow."""

OPERATORS: Final[dict[Op, str]] = {
    Op.IS: "is",
    Op.IS_NOT: "is not",
    Op.CONTAINS: "contains",
    Op.NOT_CONTAINS: "does not contain",
    Op.STARTS_WITH: "starts with",
    Op.ANY_OF: "is any of",
    Op.ALL_OF: "has all of",
    Op.NONE_OF: "is none of",
    Op.BEFORE: "before",
    Op.AFTER: "after",
    Op.LESS: "is less than",
    Op.MORE: "is more than",
    Op.EMPTY: "is empty",
    Op.NOT_EMPTY: "is not empty",
}
_FIELDS: Final = {
    "tag": "Tag",
    "opt_in": "Marketing opt-in",
    "name": "Name",
    "phone": "Phone",
    "created": "Added",
    "last_inbound": "Last wrote to us",
}
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


# Triggers.


def trigger_words(trigger: Trigger) -> str:
    """'Whole message is order, status', 'Any message'."""
    values = ", ".join(one.strip() for one in trigger.values if one.strip())
    if trigger.kind is TriggerKind.ANY:
        return "Any message"
    if trigger.kind is TriggerKind.ADVERTISEMENT:
        return f"From an advertisement with {values}" if values else "From any advertisement"
    case = " (capitals count)" if trigger.match_case and trigger.kind is not TriggerKind.PAYLOAD else ""
    return f"{_TRIGGERS[trigger.kind]} {values or '…'}{case}"


_TRIGGERS: Final = {
    TriggerKind.KEYWORD: "Whole message is",
    TriggerKind.PATTERN: "Message matches",
    TriggerKind.PAYLOAD: "Button’s payload is",
}


def triggers_words(definition: FlowDefinition) -> str:
    """All of them, a line each; what the first card says."""
    return "\n".join(trigger_words(one) for one in definition.triggers) or "Started by hand or by a jump"


# Nodes.


def summary(node: Node, known: Known) -> str:
    """What its card says, in a line or two: the text, 'To: Unassigned' …"""
    made = _SUMMARIES[type(node.does)](node.does, known)
    return "\n".join(_short(line) for line in made.split("\n")[:3])


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
    return "Everyone?" if does.contact.selects_everyone else f"{filter_words(does.contact)}?"


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
    if does.node_id:
        return f"To {does.node_id}"
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


# Conditions.


def condition_words(name: str, op: Op, values: Iterable[str]) -> str:
    """'order is 4468', 'City is any of Halifax, Regina'."""
    told = ", ".join(values)
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return f"{name} {OPERATORS[op]}"
    return f"{name} {OPERATORS[op]} {told or '…'}"


def filter_words(wanted: Filter) -> str:
    """A filter on the contact: 'Tag is any of VIP and City is Halifax'."""
    joint = " and " if wanted.match_all else " or "
    return joint.join(_item(one) for one in wanted.items) or "Everyone"


def _item(one: Condition | Filter) -> str:
    if isinstance(one, Filter):
        return f"({filter_words(one)})"
    return condition_words(_FIELDS.get(one.field) or one.field.removeprefix(ATTRIBUTE), one.op, one.values)


def hours_words(hours: Hours) -> str:
    """'Mon–Fri 9:00–18:00', 'Sat, Sun', 'no day'."""
    whole = (hours.start_minute, hours.end_minute) == (0, DAY_MINUTES)
    span = "" if whole else f"{_clock(hours.start_minute)}–{_clock(hours.end_minute)}"
    return f"{_days(hours.weekdays)} {span}".strip()


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _days(days: frozenset[int]) -> str:
    if days >= EVERY_DAY:
        return ""
    runs: list[list[int]] = []
    for day in sorted(days & EVERY_DAY):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told = [
        f"{_DAYS[run[0]]}–{_DAYS[run[-1]]}" if len(run) > 2 else ", ".join(_DAYS[day] for day in run)
        for run in runs
    ]
    return ", ".join(told) or "no day"
