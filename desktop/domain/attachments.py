"""Files and places in messages: checked before they are kept, and what a person sees of them. Pure.

Source of the shapes and the limits: the Cloud API's pages on media and location messages.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from desktop.domain.given import Given

MEDIA: Final = ("image", "video", "document", "audio", "sticker")
LONGEST_CAPTION: Final = 1_024
LONGEST_NAME: Final = 240
"""Of a file: what a phone's file system keeps."""
LONGEST_PLACE: Final = 1_000
_LONGEST_ID: Final = 512
_CAPTIONED: Final = ("image", "video", "document")
_LABELS: Final = {
    "image": "Photo",
    "video": "Video",
    "document": "Document",
    "audio": "Audio",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
    "reaction": "Reaction",
}


def media(kind: str, given: Given, *, link: str = "link") -> dict[str, Any]:
    """A file, by its address or by the id of an upload. Raises Mismatch."""
    made: dict[str, Any] = {}
    address, id = given[link], given["id"]
    if address.is_missing == id.is_missing:
        raise address.fault("Give the address of the file.", "No file")
    if id.is_missing:
        made["link"] = address.address()
    else:
        made["id"] = id.text(_LONGEST_ID)
    if kind in _CAPTIONED:
        made |= given.texts(caption=LONGEST_CAPTION)
    elif not given["caption"].is_missing and given["caption"].text(LONGEST_CAPTION, needed=False):
        raise given["caption"].fault(f"WhatsApp shows no caption under {_LABELS[kind].lower()}.")
    if kind == "document":
        made |= given.texts(filename=LONGEST_NAME)
    if kind == "audio" and given["voice"].value is True:
        made["voice"] = True
    return made


def place(given: Given) -> dict[str, Any]:
    """A place on the map. Raises Mismatch."""
    made: dict[str, Any] = {
        "latitude": given["latitude"].number(90),
        "longitude": given["longitude"].number(180),
    }
    return made | given.texts(name=LONGEST_PLACE, address=LONGEST_PLACE)


def with_ending(name: str, link: str) -> str:
    """A file's name with the ending of its address where it has none: phones open a file by its ending."""
    ending = PurePosixPath(file_name(link)).suffix
    return name if not name or PurePosixPath(name).suffix or len(ending) > 8 else name + ending


# What a person sees of it.


def told(kind: str, made: Any) -> str:
    """What it is, in a few words: 'Photo · menu.png', 'Location · Store no. 7'. made: an object of that kind."""
    label = _LABELS.get(kind, kind.title())
    if kind == "audio" and isinstance(made, Mapping) and made.get("voice"):
        label = "Voice message"
    detail = _detail(kind, made)
    return f"{label} · {detail}" if detail else label


def _detail(kind: str, made: Any) -> str:
    if kind == "contacts" and isinstance(made, list):
        return ", ".join(str(one["name"]["formatted_name"]) for one in made[:3]) + ("…" if made[3:] else "")
    if not isinstance(made, Mapping):
        return ""
    if kind == "location":
        named = str(made.get("name") or made.get("address") or "")
        return named or f"{made.get('latitude')}, {made.get('longitude')}"
    return str(made.get("filename") or file_name(str(made.get("link") or "")))


def file_name(address: str) -> str:
    """The name of the file at the end of an address; "" where there is none."""
    try:
        last = unquote(urlsplit(address).path).rpartition("/")[2]
    except ValueError:
        return ""
    return last if 0 < len(last) <= 80 and last.isprintable() else ""
