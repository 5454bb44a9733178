"""The steps of an import: each a short transaction, in which everything that allows it is asked again."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.bulk import BulkStatus
from desktop.domain.importcolumns import Becomes
from desktop.domain.importing import Counts, ImportRow, Options
from desktop.domain.people import Right, User
from desktop.domain.problems import Overtaken, Problem
from desktop.services import rights
from desktop.services.importfiles import ReadFile
from desktop.store import activity, bulk, imports
from desktop.store.engine import Store, Tx, WriteLane

_LEAST_ROWS: Final = 10
_MOST_ROWS: Final = 400
_FIRST_CHUNK_ROWS: Final = 10
_GOAL_S: Final = 0.013
_GOAL_POSTGRESQL_S: Final = 0.015
"""A chunk may hold the writer for 20 ms; the rest leaves room for the commit and a busy machine. On PostgreSQL
a chunk's dozen statements cost some 7 ms before the first row, and nobody else's writer waits for ours."""
_TRIES: Final = 4


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


class ImportWriting:
    """One file on its way into the store, chunk by chunk. counts: what has been written so far."""

    def __init__(
        self,
        store: Store,
        file: ReadFile,
        options: Options,
        user: User,
        bulk_id: int,
        rest_s: float,
        list_id: int | None = None,
    ) -> None:
        """bulk_id: its journal. list_id: where its rows are kept."""
        self._store = store
        self._file = file
        self._options = options
        self._user = user
        self._bulk_id = bulk_id
        self._list_id = list_id
        self._rest_s = rest_s
        self.counts = Counts()

    async def run(self, tell: Tell | None, stop: threading.Event | None) -> bool:
        """Write everything; True if it was stopped before the end."""
        file = self._file
        names = [column.attribute for column in file.columns if column.becomes is Becomes.ATTRIBUTE]
        attributes = await self._store.write(lambda tx: imports.make_attributes(tx, names), WriteLane.BULK)
        goal_s = _GOAL_POSTGRESQL_S if self._store.on_postgresql else _GOAL_S
        size, rows = _FIRST_CHUNK_ROWS, file.rows()
        taken = await asyncio.to_thread(take, rows, size)
        while taken:
            if stop is not None and stop.is_set():
                return True
            chunk = imports.Chunk(
                taken,
                self._options,
                attributes,
                file.file_name,
                self._user.id,
                self._bulk_id,
                self._list_id,
            )
            done, held_s = await self._write_chunk(chunk)
            self.counts += done
            size = _next_size(size, held_s, goal_s)
            if tell is not None:
                tell(Progress(Stage.WRITING, self.counts.contacts, file.people))
            taken, _ = await asyncio.gather(asyncio.to_thread(take, rows, size), asyncio.sleep(self._rest_s))
        return False

    async def _write_chunk(self, chunk: imports.Chunk) -> tuple[Counts, float]:
        def write(tx: Tx) -> tuple[Counts, float]:
            started_s = time.perf_counter()
            self._check(tx)
            counts, _ = imports.write_chunk(tx, chunk)
            return counts, time.perf_counter() - started_s

        for _ in range(_TRIES):
            try:
                return await self._store.write(write, WriteLane.BULK)
            except imports.Collided:
                continue
        raise Problem(
            "The import could not go on",
            f"Another program keeps changing the contacts of rows {chunk.rows[0].number:,} to "
            f"{chunk.rows[-1].number:,}. What was imported before is kept; import the file again.",
        )

    def _check(self, tx: Tx) -> None:
        """Nothing more is written once the account is closed, or somebody has taken the import back."""
        rights.allow(tx, self._user, Right.IMPORT)
        if not imports.still_runs(tx, self._bulk_id, self._store.process):
            raise Overtaken(
                "The import was ended",
                f"Somebody took the import of “{self._file.file_name}” back, or ended it, while it ran. "
                "The list of changes says what is there now.",
            )

    def finish(self, tx: Tx) -> None:
        """All of it is written. Raises Overtaken."""
        self._check(tx)
        counts = self._file.counts + self.counts
        bulk.set_status(tx, self._bulk_id, BulkStatus.DONE, counts=_kept(counts))
        opt_outs = (
            f"{counts.opt_outs_applied:,} opt-out{'' if counts.opt_outs_applied == 1 else 's'} recorded"
        )
        self._log(tx, f"{counts.new:,} new, {counts.updated:,} updated, {opt_outs}")

    def interrupt(self, tx: Tx) -> None:
        """It ended before all was written. Whoever has taken it over says what becomes of it."""
        self._log(tx, interrupted_after(self.counts.contacts))
        if imports.still_runs(tx, self._bulk_id, self._store.process):
            bulk.set_status(tx, self._bulk_id, BulkStatus.INTERRUPTED, counts=_kept(self.counts))

    def _log(self, tx: Tx, details: str) -> None:
        activity.log(tx, self._user, Deed.IMPORTED, self._file.file_name, details)


def interrupted_after(contact_count: int) -> str:
    """How the log says that an import did not come to its end."""
    return f"interrupted after {contact_count:,} contact{'' if contact_count == 1 else 's'}"


def _kept(counts: Counts) -> dict[str, int]:
    return {name: count for name, count in asdict(counts).items() if count}


def take(rows: Iterator[ImportRow], count: int) -> Sequence[ImportRow]:
    return list(islice(rows, count))


def _next_size(size: int, held_s: float, goal_s: float) -> int:
    """The next chunk's rows: towards the goal, at most half more or less at a time."""
    factor = min(1.5, max(0.5, goal_s / max(held_s, 1e-6)))
    return min(_MOST_ROWS, max(_LEAST_ROWS, int(size * factor)))
