"""The rows of a thread for Qt, told apart by their keys so that a reload touches only what changed."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.ui.conversations.entries import BubbleEntry, DayEntry, Entry, EventEntry
from desktop.ui.parts import when

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole + 1


class ThreadModel(QAbstractListModel):
    """At most 300 entries."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.spoken if isinstance(entry, BubbleEntry) else entry.text
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(entry, DayEntry):
            return when.full(entry.at if isinstance(entry, EventEntry) else entry.message.at)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._entries[index.row()], BubbleEntry):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    def row_of(self, key: str) -> int:
        """The row of an entry, or -1."""
        return next((row for row, entry in enumerate(self._entries) if entry.key == key), -1)

    def show_entries(self, entries: Sequence[Entry]) -> bool:
        """Take over new entries. True if the rows were set anew, False if they were only grown or changed."""
        old = [entry.key for entry in self._entries]
        new = [entry.key for entry in entries]
        if not old or new[: len(old)] != old:
            self.beginResetModel()
            self._entries = list(entries)
            self.endResetModel()
            return True
        changed = [row for row in range(len(old)) if self._entries[row] != entries[row]]
        self._entries[: len(old)] = entries[: len(old)]
        for row in changed:
            self.dataChanged.emit(self.index(row), self.index(row))
        if len(new) > len(old):
            self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
            self._entries.extend(entries[len(old) :])
            self.endInsertRows()
        return False
