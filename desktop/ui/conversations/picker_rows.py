"""The templates of the picker for Qt, and how one is drawn."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.template_notices import not_sendable, spoken, warnings
from desktop.domain.templates import Template
from desktop.ui.parts.badge import BadgeKind, badge_size, paint_badge
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Color, Theme

Index = QModelIndex | QPersistentModelIndex
TEMPLATE = Qt.ItemDataRole.UserRole + 1
LINE_PX = 20
PAD_PX = 8


class PickerModel(QAbstractListModel):
    """The templates that the search and the filters leave."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._templates: list[Template] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._templates)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._templates):
            return None
        template = self._templates[index.row()]
        if role == TEMPLATE:
            return template
        why = not_sendable(template)
        if role == Qt.ItemDataRole.DisplayRole:
            return template.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = CATEGORY[template.effective_category][0]
            return f"{template.name}, {words}, {template.language}. {why or template.body}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return spoken(warnings(template)) or None
        return None

    def show_templates(self, templates: Sequence[Template]) -> None:
        if list(templates) == self._templates:
            return
        self.beginResetModel()
        self._templates = list(templates)
        self.endResetModel()


class PickerDelegate(QStyledItemDelegate):
    """Name, category and language; below it the words, or why it cannot be sent."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 2 * self._theme.px(LINE_PX) + 2 * self._theme.px(PAD_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        template = index.data(TEMPLATE)
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
        self._words(painter, top, template.name, "muted" if why else "text", self._theme.font(13, 600))
        below = QRect(area.left(), area.top() + px(LINE_PX), area.width(), px(LINE_PX))
        words = why or " ".join(template.body.split())
        self._words(painter, below, words, "danger" if why else "muted", self._theme.font(12))
        painter.restore()

    def _badges(self, painter: QPainter, line: QRect, template: Template) -> QRect:
        """Language and category at the far end; returns what is left of the line."""
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
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

    def _words(self, painter: QPainter, line: QRect, text: str, color: Color, font: QFont) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.color(color))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(line, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, shown)
