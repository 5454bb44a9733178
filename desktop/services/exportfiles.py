"""Contacts written into a file, by a process of its own.

They are read page by page, each page in a read of its own. So what changes meanwhile may be in the file or not.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from desktop.domain import filters
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import SortBy, TableQuery, Target
from desktop.domain.contacts import Contact
from desktop.domain.importcolumns import (
    CREATED_HEADING,
    LAST_MESSAGE_HEADING,
    STOPPED_HEADING,
    field_heading,
)
from desktop.domain.people import Right, User
from desktop.services import jobwork, rights, sheetfiles
from desktop.services.jobwork import Talk
from desktop.services.sheetfiles import PAGE_ROWS, Making, Stopped, Table
from desktop.store import contact_table, contacts, exports
from desktop.store.engine import Store, Tx

_FIXED: Final = ("Name", "Phone", "Marketing opt-in", STOPPED_HEADING, "Tags")
_OPT_IN: Final = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: ""}


async def export(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write {target} to {path} as {format}; the answer has stopped, row_count and sheet_count.

    {part} is the file until it is whole, in the same folder; {folder} is for temporary files.
    """
    target, user = target_from_json(asked["target"]), jobwork.user_from_json(asked["user"])
    with jobwork.open_store(asked["store"], "export") as store:
        reading = _Reading(store, target, user, talk)
        making = Making(store, user, talk, sheetfiles.paths_from_json(asked))
        written = await asyncio.to_thread(making.run, reading.open, asked["format"], asked["most_sheet_rows"])
    return sheetfiles.result_to_json(written, jobwork.peak_bytes())


class _Reading:
    """The contacts of one export."""

    def __init__(self, store: Store, target: Target, user: User, talk: Talk) -> None:
        self._store = store
        self._target = target
        self._user = user
        self._talk = talk

    def open(self) -> Table:
        """Headings and rows. Raises NotAllowed and BadFilter."""

        def read(tx: Tx) -> tuple[list[str], Sequence[int]]:
            rights.allow(tx, self._user, Right.EXPORT)
            return list(contacts.known_attributes(tx)), contact_table.target_ids(tx, self._target)

        names, ids = self._store.submit_read(read).result()
        headings = [*_FIXED, *map(field_heading, names), CREATED_HEADING, LAST_MESSAGE_HEADING]
        return Table("Contacts", headings, self._rows(names, ids), _count_words)

    def _rows(self, names: Sequence[str], ids: Sequence[int]) -> Iterator[list[str]]:
        for start in range(0, len(ids), PAGE_ROWS):
            if self._talk.stop.is_set():
                raise Stopped
            for one in self._page(list(ids[start : start + PAGE_ROWS])):
                yield _cells(one, names)
            self._talk.tell(min(start + PAGE_ROWS, len(ids)), len(ids))

    def _page(self, ids: Sequence[int]) -> list[Contact]:
        return self._store.submit_read(lambda tx: exports.page(tx, ids)).result()


def _count_words(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def _cells(one: Contact, names: Sequence[str]) -> list[str]:
    return [
        one.name,
        one.phone,
        _OPT_IN[one.opt_in],
        "Yes" if one.facts.stopped_in_whatsapp else "",
        ", ".join(one.tags),
        *(one.attributes.get(name, "") for name in names),
        _moment(one.created_at),
        _moment(one.last_inbound_at),
    ]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def target_to_json(target: Target) -> dict[str, Any]:
    """A target as plain JSON values."""
    query = target.query
    return {
        "ids": target.ids,
        "filter": filters.to_json(query.filter),
        "search": query.search,
        "sort": query.sort.value,
        "descending": query.descending,
    }


def target_from_json(found: dict[str, Any]) -> Target:
    """A target from its JSON values."""
    query = TableQuery(
        filters.from_json(found["filter"]), found["search"], SortBy(found["sort"]), found["descending"]
    )
    return Target(query, None if found["ids"] is None else tuple(found["ids"]))
