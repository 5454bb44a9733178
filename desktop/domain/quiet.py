"""Hours of the day in which a computer keeps quiet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

DAY_MINUTES: Final = 24 * 60
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Span:
    """From a minute of the day to another, which may be of the next day; the same twice: the whole day."""

    from_minute: int
    to_minute: int

    def contains(self, minute: int) -> bool:
        """minute: counted from the beginning of the day that the span begins on; up to two days."""
        end = self.to_minute + (DAY_MINUTES if self.to_minute <= self.from_minute else 0)
        return self.from_minute <= minute < end


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Spans by the day on which they begin: Friday evening belongs to the week also after midnight."""

    week: Span = Span(20 * 60, 8 * 60)
    weekend: Span = Span(0, 0)

    def holds(self, at: datetime) -> bool:
        """Whether it is quiet at a time on the wall of whoever it is for."""
        minute = at.hour * 60 + at.minute
        today, yesterday = at.date(), at.date() - timedelta(days=1)
        return self._of(today).contains(minute) or self._of(yesterday).contains(minute + DAY_MINUTES)

    def _of(self, day: date) -> Span:
        return self.weekend if day.weekday() >= _SATURDAY else self.week
