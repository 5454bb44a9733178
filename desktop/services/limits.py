"""What WhatsApp lets the number send in a rolling 24 hours, what is left of it, and how long an audience takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from desktop.store import account_state, settings, written_to
from desktop.store.engine import Store, Tx

SANDBOX_PER_S: Final = 1_000
"""About what an unlimited pace comes to on a sandbox; measured on two cores."""


@dataclass(frozen=True, slots=True)
class LimitsNow:
    """quality: Meta's word for the number (GREEN, YELLOW, RED), "" if not known.

    tier_count: people whom the portfolio may write to first in 24 hours, outside an open window; None: no limit, or not
    known (is_known). used_24h_count: of them, those written to so far. left_count: None without a limit. running_count:
    messages of other broadcasts that wait, and go before. takes_s: until the last message has left, these first.
    ends_at: when that is. restriction: what WhatsApp says of the account; "" if nothing.
    """

    quality: str
    tier_count: int | None
    used_24h_count: int
    left_count: int | None
    takes_s: float
    ends_at: datetime
    is_known: bool = True
    running_count: int = 0
    restriction: str = ""

    def days_for(self, wanted_count: int) -> int:
        """Over how many days so many have to be spread to stay within the limit; 1: they fit at once."""
        if self.tier_count is None or self.left_count is None or wanted_count <= self.left_count:
            return 1
        return 1 + -(-(wanted_count - self.left_count) // max(1, self.tier_count))


class Limits:
    """Reads what is kept; WhatsApp is asked elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def look(self, wanted_count: int, pace_per_s: int | None = None) -> LimitsNow:
        """For so many messages more, at most pace_per_s (None: the number's own). Cancelling it interrupts the count."""
        return await self._store.read(lambda tx: _look(tx, wanted_count, pace_per_s))


def _look(tx: Tx, wanted_count: int, pace_per_s: int | None) -> LimitsNow:
    told = account_state.now(tx)
    used_count = written_to.first_count(tx, tx.now - timedelta(hours=24))
    running_count = written_to.waiting_count(tx)
    own_per_s = settings.load(tx).pace_per_s or SANDBOX_PER_S
    per_s = min(own_per_s, pace_per_s) if pace_per_s else own_per_s
    takes_s = running_count / own_per_s + wanted_count / per_s
    left_count = None if told.tier_count is None else max(0, told.tier_count - used_count)
    return LimitsNow(
        told.quality,
        told.tier_count,
        used_count,
        left_count,
        takes_s,
        tx.now + timedelta(seconds=takes_s),
        told.is_known,
        running_count,
        told.restriction,
    )
