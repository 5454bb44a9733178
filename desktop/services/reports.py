"""Reports: what was sent, what was not, and why, over all paths."""

from collections.abc import Sequence
from datetime import datetime

from desktop.domain.consent import Source
from desktop.domain.conversations import MessageView
from desktop.domain.report import Bucket, Cell, Cube, Mark, OptedOut, OptedOutScope, Scope
from desktop.store import opted_out, report
from desktop.store.engine import Store

__all__ = ["Mark", "OptedOut", "Reports"]


class Reports:
    """The verbs of reading. Nothing here changes anything.

    Cancelling a verb interrupts its query. Counts and whatever a search may make long leave the reader that
    serves the conversations alone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cube(self, scope: Scope) -> Cube:
        """Every cell of a scope."""
        return await self._store.read(lambda tx: report.cube(tx, scope))

    async def timeline(
        self, scope: Scope, cells: Sequence[Cell], edges: Sequence[datetime]
    ) -> tuple[Bucket, ...]:
        """The messages of these cells between each two neighbouring edges, which ascend."""
        return await self._store.read(lambda tx: report.timeline(tx, scope, cells, edges))

    async def messages(
        self, scope: Scope, cells: Sequence[Cell], *, after: Mark | None = None, limit: int = 100
    ) -> list[MessageView]:
        """The messages of these cells, newest first, from behind a mark on."""
        return await self._store.read(
            lambda tx: report.messages(tx, scope, cells, after=after, limit=limit),
            people=not scope.search.strip(),
        )

    async def opted_out(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        source: Source | None = None,
        search: str = "",
        after: Mark | None = None,
        limit: int = 100,
    ) -> list[OptedOut]:
        """Contacts whose answer is no now, the latest first. after: Mark(at, contact_id of the last row)."""
        asked = OptedOutScope(since, until, source, search)
        return await self._store.read(
            lambda tx: opted_out.rows(tx, asked, after=after, limit=limit), people=not search.strip()
        )

    async def opted_out_count(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        source: Source | None = None,
        search: str = "",
    ) -> int:
        """How many contacts `opted_out` lists in all."""
        asked = OptedOutScope(since, until, source, search)
        return await self._store.read(lambda tx: opted_out.count(tx, asked))
