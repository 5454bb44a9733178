"""What many programs ask for at the same moment is written in one transaction.

A commit that outlives a power cut takes as long as the writing of some messages, so a burst shares its commits. Each
deed of a group has its own savepoint: one that fails harms no other. Nothing is answered before the commit.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from desktop.services.api_answers import written
from desktop.services.together import Together
from desktop.store.engine import Store, StoreBusy, StoreClosed, Tx, Uncertain, WriteLane, is_trouble
from desktop.store.savepoints import apart, ends_all

MOST_AT_ONCE: Final = 64
"""Beyond it a commit costs nearly nothing for each, and those who wait only wait longer."""
LONGEST_S: Final = 0.015
"""No group begins another deed after it: an opt-out waits for the writer no longer than for bulk work."""
_MOST_TRIES: Final = 3
_LANE: Final = WriteLane.CLAIM
"""Programs take turns with the engine: people and opt-outs go before both."""

Deed = Callable[[Tx], dict[str, Any]]
End = dict[str, Any] | Exception
"""How a deed ended: its answer, or what went wrong."""


class ApiOutbox:
    """Writes what is asked for, in the order of asking.

    wake: the engine looks for what is due. longest_s: after so long a group begins no other deed.
    """

    def __init__(self, store: Store, wake: Callable[[], None], *, longest_s: float = LONGEST_S) -> None:
        self._store = store
        self._wake = wake
        self._longest_s = longest_s
        self._together = Together("api-outbox", MOST_AT_ONCE, self._written)

    async def write(self, run: Deed) -> dict[str, Any]:
        """Do this in a transaction, perhaps with others; returns its answer once that is committed.

        run: may be called again, then nothing of the first time stays. Raises what it raises, with nothing of it
        written, or a Problem of the store: after Uncertain it may have been written. Whoever is cancelled before the
        writing has asked for nothing.
        """
        return await self._together.ask(run)

    async def _written(self, deeds: list[Deed]) -> list[End]:
        try:
            if len(deeds) == 1:  # it needs no savepoint: the transaction is its own
                answer = await written(self._store, deeds[0], _LANE)
                self._wake()
                return [answer]
            ends = await self._store.write(partial(_each, deeds=deeds, longest_s=self._longest_s), _LANE)
        except Uncertain:
            self._wake()
            raise  # all of them may be there: trying one again could do it twice
        except Exception as wrong:
            if len(deeds) == 1 or self._helps_nobody(wrong):
                raise
            # The transaction as a whole failed: each is tried by itself.
            return [await self._alone(one) for one in deeds]
        if not all(isinstance(one, Exception) for one in ends):
            self._wake()
        return ends

    async def _alone(self, deed: Deed) -> End:
        try:
            [end] = await self._written([deed])
        except Exception as wrong:
            return wrong
        return end

    def _helps_nobody(self, wrong: Exception) -> bool:
        """True where another try would end as this one did, on SQLite after waiting for the file as long again."""
        return isinstance(wrong, StoreClosed) or (
            isinstance(wrong, StoreBusy) and not self._store.on_postgresql
        )


def _each(tx: Tx, deeds: Sequence[Deed], longest_s: float) -> list[End]:
    """How the deeds ended, in their order: as many as the time allows, at least one."""
    began_s = time.perf_counter()
    tx.memo = {}  # the messages of a burst mostly have the same template
    ends: list[End] = []
    for run in deeds:
        ends.append(_end_of(tx, run))
        if time.perf_counter() - began_s > longest_s:
            break
    return ends


def _end_of(tx: Tx, run: Deed) -> End:
    """Again where another process was first with the same word or number: then that one is found."""
    for _ in range(_MOST_TRIES):
        try:
            return apart(tx, run)
        except Exception as wrong:
            if ends_all(wrong):
                raise
            if not is_trouble(wrong):
                return wrong
    return StoreBusy("The store is busy", "Another process writes the same. Nothing was done; ask again.")
