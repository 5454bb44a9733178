"""The list of conversations as a person wants to see it, and their views of it."""

from collections.abc import Sequence
from dataclasses import replace

from desktop.domain.conversations import BoxCounts, ConversationRow
from desktop.domain.inbox import InboxView, Order, Wanted
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.services.inbox_bulk import InboxBulk
from desktop.store import inbox_rows, inbox_views
from desktop.store.engine import Store, Tx

_LONGEST_NAME = 60


class Inbox:
    """The list and the verbs on views. `bulk`: what is done to several conversations at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.bulk = InboxBulk(store)

    async def rows(
        self, wanted: Wanted, user: User, *, search: str = "", limit: int = 200
    ) -> list[ConversationRow]:
        """The first rows of a box, in its order; search: name or phone contains it."""
        return await self._store.read(
            lambda tx: inbox_rows.page(tx, wanted, user.id, search=search, limit=limit), people=True
        )

    async def counts(self, user: User) -> BoxCounts:
        """How many conversations each box holds, whatever the conditions."""
        return await self._store.read(lambda tx: inbox_rows.counts(tx, user.id), people=True)

    async def longest_waiting(self, wanted: Wanted, user: User) -> ConversationRow | None:
        """Of those wanted, the one that waits longest for an answer; None when all are read."""
        unread = replace(wanted, order=Order.WAITING, unread=True)
        found = await self.rows(unread, user, limit=1)
        return found[0] if found else None

    async def names(self, contact_ids: Sequence[int]) -> dict[int, str]:
        """How these contacts are called, by id."""
        return await self._store.read(lambda tx: inbox_rows.names(tx, contact_ids), people=True)

    # Views.

    async def views(self, user: User) -> list[InboxView]:
        return await self._store.read(lambda tx: inbox_views.of(tx, user.id), people=True)

    async def save_view(self, name: str, wanted: Wanted, user: User) -> None:
        """Keep a view; one of the same name is replaced. Raises Problem."""
        kept = clean(name).strip()
        if not 1 <= len(kept) <= _LONGEST_NAME:
            raise Problem("Name cannot be used", f"Give 1 to {_LONGEST_NAME} characters.", "name")

        def write(tx: Tx) -> None:
            inbox_views.save(tx, user.id, kept, wanted)

        await self._store.write(write)

    async def remove_view(self, id: int, user: User) -> None:
        await self._store.write(lambda tx: inbox_views.remove(tx, user.id, id))
