"""The guard's rounds: what drifts under broadcasts that run, webhooks that do not come, the limit of 24 hours."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.drift import Cause, Decision
from desktop.services import guard
from desktop.services.limits import SANDBOX_PER_S, Told, keep
from desktop.store import account_state, broadcasts, holds, settings, silence, templates, written_to
from desktop.store.engine import Store, StoreBroken, StoreBusy, Tx, WriteLane

CATCHING_UP: Final = (
    "No webhook has come for {minutes:,} minutes, so replies such as STOP may be missing. "
    "Go on when the last one is recent."
)
EVERY_S: Final = 5.0
_NUMBER_EVERY_S: Final = 60.0
_SOONEST_S: Final = 0.25
_LATEST_S: Final = 60.0
_DAY: Final = timedelta(hours=24)
_SOON: Final = timedelta(minutes=30)
"""Who spreads a broadcast over days meets the places of the day before as they become free: those count as free."""
_log = logging.getLogger("assent.guard")


class GuardWatch:
    """Part of the engine: `run()` until cancelled."""

    def __init__(
        self,
        store: Store,
        number: Callable[[], Awaitable[Told | None]],
        *,
        ask: Callable[[], Awaitable[Told | None]] | None = None,
        silence_counts: Callable[[], Awaitable[bool]] | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        """number: what WhatsApp says of it, kept for a while by who asks. ask: what it says now, wanted while marketing
        is under way. silence_counts: asked only where no webhook has come for long; False: nobody expects any; None: it
        always counts. every_s: machine time between two looks."""
        self._store = store
        self._number = number
        self._ask = ask or number
        self._silence_counts = silence_counts
        self._every_s = every_s
        self._limit_due_s = float("-inf")
        self._told: Told | None = None

    async def run(self) -> None:
        """Look again and again. Raises StoreClosed when the store is."""
        while True:
            try:
                await self.look()
            except (StoreBusy, StoreBroken) as trouble:
                _log.warning("the guard could not look now: %s", trouble)
            until_limit_s = self._limit_due_s - asyncio.get_running_loop().time()
            await asyncio.sleep(min(self._every_s, max(_SOONEST_S, until_limit_s)))

    async def look(self) -> list[int]:
        """One look at everything under way; returns the broadcasts that it held."""
        held = await self._look_for_drift() + await self._look_for_silence()
        return held + await self._look_at_limit()

    async def _look_for_drift(self) -> list[int]:
        """Read first: the writer is asked only for what has to be held."""
        held = []
        for broadcast_id in await self._store.read(_drifted):
            if await self._store.write(partial(_hold_if_still, broadcast_id=broadcast_id), WriteLane.CONSENT):
                held.append(broadcast_id)
        return held

    async def follow_number(self) -> None:
        """Keep what WhatsApp says of the number, again and again. Raises StoreClosed when the store is."""
        while True:
            try:
                await self.keep_number()
            except (StoreBusy, StoreBroken) as trouble:
                _log.warning("what WhatsApp says of the number could not be kept: %s", trouble)
            await asyncio.sleep(_NUMBER_EVERY_S)

    async def keep_number(self) -> None:
        """Keep what WhatsApp says of the number now; nothing where it cannot be asked."""
        # A drop counts for what is under way at once; where nothing is, WhatsApp is not asked for it each minute.
        told = await (self._ask() if await self._store.read(_marketing_goes_on) else self._number())
        # What was told before is no news: a webhook may have said more since, and who tells keeps it for a while.
        if told is None or told == self._told:
            return
        await keep(self._store, told)
        self._told = told

    async def _look_for_silence(self) -> list[int]:
        if not await self._store.read(silence.unanswered):
            return []
        if self._silence_counts is not None and not await self._silence_counts():
            return []
        return await self._store.write(_hold_silent, WriteLane.CONSENT)

    async def _look_at_limit(self) -> list[int]:
        """Counting 24 hours is not free: the nearer the limit, the sooner it is counted again."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._limit_due_s:
            return []
        found = await self._store.read(_at_limit)
        ended_s = asyncio.get_running_loop().time()
        # Of its time no more than a fifth is spent counting, however many there are.
        self._limit_due_s = ended_s + max(found.again_s, 4 * (ended_s - now_s))
        if not found.ids:
            return []
        return await self._store.write(
            lambda tx: [id for id in found.ids if holds.hold(tx, id, Cause.LIMIT, found.told)],
            WriteLane.CLAIM,
        )


def _marketing_goes_on(tx: Tx) -> bool:
    """True while a broadcast of marketing is under way, or will be within seconds."""
    on = broadcasts.with_status(tx, BroadcastStatus.LAUNCHING, *guard.WATCHED)
    ids = {one.template_id for one in on if one.template_id is not None}
    return any(templates.get(tx, id).is_marketing for id in ids)


def _drifted(tx: Tx) -> list[int]:
    return [one.id for one in broadcasts.with_status(tx, *guard.WATCHED) if guard.look(tx, one)]


def _hold_if_still(tx: Tx, broadcast_id: int) -> bool:
    """Asked again in the transaction that holds: a person may have said yes anew in between."""
    record = broadcasts.get(tx, broadcast_id)
    found = guard.look(tx, record) if record.status in guard.WATCHED else ()
    return bool(found) and guard.hold_for(tx, broadcast_id, found)


def _hold_silent(tx: Tx) -> list[int]:
    told = CATCHING_UP.format(minutes=settings.load(tx).catch_up_minutes)
    return [id for id in silence.unanswered(tx) if holds.hold(tx, id, Cause.CATCHING_UP, told)]


@dataclass(frozen=True, slots=True)
class _AtLimit:
    """ids: broadcasts that must not go on. again_s: when to count again."""

    ids: tuple[int, ...] = ()
    told: str = ""
    again_s: float = EVERY_S


def _at_limit(tx: Tx) -> _AtLimit:
    tier_count = account_state.now(tx).tier_count
    running = broadcasts.with_status(tx, BroadcastStatus.RUNNING) if tier_count is not None else []
    # One that waits for tomorrow uses up nothing today.
    wanting = [one for one in running if written_to.has_due(tx, one.id) and not _was_let_go(tx, one)]
    if tier_count is None or not wanting:
        return _AtLimit()
    left_count = tier_count - written_to.first_count(tx, tx.now - _DAY)
    if left_count > 0:
        pace_per_s = settings.load(tx).pace_per_s or SANDBOX_PER_S
        return _AtLimit(again_s=min(_LATEST_S, max(_SOONEST_S, left_count / pace_per_s / 2)))
    soon_count = written_to.first_count(tx, tx.now - _DAY + _SOON)
    over = [one.id for one in wanting if not one.draft.when.per_day_count or soon_count >= tier_count]
    told = f"The number has written to all {tier_count:,} people whom WhatsApp allows in 24 hours."
    return _AtLimit(tuple(over), told + _free_again(tx))


def _was_let_go(tx: Tx, record: BroadcastRecord) -> bool:
    """True if a person said today that it goes on all the same."""
    return any(
        one.cause is Cause.LIMIT
        and one.decision is Decision.GONE_ON
        and one.decided_at is not None
        and tx.now - one.decided_at < _DAY
        for one in holds.of(tx, record.id)
    )


def _free_again(tx: Tx) -> str:
    first_at = written_to.first_at(tx, tx.now - _DAY)
    return f" The first place is free again on {first_at + _DAY:%Y-%m-%d at %H:%M} UTC." if first_at else ""
