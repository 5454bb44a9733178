"""WhatsApp's own formatting (*bold*, _italic_, ~strike~, ```mono```, links) laid out once and painted by delegates."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from desktop.domain.message_markup import Mark, Run, plain, runs
from desktop.ui.theme import MONO_FAMILIES, Theme

__all__ = ["BubbleCache", "BubbleText", "Mark", "Run", "plain", "runs"]


@dataclass(frozen=True, slots=True)
class LinkSpot:
    """Where a link stands in the laid-out text: characters `start` to `end`."""

    start: int
    end: int
    address: str


class BubbleText:
    """A laid-out message: its size, and painting at a point. Colours are asked for when painting."""

    LINE_SHARE = 1.18  # of the font's own line: the design's line height of 1.45

    def __init__(
        self,
        theme: Theme,
        text: str,
        width_px: int,
        size_px: float = 13,
        parts: Sequence[Run] | None = None,
    ) -> None:
        """parts: the text taken apart already; else it is formatted as WhatsApp does."""
        self._theme = theme
        parts = runs(text.replace("\r\n", "\n")) if parts is None else parts
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

    def _mark(self, parts: Sequence[Run]) -> None:
        start = 0
        for part in parts:
            if part.marks:
                self._spans.append((start, len(part.text), part.marks))
            if Mark.LINK in part.marks:
                self.links.append(LinkSpot(start, start + len(part.text), part.address))
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

    def get(
        self, key: str, revision: int, text: str, width_px: int, parts: Sequence[Run] | None = None
    ) -> BubbleText:
        """The layout of message `key`; `revision` changes when its text does. parts: see BubbleText."""
        full = (key, width_px, revision, self._theme.text_scale_percent)
        found = self._kept.get(full)
        if found is None:
            found = self._kept[full] = BubbleText(self._theme, text, width_px, parts=parts)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(full)
        return found

    def __len__(self) -> int:
        return len(self._kept)
