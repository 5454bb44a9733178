"""Opening and saving the files that customers sent."""

import asyncio
import shutil
from pathlib import Path, PurePath
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.domain.problems import Problem
from desktop.services.received_files import ending_of
from desktop.ui.contacts.imports.filedialogs import choose_place
from desktop.ui.conversations.bubble_media import FileRef
from desktop.ui.conversations.thread_files import ThreadFiles
from desktop.ui.desk import Desk

_SHOWN: Final = ("jpg", "jpeg", "png", "gif", "webp", "bmp", "heic", "pdf", "txt", "csv")
_WRITTEN: Final = ("doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp")
_HEARD: Final = ("mp3", "m4a", "aac", "amr", "ogg", "oga", "opus", "wav")
_SEEN: Final = ("mp4", "m4v", "3gp", "3gpp", "mov", "webm")
OPENED: Final = frozenset(f".{one}" for one in (*_SHOWN, *_WRITTEN, *_HEARD, *_SEEN))
"""What shows or plays. Anything else may be a program, and a stranger's program is not started with a click."""
_USUAL: Final = {"image": "Photo", "video": "Video", "audio": "Audio", "sticker": "Sticker"}


class FileVerbs:
    """Both raise Problem where the file cannot be had."""

    def __init__(self, desk: Desk, window: QWidget, files: ThreadFiles) -> None:
        """window: whose dialogs these are. The files are fetched for the program of this desk from now on."""
        self._desk, self._window, self._files = desk, window, files
        files.serve(desk.app.received, desk.app.outgoing_files, desk.tasks)

    async def open(self, file: FileRef) -> None:
        """Show it in the program that this machine has for it."""
        ending = ending_of(file.name, file.mime)
        if ending not in OPENED:
            raise Problem(
                "Not opened here",
                "A file of this kind may start a program. Save it, and have it checked before you open it.",
            )
        path = await self._files.path_of(file)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            raise Problem("Not opened", "This machine has no program for it. Save it instead.")

    async def save(self, file: FileRef) -> None:
        """Ask where to, then write it there."""
        suggested = suggested_name(file)
        theme, title = self._desk.theme, "Save file"
        chosen = await choose_place(
            theme, self._window, title, suggested, ["All files (*)"], name="thread_save_file"
        )
        if chosen is None:
            return
        path = await self._files.path_of(file)
        try:
            await asyncio.to_thread(shutil.copyfile, path, chosen)
        except OSError as wrong:
            raise Problem("Not saved", f"“{chosen.name}” could not be written: {wrong.strerror}.") from wrong
        self._desk.toasts.show_toast(f"Saved as {Path(chosen).name}", "done")


def suggested_name(file: FileRef) -> str:
    """The sender's name for it without folders, or its kind; with the ending that its kind has."""
    ending = ending_of(file.name, file.mime)
    name = PurePath(file.name.replace("\\", "/")).name.strip(". ")
    kept = "".join(one for one in name if one.isprintable() and one not in '<>:"|?*')[:120]
    stem = kept or _USUAL.get(file.kind, "File")
    return stem if stem.lower().endswith(ending) else stem + ending
