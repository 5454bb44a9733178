"""Ids as other programs see them.

24 hexadecimal digits, as Gallabox's clients expect them; and, for clients of the Cloud API, an id in the form of
WhatsApp's own: a message has it from the start, long before WhatsApp gives one.
"""

import base64
import binascii
import re
from typing import Final

_FORM: Final = re.compile(r"[0-9a-f]{24}")
_WAMID: Final = "wamid."
_USER_ID: Final = re.compile(r"[A-Z]{2}\.([0-9]{10})([0-9]{19})")
"""Nine digits longer than WhatsApp's own."""
_NO_REGION: Final = "ZZ"
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


def public_wamid(message_id: int, store_key: str) -> str:
    """A message's id in WhatsApp's form: 'wamid.' and base64. store_key: of this store, so that ids are told apart."""
    return _WAMID + base64.b64encode(f"assent:{store_key}:{message_id}".encode()).decode("ascii")


def own_message_id(wamid: str, store_key: str) -> int | None:
    """The message behind an id that `public_wamid()` made for this store, else None."""
    if not wamid.startswith(_WAMID) or len(wamid) > 120:
        return None
    try:
        told = base64.b64decode(wamid[len(_WAMID) :], validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, _, number = told.rpartition(":")
    if name != f"assent:{store_key}" or not number.isdecimal() or not 0 < len(number) < 19:
        return None
    return int(number) or None


def public_user_id(contact_id: int, region: str, store_key: str) -> str:
    """An id in the form of WhatsApp's business-scoped ones, for a contact whose own is not known yet.

    Two letters, a dot and 29 digits: of the store, and of the contact. Clients of the Cloud API count on there being
    one. region: two letters, or "".
    """
    known = region if len(region) == 2 else _NO_REGION  # a number without a country has none
    return f"{known}.{_digits_of(store_key):010}{contact_id:019}"


def own_contact_id(user_id: str, store_key: str) -> int | None:
    """The contact behind an id that `public_user_id()` made for this store, else None."""
    found = _USER_ID.fullmatch(user_id)
    if found is None or int(found[1]) != _digits_of(store_key) or int(found[2]) > _LARGEST:
        return None
    return int(found[2]) or None


def _digits_of(store_key: str) -> int:
    return int(store_key or "0", 16) % 10**10
