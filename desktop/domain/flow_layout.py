"""Where a flow's cards lie when they are put in order: layers from left to right, no two of them overlapping. Pure.

A card's layer is the longest way to it from the triggers, loops aside; inside its layer it lies beside those that
lead to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_edit import CARD_HEIGHT, CARD_WIDTH, GAP_X, GAP_Y, moved
from desktop.domain.flow_nodes import exits_of
from desktop.domain.flow_ways import all_ways

LEFT: Final = 40.0
TOP: Final = 40.0
HEAD_HEIGHT: Final = 84.0
ROW_HEIGHT: Final = 20.0
_CARD: Final = (CARD_WIDTH, CARD_HEIGHT)


def laid_out(
    definition: FlowDefinition, sizes: Mapping[str, tuple[float, float]] | None = None
) -> FlowDefinition:
    """The same flow with every card in its place. The same flow gives the same places.

    sizes: width and height of the cards by node id (START too); one that is not in it has the usual size.
    """
    drawing = _Drawing(_ways(definition), {**_guessed(definition), **(sizes or {})})
    return moved(definition, drawing.places())


def _guessed(definition: FlowDefinition) -> dict[str, tuple[float, float]]:
    """About the size of cards that nobody has seen: with a line for each exit where there are several."""
    exits_count = {one.id: len(exits_of(one.does)) for one in definition.nodes}
    return {
        id: (CARD_WIDTH, HEAD_HEIGHT + ROW_HEIGHT * count) for id, count in exits_count.items() if count > 1
    }


def _ways(definition: FlowDefinition) -> dict[str, list[str]]:
    """What each card leads to, in the order of its exits; the card of the triggers first."""
    ways = all_ways(definition)
    return {
        id: list(dict.fromkeys(to_id for _, to_id in found if to_id in ways and to_id != id))
        for id, found in ways.items()
    }


@dataclass(frozen=True, slots=True)
class _Drawing:
    ways: Mapping[str, list[str]]
    sizes: Mapping[str, tuple[float, float]]

    def places(self) -> dict[str, tuple[float, float]]:
        found: dict[str, tuple[float, float]] = {}
        x = LEFT
        for layer in self._layers():
            bottom = TOP
            for id in sorted(layer, key=lambda one: self._wanted_y(one, found)):
                y = max(bottom, self._wanted_y(id, found))
                found[id] = (x, y)
                bottom = y + self._size(id)[1] + GAP_Y
            x += max(self._size(id)[0] for id in layer) + GAP_X
        return found

    def _size(self, id: str) -> tuple[float, float]:
        return self.sizes.get(id, _CARD)

    def _wanted_y(self, id: str, found: Mapping[str, tuple[float, float]]) -> float:
        """As high as the first card that leads to it; where many leave one card, each below the one before."""
        before = [found[one][1] for one, ways in self.ways.items() if one in found and id in ways]
        return min(before, default=TOP)

    def _layers(self) -> list[list[str]]:
        """The cards of each layer, in the order in which they were come upon."""
        order, forward = self._walked()
        depth = dict.fromkeys(order, 0)
        for id in _sorted_by_way(order, forward):
            for following in forward[id]:
                depth[following] = max(depth[following], depth[id] + 1)
        layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
        for id in order:
            layers[depth[id]].append(id)
        return layers

    def _walked(self) -> tuple[list[str], dict[str, list[str]]]:
        """Every card in the order of a walk, deep first, and the ways without those that lead back."""
        order: list[str] = []
        forward: dict[str, list[str]] = {id: [] for id in self.ways}
        done: set[str] = set()
        for root in self._roots():
            if root in forward and root not in order:
                self._walk(root, order, forward, done)
        return order, forward

    def _roots(self) -> Iterator[str]:
        """The triggers; then what nothing leads to; then whatever is left, which is a loop of its own."""
        yield START
        led_to = {one for ways in self.ways.values() for one in ways}
        yield from (one for one in self.ways if one not in led_to)
        yield from self.ways

    def _walk(self, root: str, order: list[str], forward: dict[str, list[str]], done: set[str]) -> None:
        order.append(root)
        seen = set(order)
        path: list[tuple[str, Iterator[str]]] = [(root, iter(self.ways[root]))]
        while path:
            id, rest = path[-1]
            following = next(rest, None)
            if following is None:
                done.add(id)
                path.pop()
            elif following in done:
                forward[id].append(following)
            elif following not in seen:
                seen.add(following)
                order.append(following)
                forward[id].append(following)
                path.append((following, iter(self.ways[following])))


def _sorted_by_way(order: list[str], forward: Mapping[str, list[str]]) -> Iterator[str]:
    """Each card after all that lead to it, ways back aside."""
    open_count = dict.fromkeys(order, 0)
    for ways in forward.values():
        for one in ways:
            open_count[one] += 1
    ready = [one for one in order if not open_count[one]]
    for id in ready:
        yield id
        for following in forward[id]:
            open_count[following] -= 1
            if not open_count[following]:
                ready.append(following)
