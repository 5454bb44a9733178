"""The engine's part of outgoing webhooks: what happened becomes deliveries, deliveries are posted, a log is kept.

Deliveries and how far they reach are committed together; how an attempt ended is committed after it. So a kill
loses nothing and makes nothing twice, and what was on its way comes again under the same mark.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from desktop.domain.changes import Changes, Topic
from desktop.domain.problems import NotFound
from desktop.domain.subscriptions import MOST_WAITING, PAUSED_AFTER_FAILED, TRIED_AFTER, Shape
from desktop.services.happenings import Gathered, gather
from desktop.services.meta_shape import Number
from desktop.services.posting import post
from desktop.services.signing import OtherRoot, Signing
from desktop.services.subscriptions import pause_in
from desktop.store import deliveries, subscriptions
from desktop.store.deliveries import Due, Outcome
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane
from desktop.store.horizon import Horizon, Reached
from desktop.store.subscriptions import Told
from desktop.system.clock import Clock
from desktop.system.http import Web

_log = logging.getLogger("assent.webhooks")

PAGE_COUNT: Final = 100
"""Deliveries that are made in one write: a few milliseconds."""
POSTS_AT_ONCE: Final = 16
"""To one address. They arrive in about the order in which things happened; their times say it exactly."""
PROBE_GAPS_S: Final = (1.0, 5.0, 15.0, 30.0, 60.0)
"""Between two tries of an address that fails, by how many have failed in a row."""
KEPT_FOR: Final = timedelta(days=7)
_TRIMMED_COUNT: Final = 200
_TRIM_EVERY_S: Final = 600.0
_POLL_S: Final = 0.5
_BREATH_S: Final = 0.1
"""Between two rounds that were called for: a thousand changes a second are ten rounds."""


@dataclass(slots=True)
class _Failing:
    """An address that fails: how often in a row, and when to try it again (machine time)."""

    count: int
    not_before_s: float


class Courier:
    """`run()` works until cancelled; `wake()` makes it look at once."""

    def __init__(
        self, store: Store, clock: Clock, web: Web, signing: Signing, number: Callable[[], Number]
    ) -> None:
        """number: the business number as it is known now, for WhatsApp's own shape."""
        self._store = store
        self._clock = clock
        self._web = web
        self._signing = signing
        self._number = number
        self._news = asyncio.Event()
        self._horizon = Horizon()
        self._posting: dict[int, asyncio.Task[None]] = {}
        self._failing: dict[int, _Failing] = {}
        self._is_wanted = True
        self._trim_at_s = 0.0

    def wake(self) -> None:
        """Look at once: something happened, or a webhook was set up."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        loop = asyncio.get_running_loop()

        def heard(changes: Changes) -> None:
            if self._is_wanted or changes.has(Topic.SUBSCRIPTION):
                loop.call_soon_threadsafe(self.wake)

        forget = self._store.listen(heard)
        try:
            while True:
                self._news.clear()
                if not await self.round():
                    await self._rest()
        finally:
            forget()
            for task in self._posting.values():
                task.cancel()
            await asyncio.gather(*self._posting.values(), return_exceptions=True)

    async def _rest(self) -> None:
        """Wait for news or a moment: due times pass without anyone saying so."""
        try:
            async with asyncio.timeout(_POLL_S):
                await self._news.wait()
                await asyncio.sleep(_BREATH_S)
        except TimeoutError:
            return

    async def round(self) -> bool:
        """Make what is to be told, and start to post it; returns whether there may be more to make at once."""
        more = await self._guarded(self._make())
        await self._guarded(self._start_posting())
        await self._guarded(self._trim())
        return more

    async def posted(self) -> None:
        """Return when what is being posted now is through."""
        await asyncio.gather(*self._posting.values())

    async def _guarded(self, work: Coroutine[Any, Any, bool]) -> bool:
        """An error in one webhook is logged and never stops the others; returns what the work says, else False."""
        try:
            return await work
        except StoreClosed:
            raise
        except (StoreBusy, StoreBroken) as trouble:
            _log.warning("cannot work on webhooks now: %s", trouble)
        except Exception:
            _log.exception("a webhook failed")
        return False

    # What happened.

    async def _make(self) -> bool:
        def look(tx: Tx) -> tuple[list[Told], Reached]:
            found = subscriptions.active(tx)
            return found, self._horizon.look(tx) if found else Reached()

        active, horizon = await self._store.read(look)
        self._is_wanted = bool(active)
        more = False
        for told in active:
            more |= await self._guarded(self._make_for(told, horizon))
        return more

    async def _make_for(self, told: Told, horizon: Reached) -> bool:
        if told.shape is Shape.META and not told.key_is_open:
            await self._pause(told.id, "The key whose messages it tells of was revoked.")
            return False
        room = min(PAGE_COUNT, MOST_WAITING - told.waiting_count)
        if room <= 0:
            return False
        number = self._number()
        found = await self._store.read(lambda tx: gather(tx, told, horizon, room, number))
        if not found.is_worth_keeping:
            return False
        kept = await self._store.write(partial(_keep, told=told, found=found), WriteLane.BULK)
        return kept and not found.is_all

    # Posting.

    async def _start_posting(self) -> bool:
        """One task for each address, so that a slow one holds up nobody else."""
        self._posting = {id: task for id, task in self._posting.items() if not task.done()}
        for id, is_failing in await self._store.read(deliveries.to_post):
            if id in self._posting:
                continue
            if not is_failing:
                self._failing.pop(id, None)
            if self._may_try(id):
                self._posting[id] = asyncio.get_running_loop().create_task(self._post(id))
        return False

    async def _post(self, id: int) -> None:
        try:
            await self._guarded(self._post_all(id))
        except StoreClosed:
            return

    def _may_try(self, id: int) -> bool:
        failing = self._failing.get(id)
        return failing is None or self._clock.monotonic_s() >= failing.not_before_s

    async def _post_all(self, id: int) -> bool:
        """Until nothing is due, or the address fails."""
        while self._may_try(id):
            told, some = await self._store.read(partial(_take, id=id))
            if told is None or not some:
                break
            try:
                secret = await self._signing.secret(told.salt, told.secret_mark)
            except OtherRoot as wrong:
                await self._pause(id, wrong.sentence)
                break
            tries = (post(self._web, told.url, told.shape, secret, one) for one in some)
            await self._settle(id, await asyncio.gather(*tries))
        self.wake()
        return False

    async def _settle(self, id: int, outcomes: list[Outcome]) -> None:
        because = await self._store.write(partial(_settle, id=id, outcomes=outcomes), WriteLane.BULK)
        if any(one.is_delivered for one in outcomes):
            self._failing.pop(id, None)
        else:
            count = self._failing[id].count + 1 if id in self._failing else 1
            gap_s = PROBE_GAPS_S[min(count, len(PROBE_GAPS_S)) - 1]
            self._failing[id] = _Failing(count, self._clock.monotonic_s() + gap_s)
        if because:
            self._failing.pop(id, None)
            _log.warning("webhook %s is paused: %s", id, because)

    async def _pause(self, id: int, because: str) -> None:
        def write(tx: Tx) -> None:
            pause_in(tx, id, None, because)

        try:
            await self._store.write(write, WriteLane.BULK)
        except NotFound:
            return
        _log.warning("webhook %s is paused: %s", id, because)

    # The log.

    async def _trim(self) -> bool:
        if self._clock.monotonic_s() < self._trim_at_s:
            return False
        count = 1
        while count:
            count = await self._store.write(_trim, WriteLane.BULK)
        self._trim_at_s = self._clock.monotonic_s() + _TRIM_EVERY_S
        return False


def _trim(tx: Tx) -> int:
    swept = subscriptions.sweep(tx, _TRIMMED_COUNT)
    return swept or deliveries.trim(tx, tx.now - KEPT_FOR, _TRIMMED_COUNT)


def _keep(tx: Tx, told: Told, found: Gathered) -> bool:
    """Make the deliveries and move on, in one piece; nothing if somebody else did so, paused or changed it."""
    try:
        now = subscriptions.told(tx, told.id, lock=True)
    except NotFound:
        return False
    wanted = (told.reached, told.events, told.shape, told.api_key_id)
    if (now.reached, now.events, now.shape, now.api_key_id) != wanted:
        return False
    if not subscriptions.is_active(tx, told.id):
        return False
    deliveries.add(tx, told.id, found.made)
    subscriptions.set_reached(tx, told.id, found.reached)
    return True


def _take(tx: Tx, id: int) -> tuple[Told | None, list[Due]]:
    """What is to be posted now: of an address that fails one only, until it takes it."""
    if not subscriptions.is_active(tx, id):
        return None, []
    told = subscriptions.told(tx, id)
    some = deliveries.due(tx, id, POSTS_AT_ONCE) if told.failing_since is None else deliveries.probe(tx, id)
    return told, some


def _settle(tx: Tx, id: int, outcomes: list[Outcome]) -> str:
    """Write how attempts ended, and whether the address works; returns why it was paused, "" if it was not."""
    try:
        told = subscriptions.told(tx, id, lock=True)
    except NotFound:
        return ""
    deliveries.settle(tx, id, outcomes)
    if any(one.is_delivered for one in outcomes):
        if told.failing_since is not None:
            subscriptions.set_failing(tx, id, None)
        return ""
    since = told.failing_since or tx.now
    if told.failing_since is None:
        subscriptions.set_failing(tx, id, since)
    if deliveries.failed_since(tx, id, since) < PAUSED_AFTER_FAILED:
        return ""
    last = next((one.trouble for one in outcomes if one.trouble), "")
    because = (
        f"{PAUSED_AFTER_FAILED} deliveries in a row were not taken, each tried {len(TRIED_AFTER)} times."
        f" The last time: {last}. Mend the address, then resume."
    )
    pause_in(tx, id, None, because)
    return because
