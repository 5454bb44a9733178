"""The outbox: one row per message, its append-only events and its attempts.

Every change of a state goes through `_move()`, which writes the row and the event together; that is what
the ledger compares afterwards.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, insert, or_, select, update

from desktop.domain.changes import Topic
from desktop.domain.consent import Category, Verdict
from desktop.domain.messages import GONE, Status, advance
from desktop.domain.outbox import AttemptOutcome, Submission
from desktop.domain.reasons import Reason
from desktop.domain.text import clean
from desktop.store import retries, tables
from desktop.store.engine import Tx
from desktop.store.statements import Hot, new_id
from desktop.store.tables import micros

ENGINE: Final = "engine"
WEBHOOK: Final = "webhook"
PERSON: Final = "person"
"""Who moved a message: the source column of its events."""

_message = tables.message.c

_INSERT = insert(tables.message)
_EVENT = Hot(
    insert(tables.message_event),
    ("message_id", "status", "moved", "source", "reason", "error_code", "user_id", "at"),
)
_MOVED = ("status", "reason", "error_code", "error_details", "due_at", "changed_at", "wamid")
_MOVE = Hot(
    update(tables.message)
    .where(_message.id == bindparam("of_id"))
    .values({name: bindparam(f"to_{name}") for name in _MOVED}),
    ("of_id", *(f"to_{name}" for name in _MOVED)),
)


def queue(tx: Tx, wanted: Submission, verdict: Verdict, category: str) -> int:
    """Put one message into the outbox; returns its id. Its status is queued: the claim asks again."""
    made = tx.conn.execute(_INSERT, _row(tx, wanted, verdict, category, Status.QUEUED))
    message_id = new_id(made)
    touch(tx, wanted.contact_id, None)
    return message_id


def keep_stopped(tx: Tx, wanted: Submission, verdict: Verdict, category: str, status: Status) -> int:
    """Keep a message that its verdict stopped at the door, so that the report can show it."""
    message_id = new_id(tx.conn.execute(_INSERT, _row(tx, wanted, verdict, category, status)))
    write_events(tx, [event(tx, message_id, status, ENGINE, reason=verdict.reason)])
    touch(tx, wanted.contact_id, None)
    return message_id


def _row(tx: Tx, wanted: Submission, verdict: Verdict, category: str, status: Status) -> dict[str, Any]:
    return {
        "contact_id": wanted.contact_id,
        "outgoing": True,
        "path": wanted.path.value,
        "lane": int(wanted.lane),
        "status": status.value,
        "reason": verdict.reason.value,
        "kind": wanted.kind,
        "category": category,
        "text": clean(wanted.text),
        "content": dict(wanted.content),
        "template_id": wanted.template_id,
        "template_revision": verdict.template_revision,
        "asked": verdict.asked,
        "consent_event_id": verdict.consent_event_id,
        "override_reason": wanted.override.reason if wanted.override else None,
        "override_user_id": wanted.override.user_id if wanted.override else None,
        "author_id": wanted.author_id,
        "context_wamid": wanted.context_wamid,
        "retry_of": wanted.retry_of,
        "enrolment_id": wanted.enrolment_id,
        "version_id": wanted.version_id,
        "step_number": wanted.step_number,
        "api_key_id": wanted.api_key_id,
        "session_id": wanted.session_id,
        "node_id": wanted.node_id,
        "created_at": tx.now,
        "due_at": wanted.due_at or tx.now,
        "changed_at": tx.now,
    }


def event(
    tx: Tx,
    message_id: int,
    status: Status,
    source: str,
    *,
    moved: bool = True,
    reason: Reason | str | None = None,
    error_code: int | None = None,
    user_id: int | None = None,
) -> dict[str, Any]:
    """A row for `write_events()`."""
    return {
        "message_id": message_id,
        "status": status.value,
        "moved": moved,
        "source": source,
        "reason": str(reason or ""),
        "error_code": error_code,
        "user_id": user_id,
        "at": micros(tx.now),
    }


def write_events(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to the append-only history of messages."""
    _EVENT.run(tx, rows)


def touch(tx: Tx, contact_id: int, broadcast_id: int | None) -> None:
    """A broadcast's messages are told as one: a thousand rows a second would drown the screens."""
    if broadcast_id is None:
        tx.touch(Topic.MESSAGE, contact_id)
    else:
        tx.touch(Topic.BROADCAST, broadcast_id)
        tx.touch(Topic.MESSAGE)


def lock(tx: Tx, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """The named messages, held until the end of the transaction (in id order: no deadlocks)."""
    wanted = sorted(set(ids))
    return {row.id: row for row in tx.rows(_LOCK, ids=wanted)} if wanted else {}


_LOCK = (
    select(
        _message.id,
        _message.contact_id,
        _message.broadcast_id,
        _message.status,
        _message.reason,
        _message.due_at,
        _message.wamid,
        _message.sent_at,
        _message.delivered_at,
        _message.read_at,
        _message.error_code,
        _message.error_details,
        _message.path,
        _message.category,
        _message.author_id,
        _message.engine_id,
        _message.outgoing,
    )
    .where(_message.id.in_(bindparam("ids", expanding=True)))
    .order_by(_message.id)
    .with_for_update()
)


def move(
    tx: Tx,
    row: Row[Any],
    status: Status,
    source: str,
    *,
    reason: Reason | str | None = None,
    error_code: int | None = None,
    error_details: str = "",
    due_at: datetime | None = None,
    user_id: int | None = None,
    wamid: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The update and the event of one change of state, for `write_moves()`."""
    kept_reason = row.reason if reason is None else str(reason)
    return (
        {
            "of_id": row.id,
            "to_status": status.value,
            "to_reason": kept_reason,
            "to_error_code": error_code,
            "to_error_details": clean(error_details) or None,
            "to_due_at": micros(due_at or row.due_at),
            "to_changed_at": micros(tx.now),
            "to_wamid": row.wamid or wamid,
        },
        event(tx, row.id, status, source, reason=kept_reason, error_code=error_code, user_id=user_id),
    )


def write_moves(tx: Tx, moves: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Write changes of state: the rows and their events in one transaction."""
    _MOVE.run(tx, [one for one, _ in moves])
    write_events(tx, [one for _, one in moves])


_contact = tables.contact.c
_merged = tables.contact.alias("merged")
_GOT_MARKETING = Hot(
    update(tables.contact)
    .where(
        _contact.id.in_(
            [
                bindparam("of_id"),
                # A broadcast's message may still name somebody who was merged into another contact.
                select(_merged.c.merged_into).where(_merged.c.id == bindparam("of_id")).scalar_subquery(),
            ]
        )
    )
    .values(last_marketing_at=bindparam("to_at")),
    ("of_id", "to_at"),
)


def note_marketing(tx: Tx, rows: Iterable[Row[Any]]) -> None:
    """WhatsApp has taken these locked messages: keep when their contacts last got marketing.

    Broadcasts leave people out by it. It is the moment of now, not of the message: a webhook comes soon after it. In the
    order of the ids, so that two processes never wait for each other.
    """
    ids = {row.contact_id for row in rows if row.category == Category.MARKETING.value}
    _GOT_MARKETING.run(tx, [{"of_id": id, "to_at": micros(tx.now)} for id in sorted(ids)])


_MILESTONE = {
    Status.SENT: ("sent_at",),
    Status.DELIVERED: ("sent_at", "delivered_at"),
    Status.READ: ("sent_at", "delivered_at", "read_at"),
}


def report(
    tx: Tx,
    row: Row[Any],
    status: Status,
    *,
    wamid: str = "",
    error_code: int | None = None,
    error_details: str = "",
) -> bool:
    """Apply one status report of WhatsApp to a locked row. Returns whether the state moved.

    A late report of an earlier milestone fills its time without moving the state.
    """
    current = Status(row.status)
    after = advance(current, status)
    if current is Status.LEFT_OUT:
        return False
    times = {name: tx.now for name in _MILESTONE.get(status, ()) if getattr(row, name) is None}
    if after is current and not times:
        return False
    values: dict[str, Any] = dict(times)
    if wamid and row.wamid is None:
        values["wamid"] = wamid
    if after is not current:
        values |= {"status": after.value, "changed_at": tx.now}
        if after is Status.FAILED:
            values |= {
                "reason": Reason.WHATSAPP_ERROR.value,
                "error_code": error_code,
                "error_details": clean(error_details),
            }
        elif current is Status.FAILED:
            values |= {"reason": "", "error_code": None, "error_details": None}
    tx.conn.execute(update(tables.message).where(_message.id == row.id).values(values))
    if after in GONE and current not in GONE:
        note_marketing(tx, [row])
    write_events(tx, [event(tx, row.id, status, WEBHOOK, moved=after is not current, error_code=error_code)])
    touch(tx, row.contact_id, row.broadcast_id)
    return after is not current


def recover(tx: Tx, engine_ids: Sequence[int] | None, *, known_ids: Collection[int] = ()) -> int:
    """Claims found after a crash: their call may have begun, so they become unknown, never queued again.

    engine_ids: the dead engines (None: every other engine, on a store with one engine). known_ids: messages that
    their engine has in hand. Returns how many.
    """
    asked = select(_message.id).where(_message.status == Status.SENDING.value, _message.id.not_in(known_ids))
    if engine_ids is not None:
        asked = asked.where(_message.engine_id.in_(engine_ids))
    rows = lock(tx, tx.conn.scalars(asked).all())
    found = [row for row in rows.values() if row.status == Status.SENDING.value]
    write_moves(tx, [move(tx, row, Status.UNKNOWN, ENGINE, reason=Reason.ANSWER_LOST) for row in found])
    for row in found:
        touch(tx, row.contact_id, row.broadcast_id)
        tx.conn.execute(
            update(tables.attempt)
            .where(
                tables.attempt.c.message_id == row.id,
                tables.attempt.c.outcome == AttemptOutcome.OPEN.value,
            )
            .values(outcome=AttemptOutcome.LOST.value, ended_at=tx.now)
        )
    return len(found)


def find_for_status(tx: Tx, ids: Iterable[int], wamids: Iterable[str]) -> list[int]:
    """The messages that a batch of status reports is about, by our id or by WhatsApp's."""
    wanted = set(ids)
    named = set(wamids)
    if named:
        wanted |= set(tx.conn.scalars(select(_message.id).where(_message.wamid.in_(named))))
    return sorted(wanted)


def next_due(tx: Tx) -> Any:
    """The earliest due moment of a queued message outside broadcasts, or None."""
    asked = (
        select(_message.due_at)
        .where(_message.status == Status.QUEUED.value, _message.broadcast_id.is_(None))
        .order_by(_message.due_at)
        .limit(1)
    )
    return tx.conn.scalar(asked)


def template_of(tx: Tx, message_id: int) -> int | None:
    """The template of a message, or None for one without."""
    return tx.conn.scalar(select(_message.template_id).where(_message.id == message_id))


def contact_of(tx: Tx, message_id: int) -> int:
    """The contact of a message."""
    found = tx.conn.scalar(select(_message.contact_id).where(_message.id == message_id))
    return int(found or 0)


def open_count(tx: Tx) -> int:
    """Messages outside broadcasts that are due or on the way."""
    waiting = and_(_message.status == Status.QUEUED.value, _message.due_at <= tx.now)
    asked = select(func.count()).where(
        _message.broadcast_id.is_(None), or_(waiting, _message.status == Status.SENDING.value)
    )
    return int(tx.conn.scalar(asked) or 0)


def repeated(tx: Tx, message_id: int) -> bool:
    """True if the message was sent again and that one was not stopped or refused, or a retry of its broadcast is about to."""
    over = [Status.FAILED.value, Status.LEFT_OUT.value, Status.CANCELLED.value]
    asked = select(_message.id).where(_message.retry_of == message_id, _message.status.not_in(over))
    return tx.conn.scalar(asked.limit(1)) is not None or retries.is_tried_again(tx, message_id)
