"""What fell due while no engine looked, and whether the store is an older copy: both ask a person before they begin."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.drift import Cause
from desktop.store import broadcast_launch, broadcasts, due, heartbeat, holds, silence
from desktop.store.engine import Store, Tx, WriteLane
from desktop.system.clock import SystemClock
from desktop.system.seen import Seen

_log = logging.getLogger("assent.broadcasts")
_BEAT_EVERY: Final = timedelta(seconds=60)
ASLEEP_AFTER: Final = timedelta(seconds=90)
"""Rounds follow each other within seconds: after so long without one the machine was asleep."""
MISSED: Final = "Its time, {} UTC, passed while Assent did not run. Look whether it should still go."
ASLEEP: Final = "The machine slept, so replies such as STOP that came meanwhile may be missing. Go on when the last webhook is recent."
MISSED_SOME: Final = (
    "Some of its messages fell due while Assent did not run. Look whether they should still go."
)
RESTORED: Final = (
    "This store is an older copy than the one that this machine worked with last: what it would send may have been sent. "
    "Look before it goes on."
)


class Absence:
    """Asked at the beginning of each round. seen: None where the machine keeps nothing."""

    def __init__(self, store: Store, clock: SystemClock, store_key: str, seen: Seen | None) -> None:
        self._store = store
        self._clock = clock
        self._store_key = store_key
        self._seen = seen
        self._looked_at: datetime | None = None
        self._beaten_at: datetime | None = None

    async def look(self) -> datetime:
        """Hold what nobody was there for, and count on. Returns when it looked, in business time: what falls due later
        may have done so in another sleep."""
        now = self._clock.now()
        wall, before = now - self._clock.offset, self._looked_at
        if before is None or wall - before > ASLEEP_AFTER:
            last = await self._store.read(heartbeat.last)
            if before is None and self._seen is not None:
                await self._ask_about_copies(self._seen)
            await self._store.write(lambda tx: _hold_missed(tx, last.at, asleep=before is not None))
        self._looked_at = wall
        if self._beaten_at is None or wall - self._beaten_at >= _BEAT_EVERY:
            await self.beat()
        return now

    async def beat(self) -> None:
        """Count on, in the store and then on the machine: an older copy of the store is now known as one."""
        number = await self._store.write(heartbeat.beat, WriteLane.CLAIM)
        await self._keep(number)
        self._beaten_at = self._clock.now() - self._clock.offset

    async def _ask_about_copies(self, seen: Seen) -> None:
        known = await asyncio.to_thread(seen.last, self._store_key)

        def write(tx: Tx) -> int:
            if heartbeat.last(tx).number < known:
                held = holds.hold_copies(tx, RESTORED)
                _log.warning("the store is an older copy; %s broadcasts wait for a person", len(held))
            return heartbeat.beat(tx, known)

        await self._keep(await self._store.write(write))

    async def _keep(self, number: int) -> None:
        if self._seen is None:
            return
        try:
            await asyncio.to_thread(self._seen.keep, self._store_key, number)
        except OSError as wrong:  # a full disk: nothing that is sent depends on it
            _log.warning("cannot keep how far the store has gone: %s", wrong)


def _hold_missed(tx: Tx, since: datetime | None, *, asleep: bool) -> None:
    """Those whose start has passed, and those under way whose messages had times of their own that passed since.

    asleep: the engine went on where it was, so nobody asked yet whether webhooks came meanwhile.
    """
    if asleep and silence.note_absence(tx):
        holds.hold_marketing(tx, Cause.CATCHING_UP, ASLEEP)
    for id in broadcast_launch.due_ids(tx):
        at = broadcasts.get(tx, id).starts_at or tx.now
        holds.hold(tx, id, Cause.MISSED, MISSED.format(f"{at:%Y-%m-%d %H:%M}"))
    if since is None:
        return
    heartbeat.come_back(tx)
    for id in broadcast_launch.unfinished(tx):
        if _is_spread(broadcasts.get(tx, id)) and due.fell_due(tx, id, since):
            holds.hold(tx, id, Cause.MISSED, MISSED_SOME)


def _is_spread(record: BroadcastRecord) -> bool:
    return record.draft.when.in_each_zone or record.draft.when.per_day_count is not None
