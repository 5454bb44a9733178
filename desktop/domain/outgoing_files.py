"""Files that a person attaches: which kinds WhatsApp takes, how large they may be, and where one is kept. Pure.

Source of the limits: the Cloud API's page on supported media types.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from desktop.domain.problems import Problem
from desktop.domain.text import clean

MEGABYTE: Final = 1024 * 1024
LARGEST_BYTES: Final = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "document": 100 * MEGABYTE,
}
_ARTICLES: Final = {"image": "pictures", "video": "videos", "audio": "audio", "document": "documents"}
MIMES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
    "3gp": "video/3gpp",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain",
}
LONGEST_NAME: Final = 120
_KEY: Final = re.compile(r"[0-9]{1,19}-[0-9a-f]{32}\.[a-z0-9]{2,5}")


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file in the store's folder. key: its name there; name: as the customer sees it."""

    key: str
    name: str
    mime: str
    kind: str
    size_bytes: int

    @property
    def takes_caption(self) -> bool:
        return self.kind != "audio"

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "mime": self.mime,
            "kind": self.kind,
            "size_bytes": self.size_bytes,
        }

    @classmethod
    def from_json(cls, kept: object) -> "OutgoingFile | None":
        """None for what is not there or not understood."""
        if not isinstance(kept, Mapping) or not is_key(kept.get("key")):
            return None
        kind = str(kept.get("kind"))
        if kind not in LARGEST_BYTES:
            return None
        return cls(
            str(kept["key"]),
            str(kept.get("name") or ""),
            str(kept.get("mime") or ""),
            kind,
            int(kept.get("size_bytes") or 0),
        )


def is_key(key: object) -> bool:
    """True for the name of a file in the store's folder, and nothing that leads out of it."""
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def ending_of(name: str) -> str:
    return PurePath(name).suffix.lower().removeprefix(".")


def kind_of(name: str) -> tuple[str, str]:
    """Kind and MIME type of a file by its name. Raises Problem for one that WhatsApp does not take."""
    mime = MIMES.get(ending_of(name), "")
    if not mime:
        raise Problem(
            "Cannot be attached",
            f"“{shown_name(name)}” cannot be sent: WhatsApp takes pictures (jpg, png), videos (mp4, 3gp), audio "
            "(mp3, m4a, ogg, aac, amr) and documents (pdf, Word, Excel, PowerPoint, txt).",
            "file",
        )
    kind = mime.split("/")[0]
    return (kind if kind in LARGEST_BYTES else "document"), mime


def check_size(kind: str, name: str, size_bytes: int) -> None:
    """Raises Problem for an empty file and one that is too large for its kind."""
    if size_bytes <= 0:
        raise Problem("Empty file", f"“{shown_name(name)}” is empty.", "file")
    if size_bytes > LARGEST_BYTES[kind]:
        most = LARGEST_BYTES[kind] // MEGABYTE
        raise Problem(
            "File too large",
            f"“{shown_name(name)}” has {size_words(size_bytes)}; for {_ARTICLES[kind]} WhatsApp takes {most} MB at the "
            "most.",
            "file",
        )


def shown_name(name: str) -> str:
    """A file's name as it is kept: without folders, control characters, and at most LONGEST_NAME letters."""
    bare = "".join(one for one in clean(PurePath(name.replace("\\", "/")).name) if one.isprintable()).strip()
    if len(bare) > LONGEST_NAME:
        ending = PurePath(bare).suffix[:8]
        bare = bare[: LONGEST_NAME - len(ending)] + ending
    return bare or "file"


def size_words(size_bytes: int) -> str:
    """'640 KB', '2.4 MB'."""
    if size_bytes < MEGABYTE:
        return f"{max(1, round(size_bytes / 1024)):,} KB"
    return f"{size_bytes / MEGABYTE:,.1f} MB"
