"""Importing contacts: look at a file, read it once, check it against the store, write it in short steps.

What each step did is kept in a journal, so that the whole can be taken back. A window has all of this done
by a process of its own, see `importruns`.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from desktop.domain.bulk import BulkKind
from desktop.domain.importing import Counts, ImportResult, Options
from desktop.domain.people import Right, User
from desktop.services import importfiles, rejectedrows, rights
from desktop.services.bulk import BulkChanges
from desktop.services.importfiles import Look, ReadFile, Tick
from desktop.services.importwriting import (
    ImportWriting,
    Progress,
    Stage,
    Tell,
    take,
)
from desktop.services.workfolders import WorkKind, work_folder
from desktop.store import bulk, imports, lists
from desktop.store.engine import Store, Tx

_log = logging.getLogger("assent.imports")
_CHECK_ROWS: Final = 500
MOST_REJECTED_ROWS: Final = 1_000


async def read_into(path: Path, folder: Path, options: Options, tick: Tick) -> ReadFile:
    """Read in a thread, into an empty folder. Raises NotATable.

    Cancelled, it ends the reading before it returns: the folder is about to go.
    """
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

    def __init__(self, store: Store, *, rest_s: float = 0.0, place: Path | None = None) -> None:
        """rest_s: `engine.REST_S` where other processes may write to the same file; PostgreSQL needs none.

        place: the data folder, where `read()` keeps what it read; None: the system's temporary folder.
        """
        self._store = store
        self._place = place
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

        async with work_folder(WorkKind.IMPORT, self._place) as folder:
            yield await read_into(path, folder, options, tick)

    async def check(
        self, file: ReadFile, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> Counts:
        """What an import of this file would do now. `updated` and what would be recorded stay 0."""
        counts, rows = file.counts, file.rows()
        while chunk := await asyncio.to_thread(take, rows, _CHECK_ROWS):
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
        """Write what was read, in the bulk lane. Raises NotAllowed, or Overtaken if it was ended elsewhere.

        Stopped, everything that was written is taken back. Cancelled or failed, whole steps are in the store
        and the journal says that it was interrupted: a person undoes it, or imports the file again.
        """
        rejected = await asyncio.to_thread(lambda: tuple(islice(file.rejected(), MOST_REJECTED_ROWS)))
        result = ImportResult(file.file_name, file.counts, file.headings, rejected, file.stopped)
        if file.stopped or (stop is not None and stop.is_set()):
            return replace(result, stopped=True)
        bulk_id, list_id = await self._store.write(lambda tx: self._start(tx, file.file_name, user))
        writing = ImportWriting(self._store, file, options, user, bulk_id, self._rest_s, list_id)
        try:
            stopped = await writing.run(tell, stop)
            if not stopped:
                await self._store.write(writing.finish)
        except BaseException:
            await self._interrupted(writing)
            raise
        if stopped:
            await self._interrupted(writing)
            await self._take_back(bulk_id, user, tell)
        return replace(result, counts=file.counts + writing.counts, stopped=stopped, bulk_id=bulk_id)

    def _start(self, tx: Tx, file_name: str, user: User) -> tuple[int, int]:
        """The journal, and the list that keeps the file's rows: a name makes it one to send to."""
        rights.allow(tx, user, Right.IMPORT)
        user_id = user.id or None
        bulk_id = bulk.start(tx, BulkKind.IMPORT, file_name, user_id, self._store.process)
        return bulk_id, lists.start(tx, bulk_id, user_id)

    async def _interrupted(self, writing: ImportWriting) -> None:
        """If even this cannot be written, the journal says "running" and its process is gone: the same to a person."""
        try:
            await self._store.write(writing.interrupt)
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
