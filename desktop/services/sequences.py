"""Sequences: make, activate, pause; put contacts in and take them out; say where everyone is."""

import asyncio
import contextlib
import threading
import time
from array import array
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.contact_table import Target
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.sequence import (
    Definition,
    Enrolment,
    EnrolmentCounts,
    EnrolmentStatus,
    SequenceRecord,
    SequenceStatus,
)
from desktop.domain.sequence_checks import LONGEST_NAME, blockers, check, checked_name
from desktop.domain.sequence_report import EnrolPreview, Journey, JourneyStep, SequenceReport, StepFigures
from desktop.services import triggers
from desktop.services.bulk import FIRST_STEP_COUNT, Tell, next_size
from desktop.services.replies import expect_webhooks
from desktop.services.rights import allow
from desktop.services.taking_out import TakingOut
from desktop.store import (
    activity,
    audience,
    contact_table,
    contacts,
    conversations,
    enrolling,
    journeys,
    sequence_ledger,
    sequences,
    step_messages,
    templates,
)
from desktop.store.engine import StoreClosed, Tx, WriteLane
from desktop.store.sequence_ledger import SequenceLedger

__all__ = [
    "EnrolPreview",
    "Journey",
    "JourneyStep",
    "SequenceReport",
    "Sequences",
    "StepFigures",
    "Tell",
]

_STARTED: Final = (SequenceStatus.ACTIVE, SequenceStatus.PAUSED, SequenceStatus.HELD)


class Sequences(TakingOut):
    """The verbs on sequences. Every change asks for Right.SEQUENCES in its transaction."""

    # Looking.

    async def every(self) -> list[tuple[SequenceRecord, EnrolmentCounts]]:
        """All of them, by name, with their counts."""

        def read(tx: Tx) -> list[tuple[SequenceRecord, EnrolmentCounts]]:
            found = sequences.every(tx)
            counted = sequences.counts(tx, [one.id for one in found])
            return [(one, counted[one.id]) for one in found]

        return await self._store.read(read, people=True)

    async def get(self, sequence_id: int) -> SequenceRecord:
        """One sequence. Raises NotFound."""
        return await self._store.read(lambda tx: sequences.get(tx, sequence_id), people=True)

    async def report(self, sequence_id: int, version_id: int | None = None) -> SequenceReport:
        """The figures of one version (None: the current one) and of everyone. Raises NotFound."""
        return await self._store.read(lambda tx: journeys.report(tx, sequence_id, version_id))

    async def people(
        self,
        sequence_id: int,
        statuses: tuple[EnrolmentStatus, ...] = (),
        *,
        search: str = "",
        version_id: int | None = None,
        after_id: int | None = None,
        limit: int = 100,
    ) -> list[Enrolment]:
        """Enrolments, the newest first, from behind an id on; no statuses: all, no version: of every one."""
        return await self._store.read(
            lambda tx: journeys.people(
                tx,
                sequence_id,
                statuses,
                search=search,
                version_id=version_id,
                after_id=after_id,
                limit=limit,
            )
        )

    async def step_people(
        self, version_id: int, step_number: int, *, skipped: bool, limit: int = 200
    ) -> list[Enrolment]:
        """Who skipped a step of a version, or waits for it to be due; the newest first."""
        return await self._store.read(
            lambda tx: journeys.step_people(tx, version_id, step_number, skipped=skipped, limit=limit)
        )

    async def messages(
        self,
        version_id: int,
        step_number: int,
        statuses: tuple[Status, ...] = (),
        *,
        takes: frozenset[Reason] = frozenset(),
        leaves: frozenset[Reason] = frozenset(),
        limit: int = 200,
    ) -> list[MessageView]:
        """The messages of one step, newest first; takes, leaves: by the reasons that the step's figures have."""

        def read(tx: Tx) -> list[MessageView]:
            ids = step_messages.message_ids(
                tx, version_id, step_number, statuses, takes=takes, leaves=leaves, limit=limit
            )
            return conversations.messages(tx, ids)

        return await self._store.read(read, people=True)

    async def journey(self, enrolment_id: int) -> Journey:
        """One contact's way through, step by step. Raises NotFound."""
        return await self._store.read(lambda tx: journeys.journey(tx, enrolment_id), people=True)

    async def of_contact(self, contact_id: int) -> list[Enrolment]:
        """The runs of one contact, the newest first."""
        return await self._store.read(lambda tx: journeys.of_contact(tx, contact_id), people=True)

    async def verify(self, sequence_id: int) -> SequenceLedger:
        """Compare the records of a sequence. Raises NotFound."""
        return await self._store.read(lambda tx: sequence_ledger.verify(tx, sequence_id))

    async def verify_all(self) -> list[SequenceLedger]:
        """Compare the records of every sequence that was ever activated."""
        return await self._store.read(sequence_ledger.verify_all)

    # Making.

    async def create(self, name: str, user: User) -> int:
        """A new draft; returns its id. Raises a Problem of the field name."""
        shown = checked_name(name)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.SEQUENCES)
            _expect_free(tx, shown)
            activity.log(tx, user, Deed.SEQUENCE_CHANGED, shown, "begun")
            return sequences.create(tx, shown, Definition(), user.id or None)

        return await self._store.write(write)

    async def copy(self, sequence_id: int, user: User) -> int:
        """A new draft with the shown definition of another; returns its id."""

        def write(tx: Tx) -> int:
            allow(tx, user, Right.SEQUENCES)
            known = sequences.get(tx, sequence_id)
            name = _copy_name(tx, known.name)
            activity.log(tx, user, Deed.SEQUENCE_CHANGED, name, f"copied from “{known.name}”")
            return sequences.create(tx, name, known.shown, user.id or None)

        return await self._store.write(write)

    async def rename(self, sequence_id: int, name: str, user: User) -> None:
        """Give it another name. Raises a Problem of the field name."""
        shown = checked_name(name)

        def write(tx: Tx) -> None:
            known = _held(tx, sequence_id, user)
            if shown == known.name:
                return
            _expect_free(tx, shown, sequence_id)
            sequences.rename(tx, sequence_id, shown)
            activity.log(tx, user, Deed.SEQUENCE_CHANGED, shown, f"was “{known.name}”")

        await self._store.write(write)

    async def save_draft(self, sequence_id: int, draft: Definition, user: User) -> None:
        """Keep an edit; nobody follows it before it is published."""

        def write(tx: Tx) -> None:
            known = _held(tx, sequence_id, user)
            is_current = known.version_id is not None and draft == known.definition
            sequences.save_draft(tx, sequence_id, None if is_current else draft)

        await self._store.write(write)

    async def discard_draft(self, sequence_id: int, user: User) -> None:
        """Back to the current version. Raises a Problem for one that has none."""

        def write(tx: Tx) -> None:
            known = _held(tx, sequence_id, user)
            if known.version_id is None:
                raise Problem(
                    "Nothing to go back to", f"“{known.name}” was never activated; its draft is all there is."
                )
            sequences.save_draft(tx, sequence_id, None)

        await self._store.write(write)

    async def delete(self, sequence_id: int, user: User) -> None:
        """Delete one that nobody was ever in. Raises a Problem otherwise."""

        def write(tx: Tx) -> None:
            known = _held(tx, sequence_id, user)
            if sequences.was_used(tx, sequence_id):
                raise Problem(
                    "Not deleted",
                    f"Contacts were put into “{known.name}”, and the reports show it. Pause it instead.",
                )
            sequences.delete_one(tx, sequence_id)
            activity.log(tx, user, Deed.SEQUENCE_DELETED, known.name)

        await self._store.write(write)

    # Starting and stopping.

    async def publish(self, sequence_id: int, user: User) -> SequenceRecord:
        """Make the draft a new version, which new enrolments follow; who is in goes on with theirs.

        Raises a Problem that names what is missing (field 'step:N', 'name', 'trigger' …).
        """

        def write(tx: Tx) -> SequenceRecord:
            known = _held(tx, sequence_id, user)
            _expect(known, *_STARTED)
            if known.draft is None:
                return known
            _check(tx, known)
            done = sequences.publish(tx, known, user.id or None)
            activity.log(tx, user, Deed.SEQUENCE_CHANGED, done.name, f"version {done.version_number}")
            return done

        return await self._store.write(write)

    async def activate(self, sequence_id: int, user: User) -> SequenceRecord:
        """Publish the draft, if there is one, and start: due steps leave, triggers look from now on.

        Raises a Problem that names what is missing, as `publish`.
        """

        def write(tx: Tx) -> SequenceRecord:
            known = _held(tx, sequence_id, user)
            _expect(known, *(one for one in SequenceStatus if one is not SequenceStatus.ACTIVE))
            _check(tx, known)
            done = triggers.set_active(tx, sequences.publish(tx, known, user.id or None))
            activity.log(tx, user, Deed.SEQUENCE_ACTIVATED, done.name, f"version {done.version_number}")
            return done

        started = await self._store.write(write)
        self._wake()
        return started

    async def pause(self, sequence_id: int, user: User) -> None:
        """No step leaves and nobody comes in by a trigger; calls on the way are finished. Times go on passing."""

        told = await self._in_progress(sequence_id)

        def write(tx: Tx) -> None:
            known = _held(tx, sequence_id, user)
            _expect(known, SequenceStatus.ACTIVE, SequenceStatus.HELD)
            sequences.set_paused(tx, sequence_id)
            activity.log(tx, user, Deed.SEQUENCE_PAUSED, known.name, told)

        await self._store.write(write)

    async def resume(self, sequence_id: int, user: User) -> None:
        """Go on after a pause or a hold. A step that was missed leaves, the next keeps its whole delay.

        Contacts that were made or changed during a pause do not come in by the trigger; during a hold they do.
        """

        told = await self._in_progress(sequence_id)

        def write(tx: Tx) -> None:
            known = _held(tx, sequence_id, user)
            _expect(known, SequenceStatus.PAUSED, SequenceStatus.HELD)
            triggers.set_active(tx, known)
            activity.log(tx, user, Deed.SEQUENCE_RESUMED, known.name, told)

        await self._store.write(write)
        self._wake()

    async def _in_progress(self, sequence_id: int) -> str:
        """For the log. Counted before the write: of a million, that would hold it up."""
        counted = await self._store.read(lambda tx: sequences.counts(tx, [sequence_id]), people=True)
        return f"{counted[sequence_id].in_progress_count:,} in progress"

    # Putting in and taking out.

    async def preview(self, sequence_id: int, target: Target) -> EnrolPreview:
        """What `enrol` would do now. For a draft: what it would do once it is active. Raises BadFilter."""
        return await self._store.read(
            lambda tx: enrolling.preview(tx, sequences.get(tx, sequence_id), target)
        )

    async def enrol(
        self,
        sequence_id: int,
        target: Target,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
        came: Callable[[Sequence[int]], object] | None = None,
    ) -> EnrolPreview:
        """Put contacts in, in chunks; returns what was done (stopped: up to there). Needs an active sequence
        or a paused one.

        Whom it is for is settled once, at the start. What was done before it failed or was stopped stays.
        came: hears the ids of the enrolments, chunk by chunk.
        """
        ids = await self._store.read(lambda tx: _begin(tx, sequence_id, target, user))
        done, size, position = EnrolPreview(), FIRST_STEP_COUNT, 0
        try:
            while position < len(ids) and not (stop is not None and stop.is_set()):
                some = ids[position : position + size].tolist()
                counted, made, held_s = await self._step(sequence_id, some, user)
                done, position, size = done + counted, position + len(some), next_size(size, held_s)
                if came is not None:
                    came(made)
                self._wake()
                if tell is not None:
                    tell(position, len(ids))
                await asyncio.sleep(self._rest_s)
        except BaseException:
            # Not awaited: whoever cancelled us does not wait.
            with contextlib.suppress(StoreClosed):
                self._store.submit_write(lambda tx: _note(tx, sequence_id, done.will_count, user))
            raise
        await self._store.write(lambda tx: _note(tx, sequence_id, done.will_count, user))
        return done

    async def _step(
        self, sequence_id: int, ids: Sequence[int], user: User
    ) -> tuple[EnrolPreview, list[int], float]:
        """One chunk in a transaction of its own; also its enrolments, and how long it held the writer."""

        def write(tx: Tx) -> tuple[EnrolPreview, list[int], float]:
            started_s = time.perf_counter()
            allow(tx, user, Right.SEQUENCES)
            record = sequences.get(tx, sequence_id)
            _expect(record, *_STARTED)
            counted, made = enrolling.come_in(tx, record, ids, user.id or None)
            return counted, made, time.perf_counter() - started_s

        return await self._store.write(write, WriteLane.BULK)


def _held(tx: Tx, sequence_id: int, user: User) -> SequenceRecord:
    """The sequence, for somebody who may change it."""
    allow(tx, user, Right.SEQUENCES)
    return sequences.hold(tx, sequence_id)


def _begin(tx: Tx, sequence_id: int, target: Target, user: User) -> "array[int]":
    """Whom an enrolment is for. Raises NotAllowed, NotFound, BadFilter, or a Problem: it was never activated."""
    allow(tx, user, Right.SEQUENCES)
    _expect(sequences.get(tx, sequence_id), *_STARTED)
    return contact_table.target_ids(tx, target)


def _note(tx: Tx, sequence_id: int, come_count: int, user: User) -> None:
    """A line in the log, if anybody came in."""
    if come_count:
        who = "1 contact" if come_count == 1 else f"{come_count:,} contacts"
        activity.log(tx, user, Deed.ENROLLED, sequences.get(tx, sequence_id).name, who)


def _expect(record: SequenceRecord, *allowed: SequenceStatus) -> None:
    if record.status in allowed:
        return
    if record.status is SequenceStatus.DRAFT:
        raise Problem("Not active yet", f"“{record.name}” is a draft. Activate it first.")
    raise Problem(
        "Not possible now", f"“{record.name}” is {record.status.value} meanwhile. Look at it again."
    )


def _expect_free(tx: Tx, name: str, sequence_id: int | None = None) -> None:
    if sequences.id_of(tx, name) not in (None, sequence_id):
        raise Problem("Name taken", f"There is a sequence “{name}” already. Choose another name.", "name")


def _copy_name(tx: Tx, name: str) -> str:
    """'Copy of Welcome', or with a number where that is taken."""
    for number in count(1):
        ending = f" {number}" if number > 1 else ""
        made = f"{f'Copy of {name}'[: LONGEST_NAME - len(ending)]}{ending}"
        if sequences.id_of(tx, made) is None:
            return made
    raise AssertionError("numbers do not end")


def _check(tx: Tx, record: SequenceRecord) -> None:
    """Raise the first Problem that stands against what is to start."""
    wanted = record.shown
    known = templates.by_ids(tx, wanted.template_ids)
    found = blockers(check(wanted, known, contacts.known_attributes(tx), tx.now))
    if found:
        raise found[0].problem
    for asked in wanted.filters:
        audience.condition(tx, asked)
    expect_webhooks(tx, known.values())
