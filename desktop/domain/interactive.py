"""Interactive messages: buttons, lists, products. Checked against WhatsApp's limits before they are kept. Pure.

Source of the shapes and the limits: the Cloud API's pages on interactive messages.
"""

from collections.abc import Mapping
from typing import Any, Final

from desktop.domain.attachments import media
from desktop.domain.given import Given

LONGEST_BODY: Final = 4_096
_LONGEST_PRODUCT_BODY: Final = 1_024
LONGEST_NOTE: Final = 60
"""A header or a footer."""
MOST_BUTTONS: Final = 3
LONGEST_BUTTON: Final = 20
_LONGEST_ID: Final = 256
_LONGEST_ROW_ID: Final = 200
_LONGEST_ROW: Final = 24
_LONGEST_ROW_NOTE: Final = 72
MOST_ROWS: Final = 10
_MOST_SECTIONS: Final = 10
_MOST_PRODUCTS: Final = 30
_MEDIA: Final = ("image", "video", "document")
_KINDS: Final = (
    "button",
    "list",
    "product",
    "product_list",
    "catalog_message",
    "cta_url",
    "flow",
    "location_request_message",
    "address_message",
    "request_contact_info",
)
"""Those that can be sent to one customer and need nothing but words. The others place calls or are templates."""
_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "list": ("text",),
    "product": (),
    "product_list": ("text",),
    "catalog_message": (),
}
"""Kinds that do not take every header."""


def checked(given: Given) -> dict[str, Any]:
    """WhatsApp's own object of an interactive message. Raises Mismatch with the part that it would not take."""
    kind = given["type"].text(64)
    if kind not in _KINDS:
        raise given["type"].fault(f"There are no messages of this kind here: {', '.join(_KINDS)}.")
    made: dict[str, Any] = {"type": kind}
    if header := _header(kind, given["header"]):
        made["header"] = header
    longest = LONGEST_BODY if kind in ("button", "list", "cta_url") else _LONGEST_PRODUCT_BODY
    if not (kind == "product" and given["body"].is_missing):
        made["body"] = {"text": given["body"]["text"].text(longest)}
    if not given["footer"].is_missing and (footer := given["footer"].texts(text=LONGEST_NOTE)):
        made["footer"] = footer
    made["action"] = _ACTIONS.get(kind, _named_action)(given["action"])
    return made


def _header(kind: str, given: Given) -> dict[str, Any]:
    if given.is_missing:
        if kind == "product_list":
            raise given.fault("WhatsApp wants a header here.", "Missing")
        return {}
    allowed = _HEADERS.get(kind, ("text", *_MEDIA))
    shape = given["type"].text(64)
    if shape not in allowed:
        raise given["type"].fault(
            f"WhatsApp takes {' or '.join(allowed)} here." if allowed else "WhatsApp takes no header here."
        )
    if shape == "text":
        return {"type": "text", "text": given["text"].text(LONGEST_NOTE)}
    return {"type": shape, shape: _file(shape, given[shape])}


def _file(shape: str, given: Given) -> dict[str, Any]:
    """The file of a header: by its address, which some call its path, or by the id of an upload."""
    made = media(
        shape, given, link="path" if given["link"].is_missing and not given["path"].is_missing else "link"
    )
    made.pop("caption", None)
    return made


def _buttons(action: Given) -> dict[str, Any]:
    replies = [
        {"id": one["reply"]["id"].text(_LONGEST_ID), "title": one["reply"]["title"].text(LONGEST_BUTTON)}
        for one in action["buttons"].each(MOST_BUTTONS)
    ]
    for part in ("id", "title"):
        _check_different(action["buttons"], [one[part] for one in replies])
    return {"buttons": [{"type": "reply", "reply": one} for one in replies]}


def _rows(action: Given) -> dict[str, Any]:
    button = action["button"].text(LONGEST_BUTTON)
    sections = action["sections"].each(_MOST_SECTIONS)
    made: list[dict[str, Any]] = []
    for section in sections:
        rows = [
            {"id": row["id"].text(_LONGEST_ROW_ID), "title": row["title"].text(_LONGEST_ROW)}
            | row.texts(description=_LONGEST_ROW_NOTE)
            for row in section["rows"].each(MOST_ROWS)
        ]
        title = section["title"].text(_LONGEST_ROW, needed=len(sections) > 1)
        made.append(({"title": title} if title else {}) | {"rows": rows})
    ids = [row["id"] for section in made for row in section["rows"]]
    if len(ids) > MOST_ROWS:
        raise action["sections"].fault(f"WhatsApp takes {MOST_ROWS} rows in all, not {len(ids)}.")
    _check_different(action["sections"], ids)
    return {"button": button, "sections": made}


def _check_different(given: Given, values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise given.fault("Two of these are the same; the answer could not be told apart.")


def _product(action: Given) -> dict[str, Any]:
    return {name: action[name].text(_LONGEST_ID) for name in ("catalog_id", "product_retailer_id")}


def _products(action: Given) -> dict[str, Any]:
    sections = action["sections"].each(_MOST_SECTIONS)
    made: list[dict[str, Any]] = []
    for section in sections:
        items = [
            {"product_retailer_id": one["product_retailer_id"].text(_LONGEST_ID)}
            for one in section["product_items"].each(_MOST_PRODUCTS)
        ]
        title = section["title"].text(_LONGEST_ROW, needed=len(sections) > 1)
        made.append(({"title": title} if title else {}) | {"product_items": items})
    count = sum(len(one["product_items"]) for one in made)
    if count > _MOST_PRODUCTS:
        raise action["sections"].fault(f"WhatsApp takes {_MOST_PRODUCTS} products in all, not {count}.")
    return {"catalog_id": action["catalog_id"].text(_LONGEST_ID), "sections": made}


def _link(action: Given) -> dict[str, Any]:
    parameters = action["parameters"]
    shown = parameters["display_text"].text(LONGEST_BUTTON)
    return {
        "name": "cta_url",
        "parameters": {"display_text": shown, "url": parameters["url"].address()},
    }


def _named_action(action: Given) -> dict[str, Any]:
    """An action that WhatsApp knows by a name; what it takes besides is passed on."""
    action["name"].text(64)
    made: dict[str, Any] = action.plain()
    return made


_ACTIONS: Final = {
    "button": _buttons,
    "list": _rows,
    "product": _product,
    "product_list": _products,
    "cta_url": _link,
}


# What a person sees of it.


def body_text(made: Mapping[str, Any]) -> str:
    """What the message says."""
    return str(made.get("body", {}).get("text") or "Product")


def choices(made: object) -> tuple[str, ...]:
    """What stands on its buttons; of a list, on the button that opens it."""
    action = made.get("action") if isinstance(made, Mapping) else None
    if not isinstance(action, Mapping):
        return ()
    titles = [one["reply"]["title"] for one in action.get("buttons", ())]
    titles += [action["button"]] if "button" in action else []
    parameters = action.get("parameters")
    if isinstance(parameters, Mapping) and "display_text" in parameters:
        titles.append(parameters["display_text"])
    return tuple(str(one) for one in titles)
