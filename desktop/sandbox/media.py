"""Media: what the business uploaded and what customers sent, kept in the sandbox's file."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

from .log import SendLog

LARGEST_BYTES = 100 * 1024 * 1024
"""Meta's largest medium is a document of 100 MB."""

MIME_KINDS = ("image/", "video/", "audio/", "application/", "text/")

# One transparent pixel: a picture small enough to be a constant and real enough to be shown.
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAMPLES: dict[str, tuple[str, str, bytes]] = {
    "image": ("image/png", "", _PIXEL),
    "sticker": ("image/webp", "", b"RIFF\x0c\x00\x00\x00WEBPVP8 "),
    "video": ("video/mp4", "", b"\x00\x00\x00\x18ftypmp42"),
    "audio": ("audio/ogg", "", b"OggS\x00\x02"),
    "document": ("application/pdf", "document.pdf", b"%PDF-1.4\n%%EOF\n"),
}
"""Mime type, file name and bytes of what a customer sends when the control API brings no bytes."""


@dataclass(frozen=True, slots=True)
class Medium:
    """One medium without its bytes; `sha256` is hexadecimal."""

    id: str
    mime_type: str
    filename: str
    sha256: str
    size_bytes: int


class MediaShelf:
    """Keeps media by id."""

    def __init__(self, log: SendLog) -> None:
        self._log = log
        self._ids: set[str] = set()

    async def load(self) -> None:
        """Learns which ids the file holds."""
        self._ids = {row[0] for row in await self._log.rows("SELECT id FROM media")}

    def knows(self, media_id: object) -> bool:
        """Whether there is such a medium."""
        return media_id in self._ids

    async def put(self, mime_type: str, filename: str, data: bytes) -> Medium:
        """Keeps `data` and gives it an id."""
        media_id = str(10**15 + secrets.randbelow(9 * 10**15))

        def keep(connection: sqlite3.Connection) -> str:
            sha256 = hashlib.sha256(data).hexdigest()
            values = (media_id, mime_type, filename, sha256, data)
            connection.execute("INSERT INTO media VALUES (?, ?, ?, ?, ?)", values)
            return sha256

        sha256 = await self._log.ask(keep)
        self._ids.add(media_id)
        return Medium(media_id, mime_type, filename, sha256, len(data))

    async def get(self, media_id: str) -> Medium | None:
        """The medium with this id."""
        sql = "SELECT id, mime_type, filename, sha256, length(data) FROM media WHERE id = ?"
        rows = await self._log.rows(sql, (media_id,))
        return Medium(*rows[0]) if rows else None

    async def read(self, media_id: str) -> tuple[str, bytes] | None:
        """Mime type and bytes."""
        rows = await self._log.rows("SELECT mime_type, data FROM media WHERE id = ?", (media_id,))
        return (rows[0][0], rows[0][1]) if rows else None

    async def delete(self, media_id: str) -> None:
        """Takes it away."""
        self._ids.discard(media_id)
        await self._log.keep(None, (), [("DELETE FROM media WHERE id = ?", (media_id,))])

    def clear(self) -> None:
        """Forgets the ids; the file is emptied by whoever starts over."""
        self._ids.clear()
