"""The report of a broadcast beyond its figures: the people of a number, hours, replies, tries, others to compare with."""

import threading
from pathlib import Path
from typing import Any

from desktop.domain.broadcast import BroadcastKind
from desktop.domain.broadcast_report import EVERY_ONE, Chosen, Earlier, Extras, Hour, Person
from desktop.domain.people import User
from desktop.services import retries
from desktop.services.exports import Exporter, ExportFormat, ExportResult, PaperFormat, Tell
from desktop.services.sheetfiles import MOST_SHEET_ROWS
from desktop.store import broadcast_people, broadcast_report, broadcasts, opted_out_since, send_hours
from desktop.store.engine import Store, Tx


class BroadcastReports:
    """Reads for everybody; files ask for Right.EXPORT."""

    def __init__(
        self, store: Store, place: Path | None = None, *, most_sheet_rows: int = MOST_SHEET_ROWS
    ) -> None:
        """See `Exports`."""
        self._store = store
        self._exporter = Exporter(store, place, most_sheet_rows)

    async def people(
        self, broadcast_id: int, chosen: Chosen = EVERY_ONE, *, search: str = "", limit: int = 200
    ) -> tuple[list[Person], int | None]:
        """Whom a number stands for, the newest change first, and how many in all; None: not counted, all are here."""

        def read(tx: Tx) -> tuple[list[Person], int | None]:
            found = broadcast_people.lines(tx, broadcast_id, chosen, search=search, limit=limit)
            if len(found) < limit:
                return found, None
            return found, broadcast_people.count(tx, broadcast_id, chosen, search=search)

        return await self._store.read(read, people=True)

    async def extras(self, broadcast_id: int) -> Extras:
        """What stands beside the figures. Raises NotFound."""

        def read(tx: Tx) -> Extras:
            record = broadcasts.get(tx, broadcast_id)
            is_child = record.kind is not BroadcastKind.BROADCAST and record.parent_id is not None
            return Extras(
                broadcast_report.replies(tx, broadcast_id),
                retries.look(tx, broadcast_id),
                broadcast_report.tries(tx, broadcast_id),
                broadcasts.get(tx, record.parent_id) if is_child and record.parent_id else None,
                broadcast_report.planned_share(tx, record),
                opted_out_since.all_of(tx, record),
                broadcast_report.override(tx, record),
            )

        return await self._store.read(read, people=True)

    async def hours(self, broadcast_id: int) -> tuple[Hour, ...]:
        """What came in which hour of the workspace's clock. Cancelling it interrupts the query."""
        return await self._store.read(
            lambda tx: broadcast_report.hours(tx, broadcast_id, send_hours.workspace_zone(tx))
        )

    async def compare(self, broadcast_id: int, limit: int = 5) -> tuple[Earlier, tuple[Earlier, ...]]:
        """This broadcast and earlier ones, those of the same template first."""

        def read(tx: Tx) -> tuple[Earlier, tuple[Earlier, ...]]:
            own = broadcast_report.of_itself(tx, broadcast_id)
            return own, broadcast_report.earlier(tx, broadcast_id, limit)

        return await self._store.read(read)

    async def run_people(
        self,
        broadcast_id: int,
        chosen: Chosen,
        search: str,
        path: Path,
        format: ExportFormat,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the people of a number, the newest change first; as `ReportExports.run_messages()`."""
        what: dict[str, Any] = {
            "broadcast_id": broadcast_id,
            "chosen": chosen.to_json(),
            "search": search,
        }
        return await self._exporter.run("export-broadcast", what, path, format, user, tell, stop)

    async def run_paper(
        self,
        broadcast_id: int,
        path: Path,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> ExportResult | None:
        """Write the report itself as a PDF to print; row_count: its pages. Logged; an existing file is replaced only when
        the new one is whole. Raises NotAllowed, or a Problem if the file cannot be written."""
        what: dict[str, Any] = {"broadcast_id": broadcast_id}
        return await self._exporter.run("print-broadcast", what, path, PaperFormat.PDF, user, tell, stop)
