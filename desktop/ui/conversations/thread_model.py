"""The rows of a thread for Qt, told apart by their keys so that a reload touches only what changed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.ui.conversations.entries import BubbleEntry, DayEntry, Entry, EventEntry, NoteEntry, UnreadEntry
from desktop.ui.parts import when

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole + 1


class ThreadModel(QAbstractListModel):
    """At most 300 entries. `repaint_wanted` names a row that changed without growing: the others stay where they are."""

    repaint_wanted = Signal(int)

    def __init__(
        self, parent: QObject | None = None, height_of: Callable[[Entry], int] = lambda entry: -1
    ) -> None:
        """height_of: how high an entry is drawn, pixels; what is as high as before needs no new layout."""
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._height_of = height_of

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.spoken if isinstance(entry, BubbleEntry | NoteEntry) else entry.text
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(entry, DayEntry | UnreadEntry):
            return when.full(entry.at if isinstance(entry, EventEntry | NoteEntry) else entry.message.at)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._entries[index.row()], BubbleEntry | NoteEntry):
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
            same = {entry.key: entry for entry in self._entries}
            self.beginResetModel()
            # What is equal stays the same object: what was measured of it is found at once.
            self._entries = [kept if (kept := same.get(one.key, one)) == one else one for one in entries]
            self.endResetModel()
            return True
        for row, entry in enumerate(entries[: len(old)]):
            before = self._entries[row]
            if before == entry:
                continue
            self._entries[row] = entry
            if self._height_of(before) == self._height_of(entry):
                self.repaint_wanted.emit(row)
            else:
                self.dataChanged.emit(self.index(row), self.index(row))
        if len(new) > len(old):
            self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
            self._entries.extend(entries[len(old) :])
            self.endInsertRows()
        return False
