"""The rows of the list of templates for Qt, and how one is drawn."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.template_notices import Severity, spoken, warnings
from desktop.domain.templates import Quality, Template, TemplateStatus
from desktop.ui.parts.badge import BadgeKind, badge_size
from desktop.ui.parts.listrows import ROW, ListRows, is_mirrored, paint_pills, paint_words
from desktop.ui.parts.picklist import paint_row_ground
from desktop.ui.templates import words
from desktop.ui.theme import Color, Theme

Index = QModelIndex | QPersistentModelIndex
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


def template_rows(parent: QObject | None = None) -> ListRows[Template]:
    """The templates that the search and the filters leave."""
    return ListRows(lambda one: one.id, name=lambda one: one.name, spoken=_spoken, tip=_tip, parent=parent)


def _tip(template: Template) -> str:
    return "\n".join(part for part in (template.name, spoken(warnings(template))) if part)


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
        template = index.data(ROW)
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
        return is_mirrored(self._view)

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
        color: Color = "muted" if template.status is TemplateStatus.GONE else "text"
        font, middle = self._theme.font(13, 600), Qt.TextElideMode.ElideMiddle
        paint_words(painter, self._theme, self._view, line, template.name, font, color, elide=middle)

    def _pills(self, painter: QPainter, line: QRect, template: Template) -> None:
        dot_px = self._theme.px(9)
        if template.quality is not Quality.UNKNOWN:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(words.QUALITY[template.quality][1]))
            left_px = line.left() if self._mirrored else line.right() + 1 - dot_px
            painter.drawEllipse(QRect(left_px, line.center().y() - dot_px // 2 + 1, dot_px, dot_px))
        room_px = dot_px + self._theme.px(8)
        line = line.adjusted(room_px, 0, 0, 0) if self._mirrored else line.adjusted(0, 0, -room_px, 0)
        paint_pills(painter, self._theme, self._view, line, badges(template))
