"""What a broadcast's report counts and lists."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    and_,
    func,
    select,
    type_coerce,
)

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures, ReasonCount
from desktop.domain.contacts import Fact, fields_of
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.templates import values_for
from desktop.store import audience, contacts, tables
from desktop.store.broadcasts import get
from desktop.store.engine import Tx

_broadcast = tables.broadcast.c
_message = tables.message.c


def figures(tx: Tx, broadcast_id: int) -> Figures:
    """Both figures of a broadcast, read in one transaction."""
    record = get(tx, broadcast_id)
    grouped = (
        select(
            _message.status,
            func.count(),
            func.count(_message.sent_at),
            func.count(_message.delivered_at),
            func.count(_message.read_at),
        )
        .where(_message.broadcast_id == broadcast_id)
        .group_by(_message.status)
    )
    rows = tx.conn.execute(grouped).all()
    now = {Status(row[0]): int(row[1]) for row in rows}
    selected = record.selected_count or 0
    # While the rows are being made, those that are not there yet wait.
    unplanned = selected - sum(now.values())
    if record.status is BroadcastStatus.PREPARING and unplanned > 0:
        now[Status.QUEUED] = now.get(Status.QUEUED, 0) + unplanned
    return Figures(
        selected,
        now,
        sum(int(row[2]) for row in rows),
        sum(int(row[3]) for row in rows),
        sum(int(row[4]) for row in rows),
        _opted_out_since(tx, record),
    )


def _opted_out_since(tx: Tx, record: BroadcastRecord) -> int:
    """Selected contacts who said no after the launch, by whichever way."""
    if record.launched_at is None:
        return 0
    event, recipient = tables.consent_event.c, tables.broadcast_recipient.c
    asked = (
        select(func.count(func.distinct(event.contact_id)))
        .join(tables.broadcast_recipient, recipient.contact_id == event.contact_id)
        .where(
            recipient.broadcast_id == record.id,
            event.at > record.launched_at,
            event.value.in_(["no", "stop"]),
            event.fact.in_([one.value for one in Fact]),
        )
    )
    return int(tx.conn.scalar(asked) or 0)


def reasons(tx: Tx, broadcast_id: int) -> list[ReasonCount]:
    """Why messages did not arrive, the most frequent first."""
    wanted = [Status.LEFT_OUT.value, Status.FAILED.value, Status.UNKNOWN.value, Status.CANCELLED.value]
    grouped = (
        select(_message.status, _message.reason, _message.error_code, func.count().label("count"))
        .where(_message.broadcast_id == broadcast_id, _message.status.in_(wanted))
        .group_by(_message.status, _message.reason, _message.error_code)
        .order_by(func.count().desc(), _message.reason)
    )
    return [
        ReasonCount(Status(row.status), Reason(row.reason), row.error_code, int(row[3]))
        for row in tx.rows(grouped)
        if row.reason
    ]


def timeline(tx: Tx, broadcast_id: int, buckets: int = 40) -> dict[str, list[tuple[float, int]]]:
    """Cumulated counts over time for sent, delivered, read: (seconds since launch, count) points."""
    record = get(tx, broadcast_id)
    if record.launched_at is None:
        return {}
    start = record.launched_at
    lines: dict[str, list[tuple[float, int]]] = {}
    for name in ("sent_at", "delivered_at", "read_at"):
        column = tables.message.c[name]
        mine = and_(_message.broadcast_id == broadcast_id, column.is_not(None))
        first, last = tx.conn.execute(select(func.min(column), func.max(column)).where(mine)).one()
        if first is None:
            continue
        span_us = max(1, round((last - start).total_seconds() * 1e6))
        start_us = round((start - tables.EPOCH).total_seconds() * 1e6)
        # Whole numbers on both sides: integer division floors alike on both databases.
        # Rounded up: a point stands at the end of its slot, the last one at the last report.
        slot = ((type_coerce(column, BigInteger) - start_us) * buckets + span_us - 1).op("/", precedence=8)(
            span_us
        )
        counted = select(slot.label("slot"), func.count()).where(mine).group_by("slot").order_by("slot")
        total = 0
        points = [(0.0, 0)]
        for slot_number, count in tx.conn.execute(counted):
            total += int(count)
            points.append((int(slot_number) * span_us / buckets / 1e6, total))
        lines[name.removesuffix("_at")] = points
    return lines


def message_ids(
    tx: Tx, broadcast_id: int, statuses: Sequence[Status] = (), *, search: str = "", limit: int = 200
) -> list[int]:
    """Messages of a broadcast, newest change first, for the report's table."""
    asked = select(_message.id).where(_message.broadcast_id == broadcast_id)
    if statuses:
        asked = asked.where(_message.status.in_([one.value for one in statuses]))
    if search.strip():
        found = select(tables.contact.c.id).where(audience.search_condition(search))
        asked = asked.where(_message.contact_id.in_(found))
    return list(tx.conn.scalars(asked.order_by(_message.changed_at.desc(), _message.id).limit(limit)))


def values_for_contact(tx: Tx, broadcast_id: int, contact_id: int) -> dict[str, str]:
    """The template values that the broadcast gives one contact now."""
    one = contacts.get(tx, contact_id)
    return values_for(get(tx, broadcast_id).draft.variables, fields_of(one.name, one.phone, one.attributes))
