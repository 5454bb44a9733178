"""Reading what others wrote: every function takes any JSON value and answers with a safe one, never raises.

Text is cleaned here, at the edge: NUL (which PostgreSQL refuses) and lone surrogates (which nothing can
encode) go, lengths are bounded, numbers fit 64 bits, times are aware and of this century.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

LONGEST_TEXT: Final = 65_536
LONGEST_ID: Final = 512
_LARGEST: Final = 2**63 - 1
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_FIRST_S: Final = 946_684_800  # 2000-01-01
_LAST_S: Final = 4_102_444_800  # 2100-01-01
_DIGITS: Final = re.compile(r"\+?([0-9]{5,15})")
"""E.164 has at most 15 digits; longer ones are group or user ids."""
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}")


def clean(value: object, longest: int = LONGEST_TEXT) -> str:
    """The value as text that any store can keep; "" for what is neither text nor a number."""
    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            value = _UNSTORABLE.sub("", value)
        return value if len(value) <= longest else value[:longest]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return str(value)
    return ""


def identifier(value: object) -> str:
    """An id, given as text or as a number; "" when there is none."""
    return clean(value, LONGEST_ID).strip()


def integer(value: object) -> int | None:
    """A whole number of at most 64 bits, given as a number or as its digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        # Only ASCII digits: int() would take other scripts' and underscores.
        value = int(value) if _WHOLE.fullmatch(value.strip()) else None
    elif isinstance(value, float):
        value = int(value) if abs(value) <= 2**53 else None  # also drops nan and the infinities
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None


def number(value: object) -> float | None:
    """A finite number, e.g. a coordinate."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= 1e15 else None


def time(value: object) -> datetime | None:
    """A moment from Unix seconds, as text or number (milliseconds are recognised); None if unreadable."""
    seconds = integer(value)
    if seconds is None:
        return None
    if seconds > 10 * _LAST_S:
        seconds //= 1000
    return datetime.fromtimestamp(seconds, UTC) if _FIRST_S <= seconds <= _LAST_S else None


def phone(value: object) -> str | None:
    """E.164 from WhatsApp's bare digits; None for anything else, e.g. a user or group id."""
    found = _DIGITS.fullmatch(clean(value, 40).strip())
    return f"+{found[1]}" if found else None


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; an object alone counts as a list of one."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def first(value: object) -> Mapping[str, Any]:
    """The first object of a list, or an empty one."""
    return next(mappings(value), {})


def as_json(value: object) -> str:
    """The value as ASCII JSON, so that escapes keep even what cannot be stored; "" if nested too deep."""
    try:
        return json.dumps(value, separators=(",", ":"))
    except (RecursionError, ValueError, TypeError):
        return ""
