"""A file read once into a folder of plain lines, so that it can be read in one process and written in another.

`read_file()` computes and blocks; the folder it fills is all that passes on: rows.jsonl (one line for each
person), rejected.jsonl and summary.json. Nothing here knows the store.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from desktop.domain.consent import OptIn
from desktop.domain.importcolumns import Becomes, Column, NotATable, check_columns, recognise
from desktop.domain.importing import Counts, ImportRow, Options, RejectedRow, read_row
from desktop.services.tablefiles import OpenTable, open_table

_ROWS: Final = "rows.jsonl"
_REJECTED: Final = "rejected.jsonl"
_SUMMARY: Final = "summary.json"
_TICK_ROWS: Final = 500
_FIRST_ROWS: Final = 20

Tick = Callable[[int], bool]
"""Called with the number of rows read so far; False stops the reading."""


@dataclass(frozen=True, slots=True)
class Look:
    """The first sight of a file: its columns as recognised, and each one's first different values."""

    columns: tuple[Column, ...]
    first_values: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read into a folder.

    counts holds rows, twice, rejected and blank; late_noes the numbers of rows whose opt-in becomes No
    because a later row of the same number says so. stopped: the reading ended early. again: by the number of a row,
    those of later ones with the same phone.
    """

    folder: Path
    file_name: str
    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    counts: Counts
    late_noes: frozenset[int]
    stopped: bool
    again: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many different numbers the file has."""
        return self.counts.rows - self.counts.twice - self.counts.rejected - self.counts.blank

    def rows(self) -> Iterator[ImportRow]:
        """Everyone once, in the file's order, each with the last word of all their rows about a No."""
        with (self.folder / _ROWS).open(encoding="utf-8") as lines:
            for line in lines:
                row = _row_from_json(json.loads(line))
                if row.number in self.again:
                    row = replace(row, again=self.again[row.number])
                yield replace(row, opt_in=OptIn.NO) if row.number in self.late_noes else row

    def rejected(self) -> Iterator[RejectedRow]:
        """The rows that cannot be read, in the file's order."""
        with (self.folder / _REJECTED).open(encoding="utf-8") as lines:
            for line in lines:
                number, values, sentence = json.loads(line)
                yield RejectedRow(number, tuple(values), sentence)


def look(path: Path, *, keep_others: bool = True) -> Look:
    """The headings, what they become and some values, without reading it all. Raises NotATable."""
    with open_table(path) as table:
        columns = recognise(table.headings, keep_others=keep_others)
        first = [values for _, values in islice(table.rows, _FIRST_ROWS)]
    return Look(columns, tuple(_first_values(column, first) for column in columns))


def _first_values(column: Column, rows: list[list[str]]) -> tuple[str, ...]:
    """The first three different values; of an opt-in a blank is one, too: it says something."""
    blank_counts = column.becomes in (Becomes.OPT_IN, Becomes.OPT_OUT)
    at = column.index
    values = (row[at].strip() if at < len(row) else "" for row in rows)
    return tuple(islice(dict.fromkeys(value for value in values if value or blank_counts), 3))


def read_file(path: Path, folder: Path, options: Options, tick: Tick = lambda rows: True) -> ReadFile:
    """Read a whole file into an empty folder. Raises NotATable; nothing is left out without being counted.

    The first row of a number gives its data; a No in any of its rows is its opt-in.
    """
    with open_table(path) as table:
        columns = options.columns or recognise(table.headings, keep_others=options.keep_others)
        check_columns(columns)
        reading = _Reading(columns, options.country)
        try:
            _keep(reading.items(table, tick), folder)
        except OSError as wrong:
            raise NotATable(
                "No room for the import",
                f"The rows cannot be kept in “{folder.parent}”: {wrong.strerror or wrong}. Make room, try again.",
            ) from wrong
    summary = {
        "file_name": path.name,
        "headings": table.headings,
        "columns": [asdict(column) for column in columns],
        "counts": asdict(reading.counts),
        "late_noes": sorted(reading.late_noes),
        "again": sorted(reading.again.items()),
        "stopped": reading.stopped,
    }
    (folder / _SUMMARY).write_text(json.dumps(summary), encoding="utf-8")
    return open_read(folder)


def _keep(items: Iterator[ImportRow | RejectedRow], folder: Path) -> None:
    with (
        (folder / _ROWS).open("w", encoding="utf-8") as rows,
        (folder / _REJECTED).open("w", encoding="utf-8") as rejected,
    ):
        for item in items:
            if isinstance(item, RejectedRow):
                rejected.write(json.dumps([item.number, item.values, item.sentence]) + "\n")
            else:
                rows.write(json.dumps(_row_to_json(item)) + "\n")


def open_read(folder: Path) -> ReadFile:
    """What `read_file()` left in a folder, in this process or another."""
    found = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
    return ReadFile(
        folder,
        found["file_name"],
        tuple(found["headings"]),
        _columns_from_json(found["columns"]),
        Counts(**found["counts"]),
        frozenset(found["late_noes"]),
        found["stopped"],
        {first: tuple(numbers) for first, numbers in found["again"]},
    )


class _Reading:
    """One pass over the rows: what was counted, and who was seen with which answer."""

    def __init__(self, columns: tuple[Column, ...], country: str) -> None:
        self._columns = columns
        self._country = country
        self._seen: dict[int, int] = {}
        self._noes: set[int] = set()
        self.late_noes: set[int] = set()
        self.again: defaultdict[int, list[int]] = defaultdict(list)
        self.counts = Counts()
        self.stopped = False

    def items(self, table: OpenTable, tick: Tick) -> Iterator[ImportRow | RejectedRow]:
        rows = twice = rejected = blank = 0
        for number, values in table.rows:
            if rows % _TICK_ROWS == 0 and not tick(rows):
                self.stopped = True
                break
            rows += 1
            item = read_row(number, values, self._columns, self._country)
            if item is None:
                blank += 1
            elif isinstance(item, RejectedRow):
                rejected += 1
                yield item
            elif self._is_first(item):
                yield item
            else:
                twice += 1
        self.counts = Counts(rows=rows, twice=twice, rejected=rejected, blank=blank)

    def _is_first(self, row: ImportRow) -> bool:
        # As numbers: a million phones then take half the memory.
        first = self._seen.setdefault(int(row.key[1:]), row.number)
        if row.opt_in is OptIn.NO:
            if first == row.number:
                self._noes.add(first)
            elif first not in self._noes:
                self.late_noes.add(first)
        if first != row.number:
            self.again[first].append(row.number)
        return first == row.number


def _row_to_json(row: ImportRow) -> list[Any]:
    opt_in = row.opt_in.value if row.opt_in else None
    return [row.number, row.phone, row.name, opt_in, row.tags, row.attributes, row.us_number]


def _row_from_json(found: list[Any]) -> ImportRow:
    number, phone, name, opt_in, tags, attributes, us_number = found
    return ImportRow(
        number,
        phone,
        name,
        OptIn(opt_in) if opt_in else None,
        tuple(tags),
        tuple((key, value) for key, value in attributes),
        us_number,
    )


def options_to_json(options: Options) -> dict[str, Any]:
    """The options as plain JSON values, for a process of its own."""
    return asdict(options)


def options_from_json(found: dict[str, Any]) -> Options:
    """The options from their JSON values."""
    columns = found["columns"]
    return Options(
        found["country"],
        None if columns is None else _columns_from_json(columns),
        found["keep_others"],
        OptIn(found["opt_in_for_new"]),
        found["apply_opt_outs"],
    )


def _columns_from_json(found: list[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(
        Column(one["index"], one["heading"], Becomes(one["becomes"]), one["attribute"]) for one in found
    )


def counts_to_json(counts: Counts) -> dict[str, int]:
    return asdict(counts)


def look_to_json(seen: Look) -> dict[str, Any]:
    """A look as plain JSON values."""
    return asdict(seen)


def look_from_json(found: dict[str, Any]) -> Look:
    """A look from its JSON values."""
    return Look(_columns_from_json(found["columns"]), tuple(tuple(one) for one in found["first_values"]))
