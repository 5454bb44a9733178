"""The table of contacts, a window at a time: however long it is, only what is looked at is read."""

from array import array
from collections.abc import Sequence
from typing import Final

from desktop.domain.contact_table import ContactRow, TableQuery
from desktop.store import contact_table
from desktop.store.engine import Store, Tx

_NEAR_COUNT: Final = 500
"""So far down a filtered table a page is looked for by itself; further down, the ids are kept."""


class ContactTable:
    """Counts and pages of the table.

    A filter may have to look at everyone for each page, so the ids of one filtered table are kept from the
    first page further down until the table is counted anew: rows then keep their positions while someone
    scrolls, whatever colleagues add meanwhile; what the rows say is always read anew.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[TableQuery, array[int]] | None = None

    async def count(self, asked: TableQuery) -> int:
        """How many contacts the query selects. Raises BadFilter."""
        self._kept = None
        return await self._store.read(lambda tx: contact_table.count(tx, asked), people=True)

    async def page(self, asked: TableQuery, first: int, limit: int) -> list[ContactRow]:
        """The rows from position `first` on, at most `limit`, in the query's order. Raises BadFilter."""
        if asked.selects_everyone or (not self._ids_of(asked) and first + limit <= _NEAR_COUNT):
            return await self._store.read(lambda tx: _page(tx, asked, first, limit), people=True)
        kept = self._ids_of(asked)
        if kept is None:
            kept = await self._store.read(lambda tx: contact_table.every_id(tx, asked), people=True)
            self._kept = (asked, kept)
        wanted = kept[first : first + limit].tolist()
        return await self._store.read(lambda tx: contact_table.rows(tx, wanted), people=True)

    async def some(self, ids: Sequence[int]) -> list[ContactRow]:
        """The rows of these contacts, in this order; those that are gone are left out."""
        return await self._store.read(lambda tx: contact_table.rows(tx, ids), people=True)

    def _ids_of(self, asked: TableQuery) -> "array[int] | None":
        return self._kept[1] if self._kept is not None and self._kept[0] == asked else None


def _page(tx: Tx, asked: TableQuery, first: int, limit: int) -> list[ContactRow]:
    return contact_table.rows(tx, contact_table.ids(tx, asked, first, limit))
