"""One contact's way through a sequence: who may come in, what a turn does, when the next step is due. Pure.

Source: the specification's path of sequences: a marketing step to someone who said no fails, and the contact moves
to the next step; *send only if the previous was sent* looks at delivery failures alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain import zones
from desktop.domain.messages import OPEN, Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition
from desktop.domain.step_times import due_after, next_open

UNKNOWN_LOOK_AGAIN: Final = timedelta(hours=1)
"""How long a step waits for news of a predecessor that nobody is certain of."""
MARKETING_STOPPED_CODE: Final = 131050
"""WhatsApp's error for a customer who stopped marketing there: an opt-out, told late."""
_OF_CONSENT: Final = frozenset(
    {Reason.OPTED_OUT, Reason.STOPPED_IN_WHATSAPP, Reason.NO_CHOICE, Reason.US_NUMBER}
)


def told_reason(reason: Reason | None, error_code: int | None) -> Reason | None:
    """The reason as a sequence counts it: WhatsApp's error for a stop is an opt-out that came with the answer."""
    return Reason.STOPPED_IN_WHATSAPP if error_code == MARKETING_STOPPED_CODE else reason


class Entry(StrEnum):
    """Whether a contact comes in. SEEN: the change that would bring them in was looked at before."""

    COMES_IN = "comes_in"
    RUNNING = "running"
    BEEN = "been"
    COOLING = "cooling"
    NO_PHONE = "no_phone"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Past:
    """A contact's earlier runs in one sequence. ended_at: of the last one; trigger_at: the newest that counted."""

    running: bool = False
    been: bool = False
    ended_at: datetime | None = None
    trigger_at: datetime | None = None


NEVER: Final = Past()


def entry_of(
    definition: Definition, past: Past, now: datetime, *, has_phone: bool, trigger_at: datetime | None = None
) -> Entry:
    """Whether a contact may come in now. trigger_at: when the change happened that would bring them in."""
    if past.running:
        return Entry.RUNNING
    if past.been and definition.run_once:
        return Entry.BEEN
    if trigger_at is not None and any(
        at is not None and trigger_at <= at for at in (past.trigger_at, past.ended_at)
    ):
        return Entry.SEEN
    if past.ended_at is not None and now < past.ended_at + timedelta(days=definition.cooling_days):
        return Entry.COOLING
    return Entry.COMES_IN if has_phone else Entry.NO_PHONE


def due_at(
    definition: Definition, step_number: int, before: datetime, phone: str | None, workspace: ZoneInfo
) -> datetime:
    """When a step is due that follows a moment: after its delay, inside its send hours, in UTC."""
    step = definition.steps[step_number - 1]
    hours = definition.hours_of(step)
    zone = zones.zone_of(hours.zone_of, phone, workspace)
    return next_open(due_after(before, step.delay, zone), hours, zone)


def opens_at(
    definition: Definition, step_number: int, now: datetime, phone: str | None, workspace: ZoneInfo
) -> datetime:
    """`now` itself if a step may leave then, else when its send hours open, in UTC."""
    hours = definition.hours_of(definition.steps[step_number - 1])
    return next_open(now, hours, zones.zone_of(hours.zone_of, phone, workspace))


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The last message that a run made, as it stands now."""

    status: Status
    reason: Reason | None = None
    error_code: int | None = None

    @property
    def is_open(self) -> bool:
        """True while the engine has work with it."""
        return self.status in OPEN

    @property
    def not_delivered(self) -> bool:
        """True if it failed for anything but consent."""
        return self.status is Status.FAILED and told_reason(self.reason, self.error_code) not in _OF_CONSENT


class What(StrEnum):
    """What a turn does with the contact."""

    SUCCEED = "succeed"
    MISS_GOAL = "miss_goal"
    WAIT = "wait"
    DROP = "drop"
    SKIP = "skip"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Turn:
    """until: of WAIT, when to look again."""

    what: What
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a turn looks at. before: the run's last message, None if it made none."""

    phone: str | None
    success: bool = False
    failure: bool = False
    condition: bool = True
    before: LastMessage | None = None


def next_turn(
    definition: Definition, step_number: int, seen: Seen, now: datetime, workspace: ZoneInfo
) -> Turn:
    """What happens at a step whose time has come: goals, send hours, the step before, the condition, in this order."""
    if seen.success:
        return Turn(What.SUCCEED)
    if seen.failure:
        return Turn(What.MISS_GOAL)
    opens = opens_at(definition, step_number, now, seen.phone, workspace)
    if opens > now:
        return Turn(What.WAIT, opens)
    if definition.only_if_sent and seen.before is not None:
        if seen.before.not_delivered:
            return Turn(What.DROP)
        if seen.before.status is Status.UNKNOWN:
            return Turn(What.WAIT, now + UNKNOWN_LOOK_AGAIN)
    return Turn(What.SEND if seen.condition else What.SKIP)


def step_after(definition: Definition, step_number: int) -> int | None:
    """The step after one, or None after the last."""
    return step_number + 1 if step_number < len(definition.steps) else None
