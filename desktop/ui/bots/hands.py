"""What a person does to the cards: each verb makes another flow, and says which cards are chosen then. No widgets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from desktop.domain import flow_edit
from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_nodes import KINDS, Does
from desktop.domain.flow_ways import in_order
from desktop.ui.bots import chosen
from desktop.ui.bots.canvas_mouse import SNAP, snapped
from desktop.ui.bots.chosen import Chosen

Made = tuple[FlowDefinition, Chosen]
_WAYS: Final[dict[str, chosen.Way]] = {"left": "left", "right": "right", "up": "up", "down": "down"}
NEW_SIZE: Final = (220.0, 120.0)
"""Of a card that nobody has seen yet."""
GAP: Final = 24.0
PASTED: Final = 32.0
"""How far beside what was copied the copy lies."""
_OF: Final[dict[str, type[Does]]] = {one().kind: one for one in KINDS}
_BY: Final[dict[str, tuple[int, int]]] = {
    "move_left": (-SNAP, 0), "move_right": (SNAP, 0), "move_up": (0, -SNAP), "move_down": (0, SNAP),
}  # fmt: skip


def does_of(kind: str) -> Does:
    """A new one of its kind, with nothing in it yet. Raises KeyError."""
    return _OF[kind]()


def add(definition: FlowDefinition, now: Chosen, kind: str, free: tuple[float, float]) -> Made:
    """After the chosen exit; where none is chosen, at the free place. Raises Problem where there is no room."""
    after = START if not definition.nodes else now.current
    exit = now.exit if after == now.current else ""
    exit = exit or chosen.main_exit(definition, after)
    if not after or not exit:
        return add_at(definition, kind, *free)
    made, id = flow_edit.inserted_after(definition, after, exit, does_of(kind))
    return made, chosen.one(made, id)


def clear_of_others(
    definition: FlowDefinition, id: str, sizes: Mapping[str, tuple[float, float]]
) -> FlowDefinition:
    """A new card further down until it covers no other one. sizes: of the cards that are shown."""
    node = definition.node(id)
    if node is None:
        return definition
    width, height = sizes.get(id, NEW_SIZE)
    boxes = [(one.x, one.y, *sizes.get(one.id, NEW_SIZE)) for one in definition.nodes if one.id != id]
    boxes.append((definition.start_x, definition.start_y, *sizes.get(START, NEW_SIZE)))
    y = node.y
    for _ in boxes:
        in_way = [
            other_y + other_h
            for other_x, other_y, other_w, other_h in boxes
            if node.x < other_x + other_w and other_x < node.x + width and y < other_y + other_h and other_y < y + height
        ]  # fmt: skip
        if not in_way:
            break
        y = snapped(max(in_way) + GAP)
    return flow_edit.moved(definition, {id: (node.x, y)})


def add_at(definition: FlowDefinition, kind: str, x: float, y: float) -> Made:
    """At a place, joined to nothing. Raises Problem where there is no room."""
    made, id = flow_edit.added(definition, does_of(kind), snapped(x), snapped(y))
    return made, chosen.one(made, id)


def remove(definition: FlowDefinition, now: Chosen) -> Made:
    """The chosen line, or the chosen cards; then the card before them is chosen."""
    if now.edge is not None:
        made = flow_edit.parted(definition, now.edge.from_id, now.edge.exit)
        return made, chosen.one(made, now.edge.from_id, now.edge.exit)
    order = [id for id in in_order(definition) if id not in now.node_ids]
    before = next((one.from_id for one in definition.edges if one.to_id == now.current), "")
    made = flow_edit.removed(definition, now.node_ids)
    there = before if before in order else order[0] if order else START
    return made, chosen.one(made, there)


def move(definition: FlowDefinition, now: Chosen, verb: str) -> Made:
    """The chosen cards by one step of the grid."""
    dx, dy = _BY[verb]
    places = {one.id: (one.x, one.y) for one in definition.nodes} | {
        START: (definition.start_x, definition.start_y)
    }
    wanted = {id: (places[id][0] + dx, places[id][1] + dy) for id in now.ids if id in places}
    return flow_edit.moved(definition, wanted), now


def paste(definition: FlowDefinition, text: str, times: int = 1) -> Made:
    """times: how often the same was pasted. Raises Problem for a clipboard that holds no steps."""
    made, ids = flow_edit.pasted(definition, text, PASTED * times, PASTED * times)
    return made, chosen.several(made, frozenset(ids))


def join(definition: FlowDefinition, from_id: str, exit: str, to_id: str) -> Made:
    """to_id "": it leads nowhere from now on."""
    if to_id:
        made = flow_edit.joined(definition, from_id, exit, to_id)
    else:
        made = flow_edit.parted(definition, from_id, exit)
    return made, chosen.one(made, from_id, exit)


def go(
    definition: FlowDefinition, now: Chosen, verb: str, places: Mapping[str, tuple[float, float]]
) -> Chosen:
    """Where the keyboard goes: 'next', 'before', or an arrow; with 'more_' before it the card is chosen as well.

    Raises KeyError for another verb.
    """
    more, way = verb.startswith("more_"), verb.removeprefix("more_")
    if way in ("next", "before"):
        id = chosen.beside(definition, now, 1 if way == "next" else -1)
    else:
        id = chosen.neighbour(definition, now, _WAYS[way], places)
    if not id:
        return now
    return replace(chosen.several(definition, now.ids | {id}, id)) if more else chosen.one(definition, id)
