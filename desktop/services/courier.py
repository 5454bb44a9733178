"""The engine's part of outgoing webhooks: what happened becomes deliveries, deliveries are posted, a log is kept.

Deliveries and how far they reach are committed together; how an attempt ended is committed after it. So a kill
loses nothing and makes nothing twice, and what was on its way comes again under the same mark.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from desktop.domain.changes import Changes, Topic
from desktop.domain.problems import NotFound
from desktop.domain.subscriptions import MOST_WAITING
from desktop.services.carrying import Carrier, pause
from desktop.services.delivery_log import DeliveryLog
from desktop.services.happenings import Gathered, gather
from desktop.services.meta_shape import Number
from desktop.services.rounds import Rounds
from desktop.services.signing import Signing
from desktop.store import deliveries, subscriptions
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.horizon import Horizon, Reached
from desktop.store.subscriptions import Told
from desktop.system.clock import Clock
from desktop.system.http import Web

_log = logging.getLogger("assent.webhooks")

PAGE_COUNT: Final = 100
"""Deliveries that are made in one write: a few milliseconds."""
_BREATH_S: Final = 0.1
"""Between two rounds that were called for: a thousand changes a second are ten rounds."""


_NO_KEY: Final = (
    "The key that set it up, or whose messages it tells of, opens nothing any more: it was revoked, or who made it is"
    " no admin here now."
)


class Courier:
    """`run()` works until cancelled; `wake()` makes it look at once."""

    def __init__(
        self, store: Store, clock: Clock, web: Web, signing: Signing, number: Callable[[], Number]
    ) -> None:
        """number: the business number as it is known now, for WhatsApp's own shape."""
        self._store = store
        self._number = number
        self._rounds = Rounds(store, _log, "webhook", matters=self._matters, breath_s=_BREATH_S)
        self._horizon = Horizon()
        self._carrier = Carrier(store, clock, web, signing, self._rounds)
        self._deliveries = DeliveryLog(store, clock)
        self._is_wanted = True

    @property
    def trouble(self) -> str:
        """Why nothing can be worked on now, as a sentence; "" where nothing is the matter."""
        return self._rounds.trouble

    def wake(self) -> None:
        """Look at once: something happened, or a webhook was set up."""
        self._rounds.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await self._rounds.run(self.round)
        finally:
            await self._carrier.stop()

    def _matters(self, changes: Changes) -> bool:
        return self._is_wanted or changes.has(Topic.SUBSCRIPTION)

    async def round(self) -> bool:
        """Make what is to be told, and start to post it; returns whether there may be more to make at once."""
        more = await self._rounds.guarded(self._make())
        await self._rounds.guarded(self._carrier.start())
        await self._rounds.guarded(self._deliveries.trim())
        return more

    async def posted(self) -> None:
        """Return when what is being posted now is through."""
        await self._carrier.posted()

    # What happened.

    async def _make(self) -> bool:
        def look(tx: Tx) -> tuple[list[Told], Reached]:
            found = subscriptions.active(tx)
            return found, self._horizon.look(tx) if found else Reached()

        active, horizon = await self._store.read(look)
        self._is_wanted = bool(active)
        more = False
        for told in active:
            more |= await self._rounds.guarded(self._make_for(told, horizon))
        return more

    async def _make_for(self, told: Told, horizon: Reached) -> bool:
        if not told.key_is_open:
            await pause(self._store, told.id, _NO_KEY)
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
