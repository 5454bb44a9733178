"""The reports' tables as files: messages, and contacts who opted out."""

import threading
from datetime import datetime
from pathlib import Path

from desktop.domain.consent import Source
from desktop.domain.people import User
from desktop.domain.report import Choice, OptedOutScope, Scope
from desktop.services import reportfiles
from desktop.services.exports import Exporter, ExportFormat, ExportResult, Tell
from desktop.services.sheetfiles import MOST_SHEET_ROWS
from desktop.store.engine import Store


class ReportExports:
    """The verbs of exporting reports. Both are logged; stopped, they return None and leave no file.

    Both raise NotAllowed, or a Problem if the file cannot be written; an existing file is replaced only when the
    new one is whole. What changes while one runs may be in the file as before or after.
    """

    def __init__(
        self, store: Store, place: Path | None = None, *, most_sheet_rows: int = MOST_SHEET_ROWS
    ) -> None:
        """See `Exports`."""
        self._exporter = Exporter(store, place, most_sheet_rows)

    async def run_messages(
        self,
        scope: Scope,
        choice: Choice,
        path: Path,
        format: ExportFormat,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the messages of a scope and choice, newest first; moments in the workspace's time zone."""
        what = {"scope": reportfiles.scope_to_json(scope), "choice": reportfiles.choice_to_json(choice)}
        return await self._exporter.run("export-messages", what, path, format, user, tell, stop)

    async def run_opted_out(
        self,
        since: datetime | None,
        until: datetime | None,
        source: Source | None,
        search: str,
        path: Path,
        format: ExportFormat,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the contacts who said no, since ≤ when < until, the latest first. source None: any."""
        what = {"scope": reportfiles.opted_out_to_json(OptedOutScope(since, until, source, search))}
        return await self._exporter.run("export-opted-out", what, path, format, user, tell, stop)
