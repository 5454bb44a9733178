"""Rows by the hundred thousand, for a store of a size that nobody writes by hand: plain tuples, straight to the driver.

Everything else of a row is as the table has it by itself. SQLAlchemy's own way takes three times as long.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Table, delete, func, select, text

from desktop.domain.changes import Topic
from desktop.domain.text import search_fold
from desktop.store import message_search, tables
from desktop.store.engine import Tx

CONTACT: Final = (
    "id",
    "name",
    "name_folded",
    "phone",
    "facts",
    "consent_event_id",
    "created_at",
    "updated_at",
)
CONSENT_EVENT: Final = ("id", "contact_id", "fact", "value", "source", "at", "evidence")
IDENTITY: Final = ("kind", "value", "contact_id")
TAG: Final = ("contact_id", "tag_id")
ATTRIBUTE: Final = ("contact_id", "attribute_id", "text", "folded")
MESSAGE: Final = (
    "id", "contact_id", "outgoing", "path", "status", "kind", "text", "author_id", "attempt_count", "created_at",
    "due_at", "changed_at", "sent_at", "delivered_at", "read_at",
)  # fmt: skip
CONVERSATION: Final = (
    "contact_id", "open", "assigned_to", "unread_count", "last_at", "last_message_id", "first_unread_id",
    "waiting_since",
)  # fmt: skip
_MERGED_PAGES: Final = 4_096


def insert(tx: Tx, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows as the driver takes them: moments in microseconds, no column left to be worked out."""
    if not rows:
        return
    mark = "%s" if tx.on_postgresql else "?"
    marks = ", ".join([mark] * len(columns))
    tx.conn.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", list(rows))


def insert_messages(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert messages, columns as in MESSAGE, the ids rising, and put their texts into the search at once."""
    insert(tx, tables.message, MESSAGE, rows)
    id, said = MESSAGE.index("id"), MESSAGE.index("text")
    message_search.put(tx, [{"id": row[id], "folded": search_fold(row[said])} for row in rows if row[said]])
    tx.conn.execute(delete(tables.message_unsearched))
    message_search.merge(tx, _MERGED_PAGES)


def last_wrote(tx: Tx, wrote: Iterable[tuple[int, int]]) -> None:
    """When contacts wrote last: (microseconds, contact's id) each."""
    mark = "%s" if tx.on_postgresql else "?"
    tx.conn.exec_driver_sql(f"UPDATE contact SET last_inbound_at = {mark} WHERE id = {mark}", list(wrote))


def next_id(tx: Tx, table: Table) -> int:
    return int(tx.conn.scalar(select(func.max(table.c.id))) or 0) + 1


def finish(tx: Tx) -> None:
    """PostgreSQL counts on from its sequences, which rows with given ids do not move; windows look anew."""
    if tx.on_postgresql:
        for name in ("contact", "consent_event", "message"):
            tx.conn.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
            )
    tx.touch(Topic.EVERYTHING)
