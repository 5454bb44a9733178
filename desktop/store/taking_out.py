"""Taking many contacts out of a sequence at once, and who would go on if it did."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from desktop.domain.messages import Status
from desktop.domain.sequence import EnrolmentStatus
from desktop.store import enrolments, outbox, tables
from desktop.store.engine import Tx

_enrolment = tables.enrolment.c
_message = tables.message.c
_NOT_LEFT: Final = (Status.QUEUED, Status.FAILED, Status.LEFT_OUT, Status.CANCELLED)


def take_out(
    tx: Tx, ids: Sequence[int], because: str, user_id: int | None, *, only_unsent: bool = False
) -> list[int]:
    """End these runs, some hundred at most; returns those that were ended by this.

    only_unsent: leave alone whom a message has left for, or for whom nobody is certain of it.
    """
    held = _held(tx, ids)
    left = _left_for(tx, held) if only_unsent else set()
    return [
        id
        for id in held
        if id not in left and enrolments.end(tx, id, EnrolmentStatus.TAKEN_OUT, because, user_id=user_id)
    ]


def _held(tx: Tx, ids: Sequence[int]) -> list[int]:
    """Those that still run, held with their messages, so that none leaves before the end of the transaction."""
    asked = (
        select(_enrolment.id, _enrolment.message_id)
        .where(_enrolment.id.in_(ids), _enrolment.status == EnrolmentStatus.IN_PROGRESS.value)
        .order_by(_enrolment.id)
        .with_for_update()
    )
    rows = tx.rows(asked)
    outbox.lock(tx, [row.message_id for row in rows if row.message_id is not None])
    return [row.id for row in rows]


def _left_for(tx: Tx, ids: Sequence[int]) -> set[int]:
    asked = select(_message.enrolment_id).where(
        _message.enrolment_id.in_(ids), _message.status.not_in([one.value for one in _NOT_LEFT])
    )
    return set(tx.conn.scalars(asked))


def overdue_count(tx: Tx, sequence_id: int) -> int:
    """How many steps leave at once when a sequence goes on: those that are due, and those that wait in the outbox."""
    due = select(func.count()).where(
        _enrolment.sequence_id == sequence_id, _enrolment.due_at.is_not(None), _enrolment.due_at <= tx.now
    )
    waiting = (
        select(func.count())
        .select_from(tables.enrolment.join(tables.message, _message.id == _enrolment.message_id))
        .where(
            _enrolment.sequence_id == sequence_id,
            _enrolment.message_id.is_not(None),
            _message.status == Status.QUEUED.value,
        )
    )
    return int(tx.conn.scalar(due) or 0) + int(tx.conn.scalar(waiting) or 0)
