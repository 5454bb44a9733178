"""The bodies of requests to the message endpoint. Pure; the shapes and limits are the Cloud API's.

Every message takes an `Envelope`, which says to whom, in answer to what, and carries our own mark.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from desktop.domain.problems import Problem

LONGEST_TEXT: Final = 4_096
LONGEST_BODY: Final = 1_024
LONGEST_CAPTION: Final = 1_024
LONGEST_NOTE: Final = 60
"""An interactive message's header and footer."""
MOST_BUTTONS: Final = 3
LONGEST_BUTTON: Final = 20
LONGEST_BUTTON_ID: Final = 256
LONGEST_CALLBACK: Final = 512

_PHONE: Final = re.compile(r"\+[1-9][0-9]{4,14}")
_CAPTIONED: Final = frozenset({"image", "video", "document"})
_MEDIA: Final = frozenset({"image", "video", "document", "audio", "sticker"})

Body = dict[str, Any]


class CannotBuild(Problem):
    """The message breaks one of WhatsApp's limits; the sentence says which, `field` where."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every message carries. phone: E.164, sent as `to`; user_id: a business-scoped id, used when
    there is no phone. reply_to: the wamid that is quoted. callback_data returns in each status.
    """

    phone: str = ""
    user_id: str = ""
    reply_to: str = ""
    callback_data: str = ""

    def body(self, kind: str, content: Mapping[str, Any] | Sequence[Any]) -> Body:
        """The whole request body for one kind of content. Raises CannotBuild without a recipient."""
        body: Body = {"messaging_product": "whatsapp", "recipient_type": "individual"}
        if self.phone:
            if not _PHONE.fullmatch(self.phone):
                raise CannotBuild("Not a phone number", f"“{self.phone}” must be + and digits.", "phone")
            body["to"] = self.phone
        elif self.user_id:
            body["recipient"] = self.user_id
        else:
            raise CannotBuild(
                "Nobody to write to", "The contact has neither a number nor a user id.", "phone"
            )
        body["type"] = kind
        body[kind] = content
        if self.reply_to:
            body["context"] = {"message_id": self.reply_to}
        if self.callback_data:
            limited(self.callback_data, LONGEST_CALLBACK, "callback_data")
            body["biz_opaque_callback_data"] = self.callback_data
        return body


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send, by the id of an upload or by a public https link. kind: image, video, document,
    audio or sticker. filename is shown for documents; voice marks audio as a voice message."""

    kind: str
    id: str = ""
    link: str = ""
    filename: str = ""
    voice: bool = False

    def content(self) -> Body:
        """The object that names the file. Raises CannotBuild unless exactly one of id and link is given."""
        if self.kind not in _MEDIA:
            raise CannotBuild("Cannot be attached", f"WhatsApp knows no “{self.kind}” messages.", "media")
        if bool(self.id) == bool(self.link):
            raise CannotBuild("No file", "An attachment needs either an uploaded file or a link.", "media")
        content: Body = {"id": self.id} if self.id else {"link": self.link}
        if self.filename and self.kind == "document":
            content["filename"] = self.filename
        if self.voice and self.kind == "audio":
            content["voice"] = True
        return content


def limited(text: str, longest: int, field: str) -> str:
    """The text itself, or CannotBuild if it has more than `longest` characters."""
    if len(text) > longest:
        sentence = f"It has {len(text):,} characters and WhatsApp takes {longest:,}. Shorten it."
        raise CannotBuild("Too long", sentence, field)
    return text


def _some(text: str, longest: int, field: str) -> str:
    if not text.strip():
        raise CannotBuild("Nothing written", "Write something first.", field)
    return limited(text, longest, field)


def text(envelope: Envelope, body: str, *, preview_url: bool = False) -> Body:
    """A text of at most 4,096 characters. preview_url shows a picture of the first link."""
    return envelope.body("text", {"body": _some(body, LONGEST_TEXT, "text"), "preview_url": preview_url})


def media(envelope: Envelope, attachment: Attachment, caption: str = "") -> Body:
    """A file. Only images, videos and documents take a caption (1,024 characters)."""
    content = attachment.content()
    if caption:
        if attachment.kind not in _CAPTIONED:
            raise CannotBuild(
                "No caption here", f"WhatsApp shows no caption under {attachment.kind}.", "text"
            )
        content["caption"] = limited(caption, LONGEST_CAPTION, "text")
    return envelope.body(attachment.kind, content)


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A button under a message; its id comes back when the customer presses it."""

    id: str
    title: str


def buttons(
    envelope: Envelope, body: str, choices: Sequence[ReplyButton], *, header: str = "", footer: str = ""
) -> Body:
    """A text with one to three reply buttons."""
    if not 1 <= len(choices) <= MOST_BUTTONS:
        raise CannotBuild("Wrong number of buttons", f"WhatsApp takes one to {MOST_BUTTONS}.", "buttons")
    if len({choice.id for choice in choices}) < len(choices):
        raise CannotBuild("Buttons alike", "Two buttons have the same id.", "buttons")
    content: Body = {"type": "button"}
    if header:
        content["header"] = {"type": "text", "text": limited(header, LONGEST_NOTE, "header")}
    content["body"] = {"text": _some(body, LONGEST_BODY, "text")}
    if footer:
        content["footer"] = {"text": limited(footer, LONGEST_NOTE, "footer")}
    content["action"] = {
        "buttons": [
            {
                "type": "reply",
                "reply": {
                    "id": _some(choice.id, LONGEST_BUTTON_ID, "buttons"),
                    "title": _some(choice.title, LONGEST_BUTTON, "buttons"),
                },
            }
            for choice in choices
        ]
    }
    return envelope.body("interactive", content)


def stop_confirmation(
    envelope: Envelope, body: str, *, subscribe: str = "Subscribe", subscribe_id: str = "SUBSCRIBE"
) -> Body:
    """The answer to STOP: the text with one button that opts in again."""
    return buttons(envelope, body, (ReplyButton(subscribe_id, subscribe),))


def reaction(envelope: Envelope, wamid: str, emoji: str) -> Body:
    """A reaction to a message; an empty emoji takes it back."""
    return envelope.body("reaction", {"message_id": wamid, "emoji": emoji})


def read_receipt(wamid: str, *, typing: bool = False) -> Body:
    """Marks an inbound message, and those before it, as read. typing shows *typing…* for up to 25 s."""
    body: Body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body
