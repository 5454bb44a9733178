"""Writing contacts into a file, by a process of its own: CSV row by row, or XLSX in as many sheets as it takes.

Contacts are read page by page, each page in a read of its own: a read that lasted minutes would have SQLite's
log grow for as long. So what changes meanwhile may be in the file or not.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from desktop.domain import filters
from desktop.domain.activity import Deed
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import SortBy, TableQuery, Target
from desktop.domain.contacts import Contact
from desktop.domain.importcolumns import (
    CREATED_HEADING,
    LAST_MESSAGE_HEADING,
    STOPPED_HEADING,
    field_heading,
)
from desktop.domain.importing import defuse
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services import jobwork, rights, tablefiles
from desktop.services.jobwork import Talk
from desktop.store import activity, contact_table, contacts, exports
from desktop.store.engine import Store, Tx

_PAGE_ROWS: Final = 500
MOST_SHEET_ROWS: Final = 1_048_576
"""Rows of an XLSX sheet, the headings among them."""
_LONGEST_CELL: Final = 32_767
_FIXED: Final = ("Name", "Phone", "Marketing opt-in", STOPPED_HEADING, "Tags")
_OPT_IN: Final = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: ""}


class _Stopped(Exception):
    """Asked to stop: nothing is left behind."""


@dataclass(frozen=True, slots=True)
class _Written:
    contact_count: int
    sheet_count: int = 1


@dataclass(frozen=True, slots=True)
class _Paths:
    """Where the file is to be, where it is until it is whole, and a folder for temporary files."""

    whole: Path
    part: Path
    folder: Path


async def export(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write {target} to {path} as {format}; the answer has stopped, contact_count and sheet_count.

    {part} is the file until it is whole, in the same folder; {folder} is for temporary files.
    """
    target, user = target_from_json(asked["target"]), jobwork.user_from_json(asked["user"])
    with jobwork.open_store(asked["store"], "export") as store:
        making = _Making(store, target, user, talk)
        paths = _Paths(*(Path(asked[name]) for name in ("path", "part", "folder")))
        written = await asyncio.to_thread(making.run, paths, asked["format"], asked["most_sheet_rows"])
    if written is None:
        return {"stopped": True}
    return {
        "stopped": False,
        "contact_count": written.contact_count,
        "sheet_count": written.sheet_count,
        "peak_bytes": jobwork.peak_bytes(),
    }


@contextlib.contextmanager
def _only_while_made(part: Path) -> Iterator[None]:
    """Whatever goes wrong, the file that was begun is deleted; one that was there before is somebody's."""
    try:
        yield
    except FileExistsError:
        raise
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


class _Making:
    """One export: the file is made beside its place and moved there when it is whole."""

    def __init__(self, store: Store, target: Target, user: User, talk: Talk) -> None:
        self._store = store
        self._target = target
        self._user = user
        self._talk = talk
        self._count = 0

    def run(self, paths: _Paths, form: str, most_sheet_rows: int) -> _Written | None:
        """None if it was stopped. Raises NotAllowed, or Problem if the file cannot be written."""
        try:
            headings, rows = self._headings_and_rows()
            with _only_while_made(paths.part):
                sheets = 1
                if form == "xlsx":
                    sheets = write_xlsx(paths.part, headings, rows, most_sheet_rows, paths.folder)
                else:
                    tablefiles.write_csv(paths.part, headings, rows)
                written = _Written(self._count, sheets)
                self._hand_over(paths, written)
        except _Stopped:
            return None
        except (OSError, xlsxwriter.exceptions.FileCreateError) as wrong:
            raise Problem(
                "The file cannot be written",
                f"“{paths.whole}” cannot be written: {getattr(wrong, 'strerror', None) or wrong}. "
                "Choose another folder, or close the file if it is open elsewhere.",
                "path",
            ) from wrong
        return written

    def _hand_over(self, paths: _Paths, written: _Written) -> None:
        """Still allowed, said who did it, and only then there: no file is without its line in the log."""
        count = written.contact_count
        self._store.submit_write(
            lambda tx: self._say(tx, paths, f"{count:,} contact{'' if count == 1 else 's'}")
        ).result()
        try:
            paths.part.replace(paths.whole)
        except OSError:
            with contextlib.suppress(Problem):
                self._store.submit_write(lambda tx: self._say(tx, paths, "not saved after all")).result()
            raise

    def _say(self, tx: Tx, paths: _Paths, details: str) -> None:
        rights.allow(tx, self._user, Right.EXPORT)
        activity.log(tx, self._user, Deed.EXPORTED, paths.whole.name, details)

    def _headings_and_rows(self) -> tuple[list[str], Iterator[list[str]]]:
        def read(tx: Tx) -> tuple[list[str], Sequence[int]]:
            rights.allow(tx, self._user, Right.EXPORT)
            return list(contacts.known_attributes(tx)), contact_table.target_ids(tx, self._target)

        names, ids = self._store.submit_read(read).result()
        headings = [*_FIXED, *map(field_heading, names), CREATED_HEADING, LAST_MESSAGE_HEADING]
        return headings, self._rows(names, ids)

    def _rows(self, names: Sequence[str], ids: Sequence[int]) -> Iterator[list[str]]:
        for start in range(0, len(ids), _PAGE_ROWS):
            if self._talk.stop.is_set():
                raise _Stopped
            for one in self._page(list(ids[start : start + _PAGE_ROWS])):
                self._count += 1
                yield _cells(one, names)
            self._talk.tell(min(start + _PAGE_ROWS, len(ids)), len(ids))
        if self._talk.stop.is_set():
            raise _Stopped

    def _page(self, ids: Sequence[int]) -> list[Contact]:
        return self._store.submit_read(lambda tx: exports.page(tx, ids)).result()


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


def write_xlsx(
    path: Path,
    headings: Sequence[str],
    rows: Iterator[list[str]],
    most_sheet_rows: int = MOST_SHEET_ROWS,
    folder: Path | None = None,
) -> int:
    """Write a workbook of text cells, none of them a formula or a link; returns how many sheets it took.

    One row is in memory at a time. Each sheet starts with the headings. folder: for temporary files. Raises
    FileExistsError rather than write over a file, and OSError.
    """
    options = {
        "tmpdir": None if folder is None else str(folder),
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with path.open("xb") as file:
        return _write_book(xlsxwriter.Workbook(file, options), headings, rows, most_sheet_rows)


def _write_book(book: Any, headings: Sequence[str], rows: Iterator[list[str]], most_sheet_rows: int) -> int:
    sheets = 0
    try:
        sheet, at = None, most_sheet_rows
        for values in _with_one(rows):
            if at >= most_sheet_rows:
                sheets += 1
                sheet, at = book.add_worksheet(f"Contacts {sheets}" if sheets > 1 else "Contacts"), 1
                sheet.freeze_panes(1, 0)
                _write_row(sheet, 0, headings)
            if values is not None:
                _write_row(sheet, at, values)
                at += 1
    except BaseException:
        # Closing writes the file; what was begun is thrown away instead, with its temporary files.
        with contextlib.suppress(Exception):
            book.close()
        raise
    book.close()
    return sheets


def _with_one(rows: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """At least one item, so that an export of nobody has its headings."""
    first = next(rows, None)
    yield first
    yield from rows


def _write_row(sheet: Any, at: int, values: Sequence[str]) -> None:
    for column, value in enumerate(values):
        if value:
            # A text that begins with an apostrophe gets another: imported again, one is taken off.
            shown = defuse(value) if value[0] == "'" else value
            sheet.write_string(at, column, shown[:_LONGEST_CELL])


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
