"""Addresses and what goes with them in a request of a flow: are they ones? Each says what is wrong, "" if nothing.

Pure.
"""

import ipaddress
import json
import re
from typing import Final
from urllib.parse import urlsplit

from desktop.domain.flow_texts import has_stray_braces, names_in
from desktop.domain.given import LONGEST_ADDRESS

_PLACE: Final = re.compile(r"\{\{[^{}]*\}\}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
"""RFC 9110, section 5.6.2 (token)."""
OURS: Final = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "idempotency-key",
    }
)
"""Headers that the connection has by itself, or that every request gets."""


def against_url(url: str) -> str:
    """An address to ask. What stands for the host is written out, so that no answer can lead elsewhere."""
    if against := against_link(url):
        return against
    parts = urlsplit(_PLACE.sub("x", url.strip()))
    if parts.username is not None or parts.password is not None:
        return "A name and a password cannot stand in an address. Put a secret into a header."
    if parts.fragment:
        return "Leave out what comes after #: it is never sent."
    return ""


def against_link(url: str) -> str:
    """An address of a file: the same, but for what only a request cannot have."""
    told = url.strip()
    if not told:
        return "Give an address that begins with https://."
    if len(told) > LONGEST_ADDRESS:
        return f"An address has at most {LONGEST_ADDRESS:,} characters."
    if re.match(r"https?://[^/?#]*[{}\\]", told, re.IGNORECASE):
        return "Write the name of the host out: an answer cannot stand in it."
    filled = _PLACE.sub("x", told)
    try:
        parts = urlsplit(filled)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or any(sign.isspace() or not sign.isprintable() for sign in filled) or "\\" in filled:
        return "This is no address: it begins with https:// and has no spaces."
    return ""


def is_plain(url: str) -> bool:
    """True for one whose traffic anybody on the way can read: no request goes there. Not: one of this machine."""
    return url.strip().casefold().startswith("http://") and not _is_this_machine(
        (urlsplit(_PLACE.sub("x", url.strip())).hostname or "").rstrip(".")
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_reserved(url: str) -> bool:
    """True for an address under .example, which nobody has (RFC 2606, section 2)."""
    return (urlsplit(_PLACE.sub("x", url.strip())).hostname or "").endswith(".example")


def against_header(name: str, value: str) -> str:
    """A header's name and value."""
    if not _HEADER_NAME.fullmatch(name):
        return "Give the header a name of letters, digits and hyphens, such as Authorization."
    if name.casefold() in OURS:
        return f"{name} is set by itself. Remove this header."
    if any(sign in value for sign in "\r\n\0"):
        return f"The value of {name} must be one line."
    if has_stray_braces(value):
        return f"Braces in {name} stand for names alone, such as {{{{order}}}}, and not inside each other."
    return ""


def against_body(body: str) -> str:
    """A body: JSON, in which names stand inside strings, so that no answer can change its shape."""
    if not body.strip():
        return ""
    try:
        json.loads(_PLACE.sub("x", body))
    except (ValueError, RecursionError):
        if names_in(body):
            return 'The body must be JSON, with names inside quotes, such as {"order": "{{order}}"}.'
        return 'The body must be JSON, such as {"order": "4468"}.'
    return ""


def against_path(path: str) -> str:
    """Where a value lies in a JSON answer: 'order.lines.0.date'."""
    if not path.strip() or any(not one for one in path.strip().split(".")):
        return "Give where the value lies in the answer, such as order.date or lines.0.date."
    return ""
