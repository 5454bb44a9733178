"""The list of broadcasts: found, duplicated, put away, and by the month."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from desktop.domain.broadcast import BroadcastDraft, BroadcastKind, BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.settings import Settings
from desktop.services.broadcast_list import BroadcastList
from desktop.store import broadcasts, settings, tables
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import add_contacts, add_person, add_template, run_broadcast

SHELL = User(0, "Shell", Role.ADMIN)


def drafted(store: Store, name: str, **how: object) -> int:
    return write(store, lambda tx: broadcasts.save_draft(tx, None, BroadcastDraft(name, **how), None))  # type: ignore[arg-type]


def running(store: Store) -> int:
    def run(tx: Tx) -> int:
        add_contacts(tx, OptIn.YES, OptIn.NO)
        return run_broadcast(tx, add_template(tx))

    return write(store, run)


async def names(store: Store, **how: object) -> list[str]:
    return [one.record.name for one in (await BroadcastList(store).page(**how)).lines]  # type: ignore[arg-type]


async def test_what_is_at_work_is_told_by_the_newest(store: Store) -> None:
    lists = BroadcastList(store)
    drafted(store, "Draft")
    assert await lists.at_work() is None
    held = drafted(store, "Held before its start")
    write(store, lambda tx: broadcasts.set_status(tx, held, BroadcastStatus.HELD))
    newest = running(store)
    at_work = await lists.at_work()
    assert at_work is not None
    assert (at_work.record.id, at_work.more_count, at_work.figures.selected_count) == (newest, 1, 2)
    assert [(one.id, one.selected_count) for one in await lists.to_choose()] == [(newest, 2)]
    write(store, lambda tx: broadcasts.set_status(tx, newest, BroadcastStatus.DONE))
    left = await lists.at_work()
    assert left is not None
    assert (left.record.id, left.more_count) == (held, 0)


async def test_the_newest_come_first_page_by_page(store: Store) -> None:
    for number in range(5):
        drafted(store, f"Draft {number}")
    lists = BroadcastList(store)
    first = await lists.page(limit=2)
    assert [one.record.name for one in first.lines] == ["Draft 4", "Draft 3"]
    assert first.total_count == 5
    found = await lists.page(limit=2, search="draft")
    assert (len(found.lines), found.total_count) == (2, 5)


async def test_they_are_found_by_name_and_by_template(store: Store) -> None:
    running(store)
    drafted(store, "Été à Montréal")
    assert await names(store, search="ÉTÉ") == ["Été à Montréal"]
    assert await names(store, search="spring") == ["Spring"]
    assert await names(store, search="100%") == []


async def test_a_test_and_a_retry_stand_under_their_parent(store: Store) -> None:
    parent = running(store)

    def add(tx: Tx, kind: BroadcastKind) -> int:
        draft = BroadcastDraft("Spring", broadcasts.get(tx, parent).template_id)
        return broadcasts.save_draft(tx, None, draft, None, kind=kind, parent_id=parent)

    tested = write(store, lambda tx: add(tx, BroadcastKind.TEST))
    again = write(store, lambda tx: add(tx, BroadcastKind.RETRY))
    (one,) = (await BroadcastList(store).page()).lines
    assert [(child.id, child.kind) for child, _ in one.children] == [
        (tested, BroadcastKind.TEST),
        (again, BroadcastKind.RETRY),
    ]
    assert one.figures.selected_count == 2


async def test_a_duplicate_asks_for_the_same_later(store: Store) -> None:
    past, later = When(START - timedelta(days=1), True, 20), When(START + timedelta(days=1))
    first = drafted(store, "Spring", only_opted_in=False, when=past, asked={"id": "x"})
    second = drafted(store, "", when=later)
    lists = BroadcastList(store)
    copies = [await lists.duplicate(one, SHELL) for one in (first, second)]
    made = [read(store, lambda tx, id=one: broadcasts.get(tx, id)) for one in copies]  # type: ignore[misc]
    assert [one.name for one in made] == ["Copy of Spring", "Copy of a broadcast without a name"]
    assert all(one.status is BroadcastStatus.DRAFT for one in made)
    assert (made[0].draft.only_opted_in, made[0].draft.asked) == (False, {})
    assert made[0].draft.when == replace(past, at=None, in_each_zone=False)
    assert made[1].draft.when == later


async def test_what_is_put_away_leaves_the_list_and_comes_back(store: Store) -> None:
    one = drafted(store, "Old")
    lists = BroadcastList(store)
    await lists.archive(one, SHELL)
    await lists.archive(one, SHELL)
    assert (await names(store), await names(store, archived=True)) == ([], ["Old"])
    assert await lists.are_any()
    await lists.archive(one, SHELL, archived=False)
    assert (await names(store), await names(store, archived=True)) == (["Old"], [])


async def test_what_is_under_way_stays(store: Store) -> None:
    one = running(store)
    with pytest.raises(Problem, match=r"“Spring” is under way\. Stop it first"):
        await BroadcastList(store).archive(one, SHELL)
    write(store, lambda tx: broadcasts.set_status(tx, one, BroadcastStatus.SCHEDULED))
    with pytest.raises(Problem, match=r"“Spring” waits for its time\. Take it back first"):
        await BroadcastList(store).archive(one, SHELL)
    write(store, lambda tx: broadcasts.set_status(tx, one, BroadcastStatus.DONE))
    await BroadcastList(store).archive(one, SHELL)
    assert await names(store, archived=True) == ["Spring"]


async def test_an_agent_looks_only(store: Store) -> None:
    one = drafted(store, "Old")
    agent = User(write(store, lambda tx: add_person(tx, "Lina", Role.AGENT)), "Lina", Role.AGENT)
    lists = BroadcastList(store)
    with pytest.raises(NotAllowed):
        await lists.duplicate(one, agent)
    with pytest.raises(NotAllowed):
        await lists.archive(one, agent)
    assert await names(store) == ["Old"]


async def test_a_month_has_what_began_and_what_is_to_come(store: Store, clock: FakeClock) -> None:
    write(store, lambda tx: settings.save(tx, replace(Settings(), time_zone="America/Toronto"), None))
    began = running(store)
    at = START.replace(day=31, hour=23, minute=30)  # in Toronto still the 31st
    to_come = drafted(store, "To come")
    beyond = drafted(store, "Beyond")

    def schedule(tx: Tx, id: int, starts: object) -> None:
        row = update(tables.broadcast).where(tables.broadcast.c.id == id)
        tx.conn.execute(row.values(status=BroadcastStatus.SCHEDULED.value, starts_at=starts))

    write(store, lambda tx: schedule(tx, to_come, at))
    write(store, lambda tx: schedule(tx, beyond, at + timedelta(hours=5)))  # past midnight there
    found = await BroadcastList(store).month(date(2026, 5, 17))
    assert [(one.record.id, one.day) for one in found] == [
        (began, START.date()),
        (to_come, date(2026, 5, 31)),
    ]
    june = await BroadcastList(store).month(date(2026, 6, 1))
    assert [one.record.id for one in june] == [beyond]
    del clock
