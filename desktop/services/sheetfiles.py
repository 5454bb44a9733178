"""Tables written out: CSV row by row, or XLSX in as many sheets as it takes; whole in its place, or not there."""

import contextlib
import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from desktop.domain.activity import Deed
from desktop.domain.importing import defuse
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services import rights
from desktop.services.jobwork import Talk
from desktop.store import activity
from desktop.store.engine import Store, Tx

MOST_SHEET_ROWS: Final = 1_048_576
"""Rows of an XLSX sheet, the headings among them."""
PAGE_ROWS: Final = 500
"""Rows that are read at once: a read that lasted minutes would have SQLite's log grow for as long."""
_LONGEST_CELL: Final = 32_767

_MOMENT: Final = "yyyy-mm-dd hh:mm:ss"
_WIDTH: Final = 19
"""Letters a column is wide: a moment in a narrower one is shown as ####."""

Row = Sequence[str | datetime]
"""Texts and aware moments. CSV has them as '2026-11-22T10:42:00-05:00'; a workbook as moments of their zone's clock."""


class Stopped(Exception):
    """Asked to stop: nothing is left behind."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is written. sheet_name: of an XLSX sheet, the next ones get a number. rows: made as they are written.

    count_words: '1 contact', '1,000 contacts', for the log.
    """

    sheet_name: str
    headings: Row
    rows: Iterator[Row]
    count_words: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it: how many rows, headings aside, on how many sheets."""

    row_count: int
    sheet_count: int = 1


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the file is to be, where it is until it is whole, and a folder for temporary files."""

    whole: Path
    part: Path
    folder: Path


def paths_from_json(asked: dict[str, Any]) -> Paths:
    """The paths that `exports.run_export()` asks for."""
    return Paths(*(Path(asked[name]) for name in ("path", "part", "folder")))


def result_to_json(written: Written | None, peak_bytes: int) -> dict[str, Any]:
    """The answer of an export's job; None: it was stopped."""
    if written is None:
        return {"stopped": True}
    return {
        "stopped": False,
        "row_count": written.row_count,
        "sheet_count": written.sheet_count,
        "peak_bytes": peak_bytes,
    }


class Making:
    """One export: the file is made beside its place and moved there when it is whole."""

    def __init__(self, store: Store, user: User, talk: Talk, paths: Paths) -> None:
        self._store = store
        self._user = user
        self._talk = talk
        self._paths = paths
        self._count = 0

    def run(self, open_table: Callable[[], Table], form: str, most_sheet_rows: int) -> Written | None:
        """Write the table; None if it was stopped. Blocks: in a thread of its own.

        Raises NotAllowed, or Problem if the file cannot be written, and what the table raises.
        """
        try:
            table = open_table()
            with _only_while_made(self._paths.part):
                written = self._write(table, form, most_sheet_rows)
                self._hand_over(table.count_words(written.row_count))
        except Stopped:
            return None
        except (OSError, xlsxwriter.exceptions.FileCreateError) as wrong:
            raise Problem(
                "The file cannot be written",
                f"“{self._paths.whole}” cannot be written: {getattr(wrong, 'strerror', None) or wrong}. "
                "Choose another folder, or close the file if it is open elsewhere.",
                "path",
            ) from wrong
        return written

    def _write(self, table: Table, form: str, most_sheet_rows: int) -> Written:
        rows = self._counted(table.rows)
        sheet_count = 1
        if form == "xlsx":
            folder = self._paths.folder
            sheet_count = write_xlsx(
                self._paths.part, table.sheet_name, table.headings, rows, most_sheet_rows, folder
            )
        else:
            write_csv(self._paths.part, table.headings, rows)
        return Written(self._count, sheet_count)

    def _counted(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self._count += 1
            yield row
        if self._talk.stop.is_set():
            raise Stopped

    def _hand_over(self, details: str) -> None:
        """Still allowed, said who did it, and only then there: no file is without its line in the log."""
        self._store.submit_write(lambda tx: self._say(tx, details)).result()
        try:
            self._paths.part.replace(self._paths.whole)
        except OSError:
            with contextlib.suppress(Problem):
                self._store.submit_write(lambda tx: self._say(tx, "not saved after all")).result()
            raise

    def _say(self, tx: Tx, details: str) -> None:
        rights.allow(tx, self._user, Right.EXPORT)
        activity.log(tx, self._user, Deed.EXPORTED, self._paths.whole.name, details)


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


def write_csv(path: Path, headings: Row, rows: Iterable[Row]) -> None:
    """Write a new CSV file that spreadsheets open as it is meant: UTF-8 with its mark, formulas defused.

    One row is in memory at a time. Raises FileExistsError rather than write over a file, and OSError.
    """
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for values in chain((headings,), rows):
            writer.writerow([_written(value) for value in values])


def _written(value: str | datetime) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else defuse(value)


def write_xlsx(
    path: Path,
    sheet_name: str,
    headings: Row,
    rows: Iterator[Row],
    most_sheet_rows: int = MOST_SHEET_ROWS,
    folder: Path | None = None,
) -> int:
    """Write a workbook of texts and moments, no cell a formula or a link; returns how many sheets it took.

    One row is in memory at a time. Each sheet starts with the headings. folder: for temporary files. Raises
    FileExistsError rather than write over a file, and OSError.
    """
    options = {
        "tmpdir": None if folder is None else str(folder),
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": _MOMENT,
        "remove_timezone": True,
    }
    with path.open("xb") as file:
        return _write_book(xlsxwriter.Workbook(file, options), sheet_name, headings, rows, most_sheet_rows)


def _write_book(book: Any, sheet_name: str, headings: Row, rows: Iterator[Row], most_sheet_rows: int) -> int:
    sheets = 0
    try:
        sheet, at = None, most_sheet_rows
        for values in _with_one(rows):
            if at >= most_sheet_rows:
                sheets += 1
                sheet, at = book.add_worksheet(f"{sheet_name} {sheets}" if sheets > 1 else sheet_name), 1
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(headings) - 1, _WIDTH)
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


def _with_one(rows: Iterator[Row]) -> Iterator[Row | None]:
    """At least one item, so that an export of nothing has its headings."""
    first = next(rows, None)
    yield first
    yield from rows


def _write_row(sheet: Any, at: int, values: Row) -> None:
    for column, value in enumerate(values):
        if isinstance(value, datetime):
            sheet.write_datetime(at, column, value.replace(microsecond=0))
        elif value:
            # A text that begins with an apostrophe gets another: imported again, one is taken off.
            shown = defuse(value) if value[0] == "'" else value
            sheet.write_string(at, column, shown[:_LONGEST_CELL])
