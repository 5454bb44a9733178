"""A thread as rows: days, messages, changes of the opt-in, and bots that began and ended, in the order of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.attachments import told
from desktop.domain.contacts import ConsentEvent
from desktop.domain.conversations import BotTurn, MessageView
from desktop.domain.flow import SessionStatus
from desktop.domain.interactive import choices
from desktop.domain.known import REFUSALS
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.why import NOT_SENT, failed_words
from desktop.ui.conversations import consent_words, words
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
class EventEntry:
    """A change of the opt-in, or a bot that began or ended, told between the messages."""

    key: str
    text: str
    icon: str
    color: Color
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A line under a message's text: why it failed, or with which reason it went out."""

    icon: str
    color: Color
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class BubbleEntry:
    """A message as it is drawn. text is what stands in the bubble, media the icon and label above it."""

    key: str
    message: MessageView
    text: str
    media: tuple[str, str] | None
    buttons: tuple[str, ...]
    notes: tuple[Note, ...]
    meta: str
    tick: str
    tick_color: Color

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
        parts = [self.media[1] if self.media else "", self.text, *self.buttons, self.meta]
        parts += [f"{note.title} {note.text}".strip() for note in self.notes]
        parts.append(words.status_words(message))
        return ". ".join(part for part in parts if part)


Entry = DayEntry | EventEntry | BubbleEntry
ButtonsOf = Callable[[MessageView], tuple[str, ...]]


def build(
    messages: Sequence[MessageView],
    history: Sequence[ConsentEvent],
    name: str,
    now: datetime,
    buttons_of: ButtonsOf,
    bots: Sequence[BotTurn] = (),
) -> list[Entry]:
    """The rows, oldest first, at most MOST_ROWS of them: the newest.

    Changes of the opt-in before the first message belong to the history, not to the talk.
    """
    told_events = [_Told(one.at, True, event_entry(one, name)) for one in history]
    told_events += _of_bots(bots)
    waiting = sorted(
        (one for one in told_events if messages and one.at >= messages[0].at), key=lambda one: one.at
    )
    made: list[Entry] = []
    today = ""

    def put(at: datetime, entry: Entry) -> None:
        nonlocal today
        title = when.day_title(at, now)
        if title != today:
            today = title
            made.append(DayEntry(f"day:{when.local(at):%Y-%m-%d}", title))
        made.append(entry)

    for message in messages:
        # What a message caused stands under it, and above the answer that it set off in the same instant.
        while waiting and waiting[0].is_before(message):
            event = waiting.pop(0)
            put(event.at, event.entry)
        put(message.at, bubble_entry(message, buttons_of(message)))
    for event in waiting:
        put(event.at, event.entry)
    return made[-MOST_ROWS:]


@dataclass(frozen=True, slots=True)
class _Told:
    """A line between the messages. sets_off: it stands above the message of ours of the same instant, which it caused."""

    at: datetime
    sets_off: bool
    entry: EventEntry

    def is_before(self, message: MessageView) -> bool:
        return self.at < message.at or (self.sets_off and self.at == message.at and message.outgoing)


def _of_bots(turns: Sequence[BotTurn]) -> Iterator[_Told]:
    """Who started a bot, and how it ended; nothing of one that a message started and that came to its end."""
    for one in turns:
        if one.by_name:
            text = words.bot_began(one)
            entry = EventEntry(f"bot:{one.session_id}:began", text, "robot", "info", one.started_at)
            yield _Told(one.started_at, True, entry)
        if one.ended_at is not None and one.status is not SessionStatus.COMPLETED:
            color: Color = "warn" if one.status.is_dropped else "muted"
            text = words.bot_ended(one)
            entry = EventEntry(f"bot:{one.session_id}:ended", text, "robot", color, one.ended_at)
            yield _Told(one.ended_at, False, entry)


def event_entry(event: ConsentEvent, name: str) -> EventEntry:
    text = consent_words.inline_event(name, event)
    if event.value in ("no", "stop"):
        return EventEntry(f"event:{event.id}", text, "prohibit", "danger", event.at)
    said_yes = event.value in ("yes", "resume")
    return EventEntry(
        f"event:{event.id}",
        text,
        "check" if said_yes else "info",
        "accent" if said_yes else "muted",
        event.at,
    )


def bubble_entry(message: MessageView, buttons: tuple[str, ...]) -> BubbleEntry:
    media = words.media_of(message.kind)
    text = message.text
    header = message.content.get("header")
    if media is not None:
        media, text = _placeholder(message, media)
    elif isinstance(header, Mapping) and (kind := words.media_of(str(header.get("type")))):
        media = (kind[0], told(str(header["type"]), header.get(str(header["type"]))))
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
        text,
        media,
        buttons,
        tuple(_notes(message)),
        meta,
        words.tick_of(message.status),
        tick_color,
    )


def _placeholder(message: MessageView, media: tuple[str, str]) -> tuple[tuple[str, str], str]:
    """Icon and label of what is not text, with its file name or place, and the caption."""
    icon, label = media
    if message.kind == "reaction":
        return (icon, "Reacted"), message.text
    if "object" in message.content:
        # Sent by another program: without a caption its text says what it is, as the line above it does.
        line = told(message.kind, message.content["object"])
        return (icon, line), "" if message.text == line else message.text
    detail = ""
    for part in ("media", "location"):
        kept = message.content.get(part)
        if isinstance(kept, Mapping):
            detail = str(kept.get("filename") or kept.get("name") or "") or detail
    return (icon, f"{label} · {detail}" if detail else label), message.text


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
