"""XLSX files as rows of text, after a look whether they can be opened without harm."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count, takewhile
from pathlib import Path
from typing import IO, Final

import python_calamine as calamine

from desktop.domain.importcolumns import NotATable

ZIP: Final = b"PK"
OLE: Final = b"\xd0\xcf\x11\xe0"
"""How the file starts: XLSX is a zip; old .xls and password-protected files are OLE containers."""

_MOST_CELLS: Final = 20_000_000
"""calamine keeps a sheet as a full rectangle of 32-byte cells: this many are 640 MB."""
_MOST_UNPACKED_BYTES: Final = 4 << 30
_BLOCK_BYTES: Final = 1 << 20
_ADDRESS: Final = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")

Cell = int | float | str | bool | time | date | datetime | timedelta


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that has any, each with its number from 1. Raises NotATable.

    Sheets “Contacts 2”, “Contacts 3” … after “Contacts” go on with it if they start with the same headings: so
    Assent writes more rows than a sheet takes. Their rows are numbered on.
    """
    _refuse_container(path)
    _refuse_harmful(path)
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            # One sheet in memory at a time: calamine reads it whole.
            sheets = ((name, book.get_sheet_by_name(name)) for name in names)
            found = next(((name, sheet) for name, sheet in sheets if sheet.start is not None), None)
            if found is None:
                return
            headings: list[str] = []
            last = 0
            for last, values in _rows_of(found[1]):
                headings = headings or _said(values)
                yield last, values
            first, found = found[0], None
            for name in takewhile(names.__contains__, (f"{first} {at}" for at in count(2))):
                more = _rows_of(book.get_sheet_by_name(name))
                before, (number, values) = last, next(more, (0, []))
                if _said(values) != headings:
                    return
                last = before + number
                for number, values in more:
                    last = before + number
                    yield last, values
    except calamine.PasswordError as wrong:
        raise _protected(path) from wrong
    except calamine.CalamineError as wrong:
        raise _damaged(path) from wrong


def _rows_of(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    for number, values in enumerate(sheet.iter_rows(), 1):
        yield number, [as_text(value) for value in values]


def _said(values: list[str]) -> list[str]:
    """A row without the empty cells at its end."""
    said = [value.strip() for value in values]
    while said and not said[-1]:
        said.pop()
    return said


def as_text(value: Cell) -> str:
    """A cell as a person would write it: whole numbers without a point, dates as YYYY-MM-DD."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    return str(value)


def _refuse_container(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) != OLE:
            return
        file.seek(0)
        for block in _blocks(file):
            if "EncryptedPackage".encode("utf-16-le") in block:
                raise _protected(path)
    raise NotATable(
        "An old Excel file",
        f"“{path.name}” is in Excel's format of before 2007. Open it and save it as .xlsx, then import that.",
    )


def _refuse_harmful(path: Path) -> None:
    """Look at the packed sheets before calamine does: one far-off cell would have it ask for all memory.

    WORKAROUND: the whole process aborts when that memory is not there; calamine allocates the rectangle up
    to the last cell (https://github.com/tafia/calamine, Range::from_sparse).
    """
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            if "xl/workbook.xml" not in names:
                raise NotATable(
                    "Not an Excel file",
                    f"“{path.name}” is a packed file of another kind. Save the table as .xlsx or CSV.",
                )
            if any(one.flag_bits & 1 for one in packed.infolist()):
                raise _protected(path)
            if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED_BYTES:
                raise _too_large(path)
            for name in names:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with packed.open(name) as sheet:
                        _refuse_wide(path, sheet)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as wrong:
        raise _damaged(path) from wrong


def _refuse_wide(path: Path, sheet: IO[bytes]) -> None:
    last_row, last_column = 0, 0
    columns: set[bytes] = set()
    for block in _blocks(sheet):
        found = _ADDRESS.findall(block)
        if found:
            last_row = max(last_row, max(int(row) for _, row in found))
            columns.update(column for column, _ in found)
    last_column = max(map(_column_number, columns), default=0)
    if last_row * last_column > _MOST_CELLS:
        raise _too_large(path)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in blocks that overlap a little, so that nothing short is cut in two."""
    tail = b""
    while block := file.read(_BLOCK_BYTES):
        yield tail + block
        tail = block[-64:]


def _protected(path: Path) -> NotATable:
    return NotATable(
        "Protected by a password",
        f"“{path.name}” is locked. Open it in Excel, save a copy without a password, then import the copy.",
    )


def _damaged(path: Path) -> NotATable:
    return NotATable(
        "The file is damaged",
        f"“{path.name}” is incomplete or not an Excel file. Download or save it again, then import that.",
    )


def _too_large(path: Path) -> NotATable:
    return NotATable(
        "The sheet is too large",
        f"“{path.name}” reaches further than {_MOST_CELLS:,} cells. Delete the empty columns and rows around "
        "the table, or save it as CSV, then import that.",
    )
