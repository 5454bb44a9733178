"""Draws one row of the list: a conversation here, what a search found in `list_hits`."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.conversations import ConversationRow
from desktop.domain.inbox import CLOSING
from desktop.domain.messages import Status
from desktop.domain.window import left
from desktop.ui.conversations import list_hits, words
from desktop.ui.conversations.rows import (
    FoundMessage,
    Heading,
    RowsModel,
    share_left,
    shown_name,
    window_left,
)
from desktop.ui.parts import when
from desktop.ui.parts.avatar import paint_avatar
from desktop.ui.parts.badge import BadgeKind, badge_size, count_size, paint_badge, paint_count
from desktop.ui.parts.bubble import plain
from desktop.ui.parts.listrows import ROW, is_mirrored, paint_pills, paint_words
from desktop.ui.parts.picklist import BAR_PX, paint_row_ground
from desktop.ui.theme import Color, Theme

PAD_X_PX, PAD_Y_PX = 16, 10
AVATAR_PX = 38
HOLDER_PX, CHECK_PX = 16, 18
NAME_PX, TEXT_PX, SMALL_PX = 13, 12.5, 12
NAME_LINE_PX, TEXT_LINE_PX = 19, 19
BADGE_GAP_PX = 4


def badges(row: ConversationRow) -> list[tuple[str, BadgeKind]]:
    """The pills under the preview."""
    found: list[tuple[str, BadgeKind]] = [(words.BOT, BadgeKind.BOT)] if row.bot else []
    if row.opt_in is OptIn.NO or row.stopped_in_whatsapp:
        found.append(("Opted out", BadgeKind.OUT))
    elif row.opt_in is OptIn.YES:
        found.append(("Opted in", BadgeKind.IN))
    return found + [(tag, BadgeKind.NEUTRAL) for tag in row.tags]


class RowDelegate(QStyledItemDelegate):
    """Avatar with what is left of the reply window around it, name, time, preview, badges, unread count.

    `many()`: whether several are chosen, and check boxes stand where the faces are. shows_holder: who has it stands in
    the corner of the face; there is no need where it is the same person everywhere.
    """

    shows_holder = True

    def __init__(
        self, theme: Theme, view: QWidget, model: RowsModel, many: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(view)
        self._theme, self._view, self._model, self._many = theme, view, model, many

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row = index.data(ROW)
        px = self._theme.px
        if isinstance(row, Heading):
            return QSize(0, px(list_hits.HEADING_PX))
        height_px = 2 * px(PAD_Y_PX) + px(NAME_LINE_PX) + px(TEXT_LINE_PX)
        if isinstance(row, ConversationRow) and badges(row):
            height_px += px(BADGE_GAP_PX) + badge_size(self._theme, "Opted", BadgeKind.OUT).height()
        return QSize(0, height_px)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW)
        if self._model.now is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, Heading):
            list_hits.paint_heading(painter, self._theme, self._view, option.rect, row)
        else:
            paint_row_ground(painter, self._theme, self._view, option)
            self._paint_entry(painter, option, row)
        painter.restore()

    def _paint_entry(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ConversationRow | FoundMessage
    ) -> None:
        px = self._theme.px
        area = option.rect.adjusted(px(PAD_X_PX) + BAR_PX, px(PAD_Y_PX), -px(PAD_X_PX) - 8, -px(PAD_Y_PX))
        face = QRect(area.left(), area.top(), px(AVATAR_PX), px(AVATAR_PX))
        if self._mirrored:
            area = option.rect.adjusted(px(PAD_X_PX) + 8, px(PAD_Y_PX), -px(PAD_X_PX) - BAR_PX, -px(PAD_Y_PX))
            face.moveRight(area.right())
        step_px = face.width() + px(10)
        text = area.adjusted(0, 0, -step_px, 0) if self._mirrored else area.adjusted(step_px, 0, 0, 0)
        name = QRect(text.left(), text.top(), text.width(), px(NAME_LINE_PX))
        line = QRect(text.left(), text.top() + px(NAME_LINE_PX), text.width(), px(TEXT_LINE_PX))
        if isinstance(row, FoundMessage):
            paint_avatar(painter, self._theme, QRectF(face), row.name)
            self._paint_top(painter, name, row.name, when.short(row.hit.at, self._now), weight=600)
            list_hits.paint_line(painter, self._theme, self._view, line, row)
            return
        if self._many():
            self._paint_check(painter, face, bool(option.state & QStyle.StateFlag.State_Selected))
        else:
            self._paint_face(painter, face, row)
        self._paint_row(painter, name, line, row)

    def _paint_row(self, painter: QPainter, name: QRect, line: QRect, row: ConversationRow) -> None:
        weight = 700 if row.unread_count else 600
        if row.remind_at is not None:
            name = self._paint_reminder(painter, name, row)
        self._paint_top(painter, name, shown_name(row), when.short(row.last_at, self._now), weight=weight)
        pills = badges(row)
        if not pills:
            line = self._paint_ends(painter, line, row)
        else:
            height_px = badge_size(self._theme, "Opted", BadgeKind.OUT).height()
            top_px = line.bottom() + 1 + self._theme.px(BADGE_GAP_PX)
            under = QRect(line.left(), top_px, line.width(), height_px)
            if row.unread_count:
                under = self._paint_unread(painter, under, row.unread_count)
            if self._has_room(under, row):
                under = self._paint_left(painter, under, row)
            else:  # the opt-in stands in every row
                line = self._paint_left(painter, line, row)
            paint_pills(painter, self._theme, self._view, under, pills)
        self._paint_preview(painter, line, row)

    def _has_room(self, line: QRect, row: ConversationRow) -> bool:
        """True if what is left of the window fits beside the bot's mark and the opt-in."""
        shown = [one for one in badges(row) if one[1] is not BadgeKind.NEUTRAL] or badges(row)[:1]
        texts = [*shown, (window_left(row, self._now), BadgeKind.WARN)]
        widths = (badge_size(self._theme, text, kind).width() for text, kind in texts)
        return sum(widths) + len(texts) * self._theme.px(6) <= line.width()

    @property
    def _now(self) -> datetime:
        assert self._model.now is not None
        return self._model.now

    @property
    def _mirrored(self) -> bool:
        return is_mirrored(self._view)

    def _paint_face(self, painter: QPainter, face: QRect, row: ConversationRow) -> None:
        """The customer, in the corner who has the conversation, around it what is left of the window."""
        paint_avatar(painter, self._theme, QRectF(face), shown_name(row))
        self._paint_window(painter, face, row)
        if not (self.shows_holder and row.assigned_name):
            return
        side_px = self._theme.px(HOLDER_PX)
        spot = QRect(0, 0, side_px, side_px)
        spot.moveBottom(face.bottom() + self._theme.px(3))
        if self._mirrored:
            spot.moveLeft(face.left() - self._theme.px(3))
        else:
            spot.moveRight(face.right() + self._theme.px(3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("surface"))
        painter.drawEllipse(QRectF(spot).adjusted(-1.5, -1.5, 1.5, 1.5))
        paint_avatar(painter, self._theme, QRectF(spot), row.assigned_name)

    def _paint_check(self, painter: QPainter, face: QRect, checked: bool) -> None:
        """A box where the face is."""
        side_px = self._theme.px(CHECK_PX)
        box = QRectF(0, 0, side_px, side_px)
        box.moveCenter(QRectF(face).center())
        painter.setPen(QPen(self._theme.color("accent" if checked else "muted"), 1.5))
        painter.setBrush(self._theme.color("accent" if checked else "surface"))
        painter.drawRoundedRect(box, 4, 4)
        if checked:
            inner = box.adjusted(2, 2, -2, -2).toRect()
            self._theme.icon("check-bold", "onaccent").paint(painter, inner)

    def _paint_window(self, painter: QPainter, face: QRect, row: ConversationRow) -> None:
        share = share_left(row, self._now)
        if share <= 0:
            return
        painter.setPen(QPen(self._theme.color("warn" if self._closes_soon(row) else "accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = QRectF(face).adjusted(-2.5, -2.5, 2.5, 2.5)
        painter.drawArc(ring, 90 * 16, round(-360 * 16 * share))

    def _closes_soon(self, row: ConversationRow) -> bool:
        return left(row.last_inbound_at, self._now) < CLOSING

    def _paint_left(self, painter: QPainter, line: QRect, row: ConversationRow) -> QRect:
        """What is left of the reply window, at the far end of a line; returns what is left of the line."""
        text = window_left(row, self._now)
        if not text:
            return line
        kind = BadgeKind.WARN if self._closes_soon(row) else BadgeKind.NEUTRAL
        size = badge_size(self._theme, text, kind, "")
        rest, spot = self._ends(line, size.width(), self._theme.px(6))
        pill = QRect(QPoint(0, 0), size)
        pill.moveCenter(spot.center())
        paint_badge(painter, self._theme, pill, text, kind, "", mirrored=self._mirrored)
        return rest

    def _paint_reminder(self, painter: QPainter, line: QRect, row: ConversationRow) -> QRect:
        """A bell at the far end, in another colour when it is time; returns what is left of the line."""
        side_px = self._theme.px(14)
        rest, spot = self._ends(line, side_px, self._theme.px(4))
        place = QRect(0, 0, side_px, side_px)
        place.moveCenter(spot.center())
        due = row.remind_at is not None and row.remind_at <= self._now
        self._theme.icon("alarm", "warn" if due else "muted").paint(painter, place)
        return rest

    def _paint_top(self, painter: QPainter, line: QRect, name: str, time: str, *, weight: int) -> None:
        small = self._theme.font(SMALL_PX)
        time_px = QFontMetrics(small).horizontalAdvance(time)
        rest, spot = self._ends(line, time_px, self._theme.px(8))
        painter.setFont(small)
        painter.setPen(self._theme.color("muted"))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, time)
        paint_words(painter, self._theme, self._view, rest, name, self._theme.font(NAME_PX, weight), "text")

    def _paint_preview(self, painter: QPainter, line: QRect, row: ConversationRow) -> None:
        icon, text = words.preview(row)
        unread = row.unread_count > 0 and row.last_status is None
        color: Color = "text" if unread else "muted"
        icon_color: Color = color
        if row.last_status is Status.READ:
            icon_color = "info"
        if icon:
            side_px = self._theme.px(15)
            spot = QRect(line.left(), line.center().y() - side_px // 2 + 1, side_px, side_px)
            if self._mirrored:
                spot.moveRight(line.right())
            self._theme.icon(icon, icon_color).paint(painter, spot)
            step_px = side_px + self._theme.px(4)
            line = line.adjusted(0, 0, -step_px, 0) if self._mirrored else line.adjusted(step_px, 0, 0, 0)
        font = self._theme.font(TEXT_PX, 600 if unread else 400)
        paint_words(painter, self._theme, self._view, line, plain(text), font, color)

    def _paint_ends(self, painter: QPainter, line: QRect, row: ConversationRow) -> QRect:
        """How many are unread and what is left of the reply window, at the far end; returns what is left of the line."""
        if row.unread_count:
            line = self._paint_unread(painter, line, row.unread_count)
        return self._paint_left(painter, line, row)

    def _paint_unread(self, painter: QPainter, line: QRect, count: int) -> QRect:
        """The pill at the far end of a line; returns what is left of the line."""
        size = count_size(self._theme, count)
        rest, spot = self._ends(line, size.width(), self._theme.px(6))
        pill = QRect(QPoint(0, 0), size)
        pill.moveCenter(spot.center())
        paint_count(painter, self._theme, pill, count)
        return rest

    def _ends(self, line: QRect, end_px: int, gap_px: int) -> tuple[QRect, QRect]:
        """A line without its far end, and the far end."""
        if self._mirrored:
            end = QRect(line.left(), line.top(), end_px, line.height())
            return line.adjusted(end_px + gap_px, 0, 0, 0), end
        end = QRect(line.right() + 1 - end_px, line.top(), end_px, line.height())
        return line.adjusted(0, 0, -end_px - gap_px, 0), end
