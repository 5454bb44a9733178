"""How a store is: its revision, stamp and size, and how much is in it; no values of anybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, select, text

from desktop.store import contacts, settings, tables, webhooks
from desktop.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Condition:
    """stamp: "" before it has one, "sandbox", or a WhatsApp account's id."""

    revision: str
    stamp: str
    size_bytes: int
    contact_count: int
    message_count: int
    last_webhook_at: datetime | None


def look(tx: Tx) -> Condition:
    """As of this transaction; a moment's work on a million rows."""
    revision = tx.conn.scalar(text("SELECT version_num FROM alembic_version"))
    return Condition(
        str(revision),
        settings.meta(tx, "stamp") or "",
        _size_bytes(tx),
        contacts.count(tx),
        _count(tx, tables.message),
        webhooks.last_at(tx),
    )


def _count(tx: Tx, table: Table) -> int:
    return int(tx.conn.scalar(select(func.count()).select_from(table)) or 0)


def _size_bytes(tx: Tx) -> int:
    if tx.on_postgresql:
        return int(tx.conn.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    return int(tx.conn.scalar(text("PRAGMA page_count")) or 0) * int(
        tx.conn.scalar(text("PRAGMA page_size")) or 0
    )
