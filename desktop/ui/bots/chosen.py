"""Where one is in a flow while editing it, and how the keys lead from card to card. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from desktop.domain.flow import START, Edge, FlowDefinition
from desktop.domain.flow_nodes import INVALID, NOT_SENT
from desktop.domain.flow_ways import in_order
from desktop.ui.bots.card_look import exits_at

Way = Literal["left", "right", "up", "down"]
Places = Mapping[str, tuple[float, float]]
"""The middle of each card."""
_LATER: Final = frozenset({NOT_SENT, INVALID})
"""Exits that a new step never comes after by itself."""
_ASIDE: Final = 2.5
"""How much a step aside counts against one in the direction of the key."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """current: the card that has the keyboard, "" for none; ids: what is chosen, it among them.

    exit: of the current card, the one after which a new card comes; is_meant: somebody chose it, so that it stays when
    the card gets another free one. edge: a chosen line; then no card is chosen.
    """

    current: str = ""
    ids: frozenset[str] = frozenset()
    exit: str = ""
    edge: Edge | None = None
    is_meant: bool = False

    @property
    def node_ids(self) -> frozenset[str]:
        """What can be copied and deleted: all but the triggers."""
        return self.ids - {START}

    def kept(self, definition: FlowDefinition) -> "Chosen":
        """The same without what is gone."""
        there = {START, *(one.id for one in definition.nodes)}
        ids = self.ids & there
        current = self.current if self.current in there else next(iter(sorted(ids)), "")
        exits = [one.name for one in exits_at(definition, current)]
        is_meant = self.is_meant and self.exit in exits
        exit = self.exit if is_meant else main_exit(definition, current)
        edge = self.edge if self.edge in definition.edges else None
        wanted = Chosen(current, ids | {current} if current else ids, exit, edge, is_meant)
        return self if wanted == self else wanted


def one(definition: FlowDefinition, id: str, exit: str = "") -> Chosen:
    """A single card. exit: "" for the one that is most likely meant."""
    if not id:
        return Chosen()
    return Chosen(id, frozenset({id}), exit or main_exit(definition, id), is_meant=bool(exit))


def several(definition: FlowDefinition, ids: frozenset[str], current: str = "") -> Chosen:
    """Some cards; the keyboard is at `current`, or at the first of them."""
    first = current if current in ids else next((id for id in in_order(definition) if id in ids), "")
    return replace(one(definition, first), ids=ids)


def toggled(definition: FlowDefinition, chosen: Chosen, id: str) -> Chosen:
    """A card more, or one less."""
    if id in chosen.ids and len(chosen.ids) > 1:
        return several(definition, chosen.ids - {id})
    return several(definition, chosen.ids | {id}, id)


def main_exit(definition: FlowDefinition, id: str) -> str:
    """The exit that one goes on from: the first free one that customers come out of, else the first; "" for none."""
    exits = exits_at(definition, id)
    free = (each.name for each in exits if each.name not in _LATER and not definition.after(id, each.name))
    return next(free, exits[0].name if exits else "")


def next_exit(definition: FlowDefinition, chosen: Chosen, by: int) -> Chosen:
    """Another exit of the current card, round and round."""
    names = [each.name for each in exits_at(definition, chosen.current)]
    if not names:
        return chosen
    at = names.index(chosen.exit) if chosen.exit in names else 0
    return replace(chosen, exit=names[(at + by) % len(names)], is_meant=True)


def beside(definition: FlowDefinition, chosen: Chosen, by: int) -> str:
    """The card before or after in the order of all; "" at either end, the first or last where none is current."""
    order = in_order(definition)
    if chosen.current not in order:
        return order[0 if by > 0 else -1]
    at = order.index(chosen.current) + by
    return order[at] if 0 <= at < len(order) else ""


def neighbour(definition: FlowDefinition, chosen: Chosen, way: Way, places: Places) -> str:
    """Where an arrow key leads: along a line, else to the nearest card on that side; "" for nowhere."""
    here = chosen.current
    if here not in places:
        return START
    return next(_along(definition, chosen, way), "") or _nearest(here, way, places)


def _along(definition: FlowDefinition, chosen: Chosen, way: Way) -> Iterator[str]:
    here = chosen.current
    if way == "right":
        if to_id := definition.after(here, chosen.exit):
            yield to_id
        yield from (edge.to_id for edge in definition.edges if edge.from_id == here)
    elif way == "left":
        yield from (edge.from_id for edge in definition.edges if edge.to_id == here)


def _nearest(here: str, way: Way, places: Places) -> str:
    x, y = places[here]
    best, least = "", float("inf")
    for id, (to_x, to_y) in places.items():
        dx, dy = to_x - x, to_y - y
        ahead, aside = {"right": (dx, dy), "left": (-dx, dy), "down": (dy, dx), "up": (-dy, dx)}[way]
        if id != here and ahead > 0 and (far := ahead + _ASIDE * abs(aside)) < least:
            best, least = id, far
    return best
