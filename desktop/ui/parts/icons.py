"""Phosphor icons as live QIcons: the colour is asked for at each paint, so a theme change needs no new icon."""

from collections.abc import Callable

import qtawesome
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache


class GlyphEngine(QIconEngine):
    """Paints one glyph of the Phosphor font in the colour `color()`, or `faint()` when disabled, returns then."""

    def __init__(self, glyph: str, color: Callable[[], QColor], faint: Callable[[], QColor]) -> None:
        super().__init__()
        self._glyph = glyph
        self._color = color
        self._faint = faint

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._shade(mode))
        side_px = min(rect.width(), rect.height())
        painter.setFont(qtawesome.font("ph", side_px))
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """A pixmap of `size` (already in device pixels); kept in Qt's pixmap cache by glyph, colour and size."""
        shade = self._shade(mode)
        key = f"ph:{self._glyph}:{shade.rgba()}:{size.width()}x{size.height()}"
        found = QPixmap()
        if QPixmapCache.find(key, found):
            return found
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        QPixmapCache.insert(key, drawn)
        return drawn

    def _shade(self, mode: QIcon.Mode) -> QColor:
        return self._faint() if mode == QIcon.Mode.Disabled else self._color()


def glyph_icon(name: str, color: Callable[[], QColor], faint: Callable[[], QColor]) -> QIcon:
    """An icon by its Phosphor 1.3 name ("paper-plane-right", "check-fill").

    Raises KeyError for a name the font does not have: a missing icon is a mistake of ours.
    """
    glyph: str = qtawesome.charmap(f"ph.{name}")
    return QIcon(GlyphEngine(glyph, color, faint))
