"""When each message of a broadcast is due: at once, in each contact's own time, or over several days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, func, select, type_coerce, update

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.messages import Status
from desktop.domain.sequence import ZoneOf
from desktop.domain.zones import zone, zone_of
from desktop.store import settings, tables
from desktop.store.engine import Tx

_DAY: Final = timedelta(days=1)


def due_at(tx: Tx, record: BroadcastRecord, contact_ids: Sequence[int]) -> Mapping[datetime, Sequence[int]]:
    """Who of the next ones is due at which later moment; whoever is not named is due at once.

    The days are counted from the snapshot on, by the contacts that get it in the order of their ids.
    """
    when = record.draft.when
    if not contact_ids or not (when.in_each_zone or when.per_day_count):
        return {}
    workspace = zone(settings.load(tx).time_zone)
    started_at = record.launched_at or tx.now
    phones = _phones(tx, contact_ids) if when.in_each_zone else {}
    whose = ZoneOf.CONTACT if when.in_each_zone else ZoneOf.WORKSPACE
    found: dict[datetime, list[int]] = defaultdict(list)
    before_count = _planned_to_send_count(tx, record.id)
    for place, contact_id in enumerate(contact_ids):
        theirs = zone_of(whose, phones.get(contact_id), workspace)
        at = when.due_at(started_at, workspace, theirs, before_count + place).astimezone(UTC)
        if at > tx.now:
            found[at].append(contact_id)
    return found


def move_missed(tx: Tx, record: BroadcastRecord) -> None:
    """Of one that is spread over days and stood still for some: what waits moves by the whole days that were missed, so
    that no day gets more than its number. Messages without a row yet are not meant: they are made within seconds."""
    if not record.draft.when.per_day_count:
        return
    message = tables.message.c
    waits = (message.broadcast_id == record.id, message.status == Status.QUEUED.value)
    first_at = tx.conn.scalar(select(func.min(message.due_at)).where(*waits))
    missed = (tx.now - first_at) // _DAY if first_at is not None else 0
    if missed > 0:
        moved = type_coerce(message.due_at, BigInteger) + missed * (_DAY // timedelta(microseconds=1))
        tx.conn.execute(
            update(tables.message).where(*waits, message.due_at.is_not(None)).values(due_at=moved)
        )


def _phones(tx: Tx, contact_ids: Sequence[int]) -> dict[int, str]:
    contact = tables.contact.c
    return {
        id: phone
        for id, phone in tx.conn.execute(select(contact.id, contact.phone).where(contact.id.in_(contact_ids)))
    }


def _planned_to_send_count(tx: Tx, broadcast_id: int) -> int:
    row = tables.broadcast.c
    return int(tx.conn.scalar(select(row.planned_to_send_count).where(row.id == broadcast_id)) or 0)
