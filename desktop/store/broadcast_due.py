"""When each message of a broadcast is due: at once, in each contact's own time, or over several days.

One that is spread over days and stood still for some moves: what waits is due so many whole days later, so that no day
gets more than its number. Rows move in chunks while nothing is claimed, each chunk with how far it came; rows that are not
made yet get the later time when they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, func, literal_column, select, type_coerce, update

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.sequence import ZoneOf
from desktop.domain.zones import zone, zone_of
from desktop.store import settings, tables
from desktop.store.engine import Tx

_DAY: Final = timedelta(days=1)
_DAY_US: Final = _DAY // timedelta(microseconds=1)
MOVE_CHUNK_COUNT: Final = 400
"""Rows looked at in one transaction that moves: well under 20 ms of the writer."""
_broadcast = tables.broadcast.c
_message = tables.message.c
_QUEUED: Final[ColumnElement[str]] = literal_column("'queued'")


def due_at(tx: Tx, record: BroadcastRecord, contact_ids: Sequence[int]) -> Mapping[datetime, Sequence[int]]:
    """Who of the next ones is due at which later moment; whoever is not named is due at once.

    The days are counted from the snapshot on, by the contacts that get it in the order of their ids.
    """
    found: dict[datetime, list[int]] = defaultdict(list)
    for contact_id, at in _moments(tx, record, contact_ids):
        if at > tx.now:
            found[at].append(contact_id)
    return found


def _moments(tx: Tx, record: BroadcastRecord, contact_ids: Sequence[int]) -> list[tuple[int, datetime]]:
    """The moment of each of the next ones, also one that is over; [] where all are due at once."""
    when = record.draft.when
    if not contact_ids or not (when.in_each_zone or when.per_day_count):
        return []
    workspace = zone(settings.load(tx).time_zone)
    started_at = record.launched_at or tx.now
    phones = _phones(tx, contact_ids) if when.in_each_zone else {}
    whose = ZoneOf.CONTACT if when.in_each_zone else ZoneOf.WORKSPACE
    place = _place(tx, record.id)
    late = place.late_days * _DAY
    found = []
    for before_count, contact_id in enumerate(contact_ids, place.planned_to_send_count):
        theirs = zone_of(whose, phones.get(contact_id), workspace)
        at = when.due_at(started_at, workspace, theirs, before_count).astimezone(UTC)
        found.append((contact_id, at + late))
    return found


def begin_move(tx: Tx, record: BroadcastRecord) -> bool:
    """True if messages of one that is spread over days have to move before it sends on, since it stood still for whole
    days; `move()` does it. One that was interrupted is ended first, and then asked again."""
    if not record.draft.when.per_day_count:
        return False
    if _place(tx, record.id).moving_days:
        return True
    missed_days = _missed_days(tx, record)
    if missed_days > 0:
        changed = update(tables.broadcast).where(_broadcast.id == record.id, _broadcast.moving_days == 0)
        tx.conn.execute(
            changed.values(late_days=_broadcast.late_days + missed_days, moving_days=missed_days, moved_to=0)
        )
    return missed_days > 0


def move(tx: Tx, broadcast_id: int) -> bool:
    """Move the next rows; False if nothing is to be moved (any more).

    How far it came is written first and in the same transaction, so no row moves twice, whoever is killed where, and of
    two programs one is first.
    """
    place = _place(tx, broadcast_id)
    if not place.moving_days:
        return False
    chunk = (
        select(_message.contact_id)
        .where(_message.broadcast_id == broadcast_id, _message.contact_id > place.moved_to)
        .order_by(_message.contact_id)
        .limit(MOVE_CHUNK_COUNT)
        .subquery()
    )
    last = tx.conn.scalar(select(func.max(chunk.c.contact_id)))
    going = (
        _broadcast.id == broadcast_id,
        _broadcast.moving_days == place.moving_days,
        _broadcast.moved_to == place.moved_to,
    )
    so_far = {"moving_days": 0} if last is None else {"moved_to": last}
    first = tx.conn.execute(update(tables.broadcast).where(*going).values(**so_far)).rowcount
    if first and last is not None:
        moved = type_coerce(_message.due_at, BigInteger) + place.moving_days * _DAY_US
        within = (_message.contact_id > place.moved_to, _message.contact_id <= last)
        tx.conn.execute(
            update(tables.message)
            .where(_message.broadcast_id == broadcast_id, *within, _message.status == _QUEUED)
            .values(due_at=moved)
        )
    return True


def _missed_days(tx: Tx, record: BroadcastRecord) -> int:
    """Whole days since the first that waits was due, with a row or without one yet."""
    waits = (_message.broadcast_id == record.id, _message.status == _QUEUED)
    first_at = tx.conn.scalar(select(func.min(_message.due_at)).where(*waits))
    recipient = tables.broadcast_recipient.c
    unwritten = select(recipient.contact_id).where(
        recipient.broadcast_id == record.id,
        recipient.contact_id > record.planned_to,
        recipient.line.in_([line.value for line in Line if line.is_sent]),
    )
    following = tx.conn.scalars(unwritten.order_by(recipient.contact_id).limit(1)).all()
    moments = [at for _, at in _moments(tx, record, following)]
    firsts = [at for at in (first_at, *moments) if at is not None]
    return (tx.now - min(firsts)) // _DAY if firsts else 0


def _phones(tx: Tx, contact_ids: Sequence[int]) -> dict[int, str]:
    contact = tables.contact.c
    return {
        id: phone
        for id, phone in tx.conn.execute(select(contact.id, contact.phone).where(contact.id.in_(contact_ids)))
    }


def _place(tx: Tx, broadcast_id: int) -> Any:
    """planned_to_send_count: of those with a row, how many get it. And how far its days have moved."""
    asked = select(
        _broadcast.planned_to_send_count, _broadcast.late_days, _broadcast.moving_days, _broadcast.moved_to
    )
    return tx.conn.execute(asked.where(_broadcast.id == broadcast_id)).one()
