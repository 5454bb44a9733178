"""Whom the number wrote to first lately: what WhatsApp's limit of 24 hours counts; and what waits to be sent."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Select, distinct, exists, func, literal_column, select, type_coerce

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.outbox import AttemptOutcome
from desktop.store import tables
from desktop.store.engine import Tx

_attempt, _message = tables.attempt.c, tables.message.c
_REACHED: Final = (AttemptOutcome.ACCEPTED.value, AttemptOutcome.LOST.value)
"""A call whose answer was lost may have arrived, so it counts."""
_WINDOW_US: Final = 24 * 3_600 * 1_000_000
_UNDER_WAY: Final = (
    BroadcastStatus.PREPARING.value,
    BroadcastStatus.RUNNING.value,
)


def first_count(tx: Tx, since: datetime) -> int:
    """Distinct contacts who got a template since then with no open window: they had not written in the 24 hours before.

    A window is opened by the customer's message; one that came after ours does not count.
    """
    who = first(tx, since)
    if who is None:
        return 0
    return int(tx.conn.scalar(select(func.count(distinct(who.subquery().c.contact_id)))) or 0)


def first(tx: Tx, since: datetime) -> Select[Any] | None:
    """contact_id of those whom `first_count()` counts, some more than once; None: nobody was written to.

    Somebody who was merged into another contact since is that one.
    """
    first_id = _first_attempt(tx, since)
    if first_id is None:
        return None
    of = tables.contact.alias("of")
    wrote = tables.message.alias()
    sent_us = type_coerce(_attempt.started_at, BigInteger)
    wrote_us = type_coerce(wrote.c.created_at, BigInteger)
    answered = exists().where(
        wrote.c.contact_id == _message.contact_id,
        ~wrote.c.outgoing,
        wrote_us <= sent_us,
        wrote_us > sent_us - _WINDOW_US,
    )
    return (
        select(func.coalesce(of.c.merged_into, of.c.id).label("contact_id"))
        .select_from(tables.attempt)
        .join(tables.message, _message.id == _attempt.message_id)
        .join(of, of.c.id == _message.contact_id)
        .where(
            _attempt.id >= first_id,
            _attempt.started_at >= since,
            _attempt.outcome.in_(_REACHED),
            _message.kind == "template",
            ~answered,
        )
    )


def first_at(tx: Tx, since: datetime) -> datetime | None:
    """When the first call since then was made that reached somebody."""
    first_id = _first_attempt(tx, since)
    if first_id is None:
        return None
    asked = select(_attempt.started_at).where(
        _attempt.id >= first_id, _attempt.started_at >= since, _attempt.outcome.in_(_REACHED)
    )
    return tx.conn.scalar(asked.order_by(_attempt.id).limit(1))


def has_due(tx: Tx, broadcast_id: int) -> bool:
    """True if the broadcast has a message to send now."""
    asked = select(_message.id).where(
        _message.broadcast_id == broadcast_id,
        _message.status == literal_column("'queued'"),
        _message.due_at <= tx.now,
    )
    return tx.conn.scalar(asked.limit(1)) is not None


def _first_attempt(tx: Tx, since: datetime) -> int | None:
    """The first attempt that may be as young; found by halving, since attempts are made in the order of time."""
    slack = timedelta(minutes=5)  # of engines whose clocks differ
    low, high = tx.conn.execute(select(func.min(_attempt.id), func.max(_attempt.id))).one()
    if low is None:
        return None
    while low < high:
        middle = (low + high) // 2
        at = tx.conn.scalar(
            select(_attempt.started_at).where(_attempt.id >= middle).order_by(_attempt.id).limit(1)
        )
        if at is None or at >= since - slack:
            high = middle
        else:
            low = middle + 1
    return int(low)


def waiting_count(tx: Tx) -> int:
    """Messages of broadcasts under way that wait, those that are not made yet among them."""
    broadcast = tables.broadcast.c
    running = select(broadcast.id).where(broadcast.status.in_(_UNDER_WAY))
    queued = select(func.count()).where(
        _message.broadcast_id.in_(running), _message.status == literal_column("'queued'")
    )
    unplanned = (
        select(func.count())
        .select_from(tables.broadcast_recipient)
        .join(tables.broadcast, broadcast.id == tables.broadcast_recipient.c.broadcast_id)
        .where(
            broadcast.status == BroadcastStatus.PREPARING.value,
            tables.broadcast_recipient.c.contact_id > broadcast.planned_to,
        )
    )
    return int(tx.conn.scalar(queued) or 0) + int(tx.conn.scalar(unplanned) or 0)
