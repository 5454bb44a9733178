"""A low table whose rows are ticked: a click, Enter or Space takes a row in or out."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import CellDelegate
from desktop.ui.theme import Color, Theme

T = TypeVar("T")
EDGES_PX, BOX_PX = 2, 21
TICKED: Final = "Chosen"
NOT_TICKED: Final = "Not chosen"


class TickRows(Rows[T], Generic[T]):
    """Rows with a first column that says which are ticked; `ticked` is asked of each row's id."""

    def __init__(self, columns: Sequence[Column[T]], id_of: Callable[[T], int]) -> None:
        self.ticked: frozenset[int] = frozenset()
        self.id_of = id_of
        tick: Column[T] = Column("", self._tick, 34)
        super().__init__((tick, *columns))

    def show_ticked(self, ids: Sequence[int]) -> None:
        self.ticked = frozenset(ids)
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def _tick(self, row: T) -> Cell:
        on = self.id_of(row) in self.ticked
        look: tuple[str, Color] = ("check-square-fill", "accent") if on else ("square", "muted")
        return Cell(TICKED if on else NOT_TICKED, icon=look[0], color=look[1])


class TickDelegate(CellDelegate):
    """A box of the size of a check box; what it says is for screen readers and the tooltip."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._look = theme

    def _text(self, painter: QPainter, inner: QRect, cell: Cell, mirrored: bool) -> None:
        side_px = self._look.px(BOX_PX)
        left_px = inner.right() - side_px + 1 if mirrored else inner.left()
        spot = QRect(left_px, inner.center().y() - side_px // 2, side_px, side_px)
        self._look.icon(cell.icon, cell.color).paint(painter, spot)


class TickTable(LowTable, Generic[T]):
    """`toggled(id)` is called for a row that a person ticks or unticks. It is as high as its rows, or most_count of them."""

    def __init__(
        self, theme: Theme, rows: TickRows[T], toggled: Callable[[int], object], *, label: str, name: str,
        most_count: int,
    ) -> None:  # fmt: skip
        super().__init__(theme, rows, label=label, name=name)
        self.ticks, self._toggled, self._most_count = rows, toggled, most_count
        self.setItemDelegateForColumn(0, TickDelegate(theme, self))
        for changed in (rows.modelReset, rows.rowsInserted, rows.rowsRemoved, theme.changed):
            changed.connect(self._low)
        self._low()
        self.clicked.connect(lambda index: self._toggle(index.row()))
        self.activated.connect(lambda index: self._toggle(index.row()))

    def _low(self) -> None:
        """As high as its rows; with more than `most_count` half of the next one says that it scrolls."""
        count = len(self.ticks.rows)
        shown = count if count <= self._most_count else self._most_count + 0.5
        rows_px = round(shown * self.verticalHeader().defaultSectionSize())
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows_px + EDGES_PX)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._low()  # the header knows its height once it is styled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def _toggle(self, at: int) -> None:
        if 0 <= at < len(self.ticks.rows):
            self._toggled(self.ticks.id_of(self.ticks.rows[at]))
