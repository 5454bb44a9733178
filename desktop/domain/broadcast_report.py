"""Of a broadcast's report, what is asked beyond its figures: which people, by hour, replies, retries, others like it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.broadcast_figures import Figures
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason


class Milestone(StrEnum):
    """Reached at least once, whatever the message's state is now."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    REPLIED = "replied"
    OPTED_OUT_SINCE = "opted_out_since"
    RETRIED = "retried"


@dataclass(frozen=True, slots=True)
class Why:
    """One line of *Why messages failed or were left out*. error_code: None also for reasons of our own."""

    status: Status
    reason: Reason
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a number of the report stands for: everyone, unless something is set; what is set holds together.

    statuses: now. reached: once. why: the reason of a line. button: pressed by those who replied; "" any reply.
    within: from when until when (not included) they reached it. despite: it went although they had opted out.
    """

    statuses: tuple[Status, ...] = ()
    reached: Milestone | None = None
    why: Why | None = None
    button: str = ""
    within: tuple[datetime, datetime] | None = None
    despite: bool = False

    @property
    def is_everyone(self) -> bool:
        return self == Chosen()

    def to_json(self) -> dict[str, Any]:
        why = self.why
        return {
            "statuses": [one.value for one in self.statuses],
            "reached": self.reached.value if self.reached else None,
            "why": [why.status.value, why.reason.value, why.error_code] if why else None,
            "button": self.button,
            "within": [one.isoformat() for one in self.within] if self.within else None,
            "despite": self.despite,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Chosen":
        why, within = data["why"], data["within"]
        return cls(
            tuple(map(Status, data["statuses"])),
            Milestone(data["reached"]) if data["reached"] else None,
            Why(Status(why[0]), Reason(why[1]), why[2]) if why else None,
            data["button"],
            (datetime.fromisoformat(within[0]), datetime.fromisoformat(within[1])) if within else None,
            data.get("despite", False),
        )


EVERY_ONE: Final = Chosen()
"""All messages of a broadcast."""
GOT_IT_DESPITE: Final = Chosen(despite=True)
"""Who got it although they had opted out, with the toggle off."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """A No after the launch. words: what the person said, "" if they did not write it.

    answered: the text of our message that it answers. answered_here: that message is of this broadcast.
    """

    at: datetime
    source: str
    words: str = ""
    answered: str = ""
    answered_here: bool = False
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """A row that named a contact once more. list_id 0: a pick, which has no row; row_number then only orders them."""

    list_id: int
    row_number: int
    list_name: str = ""

    @property
    def words(self) -> str:
        """'also on row 12 of “VIPs”'."""
        return f"also on row {self.row_number:,} of “{self.list_name}”" if self.list_id else "picked twice"


@dataclass(frozen=True, slots=True)
class Person:
    """One message of the report with what came back. reply: the newest answer. try_count: calls made for it.

    presses: titles of the buttons of ours that were pressed. again: it is no message, but a row that named somebody who
    has one a second time; its message's id is below zero.
    """

    message: MessageView
    reply: str = ""
    replied_at: datetime | None = None
    presses: tuple[str, ...] = ()
    opted_out: OptOut | None = None
    try_count: int = 0
    again: Again | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """What one hour of the workspace's clock brought, at its first report each."""

    start: datetime
    sent_count: int = 0
    delivered_count: int = 0
    read_count: int = 0
    replied_count: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """How many contacts pressed a button of the message."""

    title: str
    contact_count: int


@dataclass(frozen=True, slots=True)
class Replies:
    """contact_count: people who replied, by whatever message; message_count: what they wrote or pressed."""

    contact_count: int = 0
    message_count: int = 0
    presses: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """A broadcast to compare with. same_template: it sent the same template."""

    record: BroadcastRecord
    figures: Figures
    replied_count: int
    same_template: bool


@dataclass(frozen=True, slots=True)
class Retryable:
    """Failed messages that can be tried again: now_count at once; later: (from when on, how many), the soonest first.

    preparing: a retry was started whose messages are not made yet. codes: of WhatsApp's errors that have to wait, from
    when on the first can.
    """

    now_count: int = 0
    later: tuple[tuple[datetime, int], ...] = ()
    preparing: bool = False
    codes: tuple[tuple[int, datetime], ...] = ()

    @property
    def later_count(self) -> int:
        return sum(count for _, count in self.later)


@dataclass(frozen=True, slots=True)
class Override:
    """The toggle was off. reason: the supervisor's. at_yes_count: had opted out when somebody said yes; got_count: of
    them, to whom it went. by_name: who gave the reason; "" not kept. yes_by_name: the second supervisor; "" none asked.
    """

    reason: str
    at_yes_count: int
    got_count: int
    by_name: str = ""
    yes_by_name: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """A retry, with what became of it."""

    record: BroadcastRecord
    figures: Figures


@dataclass(frozen=True, slots=True)
class Extras:
    """What the report shows beside its figures, read in one transaction.

    parent: of a retry or a test. tries: retries of this one, the first first. planned_share: of one that is being
    prepared, 0.0 to 1.0. opted_out_since_count: None until it is read. override: None with the toggle on.
    """

    replies: Replies = Replies()
    retryable: Retryable = Retryable()
    tries: tuple[Try, ...] = ()
    parent: BroadcastRecord | None = None
    planned_share: float = 0.0
    opted_out_since_count: int | None = None
    override: Override | None = None


def merged(hours: Sequence[Hour]) -> tuple[Hour, ...]:
    """One per hour, in their order, from several that each know a part."""
    found: dict[datetime, Hour] = {}
    for one in hours:
        known = found.get(one.start, Hour(one.start))
        found[one.start] = replace(
            known,
            sent_count=known.sent_count + one.sent_count,
            delivered_count=known.delivered_count + one.delivered_count,
            read_count=known.read_count + one.read_count,
            replied_count=known.replied_count + one.replied_count,
        )
    return tuple(found[start] for start in sorted(found))
