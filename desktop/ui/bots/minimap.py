"""The whole flow, small, with a frame around what the canvas shows; a click or a drag looks elsewhere."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.ui.bots.canvas import Canvas
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

WIDTH_PX, HEIGHT_PX = 168, 112
INSET: Final = 8.0
AROUND: Final = 60.0
"""How much of the ground around the cards it shows, in canvas units."""


class Minimap(QWidget):
    """For the pointer only: the keyboard goes from card to card, and the canvas follows."""

    def __init__(self, theme: Theme, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._theme, self._canvas = theme, canvas
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("The whole flow")
        self._drawn: QPixmap | None = None
        self._fit = (1.0, QPointF())
        canvas.view_changed.connect(self.update)
        canvas.cards_changed.connect(self.forget)
        theme.changed.connect(self.forget)
        named(self, "bots_minimap", "The whole flow")

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(WIDTH_PX), self._theme.px(HEIGHT_PX))

    def forget(self) -> None:
        """The cards, or what is chosen of them, are other ones."""
        self._drawn = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.deviceIndependentSize() != QSizeF(self.size()):
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            self._paint_cards(self._drawn)
        painter, theme = QPainter(self), self._theme
        painter.drawPixmap(0, 0, self._drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, shift = self._fit
        seen = self._canvas.seen
        frame = QRectF(seen.topLeft() * scale + shift, seen.bottomRight() * scale + shift)
        painter.setPen(QPen(theme.color("accent"), 1.25))
        painter.drawRoundedRect(frame.intersected(QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)), 3, 3)

    def _paint_cards(self, drawn: QPixmap) -> None:
        painter, theme, canvas = QPainter(drawn), self._theme, self._canvas
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(box, 8, 8)
        painter.setClipRect(box.adjusted(1, 1, -1, -1))
        scale, shift = self._fit = self._fitted()
        painter.setPen(Qt.PenStyle.NoPen)
        inks: dict[Color, QColor] = {one: theme.color(one) for one in ("accent", "warn", "muted", "danger")}
        for name, ink in inks.items():
            ink.setAlphaF(1.0 if name == "accent" else 0.55)
        for item in canvas.nodes.values():
            name = "danger" if item.look.problems_count else "warn" if item.look.is_marketing else "muted"
            painter.setBrush(inks["accent" if item.is_chosen else name])
            corner = item.pos() * scale + shift
            spot = QRectF(corner.x(), corner.y(), max(3.0, item.width * scale), max(2.0, item.height * scale))
            painter.drawRoundedRect(spot, 1.5, 1.5)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _look_at(self, at: QPointF) -> None:
        scale, shift = self._fitted()
        self._canvas.look_at((at - shift) / scale)

    def _fitted(self) -> tuple[float, QPointF]:
        """From the canvas to here: how much smaller, and how far aside."""
        box = self._canvas.extent().adjusted(-AROUND, -AROUND, AROUND, AROUND)
        room_x, room_y = self.width() - 2 * INSET, self.height() - 2 * INSET
        scale = min(room_x / max(1.0, box.width()), room_y / max(1.0, box.height()), 0.2)
        left = (self.width() - box.width() * scale) / 2
        top = (self.height() - box.height() * scale) / 2
        return scale, QPointF(left, top) - box.topLeft() * scale
