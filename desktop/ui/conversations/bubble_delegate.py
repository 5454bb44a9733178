"""Draws the rows of a thread: bubbles, days, changes of the opt-in. One layout serves size and painting."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.messages import Status
from desktop.ui.conversations.entries import BubbleEntry, DayEntry, EventEntry, Note
from desktop.ui.conversations.thread_model import ENTRY
from desktop.ui.parts.bubble import BubbleCache, BubbleText
from desktop.ui.parts.button import paint_ring
from desktop.ui.theme import Theme

WIDEST_PX = 520
SIDE_PX = 28
PAD_X_PX, PAD_Y_PX = 12, 8
GAP_PX = 6
RADIUS_PX = 12
META_PX, META_LINE_PX = 11, 16
NOTE_PX = 12
ICON_PX = 14
WHY = "Why?"
BUTTON_LINE_PX = 34
WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the parts of a bubble stand; lengths in pixels, tops from the bubble's own upper edge."""

    size: QSize
    text: BubbleText | None
    media_top_px: int
    text_top_px: int
    buttons_top_px: int
    notes: tuple[tuple[Note, int, int, int], ...]
    meta_top_px: int


class BubbleDelegate(QStyledItemDelegate):
    """`width_px` is asked at each layout: the width of the view."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._cache = BubbleCache(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        px = self._theme.px
        width_px = self._view.width()
        entry = index.data(ENTRY)
        if isinstance(entry, BubbleEntry):
            return QSize(0, self._plan(entry, width_px).size.height() + GAP_PX)
        if isinstance(entry, DayEntry):
            height_px = QFontMetrics(self._theme.font(META_PX)).height() + 6
            return QSize(0, height_px + px(16) + GAP_PX)
        metrics = QFontMetrics(self._theme.font(NOTE_PX))
        text = entry.text if isinstance(entry, EventEntry) else ""
        room = metrics.boundingRect(QRect(0, 0, self._event_width(width_px), 10_000), WRAP, text)
        return QSize(0, room.height() + px(12) + GAP_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(ENTRY)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(entry, BubbleEntry):
            state = option.state
            ringed = bool(state & QStyle.StateFlag.State_Selected) and self._view.hasFocus()
            self._paint_bubble(painter, rect, entry, ringed)
        elif isinstance(entry, DayEntry):
            self._paint_day(painter, rect, entry)
        elif isinstance(entry, EventEntry):
            self._paint_event(painter, rect, entry)
        painter.restore()

    def bubble_rect(self, entry: BubbleEntry, row: QRect) -> QRect:
        """Where the bubble stands in its row."""
        plan = self._plan(entry, self._view.width())
        at_end = entry.message.outgoing is not self._mirrored
        side_px = self._theme.px(SIDE_PX)
        left_px = row.right() + 1 - side_px - plan.size.width() if at_end else row.left() + side_px
        return QRect(left_px, row.top(), plan.size.width(), plan.size.height())

    def link_at(self, entry: BubbleEntry, row: QRect, x: int, y: int) -> str | None:
        """The address of a link under a point of the view."""
        plan = self._plan(entry, self._view.width())
        if plan.text is None:
            return None
        box = self.bubble_rect(entry, row)
        at = QPointF(x - box.left() - self._theme.px(PAD_X_PX), y - box.top() - plan.text_top_px)
        return plan.text.link_at(at)

    def why_at(self, entry: BubbleEntry, row: QRect, x: int, y: int) -> bool:
        """True if a point of the view is on the bubble's *Why?*, or on what that asks about."""
        if not entry.asks_why:
            return False
        plan = self._plan(entry, self._view.width())
        inner = self.bubble_rect(entry, row).adjusted(
            self._theme.px(PAD_X_PX), 0, -self._theme.px(PAD_X_PX), 0
        )
        if self._why_rect(inner, inner.top() + plan.meta_top_px).contains(x, y):
            return True
        tops = [(inner.top() + top_px, title_px + text_px) for _, top_px, title_px, text_px in plan.notes]
        return inner.left() <= x <= inner.right() and any(top <= y < top + high for top, high in tops)

    def _why_px(self) -> int:
        return QFontMetrics(self._theme.font(META_PX, 600)).horizontalAdvance(WHY) + 2

    def _why_rect(self, inner: QRect, top_px: int) -> QRect:
        """Where *Why?* stands: at the reading side of the line with the time."""
        height_px = max(self._theme.px(META_LINE_PX), QFontMetrics(self._theme.font(META_PX)).height())
        left_px = inner.right() + 1 - self._why_px() if self._mirrored else inner.left()
        return QRect(left_px, top_px, self._why_px(), height_px)

    @property
    def _mirrored(self) -> bool:
        return self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _event_width(self, width_px: int) -> int:
        return max(120, width_px - 4 * self._theme.px(SIDE_PX))

    def _plan(self, entry: BubbleEntry, view_px: int) -> _Plan:
        px = self._theme.px
        pad_x = px(PAD_X_PX)
        scroll_px = 12
        most_px = min(px(WIDEST_PX), max(160, view_px - 2 * px(SIDE_PX) - scroll_px)) - 2 * pad_x
        text = None
        if entry.text:
            text = self._cache.get(entry.key, hash(entry.text), entry.text, most_px)
        meta = QFontMetrics(self._theme.font(META_PX))
        # One more: what the painter measures can be a fraction wider, and would be cut.
        wide_px = meta.horizontalAdvance(entry.meta) + 1 + (px(ICON_PX + 4) if entry.tick else 0)
        if entry.asks_why:
            wide_px += self._why_px() + px(12)
        y = px(PAD_Y_PX)
        media_top, bold = y, QFontMetrics(self._theme.font(13, 600))
        regular = QFontMetrics(self._theme.font(13))
        if entry.media is not None:
            wide_px = max(wide_px, px(18) + px(6) + bold.horizontalAdvance(entry.media[1]) + 1)
            y += max(px(20), bold.height()) + (px(4) if text else 0)
        text_top = y
        if text is not None:
            natural_px = max(map(regular.horizontalAdvance, entry.text.split("\n")))
            wide_px = most_px if natural_px > most_px else max(wide_px, round(text.size.width()) + 1)
            y += round(text.size.height())
        buttons_top = y + px(4)
        if entry.buttons:
            most_button = max(bold.horizontalAdvance(title) for title in entry.buttons)
            wide_px = max(wide_px, most_button + px(24))
            y = buttons_top + len(entry.buttons) * px(BUTTON_LINE_PX) - px(4)
        notes: list[tuple[Note, int, int, int]] = []
        for note in entry.notes:
            y += px(6)
            title_px, text_px, note_wide_px = self._note_size(note, most_px - px(ICON_PX + 6))
            notes.append((note, y, title_px, text_px))
            wide_px = max(wide_px, note_wide_px + px(ICON_PX + 6))
            y += title_px + text_px
        meta_top = y + px(2)
        y = meta_top + max(px(META_LINE_PX), meta.height()) + px(PAD_Y_PX)
        width_px = min(wide_px, most_px) + 2 * pad_x
        return _Plan(QSize(width_px, y), text, media_top, text_top, buttons_top, tuple(notes), meta_top)

    def _note_size(self, note: Note, most_px: int) -> tuple[int, int, int]:
        """Heights of title and text and the widest line, pixels."""
        room = QRect(0, 0, most_px, 10_000)
        title = QFontMetrics(self._theme.font(NOTE_PX, 600)).boundingRect(room, WRAP, note.title)
        if not note.text:
            return title.height(), 0, title.width()
        text = QFontMetrics(self._theme.font(NOTE_PX)).boundingRect(room, WRAP, note.text)
        return title.height(), text.height(), max(title.width(), text.width())

    def _paint_bubble(self, painter: QPainter, row: QRect, entry: BubbleEntry, ringed: bool) -> None:
        theme, px = self._theme, self._theme.px
        plan = self._plan(entry, self._view.width())
        box = self.bubble_rect(entry, row)
        outgoing = entry.message.outgoing
        came_to_nothing = outgoing and entry.stayed_here
        refused = came_to_nothing and entry.message.status is not Status.CANCELLED
        edge = QPen(theme.color("danger" if refused else "line"), 1)
        painter.setPen(edge if came_to_nothing or not outgoing else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bubble_out" if outgoing and not came_to_nothing else "bubble_in"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
        if ringed:
            paint_ring(painter, theme, QRectF(box), RADIUS_PX)
        inner = box.adjusted(px(PAD_X_PX), 0, -px(PAD_X_PX), 0)
        if entry.media is not None:
            self._paint_media(painter, inner, box.top() + plan.media_top_px, entry.media)
        if plan.text is not None:
            left_px = inner.left()
            if self._mirrored:
                left_px = inner.right() + 1 - round(plan.text.size.width())
            at = QPointF(left_px, box.top() + plan.text_top_px)
            plan.text.paint(painter, at, theme.color("text"), theme.color("accent"))
        self._paint_buttons(painter, inner, box.top() + plan.buttons_top_px, entry.buttons)
        for note, top_px, title_px, text_px in plan.notes:
            self._paint_note(painter, inner, box.top() + top_px, note, title_px, text_px)
        self._paint_meta(painter, inner, box.top() + plan.meta_top_px, entry)

    def _paint_media(self, painter: QPainter, inner: QRect, top_px: int, media: tuple[str, str]) -> None:
        px = self._theme.px
        line = QRect(inner.left(), top_px, inner.width(), px(20))
        spot, words = self._split(line, px(18), px(6))
        self._theme.icon(media[0], "muted").paint(painter, spot)
        painter.setFont(self._theme.font(13, 600))
        painter.setPen(self._theme.color("text"))
        shown = QFontMetrics(painter.font()).elidedText(media[1], Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, self._leading | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_buttons(self, painter: QPainter, inner: QRect, top_px: int, buttons: tuple[str, ...]) -> None:
        px = self._theme.px
        for number, title in enumerate(buttons):
            line = QRect(
                inner.left(), top_px + number * px(BUTTON_LINE_PX), inner.width(), px(BUTTON_LINE_PX)
            )
            edge = self._theme.color("muted")
            edge.setAlphaF(0.25)
            painter.setPen(QPen(edge, 1))
            painter.drawLine(line.left(), line.top() + 2, line.right(), line.top() + 2)
            painter.setFont(self._theme.font(13, 600))
            painter.setPen(self._theme.color("accent"))
            shown = QFontMetrics(painter.font()).elidedText(title, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_note(
        self, painter: QPainter, inner: QRect, top_px: int, note: Note, title_px: int, text_px: int
    ) -> None:
        px = self._theme.px
        line = QRect(inner.left(), top_px, inner.width(), title_px + text_px)
        spot, words = self._split(line, px(ICON_PX), px(6))
        spot.moveTop(top_px + px(1))
        spot.setHeight(px(ICON_PX))
        self._theme.icon(note.icon, note.color).paint(painter, spot)
        flags = Qt.TextFlag.TextWordWrap | self._leading | Qt.AlignmentFlag.AlignTop
        painter.setPen(self._theme.color(note.color))
        painter.setFont(self._theme.font(NOTE_PX, 600))
        painter.drawText(QRect(words.left(), top_px, words.width(), title_px), flags, note.title)
        if note.text:
            painter.setFont(self._theme.font(NOTE_PX))
            painter.setPen(self._theme.color("text"))
            painter.drawText(QRect(words.left(), top_px + title_px, words.width(), text_px), flags, note.text)

    def _paint_meta(self, painter: QPainter, inner: QRect, top_px: int, entry: BubbleEntry) -> None:
        px = self._theme.px
        font = self._theme.font(META_PX)
        height_px = max(px(META_LINE_PX), QFontMetrics(font).height())
        line = QRect(inner.left(), top_px, inner.width(), height_px)
        if entry.tick:
            side_px = px(ICON_PX)
            left_px = line.left() if self._mirrored else line.right() + 1 - side_px
            spot = QRect(left_px, line.center().y() - side_px // 2, side_px, side_px)
            self._theme.icon(entry.tick, entry.tick_color).paint(painter, spot)
            step_px = side_px + px(4)
            line = line.adjusted(step_px, 0, 0, 0) if self._mirrored else line.adjusted(0, 0, -step_px, 0)
        if entry.asks_why:
            painter.setFont(self._theme.font(META_PX, 600))
            painter.setPen(self._theme.color("accent"))
            painter.drawText(self._why_rect(inner, top_px), Qt.AlignmentFlag.AlignCenter, WHY)
            why_px = self._why_px() + px(8)
            line = line.adjusted(0, 0, -why_px, 0) if self._mirrored else line.adjusted(why_px, 0, 0, 0)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        side = Qt.AlignmentFlag.AlignLeft if self._mirrored else Qt.AlignmentFlag.AlignRight
        shown = QFontMetrics(font).elidedText(entry.meta, Qt.TextElideMode.ElideMiddle, line.width())
        absolute = Qt.AlignmentFlag.AlignAbsolute  # the painter would mirror it once more
        painter.drawText(line, side | absolute | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_day(self, painter: QPainter, row: QRect, entry: DayEntry) -> None:
        font = self._theme.font(META_PX)
        metrics = QFontMetrics(font)
        box = QRect(0, 0, metrics.horizontalAdvance(entry.text) + self._theme.px(20), metrics.height() + 6)
        box.moveCenter(row.center())
        box.moveTop(row.top() + self._theme.px(8))
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("surface"))
        radius_px = box.height() / 2
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius_px, radius_px)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, entry.text)

    def _paint_event(self, painter: QPainter, row: QRect, entry: EventEntry) -> None:
        px = self._theme.px
        font = self._theme.font(NOTE_PX)
        room = QRect(0, 0, self._event_width(self._view.width()), 10_000)
        size = QFontMetrics(font).boundingRect(room, WRAP, entry.text)
        step_px = px(ICON_PX + 4)
        line = QRect(0, row.top() + px(6), size.width() + step_px + 2, size.height())
        line.moveLeft(row.center().x() - line.width() // 2)
        spot, words = self._split(line, px(ICON_PX), px(4))
        spot = QRect(spot.left(), line.top() + px(1), px(ICON_PX), px(ICON_PX))
        self._theme.icon(entry.icon, entry.color).paint(painter, spot)
        painter.setFont(font)
        painter.setPen(self._theme.color(entry.color))
        flags = Qt.TextFlag.TextWordWrap | self._leading | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, flags, entry.text)

    @property
    def _leading(self) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._mirrored else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignAbsolute

    def _split(self, line: QRect, icon_px: int, gap_px: int) -> tuple[QRect, QRect]:
        """The icon's square at the reading side of a line, and what is left of it."""
        step_px = icon_px + gap_px
        top_px = line.center().y() - icon_px // 2
        if self._mirrored:
            spot = QRect(line.right() + 1 - icon_px, top_px, icon_px, icon_px)
            return spot, line.adjusted(0, 0, -step_px, 0)
        return QRect(line.left(), top_px, icon_px, icon_px), line.adjusted(step_px, 0, 0, 0)
