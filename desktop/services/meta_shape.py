"""Messages and their fates in the words of the Cloud API's webhook, for the programs that send through the gate.

What we passed on has ids of ours in WhatsApp's form, so WhatsApp's own ids of our messages are translated wherever
they come back: in statuses, in quotes, in reactions. Source of the shapes: the Cloud API's webhook pages.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.public_ids import public_user_id, public_wamid
from desktop.domain.reasons import Reason
from desktop.services.api_messages import error_shown
from desktop.store import cloud_ids
from desktop.store.engine import Tx

CALLBACK: Final = "callback"
"""In the content of a message that came through the gate: the client's own `biz_opaque_callback_data`, or "", which
comes back in each status."""
_HREF: Final = "/documentation/business-messaging/whatsapp/support/error-codes"
_TOLD: Final = {
    Status.SENT: "sent",
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.FAILED: "failed",
    Status.LEFT_OUT: "failed",
    Status.CANCELLED: "failed",
}


@dataclass(frozen=True, slots=True)
class Number:
    """The business number that a webhook is about. display_phone: digits, "" where it is not known here."""

    waba_id: str
    phone_number_id: str
    display_phone: str = ""


def status_body(
    number: Number,
    store_key: str,
    message: MessageView,
    status: Status,
    at: datetime,
    *,
    reason: Reason | None = None,
    error_code: int | None = None,
    user_id: str = "",
) -> dict[str, Any] | None:
    """The webhook for one event of a message's history; None where Meta tells nothing of it.

    message: outgoing. status, at, reason, error_code: of the event (the message may have moved on since).
    user_id: the contact's business-scoped id, of `store.cloud_ids.user_ids()`; "": we make one, since client
    libraries count on it.
    """
    if status not in _TOLD or _was_answered(message, at):
        return None
    told: dict[str, Any] = {
        "id": public_wamid(message.id, store_key),
        "status": _TOLD[status],
        "timestamp": _seconds(at),
        "recipient_id": message.phone.lstrip("+"),
    }
    if callback := message.content.get(CALLBACK):
        told["biz_opaque_callback_data"] = callback
    if told["status"] == "failed":
        same = error_code == message.error_code
        details = message.error_details if same else ""
        told["errors"] = [
            error_item(replace(message, reason=reason, error_code=error_code, error_details=details))
        ]
    # Some client libraries look for the recipient here, whatever became of the message.
    told["recipient_user_id"] = user_id or _user_id(message, store_key)
    who = {"wa_id": told["recipient_id"], "user_id": told["recipient_user_id"]}
    return _envelope(number, {"contacts": [who], "statuses": [told]})


def _user_id(message: MessageView, store_key: str) -> str:
    region = phones.region(message.phone) if message.phone else ""
    return public_user_id(message.contact_id, region, store_key)


def _was_answered(message: MessageView, at: datetime) -> bool:
    """True if the gate refused it in its answer, so that its sender knows, and has no id of it."""
    return CALLBACK in message.content and at == message.at


def error_item(message: MessageView) -> dict[str, Any]:
    """Why a message failed, as an item of `errors[]`. Ours have the code by which WhatsApp would have refused it."""
    known = error_shown(message)
    return {name: known[name] for name in ("code", "title", "message", "error_data")} | {"href": _HREF}


def inbound_body(
    number: Number, store_key: str, message: MessageView, ids: Mapping[str, str], *, user_id: str = ""
) -> dict[str, Any]:
    """The webhook for a message that a customer wrote.

    ids: what WhatsApp's ids of our messages are for the outside, see `own_ids()` and `mentions()`.
    user_id: the contact's business-scoped id, as for a status.
    """
    item = _item(message, number)
    if context := item.get("context"):
        item["context"] = _translated(context, "id", ids)
    if reaction := item.get("reaction"):
        item["reaction"] = _translated(reaction, "message_id", ids)
    who: dict[str, Any] = {"profile": {"name": message.contact_name or message.phone}}
    if item.get("from"):
        who["wa_id"] = item["from"]
    item["from_user_id"] = item.get("from_user_id") or user_id or _user_id(message, store_key)
    who["user_id"] = item["from_user_id"]
    return _envelope(number, {"contacts": [who], "messages": [item]})


def mentions(message: MessageView) -> set[str]:
    """WhatsApp's ids of other messages that this one names."""
    return {message.context_wamid} if message.context_wamid else set()


def own_ids(tx: Tx, wamids: Collection[str], store_key: str) -> dict[str, str]:
    """For those ids of WhatsApp's that are messages of ours: the ids that the outside knows."""
    return {wamid: public_wamid(id, store_key) for wamid, id in cloud_ids.sent_under(tx, wamids).items()}


def _item(message: MessageView, number: Number) -> dict[str, Any]:
    """The message as it came; plain texts are not kept whole and are put together again."""
    kept = message.content.get("item")
    if isinstance(kept, dict):
        return dict(kept)
    item: dict[str, Any] = {"from": message.phone.lstrip("+")} if message.phone else {}
    item |= {"id": message.wamid, "timestamp": _seconds(message.at), "type": message.kind}
    if message.kind == "text":
        item["text"] = {"body": message.text}
    if message.context_wamid:
        item["context"] = {"from": number.display_phone, "id": message.context_wamid}
    return item


def _translated(part: Any, name: str, ids: Mapping[str, str]) -> Any:
    if not isinstance(part, dict) or part.get(name) not in ids:
        return part
    return part | {name: ids[part[name]]}


def _envelope(number: Number, told: Mapping[str, Any]) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.display_phone,
            "phone_number_id": number.phone_number_id,
        },
        **told,
    }
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, "changes": changes}]}


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
