"""Draws the rows of a thread, and knows what is under a point of it."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui.conversations.bubble_lines import LinePaint
from desktop.ui.conversations.bubble_paint import BubblePaint
from desktop.ui.conversations.bubble_plan import Planner
from desktop.ui.conversations.bubble_side import META_PX, NOTE_PX, PAD_X_PX
from desktop.ui.conversations.entries import BubbleEntry, NoteEntry
from desktop.ui.conversations.thread_files import ThreadFiles
from desktop.ui.conversations.thread_model import ENTRY
from desktop.ui.theme import Theme

__all__ = ["META_PX", "PAD_X_PX", "BubbleDelegate", "Hit"]


@dataclass(frozen=True, slots=True)
class Hit:
    """What a click would do: open a link, the file, the quoted message, or *Why?*."""

    link: str = ""
    file: bool = False
    quoted_id: int | None = None
    why: bool = False


class BubbleDelegate(QStyledItemDelegate):
    """Sizes and painting for `view`, whose width is asked for at each layout."""

    def __init__(self, theme: Theme, view: QWidget, files: ThreadFiles | None = None) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view
        self.files = files or ThreadFiles(view)
        self._planner = Planner(theme, view)
        self._bubbles = BubblePaint(theme, view, self._planner, self.files)
        self._lines = LinePaint(theme, view)
        self._heights: dict[tuple[str, int, int], tuple[object, int]] = {}
        self.marked_key = ""
        """The entry that was jumped to a moment ago."""

    def forget(self) -> None:
        """Fonts or their size changed."""
        self._planner.forget()
        self._heights.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        entry = index.data(ENTRY)
        if isinstance(entry, BubbleEntry):
            return QSize(0, self._planner.plan(entry).row_px)
        key = (entry.key, self._view.width(), self._theme.text_scale_percent)
        kept = self._heights.get(key)
        if kept is None or kept[0] != entry:
            kept = self._heights[key] = (entry, self._lines.height(entry))
            if len(self._heights) > 2_000:
                self._heights.clear()
        return QSize(0, kept[1])

    def height_of(self, entry: object) -> int:
        """Of a bubble's row, pixels; 0 for other rows."""
        return self._planner.plan(entry).row_px if isinstance(entry, BubbleEntry) else 0

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(ENTRY)
        if entry is None:
            return
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ringed = bool(option.state & QStyle.StateFlag.State_Selected) and self._view.hasFocus()
        marked = bool(self.marked_key) and entry.key == self.marked_key
        if isinstance(entry, BubbleEntry):
            self._bubbles.paint(painter, rect, entry, ringed=ringed, marked=marked)
        else:
            self._lines.paint(painter, rect, entry, ringed=ringed or marked)
        painter.restore()

    def bubble_rect(self, entry: BubbleEntry, row: QRect) -> QRect:
        """Where the bubble stands in its row."""
        return self._planner.box(entry, row)

    def hit(self, entry: object, row: QRect, x: int, y: int) -> Hit | None:
        """What is under a point of the view in a row; None where a click does nothing."""
        if isinstance(entry, NoteEntry):
            address = self._lines.link_at(entry, row, x, y)
            return Hit(link=address) if address else None
        if not isinstance(entry, BubbleEntry):
            return None
        if address := self.link_at(entry, row, x, y):
            return Hit(link=address)
        return self._part_hit(entry, row, x, y) or (Hit(why=True) if self.why_at(entry, row, x, y) else None)

    def _part_hit(self, entry: BubbleEntry, row: QRect, x: int, y: int) -> Hit | None:
        plan, box = self._planner.plan(entry), self._planner.box(entry, row)
        inner = self._planner.inner(box)
        if plan.quote is not None and entry.quote is not None:
            place = QRect(inner.left(), box.top() + plan.quote.top(), inner.width(), plan.quote.height())
            if place.contains(x, y):
                return Hit(quoted_id=entry.quote.message_id)
        if plan.picture is not None:
            return Hit(file=True) if self._bubbles.picture_rect(plan, box).contains(x, y) else None
        if entry.carried is None or not entry.carried.action:
            return None
        small = QFontMetrics(self._theme.font(NOTE_PX, 600))
        top_px = box.top() + plan.action_top_px
        line = QRect(inner.left(), top_px, inner.width(), small.height())
        wide_px = small.horizontalAdvance(entry.carried.action) + 4
        line.setLeft(line.right() + 1 - wide_px) if self._planner.mirrored else line.setWidth(wide_px)
        if not line.contains(x, y):
            return None
        return Hit(link=entry.carried.link) if entry.carried.link else Hit(file=True)

    def link_at(self, entry: BubbleEntry, row: QRect, x: int, y: int) -> str | None:
        """The address of a link in the text under a point of the view."""
        plan = self._planner.plan(entry)
        if plan.text is None:
            return None
        box = self.bubble_rect(entry, row)
        inner = self._planner.inner(box)
        mirrored_px = inner.right() + 1 - round(plan.text.size.width())
        left_px = mirrored_px if self._planner.mirrored else inner.left()
        return plan.text.link_at(QPointF(x - left_px, y - box.top() - plan.text_top_px))

    def why_at(self, entry: BubbleEntry, row: QRect, x: int, y: int) -> bool:
        """True if a point of the view is on the bubble's *Why?*, or on what that asks about."""
        if not entry.asks_why:
            return False
        plan = self._planner.plan(entry)
        inner = self._planner.inner(self.bubble_rect(entry, row))
        if self._planner.why_rect(inner, inner.top() + plan.meta_top_px).contains(x, y):
            return True
        tops = [(inner.top() + top_px, title_px + text_px) for _, top_px, title_px, text_px in plan.notes]
        return inner.left() <= x <= inner.right() and any(top <= y < top + high for top, high in tops)
