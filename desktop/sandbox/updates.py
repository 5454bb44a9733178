"""What webhooks say: the JSON of statuses, and the entries of inbound messages, preferences and templates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from .customers import Customer
from .envelope import webhook_error

STATUSES_PER_CHANGE = 100


@dataclass(frozen=True, slots=True)
class Number:
    """The business number the sandbox plays, and its account."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    verified_name: str

    @property
    def display_digits(self) -> str:
        """The number as webhooks write it: digits only."""
        return self.display_phone.lstrip("+")

    @property
    def metadata(self) -> dict[str, str]:
        """`metadata` of every message webhook."""
        return {"display_phone_number": self.display_digits, "phone_number_id": self.phone_number_id}


class Send(NamedTuple):
    """An accepted send, as far as its statuses need it; a tuple because it is also the head of its row.

    `phone` is digits; `wa_id` and `user_id` are what webhooks tell ('' if they do not); `to_user` says that it
    was addressed to a business-scoped id; `category` is the price category; `free` means not billed;
    `error_code` 0 is none; `opaque` is biz_opaque_callback_data as JSON text, '' if absent.
    """

    n: int
    at_s: float
    phone: str
    wa_id: str
    user_id: str
    to_user: bool
    type: str
    template: str
    category: str
    free: bool
    error_code: int
    opaque: str
    wamid: str


def status_json(send: Send, status: str, at_s: float) -> str:
    """One item of `statuses[]`: 'sent', 'delivered', 'read' or 'failed'.

    Written by hand because thousands a second leave; every part is digits, our own id or JSON already, save
    `user_id`. A failure of a send to a phone carries no recipient_user_id, as at Meta.
    """
    parts = [f'{{"id":"{send.wamid}","status":"{status}","timestamp":"{int(at_s)}"']
    if send.wa_id:
        parts.append(f'"recipient_id":"{send.wa_id}"')
    if send.user_id and (status != "failed" or send.to_user):
        parts.append(f'"recipient_user_id":{json.dumps(send.user_id)}')
    if send.opaque:
        parts.append(f'"biz_opaque_callback_data":{send.opaque}')
    if status in ("sent", "delivered"):
        kind = "free_customer_service" if send.free else "regular"
        billable = "false" if send.free else "true"
        parts.append(
            f'"pricing":{{"billable":{billable},"pricing_model":"PMP","type":"{kind}",'
            f'"category":"{send.category}"}}'
        )
    if status == "failed":
        parts.append(f'"errors":[{json.dumps(webhook_error(send.error_code))}]')
    return ",".join(parts) + "}"


def statuses_entry(number: Number, statuses: list[str]) -> str:
    """The entry that carries many statuses, a hundred per change."""
    head = '{"field":"messages","value":{"messaging_product":"whatsapp","metadata":'
    head += json.dumps(number.metadata) + ',"statuses":['
    changes = [
        head + ",".join(statuses[start : start + STATUSES_PER_CHANGE]) + "]}}"
        for start in range(0, len(statuses), STATUSES_PER_CHANGE)
    ]
    return f'{{"id":"{number.waba_id}","changes":[{",".join(changes)}]}}'


def webhook_body(entries: list[str]) -> bytes:
    """The body of one POST, the very bytes that are signed."""
    return ('{"object":"whatsapp_business_account","entry":[' + ",".join(entries) + "]}").encode()


def message_entry(number: Number, customer: Customer, message: dict[str, Any]) -> str:
    """The entry of one inbound message; `from` and `wa_id` are left out for someone known by user id only."""
    who: dict[str, Any] = {}
    if customer.shown_wa_id:
        who["from"] = customer.shown_wa_id
    if customer.user_id:
        who["from_user_id"] = customer.user_id
    return _entry(
        number,
        "messages",
        {
            "messaging_product": "whatsapp",
            "metadata": number.metadata,
            "contacts": [contact(customer)],
            "messages": [who | message],
        },
    )


def preference_entry(number: Number, customer: Customer, value: str, at_s: float) -> str:
    """The entry of `user_preferences`: 'stop' or 'resume'. Its timestamp is a number, unlike a message's."""
    preference = _identity(customer) | {
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(at_s),
    }
    return _entry(
        number,
        "user_preferences",
        {
            "messaging_product": "whatsapp",
            "metadata": number.metadata,
            "contacts": [contact(customer)],
            "user_preferences": [preference],
        },
    )


def account_entry(number: Number, field: str, value: dict[str, Any], at_s: float) -> str:
    """The entry of a template or account event, which carries `time` and no metadata."""
    return _entry(number, field, value, at_s)


def contact(customer: Customer) -> dict[str, Any]:
    """`contacts[]` of a webhook."""
    return {"profile": {"name": customer.shown_name}} | _identity(customer)


def _identity(customer: Customer) -> dict[str, str]:
    known: dict[str, str] = {}
    if customer.shown_wa_id:
        known["wa_id"] = customer.shown_wa_id
    if customer.user_id:
        known["user_id"] = customer.user_id
    return known


def _entry(number: Number, field: str, value: dict[str, Any], at_s: float | None = None) -> str:
    entry: dict[str, Any] = {"id": number.waba_id}
    if at_s is not None:
        entry["time"] = int(at_s)
    entry["changes"] = [{"field": field, "value": value}]
    return json.dumps(entry)
