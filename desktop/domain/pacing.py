"""How fast messages may leave: a token bucket that slows down when WhatsApp says so.

Pure: the caller passes machine time in seconds. Source of the default: a WhatsApp number sends 80
messages a second; over it the answer is error 130429, to be met with a wait of about a second, doubled.
"""

from dataclasses import dataclass, replace
from typing import Final

DEFAULT_PER_S: Final = 80
LONGEST_SLICE_S: Final = 0.25
"""No more is claimed than can start within a quarter of a second."""
LARGEST_CLAIM: Final = 32
_SLOWEST_PER_S: Final = 1.0
_RECOVERY_PER_S: Final = 0.02
"""After a throttle the pace grows by two per cent of its limit each second."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The state of the bucket. limit_per_s None: unlimited (sandbox only)."""

    limit_per_s: float | None = DEFAULT_PER_S
    current_per_s: float = DEFAULT_PER_S
    tokens: float = 0.0
    at_s: float = 0.0
    held_until_s: float = 0.0

    @classmethod
    def start(cls, limit_per_s: float | None, now_s: float) -> "Pace":
        """A fresh bucket, empty, so that a restart never bursts."""
        return cls(limit_per_s, limit_per_s or 0.0, 0.0, now_s, 0.0)

    def refill(self, now_s: float) -> "Pace":
        """The bucket at `now_s`. Holds at most a quarter of a second's worth."""
        if self.limit_per_s is None or now_s <= self.at_s:
            return self
        passed_s = now_s - self.at_s
        grown = min(self.limit_per_s, self.current_per_s + _RECOVERY_PER_S * self.limit_per_s * passed_s)
        room = max(1.0, grown * LONGEST_SLICE_S)
        return replace(
            self, current_per_s=grown, tokens=min(room, self.tokens + passed_s * grown), at_s=now_s
        )

    def available(self, now_s: float) -> int:
        """How many messages may be claimed at `now_s`: at most 32, none while held."""
        if now_s < self.held_until_s:
            return 0
        if self.limit_per_s is None:
            return LARGEST_CLAIM
        return min(LARGEST_CLAIM, int(self.refill(now_s).tokens))

    def take(self, count: int, now_s: float) -> "Pace":
        """The bucket after `count` messages have been claimed."""
        if self.limit_per_s is None:
            return self
        filled = self.refill(now_s)
        return replace(filled, tokens=filled.tokens - count)

    def give_back(self, count: int) -> "Pace":
        """The bucket after claims that were not used."""
        if self.limit_per_s is None:
            return self
        room = max(1.0, self.current_per_s * LONGEST_SLICE_S)
        return replace(self, tokens=min(room, self.tokens + count))

    def wait_s(self, now_s: float) -> float:
        """Seconds until at least one message may be claimed."""
        held_s = max(0.0, self.held_until_s - now_s)
        if self.limit_per_s is None:
            return held_s
        filled = self.refill(now_s)
        missing = max(0.0, 1.0 - filled.tokens)
        return max(held_s, missing / filled.current_per_s)

    def throttled(self, now_s: float, wait_s: float = 1.0) -> "Pace":
        """The bucket after 130429: half the pace, nothing for `wait_s`, then slowly faster again."""
        if now_s < self.held_until_s:
            return self  # one throttle answers for all calls that were on the way
        slower = max(_SLOWEST_PER_S, self.current_per_s / 2)
        return replace(self, current_per_s=slower, tokens=0.0, at_s=now_s, held_until_s=now_s + wait_s)

    def held(self, until_s: float) -> "Pace":
        """The bucket held until a machine time, e.g. while the app's call limit (error 4) passes."""
        return replace(self, held_until_s=max(self.held_until_s, until_s), tokens=0.0)


def pair_wait_s(tries: int) -> float:
    """Seconds to wait for one recipient after 131056: 4 to the power of the tries before (from 0)."""
    return float(4 ** min(tries, 6))
