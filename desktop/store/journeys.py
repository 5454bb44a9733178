"""Who is where in a sequence: runs, the figures of its steps, and one contact's way through."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, literal_column, select

from desktop.domain.filters import EVERYONE
from desktop.domain.journey import told_reason
from desktop.domain.messages import Status
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, Enrolment, EnrolmentStatus, EnrolSource, StepEnd
from desktop.domain.sequence_report import Journey, JourneyStep, SequenceReport, StepFigures
from desktop.store import audience, conversations, sequences, tables, templates
from desktop.store.engine import Tx

_enrolment = tables.enrolment.c
_step = tables.enrolment_step.c
_message = tables.message.c
_contact = tables.contact.c


# Runs.


def people(
    tx: Tx,
    sequence_id: int,
    statuses: Sequence[EnrolmentStatus] = (),
    *,
    search: str = "",
    version_id: int | None = None,
    after_id: int | None = None,
    limit: int = 100,
) -> list[Enrolment]:
    """The newest runs, from behind an id on; no statuses: all, no version: of every one.

    search: part of a name or phone.
    """
    mine = _enrolment.sequence_id == sequence_id
    if version_id is not None:
        mine = and_(mine, _enrolment.version_id == version_id)
    asked = select(_enrolment.id).where(mine).order_by(_enrolment.id.desc()).limit(limit)
    if after_id is not None:
        asked = asked.where(_enrolment.id < after_id)
    wanted = [one.value for one in statuses or tuple(EnrolmentStatus)]
    if search.strip():
        found = select(_contact.id).where(audience.search_condition(search))
        asked = asked.where(_enrolment.status.in_(wanted), _enrolment.contact_id.in_(found))
        return _views(tx, list(tx.conn.scalars(asked)))
    # One by one: the index holds them by status, and each in the order of their ids.
    ids = [id for status in wanted for id in tx.conn.scalars(asked.where(_enrolment.status == status))]
    return _views(tx, sorted(ids, reverse=True)[:limit])


def step_people(
    tx: Tx, version_id: int, step_number: int, *, skipped: bool, limit: int = 200
) -> list[Enrolment]:
    """Who skipped a step of a version, or waits for it to be due; the newest first."""
    asked = select(_enrolment.id).where(_enrolment.version_id == version_id)
    if skipped:
        ended = (_step.step_number == step_number, _step.ended_as == StepEnd.SKIPPED.value)
        asked = asked.select_from(tables.enrolment.join(tables.enrolment_step)).where(*ended)
    else:
        asked = asked.where(*_waits, _enrolment.step_number == step_number)
    return _views(tx, list(tx.conn.scalars(asked.order_by(_enrolment.id.desc()).limit(limit))))


def of_contact(tx: Tx, contact_id: int) -> list[Enrolment]:
    """The runs of one contact, the newest first."""
    asked = select(_enrolment.id).where(_enrolment.contact_id == contact_id)
    return _views(tx, list(tx.conn.scalars(asked.order_by(_enrolment.id.desc()))))


def enrolment(tx: Tx, enrolment_id: int) -> Enrolment:
    """One run. Raises NotFound."""
    found = _views(tx, [enrolment_id])
    if not found:
        raise NotFound("Not found", "There is no such contact in a sequence (any more).")
    return found[0]


def _views(tx: Tx, ids: Sequence[int]) -> list[Enrolment]:
    """Runs by id, in the order asked."""
    joined = tables.enrolment.join(tables.sequence, tables.sequence.c.id == _enrolment.sequence_id).join(
        tables.contact, _contact.id == _enrolment.contact_id
    )
    asked = (
        select(
            tables.enrolment,
            tables.sequence.c.name.label("sequence_name"),
            _contact.name.label("contact_name"),
            _contact.phone,
        )
        .select_from(joined)
        .where(_enrolment.id.in_(ids))
    )
    rows = {row.id: row for row in tx.rows(asked)}
    known = sequences.versions(tx, sorted({row.version_id for row in rows.values()}))
    return [_view(rows[id], *known[rows[id].version_id]) for id in ids if id in rows]


def _view(row: Any, number: int, definition: Definition) -> Enrolment:
    return Enrolment(
        row.id,
        row.sequence_id,
        row.sequence_name,
        row.version_id,
        number,
        row.contact_id,
        row.contact_name,
        row.phone or "",
        EnrolmentStatus(row.status),
        row.step_number,
        len(definition.steps),
        row.due_at,
        EnrolSource(row.source),
        row.enrolled_at,
        row.ended_at,
        row.ended_because,
    )


# The figures of the steps.


def report(tx: Tx, sequence_id: int, version_id: int | None = None) -> SequenceReport:
    """One version (None: the current one) and everyone's counts. Raises NotFound."""
    record = sequences.get(tx, sequence_id)
    known = tuple((row.id, row.number, row.at) for row in sequences.versions_of(tx, sequence_id))
    shown_id = record.version_id if version_id is None else version_id
    counts = sequences.counts(tx, [sequence_id])[sequence_id]
    if shown_id is None:
        return SequenceReport(record, counts, None, record.shown, (), known)
    if shown_id not in [id for id, _, _ in known]:
        raise NotFound("Version not found", "There is no such version of this sequence.")
    _, definition = sequences.version(tx, shown_id)
    return SequenceReport(record, counts, shown_id, definition, _figures(tx, shown_id, definition), known)


def _figures(tx: Tx, version_id: int, definition: Definition) -> tuple[StepFigures, ...]:
    kinds = (_message.step_number, _message.status, _message.reason, _message.error_code)
    grouped = select(*kinds, func.count()).where(_message.version_id == version_id).group_by(*kinds)
    by: defaultdict[int, Counter[tuple[Status, Reason | None]]] = defaultdict(Counter)
    for number, status, reason, code, count in tx.conn.execute(grouped):
        by[number][Status(status), told_reason(Reason(reason) if reason else None, code)] += int(count)
    skipped = _skipped(tx, version_id, definition)
    numbers = range(1, len(definition.steps) + 1)
    waiting = _waiting(tx, version_id)
    return tuple(
        StepFigures(number, by[number], skipped.get(number, 0), waiting.get(number, 0)) for number in numbers
    )


# Not a parameter: only then SQLite takes the index of those who run.
_waits = (_enrolment.status == literal_column("'in_progress'"), _enrolment.due_at.is_not(None))


def _waiting(tx: Tx, version_id: int) -> dict[int, int]:
    """For how many each step is the next one, and no message of it is on its way."""
    grouped = (
        select(_enrolment.step_number, func.count())
        .where(_enrolment.version_id == version_id, *_waits)
        .group_by(_enrolment.step_number)
    )
    return {number: int(count) for number, count in tx.conn.execute(grouped)}


def _skipped(tx: Tx, version_id: int, definition: Definition) -> dict[int, int]:
    """How many skipped each step. Only a step with a condition can be skipped, and most versions have none."""
    if all(one.condition == EVERYONE for one in definition.steps):
        return {}
    grouped = (
        select(_step.step_number, func.count())
        .select_from(tables.enrolment_step.join(tables.enrolment))
        .where(_enrolment.version_id == version_id, _step.ended_as == StepEnd.SKIPPED.value)
        .group_by(_step.step_number)
    )
    return {number: int(count) for number, count in tx.conn.execute(grouped)}


# One contact's way.


def journey(tx: Tx, enrolment_id: int) -> Journey:
    """Every step of a run's version, with what became of it. Raises NotFound."""
    run = enrolment(tx, enrolment_id)
    _, definition = sequences.version(tx, run.version_id)
    ended = {row.step_number: row for row in tx.rows(_steps_of(enrolment_id))}
    sent = conversations.messages(tx, [row.message_id for row in ended.values() if row.message_id])
    messages = {one.id: one for one in sent}
    names = {id: one.name for id, one in templates.by_ids(tx, definition.template_ids).items()}
    steps: list[JourneyStep] = []
    for number, step in enumerate(definition.steps, 1):
        row = ended.get(number)
        message = messages.get(row.message_id) if row is not None else None
        steps.append(
            JourneyStep(
                number,
                step.template_id,
                names.get(step.template_id or 0, ""),
                None if row is None else StepEnd(row.ended_as),
                None if row is None else row.at,
                run.due_at if row is None and number == run.step_number else None,
                message,
                _moved_on_to(run, number, was_next=number + 1 in ended) if row is not None else None,
            )
        )
    return Journey(run, tuple(steps))


def _steps_of(enrolment_id: int) -> Select[Any]:
    return select(tables.enrolment_step).where(_step.enrolment_id == enrolment_id)


def _moved_on_to(run: Enrolment, number: int, *, was_next: bool) -> int | None:
    """The step after one that ended; not yet while its message is on its way, and none where the run ended."""
    return number + 1 if was_next or run.step_number == number + 1 else None
