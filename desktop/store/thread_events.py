"""What people did with conversations: lines added in the transaction of the deed.

Nothing is logged of a contact who has no conversation: there is no thread that could tell it.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import exists, insert, select

from desktop.domain.text import clean, fold
from desktop.domain.thread_events import PROGRAM, ThreadEvent, ThreadEventKind
from desktop.store import contacts, tables
from desktop.store.engine import Tx

__all__ = ["PROGRAM", "log", "log_assigned", "log_open", "of_contact", "tag", "untag"]

_event = tables.thread_event.c
_person = tables.person.c
_GONE: Final = "a colleague"


def log(tx: Tx, contact_id: int, kind: ThreadEventKind, by: str, subject: str = "") -> None:
    """Add a line to a conversation. by: a person's name, a program's or a flow's; "": Assent itself."""
    tx.conn.execute(
        insert(tables.thread_event).values(
            contact_id=contact_id,
            at=tx.now,
            kind=kind.value,
            user_name=clean(by),
            subject=clean(subject),
        )
    )


def log_assigned(tx: Tx, contact_id: int, user_id: int | None, by: str) -> None:
    """It has changed hands; user_id None: it is nobody's now."""
    if user_id is None:
        log(tx, contact_id, ThreadEventKind.UNASSIGNED, by)
        return
    name = tx.conn.scalar(select(_person.name).where(_person.id == user_id))
    log(tx, contact_id, ThreadEventKind.ASSIGNED, by, name or _GONE)


def log_open(tx: Tx, contact_id: int, is_open: bool, by: str) -> None:
    """It was closed, or opened again; by "": because the customer wrote."""
    log(tx, contact_id, ThreadEventKind.REOPENED if is_open else ThreadEventKind.CLOSED, by)


def tag(tx: Tx, contact_id: int, names: Sequence[str], by: str) -> None:
    """Give a contact tags, and tell of those that are new."""
    had = _folded_tags(tx, contact_id)
    contacts.add_tags(tx, [contact_id], names)
    new = {fold(clean(name)): clean(name).strip() for name in names}
    for folded, name in new.items():
        if folded and folded not in had and _has_thread(tx, contact_id):
            log(tx, contact_id, ThreadEventKind.TAGGED, by, name)


def untag(tx: Tx, contact_id: int, name: str, by: str) -> None:
    """Take a tag from a contact, and tell of it if they had it."""
    had = fold(clean(name)) in _folded_tags(tx, contact_id)
    contacts.remove_tag(tx, contact_id, name)
    if had and _has_thread(tx, contact_id):
        log(tx, contact_id, ThreadEventKind.UNTAGGED, by, clean(name).strip())


def of_contact(tx: Tx, contact_id: int, *, limit: int = 300) -> list[ThreadEvent]:
    """The newest lines of a conversation, oldest first; what a newer version wrote is passed over."""
    known = [one.value for one in ThreadEventKind]
    asked = select(tables.thread_event).where(_event.contact_id == contact_id, _event.kind.in_(known))
    found = tx.rows(asked.order_by(_event.id.desc()).limit(limit))
    return [
        ThreadEvent(row.id, contact_id, row.at, ThreadEventKind(row.kind), row.user_name, row.subject)
        for row in reversed(found)
    ]


def _folded_tags(tx: Tx, contact_id: int) -> set[str]:
    return {fold(one) for one in contacts.tags_of(tx, [contact_id])[contact_id]}


def _has_thread(tx: Tx, contact_id: int) -> bool:
    return bool(tx.conn.scalar(select(exists().where(tables.conversation.c.contact_id == contact_id))))
