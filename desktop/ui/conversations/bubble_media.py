"""What a message carries beside its text: a file, a picture, a place, cards, as plain values. Nothing is fetched here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from desktop.domain.attachments import told
from desktop.domain.conversations import MessageView
from desktop.domain.outgoing_files import OutgoingFile
from desktop.ui.conversations import words

PICTURES: Final = ("image", "sticker")
_FILES: Final = (*PICTURES, "video", "audio", "document")
_MAP: Final = "https://www.openstreetmap.org/?mlat={0:.6f}&mlon={1:.6f}#map=16/{0:.6f}/{1:.6f}"
_MOST_CARDS: Final = 6
OPEN, OPEN_MAP = "Open with…", "Open map"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that WhatsApp keeps for us, or one of ours. name: as the sender called it, or "".

    key: of ours, its name in the folder of what was attached (desktop.services.outgoing_files); media_id is that, too.
    """

    media_id: str
    kind: str
    name: str = ""
    mime: str = ""
    key: str = ""

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES


@dataclass(frozen=True, slots=True)
class Carried:
    """Icon and label of what a message carries, lines of detail under it, and what can be done with it.

    action: the word that does it; link: where that leads, for what is no file.
    """

    icon: str
    label: str
    details: tuple[str, ...] = ()
    file: FileRef | None = None
    action: str = ""
    link: str = ""

    @property
    def spoken(self) -> str:
        return ". ".join((self.label, *self.details))


def carried(message: MessageView) -> Carried | None:
    """What a message carries; None for what is only written."""
    kind = words.media_of(message.kind)
    if kind is None:
        return _header(message)
    if message.kind == "reaction":
        return Carried(kind[0], "Reacted")
    if "file" in message.content and message.outgoing:
        return _own(message, kind[0])
    if "object" in message.content:
        return Carried(kind[0], told(message.kind, message.content["object"]))
    if message.kind in _FILES:
        return _file(message, *kind)
    if message.kind == "location":
        return _place(message, *kind)
    if message.kind == "contacts":
        return _cards(message, *kind)
    if message.kind == "revoke":
        return Carried("trash", "Message deleted by the customer")
    if kind[0] == words.UNKNOWN_ICON:
        return Carried(
            *kind, ("WhatsApp does not pass on messages of this kind. Ask for it in another form.",)
        )
    return Carried(*kind)


def text_of(message: MessageView, found: Carried | None) -> str:
    """What stands under it: the caption, but not the label once more."""
    # Sent by another program: without a caption its text says what it is, as the line above it does.
    return "" if found is not None and message.text == found.label else message.text


def reaction_of(message: MessageView) -> tuple[str, str] | None:
    """WhatsApp's id of the message that this one reacts to, and the emoji; "" takes it back. None: no reaction."""
    if message.kind != "reaction":
        return None
    content = message.content
    item = content.get("item")
    for one in (content.get("object"), item.get("reaction") if isinstance(item, Mapping) else None, content):
        if isinstance(one, Mapping) and one.get("message_id"):
            return str(one["message_id"]), str(one.get("emoji") or "")
    return (message.context_wamid, message.text) if message.context_wamid else None


def _header(message: MessageView) -> Carried | None:
    header = message.content.get("header")
    if not isinstance(header, Mapping):
        return None
    kind = words.media_of(str(header.get("type")))
    return Carried(kind[0], told(str(header["type"]), header.get(str(header["type"])))) if kind else None


def _item(message: MessageView) -> Any:
    """The part that WhatsApp named after its kind, as it came."""
    item = message.content.get("item")
    return item.get(message.kind) if isinstance(item, Mapping) else None


def _file(message: MessageView, icon: str, label: str) -> Carried:
    kept = message.content.get("media") or message.content.get("file")
    kept = kept if isinstance(kept, Mapping) else {}
    name = str(kept.get("filename") or kept.get("name") or "")
    raw = _item(message)
    if message.kind == "audio" and isinstance(raw, Mapping) and raw.get("voice") is not True:
        icon, label = "music-note", "Audio"
    label = f"{label} · {name}" if name else label
    media_id = str(kept.get("id") or "")
    if not media_id or message.outgoing:
        return Carried(icon, label)
    mime = str(kept.get("mime") or "")
    file = FileRef(media_id, message.kind, name, mime)
    return Carried(icon, label, () if file.is_picture else (_form(name, mime),), file, OPEN)


def _own(message: MessageView, icon: str) -> Carried:
    """What was attached here."""
    label = told(message.kind, message.content.get("object"))
    file = OutgoingFile.from_json(message.content["file"])
    if file is None:
        return Carried(icon, label)
    ref = FileRef(file.key, file.kind, file.name, file.mime, file.key)
    return Carried(icon, label, () if ref.is_picture else (_form(file.name, file.mime),), ref, OPEN)


def _form(name: str, mime: str) -> str:
    """'PDF', 'MP4': by the name's ending, else by the kind."""
    ending = name.rpartition(".")[2] if "." in name else ""
    if not 0 < len(ending) <= 5:
        ending = mime.split(";")[0].rpartition("/")[2].removeprefix("x-")
    return ending.upper() if 0 < len(ending) <= 5 else "File"


def _place(message: MessageView, icon: str, label: str) -> Carried:
    kept = message.content.get("location")
    kept = dict(kept) if isinstance(kept, Mapping) else {}
    raw = _item(message)
    if isinstance(raw, Mapping):
        kept = {**raw, **{name: value for name, value in kept.items() if value}}
    name, address = (str(kept.get(part) or "") for part in ("name", "address"))
    latitude, longitude = kept.get("latitude"), kept.get("longitude")
    where = link = ""
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        where, link = f"{latitude:.5f}, {longitude:.5f}", _MAP.format(latitude, longitude)
    details = tuple(one for one in (address, "" if address or name else where) if one)
    return Carried(
        icon, f"{label} · {name}" if name else label, details, None, OPEN_MAP if link else "", link
    )


def _cards(message: MessageView, icon: str, label: str) -> Carried:
    found = list(_told_cards(_item(message)))
    if not found:
        return Carried(icon, label)
    more = (f"and {len(found) - _MOST_CARDS} more",) if len(found) > _MOST_CARDS else ()
    return Carried(
        icon, label if len(found) == 1 else f"{len(found)} contact cards", (*found[:_MOST_CARDS], *more)
    )


def _told_cards(raw: Any) -> Iterator[str]:
    """'Lina Haddad · +1 604 555 0100' for each card."""
    for one in raw if isinstance(raw, list) else ():
        if not isinstance(one, Mapping):
            continue
        name = one.get("name")
        shown = str(name.get("formatted_name") or "") if isinstance(name, Mapping) else ""
        phones = one.get("phones")
        numbers = [
            str(each.get("phone") or each.get("wa_id") or "")
            for each in (phones if isinstance(phones, list) else ())
            if isinstance(each, Mapping)
        ]
        line = " · ".join(part for part in (shown, *numbers) if part)
        if line:
            yield line
