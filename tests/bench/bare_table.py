"""A bare Qt table over a store's file: QTableView and QSqlQueryModel, nothing else, in the window's thread."""

from pathlib import Path
from typing import Final

from PySide6.QtSql import QSqlDatabase, QSqlQuery, QSqlQueryModel
from PySide6.QtWidgets import QApplication, QTableView

WHAT: Final = "QTableView and QSqlQueryModel over the same file"
SIZE_PX: Final = (1376, 780)
_COLUMNS: Final = "SELECT id, name, phone, facts, created_at, last_inbound_at FROM contact"
_NAME: Final = "bench"


class BareTable:
    """Everything it does it does at once: when a verb returns, the rows are painted."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if Qt cannot open the file."""
        self._file = QSqlDatabase.addDatabase("QSQLITE", _NAME)
        self._file.setDatabaseName(str(path))
        if not self._file.open():
            raise OSError(self._file.lastError().text())
        self._model = QSqlQueryModel()
        self._view = QTableView()
        self._view.resize(*SIZE_PX)
        self._view.setModel(self._model)
        self._view.show()
        QApplication.processEvents()  # from here on a repaint paints

    def show_rows(self, *, where: str = "1", order: str = "name_folded, id") -> int:
        """Ask for rows and show the first; returns how many there are, as a table says beside its title."""
        there = f"merged_into IS NULL AND {where}"
        self._model.setQuery(f"{_COLUMNS} WHERE {there} ORDER BY {order}", self._file)
        counted = QSqlQuery(f"SELECT count(*) FROM contact WHERE {there}", self._file)
        counted.next()
        self._view.scrollToTop()
        self._view.viewport().repaint()
        return int(counted.value(0))

    def go(self, position: int) -> None:
        """Scroll to a row; the model reads on until it is there, as Qt's model does."""
        while self._model.rowCount() <= position and self._model.canFetchMore():
            self._model.fetchMore()
        self._view.scrollTo(self._model.index(position, 0), QTableView.ScrollHint.PositionAtTop)
        self._view.viewport().repaint()

    def rename(self, contact_id: int, name: str) -> None:
        """Change a name and show the rows anew."""
        changed = QSqlQuery(self._file)
        changed.prepare("UPDATE contact SET name = ?, name_folded = lower(?) WHERE id = ?")
        for value in (name, name, contact_id):
            changed.addBindValue(value)
        if not changed.exec_():
            raise OSError(changed.lastError().text())
        self.show_rows()

    def close(self) -> None:
        self._view.close()
        self._view.setModel(None)
        self._model.clear()
        self._file.close()
        del self._file
        QSqlDatabase.removeDatabase(_NAME)
