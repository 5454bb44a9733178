"""Counting an audience with two readers at once, each through half of the contacts.

A walk through a million rows takes one processor a tenth of a second; a person who chooses conditions waits for it at
each. Both halves must be of one moment: if anything was changed between their first looks, one reader counts all.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from desktop.domain.audience import Breakdown, Rule
from desktop.domain.filters import Filter
from desktop.domain.selection import EVERYBODY, Selection
from desktop.domain.templates import Variable
from desktop.store import audience, feed
from desktop.store.audience_scan import Count, Half
from desktop.store.engine import Store, Tx

T = TypeVar("T")
Asked = tuple[int, Rule, list[Count] | None]
"""The newest change, the rule as it was then, and what a half holds."""


async def breakdown(
    store: Store,
    wanted: Filter,
    rule: Callable[[Tx], Rule],
    variables: tuple[Variable, ...] = (),
    selection: Selection = EVERYBODY,
) -> Breakdown:
    """As `audience.breakdown`, in half of the time where two processors are free. rule: read in the same moment.

    Cancelling it interrupts the queries. Raises BadFilter.
    """

    def whole(tx: Tx) -> Breakdown:
        return audience.breakdown(tx, wanted, rule(tx), variables, selection)

    def half(which: Half) -> Callable[[Tx], Asked]:
        return lambda tx: (
            feed.newest(tx),
            rule(tx),
            audience.half(tx, wanted, variables, selection, which),
        )

    if store.on_postgresql:
        return await store.read(whole)
    lower, upper = await _both(store, half(Half.LOWER), half(Half.UPPER))
    if lower[2] is None or upper[2] is None or lower[0] != upper[0]:
        return await store.read(whole)
    return audience.of_walk(lower[1], [*lower[2], *upper[2]])


async def _both(store: Store, one: Callable[[Tx], T], other: Callable[[Tx], T]) -> tuple[T, T]:
    readings: list[Any] = [store.submit_read(one), store.submit_read(other)]
    futures: list[Future[T]] = readings
    try:
        first, second = await asyncio.gather(*(asyncio.wrap_future(future) for future in futures))
    except BaseException:
        for reading in readings:
            reading.interrupt()
        raise
    return first, second
