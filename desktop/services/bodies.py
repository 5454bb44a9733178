"""From a claimed message to the body of its call."""

from collections.abc import Mapping
from typing import Any

from desktop.domain.outbox import Claimed
from desktop.domain.problems import Problem
from desktop.whatsapp import payloads
from desktop.whatsapp import templates as template_payloads

SUBSCRIBE_ID = "assent:subscribe"
"""What the *Subscribe* button under the STOP confirmation sends back."""


def callback_data(store_key: str, message_id: int) -> str:
    """Our mark on a message, which returns in every status: store and message."""
    return f"assent:{store_key}:{message_id}"


def message_id_of(callback: str, store_key: str) -> int | None:
    """The message that a status is about, if the mark is of this store."""
    name, _, number = callback.rpartition(":")
    if name != f"assent:{store_key}" or not number.isdecimal() or len(number) > 18:
        return None
    return int(number)


def body_for(claimed: Claimed, store_key: str) -> dict[str, Any]:
    """The request body. Raises Problem if the message breaks one of WhatsApp's limits."""
    envelope = payloads.Envelope(
        phone=claimed.phone,
        user_id="" if claimed.phone else claimed.user_id,
        reply_to=claimed.context_wamid or "",
        callback_data=callback_data(store_key, claimed.message_id),
    )
    if claimed.template is not None:
        return template_payloads.template(
            envelope,
            claimed.template,
            claimed.values,
            header=_header(claimed.content.get("header")),
            payloads=claimed.content.get("payloads", ()),
            actions=claimed.content.get("actions", {}),
        )
    if "object" in claimed.content:
        # From another program, in WhatsApp's own words, checked when it came.
        return envelope.body(claimed.kind, claimed.content["object"])
    if claimed.kind == "text":
        return payloads.text(envelope, claimed.text)
    if claimed.kind == "interactive":
        choices = [payloads.ReplyButton(*one) for one in claimed.content["buttons"]]
        return payloads.buttons(envelope, claimed.text, choices)
    raise Problem("Cannot be sent", f"A message of the kind “{claimed.kind}” cannot be sent yet.")


def _header(kept: Mapping[str, Any] | None) -> payloads.Attachment | Mapping[str, Any] | None:
    """The file or the place that a template begins with, of what `domain.api_message.content_for()` kept."""
    if kept is None:
        return None
    kind = kept["type"]
    one: Mapping[str, Any] = kept[kind]
    if kind == "location":
        return one
    return payloads.Attachment(kind, one.get("id", ""), one.get("link", ""), one.get("filename", ""))
