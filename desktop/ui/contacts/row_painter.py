"""Paints the rows of contacts that are in sight.

The table paints itself in one go: asking a delegate for each cell takes about four times as long, and a million
rows are scrolled fast. What looks alike in many rows, a badge or a tag, is painted once and kept as a picture.
"""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from desktop.domain.contact_table import ContactRow
from desktop.ui.contacts.columns import TAGS, ContactColumn
from desktop.ui.parts.badge import BadgeKind, badge_size, paint_badge
from desktop.ui.parts.rows import Cell
from desktop.ui.theme import Theme

CHIP_FONT_PX, CHIP_PAD_PX, CHIP_GAP_PX = 11, 8, 4
MOST_PICTURES: Final = 500
_MIDDLE: Final = int(
    Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignAbsolute
)
_LEFT: Final = _MIDDLE | int(Qt.AlignmentFlag.AlignLeft)
_RIGHT: Final = _MIDDLE | int(Qt.AlignmentFlag.AlignRight)
_BARS: Final = (0.37, 0.29, 0.42, 0.24, 0.33)
"""How much of its column the bar of a row that is still being read takes; not a grid."""


class RowPainter:
    """`paint_row()` for each row, after `begin()` for the whole."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._pictures: dict[tuple[str, BadgeKind | None, bool, bool, float], QPixmap] = {}
        theme.changed.connect(self.forget)
        self.forget()

    def forget(self) -> None:
        """Another theme or text size: fonts, colours and pictures are made anew."""
        theme = self._theme
        self._pictures.clear()
        self._font, self._chip_font = theme.font(13), theme.font(CHIP_FONT_PX, 600)
        self._metrics, self._chip_metrics = QFontMetrics(self._font), QFontMetrics(self._chip_font)
        self._widest_px = self._metrics.maxWidth() if self._metrics.maxWidth() < 40 else theme.px(14)
        self._pens = {"text": QPen(theme.color("text")), "muted": QPen(theme.color("muted"))}
        self._line, self._chosen, self._hover = (
            theme.color("line"),
            theme.color("accent_weak"),
            theme.color("raised"),
        )
        self._accent: QColor = theme.color("accent")
        self._pad_px, self._end_px = theme.px(4), theme.px(8)
        self._more_px = self._chip_size("+99").width() + CHIP_GAP_PX

    def begin(self, painter: QPainter, *, mirrored: bool) -> None:
        painter.setFont(self._font)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # a number stays as it is written
        self._mirrored, self._ratio = mirrored, painter.device().devicePixelRatio()

    def paint_ground(
        self, painter: QPainter, row: QRect, *, chosen: bool, hovered: bool, marked: bool
    ) -> None:
        """What is behind a row. marked: the keyboard is there."""
        if chosen:
            painter.fillRect(row, self._chosen)
        elif hovered:
            painter.fillRect(row, self._hover)
        painter.fillRect(row.left(), row.bottom(), row.width(), 1, self._line)
        if marked:
            width_px = max(2, self._pad_px // 2)
            left_px = row.right() - width_px + 1 if self._mirrored else row.left()
            painter.fillRect(left_px, row.top() + 2, width_px, row.height() - 5, self._accent)

    def paint_row(
        self, painter: QPainter, row: ContactRow, cells: Sequence[Cell], columns: Sequence[ContactColumn],
        place: Callable[[int], QRect], *, chosen: bool,
    ) -> None:  # fmt: skip
        """place(column): the rectangle of a cell."""
        for at, cell in enumerate(cells):
            inner = self._inner(place(at))
            if columns[at].key == TAGS:
                self._paint_tags(painter, inner, row.contact.tags)
            elif cell.badge is not None:
                self._paint_badge(painter, inner, cell, chosen)
            elif cell.text:
                self._paint_text(painter, inner, cell)

    def paint_missing(
        self, painter: QPainter, position: int, columns: int, place: Callable[[int], QRect]
    ) -> None:
        """A row that is still being read."""
        height_px = self._end_px
        for at in range(columns):
            inner = self._inner(place(at))
            width_px = round(inner.width() * _BARS[(position + 2 * at) % len(_BARS)])
            left_px = inner.right() - width_px + 1 if self._mirrored else inner.left()
            painter.fillRect(left_px, inner.center().y() - height_px // 2, width_px, height_px, self._line)

    def _inner(self, cell: QRect) -> QRect:
        if self._mirrored:
            return cell.adjusted(self._end_px, 0, -self._pad_px, -1)
        return cell.adjusted(self._pad_px, 0, -self._end_px, -1)

    def _paint_text(self, painter: QPainter, inner: QRect, cell: Cell) -> None:
        text = cell.text
        if len(text) * self._widest_px > inner.width():  # measured only where it could be too long
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.setPen(self._pens["muted" if cell.color == "muted" else "text"])
        painter.drawText(inner, _RIGHT if cell.end != self._mirrored else _LEFT, text)

    def _paint_badge(self, painter: QPainter, inner: QRect, cell: Cell, chosen: bool) -> None:
        picture = self._picture(cell.text, cell.badge, chosen)
        size = picture.deviceIndependentSize().toSize()
        left_px = inner.right() - size.width() + 1 if self._mirrored else inner.left()
        painter.drawPixmap(left_px, inner.center().y() - size.height() // 2, picture)

    def _paint_tags(self, painter: QPainter, inner: QRect, tags: Sequence[str]) -> None:
        """As many as there is room for, and how many more there are."""
        room_px = inner.width()
        start_px = inner.right() + 1 if self._mirrored else inner.left()
        for number, tag in enumerate(tags):
            left_count = len(tags) - number
            picture = self._picture(tag, None)
            width_px = round(picture.deviceIndependentSize().width())
            fits = width_px <= room_px - (self._more_px if left_count > 1 else 0)
            if not fits and number:
                picture = self._picture(f"+{left_count}", None)
                width_px = round(picture.deviceIndependentSize().width())
            left_px = start_px - width_px if self._mirrored else start_px
            height_px = round(picture.deviceIndependentSize().height())
            painter.save()
            painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
            painter.drawPixmap(left_px, inner.center().y() - height_px // 2, picture)
            painter.restore()
            if not fits:
                return
            step_px = width_px + CHIP_GAP_PX
            start_px += -step_px if self._mirrored else step_px
            room_px -= step_px

    def _picture(self, text: str, badge: BadgeKind | None, chosen: bool = False) -> QPixmap:
        """A badge, or with None a tag."""
        key = (text, badge, chosen, self._mirrored, self._ratio)
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) >= MOST_PICTURES:
                self._pictures.clear()
            found = self._pictures[key] = self._make_picture(text, badge, chosen)
        return found

    def _make_picture(self, text: str, badge: BadgeKind | None, chosen: bool) -> QPixmap:
        size = self._chip_size(text) if badge is None else badge_size(self._theme, text, badge)
        made = QPixmap(size * self._ratio)
        made.setDevicePixelRatio(self._ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        if badge is not None:
            place = QRect(0, 0, size.width(), size.height())
            paint_badge(
                painter, self._theme, place, text, badge, mirrored=self._mirrored, selected=chosen
            )  # fmt: skip
        else:
            self._paint_chip(painter, size, text, self._chip_font)
        painter.end()
        return made

    def _chip_size(self, text: str) -> QSize:
        metrics = self._chip_metrics
        width_px = metrics.horizontalAdvance(text) + 2 * self._theme.px(CHIP_PAD_PX)
        return QSize(width_px, metrics.height() + self._theme.px(4) + 2)

    def _paint_chip(self, painter: QPainter, size: QSize, text: str, font: QFont) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._line, 1))
        painter.setBrush(self._theme.color("bg"))
        edge = QRectF(0.5, 0.5, size.width() - 1, size.height() - 1)
        painter.drawRoundedRect(edge, edge.height() / 2, edge.height() / 2)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        painter.drawText(edge, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), text)
