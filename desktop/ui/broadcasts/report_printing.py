"""The job that writes a broadcast's report as a PDF, in a process of its own: laying out text takes Python's lock."""

import asyncio
import os
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from desktop.domain.activity import Deed
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services import jobwork, rights
from desktop.services.broadcast_reports import BroadcastReports
from desktop.services.broadcasts import Broadcasts
from desktop.services.jobwork import Talk
from desktop.store import activity, send_hours
from desktop.store.engine import Store, Tx
from desktop.ui.broadcasts.report_paper import report_html
from desktop.ui.theme import load_fonts

NAME: Final = "print-broadcast"
_MARGIN_MM: Final = 16.0


def answer() -> int:
    """Do the job, see `jobwork.answer`."""
    return jobwork.answer(make)


async def make(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write the report of {broadcast_id} to {path}, whole or not at all; the answer has its pages as row_count."""
    user = jobwork.user_from_json(asked["user"])
    whole, part = Path(asked["path"]), Path(asked["part"])
    with jobwork.open_store(asked["store"], "print") as store:
        await store.read(lambda tx: rights.allow(tx, user, Right.EXPORT), people=True)
        html = await document(store, int(asked["broadcast_id"]))
        try:
            pages = write(part, html, whole.stem)
            if talk.stop.is_set():
                return {"stopped": True}
            await store.write(lambda tx: _log(tx, user, whole.name, pages))
            await asyncio.to_thread(part.replace, whole)
        except OSError as wrong:
            raise Problem(
                "The file cannot be written",
                f"“{whole}” cannot be written: {wrong.strerror or wrong}. Choose another folder, or close the file.",
                "path",
            ) from wrong
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
    return {"stopped": False, "row_count": pages, "sheet_count": 1, "peak_bytes": jobwork.peak_bytes()}


async def document(store: Store, broadcast_id: int) -> str:
    """The report as it stands, its times on the workspace's clock. Raises NotFound."""
    broadcasts, reports = Broadcasts(store, lambda: None), BroadcastReports(store)
    report = await broadcasts.report(broadcast_id)
    extras, hours = await reports.extras(broadcast_id), await reports.hours(broadcast_id)
    compared = await reports.compare(broadcast_id)
    faults = (await broadcasts.verify(broadcast_id)).faults
    now, zone = await store.read(lambda tx: (tx.now, send_hours.workspace_zone(tx)))
    return report_html(report, extras, hours, compared, faults, now, zone)


def _log(tx: Tx, user: User, name: str, pages: int) -> None:
    rights.allow(tx, user, Right.EXPORT)
    activity.log(tx, user, Deed.EXPORTED, name, f"{pages:,} page{'' if pages == 1 else 's'}")


def write(path: Path, html: str, title: str) -> int:
    """Write a document as a PDF of A4 pages; returns how many. Raises OSError where it cannot be written."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # there may be no screen, and none is needed
    app = QGuiApplication.instance() or QGuiApplication(["assent"])
    load_fonts()
    path.touch()  # says why not, where Qt would not
    writer = QPdfWriter(str(path))
    writer.setTitle(title)
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    document = QTextDocument()
    document.setHtml(html)
    document.print_(writer)
    layout = writer.pageLayout()
    document.setPageSize(layout.paintRectPoints().size().toSizeF())
    del app
    return document.pageCount()
