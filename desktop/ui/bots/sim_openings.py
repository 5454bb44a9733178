"""How a try-out can begin: what one can press instead of writing the first message. No widgets."""

from dataclasses import dataclass

from desktop.domain.flow import FlowDefinition, Trigger, TriggerKind
from desktop.domain.flow_triggers import Incoming

HELLO = "Hello"


@dataclass(frozen=True, slots=True)
class Opening:
    """A first message that a trigger takes. words: on its button."""

    words: str
    incoming: Incoming


def openings(definition: FlowDefinition) -> tuple[Opening, ...]:
    """Those that the flow's triggers name, each once; what only a person can think of is not among them."""
    found: list[Opening] = []
    for one in definition.triggers:
        found += _of(one)
    return tuple(dict.fromkeys(found))


def _of(trigger: Trigger) -> list[Opening]:
    values = [one.strip() for one in trigger.values if one.strip()]
    if trigger.kind is TriggerKind.KEYWORD:
        return [Opening(value, Incoming(value)) for value in values]
    if trigger.kind is TriggerKind.PAYLOAD:
        return [Opening(f"Press {value}", Incoming(value, value)) for value in values]
    if trigger.kind is TriggerKind.ADVERTISEMENT:
        seen = values[0] if values else "an advertisement"
        return [Opening(f"Come from {seen}", Incoming(HELLO, "", seen))]
    return [Opening(HELLO, Incoming(HELLO))] if trigger.kind is TriggerKind.ANY else []
