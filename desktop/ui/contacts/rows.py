"""The model of the contact table: as long as the count, with only the pages in it that are looked at."""

from collections import OrderedDict
from collections.abc import Callable, Sequence, Set
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt

from desktop.domain.contact_table import ContactRow, SortBy
from desktop.ui.contacts.columns import ContactColumn
from desktop.ui.parts.rows import CELL, ROW, Cell, Index

PAGE = 100
KEPT_PAGES = 60
_SPOKEN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class ContactRows(QAbstractTableModel):
    """Rows that are not there yet have no ROW; `lacking()` says which pages a part of the table needs."""

    def __init__(self, columns: Sequence[ContactColumn], is_chosen: Callable[[int], bool]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._is_chosen = is_chosen
        self._count = 0
        self._pages: OrderedDict[int, Sequence[ContactRow]] = OrderedDict()
        self._cells: dict[int, dict[int, list[Cell]]] = {}
        self._stale: set[int] = set()
        self._sort: tuple[SortBy, bool] = (SortBy.NAME, False)

    def show_sort(self, sort: SortBy, descending: bool) -> None:
        """The order is marked at the head of its column."""
        if (sort, descending) != self._sort:
            self._sort = (sort, descending)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def show_columns(self, columns: Sequence[ContactColumn]) -> None:
        """Other columns; the rows stay."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self._cells.clear()
        self.endResetModel()

    def show_answer(self, first: Sequence[ContactRow], count: int) -> None:
        """Another answer: so many rows, of which the first page has been read."""
        self.beginResetModel()
        self._count = count
        self._pages.clear()
        self._cells.clear()
        self._stale.clear()
        if first:
            self._pages[0] = first
        self.endResetModel()

    def grow(self, count: int) -> None:
        """The same answer, which is known to be longer now. (A reset: a million rows are not inserted.)"""
        self.beginResetModel()
        self._count = count
        self.endResetModel()

    def age(self, count: int) -> None:
        """The same question, asked anew: what is shown stays until it has been read again."""
        self._stale = set(self._pages)
        if count != self._count:
            self.beginResetModel()
            self._count = count
            for page in [page for page in self._pages if page * PAGE >= count]:
                self._forget(page)
            self.endResetModel()

    def age_pages_of(self, contact_ids: Set[int]) -> None:
        """Some contacts are different: the pages they stand on are old."""
        for page, rows in self._pages.items():
            if any(row.contact.id in contact_ids for row in rows):
                self._stale.add(page)

    def keep(self, page: int, rows: Sequence[ContactRow]) -> None:
        """Rows of a page were read."""
        if page * PAGE >= self._count:
            return
        self._pages[page] = rows
        self._pages.move_to_end(page)
        self._cells.pop(page, None)
        self._stale.discard(page)
        while len(self._pages) > KEPT_PAGES:
            self._forget(next(iter(self._pages)))
        first, last = page * PAGE, min((page + 1) * PAGE, self._count) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def repaint(self) -> None:
        """Others are selected."""
        if self._count:
            last = self.index(self._count - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.AccessibleTextRole])

    def lacking(self, first: int, last: int) -> list[int]:
        """The pages that these positions need and that are missing or old: those in sight, then their neighbours."""
        if not self._count:
            return []
        begin, end = max(0, first) // PAGE, min(last, self._count - 1) // PAGE
        newest = (self._count - 1) // PAGE
        wanted = [*range(begin, end + 1), *(page for page in (end + 1, begin - 1) if 0 <= page <= newest)]
        for page in wanted:
            if page in self._pages:
                self._pages.move_to_end(page)
        return [page for page in wanted if page not in self._pages or page in self._stale]

    def row(self, position: int) -> ContactRow | None:
        """The row, or None while it is not there."""
        rows = self._pages.get(position // PAGE)
        inside = position % PAGE
        return rows[inside] if rows is not None and inside < len(rows) else None

    def position(self, contact_id: int) -> int | None:
        """Where a contact stands, if its page is kept."""
        for page, rows in self._pages.items():
            for inside, row in enumerate(rows):
                if row.contact.id == contact_id:
                    return page * PAGE + inside
        return None

    # What Qt asks.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row()) if index.isValid() else None
        if role == ROW:
            return row
        if row is None:
            return {CELL: Cell(""), Qt.ItemDataRole.AccessibleTextRole: "Loading"}.get(role)
        if role == CELL:
            return self.cells(index.row(), row)[index.column()]
        if role in _SPOKEN:
            text = self.cells(index.row(), row)[index.column()].text
            selected = role == Qt.ItemDataRole.AccessibleTextRole and self._is_chosen(row.contact.id)
            return f"{text}, selected" if selected and not index.column() else text
        if role == Qt.ItemDataRole.ToolTipRole:
            tip = self.columns[index.column()].tip
            return (tip(row) or None) if tip is not None else None
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            by, descending = self._sort
            return f"{column.title} {'↓' if descending else '↑'}" if column.sort is by else column.title
        if role == Qt.ItemDataRole.ToolTipRole and column.sort is not None:
            return f"Sort by “{column.title}”"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignTrailing if column.end else Qt.AlignmentFlag.AlignLeading
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def cells(self, position: int, row: ContactRow) -> list[Cell]:
        """Made once per row: a number's spaces and a date's words take time."""
        page = self._cells.setdefault(position // PAGE, {})
        cells = page.get(position)
        if cells is None:
            made = [column.cell(row) for column in self.columns]
            cells = page[position] = [one if isinstance(one, Cell) else Cell(one) for one in made]
        return cells

    def _forget(self, page: int) -> None:
        self._pages.pop(page, None)
        self._cells.pop(page, None)
        self._stale.discard(page)
