"""The dotted ground behind the cards of a flow."""

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPixmap

from desktop.ui.theme import Theme

DOTS_PX: Final = 20


def dotted(theme: Theme) -> QBrush:
    """Dots in the theme's colours, one in each square of the grid."""
    tile = QPixmap(DOTS_PX, DOTS_PX)
    tile.fill(theme.color("bg"))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("line"))
    painter.drawEllipse(QPointF(DOTS_PX / 2, DOTS_PX / 2), 1.1, 1.1)
    painter.end()
    return QBrush(tile)
