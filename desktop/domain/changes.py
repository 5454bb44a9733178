"""What a mutation touched, so that each screen can decide whether it cares."""

from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """The kinds of things that screens show; some say more closely what happened, beside the wider one."""

    CONTACT = "contact"
    CONVERSATION = "conversation"
    CONVERSATION_MADE = "conversation_made"
    CONVERSATION_MOVED = "conversation_moved"
    CONVERSATION_RESOLVED = "conversation_resolved"
    MESSAGE = "message"
    BROADCAST = "broadcast"
    BROADCAST_HALTED = "broadcast_halted"
    TEMPLATE = "template"
    TEMPLATE_STATUS = "template_status"
    SETTINGS = "settings"
    WEBHOOK = "webhook"
    ENGINE = "engine"
    PERSON = "person"
    SEGMENT = "segment"
    SEQUENCE = "sequence"
    FLOW = "flow"
    BOT_SESSION = "bot_session"
    BULK = "bulk"
    NOTE = "note"
    REMINDER = "reminder"
    QUICK_REPLY = "quick_reply"
    INBOX_VIEW = "inbox_view"
    KEY = "key"
    SUBSCRIPTION = "subscription"
    ACTIVITY = "activity"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing touched. id 0 means several or all of its topic."""

    topic: Topic
    id: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What one mutation touched."""

    touched: frozenset[Change] = frozenset()

    @classmethod
    def of(cls, *touched: Change) -> "Changes":
        return cls(frozenset(touched))

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(self.touched | other.touched)

    def __bool__(self) -> bool:
        return bool(self.touched)

    def has(self, topic: Topic, id: int | None = None) -> bool:
        """True if the topic (and that id, or an unspecific 0) was touched; EVERYTHING always counts."""
        return any(
            change.topic is Topic.EVERYTHING
            or (change.topic is topic and (id is None or change.id in (id, 0)))
            for change in self.touched
        )
