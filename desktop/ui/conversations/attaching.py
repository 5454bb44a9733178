"""Files on their way into the compose box: chosen, pasted or dropped, copied by the service, read for the preview."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtWidgets import QWidget

from desktop.domain.outgoing_files import MIMES, OutgoingFile
from desktop.domain.problems import Problem
from desktop.ui.contacts.imports.filedialogs import choose_file
from desktop.ui.desk import Desk
from desktop.ui.tasks import Once

_PREVIEW_PX: Final = 160


class Attaching:
    """attached(contact id, file) when a copy is kept; failed(Problem) when it is not."""

    def __init__(
        self,
        desk: Desk,
        owner: QWidget,
        attached: Callable[[int, OutgoingFile], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._desk, self._owner, self._attached, self._failed = desk, owner, attached, failed
        self._once = Once(desk.tasks, owner)

    def choose(self, contact_id: int) -> None:
        """Ask for a file."""
        self._once.start(lambda: self._choose(contact_id), on_problem=self._failed)

    def take(self, contact_id: int, path: Path) -> None:
        """Attach this file."""
        self._once.start(lambda: self._take(contact_id, path), on_problem=self._failed)

    def take_picture(self, contact_id: int, picture: QImage) -> None:
        """Attach a picture from the clipboard."""
        self._once.start(lambda: self._take_picture(contact_id, picture), on_problem=self._failed)

    def discard(self, file: OutgoingFile) -> None:
        self._desk.tasks.spawn(
            self._owner, self._desk.app.outgoing_files.discard(file), on_problem=self._failed
        )

    async def picture(self, key: str) -> QImage | None:
        """A small one of a kept picture; None where it cannot be shown."""
        path = await self._desk.app.outgoing_files.path_of(key)
        return await asyncio.to_thread(_small, path) if path is not None else None

    async def _choose(self, contact_id: int) -> None:
        every = " ".join(f"*.{one}" for one in MIMES)
        filters = [f"What WhatsApp takes ({every})", "All files (*)"]
        path = await choose_file(self._owner.window(), "Attach a file", filters, name="compose_choose_file")
        if path is not None:
            await self._take(contact_id, path)

    async def _take(self, contact_id: int, path: Path) -> None:
        self._attached(contact_id, await self._desk.app.outgoing_files.attach(contact_id, path))

    async def _take_picture(self, contact_id: int, picture: QImage) -> None:
        content = await asyncio.to_thread(_png, picture)
        if not content:
            raise Problem("Cannot be attached", "The picture in the clipboard cannot be read.", "file")
        name = f"Picture {self._desk.app.clock.now().astimezone():%Y-%m-%d %H.%M}.png"
        files = self._desk.app.outgoing_files
        self._attached(contact_id, await files.attach_bytes(contact_id, content, name))


def _png(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    saved = picture.save(buffer, "PNG")  # type: ignore[call-overload]  # any device, as Qt has it
    return bytes(buffer.data().data()) if saved else b""


def _small(path: Path) -> QImage:
    """Read only as large as it is shown: a photo of a phone has fifty million pixels."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > _PREVIEW_PX:
        reader.setScaledSize(size.scaled(QSize(_PREVIEW_PX, _PREVIEW_PX), Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
