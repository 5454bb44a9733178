"""What a table shows: plain values, the columns that make cells of them, and the model between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.ui.parts.badge import BadgeKind
from desktop.ui.theme import Color

CELL = Qt.ItemDataRole.UserRole + 1
ROW = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and how it looks. With `badge` it is a pill; `icon` stands before the text."""

    text: str
    badge: BadgeKind | None = None
    icon: str = ""
    color: Color = "text"
    bold: bool = False
    small: bool = False
    mono: bool = False
    end: bool = False  # at the end of the column, for numbers
    middle: bool = False  # where there is no room, its middle goes and its end stays
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """`cell` makes the cell from a row; `width_px` 0 shares what is left."""

    title: str
    cell: Callable[[T], Cell | str]
    width_px: int = 0
    end: bool = False


class Rows(QAbstractTableModel, Generic[T]):
    """A model over plain values: set_rows() with whole new rows, replace() for one."""

    def __init__(self, columns: Sequence[Column[T]], rows: Sequence[T] = ()) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._rows: list[T] = list(rows)

    @property
    def rows(self) -> Sequence[T]:
        return self._rows

    def set_rows(self, rows: Sequence[T]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def append(self, rows: Sequence[T]) -> None:
        """The next page."""
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def replace(self, position: int, row: T) -> None:
        self._rows[position] = row
        self.dataChanged.emit(self.index(position, 0), self.index(position, len(self.columns) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def cell(self, position: int, column: int) -> Cell:
        made = self.columns[column].cell(self._rows[position])
        return made if isinstance(made, Cell) else Cell(made, end=self.columns[column].end)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ROW:
            return self._rows[index.row()]
        if role in (
            CELL,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            cell = self.cell(index.row(), index.column())
            if role == CELL:
                return cell
            return (cell.tooltip or None) if role == Qt.ItemDataRole.ToolTipRole else cell.text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignTrailing if self.columns[section].end else Qt.AlignmentFlag.AlignLeading
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
