"""What other programs are told, in Gallabox's shapes, as JSON values. The header says which event it is."""

from dataclasses import replace
from typing import Any, Final

from desktop.domain.consent import Path
from desktop.domain.contacts import Fact
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.public_ids import public_id
from desktop.domain.templates import Template
from desktop.services.api_contact_shown import moment
from desktop.services.api_messages import status_shown
from desktop.store.happenings import Came, MessageEvent, Said

_MEDIUM: Final = {Path.API: "api"}
_NONE: Final = "none"


def status(message: MessageView, event: MessageEvent) -> dict[str, Any]:
    """A message's state as of the event, as the status call tells it: Gallabox's own body, our reason added."""
    same = event.error_code == message.error_code
    return status_shown(
        replace(
            message,
            status=event.status,
            reason=event.reason,
            error_code=event.error_code,
            error_details=message.error_details if same else "",
            changed_at=event.at,
        )
    ) | _origin(message)


def _origin(message: MessageView) -> dict[str, Any]:
    if message.broadcast_id is None:
        return {}
    return {"broadcast": {"id": public_id(message.broadcast_id), "name": message.broadcast_name}}


def sent(message: MessageView, event: MessageEvent, account: str) -> dict[str, Any]:
    """A message that WhatsApp has taken."""
    whatsapp: dict[str, Any] = {"id": message.wamid, "to": message.phone.lstrip("+")}
    whatsapp |= {"time": moment(message.at), "status": "sent", "statusTime": moment(event.at)}
    if message.template_id is not None:
        template = {"templateId": public_id(message.template_id), "name": message.template_name}
        whatsapp |= {"type": "template", "template": template | {"body": message.text}}
    else:
        whatsapp |= _said(message)
    path = message.path.value if message.path is not None else ""
    medium = _MEDIUM.get(message.path or Path.COMPOSE, "")
    return _message(message, account) | {
        "context": {"type": "default", "medium": medium, "source": path},
        "whatsapp": whatsapp | {"pricing": {"category": message.category.value}},
    }


def received(message: MessageView, came: Came, account: str) -> dict[str, Any]:
    """A message that a customer wrote."""
    whatsapp: dict[str, Any] = {"id": message.wamid, "from": message.phone.lstrip("+")}
    whatsapp |= {"time": moment(message.at), **_said(message)}
    if message.context_wamid:
        whatsapp["context"] = {"id": message.context_wamid}
        if came.quoted_id is not None:
            whatsapp["context"]["messageId"] = public_id(came.quoted_id)
    return _message(message, account) | {"whatsapp": whatsapp}


def engaged(message: MessageView, came: Came, account: str) -> dict[str, Any]:
    """A message that a customer wrote in answer to a broadcast's."""
    told: dict[str, Any] = {"id": public_id(came.broadcast_id or 0)}
    return received(message, came, account) | {"broadcast": told}


def _message(message: MessageView, account: str) -> dict[str, Any]:
    contact = {
        "id": public_id(message.contact_id),
        "name": message.contact_name,
        "phone": [message.phone.lstrip("+")] if message.phone else [],
    }
    return {
        "id": public_id(message.id),
        "accountId": account,
        "conversationId": public_id(message.contact_id),
        "contactId": public_id(message.contact_id),
        "contact": contact,
        "channelType": "whatsapp",
        "createdAt": moment(message.at),
    }


def _said(message: MessageView) -> dict[str, Any]:
    """The kind and its part: text, a file, a place; what else there is as WhatsApp told it."""
    kind, content = message.kind, message.content
    told: dict[str, Any] = {"type": kind}
    media, whole = content.get("media"), content.get("item") or content.get("object")
    if kind == "text":
        told["text"] = {"body": message.text}
    elif isinstance(media, dict):
        names = {"id": "id", "mime": "mimeType", "filename": "filename"}
        told[kind] = {name: media[own] for own, name in names.items() if media.get(own)}
        told[kind] |= {"caption": message.text} if message.text else {}
    elif isinstance(content.get("location"), dict):
        told["location"] = dict(content["location"])
    elif isinstance(whole, dict):
        told[kind] = whole.get(kind, whole)
    if kind != "text" and message.text:
        told["title"] = message.text
    return told


def opt_in(contact: dict[str, Any], said: Said) -> dict[str, Any]:
    """A contact, with what it said about marketing.

    fact: opt_in is ours (yes, no, none); whatsapp is the stop, or its end, in WhatsApp itself.
    """
    nothing = _NONE if said.fact == Fact.OPT_IN.value else "resume"
    return contact | {
        "fact": said.fact,
        "from": said.before or nothing,
        "to": said.value,
        "source": said.source,
        "evidence": said.evidence,
        "reason": said.reason,
        "at": moment(said.at),
    }


def template(one: Template, account: str) -> dict[str, Any]:
    """A template's state. category: the one that counts, as consent asks by it."""
    return {
        "id": public_id(one.id),
        "accountId": account,
        "name": one.name,
        "language": one.language,
        "category": one.effective_category.value.upper(),
        "status": one.status.value.upper(),
        "quality": one.quality.value.upper(),
        "reason": one.status_reason,
        "pausedUntil": moment(one.paused_until) if one.paused_until else None,
    }


FAILED: Final = frozenset({Status.FAILED, Status.LEFT_OUT, Status.CANCELLED})
"""What is told as a failure; the status call calls them so, too."""
REPORTED: Final = frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.UNKNOWN})
"""What is told as a status."""
