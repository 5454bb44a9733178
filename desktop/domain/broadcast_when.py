"""When a broadcast's messages leave, at what pace, and over how many days. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

UNDO_FOR: Final = timedelta(seconds=10)
"""How long a launch can be taken back before anybody is selected."""
EARLIEST_ZONE: Final = timedelta(hours=14)
"""The farthest that a zone is ahead of UTC: there a day begins first."""


@dataclass(frozen=True, slots=True)
class When:
    """at: an aware moment, None: at once. in_each_zone: it is a time on the wall, as the workspace's zone reads `at`, and
    each contact gets the message when the wall of their own zone shows it.

    pace_per_s: of this broadcast, below the number's own; None: only the number's. per_day_count: at most so many a day,
    the rest 24 hours later each; None: all at once. first_day_count: another number for the first of those days, as less
    of a limit is left there; None: the same.
    """

    at: datetime | None = None
    in_each_zone: bool = False
    pace_per_s: int | None = None
    per_day_count: int | None = None
    first_day_count: int | None = None

    @property
    def begins_with_count(self) -> int | None:
        """At most so many on the first day; None: all at once."""
        return self.per_day_count if self.first_day_count is None else self.first_day_count

    def days_for(self, count: int) -> int:
        """Over how many days so many leave."""
        return self._day_of(count - 1) + 1 if count else 1

    def _day_of(self, before_count: int) -> int:
        """On which day, from 0 on, one is due before whom so many come."""
        first_count = self.begins_with_count
        if not self.per_day_count or first_count is None or before_count < first_count:
            return 0
        return 1 + (before_count - first_count) // self.per_day_count

    def starts_at(self, now: datetime, workspace_zone: tzinfo) -> datetime:
        """When the first message can leave: in the earliest of all zones where each has its own."""
        if self.at is None:
            return now
        if not self.in_each_zone:
            return max(now, self.at)
        offset = self.at.astimezone(workspace_zone).utcoffset() or timedelta()
        return max(now, self.at + offset - EARLIEST_ZONE)

    def due_at(
        self, start: datetime, workspace_zone: tzinfo, contact_zone: tzinfo, before_count: int
    ) -> datetime:
        """When one contact's message is due. before_count: how many of this broadcast come before it."""
        due = start
        if self.at is not None and self.in_each_zone:
            wall = self.at.astimezone(workspace_zone).replace(tzinfo=None)
            due = max(start, wall.replace(tzinfo=contact_zone).astimezone(start.tzinfo))
        return due + timedelta(days=self._day_of(before_count))

    def to_json(self) -> dict[str, Any]:
        first = {} if self.first_day_count is None else {"first_day_count": self.first_day_count}
        return first | {
            "at": self.at.isoformat() if self.at else None,
            "in_each_zone": self.in_each_zone,
            "pace_per_s": self.pace_per_s,
            "per_day_count": self.per_day_count,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "When":
        """What is missing has its default."""
        at = data.get("at")
        return cls(
            datetime.fromisoformat(at) if at else None,
            data.get("in_each_zone", False),
            data.get("pace_per_s"),
            data.get("per_day_count"),
            data.get("first_day_count"),
        )
