"""What is due in the outbox, in the order in which it is claimed."""

from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, literal_column, or_, select

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.flow import SessionStatus
from desktop.domain.sequence import EnrolmentStatus, SequenceStatus
from desktop.store import tables
from desktop.store.engine import Tx

_message = tables.message.c
_TAKEN = (
    _message.id,
    _message.contact_id,
    _message.broadcast_id,
    _message.path,
    _message.lane,
    _message.kind,
    _message.category,
    _message.text,
    _message.content,
    _message.template_id,
    _message.template_revision,
    _message.consent_event_id,
    _message.override_reason,
    _message.override_user_id,
    _message.author_id,
    _message.context_wamid,
    _message.attempt_count,
    _message.status,
    _message.reason,
    _message.due_at,
    _message.wamid,
    _message.version_id,
    _message.step_number,
    _message.session_id,
)


def _queued(*where: Any) -> Select[Any]:
    """The next due messages of a source. The status stands as a literal: with a bound value SQLite would
    not use the partial index, and sort the whole queue at each claim."""
    return (
        select(*_TAKEN)
        .where(_message.status == literal_column("'queued'"), _message.due_at <= bindparam("now"), *where)
        .order_by(_message.lane, _message.due_at, _message.id)
        .limit(bindparam("most_count"))
        .with_for_update(skip_locked=True)
    )


# Built once: putting statements together costs as much as running them.
_GOES_ON = exists().where(
    tables.enrolment.c.id == _message.enrolment_id,
    tables.enrolment.c.status == EnrolmentStatus.IN_PROGRESS.value,
    tables.sequence.c.id == tables.enrolment.c.sequence_id,
    tables.sequence.c.status == SequenceStatus.ACTIVE.value,
)
_TALKS = exists().where(
    tables.bot_session.c.id == _message.session_id,
    tables.bot_session.c.status == SessionStatus.RUNNING.value,
)
# A paused sequence keeps what it has queued: few, since its engine queues no more than it can send soon. Whoever has
# left it gets no more of it, also if a call came back to the queue afterwards. So with bots: where a colleague has taken
# over, nothing of the session leaves any more, whether or not its engine has come to cancel it.
_OF_PEOPLE = _queued(
    _message.broadcast_id.is_(None),
    or_(_message.enrolment_id.is_(None), _GOES_ON),
    or_(_message.session_id.is_(None), _TALKS),
)
_OF_BROADCAST = _queued(_message.broadcast_id == bindparam("broadcast_id"))
_RUNNING = (
    select(tables.broadcast)
    .where(tables.broadcast.c.status == BroadcastStatus.RUNNING.value)
    .order_by(tables.broadcast.c.launched_at, tables.broadcast.c.id)
)


def messages(tx: Tx, most_count: int) -> tuple[list[Row[Any]], dict[int, Row[Any]]]:
    """The next messages: people's and automatic ones first, then the running broadcasts in turn.

    Returns them with the broadcasts that they belong to.
    """
    rows = tx.rows(_OF_PEOPLE, now=tx.now, most_count=most_count)
    broadcasts: dict[int, Row[Any]] = {}
    if len(rows) < most_count:
        for broadcast in tx.rows(_RUNNING):
            broadcasts[broadcast.id] = broadcast
            left_count = most_count - len(rows)
            rows += tx.rows(_OF_BROADCAST, now=tx.now, most_count=left_count, broadcast_id=broadcast.id)
            if len(rows) >= most_count:
                break
    return rows, broadcasts
