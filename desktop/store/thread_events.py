"""What people did with conversations: lines added in the transaction of the deed."""

from sqlalchemy import insert, select

from desktop.domain.people import User
from desktop.domain.text import clean
from desktop.domain.thread_events import ThreadEvent, ThreadEventKind
from desktop.store import tables
from desktop.store.engine import Tx

_event = tables.thread_event.c


def log(tx: Tx, contact_id: int, kind: ThreadEventKind, by: User | None, subject: str = "") -> None:
    """Add a line to a conversation. by None: the program itself."""
    tx.conn.execute(
        insert(tables.thread_event).values(
            contact_id=contact_id,
            at=tx.now,
            kind=kind.value,
            user_name=by.name if by is not None else "",
            subject=clean(subject),
        )
    )


def of_contact(tx: Tx, contact_id: int, *, limit: int = 300) -> list[ThreadEvent]:
    """The newest lines of a conversation, oldest first; what a newer version wrote is passed over."""
    known = [one.value for one in ThreadEventKind]
    asked = select(tables.thread_event).where(_event.contact_id == contact_id, _event.kind.in_(known))
    found = tx.rows(asked.order_by(_event.id.desc()).limit(limit))
    return [
        ThreadEvent(row.id, contact_id, row.at, ThreadEventKind(row.kind), row.user_name, row.subject)
        for row in reversed(found)
    ]
