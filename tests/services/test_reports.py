"""The verbs of the reports: figures, pages by a mark, who opted out, and a query that nobody waits for."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, Choice, Group, Scope
from desktop.services.reports import Mark, Reports
from desktop.store import (
    attempts,
    consent,
)
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import write
from tests.store import world

PRIYA, ARJUN = 0, 1


@pytest.fixture
def reports(store: Store) -> Reports:
    return Reports(store)


def _fill(store: Store, clock: FakeClock) -> list[int]:
    """Priya (no) and Arjun get an order's news by the API; a day later Arjun gets another and one more fails."""

    def first(tx: Tx) -> list[int]:
        world.add_template(tx)
        priya = world.add_contact(tx, PRIYA, OptIn.NO, name="Priya Sharma")
        arjun = world.add_contact(tx, ARJUN, OptIn.YES, name="Arjun Rao")
        for one in (priya, arjun):
            world.wrote_at(tx, one, tx.now)
        made = [world.submit(tx, one, Path.API) for one in (priya, arjun)]
        attempts.settle(tx, [world.accepted(one) for one in world.claim(tx)])
        return [*made, arjun]

    def second(tx: Tx) -> list[int]:
        made = [world.submit(tx, arjun, Path.COMPOSE), world.submit(tx, arjun, Path.BOT)]
        attempts.settle(tx, [world.accepted(world.claim(tx, 1)[0])])
        world.report(tx, made[0], Status.FAILED, error_code=131026)
        return made

    *made, arjun = write(store, first)
    clock.move(timedelta(hours=20))
    return [*made, *write(store, second)]


async def test_the_figures_of_a_time_and_of_all(store: Store, clock: FakeClock, reports: Reports) -> None:
    _fill(store, clock)
    cube = await reports.cube(Scope())
    assert cube.by_status() == {Status.ACCEPTED: 2, Status.FAILED: 1, Status.QUEUED: 1}
    assert cube.by_category() == {Category.SERVICE: 4}
    assert cube.by_cause() == ((Cause(Reason.WHATSAPP_ERROR, 131026), 1),)
    since = START + timedelta(hours=1)
    lines = (await reports.cube(Scope(since=since))).by_path()
    assert [(line.path, dict(line.counts)) for line in lines] == [
        (Path.COMPOSE, {Group.FAILED: 1}),
        (Path.BOT, {Group.WAITING: 1}),
    ]
    assert (await reports.cube(Scope(until=since))).message_count == 2


async def test_a_plot_of_what_is_chosen(store: Store, clock: FakeClock, reports: Reports) -> None:
    _fill(store, clock)
    cube = (await reports.cube(Scope())).chosen(Choice(paths=frozenset({Path.API, Path.BOT})))
    edges = [START, START + timedelta(hours=12), START + timedelta(hours=24)]
    first, second = await reports.timeline(Scope(), cube.cells, edges)
    assert (first.counts, second.counts) == ({Group.SENT: 2}, {Group.WAITING: 1})
    assert (first.since, second.until) == (edges[0], edges[-1])


async def test_pages_go_on_behind_a_mark(store: Store, clock: FakeClock, reports: Reports) -> None:
    made = _fill(store, clock)
    cells = (await reports.cube(Scope())).cells
    first = await reports.messages(Scope(), cells, limit=3)
    assert [one.id for one in first] == [made[3], made[2], made[1]]
    rest = await reports.messages(Scope(), cells, after=Mark(first[-1].at, first[-1].id), limit=3)
    assert [one.id for one in rest] == [made[0]]
    assert (rest[0].contact_name, rest[0].path, rest[0].status) == ("Priya Sharma", Path.API, Status.ACCEPTED)


@pytest.mark.parametrize("search", ["arjun", "(604) 555-0101", "5550101"])
async def test_a_search_finds_a_persons_messages(
    store: Store, clock: FakeClock, reports: Reports, search: str
) -> None:
    _fill(store, clock)
    cube = await reports.cube(Scope(search=search))
    assert cube.message_count == 3
    assert {one.contact_name for one in await reports.messages(Scope(search=search), cube.cells)} == {
        "Arjun Rao"
    }


async def test_a_message_is_found_by_either_id(store: Store, clock: FakeClock, reports: Reports) -> None:
    made = _fill(store, clock)
    cells = (await reports.cube(Scope())).cells
    for search in (f"wamid.{made[0]}", f" {made[0]} "):
        rows = await reports.messages(Scope(search=search), cells)
        assert made[0] in [one.id for one in rows]
    assert (await reports.cube(Scope(search=f"wamid.{made[0]}"))).message_count == 1
    assert (await reports.cube(Scope(search="wamid."))).message_count == 0


async def test_who_opted_out_and_by_what(store: Store, clock: FakeClock, reports: Reports) -> None:
    _fill(store, clock)
    person = write(store, world.add_person)

    def stop(tx: Tx) -> None:
        consent.record(tx, 2, OptIn.NO, Source.AGENT, user_id=person, evidence="by phone")
        consent.record(tx, 1, True, Source.WHATSAPP)

    clock.move(timedelta(hours=1))
    write(store, stop)
    first, second = await reports.opted_out()
    assert (first.contact_id, first.source, first.by_name, first.evidence) == (
        2, Source.AGENT, "Meera Rao", "by phone",
    )  # fmt: skip
    assert (second.contact_id, second.stopped_in_whatsapp, second.at) == (1, True, clock.now())
    assert await reports.opted_out(after=Mark(first.at, 2)) == [second]
    assert await reports.opted_out_count() == 2

    # Resumed in WhatsApp, the answer to us still stands, with its own date and evidence.
    write(store, lambda tx: consent.record(tx, 1, False, Source.WHATSAPP))
    (_, again) = await reports.opted_out()
    assert (again.source, again.evidence, again.at) == (Source.IMPORT, "list.xlsx", START)
    assert await reports.opted_out(source=Source.IMPORT) == [again]
    assert await reports.opted_out_count(search="priya") == 1
    write(store, lambda tx: consent.record(tx, 1, OptIn.YES, Source.KEYWORD))
    assert await reports.opted_out_count() == 1


class _Held:
    """Keeps every general reader busy until it is let go."""

    def __init__(self, store: Store) -> None:
        self._go = threading.Event()
        self._waiting = [store.submit_read(lambda tx: self._go.wait(30)) for _ in range(2)]

    def let_go(self) -> None:
        self._go.set()
        for one in self._waiting:
            one.result(30)


@pytest.fixture
def held(store: Store) -> Iterator[_Held]:
    made = _Held(store)
    yield made
    made.let_go()


async def test_a_count_that_nobody_waits_for_is_given_up(store: Store, reports: Reports, held: _Held) -> None:
    """Pages of messages have the people's reader and come meanwhile."""
    counting = asyncio.create_task(reports.cube(Scope()))
    assert await reports.messages(Scope(), ()) == []
    assert not counting.done()
    counting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await counting
    held.let_go()
    assert (await reports.cube(Scope())).message_count == 0
