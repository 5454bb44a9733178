"""Reminders: at most one per person and conversation."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.reminders import Reminder
from desktop.store import contacts, tables
from desktop.store.engine import Tx

_reminder = tables.reminder.c


def put(tx: Tx, contact_id: int, user_id: int, due_at: datetime) -> None:
    """Remind a person at a time; instead of what was set before."""
    remove(tx, contact_id, user_id)
    values = {"contact_id": contact_id, "user_id": user_id, "due_at": due_at, "set_at": tx.now}
    tx.conn.execute(insert(tables.reminder).values(values))


def remove(tx: Tx, contact_id: int, user_id: int) -> None:
    mine = (_reminder.contact_id == contact_id, _reminder.user_id == user_id)
    tx.conn.execute(delete(tables.reminder).where(*mine))
    tx.touch(Topic.REMINDER, contact_id)


def of(tx: Tx, contact_id: int, user_id: int) -> Reminder | None:
    """What a person set on a conversation and did not take away, told or not."""
    mine = (_reminder.contact_id == contact_id, _reminder.user_id == user_id)
    found = _read(tx, select(tables.reminder).where(*mine))
    return found[0] if found else None


def every(tx: Tx, user_id: int, *, limit: int = 50) -> list[Reminder]:
    """All that a person set and did not take away, the earliest first."""
    asked = select(tables.reminder).where(_reminder.user_id == user_id)
    return _read(tx, asked.order_by(_reminder.due_at, _reminder.contact_id).limit(limit))


def due(tx: Tx, user_id: int) -> list[Reminder]:
    """What a person has to be told now, the earliest first."""
    asked = select(tables.reminder).where(
        _reminder.user_id == user_id, _reminder.due_at <= tx.now, _reminder.told_at.is_(None)
    )
    return _read(tx, asked.order_by(_reminder.due_at))


def mark_told(tx: Tx, contact_id: int, user_id: int) -> bool:
    """The person was told. False if it was told already, in another window, or is not due any more."""
    mine = (_reminder.contact_id == contact_id, _reminder.user_id == user_id)
    ripe = (_reminder.told_at.is_(None), _reminder.due_at <= tx.now)
    done = tx.conn.execute(update(tables.reminder).where(*mine, *ripe).values(told_at=tx.now))
    if done.rowcount:
        tx.touch(Topic.REMINDER, contact_id)
    return bool(done.rowcount)


def _read(tx: Tx, asked: Select[Any]) -> list[Reminder]:
    return [
        Reminder(
            row.contact_id,
            contacts.get(tx, row.contact_id).shown_name,
            row.user_id,
            row.due_at,
            row.told_at,
        )
        for row in tx.rows(asked)
    ]
