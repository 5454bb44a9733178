"""What WhatsApp lets the number send in a rolling 24 hours, what is left of it, and how long an audience takes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from desktop.domain.audience import Rule
from desktop.domain.broadcast_when import When
from desktop.domain.consent import Category
from desktop.domain.filters import Filter
from desktop.domain.selection import EVERYBODY, Selection
from desktop.domain.templates import Variable
from desktop.services import guard
from desktop.store import account_state, new_today, settings, written_to
from desktop.store.engine import Store, Tx, WriteLane

SANDBOX_PER_S: Final = 1_000
"""About what an unlimited pace comes to on a sandbox; measured on two cores."""


_DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a broadcast would reach, as it is counted for the button."""

    audience: Filter
    category: Category
    only_opted_in: bool = True
    variables: tuple[Variable, ...] = ()
    selection: Selection = EVERYBODY


@dataclass(frozen=True, slots=True)
class LimitsNow:
    """quality: Meta's word for the number (GREEN, YELLOW, RED), "" if not known.

    tier_count: people whom the portfolio may write to first in 24 hours, outside an open window; None: no limit, or not
    known (is_known). used_24h_count: of them, those written to so far. left_count: None without a limit. running_count:
    messages of other broadcasts that wait, and go before. takes_s: until the last message has left, these first.
    ends_at: when that is. restriction: what WhatsApp says of the account; "" if nothing. refuses: templates of which
    categories it does not send therefore. new_count: of those wanted, who count against the limit: they were not written
    to in the 24 hours before the start, nor wrote themselves; None: not asked. left_at_start_count: as left_count, then.
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
    refuses: tuple[Category, ...] = ()
    new_count: int | None = None
    left_at_start_count: int | None = None

    def is_too_small(self, count: int, when: When) -> bool:
        """True if so many, sent so, meet the limit on the way."""
        if self.tier_count is None or self.left_at_start_count is None:
            return False
        new_count = count if self.new_count is None else min(count, self.new_count)
        first_count, per_day_count = when.begins_with_count, when.per_day_count
        if first_count is None or per_day_count is None:
            return new_count > self.left_at_start_count
        later_count = min(new_count, per_day_count) if count > first_count else 0
        return min(new_count, first_count) > self.left_at_start_count or later_count > self.tier_count

    def split(self, when: When) -> When:
        """The same spread over days so that it stays within the limit: what is left, then all of it each day."""
        if self.tier_count is None or self.left_at_start_count is None:
            return when
        return replace(when, per_day_count=max(1, self.tier_count), first_day_count=self.left_at_start_count)

    def days_for(self, wanted_count: int) -> int:
        """Over how many days so many have to be spread to stay within the limit; 1: they fit at once."""
        return self.split(When()).days_for(wanted_count)


class Told(Protocol):
    """What WhatsApp says of the number; `desktop.whatsapp.account.PhoneNumber` is one."""

    @property
    def quality(self) -> str: ...

    @property
    def limit(self) -> str: ...


class Limits:
    """Reads what is kept, and keeps what somebody who asked WhatsApp has heard."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def look(
        self,
        wanted_count: int,
        pace_per_s: int | None = None,
        *,
        wanted: Wanted | None = None,
        at: datetime | None = None,
    ) -> LimitsNow:
        """For so many messages more, at most pace_per_s (None: the number's own). Cancelling it interrupts the count.

        wanted: who they are, for those who count against the limit. at: when they begin; None: now. Raises BadFilter.
        """
        return await self._store.read(lambda tx: _look(tx, wanted_count, pace_per_s, wanted, at or tx.now))

    async def keep(self, told: Told) -> None:
        """What WhatsApp says of the number now counts for everything here; what drifts by it is held."""
        await keep(self._store, told)


async def keep(store: Store, told: Told) -> None:
    """As `Limits.keep()`. The writer is asked only where it is news."""
    quality, limit = str(told.quality), told.limit

    def write(tx: Tx) -> None:
        if account_state.set_quality(tx, quality):
            guard.hold_drifted(tx)
        account_state.set_tier(tx, limit)

    if await store.read(lambda tx: account_state.differs(tx, quality, limit)):
        await store.write(write, WriteLane.STATUS)


def _look(
    tx: Tx, wanted_count: int, pace_per_s: int | None, wanted: Wanted | None, at: datetime
) -> LimitsNow:
    told = account_state.now(tx)
    used_count = written_to.first_count(tx, tx.now - _DAY)
    since = max(tx.now, at) - _DAY
    used_then_count = written_to.first_count(tx, since) if at > tx.now else used_count
    running_count = written_to.waiting_count(tx)
    own_per_s = settings.load(tx).pace_per_s or SANDBOX_PER_S
    per_s = min(own_per_s, pace_per_s) if pace_per_s else own_per_s
    takes_s = running_count / own_per_s + wanted_count / per_s
    new_count = left_count = left_then_count = None
    if told.tier_count is not None:
        left_count = max(0, told.tier_count - used_count)
        left_then_count = max(0, told.tier_count - used_then_count)
        new_count = None if wanted is None else wanted_count - _known_count(tx, wanted, since)
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
        told.refuses,
        new_count,
        left_then_count,
    )


def _known_count(tx: Tx, wanted: Wanted, since: datetime) -> int:
    rule = Rule(wanted.category, settings.load(tx).policy, wanted.only_opted_in)
    return new_today.known_count(tx, since, wanted.audience, rule, wanted.variables, wanted.selection)
