"""Down and Enter in the search lead to the rows, as soon as they are there."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from desktop.ui.contacts.table import ContactsTable
from desktop.ui.parts.searchfield import SearchField


class SearchKeys(QObject):
    """`opened(contact_id)` when Enter was pressed and one contact was found.

    is_reading: an answer is on its way; found_count: how many it holds, None while that is not known.
    """

    opened = Signal(int)

    def __init__(
        self,
        search: SearchField,
        table: ContactsTable,
        is_reading: Callable[[], bool],
        found_count: Callable[[], int | None],
    ) -> None:
        super().__init__(search)
        self._search, self._table = search, table
        self._is_reading, self._found_count = is_reading, found_count
        self._entering = False
        search.returnPressed.connect(self._entered)
        search.installEventFilter(self)

    def forget(self) -> None:
        """Something else is asked."""
        self._entering = False

    def answered(self) -> None:
        """The rows are there."""
        if self._entering:
            self._enter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Down and self._table.rows.rowCount():
                self._table.enter()
                return True
        return super().eventFilter(watched, event)

    def _entered(self) -> None:
        """At once, or when the answer to what was just typed is there."""
        self._entering = True
        if not self._is_reading():
            self._enter()

    def _enter(self) -> None:
        """Open the only one that was found, or go to the rows; unless the person went elsewhere meanwhile."""
        self._entering = False
        first = self._table.rows.row(0)
        if not self._search.hasFocus() or first is None:
            return
        if self._found_count() == 1:
            self.opened.emit(first.contact.id)
        else:
            self._table.enter()
