"""A person's views of the list of conversations."""

from desktop.domain.inbox import InboxView, Wanted
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.store import inbox_views
from desktop.store.engine import Store

_LONGEST_NAME = 60


class Inbox:
    """The verbs on views."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def views(self, user: User) -> list[InboxView]:
        return await self._store.read(lambda tx: inbox_views.of(tx, user.id), people=True)

    async def save_view(self, name: str, wanted: Wanted, user: User) -> None:
        """Keep a view; one of the same name is replaced. Raises Problem."""
        kept = clean(name).strip()
        if not 1 <= len(kept) <= _LONGEST_NAME:
            raise Problem("Name cannot be used", f"Give 1 to {_LONGEST_NAME} characters.", "name")
        await self._store.write(lambda tx: inbox_views.save(tx, user.id, kept, wanted))

    async def remove_view(self, id: int, user: User) -> None:
        await self._store.write(lambda tx: inbox_views.remove(tx, user.id, id))
