"""Messages that other programs send, ask after, or only ask about. The door is the same as everybody's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from desktop.domain.api_message import MessageWanted, content_for, phone_of
from desktop.domain.consent import Category, Path
from desktop.domain.conversations import MessageView
from desktop.domain.keys import Caller, Scope
from desktop.domain.known import PASSES, UNASKED, Known
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.domain.problems import NotFound
from desktop.domain.public_ids import public_id
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template
from desktop.domain.why import explain
from desktop.services.api_answers import Once, once
from desktop.services.api_contact_shown import moment
from desktop.services.api_identity import foreseen_recipient, recipient
from desktop.services.api_outbox import ApiOutbox
from desktop.services.api_people import found_person
from desktop.services.sending import submit
from desktop.services.templates import NoSuchTemplate, asked_for
from desktop.services.why import foreseen
from desktop.store import api_answers, conversations, sessions
from desktop.store.engine import Store, Tx
from desktop.whatsapp import errors

ACCEPTED: Final = 202
_CODES: Final = {
    Reason.OPTED_OUT: 131050,
    Reason.OPTED_OUT_AFTER_LAUNCH: 131050,
    Reason.STOPPED_IN_WHATSAPP: 131050,
    Reason.NO_CHOICE: 131050,
    Reason.US_NUMBER: 131049,
    Reason.NO_PHONE: 131026,
    Reason.MISSING_VARIABLE: 132000,
    Reason.TEMPLATE_GONE: 132001,
    Reason.TEMPLATE_NOT_APPROVED: 132015,
    Reason.WINDOW_CLOSED: 131047,
}
"""What we stopped, under the number by which WhatsApp would have refused it: clients branch on these."""
_OTHERWISE: Final = 131000
_STATUS: Final = {
    Status.QUEUED: "queued",
    Status.SENDING: "queued",
    Status.ACCEPTED: "queued",
    Status.SENT: "sent",
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.FAILED: "failed",
    Status.LEFT_OUT: "failed",
    Status.CANCELLED: "failed",
    Status.UNKNOWN: "unknown",
}
"""Accepted by WhatsApp and not yet reported as sent is still queued for those who ask."""


class ApiMessages:
    """The API's verbs on messages."""

    def __init__(self, store: Store, outbox: ApiOutbox, missed: Callable[[], None] = lambda: None) -> None:
        """missed: a template was named that is not known."""
        self._store = store
        self._outbox = outbox
        self._missed = missed

    async def send(self, wanted: MessageWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Take a message in; returns the answer. What consent refuses is taken in, too, and stands failed.

        Contact, message and the answer under the Idempotency-Key are one transaction. Raises a Problem that
        names the field, or OtherBody.
        """
        phone = phone_of(wanted.phone, "recipient.phone")

        def do(tx: Tx) -> dict[str, Any]:
            template, assignee = _template(tx, wanted), _assignee(tx, wanted)
            contact_id = recipient(tx, phone, wanted.name, wanted.tags, by=caller.name)
            if assignee is not None and _gives(tx, wanted, contact_id):
                sessions.person_came(tx, contact_id, f"{assignee.name} has the conversation.")
            done = submit(tx, submission(wanted, template, contact_id, caller), None)
            # On this path the door keeps every message: as queued, or as failed.
            assert done.message_id is not None
            if not wanted.is_notification:
                conversations.happened(tx, contact_id, done.message_id, inbound=False, by=caller.name)
            if wanted.assignee is not None and assignee is not None and not wanted.is_notification:
                instead = wanted.assignee.instead
                conversations.give(tx, contact_id, assignee.id, instead=instead, by=caller.name)
            return {
                "id": public_id(done.message_id),
                "status": "ACCEPTED",
                "message": "Message received and being sent to recipient",
            }

        try:
            return await self._outbox.write(lambda tx: once(tx, caller, asked, ACCEPTED, lambda: do(tx)))
        except NoSuchTemplate:
            self._missed()
            raise

    async def status(self, message_id: int, caller: Caller) -> dict[str, Any]:
        """Where a message stands. Raises NotFound; a restricted key finds its own messages only."""

        def read(tx: Tx) -> MessageView:
            found = conversations.messages(tx, [message_id])
            hidden = caller.scope is Scope.RESTRICTED and api_answers.came_by(tx, message_id) != caller.id
            if not found or found[0].status is None or hidden:
                raise NotFound("Message not found", "There is no such message that was sent from here.")
            return found[0]

        return status_shown(await self._store.read(read))

    async def explain(self, wanted: MessageWanted, caller: Caller) -> dict[str, Any]:
        """What would become of a message now, and why. Sends nothing, makes nothing. Raises as `send()`.

        A restricted key is told no more than the status of the sent message would tell it.
        """
        try:
            known = await self._store.read(lambda tx: foresee(tx, wanted))
        except NoSuchTemplate:
            self._missed()
            raise
        told = explain(known)
        would_send = known.reason in PASSES | UNASKED
        answer = {
            "wouldSend": would_send,
            "status": "ACCEPTED" if would_send else "FAILED",
            "reason": (known.reason or Reason.NOT_MARKETING).value.upper(),
            "category": known.category.value,
        }
        if caller.scope is Scope.RESTRICTED:
            return answer
        return answer | {
            "contactId": public_id(known.contact_id) if known.contact_id else None,
            "steps": [one.text for one in told.steps],
            "conclusion": told.conclusion,
            "change": told.change,
        }


def foresee(tx: Tx, wanted: MessageWanted) -> Known:
    """What is known of a message that another program might send now. Raises as `ApiMessages.send()`."""
    phone = phone_of(wanted.phone, "recipient.phone")
    template = _template(tx, wanted)
    _assignee(tx, wanted)
    if template is not None and wanted.template is not None:
        content_for(template, wanted.template)
    person = foreseen_recipient(tx, phone, wanted.name)
    category = template.effective_category if template else Category.SERVICE
    known = foreseen(tx, person, template, category, Path.API)
    return replace(known, content_kind=wanted.object.kind if wanted.object is not None else "text")


def submission(
    wanted: MessageWanted, template: Template | None, contact_id: int, caller: Caller
) -> Submission:
    """What is submitted for a message that was asked for. Pure. Raises Mismatch."""
    quoted = wanted.reply_to or None
    if wanted.object is not None:
        one = wanted.object
        content = {"object": one.object}
        return Submission(
            contact_id,
            Path.API,
            one.kind,
            one.text,
            Lane.API,
            content=content,
            context_wamid=quoted,
            api_key_id=caller.id,
        )
    if template is None or wanted.template is None:
        return Submission(
            contact_id,
            Path.API,
            "text",
            wanted.text.strip(),
            Lane.API,
            context_wamid=quoted,
            api_key_id=caller.id,
        )
    return Submission(
        contact_id,
        Path.API,
        "template",
        "",
        Lane.API,
        content=content_for(template, wanted.template),
        template_id=template.id,
        context_wamid=quoted,
        api_key_id=caller.id,
    )


def _template(tx: Tx, wanted: MessageWanted) -> Template | None:
    if wanted.template is None:
        return None
    name, language = wanted.template.name, wanted.template.language or None
    return asked_for(tx, name, language, "whatsapp.template.templateName")


def _assignee(tx: Tx, wanted: MessageWanted) -> User | None:
    """Who is to answer the replies, if the program said it."""
    return found_person(tx, wanted.assignee.person, "replyTo.assigneeId") if wanted.assignee else None


def status_shown(message: MessageView) -> dict[str, Any]:
    """A message's state as Gallabox tells it, with why it failed. Pure."""
    assert message.status is not None
    digits = message.phone.lstrip("+")
    told: dict[str, Any] = {
        "id": public_id(message.id),
        "recipient_id": digits,
        "message": {"recipient_id": digits},
        "timestamp": str(int(message.changed_at.timestamp())),
        "status": _STATUS[message.status],
        "localMessageId": public_id(message.id),
    }
    if told["status"] in ("failed", "unknown"):
        told["errors"] = [error_shown(message)]
    return told


def error_shown(message: MessageView) -> dict[str, Any]:
    """Why a message failed: WhatsApp's own error, or ours under the code by which WhatsApp would have refused it."""
    reason = message.reason or Reason.WHATSAPP_ERROR
    code, title, details = _CODES.get(reason, _OTHERWISE), reason.label, reason.sentence
    if message.error_code is not None:
        rule = errors.rule(message.error_code)
        code, title, details = rule.code, rule.label, message.error_details or rule.explanation
    return {
        "code": code,
        "title": title,
        "message": title,
        "reason": reason.value.upper(),
        "error_data": {"details": details},
        "time": moment(message.changed_at),
    }


def _gives(tx: Tx, wanted: MessageWanted, contact_id: int) -> bool:
    """True if its assignee gets the conversation."""
    if wanted.assignee is None or wanted.is_notification:
        return False
    return wanted.assignee.instead or sessions.is_nobodys(tx, contact_id)
