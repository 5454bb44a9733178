"""A line between two cards of the canvas."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from desktop.domain.flow import Edge
from desktop.ui.bots.card_text import Laid, canvas_font, laid
from desktop.ui.bots.node_item import IN_Y, NodeItem
from desktop.ui.theme import Theme

GRIP: Final = 12.0
"""How wide a line is for the pointer."""
BEND: Final = 36.0
LABEL: Final = 150.0
GAP: Final = 8.0


def bent(begin: QPointF, end: QPointF, *, down: bool = False) -> QPainterPath:
    """The design's curve: it leaves to the right (or down) and comes in from the left (or from above)."""
    path = QPainterPath(begin)
    if down:
        far = max(BEND, abs(end.y() - begin.y()) / 2)
        path.cubicTo(begin + QPointF(0, far), end - QPointF(0, far), end)
        return path
    dx = end.x() - begin.x()
    far = max(BEND, dx / 2) if dx > 0 else min(220.0, BEND - dx / 2)
    path.cubicTo(begin + QPointF(far, 0), end - QPointF(far, 0), end)
    return path


class EdgeItem(QGraphicsItem):
    """edge None: of a jump, which is changed in its settings."""

    def __init__(self, theme: Theme, source: NodeItem, target: NodeItem, edge: Edge | None) -> None:
        super().__init__()
        self._theme = theme
        self.source, self.target, self.edge = source, target, edge
        self.is_chosen = False
        self._path = QPainterPath()
        self._label: Laid | None = None
        self._label_at = QPointF()
        self.follow()

    def follow(self) -> None:
        """Lie anew between the cards."""
        self.prepareGeometryChange()
        self._label = None
        if self._goes_down():
            begin, end = self._down_from(), QPointF(self.target.x() + self.target.width / 2, self.target.y())
            if abs(end.x() - begin.x()) <= 24:
                low = max(self.target.x() + 16, begin.x())
                end.setX(min(low, self.target.x() + self.target.width - 16))
            self._path = bent(begin, end, down=True)
            self._set_label(begin)
        else:
            name = self.edge.exit if self.edge else ""
            port = self.source.port(name)
            end = self.target.pos() + QPointF(0, min(IN_Y, self.target.height / 2))
            self._path = bent(self.source.pos() + port, end)
        self.update()

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
