"""The rows of the list for Qt."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QObject

from desktop.domain import phones, window
from desktop.domain.consent import OptIn
from desktop.domain.conversations import ConversationRow
from desktop.ui.conversations import words
from desktop.ui.parts import when
from desktop.ui.parts.listrows import ListRows


def shown_name(row: ConversationRow) -> str:
    return row.name or phones.pretty(row.phone) or f"Contact {row.contact_id}"


class RowsModel(ListRows[ConversationRow]):
    """Conversations, newest first. `now` is the business time they were read at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(
            lambda row: row.contact_id, name=shown_name, spoken=self._spoken, tip=self._tip, parent=parent
        )
        self.now: datetime | None = None

    def show_rows(self, rows: Sequence[ConversationRow], now: datetime) -> None:
        """Take over rows as of that moment."""
        self.now = now
        self.set_rows(rows)

    def _tip(self, row: ConversationRow) -> str:
        if self.now is None:
            return ""
        line = words.window_line(row.last_inbound_at, self.now)
        bot = f"\n{words.bot_line(row.bot)}" if row.bot else ""
        return f"{when.full(row.last_at)}\n{line[:1].upper()}{line[1:]}{bot}"

    def _spoken(self, row: ConversationRow) -> str:
        parts = [shown_name(row), words.preview(row)[1]]
        if row.bot:
            parts.append(words.bot_line(row.bot))
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
