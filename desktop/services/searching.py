"""Search in the texts of messages, and the work that keeps its index."""

import asyncio
import logging
import time
from typing import Final

from desktop.domain.changes import Changes, Topic
from desktop.domain.inbox import MessageHit
from desktop.services.rounds import Rounds
from desktop.store import message_search
from desktop.store.engine import REST_S, Store, Tx, WriteLane

_log = logging.getLogger("assent.searching")
_FIRST_COUNT: Final = 50
_MOST_COUNT: Final = 400
_GOAL_S: Final = 0.006
"""How long a chunk may hold the writer: a third of what is allowed, for the commit and the slow ones among them."""
_MERGED_PAGES: Final = 12
"""Of the index, per write: 2 to 4 ms."""
_BREATH_S: Final = 0.3
"""Between two rounds that were called for: until then a message is found by reading what waits."""


class Searching:
    """Finds messages by their text. `run()` keeps the index and works until cancelled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rounds = Rounds(store, _log, "message", matters=_matters, breath_s=_BREATH_S)
        self._count = _FIRST_COUNT
        self._to_merge = False

    async def messages(
        self, wanted: str, *, contact_id: int | None = None, limit: int = 50
    ) -> list[MessageHit]:
        """The newest messages whose text holds every word, newest first; contact_id: of this contact alone.

        Words are compared without accents and case, also inside other words. [] if none has three characters. A
        broadcast's messages are found in its report. Cancelling the await stops the search.
        """
        return await self._store.read(
            lambda tx: message_search.find(tx, wanted, contact_id=contact_id, limit=limit)
        )

    @property
    def trouble(self) -> str:
        """Why nothing can be indexed now, as a sentence; "" where nothing is the matter."""
        return self._rounds.trouble

    async def run(self) -> None:
        """Index what is written until cancelled."""
        await self._rounds.run(self.round)

    async def round(self) -> bool:
        """Index some messages, the newest first; returns whether there may be more at once."""
        return await self._rounds.guarded(self._step())

    async def _step(self) -> bool:
        taken = 0
        if await self._store.read(message_search.is_behind):
            taken, held_s = await self._store.write(self._take_in, WriteLane.BULK)
            if taken == self._count:
                self._count = _next_count(self._count, held_s)
            self._to_merge |= bool(taken)
        if self._to_merge:
            await asyncio.sleep(REST_S)
            self._to_merge = await self._store.write(
                lambda tx: message_search.merge(tx, _MERGED_PAGES), WriteLane.BULK
            )
        if taken or self._to_merge:
            await asyncio.sleep(REST_S)
        return bool(taken) or self._to_merge

    def _take_in(self, tx: Tx) -> tuple[int, float]:
        """How many were indexed, and how long the writer was held."""
        began_s = time.perf_counter()
        return message_search.take_in(tx, self._count), time.perf_counter() - began_s


def _next_count(count: int, held_s: float) -> int:
    """The next chunk's messages after one of `count` that held the writer so long: at most half more or less."""
    factor = min(1.5, max(0.5, _GOAL_S / max(held_s, 1e-6)))
    return min(_MOST_COUNT, max(1, round(count * factor)))


def _matters(changes: Changes) -> bool:
    """True for what may have written a message; those of broadcasts, which are told as one, are not searched."""
    return any(
        one.topic is Topic.EVERYTHING or (one.topic is Topic.MESSAGE and one.id) for one in changes.touched
    )
