"""How long something will take, from how far it has come."""

import time
from collections.abc import Callable
from typing import Final

TRUST_S: Final = 2.0
"""Before that, the start weighs too much."""


class Pace:
    """`left_s(done, total)` as it goes on; None while nothing can be said."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began: tuple[float, int] | None = None

    def left_s(self, done: int, total: int | None) -> float | None:
        now_s = self._now()
        if self._began is None or done < self._began[1]:
            self._began = (now_s, done)
        began_s, first = self._began
        took_s, came = now_s - began_s, done - first
        if not total or took_s < TRUST_S or came <= 0:
            return None
        return (total - done) * took_s / came
