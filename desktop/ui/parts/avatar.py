"""A person as initials in a coloured circle."""

import unicodedata
import zlib

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

# Each has a contrast of at least 4.5 against white (WCAG 2.1, 1.4.3).
PALETTE = ("#6E5296", "#246EA4", "#9E4732", "#307657", "#766724", "#51647B", "#8A4373", "#2B6F76")


def initials(name: str) -> str:
    """At most two letters: of the first and last word; the last two digits of a bare number; "?" for nothing."""
    words = [word for word in name.split() if any(map(str.isalpha, word))]
    if not words:
        return "".join(filter(str.isdigit, name))[-2:] or "?"
    ends = words[:1] if len(words) == 1 else [words[0], words[-1]]
    return "".join(next(letter for letter in word if letter.isalpha()).upper() for word in ends)


def avatar_color(name: str) -> QColor:
    """The same for a name on every machine and in every run."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    return QColor(PALETTE[zlib.crc32(folded.encode()) % len(PALETTE)])


def paint_avatar(painter: QPainter, theme: Theme, rect: QRectF, name: str) -> None:
    """The circle with initials, filling `rect`; for delegates."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(avatar_color(name))
    painter.drawEllipse(rect)
    font = theme.font(weight=600)
    font.setPixelSize(max(8, round(rect.height() * 0.36)))
    painter.setFont(font)
    painter.setPen(QColor("#FFFFFF"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))
    painter.restore()


class Avatar(QWidget):
    """`size_px` is the diameter before text scaling."""

    def __init__(
        self, theme: Theme, person: str, size_px: int = 38, *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._person = person
        self._size_px = size_px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, name, person)

    def set_person(self, person: str) -> None:
        self._person = person
        self.setAccessibleName(person)
        self.update()

    def sizeHint(self) -> QSize:
        side_px = self._theme.px(self._size_px)
        return QSize(side_px, side_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_avatar(painter, self._theme, QRectF(self.rect()), self._person)
