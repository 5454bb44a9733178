"""The table of contacts: what is asked of it, and one row of its answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop.domain.contacts import Contact
from desktop.domain.filters import EVERYONE, Filter


class SortBy(StrEnum):
    """What the table can be sorted by; each has an index that holds it."""

    NAME = "name"
    CREATED = "created"
    LAST_INBOUND = "last_inbound"


@dataclass(frozen=True, slots=True)
class TableQuery:
    """Which contacts, in which order. search: part of a name or phone. Ties are broken by the contact's id."""

    filter: Filter = EVERYONE
    search: str = ""
    sort: SortBy = SortBy.NAME
    descending: bool = False

    @property
    def selects_everyone(self) -> bool:
        return self.filter.selects_everyone and not self.search.strip()


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One row. last_message_at: of the conversation, either way; None if there is none."""

    contact: Contact
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a bulk change is for: the contacts that were ticked, or, with ids None, all that the query selects."""

    query: TableQuery = TableQuery()
    ids: tuple[int, ...] | None = None
