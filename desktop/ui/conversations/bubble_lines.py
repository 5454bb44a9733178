"""Paints what stands between the bubbles: days, where the unread begins, what happened, and colleagues' notes."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui.conversations.bubble_side import (
    GAP_PX,
    ICON_PX,
    META_LINE_PX,
    META_PX,
    NOTE_PX,
    PAD_X_PX,
    PAD_Y_PX,
    RADIUS_PX,
    SIDE_PX,
    WRAP,
    Side,
)
from desktop.ui.conversations.entries import DayEntry, Entry, EventEntry, NoteEntry, UnreadEntry
from desktop.ui.parts.bubble import BubbleCache, BubbleText
from desktop.ui.parts.button import paint_ring
from desktop.ui.theme import Theme


class LinePaint(Side):
    """Sizes and painting of every row that is no bubble."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(theme, view)
        self._texts = BubbleCache(theme, 200)

    def height(self, entry: Entry) -> int:
        """Of the whole row, pixels."""
        px = self.theme.px
        if isinstance(entry, DayEntry | UnreadEntry):
            return QFontMetrics(self.theme.font(META_PX)).height() + 6 + px(16) + GAP_PX
        if isinstance(entry, NoteEntry):
            return self._note_box(entry, QRect(0, 0, self.view.width(), 0)).height() + GAP_PX + px(2)
        metrics = QFontMetrics(self.theme.font(NOTE_PX))
        text = entry.text if isinstance(entry, EventEntry) else ""
        room = metrics.boundingRect(QRect(0, 0, self.event_width(), 10_000), WRAP, text)
        return room.height() + px(12) + GAP_PX

    def paint(self, painter: QPainter, row: QRect, entry: Entry, *, ringed: bool) -> None:
        if isinstance(entry, DayEntry):
            self._paint_day(painter, row, entry)
        elif isinstance(entry, UnreadEntry):
            self._paint_unread(painter, row, entry)
        elif isinstance(entry, EventEntry):
            self._paint_event(painter, row, entry)
        elif isinstance(entry, NoteEntry):
            self._paint_note(painter, row, entry, ringed)

    def link_at(self, entry: NoteEntry, row: QRect, x: int, y: int) -> str | None:
        """The address of a link in a note under a point of the view."""
        box = self._note_box(entry, row)
        text = self._text(entry)
        left_px = self._text_left(box, text)
        return text.link_at(QPointF(x - left_px, y - box.top() - self._text_top()))

    def _paint_day(self, painter: QPainter, row: QRect, entry: DayEntry) -> None:
        font = self.theme.font(META_PX)
        metrics = QFontMetrics(font)
        box = QRect(0, 0, metrics.horizontalAdvance(entry.text) + self.theme.px(20), metrics.height() + 6)
        box.moveCenter(row.center())
        box.moveTop(row.top() + self.theme.px(8))
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.setBrush(self.theme.color("surface"))
        radius_px = box.height() / 2
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius_px, radius_px)
        painter.setFont(font)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, entry.text)

    def _paint_unread(self, painter: QPainter, row: QRect, entry: UnreadEntry) -> None:
        """A line from side to side with the words in its middle."""
        px, theme = self.theme.px, self.theme
        font = theme.font(META_PX, 600)
        metrics = QFontMetrics(font)
        box = QRect(0, 0, metrics.horizontalAdvance(entry.text) + px(20), metrics.height() + 6)
        box.moveCenter(row.center())
        box.moveTop(row.top() + px(8))
        painter.setPen(QPen(theme.color("accent"), 1))
        middle_px, side_px, gap_px = box.center().y(), px(SIDE_PX), px(8)
        painter.drawLine(row.left() + side_px, middle_px, box.left() - gap_px, middle_px)
        painter.drawLine(box.right() + gap_px, middle_px, row.right() - side_px, middle_px)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_weak"))
        painter.drawRoundedRect(QRectF(box), box.height() / 2, box.height() / 2)
        painter.setFont(font)
        painter.setPen(theme.color("accent"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, entry.text)

    def _paint_event(self, painter: QPainter, row: QRect, entry: EventEntry) -> None:
        px = self.theme.px
        font = self.theme.font(NOTE_PX)
        room = QRect(0, 0, self.event_width(), 10_000)
        size = QFontMetrics(font).boundingRect(room, WRAP, entry.text)
        step_px = px(ICON_PX + 4)
        line = QRect(0, row.top() + px(6), size.width() + step_px + 2, size.height())
        line.moveLeft(row.center().x() - line.width() // 2)
        spot, words = self.split(line, px(ICON_PX), px(4))
        spot = QRect(spot.left(), line.top() + px(1), px(ICON_PX), px(ICON_PX))
        self.theme.icon(entry.icon, entry.color).paint(painter, spot)
        painter.setFont(font)
        painter.setPen(self.theme.color(entry.color))
        flags = Qt.TextFlag.TextWordWrap | self.leading | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, flags, entry.text)

    # Notes.

    def _text(self, entry: NoteEntry) -> BubbleText:
        return self._texts.get(entry.key, hash(entry.parts), entry.text, self.widest(), entry.parts)

    def _head_px(self) -> int:
        return max(self.theme.px(ICON_PX), QFontMetrics(self.theme.font(NOTE_PX, 600)).height())

    def _text_top(self) -> int:
        return self.theme.px(PAD_Y_PX) + self._head_px() + self.theme.px(2)

    def _text_left(self, box: QRect, text: BubbleText) -> int:
        pad_px = self.theme.px(PAD_X_PX)
        if self.mirrored:
            return box.right() + 1 - pad_px - round(text.size.width())
        return box.left() + pad_px

    def _note_box(self, entry: NoteEntry, row: QRect) -> QRect:
        """At the side of what we write, as wide as what stands in it."""
        px = self.theme.px
        text = self._text(entry)
        head_px = QFontMetrics(self.theme.font(NOTE_PX, 600)).horizontalAdvance(entry.author_name)
        meta = QFontMetrics(self.theme.font(META_PX))
        foot_px = max(px(META_LINE_PX), meta.height())
        wide_px = max(
            round(text.size.width()) + 1,
            min(self.widest(), head_px + px(ICON_PX + 6) + 2),
            meta.horizontalAdvance(entry.meta) + 2,
        )
        height_px = self._text_top() + round(text.size.height()) + px(2) + foot_px + px(PAD_Y_PX)
        size_px = min(self.widest(), wide_px) + 2 * px(PAD_X_PX)
        left_px = row.left() + px(SIDE_PX) if self.mirrored else row.right() + 1 - px(SIDE_PX) - size_px
        return QRect(left_px, row.top(), size_px, height_px)

    def _paint_note(self, painter: QPainter, row: QRect, entry: NoteEntry, ringed: bool) -> None:
        px, theme = self.theme.px, self.theme
        box, text = self._note_box(entry, row), self._text(entry)
        painter.setPen(QPen(theme.color("warn_line"), 1))
        painter.setBrush(theme.color("warn_bg"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
        if ringed:
            paint_ring(painter, theme, QRectF(box), RADIUS_PX)
        inner = box.adjusted(px(PAD_X_PX), px(PAD_Y_PX), -px(PAD_X_PX), -px(PAD_Y_PX))
        head = QRect(inner.left(), inner.top(), inner.width(), self._head_px())
        spot, words = self.split(head, px(ICON_PX), px(6))
        theme.icon("note", "warn").paint(painter, spot)
        painter.setFont(theme.font(NOTE_PX, 600))
        painter.setPen(theme.color("warn"))
        shown = painter.fontMetrics().elidedText(
            entry.author_name, Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, self.leading | Qt.AlignmentFlag.AlignVCenter, shown)
        at = QPointF(self._text_left(box, text), box.top() + self._text_top())
        text.paint(painter, at, theme.color("text"), theme.color("accent"))
        painter.setFont(theme.font(META_PX))
        painter.setPen(theme.color("warn"))
        side = Qt.AlignmentFlag.AlignLeft if self.mirrored else Qt.AlignmentFlag.AlignRight
        painter.drawText(
            inner, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignBottom, entry.meta
        )
