"""Messages as they are asked for and answered. Source of the shapes: Gallabox's public API description."""

from typing import Any, Literal

from pydantic import Field

from desktop.domain.api_message import ButtonValue, MessageWanted, TemplateWanted
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.problems import Problem
from desktop.server.devapi.parts import Answer, Asked, Digits, Filled, NotYet, Short, TagAsked, Value


class RecipientAsked(Asked):
    """Whom it is for: a contact is made if nobody has the number."""

    phone: Filled = Field(examples=["16045550142"])
    name: Short = ""
    tags: list[TagAsked] = Field(default=[], max_length=50)


class ButtonParameters(Asked):
    """The value of a button, under the name that its kind has."""

    type: Literal["payload", "text", "action", "coupon_code"] = "payload"
    payload: Value | None = None
    text: Value | None = None
    coupon_code: Value | None = None

    @property
    def value(self) -> str:
        return next((one for one in (self.payload, self.text, self.coupon_code) if one), "")


class ButtonAsked(Asked):
    """sub_type: quick_reply, url or COPY_CODE, in any case."""

    index: int = Field(ge=0, le=9)
    sub_type: Filled
    parameters: ButtonParameters


class TemplateAsked(Asked):
    """A template by name. Values by the names of its variables or by their numbers. language: added."""

    templateName: Filled
    language: Short = ""
    bodyValues: dict[Short, Value] = Field(default={}, max_length=100)
    headerValues: dict[Short, Value] = Field(default={}, max_length=10)
    buttonValues: list[ButtonAsked] = Field(default=[], max_length=10)


class TextAsked(Asked):
    """A text, inside the reply window."""

    body: str = Field(min_length=1, max_length=MAX_TEXT_LENGTH, pattern=r"\S")


class WhatsAppAsked(Asked):
    """One of its kinds: a template, or a text."""

    type: Literal["template", "text"]
    template: TemplateAsked | None = None
    text: TextAsked | None = None


class MessageAsked(Asked):
    """A message. The workspace has one number, so channelId may be anything."""

    channelId: Short = ""
    channelType: Literal["whatsapp"] = "whatsapp"
    recipient: RecipientAsked
    whatsapp: WhatsAppAsked
    context: dict[Short, Any] = Field(default={}, max_length=10)
    botId: NotYet = None
    replyTo: NotYet = None

    def wanted(self) -> MessageWanted:
        """The message without the shape of its request. Raises a Problem if it lacks what its type names."""
        to, content = self.recipient, self.whatsapp
        if getattr(content, content.type) is None:
            raise Problem(
                "Nothing to send",
                f"The type is {content.type}, and there is no {content.type}.",
                f"whatsapp.{content.type}",
            )
        template = None
        if content.template is not None and content.type == "template":
            template = TemplateWanted(
                content.template.templateName,
                content.template.language,
                content.template.bodyValues,
                content.template.headerValues,
                tuple(
                    ButtonValue(one.index, one.sub_type, one.parameters.value)
                    for one in content.template.buttonValues
                ),
            )
        text = content.text.body if content.text is not None and content.type == "text" else ""
        return MessageWanted(to.phone, to.name, tuple(one.name for one in to.tags), text, template)


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
    """What would become of a message now. contactId: None where the contact is not known yet."""

    wouldSend: bool
    status: Literal["ACCEPTED", "FAILED"]
    reason: str
    category: Literal["marketing", "utility", "authentication", "service"]
    contactId: str | None
    steps: list[str]
    conclusion: str
    change: str
