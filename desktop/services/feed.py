"""How a change reaches the screens: after each commit here, and from other processes through the file.

Screens subscribe in one line and decide for themselves whether a change concerns them. Changes that
follow each other closely are told as one.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from desktop.domain.changes import Changes
from desktop.store import feed
from desktop.store.engine import Store, StoreClosed, WriteLane

_log = logging.getLogger("assent.feed")
_POLL_S: Final = 0.25
_COALESCE_S: Final = 0.05
_TRIM_EVERY_POLLS: Final = 2_400

Listener = Callable[[Changes], None]


class Feed:
    """Tells listeners, in the loop's thread, what was touched."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: list[Listener] = []
        self._pending = Changes()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each change. Returns the undo; calling it twice is harmless."""
        self._listeners.append(listener)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget

    async def run(self) -> None:
        """Follow this process's commits at once and other processes' every quarter of a second."""
        self._loop = asyncio.get_running_loop()
        forget = self._store.listen(self._from_writer)
        try:
            await self._follow_others()
        except StoreClosed:
            return
        finally:
            forget()
            if self._timer is not None:
                self._timer.cancel()

    async def _follow_others(self) -> None:
        last_id = await self._store.read(feed.newest)
        polls = 0
        while True:
            await asyncio.sleep(_POLL_S)
            after = last_id
            last_id, changes = await self._store.read(
                lambda tx, after=after: feed.since(tx, after, self._store.process)  # type: ignore[misc]
            )
            self._add(changes)
            polls += 1
            if polls % _TRIM_EVERY_POLLS == 0:
                await self._store.write(feed.forget_old, WriteLane.BULK)

    def _from_writer(self, changes: Changes) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._add, changes)

    def _add(self, changes: Changes) -> None:
        if not changes or self._loop is None:
            return
        self._pending |= changes
        if self._timer is None:
            self._timer = self._loop.call_later(_COALESCE_S, self._tell)

    def _tell(self) -> None:
        changes, self._pending, self._timer = self._pending, Changes(), None
        for listener in tuple(self._listeners):
            try:
                listener(changes)
            except Exception:
                _log.exception("a listener failed")
