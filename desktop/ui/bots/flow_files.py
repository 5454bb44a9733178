"""Flows to files and back: where they lie is asked for, reading and writing happen off the main thread."""

import asyncio
import re
from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.domain.flow import FlowRecord
from desktop.domain.problems import Problem
from desktop.services.flow_files import LARGEST_FILE_BYTES
from desktop.ui.contacts.imports.filedialogs import choose_file, choose_place
from desktop.ui.desk import Desk

FILTERS: Final = ["Flows (*.json)"]
_UNFIT: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


async def export_flow(desk: Desk, window: QWidget, record: FlowRecord) -> Path | None:
    """Save what is shown of a flow; where, None if it was left. Raises Problem where it cannot be written."""
    stem = _UNFIT.sub(" ", record.name).strip(" .") or "Flow"
    path = await choose_place(
        desk.theme, window, "Save the flow", f"{stem}.json", FILTERS, name="flow_export_place"
    )
    if path is None:
        return None
    made = await desk.app.flows.export_file(record.id)
    try:
        await asyncio.to_thread(path.write_bytes, made)
    except OSError as wrong:
        raise Problem("Not saved", f"“{path}” cannot be written. Choose another place.", "file") from wrong
    folder = QUrl.fromLocalFile(str(path.parent))
    desk.toasts.show_toast(
        f"“{record.name}” is in {path.name}.", "done", action="Show in folder",
        on_action=lambda: QDesktopServices.openUrl(folder),
    )  # fmt: skip
    return path


async def import_flow(desk: Desk, window: QWidget) -> int | None:
    """Make a draft of a file; its id, None if it was left. Raises Problem that says what is wrong with the file."""
    path = await choose_file(window, "Import a flow", FILTERS, name="flow_import_file")
    if path is None:
        return None
    raw = await asyncio.to_thread(_read, path)
    return await desk.app.flows.import_file(raw, desk.user())


def _read(path: Path) -> bytes:
    """At most a byte more than a flow's file may have: it is refused by its size then."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE_BYTES + 1)
    except OSError as wrong:
        raise Problem("Not read", f"“{path}” cannot be read. Choose another file.", "file") from wrong
