"""Exports: tables as files, CSV or XLSX, written by a process of its own. Here, the contacts."""

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from desktop.domain.contact_table import Target
from desktop.domain.people import Right, User
from desktop.services import exportfiles, jobs, jobwork, rights
from desktop.services.sheetfiles import MOST_SHEET_ROWS
from desktop.services.workfolders import WorkKind, work_folder
from desktop.store.engine import Store

_log = logging.getLogger("assent.exports")


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class PaperFormat(StrEnum):
    """For what is printed rather than counted on."""

    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """row_count: headings aside. sheet_count: more than one when they did not fit on an XLSX sheet."""

    path: Path
    row_count: int
    sheet_count: int = 1


Tell = Callable[[int, int], None]
"""Told in the loop's thread: rows done, rows in all."""


class Exporter:
    """Has a file written by a job, beside its place until it is whole."""

    def __init__(self, store: Store, place: Path | None, most_sheet_rows: int) -> None:
        """See `Exports`."""
        self._store = store
        self._place = place
        self._most_sheet_rows = most_sheet_rows

    async def run(
        self,
        job: str,
        what: dict[str, Any],
        path: Path,
        format: ExportFormat | PaperFormat,
        user: User,
        tell: Tell | None,
        stop: threading.Event | None,
    ) -> ExportResult | None:
        """Run the export `job` for `what`; logged. Stopped, None, and no file is left.

        Raises NotAllowed, or a Problem if the file cannot be written; an existing file is replaced only when the
        new one is whole.
        """
        await self._store.read(lambda tx: rights.allow(tx, user, Right.EXPORT), people=True)
        # Beside its place, so that it moves there at once. Nobody else's file has this name.
        part = path.with_name(f".assent-export-{secrets.token_hex(8)}.part")
        asked = {
            **what,
            "store": self._store.url,
            "path": str(path),
            "part": str(part),
            "format": format.value,
            "user": jobwork.user_to_json(user),
            "most_sheet_rows": self._most_sheet_rows,
        }
        async with work_folder(WorkKind.EXPORT, self._place) as folder:
            try:
                result = await jobs.run(job, {**asked, "folder": str(folder)}, _teller(tell), stop)
            except (jobs.JobEnded, asyncio.CancelledError):
                # Killed, it could not clean up after itself.
                await asyncio.to_thread(_remove, part)
                raise
        if result["stopped"]:
            return None
        _log.info("%s: %d MB at most", job, result["peak_bytes"] >> 20)
        return ExportResult(path, result["row_count"], result["sheet_count"])


class Exports:
    """The verb of exporting contacts."""

    def __init__(
        self, store: Store, place: Path | None = None, *, most_sheet_rows: int = MOST_SHEET_ROWS
    ) -> None:
        """most_sheet_rows: of an XLSX sheet, the headings among them.

        place: the data folder, for what an XLSX file is put together from; None: the system's temporary one.
        """
        self._exporter = Exporter(store, place, most_sheet_rows)

    async def run(
        self,
        target: Target,
        path: Path,
        format: ExportFormat,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the target's contacts; logged. Stopped, None, and no file is left.

        Raises NotAllowed, BadFilter, or a Problem if the file cannot be written; an existing file is replaced
        only when the new one is whole. Who changes while it runs may be in the file as before or after.
        """
        what = {"target": exportfiles.target_to_json(target)}
        return await self._exporter.run("export", what, path, format, user, tell, stop)


def _remove(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _teller(tell: Tell | None) -> jobs.Tell | None:
    if tell is None:
        return None
    return lambda told: tell(told.done, told.total or 0)
