"""Texts on the canvas: laid out once, drawn often. Lengths are the canvas's, of 1 px at 100 %."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from desktop.ui.theme import FAMILIES

LINE: Final = 19.0
"""From one line of the design's 13 px text to the next."""


def canvas_font(size_px: int, weight: int = 400, *, spaced: bool = False) -> QFont:
    """Not scaled with the text: the whole canvas is."""
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight(weight))
    if spaced:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
    return font


@dataclass(frozen=True, slots=True)
class Laid:
    """A text in its lines. width: of the longest."""

    layout: QTextLayout
    height: float
    width: float

    def draw(self, painter: QPainter, x: float, y: float, color: QColor) -> None:
        painter.setPen(color)
        self.layout.draw(painter, QPointF(x, y))


def laid(
    text: str, font: QFont, width: float, *, most_lines: int = 1, line: float = LINE, bold: tuple[str, ...] = ()
) -> Laid:  # fmt: skip
    """The text in at most so many lines; what has no room ends in "…"."""
    shown = "\u2028".join(" ".join(part.split()) for part in text.strip().split("\n") if part.strip())
    layout = _set(shown, font, width, line, bold)
    if layout.lineCount() > most_lines:
        start = layout.lineAt(most_lines - 1).textStart()
        rest = shown[start:].replace("\u2028", " ")
        cut = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width - 6)
        layout = _set(shown[:start] + cut, font, width, line, bold)
    lines = [layout.lineAt(at) for at in range(min(layout.lineCount(), most_lines))]
    return Laid(
        layout, line * max(1, len(lines)), max((one.naturalTextWidth() for one in lines), default=0.0)
    )


def _set(text: str, font: QFont, width: float, line: float, bold: tuple[str, ...]) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.setFormats(_bold(text, bold))
    layout.beginLayout()
    y = 0.0
    while (made := layout.createLine()).isValid():
        made.setLineWidth(width)
        made.setPosition(QPointF(0, y + (line - made.height()) / 2))
        y += line
    layout.endLayout()
    return layout


def _bold(text: str, parts: tuple[str, ...]) -> list[QTextLayout.FormatRange]:
    found: list[QTextLayout.FormatRange] = []
    begin = 0
    for part in parts:
        at = text.find(part, begin) if part else -1
        if at < 0:
            continue
        one = QTextLayout.FormatRange()
        one.start, one.length = at, len(part)
        shape = QTextCharFormat()
        shape.setFontWeight(QFont.Weight.DemiBold)
        one.format = shape
        found.append(one)
        begin = at + len(part)
    return found
