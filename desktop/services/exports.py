"""Contacts as a file: CSV or XLSX, written by a process of its own."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop.domain.contact_table import Target
from desktop.domain.people import Right, User
from desktop.services import exportfiles, jobs, jobwork, rights
from desktop.services.exportfiles import MOST_SHEET_ROWS
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

    def __init__(self, store: Store, *, most_sheet_rows: int = MOST_SHEET_ROWS) -> None:
        """most_sheet_rows: of an XLSX sheet, the headings among them."""
        self._store = store
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
        asked = {
            "store": self._store.url,
            "path": str(path),
            "format": format.value,
            "target": exportfiles.target_to_json(target),
            "user": jobwork.user_to_json(user),
            "most_sheet_rows": self._most_sheet_rows,
        }
        result = await jobs.run("export", asked, _teller(tell), stop)
        if result["stopped"]:
            return None
        _log.info("export: %d MB at most", result["peak_bytes"] >> 20)
        return ExportResult(path, result["contact_count"], result["sheet_count"])


def _teller(tell: Tell | None) -> jobs.Tell | None:
    if tell is None:
        return None
    return lambda told: tell(told.done, told.total or 0)
