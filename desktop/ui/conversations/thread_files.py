"""The files of the messages in sight: fetched when they come into sight, pictures decoded beside the window's thread."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from desktop.domain.problems import Problem
from desktop.services.outgoing_files import OutgoingFiles
from desktop.services.received_files import SMALL_BYTES, ReceivedFiles, ending_of
from desktop.ui.conversations.bubble_media import FileRef
from desktop.ui.conversations.entries import BubbleEntry
from desktop.ui.conversations.loading import loop_runs
from desktop.ui.tasks import Tasks

SIDE_PX: Final = 640
"""Of a decoded picture, at most: twice its place, for screens with fine pixels."""
_MOST_PICTURES: Final = 48
_MOST_STATES: Final = 2_000
SHOW, AGAIN = "Show picture", "Try again"
_FETCHING: Final = "Fetching…"


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of a file. words: its size, or what is the matter; action: what a click on its place does."""

    image: QImage | None = None
    words: str = ""
    action: str = ""


class ThreadFiles(QObject):
    """`changed` names the media id whose state is another one now. Without `serve()` nothing is fetched."""

    changed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._received: ReceivedFiles | None = None
        self._own: OutgoingFiles | None = None
        self._tasks: Tasks | None = None
        self._states: dict[str, FileState] = {}
        self._pictures: OrderedDict[str, None] = OrderedDict()

    def serve(self, received: ReceivedFiles, own: OutgoingFiles, tasks: Tasks) -> None:
        """Fetch from here what customers sent, and what was attached."""
        self._received, self._own, self._tasks = received, own, tasks

    def state(self, entry: BubbleEntry) -> FileState:
        """What to draw for an entry's file; asks for it the first time."""
        file = entry.carried.file if entry.carried is not None else None
        if file is None:
            return FileState()
        known = self._states.get(file.media_id)
        if known is not None:
            if known.image is not None:
                self._pictures.move_to_end(file.media_id)
            return known
        self._want(file)
        return self._states.get(file.media_id, FileState())

    def fetch_picture(self, file: FileRef) -> None:
        """The person asked for a picture that was too large to come by itself, or that did not come."""
        self._spawn(file, small_only=False)

    async def path_of(self, file: FileRef) -> Path:
        """The file on this machine. Raises Problem."""
        if self._received is None or self._own is None:
            raise Problem("Not connected", "Files come from WhatsApp, and nothing is connected to it here.")
        if file.key:
            return await self._own_path(self._own, file)
        before = self._states.get(file.media_id, FileState())
        if not file.is_picture:
            self._put(file, FileState(words=_FETCHING))
        try:
            path = await self._received.fetch(file.media_id, ending_of(file.name, file.mime))
        except Problem:
            self._put(file, before)
            raise
        if not file.is_picture:
            self._put(file, FileState(words=size_words((await asyncio.to_thread(path.stat)).st_size)))
        return path

    async def _own_path(self, own: OutgoingFiles, file: FileRef) -> Path:
        path = await own.path_of(file.key)
        if path is None:
            raise Problem("Not on this computer", "It was attached on another one, or is no longer kept.")
        return path

    def _want(self, file: FileRef) -> None:
        if file.key or (self._received is not None and self._received.is_ready):
            self._spawn(file, small_only=True)
        elif len(self._states) < _MOST_STATES:
            self._states[file.media_id] = FileState()

    def _spawn(self, file: FileRef, *, small_only: bool) -> None:
        if self._tasks is None or self._received is None or self._own is None or not loop_runs():
            return
        self._states[file.media_id] = FileState(words=_FETCHING if file.is_picture else "")
        if not small_only:
            self.changed.emit(file.media_id)
        load = self._load_own(self._own, file) if file.key else self._load(self._received, file, small_only)
        self._tasks.spawn(self, load)

    async def _load_own(self, own: OutgoingFiles, file: FileRef) -> None:
        try:
            state = await _shown(file, await self._own_path(own, file))
        except Problem as wrong:
            state = FileState(words=wrong.title)
        self._put(file, state)

    async def _load(self, received: ReceivedFiles, file: FileRef, small_only: bool) -> None:
        try:
            state = await self._state_of(received, file, small_only)
        except Problem as wrong:
            words = wrong.title if file.is_picture else ""
            state = FileState(words=words, action=AGAIN if file.is_picture else "")
        self._put(file, state)

    async def _state_of(self, received: ReceivedFiles, file: FileRef, small_only: bool) -> FileState:
        ending = ending_of(file.name, file.mime)
        path = await received.kept(file.media_id, ending)
        if path is None:
            size_bytes = await received.size_bytes(file.media_id)
            if not file.is_picture:
                return FileState(words=size_words(size_bytes))
            if small_only and not 0 < size_bytes <= SMALL_BYTES:
                return FileState(words=size_words(size_bytes), action=SHOW)
            path = await received.fetch(file.media_id, ending)
        return await _shown(file, path)

    def _put(self, file: FileRef, state: FileState) -> None:
        self._states[file.media_id] = state
        if state.image is not None:
            self._pictures[file.media_id] = None
            self._pictures.move_to_end(file.media_id)
            while len(self._pictures) > _MOST_PICTURES:
                del self._states[self._pictures.popitem(last=False)[0]]
        if len(self._states) > _MOST_STATES:
            self._states = {id: kept for id, kept in self._states.items() if kept.image is not None}
        self.changed.emit(file.media_id)


async def _shown(file: FileRef, path: Path) -> FileState:
    """What is drawn of a file that is here."""
    if not file.is_picture:
        return FileState(words=size_words((await asyncio.to_thread(path.stat)).st_size))
    image = await asyncio.to_thread(decoded, path)
    return FileState(words="This picture cannot be shown here.") if image is None else FileState(image)


def decoded(path: Path) -> QImage | None:
    """The picture, at most SIDE_PX wide and high; None if it is none. Reads from disk: not in the window's thread."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > SIDE_PX:
        reader.setScaledSize(size.scaled(QSize(SIDE_PX, SIDE_PX), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def size_words(size_bytes: int) -> str:
    """'240 kB', '4.2 MB'; "" where it is not known."""
    if size_bytes <= 0:
        return ""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1_000)):,} kB"
    return f"{size_bytes / 1_000_000:,.1f} MB"
