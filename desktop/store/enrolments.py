"""Who is in which sequence and when their next step is due: the one place that makes and ends enrolments.

`step_number` is the step to do next; while its message is on its way it is still that step, `due_at` is empty and
`message_id` names the message. Locks are taken in the order enrolment, message, contact (by id).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select, update

from desktop.domain import journey
from desktop.domain.changes import Topic
from desktop.domain.journey import NEVER, Entry, Past
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, EnrolmentStatus, EnrolSource
from desktop.store import facts, outbox, send_hours, sequence_ledger, tables
from desktop.store.engine import Tx
from desktop.store.manyrows import ManyRows

_enrolment = tables.enrolment.c
_contact = tables.contact.c
_message = tables.message.c
_RUNNING: Final = EnrolmentStatus.IN_PROGRESS.value

_VERSION = select(tables.sequence_version.c.definition).where(
    tables.sequence_version.c.id == bindparam("version_id")
)


def definition_of(tx: Tx, version_id: int) -> Definition:
    """What a version fixed. Raises LookupError for one that is not there, and what reading it raises."""
    found = tx.conn.scalar(_VERSION, {"version_id": version_id})
    if found is None:
        raise LookupError(f"version {version_id} of a sequence is not there")
    return Definition.from_json(found)


# Coming in.

_PASTS = (
    select(
        _enrolment.contact_id,
        func.max(_enrolment.ended_at).label("ended_at"),
        func.max(_enrolment.trigger_at).label("trigger_at"),
        func.count(_enrolment.ended_at).label("ended_count"),
        func.count().label("all_count"),
    )
    .where(
        _enrolment.sequence_id == bindparam("sequence_id"),
        _enrolment.contact_id.in_(bindparam("ids", expanding=True)),
    )
    .group_by(_enrolment.contact_id)
)
_BY_HAND = _PASTS.where(_enrolment.status != EnrolmentStatus.TAKEN_OUT.value)
"""Whoever was taken out has not been through it for the person who puts them in again."""
_NUMBERS = (
    select(_contact.id, _contact.phone, _contact.facts)
    .where(_contact.id.in_(bindparam("ids", expanding=True)), _contact.merged_into.is_(None))
    .order_by(_contact.id)
)
_COMING = ManyRows(
    tables.enrolment,
    (
        "sequence_id",
        "version_id",
        "contact_id",
        "status",
        "step_number",
        "due_at",
        "source",
        "user_id",
        "trigger_at",
        "enrolled_at",
    ),
    new_only=True,
)


def entries(
    tx: Tx,
    sequence_id: int,
    definition: Definition,
    contact_ids: Sequence[int],
    trigger_at: Mapping[int, datetime] | None = None,
    *,
    by_hand: bool = False,
) -> dict[int, Entry]:
    """Of each contact that is there, whether they may come in now; contacts merged away are not there.

    by_hand: by a person, for whom runs that were taken out do not count.
    """
    found = _looked_at(tx, sequence_id, definition, contact_ids, trigger_at, by_hand=by_hand)
    return {row.id: entry for row, entry in found}


def _looked_at(
    tx: Tx,
    sequence_id: int,
    definition: Definition,
    contact_ids: Sequence[int],
    trigger_at: Mapping[int, datetime] | None,
    *,
    by_hand: bool,
) -> list[tuple[Row[Any], Entry]]:
    ids = list(contact_ids)
    pasts = {
        row.contact_id: Past(row.all_count > row.ended_count, row.all_count > 0, row.ended_at, row.trigger_at)
        for row in tx.rows(_BY_HAND if by_hand else _PASTS, sequence_id=sequence_id, ids=ids)
    }
    return [
        (
            row,
            journey.entry_of(
                definition,
                pasts.get(row.id, NEVER),
                tx.now,
                has_phone=facts.has_phone(row.facts),
                trigger_at=(trigger_at or {}).get(row.id),
            ),
        )
        for row in tx.rows(_NUMBERS, ids=ids)
    ]


def enrol(
    tx: Tx,
    sequence_id: int,
    version_id: int,
    contact_ids: Sequence[int],
    source: EnrolSource,
    user_id: int | None = None,
    *,
    definition: Definition | None = None,
    trigger_at: Mapping[int, datetime] | None = None,
) -> dict[Entry, int]:
    """Put contacts into a version; returns how many by what became of them. Whoever is not there is not counted.

    At most some hundred at a time: it is one write. definition: the version's, if the caller has read it.
    trigger_at: for a trigger, the change of each contact that brings them in.
    """
    wanted = definition if definition is not None else definition_of(tx, version_id)
    by_hand = source is EnrolSource.PERSON
    looked_at = _looked_at(tx, sequence_id, wanted, contact_ids, trigger_at, by_hand=by_hand)
    workspace = send_hours.workspace_zone(tx)
    came_in = _COMING.ids(
        tx,
        [
            {
                "sequence_id": sequence_id,
                "version_id": version_id,
                "contact_id": row.id,
                "status": _RUNNING,
                "step_number": 1,
                "due_at": journey.due_at(wanted, 1, tx.now, row.phone, workspace),
                "source": source.value,
                "user_id": user_id,
                "trigger_at": (trigger_at or {}).get(row.id),
                "enrolled_at": tx.now,
            }
            for row, entry in looked_at
            if entry is Entry.COMES_IN
        ],
    )
    sequence_ledger.note_enrolled(tx, sequence_id, came_in)
    counts = Counter(entry for _, entry in looked_at)
    if counts[Entry.COMES_IN]:
        tx.touch(Topic.SEQUENCE, sequence_id)
    return dict(counts)


# Going.

_HOLD = (
    select(
        _enrolment.id,
        _enrolment.sequence_id,
        _enrolment.contact_id,
        _enrolment.step_number,
        _enrolment.message_id,
    )
    .where(_enrolment.id == bindparam("id"), _enrolment.status == _RUNNING)
    .with_for_update()
)


def end(
    tx: Tx,
    enrolment_id: int,
    status: EnrolmentStatus,
    because: str = "",
    *,
    user_id: int | None = None,
) -> bool:
    """End a run; False if it was over. A message of it that has not left is cancelled.

    user_id: the person who does it, for the message's history.
    """
    row = tx.conn.execute(_HOLD, {"id": enrolment_id}).one_or_none()
    if row is None:
        return False
    if row.message_id is not None:
        cancel(tx, [row.message_id], user_id)
    tx.conn.execute(
        update(tables.enrolment)
        .where(_enrolment.id == enrolment_id)
        .values(
            status=status.value,
            step_number=0,
            due_at=None,
            message_id=None,
            ended_at=tx.now,
            ended_because=because,
        )
    )
    tx.touch(Topic.SEQUENCE, row.sequence_id)
    return True


def cancel(tx: Tx, message_ids: Sequence[int], user_id: int | None = None) -> int:
    """Cancel messages of runs that are over, those that have not left; returns how many."""
    by = outbox.ENGINE if user_id is None else outbox.PERSON
    waiting = [row for row in outbox.lock(tx, message_ids).values() if row.status == Status.QUEUED.value]
    outbox.write_moves(
        tx,
        [
            outbox.move(tx, row, Status.CANCELLED, by, reason=Reason.LEFT_SEQUENCE, user_id=user_id)
            for row in waiting
        ],
    )
    for row in waiting:
        outbox.touch(tx, row.contact_id, None)
    return len(waiting)
