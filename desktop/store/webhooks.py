"""Webhooks as they arrived: what waits, what was seen before, what could not be read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desktop.domain.changes import Topic
from desktop.domain.text import clean
from desktop.store import tables
from desktop.store.engine import Tx

KEEP_FOR: Final = timedelta(days=8)
"""WhatsApp repeats a webhook for up to seven days; what was seen is remembered a day longer."""


def keep(tx: Tx, body: str, *, done: bool) -> int:
    """Store a webhook's raw body; done: nothing of it waits. Returns its id."""
    made = tx.conn.execute(insert(tables.webhook).values(received_at=tx.now, body=clean(body), done=done))
    key = made.inserted_primary_key
    tx.touch(Topic.WEBHOOK)
    return int(key[0]) if key else 0


def waiting(tx: Tx, limit: int = 20) -> list[tuple[int, str]]:
    """The oldest webhooks whose statuses have not been applied: (id, body)."""
    row = tables.webhook.c
    found = tx.rows(select(row.id, row.body).where(~row.done).order_by(row.id).limit(limit))
    return [(one.id, one.body) for one in found]


def finish(tx: Tx, ids: Sequence[int]) -> None:
    tx.conn.execute(update(tables.webhook).where(tables.webhook.c.id.in_(ids)).values(done=True))


def first_time(tx: Tx, key: str) -> bool:
    """True once per key: WhatsApp repeats what it is not sure of."""
    seen = tables.webhook_seen
    dialect = postgresql if tx.on_postgresql else sqlite
    # The insert itself decides: two servers may take the same webhook at the same moment.
    made = dialect.insert(seen).values(key=key, at=tx.now).on_conflict_do_nothing().returning(seen.c.key)
    return tx.conn.scalar(made) is not None


def quarantine(tx: Tx, why: str, body: str) -> None:
    """Keep what could not be understood, for a person to look at; the rest of the batch goes on."""
    tx.conn.execute(insert(tables.quarantine).values(at=tx.now, why=clean(why), body=clean(body)[:65_536]))
    tx.touch(Topic.WEBHOOK)


def quarantined(tx: Tx, limit: int = 100) -> list[tuple[datetime, str, str]]:
    """The newest entries: (when, why, what)."""
    row = tables.quarantine.c
    return [
        (one.at, one.why, one.body)
        for one in tx.rows(select(tables.quarantine).order_by(row.id.desc()).limit(limit))
    ]


def last_at(tx: Tx) -> datetime | None:
    """When the last webhook came, or None."""
    row = tables.webhook.c
    return tx.conn.scalar(select(row.received_at).order_by(row.id.desc()).limit(1))


def forget_old(tx: Tx) -> None:
    """Drop applied webhooks and remembered keys that WhatsApp cannot repeat any more."""
    before = tx.now - KEEP_FOR
    tx.conn.execute(
        delete(tables.webhook).where(tables.webhook.c.done, tables.webhook.c.received_at < before)
    )
    tx.conn.execute(delete(tables.webhook_seen).where(tables.webhook_seen.c.at < before))
