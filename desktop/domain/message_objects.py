"""Messages that are neither text nor template, checked against WhatsApp's limits before they are kept. Pure.

What is kept is WhatsApp's own object of the kind, made anew of what WhatsApp knows. Source of the shapes and the
limits: the Cloud API's pages on messages of each kind.
"""

from collections.abc import Mapping
from typing import Any, Final

from desktop.domain import interactive
from desktop.domain.api_message import ObjectWanted
from desktop.domain.attachments import LONGEST_PLACE, MEDIA, media, place, told
from desktop.domain.given import LONGEST_ADDRESS, Given, Mismatch

KINDS: Final = (*MEDIA, "location", "contacts", "interactive", "reaction")
_LONGEST_ID: Final = 512
_MOST_CARDS: Final = 257
_MOST_OF_A_CARD: Final = 50


def checked(kind: str, value: object, where: str, *, link: str = "link") -> ObjectWanted:
    """A message of this kind, ready to be sent.

    where: the value's place in the request; link: what the request calls the address of a file there. Raises
    Mismatch, whose field is the part that WhatsApp would not take. What WhatsApp does not know is left out.
    """
    given = Given(value, where)
    if kind in MEDIA:
        made: Any = media(kind, given, link=link)
    elif kind == "location":
        made = place(given)
    elif kind == "contacts":
        made = [_card(one) for one in given.each(_MOST_CARDS)]
    elif kind == "interactive":
        made = interactive.checked(given)
    elif kind == "reaction":
        made = {
            "message_id": given["message_id"].text(_LONGEST_ID),
            "emoji": given["emoji"].text(64, needed=False),
        }
    else:
        raise Mismatch("Cannot be sent", f"There are no messages of the kind “{kind[:40]}” here.", where)
    return ObjectWanted(kind, made, _text(kind, made))


def _card(given: Given) -> dict[str, Any]:
    """One contact card."""
    name = {"formatted_name": given["name"]["formatted_name"].text(LONGEST_PLACE)}
    name |= given["name"].texts(
        **dict.fromkeys(("first_name", "last_name", "middle_name", "suffix", "prefix"), LONGEST_PLACE)
    )
    made: dict[str, Any] = {"name": name} | given.texts(birthday=10)
    if not given["org"].is_missing:
        made["org"] = given["org"].texts(company=200, department=200, title=200)
    lists = {
        "phones": {"phone": 64, "type": 64, "wa_id": 64},
        "emails": {"email": 320, "type": 64},
        "urls": {"url": LONGEST_ADDRESS, "type": 64},
        "addresses": dict.fromkeys(
            ("street", "city", "state", "zip", "country", "country_code", "type"), 200
        ),
    }
    for part, texts in lists.items():
        found = [one.texts(**texts) for one in given[part].each(_MOST_OF_A_CARD, least=0)]
        if any(found):
            made[part] = [one for one in found if one]
    return made


def _text(kind: str, made: Any) -> str:
    """What the conversation and the report show: what was written, or what it is."""
    if kind == "interactive":
        return interactive.body_text(made)
    if kind == "reaction":
        return str(made["emoji"]) or "Reaction removed"
    caption: str = made.get("caption", "") if isinstance(made, Mapping) else ""
    return caption or told(kind, made)
