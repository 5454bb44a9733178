"""A message's life: its states, their rank, and which report may change what.

`queued → sending → accepted → sent → delivered → read`, or `failed`, `left_out`, `cancelled`, `unknown`.
"""

from enum import IntEnum, StrEnum
from typing import Final


class Status(StrEnum):
    """Where a message stands now."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    LEFT_OUT = "left_out"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Lane(IntEnum):
    """Who goes first when many messages wait: a person's reply before a broadcast's next thousand."""

    PEOPLE = 0
    AUTOMATIC = 1
    API = 2
    SEQUENCE = 3
    BROADCAST = 4


_RANK: Final = {
    Status.QUEUED: 0,
    Status.SENDING: 1,
    Status.CANCELLED: 2,
    Status.UNKNOWN: 3,
    Status.ACCEPTED: 4,
    Status.SENT: 5,
    Status.FAILED: 6,
    Status.DELIVERED: 7,
    Status.READ: 8,
}
"""What WhatsApp reports only ever moves a message up this ladder, so webhooks may come twice and in any
order and end alike. `failed` stands under `delivered`: what arrived, arrived. A person's decision on an
uncertain message (cancelled, accepted) stands under every report, so a late webhook wins over a guess."""

REPORTED: Final = frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED})
"""The states that a status webhook can carry (`played` is read as `read`)."""

GONE: Final = frozenset({Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ})
"""WhatsApp has it."""

OPEN: Final = frozenset({Status.QUEUED, Status.SENDING})
"""Work remains for the engine."""


def rank(status: Status) -> int:
    """The place of a state on the ladder. LEFT_OUT has none: it never left, and nothing can be reported."""
    return _RANK[status]


def advance(current: Status, reported: Status) -> Status:
    """The state after a report from WhatsApp. Never goes backwards; `left_out` never moves."""
    if current is Status.LEFT_OUT or rank(reported) <= rank(current):
        return current
    return reported


def reached(status: Status) -> tuple[Status, ...]:
    """The milestones that a message in this state has passed at least once (sent, delivered, read)."""
    passed = {
        Status.SENT: (Status.SENT,),
        Status.DELIVERED: (Status.SENT, Status.DELIVERED),
        Status.READ: (Status.SENT, Status.DELIVERED, Status.READ),
    }
    return passed.get(status, ())
