"""The words of the sequences' screens: states, delays, hours."""

from typing import Final

from desktop.domain.sequence import (
    DAY_MINUTES,
    EVERY_DAY,
    EnrolmentStatus,
    Hours,
    SequenceStatus,
    SequenceStep,
    ZoneOf,
)
from desktop.ui.parts.badge import BadgeKind

STATUS: Final[dict[SequenceStatus, tuple[str, BadgeKind]]] = {
    SequenceStatus.DRAFT: ("Draft", BadgeKind.DRAFT),
    SequenceStatus.ACTIVE: ("Active", BadgeKind.LIVE),
    SequenceStatus.PAUSED: ("Paused", BadgeKind.PAUSED),
    SequenceStatus.HELD: ("Held", BadgeKind.WARN),
}
ENROLMENT: Final[dict[EnrolmentStatus, BadgeKind]] = {
    EnrolmentStatus.IN_PROGRESS: BadgeKind.RUNNING,
    EnrolmentStatus.COMPLETED: BadgeKind.DONE,
    EnrolmentStatus.SUCCEEDED: BadgeKind.DONE,
    EnrolmentStatus.GOAL_MISSED: BadgeKind.NEUTRAL,
    EnrolmentStatus.DROPPED: BadgeKind.WARN,
    EnrolmentStatus.TAKEN_OUT: BadgeKind.NEUTRAL,
}
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RUN: Final = 3
"""So many days in a row are told as a stretch: 'Mon–Wed', but 'Mon, Tue'."""


def clock(minute: int) -> str:
    """'9' or '9:30' of a minute of the day; the end of the day is '24'."""
    hour, rest = divmod(minute, 60)
    return f"{hour}:{rest:02}" if rest else str(hour)


def weekdays_words(days: frozenset[int]) -> str:
    """'Mon–Fri', 'Sat, Sun', 'no day'; "" for every day."""
    if days >= EVERY_DAY:
        return ""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told = [
        f"{DAYS[run[0]]}–{DAYS[run[-1]]}" if len(run) >= _RUN else ", ".join(DAYS[day] for day in run)
        for run in runs
    ]
    return ", ".join(told) or "no day"


def hours_words(hours: Hours) -> str:
    """'9–18 h', 'Mon–Fri 9–18 h', 'Sat, Sun'; "" for any time."""
    days = weekdays_words(hours.weekdays)
    whole = (hours.start_minute, hours.end_minute) == (0, DAY_MINUTES)
    span = "" if whole else f"{clock(hours.start_minute)}–{clock(hours.end_minute)} h"
    return f"{days} {span}".strip()


def hours_sentence(hours: Hours) -> str:
    """'Messages leave at any time.', 'Messages leave Mon–Fri 9–18 h, by the workspace’s clock.'"""
    if hours.always:
        return "Messages leave at any time."
    whose = "the contact’s" if hours.zone_of is ZoneOf.CONTACT else "the workspace’s"
    return f"Messages leave {hours_words(hours)}, by {whose} clock."


def delay_words(step: SequenceStep) -> str:
    """What stands left of a card: 'after 7 days, 9–18 h'; hours only where the step has its own."""
    own = hours_words(step.hours) if step.hours is not None else ""
    return f"{step.delay.sentence}, {own}" if own else step.delay.sentence


def contacts_words(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def steps_words(count: int) -> str:
    return f"{count:,} step{'' if count == 1 else 's'}"
