"""Business time: the wall clock plus an offset that only grows."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class BusinessClock:
    """Time as the customers live it: windows, timestamps of webhooks and of the log.

    Delays run on real time; moving this clock fires nothing by itself.
    """

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def now_s(self) -> float:
        """Seconds since the epoch, business time."""
        return time.time() + self.offset_s

    def now(self) -> datetime:
        """The same as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now_s(), UTC)

    def advance(self, by_s: float) -> None:
        """Moves forward by `by_s` seconds; ValueError if that is backwards or not a finite number."""
        if not 0 <= by_s <= 100 * 366 * 86400:
            raise ValueError("The clock only moves forward, and by no more than a century.")
        self.offset_s += by_s

    def move_to(self, at: datetime) -> None:
        """Moves forward to `at`; ValueError if that is in the past or has no zone."""
        if at.tzinfo is None:
            raise ValueError("Give the time with its zone, such as 2026-11-22T10:46:00Z.")
        self.advance(at.timestamp() - self.now_s())


def iso(at_s: float) -> str:
    """Seconds since the epoch as '2026-11-22T10:46:00.123Z'."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
