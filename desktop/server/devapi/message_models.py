"""Messages as they are asked for and answered. Source of the shapes: Gallabox's public API description."""

import json
from contextlib import suppress
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from desktop.domain.api_message import AssigneeWanted, ButtonValue, MessageWanted, TemplateWanted
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.given import LONGEST_ADDRESS
from desktop.domain.problems import Problem
from desktop.server.devapi.message_kinds import KindsAsked
from desktop.server.devapi.parts import (
    NO_BOT,
    Answer,
    Asked,
    Digits,
    Filled,
    NoBot,
    Short,
    TagAsked,
    Value,
    refuse_other_opt_ins,
)

_LONGEST_CONTEXT: Final = 2_048
HeaderValue = Annotated[str, StringConstraints(max_length=LONGEST_ADDRESS)]


class RecipientAsked(Asked):
    """Whom it is for: a contact is made if nobody has the number."""

    phone: Filled = Field(examples=["16045550142"])
    name: Short = ""
    tags: list[TagAsked] = Field(default=[], max_length=50)

    @model_validator(mode="before")
    @classmethod
    def _no_opt_in(cls, given: Any) -> Any:
        refuse_other_opt_ins(given, cls.model_fields, "recipient.")
        return given


class ButtonParameters(Asked):
    """The value of a button, under the name that its kind has. action: WhatsApp's own object."""

    type: Literal["payload", "text", "action", "coupon_code"] = "payload"
    payload: Value | None = None
    text: Value | None = None
    coupon_code: Value | None = None
    action: dict[str, Any] = Field(default={}, max_length=20)

    @property
    def value(self) -> str:
        return next((one for one in (self.payload, self.text, self.coupon_code) if one), "")


def _only_one(value: object) -> object:
    """The parameters of a product button come as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class ButtonAsked(Asked):
    """sub_type: quick_reply, url, COPY_CODE, CATALOG, mpm or flow, in any case."""

    index: int = Field(ge=0, le=9)
    sub_type: Filled
    parameters: Annotated[ButtonParameters, BeforeValidator(_only_one)]

    def wanted(self) -> ButtonValue:
        """The value without the shape of its request."""
        action = {name: one for name, one in self.parameters.action.items() if one not in ("", None)}
        return ButtonValue(self.index, self.sub_type, self.parameters.value, action)


class TemplateAsked(Asked):
    """A template by name. Values by the names of its variables or by their numbers. language: added.

    headerValues of a template that begins with a file: mediaUrl, mediaName; with a place: latitude, longitude,
    name, address.
    """

    templateName: Filled
    language: Short = ""
    bodyValues: dict[Short, Value] = Field(default={}, max_length=100)
    headerValues: dict[Short, HeaderValue] = Field(default={}, max_length=10)
    buttonValues: list[ButtonAsked] = Field(default=[], max_length=10)

    def wanted(self) -> TemplateWanted:
        """The template without the shape of its request."""
        buttons = tuple(one.wanted() for one in self.buttonValues)
        return TemplateWanted(self.templateName, self.language, self.bodyValues, self.headerValues, buttons)


class TextAsked(Asked):
    """A text, inside the reply window."""

    body: str = Field(min_length=1, max_length=MAX_TEXT_LENGTH, pattern=r"\S")


class WhatsAppAsked(KindsAsked):
    """One of its kinds. All but the template are taken by WhatsApp inside the reply window only."""

    type: Literal[
        "template",
        "text",
        "image",
        "video",
        "document",
        "audio",
        "sticker",
        "location",
        "contacts",
        "interactive",
    ]
    template: TemplateAsked | None = None
    text: TextAsked | None = None


def _only_people(value: object) -> object:
    if value == "bot":
        raise ValueError(f"{NO_BOT}; give the flow one, and name a user or leave replyTo out")
    if value == "team":
        raise ValueError("there are no teams here yet; name a user")
    return value


class ReplyToAsked(Asked):
    """Who is to answer. assigneeId: a person's id, or the e-mail address that they sign in with.

    overrideAssignment: also where somebody else has the conversation.
    """

    assigneeType: Annotated[Literal["user"], BeforeValidator(_only_people)] = "user"
    assigneeId: Filled
    overrideAssignment: bool = False


def _or_nobody(value: object) -> object:
    return None if value in ("", [], {}) else value


def _small(value: object) -> object:
    with suppress(RecursionError):  # nested a thousand times
        if len(json.dumps(value)) <= _LONGEST_CONTEXT:
            return value
    raise ValueError(f"at most {_LONGEST_CONTEXT:,} letters of JSON are taken here")


class MessageAsked(Asked):
    """A message. The workspace has one number, so channelId may be anything.

    It belongs to the contact's conversation, and replyTo says who answers there; with context.type notification it
    stays out of the list of conversations and is given to nobody.
    """

    channelId: Short = ""
    channelType: Literal["whatsapp"] = "whatsapp"
    recipient: RecipientAsked
    whatsapp: WhatsAppAsked
    context: Annotated[dict[Short, Any] | None, BeforeValidator(_small)] = Field(default=None, max_length=10)
    botId: NoBot = None
    replyTo: Annotated[ReplyToAsked | None, BeforeValidator(_or_nobody)] = None

    def wanted(self) -> MessageWanted:
        """The message without the shape of its request. Raises a Problem if it lacks what its type names."""
        to, content = self.recipient, self.whatsapp
        if getattr(content, content.type) is None:
            raise Problem(
                "Nothing to send",
                f"The type is {content.type}, and there is no {content.type}.",
                f"whatsapp.{content.type}",
            )
        is_template, is_text = content.type == "template", content.type == "text"
        return MessageWanted(
            to.phone,
            to.name,
            tuple(one.name for one in to.tags),
            content.text.body if is_text and content.text else "",
            content.template.wanted() if is_template and content.template else None,
            None if is_template or is_text else content.object_wanted(content.type),
            assignee=(
                AssigneeWanted(self.replyTo.assigneeId, self.replyTo.overrideAssignment)
                if self.replyTo
                else None
            ),
            is_notification=(self.context or {}).get("type") == "notification",
        )


class AcceptedAnswer(Answer):
    """The message is kept. Whether it goes out is told by its status."""

    id: Digits
    status: Literal["ACCEPTED"]
    message: str


class ErrorData(Answer):
    """What happened, in a sentence."""

    details: str


class StatusError(Answer):
    """code: WhatsApp's. reason: ours, OPTED_OUT …, added."""

    code: int
    title: str
    message: str
    reason: str
    error_data: ErrorData
    time: str


class StatusRecipient(Answer):
    """Whom it is for, by WhatsApp's digits."""

    recipient_id: str


class StatusAnswer(Answer):
    """Where a message stands. timestamp: seconds since 1970, of its last change."""

    id: Digits
    recipient_id: str
    message: StatusRecipient
    timestamp: str
    status: Literal["queued", "sent", "delivered", "read", "failed", "unknown"]
    localMessageId: str
    errors: list[StatusError] | None = None


class ExplainAnswer(Answer):
    """What would become of a message now. contactId: None where the contact is not known yet.

    The last four are not there for a restricted key.
    """

    wouldSend: bool
    status: Literal["ACCEPTED", "FAILED"]
    reason: str
    category: Literal["marketing", "utility", "authentication", "service"]
    contactId: str | None = None
    steps: list[str] = Field(default=[])
    conclusion: str = ""
    change: str = ""
