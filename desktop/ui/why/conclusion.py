"""The coloured box in which *Why?* ends."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.known import Tone
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

GROUNDS: Final[dict[Tone, tuple[Color, Color, Color]]] = {
    Tone.GOOD: ("accent", "accent_weak", "accent_weak"),
    Tone.BAD: ("danger", "danger_bg", "danger_bg"),
    Tone.WARN: ("warn", "warn_bg", "warn_line"),
    Tone.NEUTRAL: ("text", "bg", "line"),
}
"""Of each tone: ink, ground, edge."""
RADIUS_PX: Final = 8


class Conclusion(QWidget):
    """What became of the message, and what would change that, in the colours of the tone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = Tone.NEUTRAL
        self.text = Label("", wrap=True, selectable=True, name="why_conclusion")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 9)
        column.addWidget(self.text)

    def show_conclusion(self, text: str, tone: Tone) -> None:
        self._tone = tone
        self.text.setText(text)
        self.text.set_color(GROUNDS[tone][0])
        named(self, "why_conclusion_box", text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _, ground, edge = GROUNDS[self._tone]
        painter.setPen(QPen(self._theme.color(edge), 1) if edge != ground else Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
