"""The sentences of the conversation screen, from plain values; nothing here decides anything."""

from datetime import datetime
from typing import Final

from desktop.domain import window
from desktop.domain.consent import Path
from desktop.domain.conversations import BotTurn, ConversationRow, MessageView
from desktop.domain.flow import SessionStatus
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.why import failed_words
from desktop.ui.parts import when
from desktop.whatsapp import errors

MEDIA: Final[dict[str, tuple[str, str]]] = {
    "image": ("camera", "Photo"),
    "video": ("video-camera", "Video"),
    "audio": ("microphone", "Voice message"),
    "document": ("file-text", "Document"),
    "sticker": ("sticker", "Sticker"),
    "location": ("map-pin", "Location"),
    "contacts": ("user-circle", "Contact card"),
    "reaction": ("smiley", "Reaction"),
    "order": ("list-bullets", "Order"),
}
"""Icon and word of the kinds that are not text."""
UNKNOWN_ICON: Final = "question"
_SPOKEN: Final = ("text", "template", "interactive", "button", "edit")
NOT_CERTAIN: Final = "Not certain"
WAITS_FOR_LINE: Final = "Waiting for the line"
WAITS_ADVICE: Final = "WhatsApp cannot be reached now. It is asked again, and goes when the line is back."
BOT: Final = "Bot"


def media_of(kind: str) -> tuple[str, str] | None:
    """Icon and word of a kind; None for what is written. A kind that WhatsApp added since is *Unsupported*."""
    return None if kind in _SPOKEN else MEDIA.get(kind, (UNKNOWN_ICON, "Unsupported message"))


def bot_line(flow_name: str) -> str:
    """Which flow handles a conversation now: 'Bot: Order status'."""
    return f"{BOT}: {flow_name}"


def bot_began(turn: BotTurn) -> str:
    """'Bot “Order status” began · Lina Haddad started it · 13:44'."""
    return f"{BOT} “{turn.flow_name}” began · {turn.by_name} started it · {when.clock(turn.started_at)}"


def bot_ended(turn: BotTurn) -> str:
    """'Bot “Order status” ended: no answer came · 13:59'."""
    at = when.clock(turn.ended_at or turn.started_at)
    return f"{BOT} “{turn.flow_name}” ended: {_why_ended(turn)} · {at}"


def _why_ended(turn: BotTurn) -> str:
    because = turn.because.strip().removesuffix(".")
    label = lower_first(turn.status.label)
    if turn.status is SessionStatus.TAKEN_OVER:
        return because or label
    return f"{label} ({lower_first(because)})" if because else label


# Why something did not arrive.


def failure(reason: Reason | None, error_code: int | None) -> tuple[str, str]:
    """A few words and a sentence about what to do."""
    if reason in (None, Reason.WHATSAPP_ERROR) and error_code is not None:
        rule = errors.rule(error_code)
        return rule.label, f"{rule.sentence} {rule.advice}"
    found = reason or Reason.WHATSAPP_ERROR
    return found.label, found.sentence


def lower_first(text: str) -> str:
    """For a label inside a sentence; 'WhatsApp …' and 'US …' keep their capitals."""
    word = text.split(" ", 1)[0]
    return text if word[1:] != word[1:].lower() or word == "WhatsApp" else text[:1].lower() + text[1:]


def preview(row: ConversationRow) -> tuple[str, str]:
    """Icon and text of a row's second line."""
    if row.last_status is Status.FAILED:
        label, _ = failure(row.last_reason, row.last_error_code)
        return "warning", f"{failed_words(row.last_reason, row.last_error_code)} – {lower_first(label)}"
    if row.last_status is Status.LEFT_OUT:
        label = row.last_reason.label if row.last_reason else "left out"
        return "prohibit", f"Not sent – {lower_first(label)}"
    if row.last_status is Status.UNKNOWN:
        return "question", f"{NOT_CERTAIN} – {one_line(row.last_text)}"
    media = media_of(row.last_kind)
    if media is not None:
        return media[0], one_line(row.last_text) or media[1]
    return tick_of(row.last_status), one_line(row.last_text)


def one_line(text: str) -> str:
    return " ".join(text.split())


def despite_words(message: MessageView) -> str:
    """'Sent despite opt-out', 'Sent without a choice' for what a person sent anyway; "" for all else."""
    if message.reason is Reason.DESPITE_NO_CHOICE:
        return "Sent without a choice"
    anyway = message.override_reason or message.reason is Reason.DESPITE_OPT_OUT
    return Reason.DESPITE_OPT_OUT.label if anyway else ""


def status_words(message: MessageView) -> str:
    """What became of a message, in a word or two; "" for one that was received."""
    if message.status is Status.FAILED:
        return failed_words(message.reason, message.error_code)
    return STATUS_WORDS[message.status] if message.status is not None else ""


def tick_of(status: Status | None) -> str:
    """The icon of a message of ours on its way; "" for an inbound one."""
    if status is None:
        return ""
    return {
        Status.QUEUED: "clock",
        Status.SENDING: "clock",
        Status.ACCEPTED: "check",
        Status.SENT: "check",
        Status.DELIVERED: "checks",
        Status.READ: "checks",
        Status.FAILED: "warning",
        Status.LEFT_OUT: "prohibit",
        Status.CANCELLED: "x-circle",
        Status.UNKNOWN: "question",
    }[status]


STATUS_WORDS: Final = {
    Status.QUEUED: "Waiting to be sent",
    Status.SENDING: "Being sent",
    Status.ACCEPTED: "Taken by WhatsApp",
    Status.SENT: "Sent",
    Status.DELIVERED: "Delivered",
    Status.READ: "Read",
    Status.FAILED: "Not delivered",
    Status.LEFT_OUT: "Not sent",
    Status.CANCELLED: "Cancelled",
    Status.UNKNOWN: NOT_CERTAIN,
}


def origin(message: MessageView) -> str:
    """Where a message of ours came from: 'Broadcast · Diwali early access', 'Sequence · Welcome, step 2', 'Bot · Order status',
    a name.
    """
    if not message.outgoing or message.path is None:
        return ""
    if message.broadcast_id is not None:
        return f"Broadcast · {message.broadcast_name}"
    if message.path is Path.SEQUENCE and message.sequence_name:
        return f"Sequence · {sequence_step(message)}"
    if message.path is Path.BOT and message.flow_name:
        return f"{BOT} · {message.flow_name}"
    if message.api_key_name:
        return f"API · {message.api_key_name}"
    named = {Path.AUTOMATIC: "Automatic", Path.BOT: BOT, Path.SEQUENCE: "Sequence", Path.API: "API"}
    return named.get(message.path, message.author_name)


def sequence_step(message: MessageView) -> str:
    """Which sequence and step a message belongs to: 'Welcome, step 2'; "" for one that belongs to none."""
    if not message.sequence_name or message.step_number is None:
        return message.sequence_name
    return f"{message.sequence_name}, step {message.step_number}"


# The reply window.


def window_line(last_inbound_at: datetime | None, now: datetime) -> str:
    if window.is_open(last_inbound_at, now):
        return f"reply window open, {when.span(window.left(last_inbound_at, now))} left"
    return "reply window closed" if last_inbound_at else "has not written yet"


def window_closed(name: str, last_inbound_at: datetime | None, now: datetime) -> str:
    """Why the picker stands where one would write, as a sentence."""
    closed_at = window.closes_at(last_inbound_at)
    if closed_at is None:
        return f"{name} has not written to you yet. WhatsApp takes only an approved template until they do."
    return (
        f"The reply window closed on {when.stamp(closed_at, now, ', ')}, 24 hours after {name} last wrote. "
        "WhatsApp takes only an approved template now."
    )
