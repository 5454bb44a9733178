"""What came of one call to WhatsApp's message endpoint.

Five ends: `Accepted`, `Refused`, `Lost` (nobody knows), `NotStarted` (certainly not received) and
`Withdrawn` (the call was not made). `read_answer()` sorts an HTTP answer into the first three.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from yarl import URL

from desktop.domain.phones import from_wa_id
from desktop.whatsapp.errors import NO_CODE, ErrorRule, rule
from desktop.whatsapp.reading import clean, integer

MASKED: Final = "••••"
"""What stands where the access token stood."""
LONGEST_KEPT: Final = 4_000
"""Characters of a request or an answer that are kept for people to read."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What was said in one call, without the token: `url` and body of the request, and the answer.

    http_status None: there was no answer. The bytes are made text only where somebody keeps them.
    """

    url: URL
    request: bytes
    http_status: int | None = None
    answer: bytes = b""

    @property
    def request_text(self) -> str:
        """The request as it would be written in a terminal, at most LONGEST_KEPT characters."""
        head = f"POST {self.url}\nAuthorization: Bearer {MASKED}\nContent-Type: application/json\n\n"
        return (head + _shown(self.request))[:LONGEST_KEPT]

    @property
    def answer_text(self) -> str:
        """The answer's body, at most LONGEST_KEPT characters."""
        return _shown(self.answer)


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp has the message. Only webhooks tell whether it arrives.

    wa_id: the recipient's bare digits as WhatsApp knows them ("" for a business-scoped id), possibly
    other than those written to. held: kept back until the template's quality has been judged.
    """

    wamid: str
    wa_id: str = ""
    user_id: str = ""
    held: bool = False
    wire: Wire | None = field(default=None, repr=False, compare=False)

    @property
    def phone(self) -> str | None:
        """The recipient as E.164, or None."""
        return from_wa_id(self.wa_id) if self.wa_id else None


@dataclass(frozen=True, slots=True)
class Refused:
    """WhatsApp did not take the message. code is Meta's, or errors.NO_CODE when the answer carries none."""

    code: int
    details: str = ""
    http_status: int = 0
    raw: str = field(default="", repr=False)
    wire: Wire | None = field(default=None, repr=False, compare=False)

    @property
    def rule(self) -> ErrorRule:
        """What the code means and what follows from it."""
        return rule(self.code)


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have been received; its answer was not. Never to be repeated by the machine."""

    why: str
    wire: Wire | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotStarted:
    """No byte of the message left: it may be tried again."""

    why: str
    wire: Wire | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The claim was no longer valid when the call was about to begin; nothing was sent."""


Answer = Accepted | Refused | Lost | NotStarted | Withdrawn

_HELD: Final = frozenset({"held_for_quality_assessment", "paused"})
_UNCERTAIN_4XX: Final = frozenset({408, 499})
"""A time-out or a hang-up told by something on the way: it cannot say what WhatsApp did."""


def read_answer(http_status: int, body: bytes, wire: Wire | None = None) -> Accepted | Refused | Lost:
    """Sort an answer; `wire` goes with it. An error code decides whatever the HTTP status; then a message id; then the status.

    Without either, 4xx is Refused with NO_CODE: what answers so has rejected the request instead of
    passing it on. Everything else (an HTML 502 of a gateway, a success that cannot be read, a redirect)
    is Lost, since the message may have been taken behind it.
    """
    answer = _json_object(body)
    refused = _refusal(answer, http_status, body, wire)
    if refused is not None:
        return refused
    if 200 <= http_status < 300:
        return _acceptance(answer, wire) or Lost("WhatsApp's answer could not be read.", wire)
    if 400 <= http_status < 500 and http_status not in _UNCERTAIN_4XX:
        return Refused(NO_CODE, f"HTTP {http_status} without an error code", http_status, _shown(body), wire)
    return Lost(f"The answer was HTTP {http_status} without an error code.", wire)


def read_error(http_status: int, body: bytes) -> Refused | None:
    """The error of any Graph answer, or None if it carries none with a code."""
    return _refusal(_json_object(body), http_status, body)


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(
    answer: Mapping[str, Any], http_status: int, body: bytes, wire: Wire | None = None
) -> Refused | None:
    error = answer.get("error")
    if not isinstance(error, dict):
        return None
    code = integer(error.get("code"))
    if code is None or code < 0:
        return None
    return Refused(code, _details(error), http_status, _shown(body), wire)


def _details(error: Mapping[str, Any]) -> str:
    """The most telling text: error_data (an object, or a string for template errors), else the message."""
    data = error.get("error_data")
    told = data.get("details") if isinstance(data, dict) else data
    for text in (told, error.get("error_user_msg"), error.get("message")):
        if cleaned := clean(text, 1_000):
            return cleaned
    return ""


def _acceptance(answer: Mapping[str, Any], wire: Wire | None) -> Accepted | None:
    message = _first(answer.get("messages"))
    wamid = clean(message.get("id"), 512)
    if not wamid:
        return None
    contact = _first(answer.get("contacts"))
    return Accepted(
        wamid,
        "".join(filter(str.isdecimal, clean(contact.get("wa_id"), 32))),
        clean(contact.get("user_id"), 256),
        clean(message.get("message_status"), 64).lower() in _HELD,
        wire,
    )


def _first(items: object) -> Mapping[str, Any]:
    if isinstance(items, list) and items and isinstance(items[0], dict):
        return items[0]
    return {}


def _shown(body: bytes) -> str:
    # A character takes at most four bytes.
    return clean(body[: 4 * LONGEST_KEPT].decode("utf-8", "replace"), LONGEST_KEPT)
