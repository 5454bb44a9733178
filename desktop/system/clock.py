"""Two clocks: business time, which a sandbox may move forward, and machine time, which only runs."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Business time (`now`, aware UTC) and machine time (`monotonic_s`, seconds that never jump)."""

    def now(self) -> datetime: ...

    def monotonic_s(self) -> float: ...


class SystemClock:
    """The machine's clock, with an offset that a sandbox store may grow."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic_s(self) -> float:
        return time.monotonic()

    def move(self, by: timedelta) -> None:
        """Move business time forward. Raises ValueError for a step back: receipts would lie."""
        if by < timedelta():
            raise ValueError("business time moves forward only")
        self._offset += by
