"""Webhook calls as WhatsApp makes them, with values of our own."""

import json
from typing import Any

WABA_ID = "204600000000002"
NUMBER_ID = "106500000000001"
AT_S = 1_790_000_000
AN_HOUR_LATER_S = AT_S + 3_600


def call(*changes: dict[str, Any], time_s: int | None = None) -> bytes:
    """A whole call with one entry."""
    entry: dict[str, Any] = {"id": WABA_ID, "changes": list(changes)}
    if time_s is not None:
        entry["time"] = time_s
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def people(field: str = "messages", contacts: list[Any] | None = None, **lists: Any) -> dict[str, Any]:
    """A change about people: messages=[…], statuses=[…], user_preferences=[…] …"""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "16045550100", "phone_number_id": NUMBER_ID},
        **lists,
    }
    if contacts is not None:
        value["contacts"] = contacts
    return {"field": field, "value": value}


ANA: dict[str, Any] = {"profile": {"name": "Ana"}, "wa_id": "16045550142", "user_id": "CA.551"}


def message(kind: str = "text", **parts: Any) -> dict[str, Any]:
    """One inbound message from Ana; parts are its own fields."""
    return {"from": "16045550142", "id": "wamid.IN1", "timestamp": str(AT_S), "type": kind, **parts}


def status(told: str = "sent", **parts: Any) -> dict[str, Any]:
    """One status of a message to Ana."""
    return {
        "id": "wamid.OUT1",
        "status": told,
        "timestamp": str(AT_S),
        "recipient_id": "16045550142",
        **parts,
    }


def template_change(field: str, **value: Any) -> dict[str, Any]:
    """One change about the template autumn_sale."""
    named = {
        "message_template_id": 1689556908129835,
        "message_template_name": "autumn_sale",
        "message_template_language": "en-US",
    }
    return {"field": field, "value": named | value}
