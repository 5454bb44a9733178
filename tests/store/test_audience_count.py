"""Two readers that count half of the contacts each give what one gives, and of one moment."""

import asyncio
import threading

import pytest
from sqlalchemy import select

from desktop.domain.audience import Breakdown, Line, Rule
from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import Condition, Filter, Op
from desktop.store import audience, audience_count, consent, tables
from desktop.store.engine import Interrupted, Store, Tx
from tests.databases import PATIENCE_S, read, write
from tests.store.people import make_attributes
from tests.store.test_audience import RULES
from tests.store.world import add_contacts, phone

MANY = 40
FILTERS = (
    Filter(),
    Filter((Condition("name", Op.CONTAINS, ("a",)),)),
    Filter(
        (Condition("phone", Op.STARTS_WITH, ("+1",)), Condition("name", Op.NOT_EMPTY, ())), match_all=False
    ),
    Filter((Condition("phone", Op.IS, (phone(3),)),)),
)


def _fill(tx: Tx) -> None:
    make_attributes(tx)
    add_contacts(tx, *(OptIn.NO, OptIn.NONE, OptIn.YES, OptIn.YES) * (MANY // 4))


def _change_places(tx: Tx) -> None:
    """One of the lower half says No, one of the upper half takes it back: as many as before."""
    ids = sorted(tx.conn.scalars(select(tables.contact.c.id)))
    consent.record(tx, ids[2], OptIn.NO, Source.AGENT, reason="asked us to")
    consent.record(tx, ids[-4], OptIn.YES, Source.AGENT, reason="asked us to")


async def _counted(store: Store, wanted: Filter) -> list[Breakdown]:
    return [await audience_count.breakdown(store, wanted, lambda _tx, rule=rule: rule) for rule in RULES]  # type: ignore[misc]


@pytest.mark.parametrize("wanted", FILTERS)
async def test_two_halves_are_the_whole(store: Store, wanted: Filter) -> None:
    write(store, _fill)
    whole = [read(store, lambda tx, rule=rule: audience.breakdown(tx, wanted, rule)) for rule in RULES]  # type: ignore[misc]
    assert await _counted(store, wanted) == whole


async def test_what_changes_between_the_two_halves_is_not_counted_twice_or_never(sqlite_store: Store) -> None:
    """One reader is kept busy, and the other one inside the first half until two changed places."""
    store = sqlite_store
    write(store, _fill)
    let_go, held, began, changed = (threading.Event() for _ in range(4))

    def hold(_tx: Tx) -> None:
        held.set()
        assert let_go.wait(PATIENCE_S)

    def rule(_tx: Tx) -> Rule:
        began.set()
        assert changed.wait(PATIENCE_S)
        return RULES[0]

    busy = store.submit_read(hold)
    assert held.wait(PATIENCE_S)
    counting = asyncio.ensure_future(audience_count.breakdown(store, Filter(), rule))
    try:
        assert await asyncio.to_thread(began.wait, PATIENCE_S)
        write(store, _change_places)
        changed.set()
        assert (await counting).count(Line.WILL_DESPITE) == MANY // 4
    finally:
        changed.set()
        let_go.set()
    busy.result(PATIENCE_S)


async def test_counting_can_be_cancelled(sqlite_store: Store) -> None:
    write(sqlite_store, _fill)
    counting = asyncio.ensure_future(audience_count.breakdown(sqlite_store, Filter(), lambda _tx: RULES[0]))
    await asyncio.sleep(0)
    counting.cancel()
    with pytest.raises((asyncio.CancelledError, Interrupted)):
        await counting
    assert (await _counted(sqlite_store, Filter()))[0].selected_count == MANY
