"""Request bodies as they really come, for the documentation: a reader copies them, a test program sends them.

Source of the shapes: Gallabox's public API description. Ids are those of a fresh workspace.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute

_FIRST: Final = f"{1:024x}"
_TO: Final = {"name": "Priya Sharma", "phone": "16045550142", "tags": [{"name": "VIP"}]}
_TEMPLATE: Final = {
    "channelType": "whatsapp",
    "recipient": _TO,
    "whatsapp": {
        "type": "template",
        "template": {
            "templateName": "order_shipped",
            "bodyValues": {"1": "Priya", "2": "A-991", "3": "on Thursday"},
        },
    },
}
_MARKETING: Final = {
    "recipient": {"phone": "14165550117"},
    "whatsapp": {
        "type": "template",
        "template": {
            "templateName": "winter_clearance",
            "language": "en",
            "bodyValues": {"1": "Arjun", "2": "50%", "3": "Sunday"},
        },
    },
}


def _message(kind: str, content: Any) -> dict[str, Any]:
    return {
        "channelType": "whatsapp",
        "recipient": {"phone": "16045550142"},
        "whatsapp": {"type": kind, kind: content},
    }


_MESSAGES: Final = {
    "A template": _TEMPLATE,
    "A marketing template": _MARKETING,
    "A text": _message("text", {"body": "It is on its way."}),
    "A picture": _message("image", {"path": "https://shop.example/kettle.png", "caption": "The blue one"}),
    "Buttons": _message(
        "interactive",
        {
            "type": "button",
            "body": {"text": "Shall we deliver on Thursday?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "yes", "title": "Yes"}},
                    {"type": "reply", "reply": {"id": "no", "title": "No"}},
                ]
            },
        },
    ),
}
_PERSON: Final = {
    "name": "Priya Sharma",
    "phone": ["16045550142"],
    "email": ["priya@shop.example"],
    "tags": [{"name": "VIP"}],
    "optIn": "yes",
    "optInReason": "Ticked the box at the checkout",
}
_BROADCAST: Final = {
    "name": "Winter clearance",
    "schduledType": "NOW",
    "templateName": "winter_clearance",
    "sendMessageOnlyOptIn": True,
    "source": "CONTACT",
    "segments": [_FIRST],
    "bodyValues": {"1": "{{{contact.first_name|there}}}", "2": "50%", "3": "Sunday"},
}
_RULES: Final = {
    "condition": "and",
    "rules": [
        {"type": "TEXT", "property": "name", "operator": "Starts with", "values": ["Pri"]},
        {"type": "LOOKUP", "property": "tags", "operator": "Does not contain", "values": ["Gone"]},
    ],
}
_CLOUD: Final = {"messaging_product": "whatsapp", "to": "16045550142"}
_CLOUD_MARKETING: Final = {
    **_CLOUD,
    "type": "template",
    "template": {
        "name": "winter_clearance",
        "language": {"code": "en"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": text} for text in ("Priya", "50%", "Sunday")],
            }
        ],
    },
}
EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "/messages/whatsapp": _MESSAGES,
    "/messages/whatsapp/explain": _MESSAGES,
    "/contacts": {"A new contact": _PERSON | {"phone": ["19025550128"], "email": ["lina@shop.example"]}},
    "/contacts/upsert": {"With an opt-in": _PERSON},
    "/contacts/{contactId}/tags": {
        "Add and take away": {"tags": [{"name": "VIP"}], "removeTags": [{"name": "New"}]}
    },
    "/broadcasts": {
        "To those who opted in": _BROADCAST,
        "To everybody": _BROADCAST
        | {"sendMessageOnlyOptIn": False, "overrideReason": "A recall of the kettle"},
    },
    "/webhooks": {
        "Of messages and opt-ins": {
            "url": "https://shop.example/hooks/wa",
            "events": ["Message.Received", "Contact.OptIn.Updated"],
        }
    },
    "/sequences/{sequenceId}/enrol": {
        "By number": {"phone": "16045550142"},
        "By ids": {"contactIds": [_FIRST]},
    },
    "/{version}/{phone_number_id}/messages": {
        "A marketing template": _CLOUD_MARKETING,
        "A text": {**_CLOUD, "type": "text", "text": {"body": "It is on its way."}},
    },
    "/{version}/{phone_number_id}/marketing_messages": {"A marketing template": _CLOUD_MARKETING},
}
"""Of POST, by the path under /devapi, or in the Cloud API's shape."""
LISTED: Final = {"By name and tag": {"filter": _RULES, "limit": 20, "page": 1}}
"""Of PATCH /contacts, which lists."""


def show_examples(router: APIRouter) -> None:
    """Put the examples into the description of the router's routes."""
    for route in router.routes:
        if not isinstance(route, APIRoute):
            continue
        found: Mapping[str, Any] = {}
        methods = route.methods or set()
        if "POST" in methods:
            found = EXAMPLES.get(route.path, {})
        elif route.path == "/contacts" and "PATCH" in methods:
            found = LISTED
        if found:
            told = {summary: {"summary": summary, "value": value} for summary, value in found.items()}
            route.openapi_extra = {"requestBody": {"content": {"application/json": {"examples": told}}}}
