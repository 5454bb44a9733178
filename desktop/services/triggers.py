"""Contacts that were made or changed lately: a trigger brings them into a sequence, a goal that they meet ends
their run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from desktop.domain.filters import BadFilter
from desktop.domain.journey import Entry
from desktop.domain.sequence import EnrolmentStatus, EnrolSource
from desktop.services.turns import Unclear, definition_of
from desktop.store import enrolments, triggers
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.triggers import Page, Place, Rules

T = TypeVar("T")
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
    """One look: from where, as of when, and at what. since: who was made after it is new."""

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
            some |= await self._act(found.rules, page)
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
        since = before.since if before else self._from(tx, sequence_id, looked_to)
        place = before.place if before else Place(since)
        reached = self._reached.get(sequence_id)
        lags = reached is not None and reached - looked_to > _KEEP_EVERY
        keep = reached - LOOK_BACK if reached is not None and lags else None
        if not triggers.anything_since(tx, place):
            self._unfinished.pop(sequence_id, None)
            self._reached[sequence_id] = tx.now
            return keep, None
        return keep, _Look(place, since, tx.now, _rules(tx, sequence_id, version_id))

    def _from(self, tx: Tx, sequence_id: int, looked_to: datetime) -> datetime:
        reached = self._reached.get(sequence_id)
        if reached is None:
            return looked_to
        looked_back = self._looked_back.get(sequence_id)
        if looked_back is not None and tx.now - looked_back < _LOOK_BACK_EVERY:
            return max(looked_to, reached - _SLACK)
        self._looked_back[sequence_id] = tx.now
        return max(looked_to, reached - LOOK_BACK)

    async def _page(self, look: _Look, place: Place | None) -> Page:
        assert place is not None
        id = look.rules.sequence_id
        try:
            return await self._store.read(lambda tx: triggers.page(tx, look.rules, place, look.since))
        except BadFilter as wrong:
            told = f"Held: a condition of the trigger or of a goal cannot be asked. {wrong.sentence}"
            raise Unclear(id, told) from wrong

    # What it calls for.

    async def _act(self, rules: Rules, page: Page) -> bool:
        some = False
        for source, which in ((EnrolSource.CREATED, page.new), (EnrolSource.UPDATED, page.changed)):
            ids = sorted(which)
            for start in range(0, len(ids), _COMING_COUNT):
                chunk = {id: which[id] for id in ids[start : start + _COMING_COUNT]}
                some |= await self._write(partial(_enrol, rules=rules, source=source, which=chunk))
        runs = list(page.ending.items())
        for start in range(0, len(runs), _ENDING_COUNT):
            ending = dict(runs[start : start + _ENDING_COUNT])
            some |= await self._write(partial(_end, ending=ending))
        return some


def _rules(tx: Tx, sequence_id: int, version_id: int) -> Rules:
    versions = {id: definition_of(tx, sequence_id, id) for id in triggers.version_ids(tx, sequence_id)}
    goals = {
        id: (one.success, one.failure)
        for id, one in versions.items()
        if one.success is not None or one.failure is not None
    }
    return Rules(sequence_id, version_id, versions[version_id], goals)


def _enrol(tx: Tx, rules: Rules, source: EnrolSource, which: Mapping[int, datetime]) -> bool:
    """Into the version that the look began with, unless the sequence was paused meanwhile; True if anybody came."""
    if triggers.of_active(tx, rules.sequence_id) is None:
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
