"""The table of contacts, a window at a time: however long it is, only what is looked at is read."""

from desktop.domain.contact_table import ContactRow, TableQuery
from desktop.store.engine import Store


class ContactTable:
    """Counts and pages of the table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def count(self, asked: TableQuery) -> int:
        """How many contacts the query selects. Raises BadFilter."""
        raise NotImplementedError

    async def page(self, asked: TableQuery, first: int, limit: int) -> list[ContactRow]:
        """The rows from position `first` on, at most `limit`, in the query's order. Raises BadFilter."""
        raise NotImplementedError
