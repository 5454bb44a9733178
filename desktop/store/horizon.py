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
    """Everything that has happened up to now."""
    ids = {name: int(tx.conn.scalar(select(func.max(id))) or 0) for name, id in _BY_ID.items()}
    return Reached(**ids, changed=Place(tx.now))


@dataclass(frozen=True, slots=True)
class _Mark:
    """What was there, and the first transaction that had not begun to write then."""

    there: Reached
    next_xid: int
    at: datetime


class Horizon:
    """Up to where nothing can appear any more that is not there yet."""

    def __init__(self) -> None:
        self._marks: deque[_Mark] = deque()
        self._settled = Reached()

    def look(self, tx: Tx) -> Reached:
        """The horizon of this moment; use it in this transaction or a later one.

        On PostgreSQL a transaction has its own number (a moment before or after) when it takes an id. So what is
        there at a mark was taken by transactions of numbers known then, and when the last of those has ended
        nothing can come before it.
        """
        there = here(tx)
        if not tx.on_postgresql:
            return replace(there, changed=Place(tx.now - _SETTLED))
        oldest, following = tx.conn.execute(_XIDS).one()
        self._mark(_Mark(there, following, tx.now))
        while self._marks and _is_settled(self._marks[0], oldest, tx.now):
            mark = self._marks.popleft()
            self._settled = replace(mark.there, changed=Place(mark.at - _SETTLED_POSTGRESQL))
        return self._settled

    def _mark(self, mark: _Mark) -> None:
        if self._marks and self._marks[-1].next_xid == mark.next_xid:
            # They end together: one that waits for the same ones says more, and has waited longer.
            mark = replace(mark, at=self._marks.pop().at)
        self._marks.append(mark)


def _is_settled(mark: _Mark, oldest_xid: int, now: datetime) -> bool:
    age = now - mark.at
    return (mark.next_xid <= oldest_xid and age >= _MOMENT) or age > _MOST_LATE


_XIDS: Final = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)
