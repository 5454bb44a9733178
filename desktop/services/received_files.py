"""Files that customers sent: fetched from WhatsApp when somebody looks, and kept on this machine up to a limit."""

import asyncio
import hashlib
import mimetypes
import os
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

from desktop.domain.problems import Problem
from desktop.services.own_number import Speaks
from desktop.whatsapp.connection import BadConnection
from desktop.whatsapp.files import About
from desktop.whatsapp.graph import RefusedByWhatsApp

T = TypeVar("T")
SMALL_BYTES: Final = 2 * 1024 * 1024
"""A picture up to this size is fetched unasked."""
MOST_KEPT_BYTES: Final = 512 * 1024 * 1024
"""All kept files together; those looked at longest ago go first. WhatsApp has them for 7 days."""
_AT_ONCE: Final = 2
_NOT_THERE: Final = (33, 100, 131052)
"""No object of this id, in three of Meta's ways. Source: the Graph API's page on error codes."""
_ENDING: Final = re.compile(r"\.[a-z0-9]{1,5}")


class NotConnected(Problem):
    """There is nobody to ask for files."""


class ReceivedFiles:
    """The verbs on received files. All raise Problem where WhatsApp, the line or the disk does not give the file."""

    def __init__(
        self, account: Callable[[], Speaks | None], folder: Path | None, *, most_bytes: int = MOST_KEPT_BYTES
    ) -> None:
        """account: who speaks with WhatsApp now, if anybody. folder: where files are kept; None: nowhere."""
        self._account = account
        self._folder = folder
        self._most_bytes = most_bytes
        self._running: dict[str, asyncio.Task[Path]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._told: dict[str, About] = {}

    @property
    def is_ready(self) -> bool:
        """False where no file can ever come."""
        return self._folder is not None and self._account() is not None

    async def kept(self, media_id: str, ending: str = "") -> Path | None:
        """The file, if it has been fetched before."""
        path = self._path(media_id, ending)
        return path if await asyncio.to_thread(_look_at, path) else None

    async def size_bytes(self, media_id: str) -> int:
        """How large it is, as WhatsApp says."""
        return (await self._about(media_id)).size_bytes

    async def fetch(self, media_id: str, ending: str = "") -> Path:
        """The file, from WhatsApp where it is not kept; several who ask at a time wait for the same call."""
        path = self._path(media_id, ending)
        if await asyncio.to_thread(_look_at, path):
            return path
        task = self._running.get(path.name)
        if task is None:
            task = self._running[path.name] = asyncio.ensure_future(self._fetch(media_id, path))
            task.add_done_callback(lambda _: self._running.pop(path.name, None))
        return await asyncio.shield(task)

    async def _fetch(self, media_id: str, path: Path) -> Path:
        account = self._speaking()
        found = await self._asked(account.download(media_id))
        try:
            await asyncio.to_thread(_keep, path, found.content, self._most_bytes)
        except OSError as wrong:
            raise Problem("File not kept", f"The file could not be written: {wrong.strerror}.") from wrong
        return path

    async def _about(self, media_id: str) -> About:
        account = self._speaking()
        if media_id not in self._told:
            self._told[media_id] = await self._asked(account.about_file(media_id))
        return self._told[media_id]

    async def _asked(self, call: Awaitable[T]) -> T:
        async with self._turns:
            try:
                return await call
            except BadConnection as wrong:  # no id of WhatsApp's looks like this
                raise _gone() from wrong
            except RefusedByWhatsApp as wrong:
                raise _gone() if wrong.refused.code in _NOT_THERE else wrong from wrong

    def _speaking(self) -> Speaks:
        account = self._account()
        if account is None or self._folder is None:
            raise NotConnected(
                "Not connected", "Files come from WhatsApp, and nothing is connected to it here."
            )
        return account

    def _path(self, media_id: str, ending: str) -> Path:
        if self._folder is None:
            raise NotConnected("Not connected", "This program keeps no files.")
        name = hashlib.sha256(media_id.encode()).hexdigest()[:32]
        return self._folder / (name + (ending if _ENDING.fullmatch(ending) else ""))


def _gone() -> Problem:
    return Problem("WhatsApp no longer has this file", "It keeps what customers send for 7 days.")


def ending_of(filename: str, mime: str) -> str:
    """How a file's name ends, '.pdf', by its name, else by its kind; "" where neither tells."""
    named = Path(filename).suffix.lower()
    return named if _ENDING.fullmatch(named) else mimetypes.guess_extension(mime.split(";")[0].strip()) or ""


def _look_at(path: Path) -> bool:
    """True if it is there; it has been looked at then, and goes later than others."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def _keep(path: Path, content: bytes, most_bytes: int) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    _forget_old(path, most_bytes)


def _forget_old(newest: Path, most_bytes: int) -> None:
    """Remove what was looked at longest ago until the rest is small enough; never the newest one."""
    found = []
    for one in newest.parent.iterdir():
        try:
            known = one.stat()
        except OSError:
            continue  # another process removed it
        found.append((known.st_mtime, known.st_size, one))
    used_bytes = sum(size for _, size, _ in found)
    for _, size, one in sorted(found):
        if used_bytes <= most_bytes:
            return
        if one != newest:
            one.unlink(missing_ok=True)
            used_bytes -= size
