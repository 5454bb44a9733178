"""Messages that are neither text nor template, as they are asked for. Source of the shapes: Gallabox's public API
description; what it passes on as it is, buttons and lists, has the Cloud API's shape.
"""

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from desktop.domain.api_message import ObjectWanted
from desktop.domain.attachments import LONGEST_CAPTION, LONGEST_NAME, LONGEST_PLACE, file_name, with_ending
from desktop.domain.given import LONGEST_ADDRESS, Mismatch
from desktop.domain.message_objects import checked
from desktop.server.devapi.parts import Asked, Short

_NAMES: Final = {
    "formattedName": "formatted_name",
    "firstName": "first_name",
    "lastName": "last_name",
    "middleName": "middle_name",
    "waId": "wa_id",
    "countryCode": "country_code",
}
"""What a contact card's parts are called here and in WhatsApp."""
_UNKNOWN_TYPE: Final = "application/octet-stream"


class FileAsked(Asked):
    """A file by its address, which WhatsApp fetches. mimeType: must be of the kind, if it is said."""

    path: Annotated[str, StringConstraints(max_length=LONGEST_ADDRESS, pattern=r"\S")] = Field(
        examples=["https://shop.example/menu.png"]
    )
    mimeType: Short | None = None


class CaptionedAsked(FileAsked):
    """A file with a text below it."""

    caption: Annotated[str, StringConstraints(max_length=LONGEST_CAPTION)] | None = None


class DocumentAsked(CaptionedAsked):
    """A document. filename: added; without it the end of the address is its name."""

    filename: Annotated[str, StringConstraints(max_length=LONGEST_NAME)] | None = None

    @property
    def shown_name(self) -> str:
        """What phones show, with the ending by which they open it."""
        return with_ending(self.filename or "", self.path) or file_name(self.path)


class PlaceAsked(Asked):
    """A place on the map; added to Gallabox's kinds."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: Annotated[str, StringConstraints(max_length=LONGEST_PLACE)] | None = None
    address: Annotated[str, StringConstraints(max_length=LONGEST_PLACE)] | None = None


class KindsAsked(Asked):
    """The content of each kind, under its name."""

    image: CaptionedAsked | None = None
    video: CaptionedAsked | None = None
    document: DocumentAsked | None = None
    audio: FileAsked | None = None
    sticker: FileAsked | None = None
    location: PlaceAsked | None = None
    contacts: list[dict[str, Any]] | None = Field(
        default=None,
        max_length=257,
        examples=[[{"name": {"formattedName": "Priya Sharma"}, "phones": [{"phone": "16045550142"}]}]],
    )
    interactive: dict[str, Any] | None = Field(
        default=None,
        max_length=20,
        examples=[
            {
                "type": "button",
                "body": {"text": "Shall we deliver today?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
            }
        ],
    )

    def object_wanted(self, kind: str) -> ObjectWanted:
        """The content of this kind, checked. Raises Mismatch with the field."""
        asked, where = getattr(self, kind), f"whatsapp.{kind}"
        if isinstance(asked, FileAsked):
            _check_type(kind, asked.mimeType, where)
            return checked(kind, _file(asked), where, link="path")
        if isinstance(asked, PlaceAsked):
            return checked(kind, asked.model_dump(), where)
        if kind == "contacts":
            return _cards(asked, where)
        return checked(kind, asked, where)


def _file(asked: FileAsked) -> dict[str, Any]:
    given = asked.model_dump(exclude_none=True)
    if isinstance(asked, DocumentAsked):
        given["filename"] = asked.shown_name
    return given


def _check_type(kind: str, mime_type: str | None, where: str) -> None:
    """A picture that is called a film is somebody's mistake; WhatsApp would fail it after it was taken in."""
    told = (mime_type or "").strip().lower()
    family = "image" if kind == "sticker" else kind
    if told and told != _UNKNOWN_TYPE and kind != "document" and not told.startswith(f"{family}/"):
        raise Mismatch("Another kind of file", f"“{told}” is not of the kind {kind}.", f"{where}.mimeType")


def _cards(asked: list[dict[str, Any]], where: str) -> ObjectWanted:
    try:
        return checked("contacts", [_card(one) for one in asked], where)
    except Mismatch as wrong:
        named = {inside: outside for outside, inside in _NAMES.items()}
        at = ".".join(named.get(part, part) for part in wrong.field.split("."))
        raise Mismatch(wrong.title, wrong.sentence, at) from wrong


def _card(asked: dict[str, Any]) -> Any:
    """A contact card in WhatsApp's words. WhatsApp wants a part of the name beside the whole."""
    card = _renamed(asked)
    name = card.get("name") if isinstance(card, dict) else None
    if isinstance(name, dict) and not any(
        part in name for part in ("first_name", "last_name", "middle_name", "suffix", "prefix")
    ):
        name["first_name"] = name.get("formatted_name")
    return card


def _renamed(value: Any, depth: int = 0) -> Any:
    if depth > 4:
        return None
    if isinstance(value, list):
        return [_renamed(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {_NAMES.get(name, name): _renamed(one, depth + 1) for name, one in value.items()}
    return value
