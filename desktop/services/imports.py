"""Importing contacts: look at a file, read it once, check it against the store, write it in short steps.

Reading is a value from the outside (`Parse`), so that a window can have it done in a process of its own.
"""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from desktop.domain.importcolumns import ROW_HEADING, WHY_HEADING, Becomes
from desktop.domain.importing import Counts, ImportResult, ImportRow, Options
from desktop.domain.people import Right, User, require
from desktop.domain.problems import Problem
from desktop.services import importfiles, tablefiles
from desktop.services.importfiles import Look, ReadFile, Tick
from desktop.store import imports
from desktop.store.engine import Store, WriteLane

_CHECK_ROWS: Final = 500
_LEAST_ROWS: Final = 10
_MOST_ROWS: Final = 400
_FIRST_CHUNK_ROWS: Final = 10
_GOAL_S: Final = 0.010
_GOAL_POSTGRESQL_S: Final = 0.015
"""A chunk may hold the writer for 20 ms; the rest leaves room for the commit and a busy machine. On PostgreSQL
a chunk's dozen statements cost some 7 ms before the first row, and nobody else's writer waits for ours."""
_TRIES: Final = 4


class Stage(StrEnum):
    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, in rows. total_rows is None while the file is being read."""

    stage: Stage
    done_rows: int
    total_rows: int | None = None


Tell = Callable[[Progress], None]
"""Told in the loop's thread."""
Parse = Callable[[Path, Path, Options, Tick], Awaitable[ReadFile]]
"""Reads a file into a folder: (file, empty folder, options, tick). The tick is called from any thread."""


async def parse_in_thread(path: Path, folder: Path, options: Options, tick: Tick) -> ReadFile:
    """Read in a thread. Cancelled, it ends the reading before it returns: the folder is about to go."""
    unwanted = threading.Event()
    reading = asyncio.ensure_future(
        asyncio.to_thread(
            importfiles.read_file, path, folder, options, lambda rows: tick(rows) and not unwanted.is_set()
        )
    )
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        unwanted.set()
        await asyncio.wait([reading])
        raise


class Imports:
    """The verbs of importing. A stop is a threading.Event: set, it ends the work after the step that runs."""

    def __init__(self, store: Store, parse: Parse = parse_in_thread) -> None:
        self._store = store
        self._parse = parse

    async def look(self, path: Path) -> Look:
        """The columns of a file as recognised, with their first values. Raises NotATable."""
        return await asyncio.to_thread(importfiles.look, path)

    @asynccontextmanager
    async def read(
        self, path: Path, options: Options, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> AsyncIterator[ReadFile]:
        """Read a file once; `check()` and `write()` may then use it with any opt-in options.

        Only its country and columns count here. What was read lives until the context is left.
        Raises NotATable.
        """
        loop = asyncio.get_running_loop()

        def tick(rows: int) -> bool:
            if tell is not None:
                loop.call_soon_threadsafe(tell, Progress(Stage.READING, rows))
            return stop is None or not stop.is_set()

        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="assent-import-")
        try:
            yield await self._parse(path, Path(folder.name), options, tick)
        finally:
            await asyncio.to_thread(folder.cleanup)

    async def check(self, file: ReadFile) -> Counts:
        """What an import of this file would do now. `updated` and what would be recorded stay 0."""
        counts, rows = file.counts, file.rows()
        while chunk := await asyncio.to_thread(_take, rows, _CHECK_ROWS):
            counts += await self._store.read(lambda tx, chunk=chunk: imports.check(tx, chunk))  # type: ignore[misc]
        return counts

    async def write(
        self,
        file: ReadFile,
        options: Options,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ImportResult:
        """Write what was read, in the bulk lane. Raises NotAllowed.

        Stopped or cancelled between two steps, whole steps are in the store; importing the file again
        completes it.
        """
        require(user, Right.IMPORT)
        counts, stopped = file.counts, file.stopped
        if not stopped:
            written, stopped = await self._write_rows(file, options, user, tell, stop)
            counts += written
        rejected = await asyncio.to_thread(lambda: tuple(file.rejected()))
        return ImportResult(file.file_name, counts, file.headings, rejected, stopped)

    async def _write_rows(
        self, file: ReadFile, options: Options, user: User, tell: Tell | None, stop: threading.Event | None
    ) -> tuple[Counts, bool]:
        names = [column.attribute for column in file.columns if column.becomes is Becomes.ATTRIBUTE]
        attributes = await self._store.write(lambda tx: imports.make_attributes(tx, names), WriteLane.BULK)
        goal_s = _GOAL_POSTGRESQL_S if self._store.on_postgresql else _GOAL_S
        counts, size, rows = Counts(), _FIRST_CHUNK_ROWS, file.rows()
        while taken := await asyncio.to_thread(_take, rows, size):
            if stop is not None and stop.is_set():
                return counts, True
            chunk = imports.Chunk(taken, options, attributes, file.file_name, user.id)
            done, held_s = await self._write_chunk(chunk)
            counts += done
            size = _next_size(size, held_s, goal_s)
            if tell is not None:
                tell(Progress(Stage.WRITING, counts.contacts, file.people))
        return counts, False

    async def _write_chunk(self, chunk: imports.Chunk) -> tuple[Counts, float]:
        for _ in range(_TRIES):
            try:
                return await self._store.write(lambda tx: imports.write_chunk(tx, chunk), WriteLane.BULK)
            except imports.Collided:
                continue
        raise Problem(
            "The import could not go on",
            f"Another program keeps changing the contacts of rows {chunk.rows[0].number:,} to "
            f"{chunk.rows[-1].number:,}. What was imported before is kept; import the file again.",
        )

    async def run(
        self,
        path: Path,
        options: Options,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ImportResult:
        """Read and write a file in one go. Raises NotATable, NotAllowed."""
        require(user, Right.IMPORT)
        async with self.read(path, options, tell, stop) as file:
            return await self.write(file, options, user, tell, stop)

    async def save_rejected(self, result: ImportResult, beside: Path) -> Path:
        """Write the rows that were not imported as CSV beside a file; returns where.

        Columns: the row's number, the file's own, and why. An existing file is never written over.
        Raises Problem if the folder cannot be written.
        """
        return await asyncio.to_thread(_save_rejected, result, beside)


def _take(rows: Iterator[ImportRow], count: int) -> Sequence[ImportRow]:
    return list(islice(rows, count))


def _next_size(size: int, held_s: float, goal_s: float) -> int:
    """The next chunk's rows: towards the goal, at most half more or less at a time."""
    factor = min(1.5, max(0.5, goal_s / max(held_s, 1e-6)))
    return min(_MOST_ROWS, max(_LEAST_ROWS, int(size * factor)))


def _save_rejected(result: ImportResult, beside: Path) -> Path:
    width = max((len(row.values) for row in result.rejected_rows), default=0)
    own = [*result.headings, *[""] * (width - len(result.headings))]
    rows = [
        [str(row.number), *row.values, *[""] * (len(own) - len(row.values)), row.sentence]
        for row in result.rejected_rows
    ]
    for number in range(1, 1_000):
        target = beside.with_name(f"{beside.stem} not imported{f' ({number})' if number > 1 else ''}.csv")
        try:
            tablefiles.write_csv(target, [ROW_HEADING, *own, WHY_HEADING], rows)
        except FileExistsError:
            continue
        except OSError as wrong:
            raise Problem(
                "The rows cannot be saved",
                f"“{target}” cannot be written: {wrong.strerror}. Choose another folder.",
            ) from wrong
        return target
    raise Problem("The rows cannot be saved", f"Delete old files like “{target.name}”, then try again.")
