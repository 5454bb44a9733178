"""What a control request asks: its body and its values, with a sentence for each mistake."""

from __future__ import annotations

import ipaddress
import json
from typing import Any, TypeAlias

from aiohttp import web
from yarl import URL

from .customers import digits, is_user_id

Body: TypeAlias = "dict[str, Any]"


async def parse(request: web.BaseRequest) -> Body:
    """The JSON object of a control request, {} if it has no body; ValueError if it is something else."""
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise ValueError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ValueError("The body is not a JSON object.")
    return body


def check_url(url: str, allow_remote: bool) -> None:
    """ValueError unless webhooks may go to `url`: http, and on this computer unless remote is allowed."""
    parts = URL(url)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError("Give the webhook's address, such as http://127.0.0.1:8123/webhooks/whatsapp.")
    if not allow_remote and not is_loopback(parts.host):
        raise ValueError(f"The sandbox posts to this computer only, and {parts.host} is not on it.")


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer by its very name or address; no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def number(value: object, name: str) -> float:
    """A number of a sensible size; ValueError, with a sentence, if it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        raise ValueError(f"Give '{name}' as a number.")
    return float(value)


def whole(text: str, name: str) -> int:
    """A whole number of a query; ValueError, with a sentence, if it is not one."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError(f"Give '{name}' as a whole number.")
    return int(text)


def string(body: Body, key: str, default: str | None = None) -> str:
    """A text of the body; ValueError, with a sentence, if it is not one, or is absent without a default."""
    value = body.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ValueError(f"Give '{key}' as a text.")
    return value


def flag(body: Body, key: str) -> bool:
    """A yes or no of the body, yes if absent; ValueError, with a sentence, for anything else."""
    value = body.get(key, True)
    if not isinstance(value, bool):
        raise ValueError(f"Give '{key}' as true or false.")
    return value


def user_id(body: Body) -> str:
    """The business-scoped id of the body; ValueError, with a sentence, if it does not look like one."""
    value = string(body, "user_id")
    if not is_user_id(value):
        raise ValueError("Give 'user_id' as two capital letters, a dot and digits, such as CA.123.")
    return value


def phone_digits(text: str) -> str:
    """The digits of a phone of a path; ValueError, with a sentence, if it cannot be one."""
    phone = digits(text)
    if not 7 <= len(phone) <= 15:
        raise ValueError(f"{text!r} is not a phone number with its country code, such as +16045550142.")
    return phone
