"""An import as the window makes it: read and written by a process of its own, so that nothing here stalls."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from desktop.domain.importing import Counts, ImportResult, Options, RejectedRow
from desktop.domain.people import User
from desktop.services.importfiles import Look
from desktop.services.imports import Tell
from desktop.store.engine import Store


class ImportRun:
    """One file on its way in. `ImportRuns.open()` makes it; look, check as often as wanted, run once."""

    look: Look
    path: Path

    async def check(
        self, options: Options, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> Counts:
        """What an import with these options would do now; nothing is written. Raises NotATable.

        The file is read again only if its country or columns changed.
        """
        raise NotImplementedError

    async def rejected(self, limit: int = 200) -> list[RejectedRow]:
        """The first rows that cannot be read, of the last check."""
        raise NotImplementedError

    async def save_rejected(self, folder: Path) -> Path:
        """All rows that cannot be read, as a new CSV file in a folder; returns where. Raises Problem."""
        raise NotImplementedError

    async def run(
        self,
        options: Options,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ImportResult:
        """Import. Stopped, everything that was written is taken back: nothing stays half. Raises NotAllowed."""
        raise NotImplementedError


class ImportRuns:
    """Opens files for importing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def open(self, path: Path, user: User) -> AsyncIterator[ImportRun]:
        """Look at a file. What is read from it lives until the context is left. Raises NotATable, NotAllowed."""
        raise NotImplementedError
        yield ImportRun()
