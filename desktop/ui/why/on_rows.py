"""*Why?* on a table's rows: in the menu of the right button, and by the key "?"."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu

from desktop.ui.parts.rows import ROW
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme


class _RowWhy(QObject):
    """Belongs to its table. asked: is given the row's value."""

    def __init__(self, theme: Theme, table: Table, name: str, asked: Callable[[Any], object]) -> None:
        super().__init__(table)
        self._theme, self._table, self._name, self._asked = theme, table, name, asked
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open)
        table.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The key by what it writes: keyboards differ in where it is. The window's own use of it yields here."""
        if not isinstance(event, QKeyEvent) or event.text() != "?" or self._table.chosen_row() is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self._of_current()
            return True
        return False

    def _open(self, at: QPoint) -> None:
        index = self._table.indexAt(at)
        row = index.data(ROW) if index.isValid() else None
        if row is None:
            return
        menu = QMenu(self._table)
        menu.setObjectName(f"{self._name}_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        why = menu.addAction(self._theme.icon("question"), "Why?\t?")
        why.setObjectName(self._name)
        why.triggered.connect(lambda: self._asked(row))
        menu.popup(self._table.viewport().mapToGlobal(at))

    def _of_current(self) -> None:
        row = self._table.chosen_row()
        if row is not None:
            self._asked(row)


def offer_why(theme: Theme, table: Table, name: str, asked: Callable[[Any], object]) -> None:
    """Offer *Why?* on the rows of a table; `asked` is given the value of the row."""
    _RowWhy(theme, table, name, asked)
