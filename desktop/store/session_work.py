"""What the engine finds to do in sessions of bots, out of small indexes: it costs the same whatever else there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, exists, literal_column, or_, select

from desktop.domain.flow import SessionStatus
from desktop.domain.flow_session import Awaits
from desktop.domain.messages import OPEN, Lane, Status
from desktop.domain.reasons import Reason
from desktop.store import outbox, tables
from desktop.store.engine import Tx

_session = tables.bot_session.c
_message = tables.message.c
_OPEN: Final = [one.value for one in OPEN]


@dataclass(frozen=True, slots=True)
class Work:
    """What one look found. ended: sessions with the message that is not on its way any more. due_ids: whose time came.
    began: when those began, by id, which tells one of a store that began anew.

    request_ids: those that ask another program. stray_ids: messages in the queue whose session is over.
    """

    at: datetime
    ended: tuple[tuple[int, int], ...] = ()
    due_ids: tuple[int, ...] = ()
    request_ids: tuple[int, ...] = ()
    stray_ids: tuple[int, ...] = ()
    began: Mapping[int, datetime] = field(default_factory=dict)


_HAS_ENDED = ~exists().where(_message.id == _session.message_id, _message.status.in_(_OPEN))
_ENDED = (
    select(_session.id, _session.message_id, _session.started_at)
    .where(_session.message_id.is_not(None), _HAS_ENDED)
    .order_by(_session.message_id)
    .limit(bindparam("most_count"))
)
_DUE = (
    select(_session.id, _session.started_at)
    .where(
        _session.due_at.is_not(None),
        _session.due_at <= bindparam("now", type_=tables.Moment),
        # A request is heard of in any case: whoever makes it has a limit of time, and a lost one is judged anew.
        _session.awaits != Awaits.REQUEST.value,
        # A customer's time begins when the question has left.
        or_(_session.awaits != Awaits.ANSWER.value, _session.message_id.is_(None)),
    )
    .order_by(_session.due_at)
    .limit(bindparam("most_count"))
)
_DUE_BUT_ANSWERS = _DUE.where(_session.awaits != Awaits.ANSWER.value)
_REQUESTS = (
    select(_session.id, _session.started_at)
    .where(
        _session.awaits == literal_column("'request'"),
        or_(
            _session.request_began_at.is_(None),
            _session.request_began_at <= bindparam("begun_before", type_=tables.Moment),
        ),
    )
    .order_by(_session.request_began_at, _session.id)
    .limit(bindparam("most_count"))
)
_STRAYS = (
    select(_message.id)
    .join(tables.bot_session, _session.id == _message.session_id)
    .where(
        _message.status == literal_column("'queued'"),
        _message.broadcast_id.is_(None),
        _message.lane == int(Lane.AUTOMATIC),
        _message.session_id.is_not(None),
        _session.status != SessionStatus.RUNNING.value,
    )
    .limit(bindparam("most_count"))
)


def look(
    tx: Tx, most_count: int, begun_for: timedelta = timedelta(), *, answers_may_come: bool = False
) -> Work:
    """One look at everything that is to be done; out of small indexes, whatever else there is.

    begun_for: a request that was begun less long ago is another process's. answers_may_come: nobody's time to answer
    is over yet, as what was said meanwhile is still to be heard.
    """
    ended = tx.rows(_ENDED, most_count=most_count)
    due = tx.rows(_DUE_BUT_ANSWERS if answers_may_come else _DUE, now=tx.now, most_count=most_count)
    requests = tx.rows(_REQUESTS, begun_before=tx.now - begun_for, most_count=most_count)
    return Work(
        tx.now,
        tuple((row.id, row.message_id) for row in ended),
        tuple(row.id for row in due),
        tuple(row.id for row in requests),
        tuple(row.id for row in tx.rows(_STRAYS, most_count=most_count)),
        {row.id: row.started_at for row in (*ended, *due, *requests)},
    )


@dataclass(frozen=True, slots=True)
class EndedMessage:
    """What became of a session's message."""

    status: Status
    reason: Reason | None
    error_code: int | None


def ended_message(tx: Tx, message_id: int) -> EndedMessage | None:
    """The message if it is not on its way any more; None if it is."""
    asked = select(_message.status, _message.reason, _message.error_code).where(_message.id == message_id)
    row = tx.conn.execute(asked).one_or_none()
    if row is None:
        return EndedMessage(Status.CANCELLED, None, None)
    if row.status in _OPEN:
        return None
    return EndedMessage(Status(row.status), Reason(row.reason) if row.reason else None, row.error_code)


def cancel_strays(tx: Tx, message_ids: Sequence[int]) -> int:
    """Cancel messages of sessions that are over, those that have not left; returns how many."""
    waiting = [row for row in outbox.lock(tx, message_ids).values() if row.status == Status.QUEUED.value]
    outbox.write_moves(
        tx,
        [outbox.move(tx, row, Status.CANCELLED, outbox.ENGINE, reason=Reason.BOT_STOPPED) for row in waiting],
    )
    for row in waiting:
        outbox.touch(tx, row.contact_id, None)
    return len(waiting)
