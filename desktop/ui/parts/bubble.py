"""WhatsApp's own formatting (*bold*, _italic_, ~strike~, ```mono```, links) laid out once and painted by delegates."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from enum import Flag, auto

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from desktop.ui.theme import MONO_FAMILIES, Theme


class Mark(Flag):
    NONE = 0
    BOLD = auto()
    ITALIC = auto()
    STRIKE = auto()
    MONO = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with the same marks."""

    text: str
    marks: Mark = Mark.NONE


# A mark opens after a space or punctuation and closes before one; inside there is text without space at its ends.
# Source: WhatsApp's help page "How to format your messages".
_PAIRS = (("```", Mark.MONO), ("`", Mark.MONO), ("*", Mark.BOLD), ("_", Mark.ITALIC), ("~", Mark.STRIKE))
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")


def _pattern(sign: str) -> re.Pattern[str]:
    quoted = re.escape(sign)
    inner = r"[\s\S]+?" if sign == "```" else r"[^\n]+?"
    body = inner if sign.startswith("`") else rf"(?=\S){inner}(?<=\S)"
    return re.compile(
        rf"(?<![\w{re.escape(sign[0])}]){quoted}(?P<inner>{body}){quoted}(?![\w{re.escape(sign[0])}])"
    )


_PATTERNS = tuple((_pattern(sign), mark) for sign, mark in _PAIRS)


def runs(text: str, marks: Mark = Mark.NONE) -> list[Run]:
    """Split `text` by its formatting signs, which are left out; in mono nothing else is formatted."""
    found = [(match, mark) for pattern, mark in _PATTERNS if (match := pattern.search(text))]
    link = _LINK.search(text)
    if link and all(link.start() <= match.start() for match, _ in found):
        return [
            *runs(text[: link.start()], marks),
            Run(link.group(), marks | Mark.LINK),
            *runs(text[link.end() :], marks),
        ]
    if not found:
        return [Run(text, marks)] if text else []
    match, mark = min(found, key=lambda pair: pair[0].start())
    inner = match["inner"]
    middle = [Run(inner, marks | mark)] if mark is Mark.MONO else runs(inner, marks | mark)
    return [*runs(text[: match.start()], marks), *middle, *runs(text[match.end() :], marks)]


def plain(text: str) -> str:
    """The words without the formatting signs: for previews in one line and for screen readers."""
    return "".join(run.text for run in runs(text))


@dataclass(frozen=True, slots=True)
class LinkSpot:
    """Where a link stands in the laid-out text: characters `start` to `end`."""

    start: int
    end: int
    address: str


class BubbleText:
    """A laid-out message: its size, and painting at a point. Colours are asked for when painting."""

    LINE_SHARE = 1.18  # of the font's own line: the design's line height of 1.45

    def __init__(self, theme: Theme, text: str, width_px: int, size_px: float = 13) -> None:
        self._theme = theme
        parts = runs(text.replace("\r\n", "\n"))
        shown = "".join(part.text for part in parts).replace("\n", "\u2028")
        self._layout = QTextLayout(shown, theme.font(size_px))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._layout.setTextOption(option)
        self._spans: list[tuple[int, int, Mark]] = []
        self.links: list[LinkSpot] = []
        self._mark(parts)
        self._layout.setFormats([self._range(*span, QColor()) for span in self._spans])
        self.size = self._lay_out(max(1, width_px))

    def paint(self, painter: QPainter, at: QPointF, ink: QColor, link_ink: QColor) -> None:
        """Draw with the upper left corner at `at`."""
        extra = [self._range(*span, link_ink) for span in self._spans if Mark.LINK in span[2]]
        painter.setPen(ink)
        self._layout.draw(painter, at, extra)

    def link_at(self, point: QPointF) -> str | None:
        """The address under a point of the text's own coordinates."""
        for number in range(self._layout.lineCount()):
            line = self._layout.lineAt(number)
            if line.naturalTextRect().contains(point):
                at = line.xToCursor(point.x(), QTextLine.CursorPosition.CursorOnCharacter)
                return next((link.address for link in self.links if link.start <= at < link.end), None)
        return None

    @property
    def last_line_width_px(self) -> float:
        """How wide the last line is, to put the time beside it where there is room."""
        count = self._layout.lineCount()
        return self._layout.lineAt(count - 1).naturalTextWidth() if count else 0.0

    def _mark(self, parts: list[Run]) -> None:
        start = 0
        for part in parts:
            if part.marks:
                self._spans.append((start, len(part.text), part.marks))
            if Mark.LINK in part.marks:
                self.links.append(LinkSpot(start, start + len(part.text), part.text))
            start += len(part.text)

    def _range(self, start: int, length: int, marks: Mark, ink: QColor) -> QTextLayout.FormatRange:
        look = QTextCharFormat()
        if Mark.BOLD in marks:
            look.setFontWeight(QFont.Weight.Bold)
        look.setFontItalic(Mark.ITALIC in marks)
        look.setFontStrikeOut(Mark.STRIKE in marks)
        if Mark.MONO in marks:
            look.setFontFamilies(MONO_FAMILIES)
        if Mark.LINK in marks:
            look.setFontUnderline(True)
        if ink.isValid():
            look.setForeground(ink)
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, length, look
        return made

    def _lay_out(self, width_px: int) -> QSizeF:
        y_px = widest_px = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width_px)
            room_px = line.height() * self.LINE_SHARE
            line.setPosition(QPointF(0, y_px + (room_px - line.height()) / 2))
            y_px += room_px
            widest_px = max(widest_px, line.naturalTextWidth())
        self._layout.endLayout()
        return QSizeF(widest_px, y_px)


class BubbleCache:
    """Laid-out texts by (id, width, revision), the `most` latest used."""

    def __init__(self, theme: Theme, most: int = 600) -> None:
        self._theme, self._most = theme, most
        self._kept: OrderedDict[tuple[str, int, int, int], BubbleText] = OrderedDict()

    def get(self, key: str, revision: int, text: str, width_px: int) -> BubbleText:
        """The layout of message `key`; `revision` changes when its text does."""
        full = (key, width_px, revision, self._theme.text_scale_percent)
        found = self._kept.get(full)
        if found is None:
            found = self._kept[full] = BubbleText(self._theme, text, width_px)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(full)
        return found

    def __len__(self) -> int:
        return len(self._kept)
