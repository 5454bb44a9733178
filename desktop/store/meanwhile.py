"""What came into a conversation since a person began to write."""

from typing import Any, Final

from sqlalchemy import Row, func, select

from desktop.domain.consent import Path, Source
from desktop.domain.contacts import ConsentEvent, Fact
from desktop.domain.meanwhile import VALUES, Kind, Meanwhile, News, Seen
from desktop.store import contacts, tables
from desktop.store.engine import Tx

_message = tables.message.c
_event = tables.consent_event.c
_MOST: Final = 20
"""What is told at a time; the rest is in the thread."""


def newest(tx: Tx, contact_id: int) -> Seen:
    """The newest message and consent event of a contact."""
    message_id = tx.conn.scalar(select(func.max(_message.id)).where(_message.contact_id == contact_id))
    event_id = tx.conn.scalar(select(func.max(_event.id)).where(_event.contact_id == contact_id))
    return Seen(int(message_id or 0), int(event_id or 0))


def since(tx: Tx, contact_id: int, seen: Seen, user_id: int) -> Meanwhile:
    """The customer's messages, other people's, and changes of the opt-in that others made, after `seen`."""
    found = [*_messages(tx, contact_id, seen, user_id), *_events(tx, contact_id, seen, user_id)]
    if not found:
        return Meanwhile(seen=seen)
    found.sort(key=lambda one: one.at)
    return Meanwhile(tuple(found[-_MOST:]), newest(tx, contact_id))


def _messages(tx: Tx, contact_id: int, seen: Seen, user_id: int) -> list[News]:
    person = tables.person.c
    asked = (
        select(_message.outgoing, _message.text, _message.kind, _message.created_at, person.name)
        .outerjoin(tables.person, person.id == _message.author_id)
        .where(
            _message.contact_id == contact_id,
            _message.id > seen.message_id,
            _message.kind != "reaction",
            ~_message.outgoing
            | ((_message.path == Path.COMPOSE.value) & _message.author_id.is_distinct_from(user_id)),
        )
        .order_by(_message.id.desc())
        .limit(_MOST)
    )
    rows = list(reversed(tx.rows(asked)))
    customer = contacts.get(tx, contact_id).first_name if any(not row.outgoing for row in rows) else ""
    return [
        News(
            Kind.COLLEAGUE if row.outgoing else Kind.CUSTOMER,
            (row.name or "A colleague").split()[0] if row.outgoing else customer,
            row.created_at,
            row.text or row.kind,
        )
        for row in rows
    ]


def _events(tx: Tx, contact_id: int, seen: Seen, user_id: int) -> list[News]:
    person = tables.person.c
    asked = (
        select(*_event, person.name)
        .outerjoin(tables.person, person.id == _event.user_id)
        .where(
            _event.contact_id == contact_id,
            _event.id > seen.consent_event_id,
            _event.user_id.is_distinct_from(user_id),
        )
        .order_by(_event.id.desc())
        .limit(_MOST)
    )
    rows = list(reversed(tx.rows(asked)))
    customer = contacts.get(tx, contact_id).first_name if rows else ""
    return [News(VALUES[row.value], customer, row.at, origin=_told(row)) for row in rows]


def _told(row: Row[Any]) -> str:
    event = ConsentEvent(
        row.id,
        row.contact_id,
        Fact(row.fact),
        row.value,
        Source(row.source),
        row.at,
        row.name or "",
        row.evidence,
    )
    return event.origin
