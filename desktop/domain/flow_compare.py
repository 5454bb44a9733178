"""What differs between two versions of a flow, in words: one line for each thing that a person changed. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from desktop.domain.flow import START, FlowDefinition, Node
from desktop.domain.flow_nodes import LABELS, Choice, Does, exits_of
from desktop.domain.flow_words import label, summary, trigger_words

LONGEST_VALUE: Final = 60
_LEAD: Final = 16
"""So much of what two long texts have in common stands before where they part."""

__all__ = ["Change", "Difference", "differences", "label", "summary", "trigger_words"]


class Change(StrEnum):
    """What was done. JOINED and PARTED are exits that lead elsewhere, or nowhere any more."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    JOINED = "joined"
    PARTED = "parted"
    TRIGGERS = "triggers"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. node_id: the node it was made at (one that was removed is in the earlier flow only); START for the
    triggers and the timeout.
    """

    kind: Change
    node_id: str
    sentence: str


def differences(before: FlowDefinition, after: FlowDefinition) -> tuple[Difference, ...]:
    """Everything that a session would go through differently; where cards lie is no difference.

    What leads to and from a node that came or went belongs to its coming or going.
    """
    return (*_own(before, after), *_nodes(before, after), *_edges(before, after))


def _own(before: FlowDefinition, after: FlowDefinition) -> Iterator[Difference]:
    if before.triggers != after.triggers:
        told = "; ".join(trigger_words(one) for one in after.triggers) or "none"
        yield Difference(Change.TRIGGERS, START, f"Triggers: {told}.")
    if before.timeout_minutes != after.timeout_minutes:
        words = (
            f"An answer may take {_minutes(after.timeout_minutes)}, not {_minutes(before.timeout_minutes)}."
        )
        yield Difference(Change.TIMEOUT, START, words)


def _minutes(count: int) -> str:
    return f"{count:,} minute{'' if count == 1 else 's'}"


def _nodes(before: FlowDefinition, after: FlowDefinition) -> Iterator[Difference]:
    old, new = _by_id(before), _by_id(after)
    for id, node in new.items():
        if id not in old:
            yield Difference(Change.ADDED, id, _came(after, id))
        elif old[id].does != node.does:
            yield Difference(Change.CHANGED, id, _changed(after, old[id].does, node))
    for id in old:
        if id not in new:
            yield Difference(Change.REMOVED, id, f"{label(before, id)} removed.")


def _by_id(definition: FlowDefinition) -> Mapping[str, Node]:
    return {one.id: one for one in definition.nodes}


def _changed(after: FlowDefinition, was: Does, node: Node) -> str:
    named = label(after, node.id)
    if type(was) is not type(node.does):
        return f"{named} took the place of {LABELS[was.kind]}."
    both = [(one.name, getattr(was, one.name), getattr(node.does, one.name)) for one in fields(was)]
    shown, plain = [], []
    for part, before, now in both:
        if before == now:
            continue
        words = _PARTS.get(part, part.replace("_", " "))
        if part in _IDS or (told := _before_and_after(before, now)) is None:
            plain.append(words)
        else:
            shown.append(f"{words} changed from {told[0]} to {told[1]}")
    rest = [f"{_listed(list(dict.fromkeys(plain)))} changed"] if plain else []
    return f"{named}: {'; '.join(shown + rest)}."


def _before_and_after(before: object, now: object) -> tuple[str, str] | None:
    """What it was and what it is, shortened around where they part; None for what has no words of its own."""
    if isinstance(before, int) and isinstance(now, int):
        return f"{before:,}", f"{now:,}"
    one, other = _written(before), _written(now)
    if one is None or other is None:
        return None
    shorter = min(len(one), len(other))
    same = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    start = max(0, same - _LEAD) if max(len(one), len(other)) > LONGEST_VALUE else 0
    return _quoted(one, start), _quoted(other, start)


def _written(value: object) -> str | None:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, tuple) and all(isinstance(one, Choice) for one in value):
        return ", ".join(one.title for one in value if isinstance(one, Choice))
    return None


def _quoted(text: str, start: int) -> str:
    if not text:
        return "nothing"
    cut = text[start : start + LONGEST_VALUE]
    before, behind = "…" if start else "", "…" if start + LONGEST_VALUE < len(text) else ""
    return f"“{before}{cut.strip()}{behind}”"


_IDS: Final = frozenset({"template_id", "user_id", "sequence_id", "flow_id", "node_id"})
_PARTS: Final = {
    "template_id": "template",
    "user_id": "colleague",
    "sequence_id": "sequence",
    "flow_id": "flow",
    "node_id": "step to go to",
    "media": "kind of file",
    "link": "address of the file",
    "button": "button that opens it",
    "must_be": "what the answer must be",
    "answer": "name of the answer",
    "invalid_text": "reply to an answer that does not fit",
    "tries": "number of tries",
    "attribute": "contact field",
    "about": "what it asks",
    "contact": "condition",
    "op": "condition",
    "values": "condition",
    "url": "address",
    "takes": "what is taken from the answer",
    "add": "tags",
    "remove": "tags",
}


def _listed(told: list[str]) -> str:
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _edges(before: FlowDefinition, after: FlowDefinition) -> Iterator[Difference]:
    stay = {START, *(_by_id(before).keys() & _by_id(after).keys())}
    old, new = _joined(before, stay), _joined(after, stay)
    for (from_id, exit), to_id in new.items():
        # One that leads to a node that came is told with its coming.
        if old.get((from_id, exit)) != to_id and to_id in stay:
            words = f"{_exit(after, from_id, exit)} leads to {label(after, to_id)}."
            yield Difference(Change.JOINED, from_id, words)
    for (from_id, exit), to_id in old.items():
        # One whose node is gone is parted with it.
        if (from_id, exit) not in new and to_id in stay:
            words = f"{_exit(before, from_id, exit)} no longer leads to {label(before, to_id)}."
            yield Difference(Change.PARTED, from_id, words)


def _joined(definition: FlowDefinition, from_ids: Collection[str]) -> dict[tuple[str, str], str]:
    """Which node each exit of these nodes leads to; of two edges from one exit, the one that is followed."""
    made: dict[tuple[str, str], str] = {}
    known = _by_id(definition)
    for one in definition.edges:
        if one.from_id in from_ids and one.to_id in known:
            made.setdefault((one.from_id, one.exit), one.to_id)
    return made


def _came(definition: FlowDefinition, id: str) -> str:
    """'Text “Hello” added after Question “Which order?” · Answered.'"""
    led = next((one for one in definition.edges if one.to_id == id), None)
    after = f" after {_exit(definition, led.from_id, led.exit)}" if led is not None else ""
    return f"{label(definition, id)} added{after}."


def _exit(definition: FlowDefinition, node_id: str, exit: str) -> str:
    """'Question “Which order?” · Answered'."""
    node = definition.node(node_id)
    if node is None:
        return label(definition, node_id)
    names = {one.name: one.label for one in exits_of(node.does)}
    return f"{label(definition, node_id)} · {names.get(exit, exit)}"
