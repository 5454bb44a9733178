"""A broadcast over days that stood still: what waits moves in chunks, once, whoever is killed where."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn
from desktop.store import broadcast_due, broadcast_launch, broadcast_plan, broadcasts, tables
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import add_contact, add_template, draft, messages_of
from tests.store.world import launch as launch_plainly

DAY = timedelta(days=1)
CONTACTS, A_DAY = 500, 200
PREPARING, RUNNING, PAUSED = BroadcastStatus.PREPARING, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED


@pytest.fixture
def spread(store: Store) -> int:
    """Launched to 500 contacts, 200 a day; no message is made yet."""

    def make(tx: Tx) -> int:
        spring = add_template(tx)
        for number in range(CONTACTS):
            add_contact(tx, number, OptIn.YES)
        made = launch_plainly(tx, spring)
        wanted = replace(draft(spring), when=When(per_day_count=A_DAY))
        changed = tables.broadcast.update().where(tables.broadcast.c.id == made)
        tx.conn.execute(changed.values(draft=wanted.to_json()))
        return made

    return write(store, make)


def plan(store: Store, broadcast_id: int) -> int:
    return write(store, lambda tx: broadcast_plan.plan(tx, broadcast_id))


def plan_all(store: Store, broadcast_id: int) -> None:
    while plan(store, broadcast_id):
        pass


def enter(store: Store, broadcast_id: int, to: BroadcastStatus | None, *allowed: BroadcastStatus) -> None:
    """None: it goes on, as after a pause."""

    def change(tx: Tx) -> None:
        state = to or broadcast_plan.goes_on_as(tx, broadcasts.get(tx, broadcast_id))
        assert broadcast_launch.enter(tx, broadcast_id, state, *allowed)

    write(store, change)


def days(store: Store, broadcast_id: int) -> Counter[int]:
    """How many messages are due how many days from now."""

    def count(tx: Tx) -> Counter[int]:
        return Counter(round((row.due_at - tx.now) / DAY) for row in messages_of(tx, broadcast_id).values())

    return read(store, count)


def status(store: Store, broadcast_id: int) -> BroadcastStatus:
    return read(store, lambda tx: broadcasts.get(tx, broadcast_id)).status


def test_what_waits_moves_in_chunks_and_each_row_once(store: Store, clock: FakeClock, spread: int) -> None:
    plan_all(store, spread)
    enter(store, spread, PAUSED, RUNNING)
    clock.move(3 * DAY)
    enter(store, spread, None, PAUSED)
    assert status(store, spread) is PREPARING, "nothing is claimed while it moves"
    assert days(store, spread) == {-3: 200, -2: 200, -1: 100}
    assert plan(store, spread)
    assert days(store, spread) == {0: 200, 1: 200, -1: 100}, "one chunk of 400"
    # Whoever dies here leaves it so; a pause and a resume in between move nothing twice either.
    enter(store, spread, PAUSED, PREPARING)
    enter(store, spread, None, PAUSED)
    plan_all(store, spread)
    assert status(store, spread) is RUNNING
    assert days(store, spread) == {0: 200, 1: 200, 2: 100}


def test_days_missed_in_the_middle_of_a_move_are_moved_after_it(
    store: Store, clock: FakeClock, spread: int
) -> None:
    plan_all(store, spread)
    enter(store, spread, PAUSED, RUNNING)
    clock.move(DAY)
    enter(store, spread, None, PAUSED)
    assert plan(store, spread)
    enter(store, spread, PAUSED, PREPARING)
    clock.move(2 * DAY)
    enter(store, spread, None, PAUSED)
    plan_all(store, spread)
    assert status(store, spread) is RUNNING
    assert days(store, spread) == {0: 200, 1: 200, 2: 100}


def test_rows_that_are_not_made_yet_get_the_moved_times(store: Store, clock: FakeClock, spread: int) -> None:
    assert plan(store, spread) == 400
    enter(store, spread, PAUSED, PREPARING)
    clock.move(3 * DAY)
    enter(store, spread, None, PAUSED)
    plan_all(store, spread)
    assert days(store, spread) == {0: 200, 1: 200, 2: 100}


def test_one_without_any_row_yet_keeps_its_days(store: Store, clock: FakeClock, spread: int) -> None:
    enter(store, spread, PAUSED, PREPARING)
    clock.move(2 * DAY)
    enter(store, spread, None, PAUSED)
    plan_all(store, spread)
    assert days(store, spread) == {0: 200, 1: 200, 2: 100}


def test_what_has_left_stays_where_it_was(store: Store, clock: FakeClock, spread: int) -> None:
    plan_all(store, spread)

    def leave(tx: Tx) -> None:
        message = tables.message
        first = sorted(messages_of(tx, spread))[:200]
        gone = message.update().where(message.c.contact_id.in_(first))
        tx.conn.execute(gone.values(status="accepted"))

    write(store, leave)
    enter(store, spread, PAUSED, RUNNING)
    clock.move(3 * DAY)
    enter(store, spread, None, PAUSED)
    plan_all(store, spread)
    assert days(store, spread) == {-3: 200, 0: 200, 1: 100}


def test_without_a_whole_day_nothing_moves(store: Store, clock: FakeClock, spread: int) -> None:
    plan_all(store, spread)
    enter(store, spread, PAUSED, RUNNING)
    clock.move(timedelta(hours=23))
    enter(store, spread, None, PAUSED)
    assert status(store, spread) is RUNNING
    assert not write(store, lambda tx: broadcast_due.move(tx, spread))
