"""Who did what: lines that are added in the transaction of the deed, and read newest first."""

from sqlalchemy import insert, select

from desktop.domain.activity import Activity, Deed
from desktop.domain.changes import Topic
from desktop.domain.people import User
from desktop.domain.text import clean
from desktop.store import tables
from desktop.store.engine import Tx


def log(tx: Tx, user: User | None, deed: Deed, subject: str, details: str = "") -> None:
    """Add a line. user None: the program itself; 0, the shell, has a name and no account."""
    tx.conn.execute(
        insert(tables.activity).values(
            at=tx.now,
            user_id=user.id if user is not None and user.id else None,
            user_name=user.name if user is not None else "",
            deed=deed.value,
            subject=clean(subject),
            details=clean(details),
        )
    )
    tx.touch(Topic.ACTIVITY)


def newest(
    tx: Tx,
    *,
    user_id: int | None = None,
    deed: Deed | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[Activity]:
    """The newest lines; of one person, of one kind, older than before_id."""
    row = tables.activity.c
    asked = select(tables.activity).order_by(row.id.desc()).limit(limit)
    if user_id is not None:
        asked = asked.where(row.user_id == user_id)
    if deed is not None:
        asked = asked.where(row.deed == deed.value)
    if before_id is not None:
        asked = asked.where(row.id < before_id)
    return [
        Activity(one.id, one.at, one.user_id, one.user_name, Deed(one.deed), one.subject, one.details)
        for one in tx.rows(asked)
    ]
