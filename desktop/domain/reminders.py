"""Reminders: a conversation comes back to a person at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MORNING_HOUR: Final = 9


class Later(StrEnum):
    """What a person chooses without a calendar."""

    TWO_HOURS = "two_hours"
    TOMORROW = "tomorrow"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Reminder:
    """told_at: when the person was reminded; None: not yet. It stays until they take it away."""

    contact_id: int
    contact_name: str
    user_id: int
    due_at: datetime
    told_at: datetime | None = None


LABELS: Final = {
    Later.TWO_HOURS: "In 2 hours",
    Later.TOMORROW: f"Tomorrow {MORNING_HOUR:02}:00",
    Later.WEEK: f"In a week {MORNING_HOUR:02}:00",
}


def due(later: Later, now: datetime, zone: ZoneInfo) -> datetime:
    """In two hours; else on the day meant at nine in the morning of `zone`."""
    if later is Later.TWO_HOURS:
        return now + timedelta(hours=2)
    day = now.astimezone(zone).date() + timedelta(days=1 if later is Later.TOMORROW else 7)
    return datetime(day.year, day.month, day.day, MORNING_HOUR, tzinfo=zone).astimezone(now.tzinfo)
