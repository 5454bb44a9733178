"""Broadcasts: drafts, the launch in one transaction, planning in chunks, figures and people."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
    update,
)

from desktop.domain.audience import Line, Rule
from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus, Figures, ReasonCount
from desktop.domain.changes import Topic
from desktop.domain.consent import Path
from desktop.domain.contacts import Fact, fields_of
from desktop.domain.messages import Lane, Status
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.domain.templates import values_for
from desktop.store import audience, contacts, outbox, tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_broadcast = tables.broadcast.c
_message = tables.message.c


def _select() -> Any:
    joined = tables.broadcast.outerjoin(tables.template, tables.template.c.id == _broadcast.template_id)
    joined = joined.outerjoin(tables.person, tables.person.c.id == _broadcast.created_by)
    joined = joined.outerjoin(tables.api_key, tables.api_key.c.id == _broadcast.api_key_id)
    return select(
        tables.broadcast,
        tables.template.c.name.label("template_name"),
        tables.person.c.name.label("person_name"),
        tables.api_key.c.name.label("key_name"),
    ).select_from(joined)


def _record(row: Any) -> BroadcastRecord:
    return BroadcastRecord(
        row.id,
        row.name,
        BroadcastStatus(row.status),
        row.held_because,
        BroadcastDraft.from_json(row.draft),
        row.template_id,
        row.template_name or "",
        row.only_opted_in,
        row.override_reason,
        row.approved_no_count,
        row.approved_count,
        row.selected_count,
        row.planned_to,
        row.created_by,
        f"API · {row.key_name}" if row.key_name else row.person_name or "",
        row.created_at,
        row.launched_at,
        row.ended_at,
        row.api_key_id,
    )


def get(tx: Tx, broadcast_id: int) -> BroadcastRecord:
    """One broadcast. Raises NotFound."""
    row = tx.conn.execute(_select().where(_broadcast.id == broadcast_id)).one_or_none()
    if row is None:
        raise NotFound("Broadcast not found", f"Broadcast {broadcast_id} does not exist (any more).")
    return _record(row)


def every(tx: Tx, limit: int = 200) -> list[BroadcastRecord]:
    """The newest broadcasts first."""
    return [_record(row) for row in tx.rows(_select().order_by(_broadcast.id.desc()).limit(limit))]


def launched(tx: Tx, offset: int, limit: int) -> list[BroadcastRecord]:
    """A page of those that were launched, whatever became of them, the newest first."""
    asked = _select().where(_broadcast.launched_at.is_not(None)).order_by(_broadcast.id.desc())
    return [_record(row) for row in tx.rows(asked.offset(offset).limit(limit))]


def with_status(tx: Tx, *wanted: BroadcastStatus) -> list[BroadcastRecord]:
    asked = _select().where(_broadcast.status.in_([one.value for one in wanted])).order_by(_broadcast.id)
    return [_record(row) for row in tx.rows(asked)]


def save_draft(
    tx: Tx,
    broadcast_id: int | None,
    draft: BroadcastDraft,
    user_id: int | None,
    api_key_id: int | None = None,
) -> int:
    """Keep a draft, new or known; returns its id. api_key_id: of the key that asks for a new one."""
    values = {
        "name": draft.name,
        "draft": draft.to_json(),
        "template_id": draft.template_id,
        "only_opted_in": draft.only_opted_in,
        "send_at": draft.send_at,
    }
    if broadcast_id is None:
        broadcast_id = new_id(
            tx.conn.execute(
                insert(tables.broadcast).values(
                    **values,
                    status=BroadcastStatus.DRAFT.value,
                    created_by=user_id,
                    created_at=tx.now,
                    api_key_id=api_key_id,
                )
            )
        )
    else:
        tx.conn.execute(update(tables.broadcast).where(_broadcast.id == broadcast_id).values(**values))
    tx.touch(Topic.BROADCAST, broadcast_id)
    return broadcast_id


def launch(
    tx: Tx, broadcast_id: int, rule: Rule, *, reason: str, user_id: int | None, approved_count: int | None
) -> BroadcastRecord:
    """Fix the audience: one transaction, then the broadcast is PREPARING.

    reason: the supervisor's, with the toggle off; it covers those who are NO now, and their number is kept.
    """
    draft = get(tx, broadcast_id).draft
    selected, checksum, despite = audience.snapshot(tx, broadcast_id, draft.audience, rule, draft.variables)
    tx.conn.execute(
        update(tables.broadcast)
        .where(_broadcast.id == broadcast_id)
        .values(
            status=BroadcastStatus.PREPARING.value,
            selected_count=selected,
            checksum=checksum,
            override_reason=reason,
            override_user_id=user_id if reason else None,
            approved_no_count=despite,
            approved_count=approved_count,
            launched_at=tx.now,
        )
    )
    tx.touch(Topic.BROADCAST, broadcast_id)
    return get(tx, broadcast_id)


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


def set_status(tx: Tx, broadcast_id: int, status: BroadcastStatus) -> None:
    """Pause, resume or end. Held reasons are forgotten once it runs."""
    values: dict[str, Any] = {"status": status.value}
    if status is BroadcastStatus.RUNNING:
        values["held_because"] = ""
    if status.is_over:
        values["ended_at"] = tx.now
    tx.conn.execute(update(tables.broadcast).where(_broadcast.id == broadcast_id).values(**values))
    tx.touch(Topic.BROADCAST, broadcast_id)


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
