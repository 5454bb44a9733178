"""Messages that come in the Cloud API's own shape. The door is the same as everybody's, and so is the answer to a No.

A sender of this shape knows only Meta's answers: what can be refused at once is, with Meta's code; the message is
kept as failed all the same, so that the report has it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from desktop.domain import window
from desktop.domain.api_message import MessageWanted, Mismatch, ObjectWanted, phone_of
from desktop.domain.consent import Category
from desktop.domain.keys import Caller
from desktop.domain.messages import Status
from desktop.domain.outbox import Submission
from desktop.domain.problems import Problem
from desktop.domain.public_ids import own_contact_id, own_message_id, public_wamid
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template, TemplateStatus, placeholders
from desktop.services.api_answers import Once, once
from desktop.services.api_identity import OtherNumber, recipient
from desktop.services.api_messages import error_shown, submission
from desktop.services.api_outbox import ApiOutbox
from desktop.services.meta_shape import CALLBACK
from desktop.services.own_number import OwnNumber
from desktop.services.sending import submit
from desktop.services.templates import NoSuchTemplate, asked_for
from desktop.store import cloud_ids, contacts, conversations, outbox, settings
from desktop.store.engine import Store, Tx
from desktop.whatsapp.templates import language

_DONE: Final = 200
_NOT_SENDABLE: Final = {TemplateStatus.PAUSED: 132015, TemplateStatus.DISABLED: 132016}


class Refusal(Problem):
    """A request that Meta would refuse with this code. details: a sentence; field: what caused it."""

    def __init__(self, code: int, details: str, field: str = "") -> None:
        super().__init__("Refused", details, field)
        self.code = code

    @property
    def details(self) -> str:
        return (
            self.sentence
            if not self.field or self.field in self.sentence
            else f"{self.field}: {self.sentence}"
        )


@dataclass(frozen=True, slots=True)
class CloudWanted:
    """One message. user_id: the recipient's business-scoped id where no number was given. callback: what the
    client wants back in each status. header_kind: of the template's header, as asked. only_marketing: it came
    by the door that takes nothing else."""

    message: MessageWanted
    user_id: str = ""
    callback: str = ""
    header_kind: str = ""
    only_marketing: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """body None: it is an error, see `code`, `details` and `title`, what it is called."""

    body: dict[str, Any] | None = None
    code: int = 0
    details: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ApiCloud:
    """The gate's verbs."""

    store: Store
    outbox: ApiOutbox
    number: OwnNumber
    missed: Callable[[], None] = lambda: None
    """A template was named that is not known."""

    async def send(self, wanted: CloudWanted, caller: Caller, asked: Once) -> Answered:
        """Take a message in. Contact, message and answer are one transaction; a refusal by consent or by the reply
        window is an answer, too, and its message stands failed.

        Raises Refusal or a Problem that names the field, with nothing written, or OtherBody.
        """
        phone = phone_of(wanted.message.phone, "to") if wanted.message.phone.strip() else ""

        def do(tx: Tx) -> dict[str, Any]:
            return _taken_in(tx, wanted, phone, caller)

        try:
            told = await self.outbox.write(lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))
        except NoSuchTemplate as wrong:
            self.missed()
            raise Refusal(132001, wrong.sentence, wrong.field) from wrong
        return Answered(
            told.get("body"),
            int(told.get("code", 0)),
            str(told.get("details", "")),
            str(told.get("title", "")),
        )

    async def mark_read(self, wamid: str, *, typing: bool) -> None:
        """Tell the customer that this message of theirs, and those before it, were read. Raises Refusal."""
        known = await self.store.read(lambda tx: cloud_ids.received_as(tx, wamid))
        if known is None:
            raise Refusal(131009, "There is no message from a customer with this id.", "message_id")
        try:
            await self.number.mark_read(wamid, typing=typing)
        except Problem as wrong:
            raise Refusal(131016, f"{wrong.title}. {wrong.sentence}") from wrong


def _taken_in(tx: Tx, wanted: CloudWanted, phone: str, caller: Caller) -> dict[str, Any]:
    template = _template(tx, wanted)
    store_key = settings.meta(tx, "key") or ""
    contact_id = _by_phone(tx, phone) if phone else _by_user_id(tx, wanted.user_id, store_key)
    person = contacts.get(tx, contact_id)
    asked = _submission(tx, wanted, template, contact_id, caller, store_key)
    done = submit(tx, asked, None)
    # On this path the door keeps every message: as queued, or as failed.
    assert done.message_id is not None
    conversations.happened(tx, contact_id, done.message_id, inbound=False, by=caller.name)
    if done.verdict.may_send and template is None and not window.is_open(person.last_inbound_at, tx.now):
        _fail(tx, done.message_id, Reason.WINDOW_CLOSED)
    elif done.verdict.may_send:
        return {"body": _accepted(wanted, person.phone, template, public_wamid(done.message_id, store_key))}
    why = error_shown(conversations.messages(tx, [done.message_id])[0])
    return {"code": why["code"], "details": why["error_data"]["details"], "title": why["title"]}


def _accepted(wanted: CloudWanted, phone: str, template: Template | None, wamid: str) -> dict[str, Any]:
    told: dict[str, Any] = {"input": wanted.user_id or wanted.message.phone}
    told |= {"user_id": wanted.user_id} if wanted.user_id else {"wa_id": phone.lstrip("+")}
    message = {"id": wamid} | ({"message_status": "accepted"} if template is not None else {})
    return {"messaging_product": "whatsapp", "contacts": [told], "messages": [message]}


def _fail(tx: Tx, message_id: int, reason: Reason) -> None:
    """What was queued a moment ago, in this transaction, fails before anybody could claim it."""
    row = outbox.lock(tx, [message_id])[message_id]
    outbox.write_moves(tx, [outbox.move(tx, row, Status.FAILED, outbox.ENGINE, reason=reason)])


def _by_phone(tx: Tx, phone: str) -> int:
    try:
        return recipient(tx, phone, "", ())
    except OtherNumber as wrong:
        raise Refusal(131026, wrong.sentence, "to") from wrong


def _by_user_id(tx: Tx, user_id: str, store_key: str) -> int:
    own = own_contact_id(user_id, store_key)
    found = contacts.find(tx, user_id=user_id) if own is None else [own]
    known = contacts.many(tx, [contacts.kept_id(tx, one) for one in found[:1]])
    if not known:
        raise Refusal(131026, "Nobody is known here under this user id. Send to a phone number.", "recipient")
    return known[0].id


def _template(tx: Tx, wanted: CloudWanted) -> Template | None:
    asked = wanted.message.template
    if asked is None:
        if wanted.only_marketing:
            raise Refusal(131055, "Only marketing templates are taken here.", "type")
        return None
    found = asked_for(tx, asked.name, language(asked.language), "template.name")
    if not found.sendable:
        said = f"“{found.name}” ({found.language}) is {found.status.value}."
        raise Refusal(_NOT_SENDABLE.get(found.status, 132001), said, "template.name")
    if wanted.only_marketing and found.effective_category is not Category.MARKETING:
        said = f"“{found.name}” is {found.effective_category.value}, not marketing."
        raise Refusal(134100, said, "template.name")
    _check_counts(found, wanted)
    return found


def _check_counts(template: Template, wanted: CloudWanted) -> None:
    asked = wanted.message.template
    assert asked is not None
    for where, text, given in (
        ("body", template.body, asked.body),
        ("header", template.header_text, asked.header),
    ):
        expected = len(placeholders(text))
        if expected != len(given):
            said = f"{where}: {len(given)} parameters were sent, and the template has {expected}."
            raise Refusal(132000, said, "template.components")
    file_kind = template.header_kind if template.header_kind != "text" else ""
    if wanted.header_kind != file_kind:
        said = f"header: the template begins with {file_kind or 'no file'}, and {wanted.header_kind or 'none'} came."
        raise Refusal(132012, said, "template.components")


def _submission(
    tx: Tx,
    wanted: CloudWanted,
    template: Template | None,
    contact_id: int,
    caller: Caller,
    store_key: str,
) -> Submission:
    message = replace(
        wanted.message,
        object=_reacting(tx, wanted.message.object, store_key),
        reply_to=_quoted(tx, wanted.message.reply_to, store_key),
    )
    try:
        made = submission(message, template, contact_id, caller)
    except Mismatch as wrong:
        # Counts were right, so it is what was said: a blank, a name that is not there, another kind of button.
        raise Refusal(132012, wrong.sentence, "template.components") from wrong
    return replace(made, content={**made.content, CALLBACK: wanted.callback})


def _quoted(tx: Tx, wamid: str, store_key: str) -> str:
    """WhatsApp's id of a message of ours; one that has none yet is looked up again at the claim."""
    own = own_message_id(wamid, store_key)
    return wamid if own is None else cloud_ids.wamids_of(tx, [own]).get(own, wamid)


def _reacting(tx: Tx, wanted: ObjectWanted | None, store_key: str) -> ObjectWanted | None:
    if wanted is None or wanted.kind != "reaction":
        return wanted
    own = own_message_id(wanted.object["message_id"], store_key)
    if own is None:
        return wanted
    known = cloud_ids.wamids_of(tx, [own])
    if own not in known:
        raise Refusal(131009, "This message has not been sent yet.", "reaction.message_id")
    return replace(wanted, object={**wanted.object, "message_id": known[own]})
