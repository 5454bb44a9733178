"""Outgoing webhooks as they are asked for and answered."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from desktop.domain.problems import Problem
from desktop.domain.public_ids import own_id
from desktop.domain.subscriptions import Event, Shape, SubscriptionDraft, SubscriptionStatus
from desktop.server.devapi.parts import Answer, Asked, Digits, Short
from desktop.services.api_subscriptions import ChangeWanted

Url = Annotated[str, StringConstraints(max_length=2_000)]
Events = Annotated[
    list[Event], Field(max_length=100, examples=[["Message.Received", "Contact.OptIn.Updated"]])
]


class WebhookAsked(Asked):
    """Whom to tell what. shape gallabox: the bare object, its event's name in the header x-event-name.

    shape meta: WhatsApp's own webhook, for the messages of one key (apiKeyId, or the key that asks) and for what
    customers write; events are left out then. In shape gallabox at least one event is required.
    """

    url: Url = Field(examples=["https://shop.example/hooks/wa"])
    events: Events = Field(default=[], description="At least one, in shape gallabox; none in shape meta.")
    shape: Literal["gallabox", "meta"] = "gallabox"
    apiKeyId: Short | None = None

    def wanted(self) -> SubscriptionDraft:
        """The webhook without the shape of its request. Raises a Problem of apiKeyId."""
        key_id = own_id(self.apiKeyId.strip()) if self.apiKeyId else None
        if self.apiKeyId and key_id is None:
            raise Problem("Key not found", "There is no API key with this id.", "apiKeyId")
        return SubscriptionDraft(self.url, frozenset(self.events), Shape(self.shape), key_id)


class WebhookChange(Asked):
    """What is to be different; what is not said stays. fromNow: with status active, leave out what waited."""

    url: Url | None = None
    events: Events | None = None
    status: Literal["active", "paused"] | None = None
    fromNow: bool = False

    def wanted(self) -> ChangeWanted:
        """The change without the shape of its request."""
        events = frozenset(self.events) if self.events is not None else None
        status = SubscriptionStatus(self.status) if self.status is not None else None
        return ChangeWanted(self.url, events, status, self.fromNow)


class WebhookDay(Answer):
    """The last 24 hours. retriedCount: delivered, but not at the first attempt."""

    deliveredCount: int
    retriedCount: int
    failedCount: int


class WebhookAnswer(Answer):
    """An outgoing webhook. pausedBecause: why Assent paused it, "" if somebody did."""

    id: Digits
    url: str
    events: list[Event]
    shape: Literal["gallabox", "meta"]
    apiKeyId: Digits | None
    status: Literal["active", "paused"]
    pausedBecause: str
    failingSince: str | None
    createdAt: str
    waitingCount: int
    day: WebhookDay


class WebhookMade(WebhookAnswer):
    """A new one, with the secret that its deliveries are signed with: keep it, it is not told again."""

    secret: str | None


class WebhookRemoved(Answer):
    """It is gone, with its log."""

    id: Digits
    isDelete: bool
