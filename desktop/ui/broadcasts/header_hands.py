"""Chooses the header's file, gives it to WhatsApp, and tells its id there."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.problems import Problem
from desktop.ui.broadcasts.header_file import LARGEST_BYTES, MEGABYTE, MIMES, HeaderFileCard, filters_for
from desktop.ui.contacts.imports.filedialogs import choose_file
from desktop.ui.desk import Desk
from desktop.ui.tasks import Once


class HeaderHands(QObject):
    """`uploaded(media id, file name)`; `changed()` when it begins, ends or fails. kind: of the template's header now."""

    uploaded = Signal(str, str)
    changed = Signal()

    def __init__(self, desk: Desk, window: QWidget, card: HeaderFileCard, kind: Callable[[], str]) -> None:
        super().__init__(window)
        self._desk, self._window, self._kind = desk, window, kind
        self.problem = ""
        self._once = Once(desk.tasks, self, lambda busy: self.changed.emit())
        card.choose_requested.connect(lambda: self._once.start(self._choose, on_problem=self._failed))

    @property
    def busy(self) -> bool:
        return self._once.running

    def take(self, path: Path) -> None:
        """Upload this file."""
        self._once.start(lambda: self._upload(path), on_problem=self._failed)

    async def _choose(self) -> None:
        kind = self._kind()
        title = f"Choose {kind}"
        path = await choose_file(self._window.window(), title, filters_for(kind), name="wizard_choose_file")
        if path is not None:
            await self._upload(path)

    async def _upload(self, path: Path) -> None:
        self.problem = ""
        kind = self._kind()
        media_id = await upload_file(self._desk, path, kind)
        if kind == self._kind():  # another template was chosen meanwhile otherwise
            self.uploaded.emit(media_id, path.name)

    def _failed(self, problem: Exception) -> None:
        self.problem = problem.sentence if isinstance(problem, Problem) else str(problem)
        self.changed.emit()


async def upload_file(desk: Desk, path: Path, kind: str) -> str:
    """Give WhatsApp the file of a template's header; its id there. Raises Problem."""
    account = desk.app.account
    if account is None:
        raise Problem("Not connected", "Connect a WhatsApp number first.", "header")
    mime = MIMES.get(path.suffix.lower().removeprefix("."), "")
    if not mime or (mime.split("/")[0] if mime.startswith(("image/", "video/")) else "document") != kind:
        raise Problem("Not this kind of file", f"“{path.name}” is no {kind} that WhatsApp takes.", "header")
    try:
        size_bytes = (await asyncio.to_thread(path.stat)).st_size
        if size_bytes > LARGEST_BYTES[kind]:
            most = LARGEST_BYTES[kind] // MEGABYTE
            raise Problem("File too large", f"WhatsApp takes {most} MB at the most for {kind}s.", "header")
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as wrong:
        raise Problem("Cannot read the file", f"“{path.name}”: {wrong.strerror}.", "header") from wrong
    return await account.upload(content, mime, path.name)
