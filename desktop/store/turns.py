"""What the engine reads and writes at a turn of an enrolment: who is due, what is seen of them, where they go.

Due work is found by its own index, sequence by sequence, so that those who wait cost nothing, however many.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Row, bindparam, exists, func, insert, literal_column, select, update

from desktop.domain.changes import Topic
from desktop.domain.journey import LastMessage
from desktop.domain.messages import OPEN, Lane, Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import EnrolmentStatus, SequenceStatus, StepEnd
from desktop.store import enrolments, tables
from desktop.store.engine import Tx
from desktop.store.statements import Hot
from desktop.store.tables import micros

_enrolment = tables.enrolment.c
_contact = tables.contact.c
_message = tables.message.c
_event = tables.message_event.c
_sequence = tables.sequence.c
_OPEN: Final = [one.value for one in OPEN]


# What there is to do.


Ended = tuple[int, int]
"""An enrolment and its message that ended."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one look found, and when. waiting_count: messages of active sequences in the outbox that are due.

    ended_ids: enrolments whose message ended, each with this message. stray_ids: messages that wait though their run
    is over. due_ids: sequences with a step whose time has come. queued_counts: messages in the outbox by sequence,
    also those for which it is not time yet.
    """

    at: datetime
    active_ids: tuple[int, ...] = ()
    waiting_count: int = 0
    ended_ids: tuple[Ended, ...] = ()
    stray_ids: tuple[int, ...] = ()
    due_ids: tuple[int, ...] = ()
    queued_counts: Mapping[int, int] = field(default_factory=dict)


_ACTIVE = select(_sequence.id).where(_sequence.status == SequenceStatus.ACTIVE.value).order_by(_sequence.id)
# The literals let SQLite take the partial indexes.
_QUEUED = (
    select(
        _message.id,
        _message.due_at,
        _enrolment.sequence_id,
        _sequence.status.label("sequence_status"),
        _enrolment.status.label("run_status"),
    )
    .join(tables.enrolment, _enrolment.id == _message.enrolment_id)
    .join(tables.sequence, _sequence.id == _enrolment.sequence_id)
    .where(
        _message.status == literal_column("'queued'"),
        _message.broadcast_id.is_(None),
        _message.lane == int(Lane.SEQUENCE),
    )
)
_HAS_ENDED = ~exists().where(_message.id == _enrolment.message_id, _message.status.in_(_OPEN))
_ENDED = (
    select(_enrolment.id, _enrolment.message_id)
    .where(
        _enrolment.message_id.is_not(None),
        _HAS_ENDED,
        exists().where(_sequence.id == _enrolment.sequence_id, _sequence.status != SequenceStatus.HELD.value),
    )
    .order_by(_enrolment.message_id)
    .limit(bindparam("most_count"))
)
_IS_DUE = (
    select(_enrolment.id)
    .where(_enrolment.sequence_id == bindparam("sequence_id"), _enrolment.due_at <= bindparam("now"))
    .limit(1)
)


def look(tx: Tx, most_ended_count: int) -> Work:
    """One look at everything; some milliseconds, whatever waits."""
    active = tuple(tx.conn.scalars(_ACTIVE))
    ended = tuple((row.id, row.message_id) for row in tx.rows(_ENDED, most_count=most_ended_count))
    queued = tx.rows(_QUEUED)
    running = EnrolmentStatus.IN_PROGRESS.value
    return Work(
        tx.now,
        active,
        sum(row.sequence_status == SequenceStatus.ACTIVE.value and row.due_at <= tx.now for row in queued),
        ended,
        tuple(row.id for row in queued if row.run_status != running),
        tuple(id for id in active if tx.conn.scalar(_IS_DUE, {"sequence_id": id, "now": tx.now}) is not None),
        Counter(row.sequence_id for row in queued),
    )


# Taking a turn.

_PICKED = (
    _enrolment.id,
    _enrolment.sequence_id,
    _enrolment.version_id,
    _enrolment.contact_id,
    _enrolment.step_number,
    _enrolment.message_id,
)
_DUE_IDS = (
    select(_enrolment.id)
    .where(_enrolment.sequence_id == bindparam("sequence_id"), _enrolment.due_at <= bindparam("now"))
    .order_by(_enrolment.due_at, _enrolment.id)
    .limit(bindparam("most_count"))
)
# The sums keep SQLite from going through everyone who is due by ix_enrolment_due, where it is to enter by the ids.
_PICK = (
    select(*_PICKED)
    .where(
        literal_column("enrolment.sequence_id + 0") == bindparam("sequence_id", type_=BigInteger),
        literal_column("enrolment.due_at + 0") <= bindparam("now", type_=tables.Moment),
        _enrolment.id.in_(bindparam("ids", expanding=True)),
    )
    .with_for_update(skip_locked=True)
)
_IS_ACTIVE = select(_sequence.id).where(
    _sequence.id == bindparam("sequence_id"), _sequence.status == SequenceStatus.ACTIVE.value
)


def due_ids(tx: Tx, sequence_id: int, most_count: int) -> list[int]:
    """The enrolments of a sequence whose time came first."""
    return list(
        tx.conn.scalars(_DUE_IDS, {"sequence_id": sequence_id, "now": tx.now, "most_count": most_count})
    )


def pick(tx: Tx, sequence_id: int, most_count: int, only_ids: Sequence[int] | None = None) -> list[Row[Any]]:
    """Due enrolments of an active sequence, held until the end of the transaction, by contact.

    Rows that another engine holds are passed over; none if the sequence is not active any more. only_ids: of
    these alone.
    """
    if tx.conn.scalar(_IS_ACTIVE, {"sequence_id": sequence_id}) is None:
        return []
    ids = due_ids(tx, sequence_id, most_count) if only_ids is None else list(only_ids)
    rows = tx.rows(_PICK, sequence_id=sequence_id, now=tx.now, ids=ids) if ids else []
    return sorted(rows, key=lambda row: (row.contact_id, row.id))


_PEOPLE = select(_contact.id, _contact.name, _contact.phone, _contact.merged_into).where(
    _contact.id.in_(bindparam("ids", expanding=True))
)


def people(tx: Tx, contact_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Name, phone, merged_into of contacts."""
    return {row.id: row for row in tx.rows(_PEOPLE, ids=list(contact_ids))}


_LAST = (
    select(_message.enrolment_id, _message.status, _message.reason, _message.error_code)
    .where(_message.enrolment_id.in_(bindparam("ids", expanding=True)))
    .order_by(_message.enrolment_id, _message.step_number)
)


def last_messages(tx: Tx, enrolment_ids: Sequence[int]) -> dict[int, LastMessage]:
    """The last message of each run that has made one."""
    return {
        row.enrolment_id: LastMessage(
            Status(row.status), Reason(row.reason) if row.reason else None, row.error_code
        )
        for row in tx.rows(_LAST, ids=list(enrolment_ids))
    }


# Going on.

_GOES = Hot(
    update(tables.enrolment)
    .where(_enrolment.id == bindparam("of_id"))
    .values(
        step_number=bindparam("to_step_number"),
        due_at=bindparam("to_due_at"),
        message_id=bindparam("to_message_id"),
    ),
    ("of_id", "to_step_number", "to_due_at", "to_message_id"),
)
_STEP = Hot(insert(tables.enrolment_step), ("enrolment_id", "step_number", "ended_as", "message_id", "at"))
_COMPLETES = Hot(
    update(tables.enrolment)
    .where(_enrolment.id == bindparam("of_id"))
    .values(
        status=EnrolmentStatus.COMPLETED.value,
        step_number=0,
        due_at=None,
        message_id=None,
        ended_at=bindparam("to_ended_at"),
    ),
    ("of_id", "to_ended_at"),
)


@dataclass(frozen=True, slots=True)
class Going:
    """Where a run stands after a turn. ended_at: it is through, since then."""

    enrolment_id: int
    sequence_id: int
    step_number: int = 0
    due_at: datetime | None = None
    message_id: int | None = None
    ended_at: datetime | None = None


def go(tx: Tx, runs: Sequence[Going]) -> None:
    """Write where runs stand that the transaction holds."""
    through = [one for one in runs if one.ended_at is not None]
    _COMPLETES.run(tx, [{"of_id": one.enrolment_id, "to_ended_at": micros(one.ended_at)} for one in through])
    _GOES.run(
        tx,
        [
            {
                "of_id": one.enrolment_id,
                "to_step_number": one.step_number,
                "to_due_at": micros(one.due_at),
                "to_message_id": one.message_id,
            }
            for one in runs
            if one.ended_at is None
        ],
    )
    for sequence_id in {one.sequence_id for one in runs}:
        tx.touch(Topic.SEQUENCE, sequence_id)


def keep_steps(tx: Tx, steps: Mapping[tuple[int, int], tuple[StepEnd, int | None]]) -> None:
    """Keep what became of steps: by (enrolment, step number), with the message of one that made one."""
    _STEP.run(
        tx,
        [
            {
                "enrolment_id": enrolment_id,
                "step_number": step_number,
                "ended_as": ended_as.value,
                "message_id": message_id,
                "at": micros(tx.now),
            }
            for (enrolment_id, step_number), (ended_as, message_id) in steps.items()
        ],
    )


def postpone(tx: Tx, enrolment_id: int, until: datetime) -> None:
    """Look at a run again later, if it is still due."""
    tx.conn.execute(
        update(tables.enrolment)
        .where(_enrolment.id == enrolment_id, _enrolment.due_at.is_not(None))
        .values(due_at=until)
    )


# Messages that ended.

_HOLD_ENDED = (
    select(*_PICKED)
    .where(
        _enrolment.id.in_(bindparam("ids", expanding=True)), _enrolment.message_id.is_not(None), _HAS_ENDED
    )
    .order_by(_enrolment.id)
    .with_for_update(skip_locked=True)
)
_ENDS = (
    select(_event.message_id, func.min(_event.at).label("at"))
    .where(_event.message_id.in_(bindparam("ids", expanding=True)), _event.status.not_in(_OPEN))
    .group_by(_event.message_id)
)


def hold_ended(tx: Tx, ended: Sequence[Ended]) -> list[Row[Any]]:
    """These enrolments, if each still waits for that message, and it has ended; held.

    Another engine may have gone on with them since they were looked at: then the message is another one.
    """
    wanted = dict(ended)
    rows = tx.rows(_HOLD_ENDED, ids=list(wanted)) if wanted else []
    return [row for row in rows if row.message_id == wanted[row.id]]


def ends_of(tx: Tx, message_ids: Sequence[int]) -> dict[int, datetime]:
    """When each message was first settled: the moment from which the next step's delay counts."""
    return {row.message_id: row.at for row in tx.rows(_ENDS, ids=list(message_ids))}


def follow_merge(tx: Tx, row: Row[Any], merged_into: int) -> None:
    """A run whose contact was merged away goes on with the contact that was kept, unless that one is in, too."""
    if merged_into == tables.REMOVED:
        enrolments.end(tx, row.id, EnrolmentStatus.TAKEN_OUT, "The contact was removed.")
        return
    twin = select(_enrolment.id).where(
        _enrolment.sequence_id == row.sequence_id,
        _enrolment.contact_id == merged_into,
        _enrolment.status == literal_column("'in_progress'"),
    )
    if tx.conn.scalar(twin) is not None:
        enrolments.end(
            tx, row.id, EnrolmentStatus.TAKEN_OUT, "Merged into a contact who is in this sequence."
        )
        return
    tx.conn.execute(update(tables.enrolment).where(_enrolment.id == row.id).values(contact_id=merged_into))
    tx.touch(Topic.SEQUENCE, row.sequence_id)
