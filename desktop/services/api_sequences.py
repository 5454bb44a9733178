"""Sequences as other programs look at them and put contacts in.

A program that puts somebody in is no person: whoever was taken out by hand stays out for as long as somebody who
went through.
"""

from dataclasses import dataclass
from typing import Any, Final

from desktop.domain.activity import Deed
from desktop.domain.api_message import phone_of
from desktop.domain.journey import Entry
from desktop.domain.keys import Caller
from desktop.domain.problems import NotFound, Problem
from desktop.domain.public_ids import public_id
from desktop.domain.sequence import (
    EnrolmentCounts,
    EnrolmentStatus,
    EnrolSource,
    SequenceRecord,
    SequenceStatus,
)
from desktop.services.api_answers import Once, once, written
from desktop.services.api_broadcasts import acting
from desktop.services.api_contact_shown import moment
from desktop.services.api_identity import recipient
from desktop.store import activity, contacts, enrolments, sequences
from desktop.store.engine import Store, Tx

_DONE: Final = 200
_STARTED: Final = (SequenceStatus.ACTIVE, SequenceStatus.PAUSED, SequenceStatus.HELD)
_RESULTS: Final = {
    Entry.COMES_IN: "ENROLLED",
    Entry.RUNNING: "ALREADY_IN",
    Entry.BEEN: "WENT_THROUGH",
    Entry.COOLING: "TOO_SOON",
    Entry.NO_PHONE: "NO_PHONE",
}


@dataclass(frozen=True, slots=True)
class EnrolWanted:
    """Whom to put in: by number, made if nobody has it (name, tags: for the contact), or by id.

    contact_ids: with the field that named each.
    """

    phone: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    contact_ids: tuple[tuple[int, str], ...] = ()


class ApiSequences:
    """The API's verbs on sequences. Answers are JSON values."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[dict[str, Any]]:
        """All sequences, by name."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            found = sequences.every(tx)
            counts = sequences.counts(tx, [one.id for one in found])
            return [shown(one, counts[one.id]) for one in found]

        return await self._store.read(read, listing=True)

    async def get(self, sequence_id: int) -> dict[str, Any]:
        """One sequence. Raises NotFound."""

        def read(tx: Tx) -> dict[str, Any]:
            found = sequences.get(tx, sequence_id)
            return shown(found, sequences.counts(tx, [found.id])[found.id])

        return await self._store.read(read, listing=True)

    async def enrol(
        self, sequence_id: int, wanted: EnrolWanted, caller: Caller, asked: Once
    ) -> dict[str, Any]:
        """Put contacts in; says of each what became of it. All or, if one of them is not there, none.

        Raises NotFound (the sequence), or a Problem: of the field that names nobody, or that it was never activated.
        """
        phone = phone_of(wanted.phone, "phone") if wanted.phone.strip() else ""

        def do(tx: Tx) -> dict[str, Any]:
            record = sequences.get(tx, sequence_id)
            if record.status not in _STARTED or record.version_id is None:
                raise Problem(
                    "Not active yet", f"“{record.name}” is a draft. Activate it first.", "sequenceId"
                )
            ids = (
                [recipient(tx, phone, wanted.name, wanted.tags, "", by=caller.name)]
                if phone
                else _known(tx, wanted)
            )
            return _enrolled(tx, record, record.version_id, list(dict.fromkeys(ids)), caller)

        return await written(self._store, lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))


def _known(tx: Tx, wanted: EnrolWanted) -> list[int]:
    """The contacts, or those they were merged into. Raises a Problem of the field that names nobody."""
    kept = []
    for id, field in wanted.contact_ids:
        try:
            kept.append(contacts.get(tx, contacts.kept_id(tx, id)).id)
        except NotFound as wrong:
            raise Problem(wrong.title, "There is no contact with this id (any more).", field) from wrong
    return kept


def _enrolled(
    tx: Tx, record: SequenceRecord, version_id: int, ids: list[int], caller: Caller
) -> dict[str, Any]:
    known = enrolments.entries(tx, record.id, record.definition, ids)
    enrolments.enrol(tx, record.id, version_id, ids, EnrolSource.API, definition=record.definition)
    count = sum(entry is Entry.COMES_IN for entry in known.values())
    if count:
        who = "1 contact" if count == 1 else f"{count} contacts"
        activity.log(tx, acting(caller), Deed.ENROLLED, record.name, who)
    return {
        "sequenceId": public_id(record.id),
        "sequenceName": record.name,
        "enrolledCount": count,
        "results": [
            {
                "contactId": public_id(one.id),
                "result": _RESULTS[known[one.id]],
                "optedOut": one.facts.says_no,
            }
            for one in contacts.many(tx, ids)
            if one.id in known
        ],
    }


def shown(record: SequenceRecord, counts: EnrolmentCounts) -> dict[str, Any]:
    """A sequence as the API tells it. Pure."""
    return {
        "id": public_id(record.id),
        "name": record.name,
        "status": record.status.value.upper(),
        "heldBecause": record.held_because,
        "version": record.version_number,
        "stepCount": len(record.definition.steps if record.version_id is not None else record.shown.steps),
        "enrolledCount": counts.enrolled_count,
        "inProgressCount": counts.in_progress_count,
        "completedCount": counts.completed_count,
        "takenOutCount": counts.by_status.get(EnrolmentStatus.TAKEN_OUT, 0),
        "createdAt": moment(record.created_at),
        "activatedAt": moment(record.activated_at) if record.activated_at else None,
    }
