"""Tables in files, row by row: CSV in its dialects and encodings, and XLSX. `sheetfiles` writes them.

Every cell arrives as text. Row numbers count as a spreadsheet does: the first row of the file is 1.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final, TextIO

from desktop.domain.importcolumns import Becomes, NotATable, check_headings, recognise
from desktop.domain.importing import plain
from desktop.services import workbooks

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_CHARS: Final = 64 * 1024
_SAMPLE_ROWS: Final = 20
_BLOCK_BYTES: Final = 1 << 20
_CONTROLS: Final = frozenset(range(32)) - {9, 10, 12, 13}

Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class OpenTable:
    """An open file: its headings and the rows below them, each with its number."""

    headings: tuple[str, ...]
    rows: Rows


@contextmanager
def open_table(path: Path) -> Iterator[OpenTable]:
    """Open a CSV or XLSX file for one reading. Raises NotATable, also from the rows, saying what to do.

    Blocks on the disk and computes: call it in a thread or a process of its own.
    """
    with ExitStack() as open_files:
        try:
            with path.open("rb") as file:
                start = file.read(8)
            if not start:
                raise NotATable("The file is empty", f"“{path.name}” holds nothing. Choose another file.")
            if start.startswith((workbooks.ZIP, workbooks.OLE)):
                rows = workbooks.rows(path)
            else:
                rows = _csv_rows(
                    path, open_files.enter_context(path.open("r", encoding=_encoding(path), newline=""))
                )
        except OSError as wrong:
            raise _unreadable(path, wrong) from wrong
        yield _headed(path, _guarded(path, rows))


def _guarded(path: Path, rows: Rows) -> Rows:
    try:
        yield from rows
    except OSError as wrong:
        raise _unreadable(path, wrong) from wrong
    except UnicodeError as wrong:
        raise _not_text(path) from wrong


def _unreadable(path: Path, wrong: OSError) -> NotATable:
    return NotATable(
        "The file cannot be read",
        f"“{path.name}” cannot be opened: {wrong.strerror or wrong}. Check that it is there and not locked.",
    )


def _headed(path: Path, rows: Rows) -> OpenTable:
    for _, values in rows:
        if any(value.strip() for value in values):
            while values and not values[-1].strip():
                values.pop()
            headings = [plain(value) for value in values]
            check_headings(headings)
            return OpenTable(tuple(headings), rows)
    raise NotATable("The file is empty", f"“{path.name}” has no row with a value. Choose another file.")


def _encoding(path: Path) -> str:
    """utf-8 (with or without a mark), utf-16 with a mark, or else Windows' western set."""
    with path.open("rb") as file:
        start = file.read(_SAMPLE_CHARS)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.startswith(b"%PDF") or not _CONTROLS.isdisjoint(start):
        raise NotATable(
            "Not a table",
            f"“{path.name}” is not a CSV or Excel file. In the program it comes from, "
            "save it as .xlsx or as CSV (UTF-8), then import that.",
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            with path.open("r", encoding=encoding, newline="") as text:
                while text.read(_BLOCK_BYTES):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise _not_text(path)


def _not_text(path: Path) -> NotATable:
    return NotATable(
        "Letters cannot be read",
        f"“{path.name}” is in an encoding that Assent does not know, or is damaged. "
        "Save it as CSV (UTF-8) or as .xlsx, then import that.",
    )


class _Lines:
    """The lines of a file; knows whether the last was taken."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            yield line.replace("\x00", "")
        self.ended = True


def _csv_rows(path: Path, text: TextIO) -> Rows:
    sample = text.read(_SAMPLE_CHARS)
    delimiter = _delimiter(sample)
    text.seek(0)
    lines, number = _Lines(text), 0
    reader = csv.reader(iter(lines), delimiter=delimiter)
    try:
        for values in reader:
            number += 1
            if lines.ended:
                # The reader asks for another line only inside quotation marks: everything up to the
                # end of the file went into one cell.
                raise NotATable(
                    "A quotation mark is missing",
                    f"Row {number} of “{path.name}” opens a quotation mark that is never closed. "
                    "Close or delete it, then import again.",
                )
            if number > 1 or not _says_separator(values, sample):
                yield number, values
    except csv.Error as wrong:
        raise NotATable(
            "A cell is too long",
            f"Row {number + 1} of “{path.name}” has a cell of more than {csv.field_size_limit():,} characters, "
            "or a quotation mark that is never closed. Shorten the cell or close the mark.",
        ) from wrong


def _says_separator(values: Sequence[str], sample: str) -> bool:
    """Excel's own first line, 'sep=;', which is no row of data."""
    return sample[:4].casefold() == "sep=" and "".join(values).casefold() in ("sep=", f"sep={sample[4:5]}")


def _delimiter(sample: str) -> str:
    """The separator with which the first rows are a table: a phone column first, then even rows."""
    if sample[:4].casefold() == "sep=" and sample[4:5] in _DELIMITERS:
        return sample[4]
    return max(_DELIMITERS, key=lambda delimiter: _likeness(sample, delimiter))


def _likeness(sample: str, delimiter: str) -> tuple[bool, float, int]:
    rows = []
    try:
        for values in csv.reader(StringIO(sample, newline=""), delimiter=delimiter):
            if any(value.strip() for value in values):
                rows.append(values)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if not rows or len(rows[0]) < 2:
        return False, 0.0, 0
    even = sum(len(values) == len(rows[0]) for values in rows) / len(rows)
    has_phone = any(column.becomes is Becomes.PHONE for column in recognise(rows[0]))
    return has_phone, even, len(rows[0])
