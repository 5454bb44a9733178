"""The turns of a sequence's contacts, inside one transaction: what was submitted and where the contact stands
are committed together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from desktop.domain import journey
from desktop.domain.consent import Path
from desktop.domain.contacts import fields_of
from desktop.domain.filters import ATTRIBUTE, BadFilter, Filter
from desktop.domain.journey import LastMessage, Seen, Turn, What
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.sequence import Definition, EnrolmentStatus, SequenceStep, StepEnd
from desktop.domain.templates import values_for
from desktop.services import sending
from desktop.store import contacts, enrolments, send_hours, templates, turns
from desktop.store.engine import Tx, is_trouble
from desktop.store.meeting import meeting
from desktop.store.turns import Ended, Going

_ENDS: Final = {
    What.SUCCEED: EnrolmentStatus.SUCCEEDED,
    What.MISS_GOAL: EnrolmentStatus.GOAL_MISSED,
    What.DROP: EnrolmentStatus.DROPPED,
}


class Unclear(Exception):
    """A sequence cannot go on as it is: what it says cannot be understood. sentence: for a person."""

    def __init__(self, sequence_id: int, sentence: str) -> None:
        super().__init__(sentence)
        self.sequence_id = sequence_id
        self.sentence = sentence


def definition_of(tx: Tx, sequence_id: int, version_id: int) -> Definition:
    """What a version fixed. Raises Unclear."""
    try:
        return enrolments.definition_of(tx, version_id)
    except Exception as wrong:
        if is_trouble(wrong):
            raise
        told = "Held: a version of this sequence cannot be read. Edit it, publish it and enrol anew."
        raise Unclear(sequence_id, told) from wrong


@dataclass(slots=True)
class _Chunk:
    """What a transaction has found out, and what it will write."""

    tx: Tx
    zone: ZoneInfo
    people: Mapping[int, Any]
    runs: list[Going] = field(default_factory=list)
    steps: dict[tuple[int, int], tuple[StepEnd, int | None]] = field(default_factory=dict)
    queued_count: int = 0

    def write(self) -> None:
        turns.keep_steps(self.tx, self.steps)
        turns.go(self.tx, self.runs)

    def moves_on(self, definition: Definition, row: Any, since: datetime) -> None:
        """To the step after; its whole delay counts from `since`. After the last one the run is through."""
        following = journey.step_after(definition, row.step_number)
        if following is None:
            self.runs.append(Going(row.id, row.sequence_id, ended_at=since))
            return
        due_at = journey.due_at(definition, following, since, self.people[row.contact_id].phone, self.zone)
        self.runs.append(Going(row.id, row.sequence_id, following, due_at))


def _chunk(tx: Tx, rows: Sequence[Any]) -> _Chunk:
    return _Chunk(tx, send_hours.workspace_zone(tx), turns.people(tx, [row.contact_id for row in rows]))


def move_on(tx: Tx, ended: Sequence[Ended]) -> int:
    """Runs whose message ended go to their next step; returns how many. Raises Unclear."""
    rows = turns.hold_ended(tx, ended)
    chunk = _chunk(tx, rows)
    ends = turns.ends_of(tx, [row.message_id for row in rows])
    definitions = _definitions(tx, rows)
    for row in rows:
        chunk.moves_on(definitions[row.version_id], row, ends.get(row.message_id, tx.now))
    chunk.write()
    return len(rows)


def _definitions(tx: Tx, rows: Sequence[Any]) -> dict[int, Definition]:
    of = {row.version_id: row.sequence_id for row in rows}
    return {version_id: definition_of(tx, sequence_id, version_id) for version_id, sequence_id in of.items()}


@dataclass(frozen=True, slots=True)
class _Due:
    """One contact's turn. fields: what variables draw on."""

    row: Any
    definition: Definition
    turn: Turn
    before: LastMessage | None

    @property
    def step(self) -> SequenceStep:
        number: int = self.row.step_number
        return self.definition.steps[number - 1]


def take(tx: Tx, rows: Sequence[Any]) -> int:
    """Give each of these due enrolments, held by the transaction, its turn; returns how many messages wait now.

    Raises Unclear.
    """
    chunk = _chunk(tx, rows)
    here: list[Any] = []
    for row in rows:
        merged_into = chunk.people[row.contact_id].merged_into
        if merged_into is None:
            here.append(row)
        else:
            turns.follow_merge(tx, row, merged_into)
    due = [one for group in _by_version(here) for one in _turns(chunk, group)]
    # In the order of the contacts: two engines, and an opt-out beside them, never wait for each other in a circle.
    due.sort(key=lambda one: one.row.contact_id)
    submissions = _submissions(chunk, [one for one in due if one.turn.what is What.SEND])
    for one in due:
        _apply(chunk, one, submissions.get(one.row.id))
    chunk.write()
    return chunk.queued_count


def _by_version(rows: Sequence[Any]) -> list[list[Any]]:
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.version_id].append(row)
    return list(groups.values())


def _turns(chunk: _Chunk, rows: Sequence[Any]) -> list[_Due]:
    """The turns of rows of one version."""
    tx, sequence_id = chunk.tx, rows[0].sequence_id
    definition = definition_of(tx, sequence_id, rows[0].version_id)
    ids = [row.contact_id for row in rows]
    success = _meeting(tx, sequence_id, "a goal", definition.success, ids)
    failure = _meeting(tx, sequence_id, "a goal", definition.failure, ids)
    before = turns.last_messages(tx, [row.id for row in rows]) if definition.only_if_sent else {}
    found = []
    conditions: dict[int, set[int]] = {}
    for row in rows:
        if not 1 <= row.step_number <= len(definition.steps):
            raise Unclear(sequence_id, "Held: a contact stands at a step that this sequence does not have.")
        if row.step_number not in conditions:
            wanted = definition.steps[row.step_number - 1].condition
            part = f"the condition of step {row.step_number}"
            conditions[row.step_number] = _meeting(tx, sequence_id, part, wanted, ids)
        seen = Seen(
            chunk.people[row.contact_id].phone,
            row.contact_id in success,
            row.contact_id in failure,
            row.contact_id in conditions[row.step_number],
            before.get(row.id),
        )
        turn = journey.next_turn(definition, row.step_number, seen, tx.now, chunk.zone)
        found.append(_Due(row, definition, turn, before.get(row.id)))
    return found


def _meeting(
    tx: Tx, sequence_id: int, part: str, wanted: Filter | None, contact_ids: Sequence[int]
) -> set[int]:
    """part: what the filter is, for a person."""
    try:
        return meeting(tx, wanted, contact_ids)
    except BadFilter as wrong:
        raise Unclear(sequence_id, f"Held: {part} cannot be asked. {wrong.sentence}") from wrong


def _submissions(chunk: _Chunk, due: Sequence[_Due]) -> dict[int, Submission]:
    """What is submitted for each, by enrolment. A template that is gone for good is left to the claim to refuse."""
    if not due:
        return {}
    wanted = {one.step.template_id for one in due if one.step.template_id is not None}
    known = templates.by_ids(chunk.tx, wanted)
    draws_on_attributes = any(
        variable.field.startswith(ATTRIBUTE) for one in due for variable in one.step.variables
    )
    ids = [one.row.contact_id for one in due]
    attributes = contacts.attributes_of(chunk.tx, ids) if draws_on_attributes else {}
    found = {}
    for one in due:
        row, step = one.row, one.step
        person = chunk.people[row.contact_id]
        fields = fields_of(person.name, person.phone or "", attributes.get(row.contact_id, {}))
        found[row.id] = Submission(
            contact_id=row.contact_id,
            path=Path.SEQUENCE,
            kind="template",
            text="",
            lane=Lane.SEQUENCE,
            content={"values": values_for(step.variables, fields)},
            template_id=step.template_id if step.template_id in known else None,
            enrolment_id=row.id,
            version_id=row.version_id,
            step_number=row.step_number,
        )
    return found


def _apply(chunk: _Chunk, one: _Due, wanted: Submission | None) -> None:
    tx, row, turn = chunk.tx, one.row, one.turn
    step = (row.id, row.step_number)
    if turn.what in _ENDS:
        enrolments.end(tx, row.id, _ENDS[turn.what], _because(one))
    elif turn.what is What.WAIT:
        chunk.runs.append(Going(row.id, row.sequence_id, row.step_number, turn.until))
    elif turn.what is What.SKIP:
        chunk.steps[step] = (StepEnd.SKIPPED, None)
        chunk.moves_on(one.definition, row, tx.now)
    else:
        assert wanted is not None
        done = sending.submit(tx, wanted, None)
        chunk.steps[step] = (StepEnd.MESSAGE, done.message_id)
        if done.verdict.may_send:
            chunk.queued_count += 1
            chunk.runs.append(Going(row.id, row.sequence_id, row.step_number, None, done.message_id))
        else:
            chunk.moves_on(one.definition, row, tx.now)


def _because(one: _Due) -> str:
    """For a person: 'Before step 3', or what became of the message before."""
    where = f"Before step {one.row.step_number}"
    if one.turn.what is not What.DROP or one.before is None or one.before.reason is None:
        return where
    code = f" ({one.before.error_code})" if one.before.error_code else ""
    return f"{where}: {one.before.reason.label}{code}"
