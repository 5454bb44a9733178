"""The store's threads: lanes, turns, interruption, and what a person is told when the disk says no."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from desktop.domain.changes import Change, Changes, Topic
from desktop.store import contacts, database, feed, tables
from desktop.store.engine import (
    Interrupted,
    Store,
    StoreBroken,
    StoreBusy,
    StoreClosed,
    Tx,
    Uncertain,
    WriteLane,
)
from tests.clock import START, FakeClock
from tests.databases import PATIENCE_S, PostgresServer, read, write
from tests.lostcommits import next_commit_unanswered
from tests.store.world import add_contact


def held_open(store: Store) -> Callable[[], None]:
    """Keep the writer busy until the returned function is called."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: Tx) -> None:
        begun.set()
        assert go_on.wait(PATIENCE_S)

    store.submit_write(hold)
    assert begun.wait(PATIENCE_S)
    return go_on.set


# Transactions.


def test_a_write_is_committed_or_as_if_it_had_not_been(store: Store) -> None:
    made = write(store, add_contact)

    def fails(tx: Tx) -> None:
        contacts.rename(tx, made, "Other")
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        write(store, fails)
    assert read(store, lambda tx: contacts.get(tx, made)).name == "Ana Bell"
    write(store, lambda tx: contacts.rename(tx, made, "Zoé"))
    assert read(store, lambda tx: contacts.get(tx, made)).name == "Zoé"


def test_a_transaction_has_the_business_time_of_its_start(store: Store, clock: FakeClock) -> None:
    assert read(store, lambda tx: tx.now) == write(store, lambda tx: tx.now) == START
    clock.set(START.replace(year=2030))
    assert read(store, lambda tx: tx.now).year == write(store, lambda tx: tx.now).year == 2030


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        read(store, lambda tx: tx.conn.execute(text("DELETE FROM contact")))
    assert write(store, add_contact)


def test_a_read_sees_one_moment(store: Store) -> None:
    def both(tx: Tx) -> tuple[int, int]:
        before = contacts.count(tx)
        write(store, add_contact)
        return before, contacts.count(tx)

    assert read(store, both) == (0, 0)
    assert read(store, contacts.count) == 1


# Lanes.


def test_the_writer_takes_the_most_urgent_lane_first_and_within_it_in_turn(store: Store) -> None:
    order: list[str] = []
    release = held_open(store)
    waiting = [
        store.submit_write(lambda _, name=f"{lane.name} {turn}": order.append(name), lane)  # type: ignore[misc]
        for turn in (1, 2)
        for lane in reversed(WriteLane)
    ]
    release()
    for one in waiting:
        one.result(PATIENCE_S)

    lanes = ["CONSENT", "PEOPLE", "CLAIM", "STATUS", "BULK"]
    assert order == [f"{lane} {turn}" for lane in lanes for turn in (1, 2)]


def test_a_write_that_has_waited_long_goes_before_other_work_of_the_machine(
    store: Store, clock: FakeClock
) -> None:
    order: list[str] = []
    release = held_open(store)

    def queue(name: str, lane: WriteLane) -> "Future[None]":
        return store.submit_write(lambda _: order.append(name), lane)

    waiting = [queue("old step", WriteLane.BULK)]
    clock.move(timedelta(seconds=1))
    waiting += [
        queue("claim", WriteLane.CLAIM),
        queue("new step", WriteLane.BULK),
        queue("person", WriteLane.PEOPLE),
        queue("opt-out", WriteLane.CONSENT),
    ]
    release()
    for one in waiting:
        one.result(PATIENCE_S)

    assert order == ["opt-out", "person", "old step", "claim", "new step"]


async def test_a_write_that_nobody_waits_for_any_more_is_not_made(store: Store) -> None:
    release = held_open(store)
    waiting = asyncio.ensure_future(store.write(add_contact))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    release()

    assert await store.write(contacts.count) == 0


def test_a_person_does_not_wait_behind_long_reads(store: Store) -> None:
    go_on = threading.Event()
    begun = threading.Semaphore(0)

    def long_read(_: Tx) -> None:
        begun.release()
        assert go_on.wait(PATIENCE_S)

    longs = [store.submit_read(long_read) for _ in range(3)]
    for _ in range(2):
        assert begun.acquire(timeout=PATIENCE_S)
    assert store.submit_read(contacts.count, people=True).result(PATIENCE_S) == 0
    assert not any(one.done() for one in longs)
    go_on.set()
    for one in longs:
        one.result(PATIENCE_S)


def test_what_other_programs_list_has_one_reader_and_holds_up_nothing_else(store: Store) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def long_list(_: Tx) -> None:
        begun.set()
        assert go_on.wait(PATIENCE_S)

    lists = [store.submit_read(long_list, listing=True) for _ in range(4)]
    assert begun.wait(PATIENCE_S)
    assert store.submit_read(contacts.count, people=True).result(PATIENCE_S) == 0
    assert store.submit_read(contacts.count).result(PATIENCE_S) == 0
    assert not any(one.done() for one in lists)
    go_on.set()
    for one in lists:
        one.result(PATIENCE_S)


# Interrupting.


@pytest.fixture
def endless(store: Store) -> tuple[Callable[[Tx], Any], Callable[[], bool], threading.Event]:
    """A query that never ends by itself; whether it runs in the database; and an event for its end."""
    running, ended = threading.Event(), threading.Event()
    pid: list[int] = []

    def begun() -> int:
        running.set()
        return 1

    def run(tx: Tx) -> Any:
        try:
            if tx.on_postgresql:
                pid.append(int(tx.conn.scalar(text("SELECT pg_backend_pid()")) or 0))
                return tx.conn.scalar(text("SELECT pg_sleep(3600)"))
            driver: Any = tx.conn.connection.driver_connection
            driver.create_function("begun", 0, begun)
            numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            return tx.conn.scalar(text(f"{numbers} SELECT count(*) FROM n WHERE begun() = 1"))
        finally:
            ended.set()

    def runs() -> bool:
        if not store.on_postgresql:
            return running.is_set()
        asked = text("SELECT wait_event FROM pg_stat_activity WHERE pid = :pid")
        waits = (
            store.submit_read(lambda tx: tx.conn.scalar(asked, {"pid": pid[0]}), people=True) if pid else None
        )
        return waits is not None and waits.result(PATIENCE_S) == "PgSleep"

    return run, runs, ended


def until(holds: Callable[[], bool]) -> bool:
    """Look again and again, for as long as anyone would wait."""
    end_s = time.monotonic() + PATIENCE_S
    while not (found := holds()) and time.monotonic() < end_s:
        pass
    return found


async def test_a_cancelled_read_stops_in_the_database(
    store: Store, endless: tuple[Callable[[Tx], Any], Callable[[], bool], threading.Event]
) -> None:
    run, runs, ended = endless
    waiting = asyncio.ensure_future(store.read(run))
    assert await asyncio.to_thread(until, runs)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(ended.wait, PATIENCE_S)
    # Both readers work on: the interrupted one as well.
    assert await asyncio.gather(*(store.read(contacts.count) for _ in range(4))) == [0] * 4


def test_an_interrupted_read_says_so_to_whom_still_waits(
    store: Store, endless: tuple[Callable[[Tx], Any], Callable[[], bool], threading.Event]
) -> None:
    run, runs, _ = endless
    waiting = store.submit_read(run)
    assert until(runs)
    waiting.interrupt()
    with pytest.raises(Interrupted):
        waiting.result(PATIENCE_S)


async def test_a_read_that_has_not_begun_is_forgotten(store: Store) -> None:
    go_on = threading.Event()
    holding = [store.submit_read(lambda _: go_on.wait(PATIENCE_S)) for _ in range(2)]
    asked: list[int] = []
    waiting = asyncio.ensure_future(store.read(lambda _: asked.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert all(one.result(PATIENCE_S) for one in holding)
    await asyncio.gather(*(store.read(contacts.count) for _ in range(4)))
    assert asked == []


# Changes.


def test_a_listener_hears_of_each_commit_and_of_nothing_else(store: Store) -> None:
    heard: list[Changes] = []
    forget = store.listen(heard.append)
    made = write(store, add_contact)
    write(store, lambda tx: None)

    def touch_and_fail(tx: Tx) -> None:
        tx.touch(Topic.SETTINGS)
        raise ValueError("on purpose")

    def touch_twice(tx: Tx) -> None:
        tx.touch(Topic.TEMPLATE, 3)
        tx.touch(Topic.TEMPLATE, 3)

    with pytest.raises(ValueError, match="on purpose"):
        write(store, touch_and_fail)
    write(store, touch_twice)
    write(store, lambda tx: None)
    forget()
    write(store, lambda tx: tx.touch(Topic.SETTINGS))
    write(store, lambda tx: None)

    assert heard == [Changes.of(Change(Topic.CONTACT, made)), Changes.of(Change(Topic.TEMPLATE, 3))]


def test_a_listener_that_fails_does_not_end_the_writer(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Changes] = []

    def fails(_: Changes) -> None:
        raise RuntimeError("on purpose")

    store.listen(fails)
    store.listen(heard.append)
    write(store, add_contact)

    assert write(store, contacts.count) == 1
    assert len(heard) == 1
    assert "on purpose" in caplog.text


def test_changes_are_kept_with_the_process_that_made_them(store: Store) -> None:
    made = write(store, add_contact)

    (row,) = read(store, lambda tx: tx.rows(select(tables.change)))
    assert (row.topic, row.ref, row.process, row.at) == ("contact", made, "test", START)
    assert read(store, feed.newest) == row.id


# Closing.


def test_closing_finishes_what_waits_and_refuses_what_comes(address: str, clock: FakeClock) -> None:
    store = Store(address, clock, "test")
    release = held_open(store)
    waiting = store.submit_write(add_contact)
    closer = threading.Thread(target=store.close)
    closer.start()
    release()
    closer.join(PATIENCE_S)

    assert waiting.result(0) == 1
    store.close()
    with pytest.raises(StoreClosed):
        store.submit_write(add_contact)
    with pytest.raises(StoreClosed):
        store.submit_read(contacts.count)


# What a person is told.


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The busy time-out is half a minute; here nobody waits for it."""
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.05)


@pytest.fixture
def opened(clock: FakeClock) -> Iterator[Callable[[str], Store]]:
    """Opens stores at any address and closes them afterwards."""
    made: list[Store] = []

    def open_one(url: str) -> Store:
        made.append(Store(url, clock, "test"))
        return made[-1]

    yield open_one
    for one in made:
        one.close()


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_is_a_problem_and_goes_on_afterwards(
    sqlite_address: str, opened: Callable[[str], Store]
) -> None:
    store = opened(sqlite_address)
    path = sqlite_address.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="Another program"):
            write(store, add_contact)
        assert read(store, contacts.count) == 0
        other.execute("ROLLBACK")
    assert write(store, add_contact)


@pytest.mark.postgres
@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_a_write_that_gives_way_every_time_says_so_in_the_end(postgres_store: Store, state: str) -> None:
    """It is begun anew twice, and nothing of any try stays."""
    tries: list[int] = []

    def gives_way(tx: Tx) -> None:
        tries.append(add_contact(tx))
        told = f"RAISE EXCEPTION 'Process 1 waits; blocked by process 2' USING ERRCODE = '{state}'"
        tx.conn.execute(text(f"DO $$ BEGIN {told}; END $$"))

    with pytest.raises(StoreBusy, match="changes the same rows"):
        write(postgres_store, gives_way)
    assert len(tries) == 3
    assert read(postgres_store, contacts.count) == 0
    assert write(postgres_store, add_contact)


def test_a_file_that_cannot_be_written_is_a_problem_and_can_be_read(
    sqlite_address: str, opened: Callable[[str], Store]
) -> None:
    write(opened(sqlite_address), add_contact)
    read_only = sqlite_address.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    store = opened(read_only)

    with pytest.raises(StoreBroken, match="read-only"):
        write(store, add_contact)
    assert read(store, contacts.count) == 1


def test_a_full_disk_is_a_problem_and_nothing_is_changed(sqlite_store: Store) -> None:
    def fill(tx: Tx) -> None:
        # SQLite counts pages as a disk counts blocks: no more than there are now.
        tx.conn.execute(text("PRAGMA max_page_count = 1"))

    write(sqlite_store, fill)
    with pytest.raises(StoreBroken, match="disk is full"):
        write(sqlite_store, lambda tx: [add_contact(tx, number, name="x" * 9_000) for number in range(60)])
    assert read(sqlite_store, contacts.count) == 0


def test_a_damaged_file_is_a_problem(
    sqlite_original: Path, tmp_path: Path, opened: Callable[[str], Store]
) -> None:
    damaged = tmp_path / "damaged.db"
    whole = sqlite_original.read_bytes()
    damaged.write_bytes(whole[:4096] + b"\x55" * (len(whole) - 4096))
    store = opened(f"sqlite:///{damaged}")

    with pytest.raises(StoreBroken):
        read(store, contacts.count)
    with pytest.raises(StoreBroken):
        write(store, add_contact)


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path, opened: Callable[[str], Store]) -> None:
    store = opened(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")

    with pytest.raises(StoreBroken):
        write(store, add_contact)


@pytest.mark.postgres
def test_a_lost_connection_is_made_again(postgres_store: Store) -> None:
    write(postgres_store, add_contact)
    pids = [
        postgres_store.submit_write(lambda tx: int(tx.conn.scalar(text("SELECT pg_backend_pid()")) or 0)),
        postgres_store.submit_read(
            lambda tx: int(tx.conn.scalar(text("SELECT pg_backend_pid()")) or 0), people=True
        ),
    ]
    ended = text("SELECT pg_terminate_backend(:pid, 10000)")
    for one in pids:
        pid = {"pid": one.result(PATIENCE_S)}
        assert read(postgres_store, lambda tx, pid=pid: tx.conn.scalar(ended, pid))  # type: ignore[misc]

    with pytest.raises(StoreBroken):
        write(postgres_store, contacts.count)
    with pytest.raises(StoreBroken):
        postgres_store.submit_read(contacts.count, people=True).result(PATIENCE_S)
    assert write(postgres_store, contacts.count) == 1
    assert postgres_store.submit_read(contacts.count, people=True).result(PATIENCE_S) == 1


@pytest.mark.postgres
def test_a_commit_whose_answer_is_lost_is_told_as_uncertain(
    postgres_server: PostgresServer, postgres_store: Store
) -> None:
    """It is never tried again, and listeners hear of what may be there."""
    told: list[Changes] = []
    postgres_store.listen(told.append)
    with (
        next_commit_unanswered(postgres_server),
        pytest.raises(Uncertain, match="may have been done"),
    ):
        write(postgres_store, add_contact)
    assert read(postgres_store, contacts.count) == 1
    assert write(postgres_store, contacts.count) == 1
    assert told
    assert told[0].has(Topic.CONTACT)


@pytest.mark.postgres
def test_a_connection_that_is_lost_before_the_commit_did_nothing(postgres_store: Store) -> None:
    def losing(tx: Tx) -> None:
        add_contact(tx)
        tx.conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreBroken) as raised:
        write(postgres_store, losing)
    assert not isinstance(raised.value, Uncertain)
    assert read(postgres_store, contacts.count) == 0
