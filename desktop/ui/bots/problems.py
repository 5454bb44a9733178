"""Everything that stands against publishing a flow, in a list that leads to its cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.ui.bots.forms.words import place_words
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.picklist import PickList, paint_row_ground
from desktop.ui.theme import Color, Theme

ROW: Final = Qt.ItemDataRole.UserRole
PAD_PX, ICON_PX, GAP_PX = 12, 16, 8
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A finding, and how the step is called at which it was made."""

    finding: FlowFinding
    where: str

    @property
    def spoken(self) -> str:
        kind = "Problem" if self.finding.blocks else "Warning"
        return f"{kind}: {self.finding.title}. {self.where}. {self.finding.sentence}"


def count_words(findings: Sequence[FlowFinding]) -> str:
    """'2 problems, 1 warning', '1 warning', 'No problems'."""
    blocking = sum(one.blocks for one in findings)
    doubts = len(findings) - blocking
    told = [f"{blocking:,} problem{'' if blocking == 1 else 's'}"] if blocking else []
    told += [f"{doubts:,} warning{'' if doubts == 1 else 's'}"] if doubts else []
    return ", ".join(told) or "No problems"


class ProblemRows(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[ProblemRow, ...] = ()

    def set_rows(self, rows: tuple[ProblemRow, ...]) -> None:
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        said: Mapping[int, object] = {
            ROW: row,
            Qt.ItemDataRole.DisplayRole: row.finding.title,
            Qt.ItemDataRole.AccessibleTextRole: row.spoken,
            Qt.ItemDataRole.ToolTipRole: "Show it (Enter)",
        }
        return said.get(role)


class ProblemDelegate(QStyledItemDelegate):
    """A sign, the title, where it is, and the sentence on as many lines as it needs."""

    def __init__(self, theme: Theme, view: PickList) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width_px = max(120, self._view.viewport().width())
        row = index.data(ROW)
        lines = [rect.height() for rect, *_ in self._parts(QRect(0, 0, width_px, 1 << 16), row)]
        return QSize(width_px, sum(lines) + 2 * self._theme.px(PAD_PX - 2) + 2 * 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        row = index.data(ROW)
        rect: QRect = option.rect
        paint_row_ground(painter, self._theme, self._view, option)
        mirrored = self._view.isRightToLeft()
        side_px, pad_px = self._theme.px(ICON_PX), self._theme.px(PAD_PX)
        left_px = rect.right() - pad_px - side_px if mirrored else rect.left() + pad_px
        spot = QRect(left_px, rect.top() + self._theme.px(PAD_PX - 1), side_px, side_px)
        icon, color = _SIGNS[row.finding.blocks]
        self._theme.icon(icon, color).paint(painter, spot)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # by the words, not by the window
        align = Qt.AlignmentFlag.AlignAbsolute
        align |= Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        for place, text, font_px, weight, ink in self._parts(rect, row):
            painter.setFont(self._theme.font(font_px, weight))
            painter.setPen(self._theme.color(ink))
            painter.drawText(place, int(align | Qt.TextFlag.TextWordWrap), text)
        line = QRect(rect.left(), rect.bottom(), rect.width(), 1)
        painter.fillRect(line, self._theme.color("line"))
        painter.restore()

    def _parts(self, rect: QRect, row: ProblemRow) -> list[tuple[QRect, str, int, int, Color]]:
        """Where each of its texts stands, from above: place, text, size, weight, colour."""
        pad_px = self._theme.px(PAD_PX)
        inset_px = pad_px + self._theme.px(ICON_PX + GAP_PX)
        width_px = rect.width() - inset_px - pad_px
        left_px = rect.left() + (pad_px if self._view.isRightToLeft() else inset_px)
        top_px = rect.top() + self._theme.px(PAD_PX - 2)
        texts: list[tuple[str, int, int, Color]] = [
            (row.finding.title, 13, 600, "text"),
            (row.where, 12, 400, "muted"),
            (row.finding.sentence, 12, 400, "text"),
        ]
        made: list[tuple[QRect, str, int, int, Color]] = []
        for text, font_px, weight, ink in texts:
            metrics = QFontMetrics(self._theme.font(font_px, weight))
            room = QRect(0, 0, width_px, 1 << 16)
            height_px = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()
            made.append((QRect(left_px, top_px, width_px, height_px), text, font_px, weight, ink))
            top_px += height_px + 2
        return made


_SIGNS: Final[Mapping[bool, tuple[str, Color]]] = {
    True: ("warning-circle-fill", "danger"),
    False: ("warning-fill", "warn"),
}


class ProblemsList(PickList):
    """The arrow keys only go from row to row: what is read is not left. `opened(row)` by a click or Enter."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(ROW, name="problems_list", label="Problems")
        self.clicked.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            QListView.keyPressEvent(self, event)

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW) if index.isValid() else None
        if row is not None:
            self.opened.emit(row)


class ProblemsPanel(QWidget):
    """`node_requested(node_id)` by a click or Enter: START for what is about the flow itself.

    finding_requested: the same with the finding, for who leads to the very input (NodePanel.focus_part).
    """

    node_requested = Signal(str)
    finding_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = Label("Problems", "title", name="problems_title")
        self.count = Label("", "muted", wrap=True, tight=True, name="problems_count")
        self.rows = ProblemRows()
        self.list = ProblemsList()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(ProblemDelegate(theme, self.list))
        self.list.setSpacing(0)
        self.list.opened.connect(self._open)
        self.list.viewport().installEventFilter(self)
        self.empty = EmptyState(
            theme, "check-circle", "No problems", "The flow can be published.", name="problems_none"
        )
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 8)
        head.setSpacing(2)
        head.addWidget(self.title)
        head.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        theme.changed.connect(self.list.doItemsLayout)
        named(self, "problems_panel", "Problems")
        self.show_findings(FlowDefinition(), (), Known())

    def show_findings(
        self, definition: FlowDefinition, findings: Sequence[FlowFinding], known: Known
    ) -> None:
        """What blocks first, in the order of the nodes; the row that is chosen stays chosen while it is there."""
        chosen = self.list.currentIndex().data(ROW) if self.list.currentIndex().isValid() else None
        ordered = [*(one for one in findings if one.blocks), *(one for one in findings if not one.blocks)]
        self.rows.set_rows(
            tuple(ProblemRow(one, place_words(definition, one.node_id, known)) for one in ordered)
        )
        same = (at for at, row in enumerate(self.rows.rows) if chosen is not None and _same(row, chosen))
        at = next(same, -1)
        if at >= 0 and self.list.currentIndex().row() != at:
            self.list.setCurrentIndex(self.rows.index(at, 0))
        self.count.setText(count_words(findings))
        self.count.setVisible(bool(findings))
        self.list.setVisible(bool(findings))
        self.empty.setVisible(not findings)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list.viewport() and event.type() == QEvent.Type.Resize:
            # How high a row is goes by the width, which the scroll bar takes some of when it comes.
            self.list.scheduleDelayedItemsLayout()
        return super().eventFilter(watched, event)

    def _open(self, row: ProblemRow) -> None:
        self.node_requested.emit(row.finding.node_id or START)
        self.finding_requested.emit(row.finding)


def _same(one: ProblemRow, other: ProblemRow) -> bool:
    return (one.finding.node_id, one.finding.part, one.finding.title) == (
        other.finding.node_id,
        other.finding.part,
        other.finding.title,
    )
