"""What a card of the canvas shows: made of a definition, what it can name and what stands against it. No widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.domain import flow_words
from desktop.domain.flow import START, FlowDefinition, Node, TriggerKind
from desktop.domain.flow_checks import FlowFinding, Known
from desktop.domain.flow_nodes import LABELS, NEXT, Exit, Jump, SendTemplate, exits_of

TRIGGER: Final = "Trigger"
START_EXITS: Final = (Exit(NEXT, "Then", needed=True),)
Given = Mapping[str, Sequence[FlowFinding]]


@dataclass(frozen=True, slots=True)
class ExitLook:
    """A way out. problem: what is wrong with it, or ""."""

    name: str
    label: str
    joined: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CardLook:
    """One card. kind: the small heading; bold: parts of the text that stand out; note: a further sentence of warning.

    problems_count and doubts_count: what blocks publishing, and what does not.
    """

    id: str
    kind: str
    text: str
    bold: tuple[str, ...] = ()
    exits: tuple[ExitLook, ...] = ()
    is_marketing: bool = False
    note: str = ""
    problems_count: int = 0
    doubts_count: int = 0
    problem: str = ""

    @property
    def spoken(self) -> str:
        """All of it, for a screen reader."""
        said = f"{self.kind}: {' '.join(self.text.split())}"
        marked = f"{said}. Marketing. {self.note}" if self.is_marketing else said
        return f"{marked}. Problem: {self.problem}" if self.problem else marked


def exits_at(definition: FlowDefinition, id: str) -> tuple[Exit, ...]:
    """The ways out of a card, the one of the triggers among them; none of what is not there."""
    if id == START:
        return START_EXITS
    node = definition.node(id)
    return () if node is None else exits_of(node.does)


def by_node(findings: Sequence[FlowFinding]) -> dict[str, tuple[FlowFinding, ...]]:
    """The findings of each card; those of the flow itself stand at its beginning."""
    found: dict[str, list[FlowFinding]] = {}
    for one in findings:
        found.setdefault(one.node_id or START, []).append(one)
    return {id: tuple(those) for id, those in found.items()}


class Looks:
    """The looks of all cards; one that nothing changed for is the very look of before."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, CardLook]] = {}
        self._known = Known()

    def made(
        self, definition: FlowDefinition, known: Known, findings: Sequence[FlowFinding]
    ) -> dict[str, CardLook]:
        """By id, START first."""
        led = {(one.from_id, one.exit) for one in definition.edges}
        found = by_node(findings)
        kept: dict[str, tuple[object, CardLook]] = {}
        if known is not self._known:
            self._known, self._kept = known, {}
        for id, does in (
            (START, definition.triggers), *((one.id, one.does) for one in definition.nodes),
        ):  # fmt: skip
            exits = START_EXITS if isinstance(does, tuple) else exits_of(does)
            joined = tuple((id, one.name) in led for one in exits)
            leads_to = definition.node(does.node_id) if isinstance(does, Jump) else None
            key = (does, joined, found.get(id, ()), leads_to and leads_to.does)
            before = self._kept.get(id)
            if before is not None and before[0] == key:
                kept[id] = before
                continue
            looks = _exit_looks(exits, joined, found.get(id, ()))
            node = None if isinstance(does, tuple) else Node(id, does)
            kept[id] = (key, _look(definition, node, known, looks, found.get(id, ())))
        self._kept = kept
        return {id: look for id, (_, look) in kept.items()}


def _exit_looks(
    exits: Sequence[Exit], joined: Sequence[bool], findings: Sequence[FlowFinding]
) -> tuple[ExitLook, ...]:
    return tuple(
        ExitLook(one.name, one.label, led, _problem_at(findings, one.name))
        for one, led in zip(exits, joined, strict=True)
    )


def _look(
    definition: FlowDefinition, node: Node | None, known: Known, exits: tuple[ExitLook, ...],
    findings: Sequence[FlowFinding],
) -> CardLook:  # fmt: skip
    """node None: the card of the triggers."""
    blocking_count = sum(one.blocks for one in findings)
    counts = (blocking_count, len(findings) - blocking_count, findings[0].title if findings else "")
    if node is None:
        bold = (one.values for one in definition.triggers if one.kind is not TriggerKind.ANY)
        parts = tuple(value.strip() for values in bold for value in values)
        return CardLook(
            START, TRIGGER, flow_words.triggers_words(definition), parts, exits, False, "", *counts
        )
    if not isinstance(node.does, SendTemplate):
        text = flow_words.summary(node, known, definition)
        return CardLook(node.id, LABELS[node.does.kind], text, (), exits, False, "", *counts)
    template = known.templates.get(node.does.template_id or 0)
    name = template.name if template is not None else flow_words.summary(node, known)
    marketing = template is not None and template.is_marketing
    note = (flow_words.CONSENT_ASKED if known.bots_ask else flow_words.NOT_ASKED) if marketing else ""
    parts = (name,) if template is not None else ()
    return CardLook(node.id, LABELS["template"], name, parts, exits, marketing, note, *counts)


def jumps(definition: FlowDefinition) -> tuple[tuple[str, str], ...]:
    """The cards that go on at another card of the flow, each with that one."""
    there = {one.id for one in definition.nodes}
    return tuple(
        (one.id, one.does.node_id)
        for one in definition.nodes
        if isinstance(one.does, Jump) and one.does.node_id in there
    )


def _problem_at(findings: Sequence[FlowFinding], exit: str) -> str:
    return next((one.title for one in findings if one.part == f"exit:{exit}"), "")
