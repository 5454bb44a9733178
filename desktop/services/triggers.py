"""Contacts that were made or changed lately, or that wrote: a trigger brings them into a sequence, a goal that they
meet ends their run.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from desktop.domain.filters import BadFilter
from desktop.domain.journey import Entry
from desktop.domain.sequence import EnrolmentStatus, EnrolSource, SequenceRecord
from desktop.services.turns import Unclear, definition_of
from desktop.store import enrolments, sequences, triggers
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane
from desktop.store.triggers import Page, Place, Rules

T = TypeVar("T")
V = TypeVar("V")
_log = logging.getLogger("assent.sequences")
LOOK_BACK: Final = timedelta(minutes=1)
"""How long after the moment that it bears a change may be committed and still be seen."""
_LOOK_BACK_EVERY: Final = timedelta(seconds=20)
_SLACK: Final = timedelta(seconds=2)
"""Enough, between two looks back, for the writers of this machine."""
_KEEP_EVERY: Final = timedelta(minutes=10)
"""How far the kept moment may lag: so much is looked at again after a start."""
_COMING_COUNT: Final = 50
_ENDING_COUNT: Final = 16
"""Contacts per write."""
_PAGES: Final = 5
"""Per look: a million that change at once must not keep the steps of others waiting."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One look: from where, as of when, and at what. since: from when on triggers count changes, goals count all."""

    place: Place
    since: datetime
    now: datetime
    rules: Rules


class Triggers:
    """Looks at the changed contacts of one sequence after the other, and remembers how far it came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reached: dict[int, datetime] = {}
        self._looked_back: dict[int, datetime] = {}
        self._unfinished: dict[int, _Look] = {}
        self._hears: dict[int, tuple[int, bool]] = {}
        """Of each sequence whether replies count, and the version by which that was found out."""

    def keep(self, active_ids: Collection[int]) -> None:
        """Give up what was begun in sequences that are not active: how far goals came is known all the same."""
        self._unfinished = {id: one for id, one in self._unfinished.items() if id in active_ids}

    async def look(self, sequence_id: int) -> bool:
        """Look at what changed since the last time; returns whether there may be more to do at once. Raises Unclear."""
        lagging, found = await self._store.read(lambda tx: self._begin(tx, sequence_id))
        if lagging is not None:
            await self._write(lambda tx: triggers.set_looked_to(tx, sequence_id, lagging))
        if found is None:
            return False
        some = False
        place: Place | None = found.place
        for _ in range(_PAGES):
            page = await self._page(found, place)
            some |= await self._act(found, page)
            place = page.next
            if place is None:
                self._unfinished.pop(sequence_id, None)
                self._reached[sequence_id] = found.now
                return some
        assert place is not None
        self._unfinished[sequence_id] = _Look(place, found.since, found.now, found.rules)
        return True

    async def _write(self, run: Callable[[Tx], T]) -> T:
        return await self._store.write(run, WriteLane.BULK)

    # From where, and at what.

    def _begin(self, tx: Tx, sequence_id: int) -> tuple[datetime | None, _Look | None]:
        """The moment to keep, if the kept one lags; and the look, if anything has changed."""
        active = triggers.of_active(tx, sequence_id)
        if active is None:
            self._unfinished.pop(sequence_id, None)
            return None, None
        version_id, looked_to = active
        if looked_to is None:
            return tx.now, None
        before = self._unfinished.get(sequence_id)
        if before is not None and looked_to > before.since:
            before = None  # It was started anew, or its trigger is a new one.
        if before is not None:
            since, place = before.since, before.place
        else:
            start = self._from(tx, sequence_id, looked_to)
            since, place = max(looked_to, start), Place(start)
        reached = self._reached.get(sequence_id)
        lags = reached is not None and reached - looked_to > _KEEP_EVERY
        keep = reached - LOOK_BACK if reached is not None and lags else None
        if not triggers.anything_since(tx, place, replies=self._hears_replies(tx, sequence_id, version_id)):
            self._unfinished.pop(sequence_id, None)
            self._reached[sequence_id] = tx.now
            return keep, None
        return keep, _Look(place, since, tx.now, _rules(tx, sequence_id, version_id))

    def _from(self, tx: Tx, sequence_id: int, looked_to: datetime) -> datetime:
        """After a pause that is before it: a goal that was met meanwhile ends a run, though no trigger looks there."""
        reached = self._reached.get(sequence_id)
        if reached is None:
            return looked_to
        looked_back = self._looked_back.get(sequence_id)
        if looked_back is not None and tx.now - looked_back < _LOOK_BACK_EVERY:
            return reached - _SLACK
        self._looked_back[sequence_id] = tx.now
        return reached - LOOK_BACK

    def _hears_replies(self, tx: Tx, sequence_id: int, version_id: int) -> bool:
        known = self._hears.get(sequence_id)
        if known is None or known[0] != version_id:
            known = (version_id, _rules(tx, sequence_id, version_id).hears_replies)
            self._hears[sequence_id] = known
        return known[1]

    async def _page(self, look: _Look, place: Place | None) -> Page:
        assert place is not None
        id = look.rules.sequence_id
        try:
            return await self._store.read(lambda tx: triggers.page(tx, look.rules, place, look.since))
        except BadFilter as wrong:
            told = f"Held: a condition of the trigger or of a goal cannot be asked. {wrong.sentence}"
            raise Unclear(id, told) from wrong

    # What it calls for.

    async def _act(self, look: _Look, page: Page) -> bool:
        some = False
        for source, which in ((EnrolSource.CREATED, page.new), (EnrolSource.UPDATED, page.changed)):
            some |= await self._each(which, _COMING_COUNT, partial(_enrol, look=look, source=source))
        return some | await self._each(page.ending, _ENDING_COUNT, _end)

    async def _each(
        self, which: Mapping[int, V], count: int, run: Callable[[Tx, Mapping[int, V]], bool]
    ) -> bool:
        """In chunks, by id; of one that fails each by itself, and who is to blame is left out."""
        some = False
        ids = sorted(which)
        for start in range(0, len(ids), count):
            chunk = {id: which[id] for id in ids[start : start + count]}
            try:
                some |= await self._write(partial(_run, run=run, chunk=chunk))
            except (StoreClosed, StoreBusy, StoreBroken):
                raise
            except Exception:
                if len(chunk) > 1:
                    some |= await self._each(chunk, 1, run)
                else:
                    _log.exception("a trigger or a goal failed for %s", ids[start])
        return some


def _rules(tx: Tx, sequence_id: int, version_id: int) -> Rules:
    versions = {id: definition_of(tx, sequence_id, id) for id in triggers.version_ids(tx, sequence_id)}
    goals = {
        id: (one.success, one.failure)
        for id, one in versions.items()
        if one.success is not None or one.failure is not None
    }
    return Rules(sequence_id, version_id, versions[version_id], goals)


def set_active(tx: Tx, record: SequenceRecord) -> SequenceRecord:
    """Start a sequence, or let it go on. A message that waits is not sent to whoever met a goal meanwhile."""
    done = sequences.set_active(tx, record)
    assert done.version_id is not None
    try:
        rules = _rules(tx, done.id, done.version_id)
        ending = triggers.ending(tx, rules, triggers.awaiting(tx, done.id))
    except (Unclear, BadFilter):
        return done  # The engine will hold it, and say why.
    _end(tx, ending)
    return done


def _run(tx: Tx, run: Callable[[Tx, Mapping[int, V]], bool], chunk: Mapping[int, V]) -> bool:
    return run(tx, chunk)


def _enrol(tx: Tx, which: Mapping[int, datetime], *, look: _Look, source: EnrolSource) -> bool:
    """Into the version that the look began with; True if anybody came.

    Nobody if the sequence was paused meanwhile, or looks for something else.
    """
    rules = look.rules
    active = triggers.of_active(tx, rules.sequence_id)
    if active is None or (active[1] is not None and active[1] > look.since):
        return False
    counts = enrolments.enrol(
        tx,
        rules.sequence_id,
        rules.version_id,
        sorted(which),
        source,
        definition=rules.definition,
        trigger_at=which,
    )
    return counts.get(Entry.COMES_IN, 0) > 0


def _end(tx: Tx, ending: Mapping[int, EnrolmentStatus]) -> bool:
    done = [enrolments.end(tx, id, status, "The contact changed.") for id, status in ending.items()]
    return any(done)
