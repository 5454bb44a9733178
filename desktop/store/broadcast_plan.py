"""From the snapshot to message rows in chunks, and what of them is taken back or through."""

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
    select,
    update,
)

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import Path
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.store import outbox, tables
from desktop.store.broadcasts import get, set_status
from desktop.store.engine import Tx

_broadcast = tables.broadcast.c
_message = tables.message.c


PLAN_CHUNK_COUNT: Final = 400
"""Recipients per planning transaction: well under 20 ms of the writer."""


def plan(tx: Tx, broadcast_id: int) -> int:
    """Make the next message rows from the snapshot; returns how many. 0: the broadcast runs now."""
    record = get(tx, broadcast_id)
    recipient = tables.broadcast_recipient.c
    if record.status is not BroadcastStatus.PREPARING:
        return 0
    chunk = (
        select(recipient.contact_id)
        .where(recipient.broadcast_id == broadcast_id, recipient.contact_id > record.planned_to)
        .order_by(recipient.contact_id)
        .limit(PLAN_CHUNK_COUNT)
        .subquery()
    )
    count, last = tx.conn.execute(select(func.count(), func.max(chunk.c.contact_id))).one()
    if count:
        within = and_(
            recipient.broadcast_id == broadcast_id,
            recipient.contact_id > record.planned_to,
            recipient.contact_id <= last,
        )
        _insert_messages(tx, record, within)
        _insert_events(tx, broadcast_id, record.planned_to, last)
    values: dict[str, Any] = {"planned_to": last} if count else {"status": BroadcastStatus.RUNNING.value}
    tx.conn.execute(update(tables.broadcast).where(_broadcast.id == broadcast_id).values(**values))
    tx.touch(Topic.BROADCAST, broadcast_id)
    return int(count)


def _insert_messages(tx: Tx, record: BroadcastRecord, within: Any) -> None:
    recipient = tables.broadcast_recipient.c
    sent = recipient.line.in_([line.value for line in Line if line.is_sent])
    columns: dict[str, Any] = {
        "contact_id": recipient.contact_id,
        "broadcast_id": literal(record.id),
        "outgoing": literal(True),
        "path": literal(Path.BROADCAST.value),
        "lane": literal(int(Lane.BROADCAST)),
        "status": case((sent, Status.QUEUED.value), else_=Status.LEFT_OUT.value),
        "reason": case((sent, ""), else_=recipient.line),
        "kind": literal("template"),
        "category": literal(_category(tx, record)),
        "template_id": literal(record.template_id),
        "asked": literal(True),
        "consent_event_id": recipient.consent_event_id,
        "override_reason": literal(record.override_reason) if record.override_reason else null(),
        "author_id": literal(record.created_by) if record.created_by else null(),
        "created_at": literal(tx.now, tables.Moment()),
        "due_at": literal(tx.now, tables.Moment()),
        "changed_at": literal(tx.now, tables.Moment()),
    }
    if record.draft.content:
        columns["content"] = literal(dict(record.draft.content), JSON)
    rows = select(*columns.values()).where(within).order_by(recipient.contact_id)
    tx.conn.execute(insert(tables.message).from_select(list(columns), rows))


def _category(tx: Tx, record: BroadcastRecord) -> str:
    asked = select(tables.template.c.category).where(tables.template.c.id == record.template_id)
    return str(tx.conn.scalar(asked) or "")


def _insert_events(tx: Tx, broadcast_id: int, after: int, to: int) -> None:
    """Those who are left out have their event from the start: the ledger compares rows with events."""
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
        _message.status == Status.LEFT_OUT.value,
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
    """Stopped broadcasts to whose queue a call came back afterwards (withdrawn, or to be tried again)."""
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
