"""Changing many contacts at once, in short steps, with a journal that can undo the whole."""

import asyncio
import contextlib
import re
import threading
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.bulk import (
    AddTags,
    Before,
    Bulk,
    BulkChange,
    BulkKind,
    BulkStatus,
    RemoveTags,
    SetAttribute,
    SetOptIn,
    UndoCounts,
    deed_of,
    title_of,
)
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import Target
from desktop.domain.fields import checked_value
from desktop.domain.importing import LONGEST_TAG
from desktop.domain.people import Right, User
from desktop.domain.problems import Overtaken, Problem
from desktop.domain.text import clean, fold
from desktop.services.contacts import ReasonNeeded
from desktop.services.rights import allow
from desktop.store import activity, bulk, bulk_change, contact_table, contacts, people, undo
from desktop.store.engine import REST_S, Store, StoreClosed, Tx, WriteLane
from desktop.system import processes

__all__ = [
    "AddTags",
    "BulkChange",
    "BulkChanges",
    "BulkResult",
    "RemoveTags",
    "SetAttribute",
    "SetOptIn",
    "Tell",
]

FIRST_STEP_COUNT: Final = 50
_LEAST_STEP_COUNT: Final = 10
_MOST_STEP_COUNT: Final = 200
_GOAL_S: Final = 0.008
"""A step may hold the writer for 20 ms; the rest leaves room for the commit and a busy machine."""
_SILENT: Final = timedelta(minutes=10)
"""A program that works changes something many times a second: silent for so long, it is gone."""
_PID: Final = re.compile(r"-(\d+)-[0-9a-f]+$")

Tell = Callable[[int, int], None]
"""Told in the loop's thread: contacts done, contacts in all."""
_Step = Callable[[Tx, Sequence[int]], list[Before]]


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What was done. changed + unchanged = selected, unless it was stopped."""

    bulk_id: int
    selected_count: int
    changed_count: int
    unchanged_count: int
    stopped: bool = False


class BulkChanges:
    """The verbs. A stop is a threading.Event: set, it ends the work after the step that runs."""

    def __init__(self, store: Store, *, rest_s: float = REST_S) -> None:
        """rest_s: between two steps, so that other processes get to write to the same file."""
        self._store = store
        self._rest_s = 0.0 if store.on_postgresql else rest_s

    async def count(self, target: Target) -> int:
        """How many contacts the target has now. Raises BadFilter."""
        return await self._store.read(lambda tx: contact_table.target_count(tx, target), people=True)

    async def opted_out_count(self, target: Target) -> int:
        """How many of them said NO, ours or WhatsApp's: what a reason has to cover."""
        return await self._store.read(
            lambda tx: contact_table.target_count(tx, target, opted_out=True), people=True
        )

    # Changing.

    async def run(
        self,
        target: Target,
        change: BulkChange,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> BulkResult:
        """Change them all. Raises NotAllowed, ReasonNeeded, BadFilter, or a Problem naming the field: tags,
        value, reason.

        Whom it is for is settled once, at the start. Stopped, what was done stays and can be undone. Who is
        gone meanwhile, or was merged, is passed over; a No that came meanwhile stays, reason or not.
        """
        change, step = await self._store.write(lambda tx: _prepared(tx, change, user))
        await self._expect_reason(target, change)
        ids = await self._store.read(lambda tx: contact_table.target_ids(tx, target))
        bulk_id = await self._store.write(lambda tx: self._start(tx, change, user))
        work = _Work(self._store, bulk_id, ids, self._rest_s)
        try:
            stopped = await work.run(
                lambda tx, some: self._do(tx, bulk_id, some, change, step, user), _lane(change), tell, stop
            )
        except BaseException:
            self._mark_interrupted(bulk_id, work.counts)
            raise
        counts = {**work.counts, "stopped": 1} if stopped else work.counts
        await self._store.write(lambda tx: _finish(tx, bulk_id, change, counts, user))
        return BulkResult(
            bulk_id, len(ids), work.changed_count, work.done_count - work.changed_count, stopped
        )

    async def _expect_reason(self, target: Target, change: BulkChange) -> None:
        if not isinstance(change, SetOptIn) or change.value is OptIn.NO or change.reason:
            return
        opted_out = await self._store.read(lambda tx: contact_table.target_count(tx, target, said_no=True))
        if opted_out:
            who = "One of the contacts" if opted_out == 1 else f"{opted_out:,} of the contacts"
            raise ReasonNeeded(
                "Say why", f"{who} opted out. Write where they asked for marketing again.", "reason"
            )

    def _start(self, tx: Tx, change: BulkChange, user: User) -> int:
        _allow(tx, user, _kind_of(change))
        return bulk.start(tx, _kind_of(change), title_of(change), user.id or None, self._store.process)

    @staticmethod
    def _do(tx: Tx, bulk_id: int, ids: Sequence[int], change: BulkChange, step: _Step, user: User) -> int:
        """One step: the change and its journal together. Returns how many contacts it changed."""
        _allow(tx, user, _kind_of(change))
        found = step(tx, ids)
        bulk.note(tx, bulk_id, found)
        return len(found)

    def _mark_interrupted(self, bulk_id: int, counts: dict[str, int]) -> None:
        """Not awaited: whoever cancelled us does not wait. If even this fails, the program is gone with it."""

        def write(tx: Tx) -> None:
            if bulk.get(tx, bulk_id).process == self._store.process:  # else somebody goes on with it
                bulk.set_status(tx, bulk_id, BulkStatus.INTERRUPTED, counts=counts)

        with contextlib.suppress(StoreClosed):
            self._store.submit_write(write, WriteLane.PEOPLE)

    # Taking back.

    async def undo(
        self, bulk_id: int, user: User, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> UndoCounts:
        """Bring back what stood before, an import's included; what is newer stays. Raises NotAllowed, Problem.

        Stopped or interrupted, another `undo` goes on from there. Returns the counts of the whole undo.
        """
        found, total = await self._store.write(lambda tx: self._begin_undo(tx, bulk_id, user))
        position, counts = found.counts.get(undo.UNDONE_TO, 0), undo.done(found)
        size = FIRST_STEP_COUNT
        try:
            while rows := await self._journal(bulk_id, position, size):
                if stop is not None and stop.is_set():
                    break
                counts, held_s = await self._undo_step(found, rows, counts, user)
                position, size = rows[-1].contact_id, next_size(size, held_s)
                if tell is not None:
                    tell(counts.contacts, total)
                await asyncio.sleep(self._rest_s)
        except BaseException:
            self._mark_interrupted(bulk_id, {})
            raise
        await self._store.write(lambda tx: _finish_undo(tx, found, counts, user, whole=not rows))
        return counts

    def _begin_undo(self, tx: Tx, bulk_id: int, user: User) -> tuple[Bulk, int]:
        found = bulk.get(tx, bulk_id)
        _allow(tx, user, found.kind)
        if not self._seen(tx, found).undoable:
            raise Problem("Not possible now", _WHY_NOT[found.status].format(found.title))
        bulk.set_status(tx, bulk_id, BulkStatus.UNDOING, process=self._store.process)
        return found, bulk.row_count(tx, bulk_id)

    async def _journal(self, bulk_id: int, position: int, size: int) -> list[Before]:
        return await self._store.read(
            lambda tx: bulk.rows(tx, bulk_id, after_contact_id=position, limit=size)
        )

    async def _undo_step(
        self, found: Bulk, rows: Sequence[Before], counts: UndoCounts, user: User
    ) -> tuple[UndoCounts, float]:
        def write(tx: Tx) -> tuple[UndoCounts, float]:
            started_s = time.perf_counter()
            now = bulk.get(tx, found.id)
            _allow(tx, user, now.kind)
            if now.status is not BulkStatus.UNDOING or now.process != self._store.process:
                raise Overtaken("Undone elsewhere", f"Another program takes “{found.title}” back.")
            both = counts + undo.take_back(tx, found, rows, user.id or None)
            kept = undo.as_counts(both, rows[-1].contact_id)
            bulk.set_status(tx, found.id, BulkStatus.UNDOING, counts=kept)
            return both, time.perf_counter() - started_s

        # An opt-out that comes back overtakes as one that is new.
        opts_out = any(one.opt_in is OptIn.NO for one in rows)
        return await self._store.write(write, WriteLane.CONSENT if opts_out else WriteLane.BULK)

    # Looking.

    async def newest(self, limit: int = 50) -> Sequence[Bulk]:
        """The newest changes; one whose program is gone is INTERRUPTED."""
        return await self._store.read(
            lambda tx: [self._seen(tx, one) for one in bulk.newest(tx, limit)], people=True
        )

    async def dismiss(self, bulk_id: int, user: User) -> None:
        """Leave an interrupted change as it is: it counts as done."""

        def write(tx: Tx) -> None:
            found = self._seen(tx, bulk.get(tx, bulk_id))
            _allow(tx, user, found.kind)
            if found.status is not BulkStatus.INTERRUPTED:
                raise Problem("Not possible now", f"“{found.title}” is {found.status.value} meanwhile.")
            bulk.set_status(tx, bulk_id, BulkStatus.DONE)

        await self._store.write(write)

    def _seen(self, tx: Tx, one: Bulk) -> Bulk:
        """The change as it is: nobody carries it on whose program is gone."""
        if one.status not in (BulkStatus.RUNNING, BulkStatus.UNDOING) or self._works(tx, one):
            return one
        return replace(one, status=BulkStatus.INTERRUPTED)

    def _works(self, tx: Tx, one: Bulk) -> bool:
        if one.process == self._store.process:
            return True
        number = _PID.search(one.process)
        # On PostgreSQL the program may run on another machine.
        if number is not None and not tx.on_postgresql and not processes.runs(int(number[1])):
            return False
        seen_at = max(one.started_at, bulk.seen_at(tx, one.process) or one.started_at)
        return tx.now - seen_at < _SILENT


class _Work:
    """Ids on their way through one kind of step, each step in a transaction of its own."""

    def __init__(self, store: Store, bulk_id: int, ids: "array[int]", rest_s: float) -> None:
        self._store = store
        self._bulk_id = bulk_id
        self._ids = ids
        self._rest_s = rest_s
        self.done_count = 0
        self.changed_count = 0

    @property
    def counts(self) -> dict[str, int]:
        return {
            "selected": len(self._ids),
            "changed": self.changed_count,
            "unchanged": self.done_count - self.changed_count,
        }

    async def run(
        self,
        step: Callable[[Tx, Sequence[int]], int],
        lane: WriteLane,
        tell: Tell | None,
        stop: threading.Event | None,
    ) -> bool:
        """True if it was stopped before the end."""
        size = FIRST_STEP_COUNT

        def write(tx: Tx, some: Sequence[int]) -> tuple[int, float]:
            started_s = time.perf_counter()
            return step(tx, some), time.perf_counter() - started_s

        while self.done_count < len(self._ids):
            if stop is not None and stop.is_set():
                return True
            some = self._ids[self.done_count : self.done_count + size].tolist()
            changed, held_s = await self._store.write(lambda tx, some=some: write(tx, some), lane)  # type: ignore[misc]
            self.done_count += len(some)
            self.changed_count += changed
            size = next_size(size, held_s)
            if tell is not None:
                tell(self.done_count, len(self._ids))
            await asyncio.sleep(self._rest_s)
        return False


def next_size(size: int, held_s: float) -> int:
    """The next step's contacts: towards the goal, at most half more or less at a time."""
    factor = min(1.5, max(0.5, _GOAL_S / max(held_s, 1e-6)))
    return min(_MOST_STEP_COUNT, max(_LEAST_STEP_COUNT, int(size * factor)))


def _lane(change: BulkChange) -> WriteLane:
    """An opt-out overtakes, one contact or many; a step is short enough for whoever waits behind it."""
    opts_out = isinstance(change, SetOptIn) and change.value is OptIn.NO
    return WriteLane.CONSENT if opts_out else WriteLane.BULK


def _kind_of(change: BulkChange) -> BulkKind:
    if isinstance(change, SetOptIn):
        return BulkKind.OPT_IN
    return BulkKind.ATTRIBUTE if isinstance(change, SetAttribute) else BulkKind.TAGS


def _allow(tx: Tx, user: User, kind: BulkKind) -> None:
    allow(tx, user, Right.IMPORT if kind is BulkKind.IMPORT else Right.CHANGE_MANY)
    if kind is BulkKind.OPT_IN:
        allow(tx, user, Right.CHANGE_OPT_IN)


def _prepared(tx: Tx, change: BulkChange, user: User) -> tuple[BulkChange, _Step]:
    """The change with its words in order, and what does it; tags are made. Raises Problem, NotAllowed."""
    _allow(tx, user, _kind_of(change))
    if isinstance(change, SetOptIn):
        said = replace(change, reason=" ".join(clean(change.reason).split()))
        known_to = bulk_change.newest_event_id(tx)
        return said, lambda tx, ids: bulk_change.set_opt_in(
            tx, ids, said.value, user.id or None, said.reason, known_to=known_to
        )
    if isinstance(change, SetAttribute):
        return _prepared_attribute(tx, change)
    names = _tag_names(change.names)
    if isinstance(change, AddTags):
        known = contacts.make_tags(tx, names)
        adding = [known[fold(name)] for name in names]
        return AddTags(names), lambda tx, ids: bulk_change.add_tags(tx, ids, adding)
    known = contacts.known_tags(tx)
    removing = [known[fold(name)] for name in names if fold(name) in known]
    return RemoveTags(names), lambda tx, ids: bulk_change.remove_tags(tx, ids, removing)


def _prepared_attribute(tx: Tx, change: SetAttribute) -> tuple[BulkChange, _Step]:
    attribute = contacts.known_attributes(tx).get(change.attribute)
    if attribute is None:
        raise Problem("Field not found", f"There is no field “{change.attribute}” (any more).", "attribute")
    colleagues = [one.name for one in people.every(tx)]
    value = checked_value(attribute, change.value, colleagues)
    return (
        SetAttribute(attribute.name, value),
        lambda tx, ids: bulk_change.set_attribute(tx, ids, attribute, value),
    )


def _tag_names(typed: Sequence[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for one in typed:
        shown = " ".join(clean(one).split())
        if len(shown) > LONGEST_TAG:
            raise Problem("Tag too long", f"A tag has at most {LONGEST_TAG} characters.", "tags")
        if fold(shown):
            names.setdefault(fold(shown), shown)
    if not names:
        raise Problem("Tag missing", "Write at least one tag.", "tags")
    return tuple(names.values())


def _finish(tx: Tx, bulk_id: int, change: BulkChange, counts: dict[str, int], user: User) -> None:
    bulk.set_status(tx, bulk_id, BulkStatus.DONE, counts=counts)
    details = [f"{counts['unchanged']:,} were so before"] if counts["unchanged"] else []
    if "stopped" in counts:
        left = counts["selected"] - counts["changed"] - counts["unchanged"]
        details.append(f"stopped with {left:,} to go")
    if isinstance(change, SetOptIn) and change.reason:
        details.append(f"reason: {change.reason}")
    activity.log(tx, user, Deed.BULK_CHANGED, deed_of(change, counts["changed"]), "; ".join(details))


def _finish_undo(tx: Tx, found: Bulk, counts: UndoCounts, user: User, *, whole: bool) -> None:
    bulk.set_status(tx, found.id, BulkStatus.UNDONE if whole else BulkStatus.INTERRUPTED)
    if whole:
        said = [
            f"{count:,} {what}"
            for count, what in (
                (counts.restored, "as before"),
                (counts.removed, "taken away"),
                (counts.kept, "kept as they are"),
            )
            if count
        ]
        activity.log(tx, user, Deed.UNDONE, found.title, ", ".join(said))


_WHY_NOT: Final = {
    BulkStatus.RUNNING: "“{}” still runs. Stop it first, or wait until it has ended.",
    BulkStatus.UNDOING: "“{}” is being undone already.",
    BulkStatus.UNDONE: "“{}” has been undone already.",
}
