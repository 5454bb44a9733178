"""A line between two cards of the canvas."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from desktop.domain.flow import Edge
from desktop.ui.bots.card_text import Laid, canvas_font, laid
from desktop.ui.bots.edge_route import Point, Roads
from desktop.ui.bots.node_item import IN_Y, NodeItem
from desktop.ui.theme import Theme

GRIP: Final = 12.0
"""How wide a line is for the pointer."""
BEND: Final = 36.0
RADIUS: Final = 12.0
"""Of a corner."""
POINTS: Final = 48
"""So many parts of a curve are looked at for cards in its way."""
LABEL: Final = 150.0
GAP: Final = 8.0


def bent(begin: QPointF, end: QPointF, *, down: bool = False) -> QPainterPath:
    """The design's curve: it leaves to the right (or down) and comes in from the left (or from above)."""
    path = QPainterPath(begin)
    path.cubicTo(*_held(begin, end, down=down), end)
    return path


def _held(begin: QPointF, end: QPointF, *, down: bool) -> tuple[QPointF, QPointF]:
    """The two points that hold the curve."""
    if down:
        far = QPointF(0, max(BEND, abs(end.y() - begin.y()) / 2))
    else:
        dx = end.x() - begin.x()
        far = QPointF(max(BEND, dx / 2) if dx > 0 else min(220.0, BEND - dx / 2), 0)
    return begin + far, end - far


def points_of(begin: QPointF, end: QPointF, *, down: bool = False) -> list[Point]:
    """Points on that curve, from its beginning to its end."""
    first, second = _held(begin, end, down=down)
    made: list[Point] = []
    for at in range(POINTS + 1):
        t = at / POINTS
        parts = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        held = (begin, first, second, end)
        made.append(
            (
                sum(part * one.x() for part, one in zip(parts, held, strict=True)),
                sum(part * one.y() for part, one in zip(parts, held, strict=True)),
            )
        )
    return made


def cornered(points: Sequence[Point]) -> QPainterPath:
    """A line by corners, each of them rounded."""
    path = QPainterPath(QPointF(*points[0]))
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(RADIUS, _far(before, corner) / 2, _far(corner, after) / 2)
        path.lineTo(_towards(corner, before, radius))
        path.quadTo(QPointF(*corner), _towards(corner, after, radius))
    path.lineTo(QPointF(*points[-1]))
    return path


def _far(one: Point, other: Point) -> float:
    return abs(other[0] - one[0]) + abs(other[1] - one[1])


def _towards(corner: Point, other: Point, by: float) -> QPointF:
    far = _far(corner, other) or 1.0
    return QPointF(
        corner[0] + (other[0] - corner[0]) * by / far, corner[1] + (other[1] - corner[1]) * by / far
    )


class EdgeItem(QGraphicsItem):
    """edge None: of a jump, which is changed in its settings."""

    def __init__(self, theme: Theme, source: NodeItem, target: NodeItem, edge: Edge | None) -> None:
        super().__init__()
        self._theme = theme
        self.source, self.target, self.edge = source, target, edge
        self.is_chosen = False
        self._path = QPainterPath()
        self._is_led_around = False
        self._label: Laid | None = None
        self._label_at = QPointF()

    @property
    def path(self) -> QPainterPath:
        """Where it runs, in the scene."""
        return self._path

    def follow(self, roads: Roads) -> None:
        """Lie anew between the cards: straight to the one that it leads to, or around those in its way."""
        self.prepareGeometryChange()
        self._label = None
        if not self._lie_down(roads):
            begin = self.source.pos() + self.source.port(self.edge.exit if self.edge else "")
            end = self.target.pos() + QPointF(0, min(IN_Y, self.target.height / 2))
            ids = (self.source.id, self.target.id)
            hull = [(one.x(), one.y()) for one in (begin, *_held(begin, end, down=False), end)]
            self._is_led_around = not (
                roads.is_free(hull, *ids) or roads.is_clear(points_of(begin, end), *ids)
            )
            if not self._is_led_around:
                self._path = bent(begin, end)
            else:
                corners = roads.route((begin.x(), begin.y()), (end.x(), end.y()), *ids)
                self._path = cornered(corners)
        self.update()

    def is_touched(self, boxes: Sequence[QRectF]) -> bool:
        """True where a card that came, went or moved may change where it runs."""
        if not boxes:
            return False
        area = self._path.boundingRect().adjusted(-GRIP, -GRIP, GRIP, GRIP)
        return self._is_led_around or any(area.intersects(one) for one in boxes)

    def _lie_down(self, roads: Roads) -> bool:
        """From the lower edge of one card to the upper one of the next; False where that cannot be."""
        if not self._goes_down():
            return False
        begin, end = self._down_from(), QPointF(self.target.x() + self.target.width / 2, self.target.y())
        if abs(end.x() - begin.x()) <= 24:
            low = max(self.target.x() + 16, begin.x())
            end.setX(min(low, self.target.x() + self.target.width - 16))
        if not roads.is_clear(points_of(begin, end, down=True), self.source.id, self.target.id):
            return False
        self._path, self._is_led_around = bent(begin, end, down=True), False
        self._set_label(begin)
        return True

    def show_chosen(self, on: bool) -> None:
        if on != self.is_chosen:
            self.is_chosen = on
            self.setZValue(0.5 if on else 0)
            self.update()

    def boundingRect(self) -> QRectF:
        box = self._path.boundingRect().adjusted(-GRIP, -GRIP, GRIP, GRIP)
        if self._label is not None:
            box = box.united(QRectF(self._label_at.x(), self._label_at.y(), self._label.width, 20))
        return box

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(GRIP)
        return stroker.createStroke(self._path)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(
            self._theme.color("accent" if self.is_chosen else "muted"), 2.5 if self.is_chosen else 1.75
        )
        if not self.is_chosen:
            shade = pen.color()
            shade.setAlphaF(0.7)
            pen.setColor(shade)
        if self.edge is None:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        if self._label is not None:
            self._label.draw(painter, self._label_at.x(), self._label_at.y(), self._theme.color("muted"))

    def _goes_down(self) -> bool:
        """The card that follows lies below, not beside."""
        source, target = self.source, self.target
        across = abs(source.middle[0] - target.middle[0])
        return target.y() - (source.y() + source.height) >= 24 and across < source.width * 0.6

    def _down_from(self) -> QPointF:
        names = [one.name for one in self.source.look.exits]
        part = 0.5
        if self.edge is not None and len(names) > 2 and self.edge.exit in names:
            part = (names.index(self.edge.exit) + 1) / (len(names) + 1)
        if self.edge is not None and self.edge.exit == names[0]:
            part = 0.5
        return self.source.pos() + QPointF(self.source.width * part, self.source.height)

    def _set_label(self, begin: QPointF) -> None:
        exits = self.source.look.exits
        if self.edge is None or len(exits) < 2:
            return
        words = next((one.label for one in exits if one.name == self.edge.exit), "")
        self._label = laid(words, canvas_font(11), LABEL, line=16)
        self._label_at = begin + QPointF(GAP, 3)
