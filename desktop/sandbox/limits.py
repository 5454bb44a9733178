"""How fast Meta lets a business send: in all, and to one customer. Both are off unless asked for."""

from __future__ import annotations

import time

from .envelope import GraphError

PAIR_EVERY_S = 6.0
PAIR_BURST = 45
"""One message in 6 s to one customer, with 45 borrowed from the future (Meta's pair rate limit)."""


class Limits:
    """The two limits, by real time. `per_s` None and `pairs` False are no limit."""

    def __init__(self, per_s: float | None, pairs: bool) -> None:
        self.per_s = per_s
        self.pairs = pairs
        self._free_at_s = 0.0
        self._pair_free_at_s: dict[str, float] = {}

    def check(self, phone: str) -> None:
        """Counts a send to `phone`; GraphError 130429 or 131056 if it is one too many."""
        if self.per_s is None and not self.pairs:
            return
        now = time.monotonic()
        if self.per_s is not None:
            free_at = max(self._free_at_s, now)
            if free_at - now > 1.0:
                raise GraphError(130429)
            self._free_at_s = free_at + 1 / self.per_s
        if self.pairs:
            free_at = max(self._pair_free_at_s.get(phone, 0.0), now)
            if free_at - now > PAIR_EVERY_S * (PAIR_BURST - 1):
                raise GraphError(131056)
            self._pair_free_at_s[phone] = free_at + PAIR_EVERY_S
