"""Several deeds in one transaction, each of which can fail by itself."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

from desktop.store.engine import Tx

T = TypeVar("T")


def apart(tx: Tx, run: Callable[[Tx], T]) -> T:
    """Run inside the transaction so that a failure undoes this deed alone, with what it said it touched.

    Raises what `run` raises. Where `ends_all()` is true of that, the transaction is lost with all its deeds.
    """
    own = Tx(tx.conn, tx.now, memo=tx.memo, kept=tx.kept)
    with tx.conn.begin_nested():
        result = run(own)
    tx.touched |= own.touched
    return result


def ends_all(wrong: BaseException) -> bool:
    """True for what ends the transaction and not only a deed in it: a deadlock, a full disk, a lost connection."""
    return isinstance(wrong, OperationalError) or (
        isinstance(wrong, DBAPIError) and wrong.connection_invalidated
    )
