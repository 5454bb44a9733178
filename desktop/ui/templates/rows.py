"""The rows of the list of templates for Qt, and how one is drawn."""

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
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.template_notices import Severity, spoken, warnings
from desktop.domain.templates import Quality, Template, TemplateStatus
from desktop.ui.parts.badge import BadgeKind, badge_size, paint_badge
from desktop.ui.parts.picklist import paint_row_ground
from desktop.ui.templates import words
from desktop.ui.theme import Color, Theme

Index = QModelIndex | QPersistentModelIndex
TEMPLATE = Qt.ItemDataRole.UserRole + 1
PAD_X_PX, PAD_Y_PX = 16, 9
LINE_PX, GAP_PX = 19, 5
_SIGN: dict[Severity, tuple[str, Color]] = {
    Severity.DANGER: ("warning-circle-fill", "danger"),
    Severity.WARN: ("warning-fill", "warn"),
    Severity.INFO: ("info", "muted"),
}


def sign(template: Template) -> tuple[str, Color] | None:
    """The icon and its colour for what a person should know of it; None where all is well."""
    found = warnings(template)
    return _SIGN[found[0].severity] if found else None


def badges(template: Template) -> list[tuple[str, BadgeKind]]:
    """The pills under the name; that it is approved needs no word."""
    found = [words.CATEGORY[template.effective_category], (template.language, BadgeKind.NEUTRAL)]
    if template.status is not TemplateStatus.APPROVED:
        found.append(words.STATUS[template.status])
    return found


class TemplateRows(QAbstractListModel):
    """The templates that the search and the filters leave."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Template] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        template = self._rows[index.row()]
        if role == TEMPLATE:
            return template
        if role == Qt.ItemDataRole.DisplayRole:
            return template.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(template)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (template.name, spoken(warnings(template))) if part)
        return None

    @property
    def rows(self) -> Sequence[Template]:
        return self._rows

    def show_rows(self, rows: Sequence[Template]) -> None:
        """Take over rows; the same templates in the same order are only repainted."""
        same = [one.id for one in rows] == [one.id for one in self._rows]
        if same:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_of(self, template_id: int | None) -> int:
        """The row of a template, or -1."""
        return next((at for at, one in enumerate(self._rows) if one.id == template_id), -1)


def _spoken(template: Template) -> str:
    parts = [
        template.name,
        words.CATEGORY[template.effective_category][0],
        template.language,
        words.STATUS[template.status][0],
    ]
    if template.quality is not Quality.UNKNOWN:
        parts.append(f"quality {words.QUALITY[template.quality][0]}")
    return ", ".join(parts + [one.label for one in warnings(template)])


class TemplateDelegate(QStyledItemDelegate):
    """The name with a sign where something is wrong; below it category, language, state, and a dot of quality."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        px = self._theme.px
        pill_px = badge_size(self._theme, "Marketing", BadgeKind.MARKETING).height()
        return QSize(0, 2 * px(PAD_Y_PX) + px(LINE_PX) + px(GAP_PX) + pill_px)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        template = index.data(TEMPLATE)
        if not isinstance(template, Template):
            return
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, self._theme, self._view, option)
        area = option.rect.adjusted(px(PAD_X_PX), px(PAD_Y_PX), -px(PAD_X_PX), -px(PAD_Y_PX))
        self._name(painter, QRect(area.left(), area.top(), area.width(), px(LINE_PX)), template)
        top_px = area.top() + px(LINE_PX) + px(GAP_PX)
        self._pills(painter, QRect(area.left(), top_px, area.width(), area.bottom() - top_px + 1), template)
        painter.restore()

    @property
    def _mirrored(self) -> bool:
        return self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _name(self, painter: QPainter, line: QRect, template: Template) -> None:
        found = sign(template)
        if found is not None:
            side_px = self._theme.px(16)
            spot = QRect(line.right() + 1 - side_px, line.center().y() - side_px // 2 + 1, side_px, side_px)
            step_px = side_px + self._theme.px(6)
            if self._mirrored:
                spot.moveLeft(line.left())
                line = line.adjusted(step_px, 0, 0, 0)
            else:
                line = line.adjusted(0, 0, -step_px, 0)
            self._theme.icon(*found).paint(painter, spot)
        font = self._theme.font(13, 600)
        painter.setFont(font)
        gone = template.status is TemplateStatus.GONE
        painter.setPen(self._theme.color("muted" if gone else "text"))
        shown = QFontMetrics(font).elidedText(template.name, Qt.TextElideMode.ElideMiddle, line.width())
        side = Qt.AlignmentFlag.AlignRight if self._mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(line, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, shown)

    def _pills(self, painter: QPainter, line: QRect, template: Template) -> None:
        dot_px = self._theme.px(9)
        if template.quality is not Quality.UNKNOWN:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(words.QUALITY[template.quality][1]))
            left_px = line.left() if self._mirrored else line.right() + 1 - dot_px
            painter.drawEllipse(QRect(left_px, line.center().y() - dot_px // 2 + 1, dot_px, dot_px))
        room_px = line.width() - dot_px - self._theme.px(8)
        x_px = line.right() + 1 if self._mirrored else line.left()
        for text, kind in badges(template):
            size = badge_size(self._theme, text, kind)
            if size.width() > room_px:
                break
            left_px = x_px - size.width() if self._mirrored else x_px
            spot = QRect(QPoint(left_px, line.top()), size)
            paint_badge(painter, self._theme, spot, text, kind, mirrored=self._mirrored)
            step_px = size.width() + self._theme.px(4)
            x_px += -step_px if self._mirrored else step_px
            room_px -= step_px
