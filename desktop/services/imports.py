"""Importing contacts: look at a file, read it once, check it against the store, write it in short steps.

What each step did is kept in a journal, so that the whole can be taken back. A window has all of this done
by a process of its own, see `importruns`.
"""

import asyncio
import logging
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.bulk import BulkKind, BulkStatus
from desktop.domain.importcolumns import Becomes
from desktop.domain.importing import Counts, ImportResult, ImportRow, Options
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services import importfiles, rejectedrows, rights
from desktop.services.bulk import BulkChanges
from desktop.services.importfiles import Look, ReadFile, Tick
from desktop.store import activity, bulk, imports
from desktop.store.engine import Store, Tx, WriteLane

_log = logging.getLogger("assent.imports")
_CHECK_ROWS: Final = 500
_LEAST_ROWS: Final = 10
_MOST_ROWS: Final = 400
_FIRST_CHUNK_ROWS: Final = 10
_GOAL_S: Final = 0.013
_GOAL_POSTGRESQL_S: Final = 0.015
"""A chunk may hold the writer for 20 ms; the rest leaves room for the commit and a busy machine. On PostgreSQL
a chunk's dozen statements cost some 7 ms before the first row, and nobody else's writer waits for ours."""
REST_S: Final = 0.012
"""How long the file stays free between two chunks when other processes may want to write.

SQLite has no queue: who finds it locked looks again 1, 3, 8, 18, 33, 53 ms … later. Whoever comes in a hold of
up to 18 ms that 10 ms of rest follow is let in at the look after 18 ms at the latest
(https://sqlite.org/src/file/src/main.c, sqliteDefaultBusyCallback)."""
_TRIES: Final = 4
MOST_REJECTED_ROWS: Final = 1_000


class Stage(StrEnum):
    READING = "reading"
    CHECKING = "checking"
    WRITING = "writing"
    UNDOING = "undoing"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, in rows. total_rows is None while the file is being read."""

    stage: Stage
    done_rows: int
    total_rows: int | None = None


Tell = Callable[[Progress], None]
"""Told in the loop's thread."""


async def read_into(path: Path, folder: Path, options: Options, tick: Tick) -> ReadFile:
    """Read in a thread, into an empty folder. Raises NotATable. Cancelled, it ends the reading before it returns: the folder is about to go."""
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

    def __init__(self, store: Store, *, rest_s: float = 0.0) -> None:
        """rest_s: REST_S where other processes may write to the same file; PostgreSQL needs none."""
        self._store = store
        self._rest_s = 0.0 if store.on_postgresql else rest_s

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
            yield await read_into(path, Path(folder.name), options, tick)
        finally:
            await asyncio.to_thread(folder.cleanup)

    async def check(
        self, file: ReadFile, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> Counts:
        """What an import of this file would do now. `updated` and what would be recorded stay 0."""
        counts, rows = file.counts, file.rows()
        while chunk := await asyncio.to_thread(_take, rows, _CHECK_ROWS):
            if stop is not None and stop.is_set():
                break
            counts += await self._store.read(lambda tx, chunk=chunk: imports.check(tx, chunk))  # type: ignore[misc]
            if tell is not None:
                tell(Progress(Stage.CHECKING, counts.contacts, file.people))
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

        Stopped, everything that was written is taken back. Cancelled or failed, whole steps are in the store
        and the journal says that it was interrupted: a person undoes it, or imports the file again.
        """
        rejected = await asyncio.to_thread(lambda: tuple(islice(file.rejected(), MOST_REJECTED_ROWS)))
        result = ImportResult(file.file_name, file.counts, file.headings, rejected, file.stopped)
        if file.stopped or (stop is not None and stop.is_set()):
            return replace(result, stopped=True)
        bulk_id = await self._store.write(lambda tx: self._start(tx, file.file_name, user))
        writing = _Writing(self._store, file, options, user, bulk_id, self._rest_s)
        try:
            stopped = await writing.run(tell, stop)
        except BaseException:
            await self._interrupted(bulk_id, writing.counts)
            raise
        counts = file.counts + writing.counts
        if stopped:
            await self._interrupted(bulk_id, writing.counts)
            await self._take_back(bulk_id, user, tell)
        else:
            await self._store.write(lambda tx: _finish(tx, bulk_id, file.file_name, counts, user))
        return replace(result, counts=counts, stopped=stopped, bulk_id=bulk_id)

    def _start(self, tx: Tx, file_name: str, user: User) -> int:
        rights.allow(tx, user, Right.IMPORT)
        return bulk.start(tx, BulkKind.IMPORT, file_name, user.id or None, self._store.process)

    async def _interrupted(self, bulk_id: int, counts: Counts) -> None:
        """If even this cannot be written, the journal says "running" and its process is gone: the same to a person."""
        try:
            await self._store.write(
                lambda tx: bulk.set_status(tx, bulk_id, BulkStatus.INTERRUPTED, counts=_kept(counts))
            )
        except Exception:
            _log.exception("the import's journal could not be marked")

    async def _take_back(self, bulk_id: int, user: User, tell: Tell | None) -> None:
        def say(done: int, total: int) -> None:
            if tell is not None:
                tell(Progress(Stage.UNDOING, done, total))

        await BulkChanges(self._store, rest_s=self._rest_s).undo(bulk_id, user, say)

    async def run(
        self,
        path: Path,
        options: Options,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ImportResult:
        """Read and write a file in one go. Raises NotATable, NotAllowed."""
        await self._store.read(lambda tx: rights.allow(tx, user, Right.IMPORT))
        async with self.read(path, options, tell, stop) as file:
            return await self.write(file, options, user, tell, stop)

    async def save_rejected(self, file: ReadFile, beside: Path) -> Path:
        """Write all the rows that cannot be read as CSV beside a file, see `rejectedrows.save`. Raises Problem."""
        return await asyncio.to_thread(rejectedrows.save, file, beside)


class _Writing:
    """One file on its way into the store, chunk by chunk. counts: what has been written so far."""

    def __init__(
        self, store: Store, file: ReadFile, options: Options, user: User, bulk_id: int, rest_s: float
    ) -> None:
        self._store = store
        self._file = file
        self._options = options
        self._user = user
        self._bulk_id = bulk_id
        self._rest_s = rest_s
        self.counts = Counts()

    async def run(self, tell: Tell | None, stop: threading.Event | None) -> bool:
        """Write everything; True if it was stopped before the end."""
        file = self._file
        names = [column.attribute for column in file.columns if column.becomes is Becomes.ATTRIBUTE]
        attributes = await self._store.write(lambda tx: imports.make_attributes(tx, names), WriteLane.BULK)
        goal_s = _GOAL_POSTGRESQL_S if self._store.on_postgresql else _GOAL_S
        size, rows = _FIRST_CHUNK_ROWS, file.rows()
        taken = await asyncio.to_thread(_take, rows, size)
        while taken:
            if stop is not None and stop.is_set():
                return True
            chunk = imports.Chunk(
                taken, self._options, attributes, file.file_name, self._user.id, self._bulk_id
            )
            done, held_s = await self._write_chunk(chunk)
            self.counts += done
            size = _next_size(size, held_s, goal_s)
            if tell is not None:
                tell(Progress(Stage.WRITING, self.counts.contacts, file.people))
            taken, _ = await asyncio.gather(asyncio.to_thread(_take, rows, size), asyncio.sleep(self._rest_s))
        return False

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


def _finish(tx: Tx, bulk_id: int, file_name: str, counts: Counts, user: User) -> None:
    bulk.set_status(tx, bulk_id, BulkStatus.DONE, counts=_kept(counts))
    opt_outs = f"{counts.opt_outs_applied:,} opt-out{'' if counts.opt_outs_applied == 1 else 's'} recorded"
    details = f"{counts.new:,} new, {counts.updated:,} updated, {opt_outs}"
    activity.log(tx, user, Deed.IMPORTED, file_name, details)


def _kept(counts: Counts) -> dict[str, int]:
    return {name: count for name, count in asdict(counts).items() if count}


def _take(rows: Iterator[ImportRow], count: int) -> Sequence[ImportRow]:
    return list(islice(rows, count))


def _next_size(size: int, held_s: float, goal_s: float) -> int:
    """The next chunk's rows: towards the goal, at most half more or less at a time."""
    factor = min(1.5, max(0.5, goal_s / max(held_s, 1e-6)))
    return min(_MOST_ROWS, max(_LEAST_ROWS, int(size * factor)))
