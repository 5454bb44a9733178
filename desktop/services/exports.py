"""Contacts as a file: CSV or XLSX, written by a process of its own."""

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop.domain.contact_table import Target
from desktop.domain.people import Right, User
from desktop.services import exportfiles, jobs, jobwork, rights
from desktop.services.exportfiles import MOST_SHEET_ROWS
from desktop.services.workfolders import WorkKind, work_folder
from desktop.store.engine import Store

_log = logging.getLogger("assent.exports")


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """sheet_count: more than one when the rows did not fit on an XLSX sheet."""

    path: Path
    contact_count: int
    sheet_count: int = 1


Tell = Callable[[int, int], None]
"""Told in the loop's thread: contacts done, contacts in all."""


class Exports:
    """The verb of exporting."""

    def __init__(
        self, store: Store, place: Path | None = None, *, most_sheet_rows: int = MOST_SHEET_ROWS
    ) -> None:
        """most_sheet_rows: of an XLSX sheet, the headings among them.

        place: the data folder, for what an XLSX file is put together from; None: the system's temporary one.
        """
        self._store = store
        self._place = place
        self._most_sheet_rows = most_sheet_rows

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
        await self._store.read(lambda tx: rights.allow(tx, user, Right.EXPORT), people=True)
        # Beside its place, so that it moves there at once. Nobody else's file has this name.
        part = path.with_name(f".assent-export-{secrets.token_hex(8)}.part")
        asked = {
            "store": self._store.url,
            "path": str(path),
            "part": str(part),
            "format": format.value,
            "target": exportfiles.target_to_json(target),
            "user": jobwork.user_to_json(user),
            "most_sheet_rows": self._most_sheet_rows,
        }
        async with work_folder(WorkKind.EXPORT, self._place) as folder:
            try:
                result = await jobs.run("export", {**asked, "folder": str(folder)}, _teller(tell), stop)
            except (jobs.JobEnded, asyncio.CancelledError):
                # Killed, it could not clean up after itself.
                await asyncio.to_thread(_remove, part)
                raise
        if result["stopped"]:
            return None
        _log.info("export: %d MB at most", result["peak_bytes"] >> 20)
        return ExportResult(path, result["contact_count"], result["sheet_count"])


def _remove(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _teller(tell: Tell | None) -> jobs.Tell | None:
    if tell is None:
        return None
    return lambda told: tell(told.done, told.total or 0)
