"""Messages as the Cloud API's clients send them, and its answers. Source of the shapes: the Cloud API's reference.

What is not known is passed over, as Meta does; answers are closed.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from desktop.domain.api_message import MessageWanted, ObjectWanted, TemplateWanted
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.message_objects import KINDS, checked
from desktop.server.cloud.errors import Refusal, missing
from desktop.server.cloud.templates import ComponentAsked, FilledTemplate, filled
from desktop.server.devapi.parts import Answer, Asked, Filled
from desktop.services.api_cloud import CloudWanted

Wamid = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class TextObject(Asked):
    """A text, inside the reply window."""

    body: str = Field(min_length=1, max_length=MAX_TEXT_LENGTH, pattern=r"\S")
    preview_url: bool | None = None


class LanguageAsked(Asked):
    """A language by its code. policy: an old field, passed over."""

    code: Filled = Field(examples=["en"])
    policy: str | None = None


class TemplateObject(Asked):
    """A template in one language, with what fills it."""

    name: Filled
    language: LanguageAsked
    components: list[ComponentAsked] | None = Field(default=None, max_length=20)


class ContextAsked(Asked):
    """The message that is quoted."""

    message_id: Wamid


class TypingAsked(Asked):
    """Show the customer that an answer is being written."""

    type: Literal["text"] = "text"


class MessageAsked(Asked):
    """A message, or with `status` the word that one was read.

    `to` has its country code. `biz_opaque_callback_data` comes back in each status.
    """

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: str | None = Field(default=None, max_length=64, examples=["+16045550142"])
    recipient: str | None = Field(default=None, max_length=150)
    type: str = Field(default="text", max_length=64, examples=["template"])
    text: TextObject | None = None
    template: TemplateObject | None = None
    image: dict[str, Any] | None = None
    video: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None
    sticker: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    contacts: list[dict[str, Any]] | None = None
    interactive: dict[str, Any] | None = None
    reaction: dict[str, Any] | None = None
    context: ContextAsked | None = None
    biz_opaque_callback_data: str | None = Field(default=None, max_length=512)
    category: str | None = Field(default=None, max_length=64)
    status: Literal["read"] | None = None
    message_id: Wamid | None = None
    typing_indicator: TypingAsked | None = None

    def wanted(self, *, only_marketing: bool = False) -> CloudWanted:
        """The message without the shape of its request. Raises Refusal or Mismatch, with the field."""
        if self.category is not None:
            raise Refusal(100, "A message without a template has no category here.", "category")
        to = self.to or ""
        if not to.strip() and not self.recipient:
            raise missing("to")
        reply_to = self.context.message_id if self.context else ""
        filling, text, template, one = FilledTemplate(), "", None, None
        if self.type == "template":
            template, filling = self._template()
        elif self.type == "text":
            text, one = self._text()
        else:
            one = checked(self.type, self._object(), self.type)
        return CloudWanted(
            MessageWanted(to, text=text, template=template, object=one, reply_to=reply_to),
            user_id="" if to.strip() else self.recipient or "",
            callback=self.biz_opaque_callback_data or "",
            header_kind=filling.header_kind,
            only_marketing=only_marketing,
        )

    def _template(self) -> tuple[TemplateWanted, FilledTemplate]:
        if self.template is None:
            raise missing("template")
        known = filled(self.template.components or [])
        wanted = TemplateWanted(
            self.template.name,
            self.template.language.code,
            known.body,
            known.header,
            tuple(known.buttons),
            known.header_file,
        )
        return wanted, known

    def _text(self) -> tuple[str, ObjectWanted | None]:
        if self.text is None:
            raise missing("text")
        body = self.text.body
        if not self.text.preview_url:
            return body, None
        return body, ObjectWanted("text", {"body": body, "preview_url": True}, body)

    def _object(self) -> Any:
        if self.type not in KINDS:
            raise Refusal(100, f"Messages of the type “{self.type}” are not taken.", "type")
        found = getattr(self, self.type)
        if found is None:
            raise missing(self.type)
        return found


class ContactTold(Answer):
    """input: the recipient as asked. wa_id: their number in WhatsApp."""

    input: str
    wa_id: str | None = None
    user_id: str | None = None


class MessageTold(Answer):
    """id: ours, in the form of WhatsApp's; statuses and quotes name it."""

    id: str
    message_status: Literal["accepted"] | None = None


class SentAnswer(Answer):
    """The message is kept and will be sent; its statuses follow by webhook."""

    messaging_product: Literal["whatsapp"]
    contacts: list[ContactTold]
    messages: list[MessageTold]


class SuccessAnswer(Answer):
    """It was done."""

    success: bool


class NumberAnswer(Answer):
    """The business number. quality_rating: GREEN, YELLOW, RED or UNKNOWN."""

    id: str
    display_phone_number: str
    verified_name: str
    quality_rating: str


class UploadedAnswer(Answer):
    """id: by which messages name the file."""

    id: str


class MediaAnswer(Answer):
    """A file. url: where it is fetched with the same key. file_size: bytes."""

    messaging_product: Literal["whatsapp"]
    id: str
    url: str
    mime_type: str
    sha256: str
    file_size: int
