"""The rows of the list for Qt."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.domain import phones, window
from desktop.domain.consent import OptIn
from desktop.domain.conversations import ConversationRow
from desktop.ui.conversations import words
from desktop.ui.parts import when

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole + 1


def shown_name(row: ConversationRow) -> str:
    return row.name or phones.pretty(row.phone) or f"Contact {row.contact_id}"


class RowsModel(QAbstractListModel):
    """Conversations, newest first. `now` is the business time they were read at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ConversationRow] = []
        self.now: datetime | None = None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole and self.now is not None:
            line = words.window_line(row.last_inbound_at, self.now)
            return f"{when.full(row.last_at)}\n{line[:1].upper()}{line[1:]}"
        return None

    def show_rows(self, rows: Sequence[ConversationRow], now: datetime) -> None:
        """Take over rows; the same conversations in the same order are only repainted."""
        same = [one.contact_id for one in rows] == [one.contact_id for one in self._rows]
        self.now = now
        if same:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    @property
    def rows(self) -> Sequence[ConversationRow]:
        return self._rows

    def row_of(self, contact_id: int) -> int:
        """The row of a conversation, or -1."""
        return next((at for at, row in enumerate(self._rows) if row.contact_id == contact_id), -1)

    def _spoken(self, row: ConversationRow) -> str:
        parts = [shown_name(row), words.preview(row)[1]]
        if row.unread_count:
            parts.append(f"{row.unread_count} unread")
        if row.opt_in is OptIn.NO or row.stopped_in_whatsapp:
            parts.append("Opted out of marketing")
        elif row.opt_in is OptIn.YES:
            parts.append("Opted in to marketing")
        parts += row.tags
        if self.now is not None:
            parts.append(when.short(row.last_at, self.now))
            parts.append(words.window_line(row.last_inbound_at, self.now))
        return ", ".join(part for part in parts if part)


def share_left(row: ConversationRow, now: datetime) -> float:
    """What is left of the reply window, 0 to 1."""
    return window.left(row.last_inbound_at, now) / window.LENGTH
