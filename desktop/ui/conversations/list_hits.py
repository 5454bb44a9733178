"""Draws what a search found in messages: the heading above it, and the line around a hit with the hit marked."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from desktop.ui.conversations.rows import FoundMessage, Heading
from desktop.ui.parts.listrows import is_mirrored, paint_words
from desktop.ui.theme import Theme

HEADING_PX: Final = 30
HEADING_FONT_PX: Final = 11.5
TEXT_PX: Final = 12.5
PAD_X_PX: Final = 19


def paint_heading(painter: QPainter, theme: Theme, view: QWidget, rect: QRect, row: Heading) -> None:
    """Small letters over a line that parts what stands below from what stands above."""
    painter.fillRect(rect, theme.color("bg"))
    line = rect.adjusted(theme.px(PAD_X_PX), 0, -theme.px(PAD_X_PX), 0)
    paint_words(painter, theme, view, line, row.text, theme.font(HEADING_FONT_PX, 600), "muted")


def paint_line(painter: QPainter, theme: Theme, view: QWidget, line: QRect, row: FoundMessage) -> None:
    """The line of a message, cut to its room, with what was found on a ground of its own."""
    usual, bold = theme.font(TEXT_PX), theme.font(TEXT_PX, 600)
    author = row.author
    # In the bold letters, which are the wider ones: what fits in those fits.
    shown = QFontMetrics(bold).elidedText(
        author + row.excerpt.text, Qt.TextElideMode.ElideRight, line.width()
    )
    layout = QTextLayout(shown, usual)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    mirrored = is_mirrored(view)
    option.setAlignment(
        (Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft)
        | Qt.AlignmentFlag.AlignAbsolute
    )
    layout.setTextOption(option)
    layout.setFormats(_formats(theme, bold, row, len(author), _kept(shown, author + row.excerpt.text)))
    layout.beginLayout()
    only = layout.createLine()
    only.setLineWidth(line.width())
    layout.endLayout()
    painter.setPen(theme.color("muted"))
    down_px = (line.height() - only.height()) / 2
    layout.draw(painter, QPointF(line.left(), line.top() + down_px))


def _kept(shown: str, whole: str) -> int:
    """How many characters of the whole are left of it."""
    return len(whole) if shown == whole else max(0, len(shown) - 1)


def _formats(
    theme: Theme, bold: QFont, row: FoundMessage, by: int, room: int
) -> list[QTextLayout.FormatRange]:
    found = []
    for start, end in row.excerpt.spans:
        first, last = _units(row, start) + by, min(_units(row, end) + by, room)
        if first < last:
            one = QTextLayout.FormatRange()
            one.start, one.length = first, last - first
            marked = QTextCharFormat()
            marked.setFont(bold)
            marked.setForeground(theme.color("text"))
            marked.setBackground(theme.color("warn_bg"))
            one.format = marked
            found.append(one)
    return found


def _units(row: FoundMessage, at: int) -> int:
    """Qt counts in UTF-16: a character beyond the first 65,536 counts twice."""
    return len(row.excerpt.text[:at].encode("utf-16-le")) // 2
