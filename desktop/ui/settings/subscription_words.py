"""Outgoing webhooks in words: their events, how the last day went, and what became of one delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.subscriptions import (
    TRIED_AFTER,
    Delivery,
    DeliveryStatus,
    Event,
    Shape,
    Subscription,
    SubscriptionStatus,
    events_words,
)
from desktop.ui.parts import when
from desktop.ui.theme import Color

GROUPS: Final[tuple[tuple[str, tuple[Event, ...]], ...]] = (
    ("Messages", (Event.MESSAGE_RECEIVED, Event.MESSAGE_SENT, Event.MESSAGE_STATUS, Event.MESSAGE_FAILED)),
    ("Broadcasts", (Event.BROADCAST_STATUS, Event.BROADCAST_FAILED, Event.BROADCAST_ENGAGED)),
    ("Contacts", (Event.CONTACT_CREATED, Event.CONTACT_UPDATED, Event.OPT_IN_UPDATED)),
    (
        "Conversations",
        (Event.CONVERSATION_CREATED, Event.CONVERSATION_UPDATED, Event.CONVERSATION_RESOLVED),
    ),
    ("Templates", (Event.TEMPLATE_STATUS,)),
)
"""Every event once, as the dialog groups them."""
EXPLAINED: Final = {
    Event.MESSAGE_RECEIVED: "A customer wrote.",
    Event.MESSAGE_SENT: "A message was sent from here, by whatever path.",
    Event.MESSAGE_STATUS: "A message was sent, delivered or read.",
    Event.MESSAGE_FAILED: "A message failed, with the reason: the contact opted out, too.",
    Event.BROADCAST_STATUS: "A broadcast’s message was sent, delivered or read.",
    Event.BROADCAST_FAILED: "A broadcast’s message failed, with the reason.",
    Event.BROADCAST_ENGAGED: "A customer answered a broadcast.",
    Event.CONTACT_CREATED: "A contact was added, by whatever way.",
    Event.CONTACT_UPDATED: "A contact’s name, tags or fields changed.",
    Event.OPT_IN_UPDATED: "A contact opted in or out, from where and when.",
    Event.CONVERSATION_CREATED: "A conversation began.",
    Event.CONVERSATION_UPDATED: "A conversation was assigned, or opened again.",
    Event.CONVERSATION_RESOLVED: "A conversation was resolved.",
    Event.TEMPLATE_STATUS: "WhatsApp approved, paused or changed a template.",
}
SHAPES: Final = {
    Shape.GALLABOX: ("Gallabox’s", "One event per call, its name in the header x-event-name."),
    Shape.META: (
        "WhatsApp’s own",
        "As WhatsApp’s Cloud API sends them: the statuses of one key’s messages, and what customers write.",
    ),
}
"""What a shape is called, and what it means."""
PAUSED: Final = "Paused. Nothing is sent, nothing is lost."


@dataclass(frozen=True, slots=True)
class DaySaid:
    """How it goes: head in `color` behind a dot of it, the rest after it, and a sentence below or ""."""

    color: Color
    head: str
    tail: str = ""
    sentence: str = ""

    @property
    def text(self) -> str:
        """All of it, for a screen reader."""
        return " · ".join(part for part in (self.head, self.tail, self.sentence) if part)


def events_said(one: Subscription, key_names: Mapping[int, str]) -> str:
    """'message status, opt-in updated', 'everything'; in WhatsApp's shape of which key."""
    if one.shape is Shape.GALLABOX:
        return "everything" if one.events == frozenset(Event) else events_words(one.events)
    return f"WhatsApp’s own shape · {key_names.get(one.api_key_id or 0, 'a key')}"


def day_said(one: Subscription, now: datetime) -> DaySaid:
    """The last 24 hours, and whether it works now."""
    waiting = f"{one.waiting_count:,} waiting" if one.waiting_count else ""
    if one.status is SubscriptionStatus.PAUSED:
        return DaySaid("danger" if one.paused_because else "muted", "paused", waiting, one.paused_because)
    if one.failing_since is not None:
        return DaySaid("danger", f"failing since {moment(one.failing_since, now)}", waiting)
    day = one.day
    after = [f"{day.retried_count:,} tried again"] if day.retried_count else []
    after += [f"{day.failed_count:,} failed"] if day.failed_count else []
    after += [waiting] if waiting else []
    if not day.delivered_count and not after:
        return DaySaid("muted", "nothing yet")
    return DaySaid("accent", f"{day.delivered_count:,} delivered", " · ".join(after))


def moment(at: datetime, now: datetime) -> str:
    """'10:51' today, else '21 Nov 10:51'."""
    return when.clock(at) if when.local(at).date() == when.local(now).date() else when.stamp(at, now)


def delivery_said(one: Delivery, now: datetime) -> tuple[str, Color]:
    """What became of it: 'delivered', 'failed', 'waiting', 'next at 10:53'."""
    if one.status is DeliveryStatus.DELIVERED:
        return "delivered", "accent"
    if one.status is DeliveryStatus.FAILED:
        return "failed", "danger"
    if one.attempt_count and one.due_at is not None:
        return f"next at {moment(one.due_at, now)}", "warn"
    return "waiting", "muted"


def attempts_said(one: Delivery) -> str:
    """'1', '3 of 5', '–' before the first."""
    if not one.attempt_count:
        return "–"
    done = one.status is DeliveryStatus.DELIVERED and one.attempt_count == 1
    return "1" if done else f"{one.attempt_count} of {len(TRIED_AFTER)}"


def answer_said(one: Delivery) -> str:
    """'200', '500 Internal Server Error', 'no answer within 10 s', '–'."""
    number = str(one.http_status) if one.http_status is not None else ""
    return " ".join(part for part in (number, one.trouble) if part) or "–"
