"""Contacts as a file: CSV or XLSX, written by a process of its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop.domain.contact_table import Target
from desktop.domain.people import User
from desktop.store.engine import Store


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

    def __init__(self, store: Store) -> None:
        self._store = store

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

        Raises NotAllowed, or a Problem if the file cannot be written; an existing file is replaced only
        when the new one is whole.
        """
        raise NotImplementedError
