"""Which statuses a send will have, and when: the same every time for the same seed and number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

USUAL_DELAYS_S: Mapping[str, float] = {"sent": 0.05, "delivered": 0.3, "read": 2.0}
"""Real seconds after the answer: near enough to what a phone on a good network shows."""

READ_SHARE = 0.35
_MASK = (1 << 64) - 1


class StatusPlan:
    """Plans the statuses of sends. `delays_s` None means no statuses at all (for benches)."""

    def __init__(self, delays_s: Mapping[str, float] | None, read_share: float, seed: int) -> None:
        self._seed = seed
        self.read_share = read_share
        self.delays_s: dict[str, float] | None = None
        self.change(delays_s)

    def change(self, delays_s: Mapping[str, float] | None) -> None:
        """New delays; those not named are as usual. ValueError for an unknown status or a silly number."""
        if delays_s is None:
            self.delays_s = None
            return
        for status, delay_s in delays_s.items():
            if status not in USUAL_DELAYS_S:
                raise ValueError(f"Unknown status {status!r}: one of {', '.join(USUAL_DELAYS_S)}.")
            if not 0 <= delay_s <= 86400:
                raise ValueError("A delay is a number of seconds from 0 to 86,400.")
        self.delays_s = {**USUAL_DELAYS_S, **delays_s}

    def statuses(self, n: int, error_code: int) -> tuple[tuple[str, float], ...]:
        """The statuses of send number `n` with their delays in real seconds, between 0.75 and 1.25 of usual."""
        delays_s = self.delays_s
        if delays_s is None:
            return ()
        mixed = self._mix(n)
        stretch = 0.75 + (mixed >> 32 & 0xFFFF) / 131072
        if error_code:
            return (("failed", delays_s["sent"] * stretch),)
        told = (("sent", delays_s["sent"] * stretch), ("delivered", delays_s["delivered"] * stretch))
        if (mixed & 0xFFFF) / 65536 < self.read_share:
            return (*told, ("read", delays_s["read"] * stretch))
        return told

    def _mix(self, n: int) -> int:
        mixed = (n + 1 + self._seed * 7919) * 0x9E3779B97F4A7C15 & _MASK
        mixed ^= mixed >> 31
        mixed = mixed * 0xBF58476D1CE4E5B9 & _MASK
        return mixed ^ mixed >> 29


class Wamids:
    """Message ids like Meta's: 96 random bits of this start and a count, so unique across restarts and files."""

    def __init__(self) -> None:
        self._head = "wamid.HBgL" + secrets.token_urlsafe(12)
        self._count = 0

    def new(self) -> str:
        """The next id."""
        self._count += 1
        return f"{self._head}{self._count:08X}"
