"""Draws one conversation of the list."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.conversations import ConversationRow
from desktop.domain.messages import Status
from desktop.ui.conversations import words
from desktop.ui.conversations.rows import RowsModel, share_left, shown_name
from desktop.ui.parts import when
from desktop.ui.parts.avatar import paint_avatar
from desktop.ui.parts.badge import BadgeKind, badge_size, count_size, paint_count
from desktop.ui.parts.bubble import plain
from desktop.ui.parts.listrows import ROW, is_mirrored, paint_pills, paint_words
from desktop.ui.parts.picklist import BAR_PX, paint_row_ground
from desktop.ui.theme import Color, Theme

PAD_X_PX, PAD_Y_PX = 16, 10
AVATAR_PX = 38
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
    """Avatar with what is left of the reply window around it, name, time, preview, badges, unread count."""

    def __init__(self, theme: Theme, view: QWidget, model: RowsModel) -> None:
        super().__init__(view)
        self._theme, self._view, self._model = theme, view, model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row = index.data(ROW)
        px = self._theme.px
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
        if not isinstance(row, ConversationRow) or self._model.now is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, self._theme, self._view, option)
        px = self._theme.px
        area = option.rect.adjusted(px(PAD_X_PX) + BAR_PX, px(PAD_Y_PX), -px(PAD_X_PX) - 8, -px(PAD_Y_PX))
        face = QRect(area.left(), area.top(), px(AVATAR_PX), px(AVATAR_PX))
        if self._mirrored:
            area = option.rect.adjusted(px(PAD_X_PX) + 8, px(PAD_Y_PX), -px(PAD_X_PX) - BAR_PX, -px(PAD_Y_PX))
            face.moveRight(area.right())
        paint_avatar(painter, self._theme, QRectF(face), shown_name(row))
        self._paint_window(painter, face, row)
        step_px = face.width() + px(10)
        text = area.adjusted(0, 0, -step_px, 0) if self._mirrored else area.adjusted(step_px, 0, 0, 0)
        self._paint_top(painter, QRect(text.left(), text.top(), text.width(), px(NAME_LINE_PX)), row)
        line = QRect(text.left(), text.top() + px(NAME_LINE_PX), text.width(), px(TEXT_LINE_PX))
        pills = badges(row)
        if row.unread_count and not pills:
            line = self._paint_unread(painter, line, row.unread_count)
        self._paint_preview(painter, line, row)
        if pills:
            height_px = badge_size(self._theme, "Opted", BadgeKind.OUT).height()
            under = QRect(text.left(), line.bottom() + 1 + px(BADGE_GAP_PX), text.width(), height_px)
            self._paint_pills(painter, under, row, pills)
        painter.restore()

    @property
    def _mirrored(self) -> bool:
        return is_mirrored(self._view)

    def _paint_window(self, painter: QPainter, face: QRect, row: ConversationRow) -> None:
        assert self._model.now is not None
        share = share_left(row, self._model.now)
        if share <= 0:
            return
        color: Color = "accent" if share > 1 / 6 else "warn"
        painter.setPen(QPen(self._theme.color(color), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = QRectF(face).adjusted(-2.5, -2.5, 2.5, 2.5)
        painter.drawArc(ring, 90 * 16, round(-360 * 16 * share))

    def _paint_top(self, painter: QPainter, line: QRect, row: ConversationRow) -> None:
        assert self._model.now is not None
        small = self._theme.font(SMALL_PX)
        time = when.short(row.last_at, self._model.now)
        time_px = QFontMetrics(small).horizontalAdvance(time)
        name, spot = self._ends(line, time_px, self._theme.px(8))
        painter.setFont(small)
        painter.setPen(self._theme.color("muted"))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, time)
        font = self._theme.font(NAME_PX, 700 if row.unread_count else 600)
        paint_words(painter, self._theme, self._view, name, shown_name(row), font, "text")

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

    def _paint_pills(
        self, painter: QPainter, line: QRect, row: ConversationRow, pills: list[tuple[str, BadgeKind]]
    ) -> None:
        if row.unread_count:
            line = self._paint_unread(painter, line, row.unread_count)
        paint_pills(painter, self._theme, self._view, line, pills)

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
