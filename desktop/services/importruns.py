"""An import as the window makes it: read and written by a process of its own, so that nothing here stalls."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from desktop.domain.activity import Deed
from desktop.domain.importing import Counts, ImportResult, Options, RejectedRow
from desktop.domain.people import Right, User
from desktop.services import importfiles, importjobs, jobs, jobwork, rejectedrows, rights
from desktop.services.importfiles import Look, ReadFile
from desktop.services.imports import MOST_REJECTED_ROWS
from desktop.services.importwriting import Progress, Stage, Tell, interrupted_after
from desktop.services.workfolders import WorkKind, work_folder
from desktop.store import activity
from desktop.store.engine import Store

_log = logging.getLogger("assent.imports")


class ImportRun:
    """One file on its way in. `ImportRuns.open()` makes it; look, check as often as wanted, run once."""

    look: Look
    path: Path

    def __init__(self, store: Store, path: Path, look: Look, folder: Path, user: User) -> None:
        """folder: an empty one, for what is read from the file. user: who checks."""
        self.look = look
        self.path = path
        self._store = store
        self._folder = folder
        self._user = user
        self._read: object = None
        self._turn = asyncio.Lock()

    async def check(
        self, options: Options, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> Counts:
        """What an import with these options would do now; nothing is written. Raises NotATable, NotAllowed.

        The file is read again only if its country or columns changed, or the file itself. Stopped, what was
        counted until then.
        """
        async with self._turn:
            return importjobs.counts_of(await self._job("check", options, self._user, tell, stop))

    async def rejected(self, limit: int = 200) -> list[RejectedRow]:
        """The first rows that cannot be read, of the last check."""
        async with self._turn:
            return list(await asyncio.to_thread(_first_rejected, self._folder, limit))

    async def save_rejected(self, folder: Path) -> Path:
        """All rows that cannot be read, as a new CSV file in a folder; returns where. Raises Problem."""
        async with self._turn:
            beside = folder / self.path.name
            return await asyncio.to_thread(
                lambda: rejectedrows.save(importfiles.open_read(self._folder), beside)
            )

    async def run(
        self,
        options: Options,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ImportResult:
        """Import. Stopped, everything that was written is taken back: nothing stays half.

        Raises NotAllowed, or JobEnded if the process was killed: the journal then says that the import was
        interrupted, and a person undoes it or keeps what is there.
        """
        written = _Written(tell)
        async with self._turn:
            try:
                result = await self._job("import", options, user, written.tell, stop)
            except jobs.JobEnded:
                if written.contact_count:
                    await self._log_ended(user, written.contact_count)
                raise
            file = await asyncio.to_thread(importfiles.open_read, self._folder)
            rejected = await asyncio.to_thread(_first_rejected, self._folder, MOST_REJECTED_ROWS)
        _log.info("import: %d MB at most", result["peak_bytes"] >> 20)
        return ImportResult(
            file.file_name,
            importjobs.counts_of(result),
            file.headings,
            rejected,
            result["stopped"],
            result["bulk_id"],
        )

    async def _log_ended(self, user: User, contact_count: int) -> None:
        """What the process would have said itself, had it not been killed."""
        details = interrupted_after(contact_count)
        await self._store.write(lambda tx: activity.log(tx, user, Deed.IMPORTED, self.path.name, details))

    async def _job(
        self,
        name: str,
        options: Options,
        user: User,
        tell: Tell | None,
        stop: threading.Event | None,
    ) -> dict[str, Any]:
        """Have it done; remembers whether the folder then holds the file as these options read it."""
        await self._store.read(lambda tx: rights.allow(tx, user, Right.IMPORT), people=True)
        wanted = await asyncio.to_thread(self._how_read, options)
        is_read, self._read = self._read == wanted, None
        asked = {
            "store": self._store.url,
            "path": str(self.path),
            "folder": str(self._folder),
            "is_read": is_read,
            "options": importfiles.options_to_json(options),
            "user": jobwork.user_to_json(user),
        }
        result = await jobs.run(name, asked, _teller(tell), stop)
        if result["read"]:
            self._read = wanted
        return result

    def _how_read(self, options: Options) -> object:
        """Equal for two readings that would give the same."""
        try:
            found = self.path.stat()
        except OSError:
            return object()  # gone: the reading will say so
        return found.st_mtime_ns, found.st_size, options.country, options.columns, options.keep_others


class _Written:
    """Passes on how far an import is, and remembers how much it had written."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell
        self.contact_count = 0

    def tell(self, progress: Progress) -> None:
        if progress.stage is Stage.WRITING:
            self.contact_count = progress.done_rows
        if self._tell is not None:
            self._tell(progress)


def _first_rejected(folder: Path, limit: int) -> tuple[RejectedRow, ...]:
    file: ReadFile = importfiles.open_read(folder)
    return tuple(islice(file.rejected(), limit))


def _teller(tell: Tell | None) -> jobs.Tell | None:
    if tell is None:
        return None
    return lambda told: tell(Progress(Stage(told.stage), told.done, told.total))


class ImportRuns:
    """Opens files for importing."""

    def __init__(self, store: Store, place: Path | None = None) -> None:
        """place: the data folder, where what is read from a file is kept meanwhile; None: the system's temporary one."""
        self._store = store
        self._place = place

    @asynccontextmanager
    async def open(self, path: Path, user: User) -> AsyncIterator[ImportRun]:
        """Look at a file. What is read from it lives until the context is left. Raises NotATable, NotAllowed."""
        await self._store.read(lambda tx: rights.allow(tx, user, Right.IMPORT), people=True)
        look = await jobs.run("look", {"path": str(path), "keep_others": True})
        async with work_folder(WorkKind.IMPORT, self._place) as folder:
            yield ImportRun(self._store, path, importfiles.look_from_json(look), folder, user)
