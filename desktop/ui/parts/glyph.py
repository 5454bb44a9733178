"""An icon that stands by itself, and a coloured dot."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme


class Glyph(QWidget):
    """A Phosphor icon. `label` tells a screen reader what it says; empty for decoration."""

    def __init__(
        self, theme: Theme, icon: str, color: Color = "muted", size_px: int = 16, *, label: str = "",
        name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._icon, self._color, self._size_px = theme, icon, color, size_px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, name, label)

    def show_icon(self, icon: str, color: Color | None = None) -> None:
        self._icon, self._color = icon, color or self._color
        self.update()

    def sizeHint(self) -> QSize:
        side_px = self._theme.px(self._size_px)
        return QSize(side_px, side_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._theme.icon(self._icon, self._color).paint(painter, self.rect())


class Dot(QWidget):
    """A filled circle of 10 pixels; never the only sign of a state, a text stands beside it."""

    def __init__(
        self, theme: Theme, color: Color, size_px: int = 10, *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._color, self._size_px = theme, color, size_px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, name)

    def set_color(self, color: Color) -> None:
        self._color = color
        self.update()

    def sizeHint(self) -> QSize:
        side_px = self._theme.px(self._size_px)
        return QSize(side_px, side_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(self._color))
        painter.drawEllipse(QRectF(self.rect()))
