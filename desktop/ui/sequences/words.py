"""The words of the sequences' screens: states, delays, when messages leave."""

from typing import Final

from desktop.domain.hours_words import hours_words
from desktop.domain.sequence import EnrolmentStatus, Hours, SequenceStatus, SequenceStep, ZoneOf
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
LONG_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
