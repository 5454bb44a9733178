"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""A Monday noon: the business time at which tests begin."""


class FakeClock:
    """Business time and machine time, both moved by hand. Fits `desktop.system.clock.Clock`."""

    def __init__(self, now: datetime = START, monotonic_s: float = 1_000.0) -> None:
        self._now = now
        self._monotonic_s = monotonic_s

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def set(self, now: datetime) -> None:
        """Put business time anywhere; machine time stays."""
        self._now = now

    def move(self, by: timedelta) -> None:
        """Let time pass: both clocks go on."""
        if by < timedelta():
            raise ValueError("time moves forward only")
        self._now += by
        self._monotonic_s += by.total_seconds()
