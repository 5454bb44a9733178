"""Where the parts of a bubble stand. One plan serves size, painting and clicks, and is made once per entry and width."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from desktop.ui.conversations.bubble_media import Carried
from desktop.ui.conversations.bubble_side import (
    GAP_PX,
    ICON_PX,
    META_LINE_PX,
    META_PX,
    NOTE_PX,
    PAD_X_PX,
    PAD_Y_PX,
    SIDE_PX,
    WRAP,
    Side,
)
from desktop.ui.conversations.entries import BubbleEntry, Note
from desktop.ui.parts.bubble import BubbleCache, BubbleText
from desktop.ui.theme import Theme

WHY: Final = "Why?"
BUTTON_LINE_PX: Final = 34
PICTURE_PX: Final = (260, 180)
STICKER_PX: Final = (140, 140)
LABEL_PX: Final = 18
QUOTE_BAR_PX: Final = 3
REACTION_PX: Final = 22
"""How high a badge is; half of it hangs below the bubble."""
_MOST_PLANS: Final = 1_200
"""Two parts of a thread at two widths."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Lengths in pixels, tops from the bubble's own upper edge."""

    size: QSize
    row_px: int
    quote: QRect | None
    picture: QRect | None
    label_top_px: int
    details: tuple[tuple[str, int, int], ...]
    action_top_px: int
    text: BubbleText | None
    text_top_px: int
    buttons_top_px: int
    notes: tuple[tuple[Note, int, int, int], ...]
    meta_top_px: int


class _Flow:
    """A bubble that grows downwards: `y` is where the next part begins, `wide` the widest one so far."""

    def __init__(self, y_px: int, most_px: int) -> None:
        self.y, self.wide, self.most = y_px, 0, most_px

    def widen(self, wide_px: float) -> None:
        self.wide = max(self.wide, min(self.most, round(wide_px)))


class Planner(Side):
    """Makes plans, and keeps them while entry, width and letters are the same."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(theme, view)
        self._texts = BubbleCache(theme)
        self._kept: OrderedDict[tuple[str, int, int], tuple[BubbleEntry, Plan]] = OrderedDict()

    def forget(self) -> None:
        """Fonts changed."""
        self._kept.clear()

    def plan(self, entry: BubbleEntry) -> Plan:
        most_px = self.widest()
        key = (entry.key, most_px, self.theme.text_scale_percent)
        kept = self._kept.get(key)
        if kept is not None and (kept[0] is entry or kept[0] == entry):
            return kept[1]
        made = self._make(entry, most_px)
        self._kept[key] = (entry, made)
        if len(self._kept) > _MOST_PLANS:
            self._kept.popitem(last=False)
        return made

    def box(self, entry: BubbleEntry, row: QRect) -> QRect:
        """Where the bubble stands in its row."""
        plan = self.plan(entry)
        at_end = entry.message.outgoing is not self.mirrored
        side_px = self.theme.px(SIDE_PX)
        left_px = row.right() + 1 - side_px - plan.size.width() if at_end else row.left() + side_px
        return QRect(left_px, row.top(), plan.size.width(), plan.size.height())

    def inner(self, box: QRect) -> QRect:
        pad_px = self.theme.px(PAD_X_PX)
        return box.adjusted(pad_px, 0, -pad_px, 0)

    def why_px(self) -> int:
        return QFontMetrics(self.theme.font(META_PX, 600)).horizontalAdvance(WHY) + 2

    def why_rect(self, inner: QRect, top_px: int) -> QRect:
        """Where *Why?* stands: at the reading side of the line with the time."""
        height_px = max(self.theme.px(META_LINE_PX), QFontMetrics(self.theme.font(META_PX)).height())
        left_px = inner.right() + 1 - self.why_px() if self.mirrored else inner.left()
        return QRect(left_px, top_px, self.why_px(), height_px)

    def _make(self, entry: BubbleEntry, most_px: int) -> Plan:
        px = self.theme.px
        meta = QFontMetrics(self.theme.font(META_PX))
        flow = _Flow(px(PAD_Y_PX), most_px)
        # One more: what the painter measures can be a fraction wider, and would be cut.
        flow.widen(meta.horizontalAdvance(entry.meta) + 1 + (px(ICON_PX + 4) if entry.tick else 0))
        if entry.asks_why:
            flow.widen(flow.wide + self.why_px() + px(12))
        quote = self._quote(entry, flow)
        picture = self._picture(entry, flow)
        label_top = flow.y
        details: tuple[tuple[str, int, int], ...] = ()
        action_top = flow.y
        if entry.carried is not None and picture is None:
            details, action_top = self._carried(entry.carried, flow)
        text = self._text(entry, flow, bool(entry.carried))
        text_top = flow.y - (round(text.size.height()) if text is not None else 0)
        buttons_top = self._buttons(entry, flow)
        notes = tuple(self._note(note, flow) for note in entry.notes)
        meta_top = flow.y + px(2)
        height = meta_top + max(px(META_LINE_PX), meta.height()) + px(PAD_Y_PX)
        size = QSize(flow.wide + 2 * px(PAD_X_PX), height)
        row_px = height + GAP_PX + (px(REACTION_PX) // 2 + 2 if entry.reactions else 0)
        return Plan(
            size, row_px, quote, picture, label_top, details, action_top,
            text, text_top, buttons_top, notes, meta_top,
        )  # fmt: skip

    def _quote(self, entry: BubbleEntry, flow: _Flow) -> QRect | None:
        """Author and first line of what it answers, beside a bar."""
        if entry.quote is None:
            return None
        px = self.theme.px
        bold = QFontMetrics(self.theme.font(NOTE_PX, 600))
        plain = QFontMetrics(self.theme.font(NOTE_PX))
        edge_px = px(QUOTE_BAR_PX) + 2 * px(8)
        flow.widen(bold.horizontalAdvance(entry.quote.author_name) + 2 + edge_px)
        flow.widen(min(px(300), plain.horizontalAdvance(entry.quote.text) + 2 + edge_px))
        height_px = bold.height() + plain.height() + 2 * px(5)
        made = QRect(0, flow.y, 0, height_px)
        flow.y += height_px + px(6)
        return made

    def _picture(self, entry: BubbleEntry, flow: _Flow) -> QRect | None:
        if not entry.picture:
            return None
        wide_px, high_px = STICKER_PX if entry.message.kind == "sticker" else PICTURE_PX
        px = self.theme.px
        width_px = min(flow.most, px(wide_px))
        made = QRect(0, flow.y, width_px, px(high_px))
        flow.widen(width_px)
        flow.y += px(high_px) + px(4)
        return made

    def _carried(self, carried: Carried, flow: _Flow) -> tuple[tuple[tuple[str, int, int], ...], int]:
        """Tops and heights of the lines under the label, and the top of what can be done."""
        px = self.theme.px
        bold = QFontMetrics(self.theme.font(13, 600))
        plain = QFontMetrics(self.theme.font(NOTE_PX))
        flow.widen(px(LABEL_PX) + px(6) + bold.horizontalAdvance(carried.label) + 1)
        flow.y += max(px(20), bold.height())
        lines: list[tuple[str, int, int]] = []
        for line in carried.details:
            room = plain.boundingRect(QRect(0, 0, flow.most, 10_000), WRAP, line)
            flow.widen(room.width() + 2)
            lines.append((line, flow.y, room.height()))
            flow.y += room.height() + px(2)
        action_top = flow.y
        if carried.action:
            small = QFontMetrics(self.theme.font(NOTE_PX, 600))
            flow.widen(small.horizontalAdvance(carried.action) + 2)
            flow.y += small.height() + px(2)
        return tuple(lines), action_top

    def _text(self, entry: BubbleEntry, flow: _Flow, has_above: bool) -> BubbleText | None:
        if not entry.text:
            return None
        if has_above:
            flow.y += self.theme.px(4)
        text = self._texts.get(entry.key, hash(entry.text), entry.text, flow.most)
        regular = QFontMetrics(self.theme.font(13))
        natural_px = max(map(regular.horizontalAdvance, entry.text.split("\n")))
        flow.widen(flow.most if natural_px > flow.most else round(text.size.width()) + 1)
        flow.y += round(text.size.height())
        return text

    def _buttons(self, entry: BubbleEntry, flow: _Flow) -> int:
        px = self.theme.px
        top = flow.y + px(4)
        if entry.buttons:
            bold = QFontMetrics(self.theme.font(13, 600))
            flow.widen(max(bold.horizontalAdvance(title) for title in entry.buttons) + px(24))
            flow.y = top + len(entry.buttons) * px(BUTTON_LINE_PX) - px(4)
        return top

    def _note(self, note: Note, flow: _Flow) -> tuple[Note, int, int, int]:
        """A line under the text: its top and the heights of title and text."""
        px = self.theme.px
        flow.y += px(6)
        room = QRect(0, 0, flow.most - px(ICON_PX + 6), 10_000)
        title = QFontMetrics(self.theme.font(NOTE_PX, 600)).boundingRect(room, WRAP, note.title)
        wide_px, text_px = title.width(), 0
        if note.text:
            text = QFontMetrics(self.theme.font(NOTE_PX)).boundingRect(room, WRAP, note.text)
            wide_px, text_px = max(wide_px, text.width()), text.height()
        flow.widen(wide_px + px(ICON_PX + 6))
        made = (note, flow.y, title.height(), text_px)
        flow.y += title.height() + text_px
        return made
