"""Work in rounds: at once while there is more to do, else when something is new or a moment has passed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from desktop.domain.changes import Changes
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed

_POLL_S: Final = 0.5
"""Due times pass without anyone saying so."""


class Rounds:
    """`run()` works until cancelled; `wake()` makes it look at once."""

    def __init__(
        self,
        store: Store,
        log: logging.Logger,
        noun: str,
        *,
        matters: Callable[[Changes], bool],
        breath_s: float,
        poll_s: float = _POLL_S,
    ) -> None:
        """noun: one of what is worked on, for the log: 'webhook'. matters: whether changes call for a round.

        breath_s: between two rounds that were called for, so that a thousand changes a second are a few rounds.
        poll_s: so often it looks by itself.
        """
        self._store = store
        self._log = log
        self._noun = noun
        self._matters = matters
        self._breath_s = breath_s
        self._poll_s = poll_s
        self._news = asyncio.Event()
        self._trouble = self._met = ""

    @property
    def trouble(self) -> str:
        """Why nothing can be worked on now, as a sentence; "" where nothing is the matter."""
        return self._trouble

    def wake(self) -> None:
        """Look at once."""
        self._news.set()

    async def run(self, round: Callable[[], Awaitable[bool]]) -> None:
        """Do rounds until cancelled. round: returns whether there may be more to do at once."""
        loop = asyncio.get_running_loop()

        def heard(changes: Changes) -> None:
            if self._matters(changes):
                loop.call_soon_threadsafe(self.wake)

        forget = self._store.listen(heard)
        try:
            while True:
                self._news.clear()
                self._met = ""
                more = await round()
                self._trouble = self._met
                if not more:
                    await self._rest()
        finally:
            forget()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._poll_s):
                await self._news.wait()
                await asyncio.sleep(self._breath_s)
        except TimeoutError:
            return

    async def guarded(self, work: Coroutine[Any, Any, bool]) -> bool:
        """What the work says; an error in it is logged, never stops the rest, and counts as False.

        A store that cannot be used now is told by `trouble`, until a whole round met none.

        Raises StoreClosed: then everything is over.
        """
        try:
            return await work
        except StoreClosed:
            raise
        except (StoreBusy, StoreBroken) as trouble:
            if trouble.sentence != self._trouble:
                self._log.warning("cannot work on %ss now: %s", self._noun, trouble)
            self._trouble = self._met = trouble.sentence
        except Exception:
            self._log.exception("a %s failed", self._noun)
        return False
