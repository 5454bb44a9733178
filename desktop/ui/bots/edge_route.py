"""Where a line runs when a card lies in its way: around it, in lanes between the cards. Pure; lengths are the canvas's."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Segment = tuple[Point, Point]
AIR: Final = 6.0
"""How near a line comes to a card that it has nothing to do with."""
LANE: Final = 14.0
"""How far from a card a line runs beside it."""
APART: Final = 7.0
"""Between two lines that lead to different cards."""
MOST_LANES: Final = 5
_HIT: Final = 10_000.0
_SAME_LANE: Final = 90.0
_BEND: Final = 12.0


class Roads:
    """The cards of a canvas, and the lanes that are taken so far; one for all lines, which are asked in their order."""

    def __init__(self, boxes: Mapping[str, Box]) -> None:
        self._boxes = boxes
        self._taken: list[tuple[Segment, str]] = []

    def is_free(self, points: Sequence[Point], from_id: str, to_id: str) -> bool:
        """True where no card is anywhere near these points."""
        return next(iter(self._obstacles(from_id, to_id, _around(points))), None) is None

    def is_clear(self, points: Sequence[Point], from_id: str, to_id: str) -> bool:
        """True where a line through these points touches no card but at its two ends."""
        area = _around(points)
        near = list(self._obstacles(from_id, to_id, area))
        return not any(_is_inside(point, box) for box in near for point in points)

    def route(self, begin: Point, end: Point, from_id: str, to_id: str) -> list[Point]:
        """From an exit (it leaves to the right) to a card (it comes in from the left), by corners."""
        ys = self._ys(begin, end, from_id, to_id)
        x1, x2 = begin[0] + LANE, end[0] - LANE
        y = min(ys, key=lambda one: self._cost(_corners(begin, end, x1, one, x2), from_id, to_id))
        x1 = min(
            (begin[0] + LANE + APART * at for at in range(MOST_LANES)),
            key=lambda one: self._cost(_corners(begin, end, one, y, x2), from_id, to_id),
        )
        x2 = min(
            (end[0] - LANE - APART * at for at in range(MOST_LANES)),
            key=lambda one: self._cost(_corners(begin, end, x1, y, one), from_id, to_id),
        )
        found = _corners(begin, end, x1, y, x2)
        self._taken += [(one, to_id) for one in _segments(found)[1:-1]]
        return found

    def _ys(self, begin: Point, end: Point, from_id: str, to_id: str) -> list[float]:
        """How high the long part of a line can run."""
        left, right = sorted((begin[0] + LANE, end[0] - LANE))
        made = [end[1], begin[1]]
        for id, (box_left, top, box_right, bottom) in self._boxes.items():
            if id in (from_id, to_id) or (box_left < right + AIR and box_right > left - AIR):
                for at in range(3):
                    made += [top - LANE - APART * at, bottom + LANE + APART * at]
        return made

    def _cost(self, points: Sequence[Point], from_id: str, to_id: str) -> float:
        segments = _segments(points)
        near = list(self._obstacles(from_id, to_id, _around(points)))
        hits = sum(_is_hit(one, box) for one in segments for box in near)
        shared = sum(
            to != to_id and _is_beside(one, other) for one in segments[1:-1] for other, to in self._taken
        )
        length = sum(abs(x2 - x1) + abs(y2 - y1) for (x1, y1), (x2, y2) in segments)
        return length + _BEND * len(segments) + _HIT * hits + _SAME_LANE * shared

    def _obstacles(self, from_id: str, to_id: str, area: Box) -> Iterable[Box]:
        left, top, right, bottom = area
        for id, box in self._boxes.items():
            air = -1.0 if id in (from_id, to_id) else AIR
            if box[0] - air < right and left < box[2] + air and box[1] - air < bottom and top < box[3] + air:
                yield box[0] - air, box[1] - air, box[2] + air, box[3] + air


def _corners(begin: Point, end: Point, x1: float, y: float, x2: float) -> list[Point]:
    """Without those that are none."""
    made = [begin]
    for point in ((x1, begin[1]), (x1, y), (x2, y), (x2, end[1]), end):
        if len(made) > 1 and _is_straight(made[-2], made[-1], point):
            made[-1] = point
        elif point != made[-1]:
            made.append(point)
    return made


def _is_straight(one: Point, middle: Point, other: Point) -> bool:
    across = one[0] == middle[0] == other[0] and (middle[1] - one[1]) * (other[1] - middle[1]) >= 0
    along = one[1] == middle[1] == other[1] and (middle[0] - one[0]) * (other[0] - middle[0]) >= 0
    return across or along


def _segments(points: Sequence[Point]) -> list[Segment]:
    return list(pairwise(points))


def _around(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1


def _is_inside(point: Point, box: Box) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]


def _is_hit(one: Segment, box: Box) -> bool:
    """Of a part that runs straight across or down: it goes through the box, and not only along its edge."""
    (x1, y1), (x2, y2) = one
    across = max(x1, x2) > box[0] and min(x1, x2) < box[2]
    down = max(y1, y2) > box[1] and min(y1, y2) < box[3]
    return across and down


def _is_beside(one: Segment, other: Segment) -> bool:
    """True where two parts of lines lie on each other for a while."""
    for axis in (0, 1):
        flat = one[0][1 - axis] == one[1][1 - axis] and other[0][1 - axis] == other[1][1 - axis]
        if not flat or abs(one[0][1 - axis] - other[0][1 - axis]) >= APART - 1:
            continue
        a, b = sorted((one[0][axis], one[1][axis])), sorted((other[0][axis], other[1][axis]))
        if min(a[1], b[1]) - max(a[0], b[0]) > APART:
            return True
    return False
