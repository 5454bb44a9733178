"""How far each source of happenings is told, and up to where it can be told.

On SQLite rows are committed in the order of their ids. On PostgreSQL they are not: a row of a transaction that lasts
longer appears behind rows that were told already. `Horizon` says up to where nothing can appear any more.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text

from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.tables import EPOCH, micros
from desktop.store.triggers import LAST, Place

_SETTLED: Final = timedelta(seconds=1)
"""How long a contact must have been left alone: a clock that is set back by less loses nothing."""
_SETTLED_POSTGRESQL: Final = timedelta(seconds=2)
"""With what the clocks of several machines differ by."""
_MOMENT: Final = timedelta(milliseconds=100)
"""Between taking an id and having a number lie microseconds."""
_SETTLES: Final = _SETTLED_POSTGRESQL + timedelta(seconds=1)
"""So long after something moved there are still marks: then changed contacts are reached as well."""
_MOST_LATE: Final = timedelta(minutes=5)
"""A transaction of ours lasts seconds at most; what another program keeps open longer must not hold up everything."""

_event = tables.message_event.c
_message = tables.message.c
_consent = tables.consent_event.c
_contact = tables.contact.c
_change = tables.change.c


@dataclass(frozen=True, slots=True)
class Reached:
    """How far each source is told: ids, and for changed contacts a place."""

    events: int = 0
    messages: int = 0
    consents: int = 0
    contacts: int = 0
    changes: int = 0
    changed: Place = field(default_factory=lambda: Place(EPOCH))

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        ids = {name: getattr(self, name) for name in _BY_ID}
        return ids | {"changed": [micros(self.changed.at), self.changed.contact_id]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Reached":
        """What `to_json()` made."""
        at, contact_id = kept.get("changed", (0, LAST))
        place = Place(EPOCH + timedelta(microseconds=at), contact_id)
        return cls(**{name: int(kept.get(name, 0)) for name in _BY_ID}, changed=place)

    def beside(self, other: "Reached", names: Collection[str]) -> "Reached":
        """This, with the sources of these names as far as the other one has them."""
        return replace(self, **{name: getattr(other, name) for name in names})


_BY_ID: Final = {
    "events": _event.id,
    "messages": _message.id,
    "consents": _consent.id,
    "contacts": _contact.id,
    "changes": _change.id,
}


def here(tx: Tx) -> Reached:
    """Everything that has happened up to now, for one that is told from now on.

    On PostgreSQL what a transaction that is still open wrote before this moment may lie behind it, or not: it was
    done before, and is seen after.
    """
    ids = {name: int(tx.conn.scalar(select(func.max(id))) or 0) for name, id in _BY_ID.items()}
    return Reached(**ids, changed=Place(tx.now))


@dataclass(frozen=True, slots=True)
class _Mark:
    """What was there at a moment. number: a transaction's, taken a moment later; None: not yet."""

    there: Reached
    at: datetime
    number: int | None = None


class Horizon:
    """Up to where nothing can appear any more that is not there yet."""

    def __init__(self) -> None:
        self._marks: deque[_Mark] = deque()
        self._settled = Reached()
        self._last = Reached()
        self._marked_at = EPOCH
        self._wanted_until = EPOCH

    def look(self, tx: Tx) -> Reached:
        """The horizon of this moment; use it in this transaction or a later one.

        On PostgreSQL a transaction has a number of its own (a moment before or after) when it takes an id. So
        whoever took an id of those that were there at a mark has a lower number than one that is given out a
        moment after it; and when all lower ones have ended nothing can come before what was there. The number is
        this transaction's own: those that a snapshot names are of transactions that ended, and others may have
        begun since.
        """
        there = here(tx)
        if not tx.on_postgresql:
            return replace(there, changed=Place(tx.now - _SETTLED))
        oldest = int(tx.conn.scalar(_OLDEST) or 0)
        self._number(tx)
        self._mark(there, tx.now)
        while self._marks and _is_settled(self._marks[0], oldest, tx.now):
            mark = self._marks.popleft()
            self._settled = replace(mark.there, changed=Place(mark.at - _SETTLED_POSTGRESQL))
        return self._settled

    def _number(self, tx: Tx) -> None:
        """Give marks that are old enough this transaction's number."""
        ready = [one.number is None and abs(tx.now - one.at) >= _MOMENT for one in self._marks]
        if any(ready):
            own = int(tx.conn.scalar(_OWN) or 0)
            both = zip(self._marks, ready, strict=True)
            self._marks = deque(replace(one, number=own) if is_ready else one for one, is_ready in both)

    def _mark(self, there: Reached, now: datetime) -> None:
        """Where nothing moves no numbers are used up: the database has two thousand million of them."""
        if replace(there, changed=self._last.changed) != self._last:
            self._last = there
            self._marked_at, self._wanted_until = EPOCH, now + _SETTLES
        if self._marked_at < self._wanted_until:
            self._marks.append(_Mark(there, now))
            self._marked_at = now


def _is_settled(mark: _Mark, oldest: int, now: datetime) -> bool:
    return (mark.number is not None and mark.number <= oldest) or now - mark.at > _MOST_LATE


_OLDEST: Final = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""The lowest number of a transaction that goes on; all lower ones have ended."""
_OWN: Final = text("SELECT pg_current_xact_id()::text::bigint")
