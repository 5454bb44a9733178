"""A bare Qt inbox over a store's file: two list views on query models, nothing else, in the window's thread."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtSql import QSqlDatabase, QSqlQuery, QSqlQueryModel
from PySide6.QtWidgets import QApplication, QHBoxLayout, QListView, QWidget

WHAT: Final = "two QListViews on QSqlQueryModels over the same file"
SIZE_PX: Final = (1376, 780)
LIST_PX: Final = 320
_NAME: Final = "bench-inbox"
_LIST: Final = """
    SELECT c.name || char(10) || coalesce(m.text, ''), v.contact_id FROM conversation v JOIN contact c ON c.id = v.contact_id
    LEFT JOIN message m ON m.id = v.last_message_id WHERE v.open AND v.assigned_to = {who} ORDER BY v.last_at DESC LIMIT 200
"""
_COUNTS: Final = (
    "SELECT sum(assigned_to = {who}), sum(assigned_to IS NULL), count(*) FROM conversation WHERE open"
)
_THREAD: Final = "SELECT text FROM (SELECT id, text FROM message WHERE contact_id = {who} ORDER BY id DESC LIMIT 300) ORDER BY id"
_FOUND: Final = (
    "SELECT c.name || char(10) || m.text FROM message m JOIN contact c ON c.id = m.contact_id "
    "WHERE m.text LIKE '%{word}%' AND m.broadcast_id IS NULL ORDER BY m.id DESC LIMIT 50"
)


class BareInbox:
    """Everything it does it does at once: when a verb returns, the rows are painted."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if Qt cannot open the file."""
        self._file = QSqlDatabase.addDatabase("QSQLITE", _NAME)
        self._file.setDatabaseName(str(path))
        if not self._file.open():
            raise OSError(self._file.lastError().text())
        self._list_model, self._thread_model = QSqlQueryModel(), QSqlQueryModel()
        self._window = QWidget()
        self._window.resize(*SIZE_PX)
        row = QHBoxLayout(self._window)
        self._list, self.thread = QListView(), QListView()
        for view, model in ((self._list, self._list_model), (self.thread, self._thread_model)):
            view.setModel(model)
            view.setWordWrap(True)
            view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
            view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFixedWidth(LIST_PX)
        row.addWidget(self._list)
        row.addWidget(self.thread)
        self._window.show()
        QApplication.processEvents()  # from here on a repaint paints

    def show_list(self, user_id: int) -> None:
        """The person's open conversations, newest first, and the counts of the boxes."""
        self._ask(self._list_model, _LIST.format(who=user_id))
        counted = QSqlQuery(_COUNTS.format(who=user_id), self._file)
        counted.next()
        self._list.viewport().repaint()

    def show_thread(self, contact_id: int) -> None:
        """The newest 300 messages of a contact, at their end."""
        self._ask(self._thread_model, _THREAD.format(who=contact_id))
        self.thread.scrollToBottom()
        self.thread.viewport().repaint()

    def find(self, word: str) -> None:
        """The newest fifty messages with this in them, as a table without an index finds them."""
        self._ask(self._list_model, _FOUND.format(word=word.replace("'", "''")))
        self._list.viewport().repaint()

    def _ask(self, model: QSqlQueryModel, sql: str) -> None:
        model.setQuery(sql, self._file)
        if model.lastError().isValid():
            raise OSError(model.lastError().text())
        while model.canFetchMore():
            model.fetchMore()

    def close(self) -> None:
        self._window.close()
        for view, model in ((self._list, self._list_model), (self.thread, self._thread_model)):
            view.setModel(None)
            model.clear()
        self._file.close()
        del self._file
        QSqlDatabase.removeDatabase(_NAME)
