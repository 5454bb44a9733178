"""What a broadcast's report asks beyond its figures: hours, replies, retries, how far it is prepared, others like it."""

from datetime import timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    column,
    distinct,
    func,
    select,
    table,
    type_coerce,
)

from desktop.domain.approval import ApprovalState
from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_report import (
    GOT_IT_DESPITE,
    Earlier,
    Hour,
    Override,
    Press,
    Replies,
    Try,
    merged,
)
from desktop.store import broadcast_figures, broadcast_people, broadcasts, tables
from desktop.store.engine import Tx
from desktop.store.migrations.tallies import SLOT_US

_message = tables.message.c
_broadcast = tables.broadcast.c
_recipient = tables.broadcast_recipient.c
_reached = table("broadcast_reached", *map(column, ("broadcast_id", "milestone", "slot", "count"))).c
_QUARTER_US: Final = 15 * 60 * 1_000_000
"""Zones differ from UTC by whole quarters of an hour."""


def hours(tx: Tx, broadcast_id: int, zone: tzinfo) -> tuple[Hour, ...]:
    """Sent, delivered, read and answers by the hour of a zone's clock; hours without any are left away."""
    found: list[Hour] = []
    counted = {f"{name}_count": _quarters(tx, broadcast_id, name) for name in ("sent", "delivered", "read")}
    counted["replied_count"] = _of_messages(
        _message.created_at, _message.answers_broadcast_id == broadcast_id
    )
    for name, asked in counted.items():
        for number, count in tx.conn.execute(asked):
            at = tables.EPOCH + timedelta(microseconds=int(number) * _QUARTER_US)
            begun = timedelta(minutes=at.astimezone(zone).minute)
            found.append(Hour(at - begun, **{name: int(count)}))  # UTC: in autumn a zone has an hour twice
    return merged(found)


def _quarters(tx: Tx, broadcast_id: int, milestone: str) -> Select[Any]:
    """How many reached a milestone, by the quarter of an hour; on SQLite from what is counted as it happens."""
    if tx.on_postgresql:
        return _of_messages(tables.message.c[f"{milestone}_at"], _message.broadcast_id == broadcast_id)
    quarter = _reached.slot.op("/", precedence=8)(_QUARTER_US // SLOT_US).label("quarter")
    mine = (_reached.broadcast_id == broadcast_id, _reached.milestone == milestone)
    asked = select(quarter, func.sum(_reached.count)).where(*mine).group_by("quarter")
    return asked.having(func.sum(_reached.count) != 0)


def _of_messages(moment: ColumnElement[Any], mine: ColumnElement[bool]) -> Select[Any]:
    quarter = type_coerce(moment, BigInteger).op("/", precedence=8)(_QUARTER_US)
    asked = select(quarter.label("quarter"), func.count()).where(mine, moment.is_not(None))
    return asked.group_by("quarter")


def replies(tx: Tx, broadcast_id: int) -> Replies:
    """Who replied, and which buttons they pressed, the most frequent first."""
    mine = _message.answers_broadcast_id == broadcast_id
    people, messages = tx.conn.execute(
        select(func.count(distinct(_message.contact_id)), func.count()).where(mine)
    ).one()
    presses = (
        select(_message.text, func.count(distinct(_message.contact_id)).label("count"))
        .where(mine, _message.kind == "button", _message.text != "")
        .group_by(_message.text)
        .order_by(func.count(distinct(_message.contact_id)).desc(), _message.text)
    )
    return Replies(
        int(people), int(messages), tuple(Press(row.text, int(row[1])) for row in tx.rows(presses))
    )


def tries(tx: Tx, broadcast_id: int) -> tuple[Try, ...]:
    """The retries of a broadcast, the first first."""
    return tuple(Try(one, broadcast_figures.figures(tx, one.id)) for one in children(tx, broadcast_id))


def children(tx: Tx, broadcast_id: int, kind: BroadcastKind = BroadcastKind.RETRY) -> list[BroadcastRecord]:
    """The retries (or tests) of a broadcast that were started, the first first."""
    ids = select(_broadcast.id).where(
        _broadcast.parent_id == broadcast_id,
        _broadcast.kind == kind.value,
        _broadcast.status != BroadcastStatus.DRAFT.value,
    )
    return [broadcasts.get(tx, id) for id in tx.conn.scalars(ids.order_by(_broadcast.id)).all()]


def override(tx: Tx, record: BroadcastRecord) -> Override | None:
    """Of one that went with the toggle off, or is to: why, who said so, and how many it reached; None: it was on."""
    if not record.override_reason:
        return None
    giver = select(tables.person.c.name).join_from(
        tables.person, tables.broadcast, _broadcast.override_user_id == tables.person.c.id
    )
    approval = tables.broadcast_approval.c
    second = (
        select(tables.person.c.name)
        .join_from(tables.person, tables.broadcast_approval, approval.decided_by == tables.person.c.id)
        .where(approval.broadcast_id == record.id, approval.state == ApprovalState.GRANTED.value)
        .order_by(approval.id.desc())
        .limit(1)
    )
    return Override(
        record.override_reason,
        record.approved_no_count,
        broadcast_people.count(tx, record.id, GOT_IT_DESPITE),
        tx.conn.scalar(giver.where(_broadcast.id == record.id)) or record.launched_by_name,
        tx.conn.scalar(second) or "",
    )


def planned_share(tx: Tx, record: BroadcastRecord) -> float:
    """How far the message rows of one that is being prepared are made, by the place among its contacts' numbers."""
    if record.status is not BroadcastStatus.PREPARING:
        return 1.0
    edges = select(func.min(_recipient.contact_id), func.max(_recipient.contact_id))
    first, last = tx.conn.execute(edges.where(_recipient.broadcast_id == record.id)).one()
    if first is None or record.planned_to < first:
        return 0.0
    return float(min(1.0, (record.planned_to - first + 1) / (last - first + 1)))


def earlier(tx: Tx, broadcast_id: int, limit: int = 5) -> tuple[Earlier, ...]:
    """Broadcasts that were launched before this one, those of the same template first, the newest first."""
    own = broadcasts.get(tx, broadcast_id)
    same = _broadcast.template_id.is_not_distinct_from(own.template_id)
    ids = (
        select(_broadcast.id)
        .where(
            _broadcast.id != broadcast_id,
            _broadcast.kind == BroadcastKind.BROADCAST.value,
            _broadcast.launched_at.is_not(None),
            and_(_broadcast.launched_at < own.launched_at) if own.launched_at else _broadcast.id < own.id,
        )
        .order_by(same.desc(), _broadcast.launched_at.desc())
        .limit(limit)
    )
    return tuple(_earlier(tx, id, own) for id in tx.conn.scalars(ids).all())


def of_itself(tx: Tx, broadcast_id: int) -> Earlier:
    """A broadcast as one line among others."""
    return _earlier(tx, broadcast_id, broadcasts.get(tx, broadcast_id))


def _earlier(tx: Tx, broadcast_id: int, own: BroadcastRecord) -> Earlier:
    record = broadcasts.get(tx, broadcast_id)
    replied = select(func.count(distinct(_message.contact_id))).where(
        _message.answers_broadcast_id == broadcast_id
    )
    return Earlier(
        record,
        broadcast_figures.figures(tx, broadcast_id, opted_out=True),
        int(tx.conn.scalar(replied) or 0),
        record.template_id == own.template_id,
    )
