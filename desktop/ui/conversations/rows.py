"""The rows of the list for Qt: conversations, and under a heading the messages that a search found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Qt

from desktop.domain import phones, window
from desktop.domain.consent import OptIn
from desktop.domain.conversations import ConversationRow
from desktop.domain.inbox import Excerpt, MessageHit
from desktop.ui.conversations import words
from desktop.ui.parts import when
from desktop.ui.parts.listrows import Index, ListRows


@dataclass(frozen=True, slots=True)
class Heading:
    """A line between two kinds of rows; nobody can choose it."""

    text: str


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message that a search found, with who it is of and the line around what was found."""

    hit: MessageHit
    name: str
    excerpt: Excerpt

    @property
    def author(self) -> str:
        """Who is shown in front of the line: us, or nobody as the name stands above."""
        return "You: " if self.hit.outgoing else ""


Entry = ConversationRow | Heading | FoundMessage


def shown_name(row: ConversationRow) -> str:
    return row.name or phones.pretty(row.phone) or f"Contact {row.contact_id}"


class RowsModel(ListRows[Entry]):
    """Conversations in their order, then what was found. `now` is the business time they were read at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_key, name=_name, spoken=self._spoken, tip=self._tip, parent=parent)
        self.now: datetime | None = None

    @property
    def rows(self) -> Sequence[ConversationRow]:
        """The conversations."""
        return [one for one in self._rows if isinstance(one, ConversationRow)]

    @property
    def entries(self) -> Sequence[Entry]:
        """Everything that is shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Entry], now: datetime) -> bool:
        """Take over rows as of that moment. False if they are the same ones, only newer."""
        self.now = now
        other = [_key(one) for one in rows] != [_key(one) for one in self._rows]
        self.set_rows(rows)
        return other

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def _tip(self, row: Entry) -> str:
        if self.now is None or isinstance(row, Heading):
            return ""
        if isinstance(row, FoundMessage):
            return when.full(row.hit.at)
        line = words.window_line(row.last_inbound_at, self.now)
        lines = [when.full(row.last_at), f"{line[:1].upper()}{line[1:]}"]
        lines += [words.bot_line(row.bot)] if row.bot else []
        lines += [f"Assigned to {row.assigned_name}"] if row.assigned_name else []
        lines += [f"Reminder: {when.full(row.remind_at)}"] if row.remind_at else []
        return "\n".join(lines)

    def _spoken(self, row: Entry) -> str:
        if isinstance(row, Heading):
            return row.text
        if isinstance(row, FoundMessage):
            at = when.short(row.hit.at, self.now) if self.now is not None else ""
            return ", ".join(
                part for part in ("Message", row.name, row.author + row.excerpt.text, at) if part
            )
        return ", ".join(part for part in self._parts(row) if part)

    def _parts(self, row: ConversationRow) -> list[str]:
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
        if row.assigned_name:
            parts.append(f"Assigned to {row.assigned_name}")
        if row.remind_at is not None:
            parts.append("with a reminder")
        if self.now is not None:
            parts.append(when.short(row.last_at, self.now))
            parts.append(words.window_line(row.last_inbound_at, self.now))
        return parts


def _key(row: Entry) -> object:
    if isinstance(row, ConversationRow):
        return row.contact_id
    return ("message", row.hit.message_id) if isinstance(row, FoundMessage) else ("heading", row.text)


def _name(row: Entry) -> str:
    if isinstance(row, ConversationRow):
        return shown_name(row)
    return row.name if isinstance(row, FoundMessage) else row.text


def share_left(row: ConversationRow, now: datetime) -> float:
    """What is left of the reply window, 0 to 1."""
    return window.left(row.last_inbound_at, now) / window.LENGTH


def window_left(row: ConversationRow, now: datetime) -> str:
    """What is left of the reply window, in a word: '21 h', '45 min'; "" when it is closed."""
    left = window.left(row.last_inbound_at, now)
    return when.span(left) if left else ""
