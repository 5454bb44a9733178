"""Whom an enrolment would take in: counted by the facts, and those who know the sequence already by their runs.

`desktop.domain.journey.entry_of` gives the same answer contact by contact; tests hold the two together.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, or_, select

from desktop.domain.contact_table import Target
from desktop.domain.journey import Entry
from desktop.domain.sequence import Definition, EnrolmentStatus, EnrolSource, SequenceRecord
from desktop.domain.sequence_report import EnrolPreview
from desktop.store import contact_table, enrolments, facts, tables
from desktop.store.engine import Tx

_contact = tables.contact.c
_enrolment = tables.enrolment.c
_RUNNING: Final[ColumnElement[str]] = literal_column("'in_progress'")
"""Not a parameter: only then SQLite takes the index of those who run."""


def preview(tx: Tx, record: SequenceRecord, target: Target) -> EnrolPreview:
    """What enrolling the target would do now. Raises BadFilter."""
    wanted = record.definition if record.version_id is not None else record.shown
    done = EnrolPreview()
    for condition in contact_table.target_conditions(tx, target):
        done += _counted(tx, record.id, wanted, condition)
    return done


def come_in(
    tx: Tx, record: SequenceRecord, ids: Sequence[int], user_id: int | None
) -> tuple[EnrolPreview, list[int]]:
    """Put some hundred contacts at most into the current version; what became of them, and the new enrolments."""
    assert record.version_id is not None
    known = enrolments.entries(tx, record.id, record.definition, ids, by_hand=True)
    coming = [id for id, entry in known.items() if entry is Entry.COMES_IN]
    packed = tx.conn.scalars(select(_contact.facts).where(_contact.id.in_(coming)))
    opted_out_count = sum(facts.unpack(one).says_no for one in packed)
    counts = enrolments.enrol(
        tx, record.id, record.version_id, ids, EnrolSource.PERSON, user_id, definition=record.definition
    )
    mine = (
        _enrolment.sequence_id == record.id,
        _enrolment.contact_id.in_(coming),
        _enrolment.status == _RUNNING,
    )
    made = list(tx.conn.scalars(select(_enrolment.id).where(*mine).order_by(_enrolment.id)))
    return _as_preview(Counter(counts), opted_out_count), made


def _counted(tx: Tx, sequence_id: int, wanted: Definition, condition: ColumnElement[bool]) -> EnrolPreview:
    """Everyone by the facts out of their index; then those with a run, who are few or whom an index names."""
    grouped = select(_contact.facts, func.count()).where(condition).group_by(_contact.facts)
    free: Counter[int] = Counter({packed: int(count) for packed, count in tx.conn.execute(grouped)})
    counts: Counter[Entry] = Counter()
    for packed, entry, count in tx.conn.execute(_with_a_run(tx, sequence_id, wanted, condition)):
        counts[Entry(entry)] += int(count)
        free[packed] -= int(count)
    for packed, count in free.items():
        counts[Entry.COMES_IN if facts.has_phone(packed) else Entry.NO_PHONE] += count
    says_no = (packed for packed in free if facts.has_phone(packed) and facts.unpack(packed).says_no)
    return _as_preview(counts, sum(free[packed] for packed in says_no))


def _with_a_run(tx: Tx, sequence_id: int, wanted: Definition, condition: ColumnElement[bool]) -> Select[Any]:
    """(facts, entry, count) of those who may not come in by hand for a run that they have or had."""
    mine = _enrolment.sequence_id == sequence_id
    runs = _enrolment.status == _RUNNING
    cooled = tx.now - timedelta(days=wanted.cooling_days)
    stayed = _enrolment.status != EnrolmentStatus.TAKEN_OUT.value
    stands = stayed if wanted.run_once else or_(runs, and_(stayed, _enrolment.ended_at > cooled))
    other = Entry.BEEN if wanted.run_once else Entry.COOLING
    running = _contact.id.in_(select(_enrolment.contact_id).where(mine, runs))
    entry = case((running, Entry.RUNNING.value), else_=other.value).label("entry")
    known = _contact.id.in_(select(_enrolment.contact_id).where(mine, stands))
    return select(_contact.facts, entry, func.count()).where(condition, known).group_by(_contact.facts, entry)


def _as_preview(counts: "Counter[Entry]", opted_out_count: int) -> EnrolPreview:
    return EnrolPreview(
        sum(counts.values()),
        counts[Entry.COMES_IN],
        counts[Entry.RUNNING],
        counts[Entry.BEEN],
        counts[Entry.COOLING],
        counts[Entry.NO_PHONE],
        opted_out_count,
    )
