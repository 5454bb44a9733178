"""From the snapshot to message rows in chunks, and what of them is taken back or through."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.changes import Topic
from desktop.domain.consent import Path
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.store import broadcast_due, outbox, retries, tables
from desktop.store.broadcasts import get, set_status
from desktop.store.engine import Tx

_broadcast = tables.broadcast.c
_message = tables.message.c
_SENT: Final = tuple(line.value for line in Line if line.is_sent)


PLAN_CHUNK_COUNT: Final = 400
"""Recipients per planning transaction: well under 20 ms of the writer."""


def plan(tx: Tx, broadcast_id: int) -> int:
    """Make the next message rows from the snapshot; returns how many. 0: all are made, the broadcast runs now.

    Of one that is spread over days and stood still what waits moves first: that counts as one. Of one that was stopped before all were made the rest stands as cancelled: everybody who was selected has a row.
    """
    record = get(tx, broadcast_id)
    if record.status not in (BroadcastStatus.PREPARING, BroadcastStatus.STOPPED):
        return 0
    prepares = record.status is BroadcastStatus.PREPARING
    if prepares and broadcast_due.move(tx, broadcast_id):
        return 1
    recipient = tables.broadcast_recipient.c
    chunk = tx.rows(
        select(recipient.contact_id, recipient.line)
        .where(recipient.broadcast_id == broadcast_id, recipient.contact_id > record.planned_to)
        .order_by(recipient.contact_id)
        .limit(PLAN_CHUNK_COUNT)
    )
    values: dict[str, Any] = {}
    if chunk:
        last = chunk[-1].contact_id
        within = and_(
            recipient.broadcast_id == broadcast_id,
            recipient.contact_id > record.planned_to,
            recipient.contact_id <= last,
        )
        to_send = [row.contact_id for row in chunk if row.line in _SENT]
        _insert_messages(tx, record, within, broadcast_due.due_at(tx, record, to_send))
        _insert_events(tx, broadcast_id, record.planned_to, last)
        values = {
            "planned_to": last,
            "planned_to_send_count": _broadcast.planned_to_send_count + len(to_send),
        }
    elif prepares and broadcast_due.begin_move(tx, record):
        return 1
    elif prepares:
        values = {"status": BroadcastStatus.RUNNING.value}
    if values:
        # Where it was paused or stopped in this moment by another program, that stands.
        still = _broadcast.status == record.status.value if "status" in values else true()
        changed = update(tables.broadcast).where(_broadcast.id == broadcast_id, still)
        tx.conn.execute(changed.values(**values))
        tx.touch(Topic.BROADCAST, broadcast_id)
    return len(chunk)


def is_planned(tx: Tx, record: BroadcastRecord) -> bool:
    """True if everybody who was selected has their row."""
    recipient = tables.broadcast_recipient.c
    rest = select(recipient.contact_id).where(
        recipient.broadcast_id == record.id, recipient.contact_id > record.planned_to
    )
    return tx.conn.scalar(rest.limit(1)) is None


def goes_on_as(tx: Tx, record: BroadcastRecord) -> BroadcastStatus:
    """The state in which one goes on that was paused or held. From now on its days count as missed that were."""
    if broadcast_due.begin_move(tx, record) or not is_planned(tx, record):
        return BroadcastStatus.PREPARING
    return BroadcastStatus.RUNNING


def counts_now(tx: Tx, record: BroadcastRecord) -> Figures:
    """Each message's state now, from an index alone, and those that have no row yet as what they will be."""
    states = select(_message.status, func.count()).where(_message.broadcast_id == record.id)
    now = Counter(
        {Status(status): count for status, count in tx.conn.execute(states.group_by(_message.status))}
    )
    now += rest(tx, record)
    if record.duplicate_count:
        now[Status.LEFT_OUT] += record.duplicate_count
    return Figures(record.selected_count or 0, dict(now))


def rest(tx: Tx, record: BroadcastRecord) -> Counter[Status]:
    """Those who were selected and have no row yet, by the state in which theirs will begin."""
    found: Counter[Status] = Counter()
    for line, count in rest_lines(tx, record).items():
        found[Status.QUEUED if line in _SENT else Status.LEFT_OUT] += count
    return found


def rest_reasons(tx: Tx, record: BroadcastRecord) -> dict[Reason, int]:
    """Why those are left out who were selected and have no row yet."""
    return {Reason(line): count for line, count in rest_lines(tx, record).items() if line not in _SENT}


def rest_lines(tx: Tx, record: BroadcastRecord) -> dict[str, int]:
    """Those who were selected and have no row yet, by the line on which they stand."""
    recipient = tables.broadcast_recipient.c
    asked = select(recipient.line, func.count()).where(
        recipient.broadcast_id == record.id, recipient.contact_id > record.planned_to
    )
    return {line: int(count) for line, count in tx.conn.execute(asked.group_by(recipient.line))}


def _insert_messages(
    tx: Tx, record: BroadcastRecord, within: Any, due: Mapping[datetime, Sequence[int]]
) -> None:
    """due: who is due at another moment than now."""
    recipient = tables.broadcast_recipient.c
    sent = recipient.line.in_(_SENT)
    stopped = record.status is BroadcastStatus.STOPPED
    to_send, why = (Status.CANCELLED, Reason.BROADCAST_STOPPED) if stopped else (Status.QUEUED, "")
    whens = [(recipient.contact_id.in_(ids), literal(at, tables.Moment())) for at, ids in due.items() if ids]
    at_once = literal(tx.now, tables.Moment())
    columns: dict[str, Any] = {
        "contact_id": recipient.contact_id,
        "broadcast_id": literal(record.id),
        "outgoing": literal(True),
        "path": literal(Path.BROADCAST.value),
        "lane": literal(int(Lane.BROADCAST)),
        "status": case((sent, to_send.value), else_=Status.LEFT_OUT.value),
        "reason": case((sent, str(why)), else_=recipient.line),
        "kind": literal("template"),
        "category": literal(_category(tx, record)),
        "template_id": literal(record.template_id),
        "asked": literal(True),
        "consent_event_id": recipient.consent_event_id,
        "override_reason": literal(record.override_reason) if record.override_reason else null(),
        "author_id": literal(record.created_by) if record.created_by else null(),
        "created_at": at_once,
        "due_at": case(*whens, else_=at_once) if whens else at_once,
        "changed_at": at_once,
    }
    if record.kind is BroadcastKind.RETRY and record.parent_id is not None:
        columns["retry_of"] = retries.retry_of(record.id, record.parent_id, recipient.contact_id)
    if record.draft.content:
        columns["content"] = literal(dict(record.draft.content), JSON)
    rows = select(*columns.values()).where(within).order_by(recipient.contact_id)
    tx.conn.execute(insert(tables.message).from_select(list(columns), rows))


def _category(tx: Tx, record: BroadcastRecord) -> str:
    asked = select(tables.template.c.category).where(tables.template.c.id == record.template_id)
    return str(tx.conn.scalar(asked) or "")


def _insert_events(tx: Tx, broadcast_id: int, after: int, to: int) -> None:
    """Those who get nothing have their event from the start: the ledger compares rows with events."""
    made = select(
        _message.id,
        _message.status,
        literal(True),
        literal(outbox.ENGINE),
        _message.reason,
        literal(tx.now, tables.Moment()),
    ).where(
        _message.broadcast_id == broadcast_id,
        _message.contact_id > after,
        _message.contact_id <= to,
        _message.status.in_([Status.LEFT_OUT.value, Status.CANCELLED.value]),
    )
    columns = ["message_id", "status", "moved", "source", "reason", "at"]
    tx.conn.execute(insert(tables.message_event).from_select(columns, made))


def cancel_waiting(tx: Tx, broadcast_id: int, user_id: int | None, limit: int = 400) -> int:
    """Cancel the next messages of a stopped broadcast that have not left; returns how many."""
    asked = (
        select(_message.id)
        .where(_message.broadcast_id == broadcast_id, _message.status == Status.QUEUED.value)
        .limit(limit)
    )
    rows = outbox.lock(tx, tx.conn.scalars(asked).all())
    moves = [
        outbox.move(
            tx, row, Status.CANCELLED, outbox.PERSON, reason=Reason.BROADCAST_STOPPED, user_id=user_id
        )
        for row in rows.values()
        if row.status == Status.QUEUED.value
    ]
    outbox.write_moves(tx, moves)
    tx.touch(Topic.BROADCAST, broadcast_id)
    return len(moves)


def stopped_with_waiting(tx: Tx) -> list[int]:
    """Stopped broadcasts with something in the queue: not cancelled yet, or a call came back to it afterwards."""
    asked = (
        select(_broadcast.id)
        .where(
            _broadcast.status == BroadcastStatus.STOPPED.value,
            exists().where(
                _message.broadcast_id == _broadcast.id, _message.status == literal_column("'queued'")
            ),
        )
        .order_by(_broadcast.id)
    )
    return list(tx.conn.scalars(asked))


def unplanned(tx: Tx) -> list[int]:
    """Broadcasts being prepared, and stopped ones of which some who were selected have no row yet."""
    recipient = tables.broadcast_recipient.c
    rest = exists().where(
        recipient.broadcast_id == _broadcast.id, recipient.contact_id > _broadcast.planned_to
    )
    stopped = and_(_broadcast.status == BroadcastStatus.STOPPED.value, rest)
    preparing = _broadcast.status == BroadcastStatus.PREPARING.value
    return list(tx.conn.scalars(select(_broadcast.id).where(or_(preparing, stopped)).order_by(_broadcast.id)))


def through(tx: Tx) -> list[int]:
    """Running broadcasts with no message left to send."""
    one_open = exists().where(
        _message.broadcast_id == _broadcast.id,
        _message.status.in_([Status.QUEUED.value, Status.SENDING.value]),
    )
    asked = select(_broadcast.id).where(_broadcast.status == BroadcastStatus.RUNNING.value, ~one_open)
    return list(tx.conn.scalars(asked.order_by(_broadcast.id)))


def finish(tx: Tx, broadcast_id: int) -> bool:
    """End a running broadcast with no message left to send; returns whether it did."""
    if get(tx, broadcast_id).status is not BroadcastStatus.RUNNING:
        return False  # stopped, paused or held since it was looked at
    one_open = select(_message.id).where(
        _message.broadcast_id == broadcast_id,
        _message.status.in_([Status.QUEUED.value, Status.SENDING.value]),
    )
    if tx.conn.scalar(one_open.limit(1)) is not None:
        return False
    set_status(tx, broadcast_id, BroadcastStatus.DONE)
    return True
