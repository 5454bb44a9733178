"""The change table: how other processes on the same store notice what happened."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import and_, delete, func, select, text

from desktop.domain.changes import Change, Changes, Topic
from desktop.store import happenings, subscriptions, tables
from desktop.store.engine import Tx

_KEEP_FOR: Final = timedelta(hours=1)
_KEEP_UNTOLD_FOR: Final = timedelta(days=7)
"""As long as the log of deliveries goes back."""


def newest(tx: Tx) -> int:
    """The id of the newest change (0: none yet)."""
    return int(tx.conn.scalar(select(func.max(tables.change.c.id))) or 0)


def since(tx: Tx, last_id: int, process: str) -> tuple[int, Changes]:
    """What other processes changed after `last_id`; returns the new last id and the changes."""
    row = tables.change.c
    found = tx.rows(select(tables.change).where(row.id > last_id).order_by(row.id).limit(5_000))
    touched = frozenset(Change(Topic(one.topic), one.ref) for one in found if one.process != process)
    return (found[-1].id if found else last_id), Changes(touched)


def data_version(tx: Tx) -> Any:
    """SQLite's counter of commits by other connections: equal means that nothing changed."""
    if tx.on_postgresql:
        return newest(tx)
    return tx.conn.scalar(text("PRAGMA data_version"))


def forget_old(tx: Tx) -> None:
    """Drop changes that every window has long seen.

    The newest stays: SQLite gives the ids of an emptied table again, and windows would take what is new
    for what they have seen. What an outgoing webhook has not been told of yet stays longer.
    """
    row = tables.change.c
    told_to = subscriptions.oldest_change(tx)
    untold = and_(
        row.topic.in_([one.value for one in happenings.TOLD_TOPICS]),
        row.at >= tx.now - _KEEP_UNTOLD_FOR,
        row.id > (newest(tx) if told_to is None else told_to),
    )
    tx.conn.execute(delete(tables.change).where(row.at < tx.now - _KEEP_FOR, row.id < newest(tx), ~untold))
