"""The ledger of a sequence: how many came in ever, who is in it, the steps they went through, the messages and the
messages' history.

They are separate records that must tell the same story. A row that was deleted, doubled or flipped disagrees
with at least one of the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select, update

from desktop.domain.broadcast import checksum_part
from desktop.domain.sequence import EnrolmentCounts, EnrolmentStatus, StepEnd
from desktop.store import audience, sequences, tables
from desktop.store.engine import Tx
from desktop.store.ledger import against_attempts, against_events

_enrolment = tables.enrolment.c
_step = tables.enrolment_step.c
_message = tables.message.c
_sequence = tables.sequence.c
_version = tables.sequence_version.c
_RUNNING = _enrolment.status == EnrolmentStatus.IN_PROGRESS.value


@dataclass(frozen=True, slots=True)
class SequenceLedger:
    """What `verify` found of one sequence; faults are sentences, none of them when it is green."""

    sequence_id: int
    name: str
    counts: EnrolmentCounts
    message_count: int
    faults: tuple[str, ...]

    @property
    def is_green(self) -> bool:
        return not self.faults


def note_enrolled(tx: Tx, sequence_id: int, enrolment_ids: Sequence[int]) -> None:
    """Keep that these came in, in the transaction that makes them: what is there later is compared with it.

    Added in the database: two engines may do so at once.
    """
    if not enrolment_ids:
        return
    part = sum(checksum_part(id) for id in enrolment_ids)
    tx.conn.execute(
        update(tables.sequence)
        .where(_sequence.id == sequence_id)
        .values(
            enrolled_count=_sequence.enrolled_count + len(enrolment_ids),
            enrolled_checksum=_sequence.enrolled_checksum + part,
        )
    )


def verify(tx: Tx, sequence_id: int) -> SequenceLedger:
    """Compare the records of one sequence. Raises NotFound."""
    return _verified(tx, sequence_id, tuple(_of_nobody(tx)))


def verify_all(tx: Tx) -> list[SequenceLedger]:
    """Every sequence that was ever activated."""
    of_nobody = tuple(_of_nobody(tx))
    active = [one.id for one in sequences.every(tx) if one.version_id is not None]
    return [_verified(tx, id, of_nobody) for id in active]


def _verified(tx: Tx, sequence_id: int, of_nobody: tuple[str, ...]) -> SequenceLedger:
    record = sequences.get(tx, sequence_id)
    mine = _message.version_id.in_(select(_version.id).where(_version.sequence_id == sequence_id))
    faults = (
        *_enrolled(tx, sequence_id),
        *_runs(tx, sequence_id),
        *_steps(tx, sequence_id),
        *_messages(tx, sequence_id, mine),
        *of_nobody,
        *against_events(tx, mine),
        *against_attempts(tx, mine),
    )
    made = tx.conn.scalar(select(func.count()).where(mine))
    counts = sequences.counts(tx, [sequence_id])[sequence_id]
    return SequenceLedger(sequence_id, record.name, counts, int(made or 0), faults)


def _found(tx: Tx, asked: Select[Any]) -> int:
    return int(tx.conn.scalar(asked) or 0)


def _enrolled(tx: Tx, sequence_id: int) -> Iterator[str]:
    """Everybody who ever came in is still there: runs end, they are never deleted."""
    kept = select(_sequence.enrolled_count, _sequence.enrolled_checksum).where(_sequence.id == sequence_id)
    enrolled, checksum = tx.conn.execute(kept).one()
    found = select(func.count(), func.sum(audience.checksum_of(_enrolment.id)))
    count, total = tx.conn.execute(found.where(_enrolment.sequence_id == sequence_id)).one()
    if count != enrolled or int(total or 0) != checksum:
        yield f"{enrolled:,} contacts came in, the sequence now holds {count:,} or other ones."


def _of_nobody(tx: Tx) -> Iterator[str]:
    """Steps whose run is not there. Which sequence they were of nobody knows any more: each one tells of them."""
    there = tables.enrolment_step.outerjoin(tables.enrolment, _enrolment.id == _step.enrolment_id)
    steps = select(func.count()).select_from(there).where(_enrolment.id.is_(None))
    if count := _found(tx, steps):
        yield f"{count:,} steps belong to nobody who is in a sequence."


def _runs(tx: Tx, sequence_id: int) -> Iterator[str]:
    """A run is either in progress, with a step that is due or on its way, or over, with an end."""
    known = _enrolment.status.in_([one.value for one in EnrolmentStatus])
    goes_on = and_(
        _RUNNING,
        _enrolment.ended_at.is_(None),
        _enrolment.step_number >= 1,
        _enrolment.due_at.is_(None) != _enrolment.message_id.is_(None),
    )
    is_over = and_(
        known,
        not_(_RUNNING),
        _enrolment.ended_at.is_not(None),
        _enrolment.step_number == 0,
        _enrolment.due_at.is_(None),
        _enrolment.message_id.is_(None),
    )
    mine = _enrolment.sequence_id == sequence_id
    wrong = _found(tx, select(func.count()).where(mine, not_(or_(goes_on, is_over))))
    if wrong:
        yield f"{wrong:,} contacts are neither in progress nor over."
    versions = select(_version.id).where(_version.sequence_id == sequence_id)
    strange = _found(tx, select(func.count()).where(mine, _enrolment.version_id.not_in(versions)))
    if strange:
        yield f"{strange:,} contacts follow a version of another sequence."


def _steps(tx: Tx, sequence_id: int) -> Iterator[str]:
    """The steps of a run are 1, 2, 3 … without a gap, up to the one before the next, or the one on its way."""
    made = (
        select(
            _enrolment.id,
            func.count(_step.step_number).label("count"),
            func.max(_step.step_number).label("last"),
        )
        .select_from(tables.enrolment.outerjoin(tables.enrolment_step))
        .where(_enrolment.sequence_id == sequence_id)
        .group_by(_enrolment.id)
        .subquery()
    )
    joined = tables.enrolment.join(made, made.c.id == _enrolment.id)
    last = func.coalesce(made.c.last, 0)
    on_its_way = case((_enrolment.message_id.is_not(None), 1), else_=0)
    wrong = or_(last != made.c.count, and_(_RUNNING, made.c.count != _enrolment.step_number - 1 + on_its_way))
    count = _found(tx, select(func.count()).select_from(joined).where(wrong))
    if count:
        yield f"{count:,} contacts lack a step that they went through, or have one too many."
    short = 0
    for version_id in tx.conn.scalars(select(_version.id).where(_version.sequence_id == sequence_id)).all():
        _, definition = sequences.version(tx, version_id)
        completed = and_(
            _enrolment.version_id == version_id,
            _enrolment.status == EnrolmentStatus.COMPLETED.value,
            made.c.count != len(definition.steps),
        )
        short += _found(tx, select(func.count()).select_from(joined).where(completed))
    if short:
        yield f"{short:,} contacts are completed without having gone through every step."


def _messages(tx: Tx, sequence_id: int, mine: ColumnElement[bool]) -> Iterator[str]:
    """A step that ended as a message has one, of the same run, step and contact; every message has its step."""
    is_message = _step.ended_as == StepEnd.MESSAGE.value
    same = and_(
        _message.id == _step.message_id,
        _message.enrolment_id == _step.enrolment_id,
        _message.step_number == _step.step_number,
        _message.version_id == _enrolment.version_id,
        _message.contact_id == _enrolment.contact_id,
    )
    steps = tables.enrolment_step.join(tables.enrolment).outerjoin(tables.message, same)
    lost = select(func.count()).select_from(steps)
    lost = lost.where(_enrolment.sequence_id == sequence_id, is_message, _message.id.is_(None))
    if count := _found(tx, lost):
        yield f"{count:,} steps stand as sent or failed without a message of their own."
    of_step = and_(
        _step.enrolment_id == _message.enrolment_id,
        _step.step_number == _message.step_number,
        _step.message_id == _message.id,
        is_message,
    )
    messages = tables.message.outerjoin(tables.enrolment_step, of_step)
    stray = select(func.count()).select_from(messages).where(mine, _step.enrolment_id.is_(None))
    if count := _found(tx, stray):
        yield f"{count:,} messages belong to no step that anybody went through."
    there = tables.message.outerjoin(tables.enrolment, _enrolment.id == _message.enrolment_id)
    of_nobody = select(func.count()).select_from(there).where(mine, _enrolment.id.is_(None))
    if count := _found(tx, of_nobody):
        yield f"{count:,} messages belong to nobody who is in the sequence."
    waiting = select(func.count()).select_from(
        tables.enrolment.outerjoin(
            tables.enrolment_step,
            and_(
                _step.enrolment_id == _enrolment.id,
                _step.step_number == _enrolment.step_number,
                _step.message_id == _enrolment.message_id,
            ),
        )
    )
    waiting = waiting.where(
        _enrolment.sequence_id == sequence_id,
        _enrolment.message_id.is_not(None),
        _step.enrolment_id.is_(None),
    )
    if count := _found(tx, waiting):
        yield f"{count:,} contacts wait for a message that is not that of their step."
