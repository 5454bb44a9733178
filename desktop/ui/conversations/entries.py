"""The rows of a thread as they are drawn and read out: days, messages, notes, and what happened between them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.conversations import MessageView
from desktop.domain.interactive import choices
from desktop.domain.known import REFUSALS
from desktop.domain.message_markup import Run, plain
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.why import NOT_SENT, failed_words
from desktop.ui.conversations import words
from desktop.ui.conversations.bubble_media import Carried, carried, text_of
from desktop.ui.parts import when
from desktop.ui.theme import Color

MOST_ROWS: Final = 300
"""Rows that the thread holds at a time."""


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A separator."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class UnreadEntry:
    """Stands above the first message that nobody had read when the conversation was opened."""

    text: str
    key: str = "unread"


@dataclass(frozen=True, slots=True)
class EventEntry:
    """What happened, told between the messages: a change of the opt-in, a bot, who has it, a tag."""

    key: str
    text: str
    icon: str
    color: Color
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """What a colleague noted; the customer never sees it. parts: the text, who is named in it in bold."""

    key: str
    author_name: str
    text: str
    parts: tuple[Run, ...]
    meta: str
    at: datetime

    @property
    def spoken(self) -> str:
        """The whole note for a screen reader."""
        return f"Note by {self.author_name}, only for your team. {self.text}. {self.meta}"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """The message that a bubble answers: who wrote it, and its first line."""

    message_id: int
    author_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line under a message's text: why it failed, or with which reason it went out."""

    icon: str
    color: Color
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class BubbleEntry:
    """A message as it is drawn. text is what stands in the bubble, carried what it has beside that.

    quote: what it answers, above everything; reactions: emoji under it.
    """

    key: str
    message: MessageView
    text: str
    carried: Carried | None
    buttons: tuple[str, ...]
    notes: tuple[Note, ...]
    meta: str
    tick: str
    tick_color: Color
    quote: QuoteLine | None = None
    reactions: tuple[str, ...] = ()

    @property
    def media(self) -> tuple[str, str] | None:
        """Icon and label of what it carries."""
        return (self.carried.icon, self.carried.label) if self.carried is not None else None

    @property
    def picture(self) -> bool:
        """True where the picture itself is shown."""
        return self.carried is not None and self.carried.file is not None and self.carried.file.is_picture

    @property
    def asks_why(self) -> bool:
        """True where the bubble says that something was not as usual, and *Why?* stands beside it."""
        return self.message.outgoing and bool(self.notes)

    @property
    def stayed_here(self) -> bool:
        """True for a message that did not reach anybody: it must not look like one that did."""
        return self.message.status in (Status.FAILED, Status.LEFT_OUT, Status.CANCELLED)

    @property
    def spoken(self) -> str:
        """The whole bubble for a screen reader."""
        message = self.message
        answers = f"Answers {self.quote.author_name}: {self.quote.text}" if self.quote else ""
        parts = [answers, self.carried.spoken if self.carried else "", self.text, *self.buttons, self.meta]
        parts += [f"Reaction {emoji}" for emoji in self.reactions]
        parts += [f"{note.title} {note.text}".strip() for note in self.notes]
        parts.append(words.status_words(message))
        return ". ".join(part for part in parts if part)


Entry = DayEntry | UnreadEntry | EventEntry | NoteEntry | BubbleEntry
ButtonsOf = Callable[[MessageView], tuple[str, ...]]


def bubble_entry(
    message: MessageView,
    buttons: tuple[str, ...],
    *,
    name: str = "",
    reactions: tuple[str, ...] = (),
) -> BubbleEntry:
    """The bubble of a message. name: the customer's, where they are quoted."""
    found = carried(message)
    meta = " ".join(part for part in (words.origin(message), f" {when.clock(message.at)}") if part).strip()
    tick_color: Color = "muted"
    if message.status is Status.READ:
        tick_color = "info"
    elif message.status in (Status.FAILED, Status.LEFT_OUT):
        tick_color = "danger"
    elif message.status is Status.UNKNOWN:
        tick_color = "warn"
    return BubbleEntry(
        f"message:{message.id}",
        message,
        text_of(message, found),
        found,
        buttons,
        tuple(_notes(message)),
        meta,
        words.tick_of(message.status),
        tick_color,
        _quote(message, name),
        reactions,
    )


def _quote(message: MessageView, name: str) -> QuoteLine | None:
    quoted = message.quoted
    if quoted is None:
        return None
    author = (quoted.author_name or "You") if quoted.outgoing else name or "Customer"
    media = words.media_of(quoted.kind)
    text = words.one_line(plain(quoted.text)) or (media[1] if media else "")
    return QuoteLine(quoted.message_id, author, text)


def _notes(message: MessageView) -> list[Note]:
    found: list[Note] = []
    if message.override_reason:
        found.append(Note("warning", "warn", f"{words.despite_words(message)}: {message.override_reason}"))
    if message.is_unasked_marketing:
        found.append(Note("robot", "muted", Reason.BOT_NOT_ASKED.label))
    if message.status is Status.FAILED:
        label, advice = words.failure(message.reason, message.error_code)
        code = f" ({message.error_code})" if message.error_code and message.error_code > 0 else ""
        title = f"{failed_words(message.reason, message.error_code)}: {words.lower_first(label)}{code}"
        found.append(Note("warning", "danger", title, _advice(message, advice)))
    elif message.status is Status.LEFT_OUT and message.reason is not None:
        label = words.lower_first(message.reason.label)
        found.append(
            Note("prohibit", "danger", f"{NOT_SENT}: {label}", _advice(message, message.reason.sentence))
        )
    elif message.status is Status.QUEUED and message.reason is Reason.NOT_REACHED:
        found.append(Note("wifi-slash", "warn", words.WAITS_FOR_LINE, words.WAITS_ADVICE))
    elif message.status is Status.UNKNOWN:
        found.append(Note("question", "warn", words.NOT_CERTAIN, Reason.ANSWER_LOST.sentence))
    elif message.status is Status.CANCELLED:
        label = message.reason.label if message.reason else "Cancelled"
        found.append(Note("x-circle", "muted", label))
    return found


def _advice(message: MessageView, advice: str) -> str:
    """What can be done; nothing where consent said no: *Why?* beside it knows both of the contact's answers."""
    return "" if message.reason in REFUSALS else advice


def buttons_in(message: MessageView) -> tuple[str, ...]:
    """The titles of an interactive message's buttons: its content holds (id, title) pairs, or WhatsApp's object."""
    if "object" in message.content:
        return choices(message.content["object"])
    kept = message.content.get("buttons") or ()
    return tuple(str(one[1]) for one in kept if isinstance(one, list | tuple) and len(one) > 1)
