"""A low table whose rows are ticked: a click, Enter or Space takes a row in or out."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.theme import Theme

T = TypeVar("T")


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
        return Cell("", icon="check-square-fill" if on else "square", color="accent" if on else "muted")


class TickTable(LowTable, Generic[T]):
    """`toggled(id)` is called for a row that a person ticks or unticks."""

    def __init__(
        self, theme: Theme, rows: TickRows[T], toggled: Callable[[int], object], *, label: str, name: str,
        height_px: int,
    ) -> None:  # fmt: skip
        super().__init__(theme, rows, label=label, name=name)
        self.ticks, self._toggled = rows, toggled
        self.setMinimumHeight(theme.px(height_px))
        self.setMaximumHeight(theme.px(height_px))
        self.clicked.connect(lambda index: self._toggle(index.row()))
        self.activated.connect(lambda index: self._toggle(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def _toggle(self, at: int) -> None:
        if 0 <= at < len(self.ticks.rows):
            self._toggled(self.ticks.id_of(self.ticks.rows[at]))
