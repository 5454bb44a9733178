"""What Meta checks about a message other than a template: one small function per type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .envelope import GraphError, missing

TEXT_CHARS = 4096
CAPTION_CHARS = 1024
OPAQUE_CHARS = 512
INTERACTIVE_KINDS = frozenset(
    {
        "button",
        "list",
        "cta_url",
        "flow",
        "product",
        "product_list",
        "catalog_message",
        "location_request_message",
        "address_message",
        "voice_call",
        "carousel",
        "request_contact_info",
    }
)

Content = dict[str, Any]


def check_common(body: Content) -> None:
    """GraphError 100 unless the fields that every message has are sound."""
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(100, "Param recipient_type must be one of {INDIVIDUAL}")
    opaque = body.get("biz_opaque_callback_data")
    if opaque is not None and (not isinstance(opaque, str) or len(opaque) > OPAQUE_CHARS):
        raise GraphError(100, f"Param biz_opaque_callback_data must be at most {OPAQUE_CHARS} characters.")
    context = body.get("context")
    if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
        raise missing("context['message_id']")


def check_content(kind: str, content: object) -> None:
    """GraphError 100 or 131009 unless `content` is sound for a message of type `kind`."""
    check = _CHECKS.get(kind)
    if check is None:
        raise GraphError(100, f"Param type must be one of {{{', '.join(sorted([*_CHECKS, 'template']))}}}")
    if content is None:
        raise missing(kind)
    check(kind, content)


def _object(kind: str, content: object) -> Content:
    if not isinstance(content, dict):
        raise GraphError(100, f"Param {kind} must be a JSON object.")
    return content


def _string(content: Content, field: str, where: str, longest: int, *, optional: bool = False) -> str:
    value = content.get(field)
    if value is None and optional:
        return ""
    if not isinstance(value, str) or not (value or optional):
        raise missing(f"{where}['{field}']")
    if len(value) > longest:
        raise GraphError(100, f"Param {where}['{field}'] must be at most {longest} characters long.")
    return value


def _text(kind: str, content: object) -> None:
    _string(_object(kind, content), "body", kind, TEXT_CHARS)


def _media(kind: str, content: object) -> None:
    media = _object(kind, content)
    if ("id" in media) == ("link" in media):
        raise GraphError(100, f"Param {kind} takes either 'id' or 'link'.")
    if "link" in media:
        link = _string(media, "link", kind, 2048)
        if not link.startswith(("http://", "https://")):
            raise GraphError(100, f"Param {kind}['link'] is not a valid URI.")
    if kind in ("image", "video", "document"):
        _string(media, "caption", kind, CAPTION_CHARS, optional=True)
    elif "caption" in media:
        raise GraphError(100, f"Unexpected key 'caption' on param '{kind}'.")


def _location(kind: str, content: object) -> None:
    place = _object(kind, content)
    for field, limit in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(place[field])
        except KeyError:
            raise missing(f"location['{field}']") from None
        except (TypeError, ValueError, OverflowError):
            raise GraphError(131009, f"location['{field}'] is not a number.") from None
        if not -limit <= value <= limit:
            raise GraphError(131009, f"location['{field}'] is out of range.")


def _contacts(kind: str, content: object) -> None:
    if not isinstance(content, list) or not content:
        raise GraphError(100, "Param contacts must be a non-empty array.")
    for card in content:
        name = card.get("name") if isinstance(card, dict) else None
        if not isinstance(name, dict) or not isinstance(name.get("formatted_name"), str):
            raise missing("contacts[]['name']['formatted_name']")


def _reaction(kind: str, content: object) -> None:
    reaction = _object(kind, content)
    _string(reaction, "message_id", kind, 512)
    _string(reaction, "emoji", kind, 64, optional=True)


def _interactive(kind: str, content: object) -> None:
    message = _object(kind, content)
    shape = message.get("type")
    if shape not in INTERACTIVE_KINDS:
        raise GraphError(100, f"Param interactive['type'] must be one of {sorted(INTERACTIVE_KINDS)}")
    if not isinstance(message.get("action"), dict):
        raise missing("interactive['action']")
    if "footer" in message:
        _string(_object("interactive['footer']", message["footer"]), "text", "interactive['footer']", 60)
    header = message.get("header")
    if isinstance(header, dict) and header.get("type") == "text":
        _string(header, "text", "interactive['header']", 60)
    if shape in ("button", "list", "cta_url"):
        body = _object("interactive['body']", message.get("body"))
        _string(body, "text", "interactive['body']", TEXT_CHARS)
    if shape == "button":
        _reply_buttons(message["action"])
    elif shape == "list":
        _list_rows(message["action"])


def _reply_buttons(action: Content) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise GraphError(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    ids = []
    for button in buttons:
        reply = button.get("reply") if isinstance(button, dict) else None
        where = "interactive['action']['buttons'][]['reply']"
        if not isinstance(reply, dict):
            raise missing(where)
        ids.append(_string(reply, "id", where, 256))
        _string(reply, "title", where, 20)
    if len(set(ids)) != len(ids):
        raise GraphError(131009, "Duplicated reply button id is not allowed")


def _list_rows(action: Content) -> None:
    _string(action, "button", "interactive['action']", 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not sections:
        raise missing("interactive['action']['sections']")
    rows: list[Any] = []
    for section in sections:
        listed = section.get("rows") if isinstance(section, dict) else None
        if not isinstance(listed, list) or not listed:
            raise missing("interactive['action']['sections'][]['rows']")
        rows += listed
    if len(rows) > 10:
        raise GraphError(131009, f"Total row count exceed max allowed count: 10 (got {len(rows)})")
    for row in rows:
        where = "interactive['action']['sections'][]['rows'][]"
        row = _object(where, row)
        _string(row, "id", where, 200)
        _string(row, "title", where, 24)
        _string(row, "description", where, 72, optional=True)


_CHECKS: dict[str, Callable[[str, object], None]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "document": _media,
    "audio": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
}
