"""Whose turn it is among the broadcasts that run, and how many of each may be claimed by its own pace."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain.pacing import LARGEST_CLAIM, Pace


@dataclass(slots=True)
class Turns:
    """Lives as long as an engine and is asked by one claim at a time; times are machine seconds.

    A broadcast with a pace of its own starts with an empty bucket, so a restart never bursts.
    """

    _paces: dict[int, Pace] = field(default_factory=dict)
    _short: set[int] = field(default_factory=set)
    _last_id: int = 0

    def order(self, ids: Sequence[int]) -> list[int]:
        """The one after the last that was first comes first; what has ended is forgotten."""
        known = sorted(ids)
        for gone in self._paces.keys() - set(known):
            del self._paces[gone]
        self._short &= self._paces.keys()
        later = [id for id in known if id > self._last_id]
        turned = later + known[: len(known) - len(later)]
        self._last_id = turned[0] if turned else 0
        return turned

    def room(self, broadcast_id: int, pace_per_s: int | None, now_s: float) -> int:
        """How many of one may be claimed now. pace_per_s: its own; None: only the number's counts."""
        if not pace_per_s:
            self._paces.pop(broadcast_id, None)
            return LARGEST_CLAIM
        pace = self._paces.get(broadcast_id)
        if pace is None or pace.limit_per_s != pace_per_s:
            pace = self._paces[broadcast_id] = Pace.start(pace_per_s, now_s)
        return max(0, pace.available(now_s))

    def took(self, counts: Mapping[int, int], short: Collection[int], now_s: float) -> None:
        """So many of each were taken. short: those that may have more due than their room."""
        for broadcast_id, count in counts.items():
            if broadcast_id in self._paces:
                self._paces[broadcast_id] = self._paces[broadcast_id].take(count, now_s)
        self._short = self._paces.keys() & set(short)

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until one may go on that its own pace keeps back; None if none is."""
        waits = [self._paces[id].wait_s(now_s) for id in self._short]
        return min(waits) if waits else None
