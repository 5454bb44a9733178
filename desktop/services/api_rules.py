"""What the workspace decides about its HTTP API: whether it answers, and how often a key may ask.

Kept as settings; read once before the server opens and again after each change, so that the gate need not ask the
store at every call.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from desktop.domain.changes import Changes, Topic
from desktop.domain.settings import Settings
from desktop.services.feed import Feed
from desktop.store import settings
from desktop.store.engine import Store

_DEFAULTS: Final = Settings()


@dataclass(frozen=True, slots=True)
class ApiRules:
    """is_on: programs outside are answered. per_minute: calls that each key may make in 60 s."""

    is_on: bool = _DEFAULTS.api_on
    per_minute: int = _DEFAULTS.api_per_minute


class ApiRulesNow:
    """The rules as they stand; call it for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules = ApiRules()

    def __call__(self) -> ApiRules:
        return self._rules

    async def read(self) -> None:
        """Take them from the store."""
        kept = await self._store.read(settings.load)
        self._rules = ApiRules(kept.api_on, kept.api_per_minute)

    async def follow(self, feed: Feed) -> None:
        """Read them after each change of the settings, here or in another process. Ends when it is cancelled."""
        changed = asyncio.Event()
        changed.set()  # what changed before anybody listened

        def heard(changes: Changes) -> None:
            if changes.has(Topic.SETTINGS):
                changed.set()

        forget = feed.subscribe(heard)
        try:
            while True:
                await changed.wait()
                changed.clear()
                await self.read()
        finally:
            forget()
