"""What a broadcast's report counts and lists."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    and_,
    column,
    func,
    select,
    table,
    type_coerce,
)

from desktop.domain.broadcast_figures import Figures, ReasonCount
from desktop.domain.contacts import fields_of
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.templates import values_for
from desktop.store import audience, broadcast_plan, contacts, opted_out_since, tables
from desktop.store.broadcasts import get
from desktop.store.engine import Tx
from desktop.store.migrations.tallies import SLOT_US
from desktop.store.tables import micros

_broadcast = tables.broadcast.c
_message = tables.message.c
_tally = table(
    "broadcast_tally", *(column(name) for name in ("broadcast_id", "status", "reason", "error_code")),
    *(column(name) for name in ("count", "sent", "delivered", "read")),
).c  # fmt: skip
_reached = table("broadcast_reached", *map(column, ("broadcast_id", "milestone", "slot", "count"))).c
"""SQLite keeps what is counted here, see `desktop.store.migrations.tallies`."""
_EXACT_COUNT: Final = 20_000
"""Up to so many messages a chart goes by each one's own moment; beyond, by steps of ten seconds."""


def figures(tx: Tx, broadcast_id: int, *, opted_out: bool = False) -> Figures:
    """Both figures of a broadcast, read in one transaction.

    opted_out: with who said no since the launch, which takes the longer the older the broadcast is.
    """
    record = get(tx, broadcast_id)
    rows = _by_status(tx, broadcast_id)
    now = {Status(row[0]): int(row[1]) for row in rows}
    selected = record.selected_count or 0
    if record.duplicate_count:  # rows of a list that name somebody again have no message
        now[Status.LEFT_OUT] = now.get(Status.LEFT_OUT, 0) + record.duplicate_count
    for status, count in broadcast_plan.rest(tx, record).items():  # those whose row is not made yet
        now[status] = now.get(status, 0) + count
    return Figures(
        selected,
        now,
        sum(int(row[2]) for row in rows),
        sum(int(row[3]) for row in rows),
        sum(int(row[4]) for row in rows),
        opted_out_since.all_of(tx, record) if opted_out else 0,
    )


def _by_status(tx: Tx, broadcast_id: int) -> list[tuple[str, int, int, int, int]]:
    """status, messages, and how many of them were sent, delivered, read."""
    if tx.on_postgresql:
        times = (
            func.count(_message.sent_at),
            func.count(_message.delivered_at),
            func.count(_message.read_at),
        )
        asked = select(_message.status, func.count(), *times).where(_message.broadcast_id == broadcast_id)
        grouped = asked.group_by(_message.status)
    else:
        sums = (
            func.sum(_tally.count),
            func.sum(_tally.sent),
            func.sum(_tally.delivered),
            func.sum(_tally.read),
        )
        asked = select(_tally.status, *sums).where(_tally.broadcast_id == broadcast_id)
        grouped = asked.group_by(_tally.status).having(func.sum(_tally.count) != 0)
    return [(row[0], int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in tx.conn.execute(grouped)]


def reasons(tx: Tx, broadcast_id: int) -> list[ReasonCount]:
    """Why messages did not arrive, the most frequent first."""
    wanted = [Status.LEFT_OUT.value, Status.FAILED.value, Status.UNKNOWN.value, Status.CANCELLED.value]
    if tx.on_postgresql:
        asked = select(_message.status, _message.reason, _message.error_code, func.count().label("count"))
        mine = (_message.broadcast_id == broadcast_id, _message.status.in_(wanted))
        grouped = asked.where(*mine).group_by(_message.status, _message.reason, _message.error_code)
    else:
        code = func.nullif(_tally.error_code, 0).label("error_code")
        asked = select(_tally.status, _tally.reason, code, _tally.count.label("count"))
        mine = (_tally.broadcast_id == broadcast_id, _tally.status.in_(wanted))
        grouped = asked.where(*mine, _tally.count != 0)
    found: Counter[tuple[Status, Reason, int | None]] = Counter()
    for row in tx.rows(grouped):
        if row.reason:
            found[Status(row.status), Reason(row.reason), row.error_code] += int(row[3])
    record = get(tx, broadcast_id)
    found[Status.LEFT_OUT, Reason.DUPLICATE, None] += record.duplicate_count
    for reason, count in broadcast_plan.rest_reasons(tx, record).items():
        found[Status.LEFT_OUT, reason, None] += count
    told = [ReasonCount(*why, count) for why, count in found.items() if count]
    return sorted(told, key=lambda one: (-one.count, one.reason.value))


def tallied(
    tx: Tx,
    broadcast_id: int,
    statuses: Sequence[Status] = (),
    why: tuple[Reason, int | None] | None = None,
    milestone: str = "",
) -> int | None:
    """Messages in some states (none: in any), of one reason and error code, or that reached a milestone (sent, delivered,
    read), from what is counted as it happens; None where nothing is (PostgreSQL)."""
    if tx.on_postgresql:
        return None
    counted = {"": _tally.count, "sent": _tally.sent, "delivered": _tally.delivered, "read": _tally.read}
    asked = select(func.sum(counted[milestone])).where(_tally.broadcast_id == broadcast_id)
    if statuses:
        asked = asked.where(_tally.status.in_([one.value for one in statuses]))
    if why is not None:
        asked = asked.where(_tally.reason == why[0].value, _tally.error_code == (why[1] or 0))
    return int(tx.conn.scalar(asked) or 0)


def timeline(tx: Tx, broadcast_id: int, buckets: int = 40) -> dict[str, list[tuple[float, int]]]:
    """Cumulated counts over time for sent, delivered, read: (seconds since launch, count) points."""
    record = get(tx, broadcast_id)
    if record.launched_at is None:
        return {}
    start_us = micros(record.launched_at) or 0
    by_steps = not tx.on_postgresql and (record.selected_count or 0) > _EXACT_COUNT
    lines: dict[str, list[tuple[float, int]]] = {}
    for name in ("sent", "delivered", "read"):
        at, count, mine = _steps(broadcast_id, name) if by_steps else _moments(broadcast_id, name)
        last = tx.conn.scalar(select(func.max(at)).where(mine))
        if last is None:
            continue
        span_us = max(1, int(last) - start_us)
        # Whole numbers on both sides: integer division floors alike on both databases.
        # Rounded up: a point stands at the end of its slot, the last one at the last report.
        slot = ((at - start_us) * buckets + span_us - 1).op("/", precedence=8)(span_us)
        counted = select(slot.label("slot"), count).where(mine).group_by("slot").order_by("slot")
        total, points = 0, [(0.0, 0)]
        for slot_number, more in tx.conn.execute(counted):
            total += int(more)
            points.append((int(slot_number) * span_us / buckets / 1e6, total))
        lines[name] = points
    return lines


def _moments(broadcast_id: int, name: str) -> tuple[Any, Any, Any]:
    """When each message reached the milestone: moment in µs, count, condition."""
    at = tables.message.c[f"{name}_at"]
    mine = and_(_message.broadcast_id == broadcast_id, at.is_not(None))
    return type_coerce(at, BigInteger), func.count(), mine


def _steps(broadcast_id: int, name: str) -> tuple[Any, Any, Any]:
    """As `_moments`, from what was counted in steps: each stands at its end."""
    at = type_coerce((_reached.slot + 1) * SLOT_US, BigInteger)
    mine = and_(_reached.broadcast_id == broadcast_id, _reached.milestone == name, _reached.count != 0)
    return at, func.sum(_reached.count), mine


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
