"""A flow while it is being edited: each change is a new value, and the ones before are kept to go back to. Pure.

A function that would change nothing returns the very definition that it was given.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from desktop.domain import flow_json
from desktop.domain.flow import MOST_NODES, START, Edge, FlowDefinition, Node, Trigger
from desktop.domain.flow_nodes import NEXT, Does, Jump, Question, exits_of
from desktop.domain.problems import Problem

MOST_UNDO: Final = 100
CARD_WIDTH: Final = 220.0
CARD_HEIGHT: Final = 96.0
"""About the size of a card on the canvas, in its units."""
GAP_X: Final = 70.0
GAP_Y: Final = 40.0
FARTHEST: Final = 100_000.0
"""How far from the corner of the canvas a card can lie."""


@dataclass(frozen=True, slots=True)
class FlowEdit:
    """What the editor shows, what undo() and redo() lead to.

    joint: of the last change; the next one with the same joint is part of it, as letters are of a word.
    """

    definition: FlowDefinition = FlowDefinition()
    past: tuple[FlowDefinition, ...] = ()
    future: tuple[FlowDefinition, ...] = ()
    joint: str = ""

    @property
    def can_undo(self) -> bool:
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        return bool(self.future)

    def change(self, definition: FlowDefinition, joint: str = "") -> "FlowEdit":
        """Another definition; the one that is shown already changes nothing."""
        if definition == self.definition:
            return self
        if joint and joint == self.joint and self.past:
            return replace(self, definition=definition, future=())
        past = (*self.past, self.definition)[-MOST_UNDO:]
        return FlowEdit(definition, past, (), joint)

    def undo(self) -> "FlowEdit":
        if not self.past:
            return self
        return FlowEdit(self.past[-1], self.past[:-1], (self.definition, *self.future))

    def redo(self) -> "FlowEdit":
        if not self.future:
            return self
        return FlowEdit(self.future[0], (*self.past, self.definition), self.future[1:])


def why_not_add(definition: FlowDefinition, added_count: int = 1) -> str:
    """Why there can be no further node, in a sentence; "" while there can."""
    if len(definition.nodes) + added_count <= MOST_NODES:
        return ""
    return f"A flow has at most {MOST_NODES} steps."


def free_id(does: Does, taken: Collection[str]) -> str:
    """A new node's id: 'text1', 'text2' …"""
    return next(made for number in count(1) if (made := f"{does.kind}{number}") not in taken)


# Nodes.


def added(definition: FlowDefinition, does: Does, x: float, y: float) -> tuple[FlowDefinition, str]:
    """A new node with its corner at a place, and its id. Raises Problem where there is no room for one more."""
    _expect_room(definition, 1)
    id = free_id(does, _ids(definition))
    node = Node(id, _named(definition, does), _within(x), _within(y))
    return replace(definition, nodes=(*definition.nodes, node)), id


def _named(definition: FlowDefinition, does: Does) -> Does:
    """A new question keeps its answer, under a name that is free: whoever asks wants to know."""
    if not isinstance(does, Question) or does.answer:
        return does
    taken = {one.does.answer for one in definition.nodes if isinstance(one.does, Question)}
    names = (f"answer{number}" if number > 1 else "answer" for number in count(1))
    return replace(does, answer=next(one for one in names if one not in taken))


def inserted_after(
    definition: FlowDefinition, node_id: str, exit: str, does: Does
) -> tuple[FlowDefinition, str]:
    """A new node joined to an exit, right of it where there is room; its own first exit takes over what was joined
    there. node_id: START too. Raises Problem where there is no room for one more.
    """
    following = definition.after(node_id, exit)
    x, y = _place_after(definition, node_id, exit)
    made, id = added(definition, does, x, y)
    made = joined(made, node_id, exit, id)
    first = next(iter(exits_of(does)), None)
    if following and first is not None:
        made = joined(made, id, first.name, following)
    return made, id


def removed(definition: FlowDefinition, ids: Iterable[str]) -> FlowDefinition:
    """Without these nodes, and without what led to and from them. A jump to one of them stays, and leads nowhere."""
    gone = set(ids) & _ids(definition)
    if not gone:
        return definition
    return replace(
        definition,
        nodes=tuple(one for one in definition.nodes if one.id not in gone),
        edges=tuple(one for one in definition.edges if not {one.from_id, one.to_id} & gone),
    )


def moved(definition: FlowDefinition, places: Mapping[str, tuple[float, float]]) -> FlowDefinition:
    """With these nodes' corners at other places; START is the card of the triggers."""
    kept = {id: (_within(x), _within(y)) for id, (x, y) in places.items()}
    start_x, start_y = kept.get(START, (definition.start_x, definition.start_y))
    nodes = tuple(
        replace(one, x=kept[one.id][0], y=kept[one.id][1]) if one.id in kept else one
        for one in definition.nodes
    )
    return _or_same(definition, replace(definition, nodes=nodes, start_x=start_x, start_y=start_y))


def with_does(definition: FlowDefinition, id: str, does: Does) -> FlowDefinition:
    """A node that does something else: what is joined to exits that it has no more is parted, the rest stays."""
    exits = {one.name for one in exits_of(does)}
    return _or_same(
        definition,
        replace(
            definition,
            nodes=tuple(replace(one, does=does) if one.id == id else one for one in definition.nodes),
            edges=tuple(one for one in definition.edges if one.from_id != id or one.exit in exits),
        ),
    )


# Edges.


def joined(definition: FlowDefinition, from_id: str, exit: str, to_id: str) -> FlowDefinition:
    """An exit leads to a node, and no longer to where it led before; one or the other unknown changes nothing."""
    if not _has_exit(definition, from_id, exit) or definition.node(to_id) is None:
        return definition
    edge = Edge(from_id, exit, to_id)
    if edge in definition.edges:
        return definition
    others = tuple(one for one in definition.edges if (one.from_id, one.exit) != (from_id, exit))
    return replace(definition, edges=(*others, edge))


def parted(definition: FlowDefinition, from_id: str, exit: str) -> FlowDefinition:
    """An exit leads nowhere."""
    others = tuple(one for one in definition.edges if (one.from_id, one.exit) != (from_id, exit))
    return definition if len(others) == len(definition.edges) else replace(definition, edges=others)


def _has_exit(definition: FlowDefinition, node_id: str, exit: str) -> bool:
    if node_id == START:
        return exit == NEXT
    node = definition.node(node_id)
    return node is not None and exit in {one.name for one in exits_of(node.does)}


# The flow itself.


def with_triggers(definition: FlowDefinition, triggers: tuple[Trigger, ...]) -> FlowDefinition:
    return _or_same(definition, replace(definition, triggers=triggers))


def with_timeout(definition: FlowDefinition, minutes: int) -> FlowDefinition:
    """How long an answer may take; one out of range is kept, and the checks say so."""
    return _or_same(definition, replace(definition, timeout_minutes=minutes))


# Copy and paste.


def copied(definition: FlowDefinition, ids: Iterable[str]) -> str:
    """Some nodes and what joins them to each other, as JSON for the clipboard; "" for none."""
    wanted = set(ids) & _ids(definition)
    if not wanted:
        return ""
    part = FlowDefinition(
        nodes=tuple(one for one in definition.nodes if one.id in wanted),
        edges=tuple(one for one in definition.edges if {one.from_id, one.to_id} <= wanted),
    )
    return json.dumps({_CLIP: flow_json.to_json(part)}, ensure_ascii=False)


_CLIP: Final = "assent-flow-nodes"
LONGEST_CLIP: Final = 1_000_000
"""Characters; as much as a flow’s file has bytes."""
NOT_A_FLOW: Final = "The clipboard holds no steps of a flow. Copy some in a flow first."


def pasted(
    definition: FlowDefinition, text: str, dx: float, dy: float
) -> tuple[FlowDefinition, tuple[str, ...]]:
    """With copied nodes, moved by dx and dy, under new ids, which are returned in their order.

    A jump inside what was copied leads to the copy. Raises Problem for a text that holds no nodes, and where there is
    no room for them.
    """
    part = _read(text)
    _expect_room(definition, len(part.nodes))
    taken = _ids(definition) | {START}
    new_ids: dict[str, str] = {}
    for one in part.nodes:
        new_ids[one.id] = free_id(one.does, taken | set(new_ids.values()))
    nodes = [
        Node(new_ids[one.id], _jumping(one.does, new_ids), _within(one.x + dx), _within(one.y + dy))
        for one in part.nodes
    ]
    edges = [
        Edge(new_ids[one.from_id], one.exit, new_ids[one.to_id])
        for one in part.edges
        if one.from_id in new_ids and one.to_id in new_ids
    ]
    made = replace(
        definition, nodes=(*definition.nodes, *nodes), edges=(*definition.edges, *dict.fromkeys(edges))
    )
    return made, tuple(one.id for one in nodes)


def _read(text: str) -> FlowDefinition:
    if len(text) > LONGEST_CLIP:
        sentence = f"The clipboard holds more than {LONGEST_CLIP:,} characters. Copy fewer steps at a time."
        raise Problem("Too much to paste", sentence)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Problem("Nothing to paste", NOT_A_FLOW) from wrong
    if not isinstance(data, dict) or _CLIP not in data:
        raise Problem("Nothing to paste", NOT_A_FLOW)
    part = flow_json.from_json(data[_CLIP])
    if not part.nodes or len({one.id for one in part.nodes}) < len(part.nodes):
        raise Problem("Nothing to paste", NOT_A_FLOW)
    return part


def _jumping(does: Does, new_ids: Mapping[str, str]) -> Does:
    if isinstance(does, Jump) and does.node_id in new_ids:
        return replace(does, node_id=new_ids[does.node_id])
    return does


# Places.


def _place_after(definition: FlowDefinition, node_id: str, exit: str) -> tuple[float, float]:
    """Right of a node, lower for each of its later exits, and lower still until no card lies there."""
    node = definition.node(node_id)
    x, y = (node.x, node.y) if node is not None else (definition.start_x, definition.start_y)
    exits = [one.name for one in exits_of(node.does)] if node is not None else [NEXT]
    row = exits.index(exit) if exit in exits else 0
    x, y = x + CARD_WIDTH + GAP_X, y + row * (CARD_HEIGHT + GAP_Y)
    others = [(one.x, one.y) for one in definition.nodes]
    for _ in range(len(others) + 1):
        in_way = [oy for ox, oy in others if abs(ox - x) < CARD_WIDTH and abs(oy - y) < CARD_HEIGHT]
        if not in_way:
            break
        y = max(in_way) + CARD_HEIGHT + GAP_Y
    return x, y


def _within(at: float) -> float:
    """On the canvas; nowhere (a NaN out of a file) is its corner."""
    return min(FARTHEST, max(-FARTHEST, at)) if at == at else 0.0


def _ids(definition: FlowDefinition) -> set[str]:
    return {one.id for one in definition.nodes}


def _expect_room(definition: FlowDefinition, added_count: int) -> None:
    if why := why_not_add(definition, added_count):
        raise Problem("Too many steps", why)


def _or_same(before: FlowDefinition, after: FlowDefinition) -> FlowDefinition:
    return before if after == before else after
