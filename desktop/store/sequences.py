"""Sequences as rows: their draft, their versions, and how many are where."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from desktop.domain import filters
from desktop.domain.changes import Topic
from desktop.domain.filters import Filter
from desktop.domain.problems import NotFound
from desktop.domain.sequence import (
    Definition,
    EnrolmentCounts,
    EnrolmentStatus,
    SequenceRecord,
    SequenceStatus,
)
from desktop.domain.text import fold
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_sequence = tables.sequence.c
_version = tables.sequence_version.c
_enrolment = tables.enrolment.c


# Looking.


def _select() -> Any:
    joined = tables.sequence.outerjoin(tables.sequence_version, _version.id == _sequence.version_id)
    joined = joined.outerjoin(tables.person, tables.person.c.id == _sequence.created_by)
    return select(
        tables.sequence, _version.number, _version.definition, tables.person.c.name.label("person_name")
    ).select_from(joined)


def _record(row: Any) -> SequenceRecord:
    return SequenceRecord(
        row.id,
        row.name,
        SequenceStatus(row.status),
        row.held_because,
        row.version_id,
        row.number or 0,
        Definition() if row.definition is None else Definition.from_json(row.definition),
        None if row.draft is None else Definition.from_json(row.draft),
        row.person_name or "",
        row.created_at,
        row.activated_at,
    )


def get(tx: Tx, sequence_id: int) -> SequenceRecord:
    """One sequence. Raises NotFound."""
    row = tx.conn.execute(_select().where(_sequence.id == sequence_id)).one_or_none()
    if row is None:
        raise _not_found()
    return _record(row)


def hold(tx: Tx, sequence_id: int) -> SequenceRecord:
    """One sequence, held until the end of the transaction. Raises NotFound."""
    held = select(_sequence.id).where(_sequence.id == sequence_id).with_for_update()
    if tx.conn.scalar(held) is None:
        raise _not_found()
    return get(tx, sequence_id)


def _not_found() -> NotFound:
    return NotFound("Sequence not found", "This sequence was deleted meanwhile. Choose another one.")


def every(tx: Tx) -> list[SequenceRecord]:
    """All sequences by name."""
    return sorted((_record(row) for row in tx.rows(_select())), key=lambda one: (fold(one.name), one.id))


def id_of(tx: Tx, name: str) -> int | None:
    """The sequence of that name, however it is written; there are few."""
    wanted = fold(name)
    rows = tx.rows(select(_sequence.id, _sequence.name).order_by(_sequence.id))
    return next((row.id for row in rows if fold(row.name) == wanted), None)


def counts(tx: Tx, sequence_ids: Iterable[int]) -> dict[int, EnrolmentCounts]:
    """How many enrolments of each sequence are where; out of their index."""
    wanted = list(sequence_ids)
    grouped = (
        select(_enrolment.sequence_id, _enrolment.status, func.count())
        .where(_enrolment.sequence_id.in_(wanted))
        .group_by(_enrolment.sequence_id, _enrolment.status)
    )
    found: defaultdict[int, dict[EnrolmentStatus, int]] = defaultdict(dict)
    for sequence_id, status, count in tx.conn.execute(grouped):
        found[sequence_id][EnrolmentStatus(status)] = int(count)
    return {id: EnrolmentCounts(found[id]) for id in wanted}


def version(tx: Tx, version_id: int) -> tuple[int, Definition]:
    """A version's number and what it fixes. Raises NotFound."""
    found = versions(tx, [version_id])
    if version_id not in found:
        raise NotFound("Version not found", "There is no such version of this sequence.")
    return found[version_id]


def versions(tx: Tx, version_ids: Sequence[int]) -> dict[int, tuple[int, Definition]]:
    """Numbers and definitions of versions by id."""
    asked = select(_version.id, _version.number, _version.definition).where(_version.id.in_(version_ids))
    return {row.id: (row.number, Definition.from_json(row.definition)) for row in tx.rows(asked)}


def versions_of(tx: Tx, sequence_id: int) -> list[Any]:
    """Rows (id, number, at) of a sequence's versions, newest first."""
    asked = select(_version.id, _version.number, _version.at).where(_version.sequence_id == sequence_id)
    return tx.rows(asked.order_by(_version.number.desc()))


# Changing.


def create(tx: Tx, name: str, draft: Definition, user_id: int | None) -> int:
    """A new draft; returns its id. The name is checked and nobody else's."""
    sequence_id = new_id(
        tx.conn.execute(
            insert(tables.sequence).values(
                name=name,
                status=SequenceStatus.DRAFT.value,
                draft=draft.to_json(),
                created_by=user_id,
                created_at=tx.now,
            )
        )
    )
    tx.touch(Topic.SEQUENCE, sequence_id)
    return sequence_id


def _set(tx: Tx, sequence_id: int, **values: Any) -> None:
    tx.conn.execute(update(tables.sequence).where(_sequence.id == sequence_id).values(**values))
    tx.touch(Topic.SEQUENCE, sequence_id)


def rename(tx: Tx, sequence_id: int, name: str) -> None:
    _set(tx, sequence_id, name=name)


def save_draft(tx: Tx, sequence_id: int, draft: Definition | None) -> None:
    """Keep an edit; None: there is none."""
    _set(tx, sequence_id, draft=None if draft is None else draft.to_json())


def publish(tx: Tx, record: SequenceRecord, user_id: int | None) -> SequenceRecord:
    """Make the draft the next version. A trigger that is new looks from now on, not at what was before it."""
    if record.draft is None:
        return record
    made = insert(tables.sequence_version).values(
        sequence_id=record.id,
        number=record.version_number + 1,
        definition=record.draft.to_json(),
        user_id=user_id,
        at=tx.now,
    )
    values: dict[str, Any] = {"version_id": new_id(tx.conn.execute(made)), "draft": None}
    if record.draft.trigger != record.definition.trigger:
        values["looked_to"] = tx.now
    _set(tx, record.id, **values)
    return get(tx, record.id)


def set_active(tx: Tx, record: SequenceRecord) -> SequenceRecord:
    """Start, or go on. Nobody came in during a pause, so triggers look from now on; a hold lets them catch up."""
    values: dict[str, Any] = {"status": SequenceStatus.ACTIVE.value, "held_because": ""}
    if record.status is not SequenceStatus.HELD:
        values["looked_to"] = tx.now
    if record.activated_at is None:
        values["activated_at"] = tx.now
    _set(tx, record.id, **values)
    return get(tx, record.id)


def set_paused(tx: Tx, sequence_id: int) -> None:
    _set(tx, sequence_id, status=SequenceStatus.PAUSED.value, held_because="")


def was_used(tx: Tx, sequence_id: int) -> bool:
    """True if anybody was ever in it."""
    asked = select(_enrolment.id).where(_enrolment.sequence_id == sequence_id).limit(1)
    return tx.conn.scalar(asked) is not None


def delete_one(tx: Tx, sequence_id: int) -> None:
    """Delete one that nobody was ever in."""
    tx.conn.execute(delete(tables.sequence_version).where(_version.sequence_id == sequence_id))
    tx.conn.execute(delete(tables.sequence).where(_sequence.id == sequence_id))
    tx.touch(Topic.SEQUENCE, sequence_id)


# A field that gets another name.


def rename_field(tx: Tx, before: str, after: str) -> None:
    """A field has a new name: drafts and versions that ask for it, or fill variables from it, follow."""
    for row in tx.rows(select(_sequence.id, _sequence.draft).where(_sequence.draft.is_not(None))):
        if (wanted := _renamed(row.draft, before, after)) != row.draft:
            _set(tx, row.id, draft=wanted)
    for row in tx.rows(select(_version.id, _version.sequence_id, _version.definition)):
        if (wanted := _renamed(row.definition, before, after)) != row.definition:
            at = update(tables.sequence_version).where(_version.id == row.id)
            tx.conn.execute(at.values(definition=wanted))
            tx.touch(Topic.SEQUENCE, row.sequence_id)


def _renamed(kept: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """A definition as JSON with one field under its new name."""
    steps = [
        {
            **step,
            "condition": _renamed_in(step["condition"], before, after),
            "variables": [[name, after if f == before else f, text] for name, f, text in step["variables"]],
        }
        for step in kept["steps"]
    ]
    trigger = {**kept["trigger"], "condition": _renamed_in(kept["trigger"]["condition"], before, after)}
    goals = {name: _renamed_in(kept[name], before, after) for name in ("success", "failure")}
    return {**kept, "steps": steps, "trigger": trigger, **goals}


def _renamed_in(kept: Any, before: str, after: str) -> Any:
    if kept is None:
        return None
    wanted: Filter = filters.renamed(filters.from_json(kept), before, after)
    return filters.to_json(wanted)
