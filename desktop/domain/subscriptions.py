"""Outgoing webhooks: who is told what, in which shape, and how often it is tried. Pure.

A *subscription* is what the screen calls a webhook: an address, the events it wants, the shape they come in. A
*delivery* is one event on its way to one subscription. Event names and the first signature are Gallabox's.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Event(StrEnum):
    """What can be told. Values are the header `x-event-name`."""

    MESSAGE_RECEIVED = "Message.Received"
    MESSAGE_SENT = "Message.Send"
    MESSAGE_STATUS = "Message.WA.Status.Received"
    MESSAGE_FAILED = "Message.WA.Status.Failed"
    BROADCAST_STATUS = "Broadcast.WA.Message.Status.Received"
    BROADCAST_FAILED = "Broadcast.WA.Message.Status.Failed"
    BROADCAST_ENGAGED = "Broadcast.WA.Message.Engaged.Received"
    CONTACT_CREATED = "Contact.Created"
    CONTACT_UPDATED = "Contact.Updated"
    OPT_IN_UPDATED = "Contact.OptIn.Updated"
    CONVERSATION_CREATED = "Conversation.Create"
    CONVERSATION_UPDATED = "Conversation.Update"
    CONVERSATION_RESOLVED = "Conversation.Resolve"
    TEMPLATE_STATUS = "Template.Status"

    @property
    def label(self) -> str:
        """As the screen says it: 'message status'."""
        return _LABELS[self]


_LABELS: Final = {
    Event.MESSAGE_RECEIVED: "message received",
    Event.MESSAGE_SENT: "message sent",
    Event.MESSAGE_STATUS: "message status",
    Event.MESSAGE_FAILED: "message failed",
    Event.BROADCAST_STATUS: "broadcast status",
    Event.BROADCAST_FAILED: "broadcast failed",
    Event.BROADCAST_ENGAGED: "broadcast answered",
    Event.CONTACT_CREATED: "contact created",
    Event.CONTACT_UPDATED: "contact updated",
    Event.OPT_IN_UPDATED: "opt-in updated",
    Event.CONVERSATION_CREATED: "conversation created",
    Event.CONVERSATION_UPDATED: "conversation updated",
    Event.CONVERSATION_RESOLVED: "conversation resolved",
    Event.TEMPLATE_STATUS: "template status",
}


class Shape(StrEnum):
    """In whose words. GALLABOX: the bare object, its name in a header. META: the Cloud API's webhook, for a key's
    messages and for everything that customers write."""

    GALLABOX = "gallabox"
    META = "meta"


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class DeliveryStatus(StrEnum):
    """WAITING: to be tried at `due_at`. FAILED: every attempt was used up."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


TRIED_AFTER: Final = tuple(timedelta(seconds=s) for s in (0, 10, 60, 600, 3_600))
"""Up to five attempts; before each of them, so long after the one before."""
MOST_WAITING: Final = 1_000
"""Deliveries of one subscription that are made ahead; what comes after stays where it was written until then."""
PAUSED_AFTER_FAILED: Final = 20
"""So many deliveries in a row that used up every attempt pause a subscription."""


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """What a person asks for. api_key_id: with Shape.META, whose messages' statuses are told."""

    url: str
    events: frozenset[Event] = frozenset()
    shape: Shape = Shape.GALLABOX
    api_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Of one subscription's deliveries in a day. retried: delivered, but not at the first attempt."""

    delivered_count: int = 0
    retried_count: int = 0
    failed_count: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it is shown. failing_since: of the first failed attempt that no success has followed.

    made_by_key_id: of the API key that chose the address; None: a person did.
    """

    id: int
    url: str
    events: frozenset[Event]
    shape: Shape
    status: SubscriptionStatus
    created_at: datetime
    api_key_id: int | None = None
    paused_because: str = ""
    failing_since: datetime | None = None
    created_by: int | None = None
    waiting_count: int = 0
    day: DayFigures = field(default_factory=DayFigures)
    made_by_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way. event: the header's text; http_status None: no answer came, `trouble` says why."""

    id: int
    subscription_id: int
    event: str
    body: str
    status: DeliveryStatus
    created_at: datetime
    attempt_count: int = 0
    due_at: datetime | None = None
    ended_at: datetime | None = None
    http_status: int | None = None
    trouble: str = ""
    replay_of: int | None = None


def events_words(events: Collection[Event]) -> str:
    """'message status, opt-in updated', in the order of the list."""
    return ", ".join(one.label for one in Event if one in events)


def next_try(attempt_count: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    return at + TRIED_AFTER[attempt_count] if attempt_count < len(TRIED_AFTER) else None


def signature(secret: str, body: bytes) -> str:
    """Gallabox's `x-gallabox-signature`: base64 of HMAC-SHA256."""
    return base64.b64encode(_mac(secret, body)).decode("ascii")


def meta_signature(secret: str, body: bytes) -> str:
    """The Cloud API's `X-Hub-Signature-256`: 'sha256=' and hexadecimal digits."""
    return f"sha256={_mac(secret, body).hex()}"


def _mac(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()
