"""Templates: the list as last seen, refreshed from WhatsApp by hand, by webhook or when it is stale."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from desktop.domain.problems import NotFound, Problem
from desktop.domain.template_uses import TemplateUse
from desktop.domain.templates import Template
from desktop.store import templates
from desktop.store.engine import Store, StoreClosed, Tx
from desktop.system.clock import Clock

_log = logging.getLogger("assent.templates")
_APART_S: Final = 30.0
"""Between two readings that are asked for because a template is not known: programs may ask many times."""

Fetch = Callable[[], Awaitable[Sequence[Template]]]
"""Reads the complete list from WhatsApp; raises a Problem when it cannot."""


class NoSuchTemplate(Problem):
    """Another program named a template that is not known here, or not in this language."""


def asked_for(tx: Tx, name: str, language: str | None, field: str) -> Template:
    """The template that another program names. Raises NoSuchTemplate of `field`; see `Templates.missed`."""
    try:
        return templates.by_name(tx, name, language)
    except NotFound as wrong:
        others = templates.languages(tx, name)
        said = f"There is no template “{name}” here"
        if others:
            said = f"“{name}” is not here in {language}; it is in {', '.join(others)}"
        again = "The templates are being read from WhatsApp anew; if it was made a moment ago, try again."
        raise NoSuchTemplate("Template not found", f"{said}. {again}", field) from wrong


class Templates:
    """The templates of one account. apart_s: between two readings for templates that were missed."""

    def __init__(self, store: Store, clock: Clock, fetch: Fetch, *, apart_s: float = _APART_S) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._refreshing = asyncio.Lock()
        self._queued = False
        self._apart_s = apart_s
        self._was_missed = asyncio.Event()

    async def every(self, *, listing: bool = False) -> list[Template]:
        """All of them. listing: another program asks, and nobody here waits for it."""
        return await self._store.read(templates.every, people=not listing, listing=listing)

    async def get(self, template_id: int, *, listing: bool = False) -> Template:
        """One template. listing: as for `every`. Raises NotFound."""
        return await self._store.read(
            lambda tx: templates.get(tx, template_id), people=not listing, listing=listing
        )

    async def by_name(self, name: str) -> Template:
        """The first template of that name. Raises NotFound."""
        return await self._store.read(lambda tx: templates.by_name(tx, name), people=True)

    async def uses(self, template_id: int) -> list[TemplateUse]:
        """Where a template is used: drafts, broadcasts that are not over, sequences, the newest that are over."""
        return await self._store.read(lambda tx: templates.uses(tx, template_id), people=True)

    async def in_use(self) -> list[TemplateUse]:
        """Every draft, broadcast that is not over and sequence, with the templates they have."""
        return await self._store.read(templates.in_use, people=True)

    async def last_refreshed_at(self) -> datetime | None:
        """When the whole list was last read from WhatsApp; None before the first time."""
        return await self._store.read(templates.refreshed_at, people=True)

    async def refresh(self) -> int:
        """Read the list from WhatsApp and keep it; returns how many. Raises the client's Problem."""
        async with self._refreshing:
            # Taken before the list is read: a change that a webhook tells meanwhile is newer than the list.
            now = self._clock.now()
            fetched = await self._fetch()
            stamped = [replace(one, fetched_at=now) for one in fetched]
            await self._store.write(lambda tx: templates.replace_all(tx, stamped))
            return len(stamped)

    async def refresh_after_change(self) -> None:
        """Refresh because WhatsApp told of a change; many such changes at once are read once more, not many times.

        What is told while a list is being read is not in that list for certain, so one more reading follows.
        """
        if self._queued:
            return
        self._queued = True
        try:
            async with self._refreshing:
                pass
        finally:
            self._queued = False
        await self.refresh()

    async def follow_change(self) -> None:
        """The same where nobody waits for it: what fails is logged, and asked again before the next claim."""
        try:
            await self.refresh_after_change()
        except Exception:
            _log.exception("the templates could not be read")

    async def refresh_if_stale(self) -> None:
        """Refresh when any copy is older than ten minutes; two callers refresh once."""
        async with self._refreshing:
            oldest = await self._store.read(templates.oldest_fetch)
        known = await self._store.read(templates.every)
        if oldest is None or any(one.stale(self._clock.now()) for one in known):
            await self.refresh()

    def missed(self) -> None:
        """Somebody named a template that is not known: `keep_up` reads the list soon. Returns at once."""
        self._was_missed.set()

    async def keep_up(self) -> None:
        """Read a list that is missing or stale, then again whenever a template was missed. Runs until cancelled."""
        await self._tried(self.refresh_if_stale)
        while True:
            await self._was_missed.wait()
            self._was_missed.clear()
            await self._tried(self.refresh)
            await asyncio.sleep(self._apart_s)

    async def _tried(self, read: Callable[[], Awaitable[object]]) -> None:
        try:
            await read()
        except StoreClosed:
            raise
        except Problem as wrong:
            _log.warning("the templates could not be read: %s", wrong)  # again when the next one is missed
