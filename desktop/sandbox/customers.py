"""The customers of the pretend WhatsApp: who they are and what they decided."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

WINDOW_S = 24 * 3600
"""How long a customer's message lets the business write freely (Meta's customer service window)."""


_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")


@dataclass(slots=True)
class Customer:
    """One customer; `phone` and `wa_id` are digits only, times are business seconds since the epoch."""

    phone: str
    name: str = ""
    wa_id: str = ""
    user_id: str = ""
    hides_phone: bool = False
    stopped: bool = False
    blocked: bool = False
    not_on_whatsapp: bool = False
    us_number: bool = False
    last_inbound_at_s: float = 0.0

    @property
    def shown_wa_id(self) -> str:
        """The wa_id that answers and webhooks tell; empty for someone known by the user id only."""
        return "" if self.hides_phone else self.wa_id or self.phone

    @property
    def shown_name(self) -> str:
        """The profile name."""
        return self.name or f"Customer {self.phone[-4:]}"

    def window_open(self, now_s: float) -> bool:
        """Whether they wrote within the last 24 hours."""
        return self.last_inbound_at_s > 0 and now_s - self.last_inbound_at_s < WINDOW_S

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the file and the control API."""
        return asdict(self)


class Customers:
    """Everyone about whom something is known; a send to anybody else needs no entry here."""

    def __init__(self) -> None:
        self._by_phone: dict[str, Customer] = {}

    def get(self, phone: str) -> Customer | None:
        """The customer with this phone (digits), if known."""
        return self._by_phone.get(phone)

    def ensure(self, phone: str) -> Customer:
        """The customer with this phone (digits), made if need be."""
        customer = self._by_phone.get(phone)
        if customer is None:
            customer = self._by_phone[phone] = Customer(phone)
        return customer

    def by_user_id(self, user_id: str) -> Customer | None:
        """The customer with this business-scoped id, if known."""
        return next((one for one in self._by_phone.values() if one.user_id == user_id), None)

    def load(self, rows: list[dict[str, Any]]) -> None:
        """Takes what the file held; fields of another version are left out."""
        known = {field.name for field in fields(Customer)}
        for row in rows:
            customer = Customer(**{key: value for key, value in row.items() if key in known})
            self._by_phone[customer.phone] = customer

    def all(self) -> list[Customer]:
        """Everyone, in the order they became known."""
        return list(self._by_phone.values())

    def clear(self) -> None:
        """Forgets everyone."""
        self._by_phone.clear()


def digits(phone: str) -> str:
    """Only the digits of a phone number as people write it."""
    bare = phone.removeprefix("+")
    return bare if bare.isascii() and bare.isdigit() else "".join(c for c in phone if c in "0123456789")


def is_user_id(text: str) -> bool:
    """Whether `text` looks like a business-scoped id, such as CA.13491208655302741918."""
    return _USER_ID.fullmatch(text) is not None
