"""The store counts what is done with it, so that an older copy of it can be told from the newest."""

from dataclasses import dataclass
from datetime import datetime

from desktop.store import settings
from desktop.store.engine import Tx

_BEAT = "beat"
_CAME_BACK = "came_back_at"
_PUT_BACK = "put_back_at"


@dataclass(frozen=True, slots=True)
class Beat:
    """number: grows with each beat. at: business time of the last one; None: there was none."""

    number: int = 0
    at: datetime | None = None


def last(tx: Tx) -> Beat:
    """The last beat that the store knows of."""
    number, _, at = (settings.meta(tx, _BEAT) or "0 ").partition(" ")
    return Beat(int(number), datetime.fromisoformat(at) if at else None)


def beat(tx: Tx, beyond: int = 0) -> int:
    """Count on; returns the number, higher than the one kept and than `beyond`.

    beyond: the number that this machine saw last; a store that has not come so far is an older copy.
    """
    before = last(tx).number
    if before < beyond:
        settings.set_meta(tx, _PUT_BACK, tx.now.isoformat())
    number = max(before, beyond) + 1
    settings.set_meta(tx, _BEAT, f"{number} {tx.now.isoformat()}")
    return number


def put_back_at(tx: Tx) -> datetime | None:
    """When the store was last found to be an older copy."""
    return _moment(tx, _PUT_BACK)


def come_back(tx: Tx) -> None:
    """Somebody looks again, after a time in which nobody did."""
    settings.set_meta(tx, _CAME_BACK, tx.now.isoformat())


def came_back_at(tx: Tx) -> datetime | None:
    """When somebody looked again for the last time."""
    return _moment(tx, _CAME_BACK)


def _moment(tx: Tx, key: str) -> datetime | None:
    at = settings.meta(tx, key)
    return datetime.fromisoformat(at) if at else None
