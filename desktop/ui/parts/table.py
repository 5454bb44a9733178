"""Tables: horizontal lines only, a muted header, cells that may be badges, states or quiet words."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from desktop.ui.parts.badge import badge_size, paint_badge
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import CELL, ROW, Cell, Index
from desktop.ui.theme import Theme

ROW_PX = 33  # 32 and its line
SHARED_PX = 130  # a column that shares the room has at least this


class CellDelegate(QStyledItemDelegate):
    """Paints Cells; a model that has none is painted by its display text."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = _cell_of(index)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        theme = self._theme
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("accent_weak"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("bg"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        first_px = theme.px(4)
        inner = rect.adjusted(first_px, 0, -theme.px(8), -1)
        if mirrored:
            inner = rect.adjusted(theme.px(8), 0, -first_px, -1)
        if cell.badge is not None:
            self._badge(painter, inner, cell, mirrored, bool(state & QStyle.StateFlag.State_Selected))
        else:
            self._text(painter, inner, cell, mirrored)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell = _cell_of(index)
        height_px = self._theme.px(ROW_PX)
        if cell.badge is not None:
            return QSize(
                badge_size(self._theme, cell.text, cell.badge, cell.icon or None).width() + 12, height_px
            )
        width_px = QFontMetrics(self._font(cell)).horizontalAdvance(cell.text) + self._theme.px(12)
        return QSize(width_px + (self._theme.px(20) if cell.icon else 0), height_px)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """A text that is cut is told whole, unless the cell has more to say."""
        cell = _cell_of(index)
        cut = self.sizeHint(option, index).width() > option.rect.width()
        if event.type() == QEvent.Type.ToolTip and index.isValid() and cut and not cell.tooltip:
            QToolTip.showText(event.globalPos(), cell.text, view, option.rect)
            return True
        return super().helpEvent(event, view, option, index)

    def _badge(self, painter: QPainter, inner: QRect, cell: Cell, mirrored: bool, selected: bool) -> None:
        assert cell.badge is not None
        size = badge_size(self._theme, cell.text, cell.badge, cell.icon or None).boundedTo(inner.size())
        left_px = inner.right() - size.width() + 1 if mirrored else inner.left()
        spot = QRect(left_px, inner.center().y() - size.height() // 2, size.width(), size.height())
        paint_badge(
            painter, self._theme, spot, cell.text, cell.badge, cell.icon or None,
            mirrored=mirrored, selected=selected,
        )  # fmt: skip

    def _text(self, painter: QPainter, inner: QRect, cell: Cell, mirrored: bool) -> None:
        if cell.icon:
            side_px = self._theme.px(15)
            left_px = inner.right() - side_px + 1 if mirrored else inner.left()
            spot = QRect(left_px, inner.center().y() - side_px // 2, side_px, side_px)
            self._theme.icon(cell.icon, cell.color).paint(painter, spot)
            step_px = side_px + self._theme.px(5)
            inner = inner.adjusted(0, 0, -step_px, 0) if mirrored else inner.adjusted(step_px, 0, 0, 0)
        font = self._font(cell)
        painter.setLayoutDirection(
            Qt.LayoutDirection.LayoutDirectionAuto
        )  # a phone number stays as it is written
        painter.setFont(font)
        painter.setPen(self._theme.color(cell.color))
        cut = Qt.TextElideMode.ElideMiddle if cell.middle else Qt.TextElideMode.ElideRight
        text = QFontMetrics(font).elidedText(cell.text, cut, inner.width())
        side = Qt.AlignmentFlag.AlignRight if cell.end != mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            inner,
            side
            | Qt.AlignmentFlag.AlignAbsolute
            | Qt.AlignmentFlag.AlignVCenter
            | Qt.TextFlag.TextSingleLine,
            text,
        )

    def _font(self, cell: Cell) -> QFont:
        return self._theme.font(
            12 if cell.small or cell.mono else 13, 600 if cell.bold else 400, mono=cell.mono
        )


class Table(QTableView):
    """A table of whole rows. Enter or a double click is `activated`; widths come from the Rows' columns."""

    def __init__(
        self,
        theme: Theme,
        model: QAbstractTableModel,
        *,
        label: str,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fitted = False
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(theme, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(8)  # a higher one would widen narrow columns behind _fit's back
        theme.changed.connect(self._rescale)
        self._rescale()
        named(self, name, label)

    def chosen_row(self) -> Any:
        """The value of the current row, or None."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def fit_rows(self) -> None:
        """Be as high as the rows need (a table in a card that does not scroll)."""
        self._fitted = True
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for signal in (self.model().modelReset, self.model().rowsInserted, self.model().rowsRemoved):
            signal.connect(self._fit)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _rescale(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.px(ROW_PX))
        self._fit()

    def _fit(self) -> None:
        """Columns with a width get it, the others share what is left; none is narrower than its title."""
        columns = getattr(self.model(), "columns", ())
        metrics = QFontMetrics(self._theme.font(12, 600))
        least = [metrics.horizontalAdvance(each.title) + self._theme.px(16) for each in columns]
        widths = [max(low, self._theme.px(each.width_px)) for low, each in zip(least, columns, strict=True)]
        sharing = [position for position, each in enumerate(columns) if not each.width_px]
        left_px = self.viewport().width() - sum(width for at, width in enumerate(widths) if at not in sharing)
        for position in range(len(columns)):
            if self.isColumnHidden(position):
                left_px += widths[position]
        for taken, position in enumerate(sharing):
            widths[position] = max(
                least[position], left_px // (len(sharing) - taken), self._theme.px(SHARED_PX)
            )
            left_px -= widths[position]
        for position, width_px in enumerate(widths):
            self.horizontalHeader().resizeSection(position, width_px)
        if self._fitted:
            rows_px = self.model().rowCount() * self.verticalHeader().defaultSectionSize()
            bar_px = (
                self.horizontalScrollBar().sizeHint().height() if sum(widths) > self.viewport().width() else 0
            )
            self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows_px + bar_px + 2)


def _cell_of(index: Index) -> Cell:
    cell = index.data(CELL)
    return cell if isinstance(cell, Cell) else Cell(str(index.data() or ""))
