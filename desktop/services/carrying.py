"""Deliveries that wait are posted, each address by itself, and how each attempt ended is written down."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import Final

from desktop.domain.problems import NotFound
from desktop.domain.subscriptions import PAUSED_AFTER_FAILED, TRIED_AFTER
from desktop.services.posting import post
from desktop.services.rounds import Rounds
from desktop.services.signing import OtherRoot, RootSilent, Signing
from desktop.services.subscriptions import pause_in
from desktop.store import deliveries, subscriptions
from desktop.store.deliveries import Due, Outcome
from desktop.store.engine import Store, StoreClosed, Tx, WriteLane
from desktop.store.subscriptions import Told
from desktop.system.clock import Clock
from desktop.system.http import Web

_log = logging.getLogger("assent.webhooks")

POSTS_AT_ONCE: Final = 16
"""To one address. They arrive in about the order in which things happened; their times say it exactly."""
PROBE_GAPS_S: Final = (1.0, 5.0, 15.0, 30.0, 60.0)
"""Between two tries of an address that fails, by how many have failed in a row."""
SILENT_S: Final = 15.0
"""How long a keyring that does not answer is left alone."""


@dataclass(slots=True)
class _Failing:
    """An address that fails: how often in a row, and when to try it again (machine time)."""

    count: int
    not_before_s: float


class Carrier:
    """Posts what is due. `start()` makes it look, `stop()` ends what is on its way."""

    def __init__(self, store: Store, clock: Clock, web: Web, signing: Signing, rounds: Rounds) -> None:
        """rounds: the engine's, which are woken when an address has nothing due any more."""
        self._store = store
        self._clock = clock
        self._web = web
        self._signing = signing
        self._rounds = rounds
        self._posting: dict[int, asyncio.Task[None]] = {}
        self._failing: dict[int, _Failing] = {}
        self._silent_until_s = 0.0

    async def start(self) -> bool:
        """One task for each address, so that one that answers slowly holds up nobody else; returns False."""
        self._posting = {id: task for id, task in self._posting.items() if not task.done()}
        for id, is_failing in await self._store.read(deliveries.to_post):
            if id in self._posting:
                continue
            if not is_failing:
                self._failing.pop(id, None)
            if self._may_try(id):
                self._posting[id] = asyncio.get_running_loop().create_task(self._post(id))
        return False

    async def stop(self) -> None:
        """End what is on its way: it comes again, under the same mark."""
        for task in self._posting.values():
            task.cancel()
        await asyncio.gather(*self._posting.values(), return_exceptions=True)

    async def posted(self) -> None:
        """Return when what is being posted now is through."""
        await asyncio.gather(*self._posting.values())

    async def _post(self, id: int) -> None:
        try:
            await self._rounds.guarded(self._post_all(id))
        except StoreClosed:
            return

    def _may_try(self, id: int) -> bool:
        now_s = self._clock.monotonic_s()
        failing = self._failing.get(id)
        return now_s >= self._silent_until_s and (failing is None or now_s >= failing.not_before_s)

    async def _post_all(self, id: int) -> bool:
        """Until nothing is due, or the address fails, or nothing can be signed."""
        while self._may_try(id):
            told, some = await self._store.read(partial(_take, id=id))
            if told is None or not some:
                break
            secret = await self._secret(told)
            if not secret:
                break
            tries = (post(self._web, told.url, told.shape, secret, one) for one in some)
            await self._settle(id, await asyncio.gather(*tries))
        self._rounds.wake()
        return False

    async def _secret(self, told: Told) -> str:
        """What it is signed with; none where it is another machine's, which pauses it, or where nobody knows now."""
        try:
            return await self._signing.secret(told.salt, told.secret_mark)
        except OtherRoot as wrong:
            await pause(self._store, told.id, wrong.sentence)
        except RootSilent as wrong:
            self._silent_until_s = self._clock.monotonic_s() + SILENT_S
            _log.warning("no webhook can be signed now: %s", wrong)
        return ""

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


async def pause(store: Store, id: int, because: str) -> None:
    """Pause one in the program's own name; nothing happens if it was removed."""

    def write(tx: Tx) -> None:
        pause_in(tx, id, None, because)

    try:
        await store.write(write, WriteLane.BULK)
    except NotFound:
        return
    _log.warning("webhook %s is paused: %s", id, because)


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
