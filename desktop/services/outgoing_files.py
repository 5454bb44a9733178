"""Files that people attach: copied into the data folder at once, so that a kill loses none, and swept when nobody needs them."""

import asyncio
import contextlib
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from desktop.domain.outgoing_files import (
    OutgoingFile,
    check_size,
    ending_of,
    is_key,
    kind_of,
    shown_name,
)
from desktop.domain.problems import Problem
from desktop.store import outgoing_files, settings
from desktop.store.engine import Store

_FOLDER: Final = "attachments"
_YOUNG_S: Final = 600.0
"""A file whose draft is about to be kept, maybe by another window, is left alone so long."""


class OutgoingFiles:
    """The files of one store. place: the data folder; None where there is none, and nothing can be attached."""

    def __init__(self, store: Store, place: Path | None) -> None:
        self._store, self._place = store, place
        self._folder: Path | None = None

    async def attach(self, contact_id: int, path: Path) -> OutgoingFile:
        """Copy a file. Raises Problem where WhatsApp would not take it, or it cannot be read or kept."""
        kind, mime = kind_of(path.name)
        try:
            size_bytes = (await asyncio.to_thread(path.stat)).st_size
        except OSError as wrong:
            raise _unreadable(path.name, wrong) from wrong
        check_size(kind, path.name, size_bytes)
        made = OutgoingFile(_key(contact_id, path.name), shown_name(path.name), mime, kind, size_bytes)
        folder = await self._made_folder()
        await asyncio.to_thread(_copy, path, folder / made.key)
        return made

    async def attach_bytes(self, contact_id: int, content: bytes, name: str) -> OutgoingFile:
        """Keep what was pasted. Raises Problem as `attach()`."""
        kind, mime = kind_of(name)
        check_size(kind, name, len(content))
        made = OutgoingFile(_key(contact_id, name), shown_name(name), mime, kind, len(content))
        folder = await self._made_folder()
        await asyncio.to_thread(_write, content, folder / made.key)
        return made

    async def path_of(self, key: str) -> Path | None:
        """Where a file lies; None where it is not on this machine."""
        if not is_key(key) or self._place is None:
            return None
        path = await self._made_folder() / key
        return path if await asyncio.to_thread(path.is_file) else None

    async def read(self, key: str) -> bytes | None:
        """A file, whole; None where it is not on this machine."""
        path = await self.path_of(key)
        if path is None:
            return None
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError as wrong:
            raise _unreadable(path.name, wrong) from wrong

    async def discard(self, file: OutgoingFile) -> None:
        """The person took it away again."""
        path = await self.path_of(file.key)
        if path is not None:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(path.unlink)

    async def sweep(self) -> int:
        """Remove what no draft and no young message names; returns how many files."""
        if self._place is None:
            return 0
        folder = await self._made_folder()
        old = await asyncio.to_thread(_old_files, folder)
        orphans = await self._store.read(
            lambda tx: [path for path in old if not outgoing_files.is_named(tx, path.name)]
        )
        for path in orphans:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(path.unlink)
        return len(orphans)

    async def _made_folder(self) -> Path:
        """The folder of this store: several may share a data folder. Raises Problem."""
        if self._place is None:
            raise Problem("Cannot be attached", "This program has no folder to keep files in.", "file")
        if self._folder is None:
            key = await self._store.read(lambda tx: settings.meta(tx, "key"), people=True)
            folder = self._place / _FOLDER / (key or "store")
            try:
                await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
            except OSError as wrong:
                raise _unkept(wrong) from wrong
            self._folder = folder
        return self._folder


def _key(contact_id: int, name: str) -> str:
    return f"{contact_id}-{uuid.uuid4().hex}.{ending_of(name)}"


def _copy(source: Path, to: Path) -> None:
    try:
        begun = source.open("rb")
    except OSError as wrong:
        raise _unreadable(source.name, wrong) from wrong
    with begun:
        _whole(to, lambda: begun.read(1 << 20))


def _write(content: bytes, to: Path) -> None:
    left = [content]
    _whole(to, lambda: left.pop() if left else b"")


def _whole(to: Path, read: Callable[[], bytes]) -> None:
    """Write a file so that it is there whole or not at all, also after the power went."""
    begun = to.with_suffix(".part")
    try:
        with begun.open("wb") as out:
            while chunk := read():
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        begun.replace(to)
    except OSError as wrong:
        with contextlib.suppress(OSError):
            begun.unlink()
        raise _unkept(wrong) from wrong


def _old_files(folder: Path) -> list[Path]:
    """Those that were left alone for long enough; half-written ones among them."""
    oldest_s = time.time() - _YOUNG_S
    found = []
    with contextlib.suppress(OSError):
        found = [one for one in folder.iterdir() if one.is_file() and one.stat().st_mtime < oldest_s]
    return found


def _unreadable(name: str, wrong: OSError) -> Problem:
    return Problem("Cannot read the file", f"“{name}”: {wrong.strerror or wrong}.", "file")


def _unkept(wrong: OSError) -> Problem:
    return Problem(
        "Cannot keep the file",
        f"It cannot be copied: {wrong.strerror or wrong}. Make room, try again.",
        "file",
    )
