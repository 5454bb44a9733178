"""Ids as other programs see them: 24 hexadecimal digits, as Gallabox's clients expect them."""

import re
from typing import Final

_FORM: Final = re.compile(r"[0-9a-f]{24}")
_LARGEST: Final = 2**63 - 1
"""What a BIGINT holds."""


def public_id(id: int) -> str:
    """The id of a contact, message or template for the outside: public_id(10) is '00000000000000000000000a'."""
    return f"{id:024x}"


def own_id(text: str) -> int | None:
    """The id behind a public one, or None where nothing can have that id."""
    lowered = text.lower()
    if not _FORM.fullmatch(lowered):
        return None
    number = int(lowered, 16)
    return number if 0 < number <= _LARGEST else None
