"""The log of what webhooks were sent: kept for a week, the bodies of what arrived for a day.

A broadcast of 100,000 is 300,000 deliveries of one to two kilobytes. What failed can be sent again as long as it is
kept; what arrived needs its body only while somebody looks into it.
"""

from datetime import timedelta
from typing import Final

from desktop.store import deliveries, subscriptions
from desktop.store.engine import Store, Tx, WriteLane
from desktop.system.clock import Clock

KEPT_FOR: Final = timedelta(days=7)
BODIES_FOR: Final = timedelta(days=1)
MOST_BODIES: Final = 10_000
"""Of one webhook's newest deliveries: some 15 MB."""
CHUNK_COUNT: Final = 200
_EVERY_S: Final = 600.0


class DeliveryLog:
    """`trim()` is called once in each round of the engine."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._at_s = 0.0
        self._reached: dict[int, int] = {}
        """Of each webhook, up to which delivery bodies are gone; after a start once more from the beginning."""

    async def trim(self) -> bool:
        """One small step, so that it holds up neither what is told nor the writer; returns False."""
        if self._clock.monotonic_s() < self._at_s:
            return False
        if await self._store.write(_drop, WriteLane.BULK) or await self._forget_bodies():
            return False
        self._at_s = self._clock.monotonic_s() + _EVERY_S
        return False

    async def _forget_bodies(self) -> bool:
        def look(tx: Tx) -> deliveries.Old | None:
            return deliveries.old_bodies(tx, self._reached, tx.now - BODIES_FOR, MOST_BODIES, CHUNK_COUNT)

        found = await self._store.read(look)
        if found is None:
            return False
        if found.ids:
            await self._store.write(lambda tx: deliveries.forget_bodies(tx, found.ids), WriteLane.BULK)
        self._reached[found.subscription_id] = found.last_id
        return True


def _drop(tx: Tx) -> int:
    return subscriptions.sweep(tx, CHUNK_COUNT) or deliveries.trim(tx, tx.now - KEPT_FOR, CHUNK_COUNT)
