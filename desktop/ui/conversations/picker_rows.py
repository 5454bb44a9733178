"""The templates of the picker for Qt, and how one is drawn."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.template_notices import not_sendable, spoken, warnings
from desktop.domain.templates import Template
from desktop.ui.parts.badge import BadgeKind, badge_size, paint_badge
from desktop.ui.parts.listrows import ROW, ListRows, is_mirrored, paint_words
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
LINE_PX = 20
PAD_PX = 8


def picker_rows(parent: QObject | None = None) -> ListRows[Template]:
    """The templates that the search and the filters leave."""
    return ListRows(
        lambda one: one.id,
        name=lambda one: one.name,
        spoken=_spoken,
        tip=lambda one: spoken(warnings(one)),
        parent=parent,
    )


def _spoken(template: Template) -> str:
    words = CATEGORY[template.effective_category][0]
    return f"{template.name}, {words}, {template.language}. {not_sendable(template) or template.body}"


class PickerDelegate(QStyledItemDelegate):
    """Name, category and language; below it the words, or why it cannot be sent."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 2 * self._theme.px(LINE_PX) + 2 * self._theme.px(PAD_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        template = index.data(ROW)
        if not isinstance(template, Template):
            return
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect.adjusted(2, 1, -2, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak"))
            painter.drawRoundedRect(rect, 8, 8)
        why = not_sendable(template)
        area = rect.adjusted(px(PAD_PX), px(PAD_PX) - 1, -px(PAD_PX), -px(PAD_PX) + 1)
        top = QRect(area.left(), area.top(), area.width(), px(LINE_PX))
        top = self._badges(painter, top, template)
        paint_words(
            painter,
            self._theme,
            self._view,
            top,
            template.name,
            self._theme.font(13, 600),
            "muted" if why else "text",
        )
        below = QRect(area.left(), area.top() + px(LINE_PX), area.width(), px(LINE_PX))
        words = why or " ".join(template.body.split())
        paint_words(
            painter, self._theme, self._view, below, words, self._theme.font(12), "danger" if why else "muted"
        )
        painter.restore()

    def _badges(self, painter: QPainter, line: QRect, template: Template) -> QRect:
        """Language and category at the far end; returns what is left of the line."""
        mirrored = is_mirrored(self._view)
        step_px = self._theme.px(4)
        for text, kind in (
            (template.language, BadgeKind.NEUTRAL),
            CATEGORY[template.effective_category],
        ):
            size = badge_size(self._theme, text, kind)
            top_px = line.center().y() - size.height() // 2 + 1
            left_px = line.left() if mirrored else line.right() + 1 - size.width()
            spot = QRect(QPoint(left_px, top_px), size)
            paint_badge(painter, self._theme, spot, text, kind, mirrored=mirrored)
            taken_px = size.width() + step_px
            line = line.adjusted(taken_px, 0, 0, 0) if mirrored else line.adjusted(0, 0, -taken_px, 0)
        return line
