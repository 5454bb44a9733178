"""Which broadcast a customer's message answers."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update

from desktop.domain.changes import Topic
from desktop.domain.consent import Path
from desktop.domain.messages import GONE, Status
from desktop.store import merging, tables
from desktop.store.engine import Tx

_message = tables.message.c
_left_at = func.coalesce(_message.sent_at, _message.changed_at)
"""A row may be older than what left before it, and its last report newer than what left after it."""
_NEVER: Final = [Status.FAILED.value, Status.LEFT_OUT.value, Status.CANCELLED.value]


def answered(tx: Tx, contact_id: int, message_id: int, context_wamid: str, since: datetime) -> int | None:
    """The broadcast whose message is quoted, or was the last that we said since then; None for any other message."""
    if context_wamid:
        quoted = select(_message.broadcast_id).where(_message.wamid == context_wamid, _message.outgoing)
        return _id(tx.conn.scalar(quoted))
    said = select(_message.broadcast_id).where(
        _message.contact_id == contact_id,
        _message.id != message_id,
        _message.outgoing,
        _message.status.in_([one.value for one in GONE]),
        _left_at >= since,
    )
    last = tx.conn.execute(said.order_by(_left_at.desc(), _message.id.desc()).limit(1)).first()
    return _id(last.broadcast_id) if last is not None else None


def _id(found: int | None) -> int | None:
    return int(found) if found is not None else None


def has_answered(tx: Tx, contact_id: int, broadcast_id: int) -> bool:
    asked = select(_message.id).where(
        _message.contact_id == contact_id, _message.answers_broadcast_id == broadcast_id
    )
    return tx.conn.scalar(asked.limit(1)) is not None


def said_at(tx: Tx, contact_id: int, broadcast_id: int) -> datetime | None:
    """When the broadcast's message to the contact left; None: none did."""
    asked = select(func.max(_left_at)).where(
        _message.broadcast_id == broadcast_id,
        _message.contact_id.in_(merging.merged_ids(tx, contact_id)),
        _message.status.in_([one.value for one in GONE]),
    )
    found: datetime | None = tx.conn.scalar(asked)
    return found


def has_person_said(tx: Tx, contact_id: int, since: datetime) -> bool:
    """True if a message that a person wrote has left since then, or is about to."""
    asked = select(_message.id).where(
        _message.contact_id == contact_id,
        _message.outgoing,
        _message.path == Path.COMPOSE.value,
        _message.status.not_in(_NEVER),
        _left_at > since,
    )
    return tx.conn.scalar(asked.limit(1)) is not None


def keep(tx: Tx, message_id: int, broadcast_id: int) -> None:
    """Of one message; the report of the broadcast hears of it."""
    mine = update(tables.message).where(_message.id == message_id)
    tx.conn.execute(mine.values(answers_broadcast_id=broadcast_id))
    tx.touch(Topic.BROADCAST, broadcast_id)
