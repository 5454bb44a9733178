"""A broadcast's report as files: its messages as a table, the report itself to print."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.broadcast_report import Chosen
from desktop.domain.people import Right
from desktop.ui.contacts.imports.filedialogs import choose_place
from desktop.ui.desk import Desk
from desktop.ui.exports.flow import start_export
from desktop.ui.exports.words import Subject, counted

_HOLDS: Final = (
    "Each message with its contact, status, attempts, when it was asked for, sent, delivered and read, the reason, what to "
    "do, the opt-in of then, why it went despite an opt-out, what was replied and pressed, and who opted out since. Who was "
    "selected twice has a row for each time. Times are those of the workspace’s time zone."
)
_PDF: Final = ["PDF (*.pdf)"]


def export_people(
    desk: Desk, page: QWidget, record: BroadcastRecord, chosen: Chosen, told: str, search: str, count: int
) -> None:
    """Ask where the messages of a number go, and have them written. told: what the number is called, "" for all."""
    messages = counted(count, "message")
    who = f"“{record.name}”: {messages}, {told}" if told else f"“{record.name}”: all {messages}"
    if search.strip():
        who += f", matching “{search.strip()}”"
    subject = Subject("messages", who, _HOLDS, lambda found: counted(found, "message"), _stem(record))
    run = partial(desk.app.broadcast_reports.run_people, record.id, chosen, search)
    start_export(desk, page, subject, count, run)


def _stem(record: BroadcastRecord) -> str:
    """The name of the broadcast, without what a file name may not have."""
    kept = "".join(" " if one in '<>:"/\\|?*' or ord(one) < 32 else one for one in record.name)
    return " ".join(kept.split())[:80].strip(". ") or "broadcast"


async def print_report(desk: Desk, page: QWidget, record: BroadcastRecord) -> None:
    """Ask where the PDF goes and have it made. Raises what `run_paper()` raises."""
    refusal = desk.refusal(Right.EXPORT)
    if refusal:
        desk.toasts.show_toast(refusal, "danger")
        return
    day = desk.app.clock.now().astimezone()
    path = await choose_place(
        desk.theme, page.window(), "Save the report", f"{_stem(record)} {day:%Y-%m-%d}.pdf", _PDF,
        name="report_pdf_place",
    )  # fmt: skip
    if path is None:
        return
    desk.toasts.show_toast("The PDF is being made…")
    made = await desk.app.broadcast_reports.run_paper(record.id, path, desk.user())
    if made is not None:
        desk.toasts.show_toast(
            f"“{path.name}” was saved: {counted(made.row_count, 'page')}.", "done", action="Show in folder",
            on_action=partial(_open_folder, path.parent),
        )  # fmt: skip


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
