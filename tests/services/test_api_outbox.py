"""Many at one moment: few commits, each deed on its own, answers only after the commit. On both databases."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text

from desktop.domain.changes import Changes
from desktop.domain.keys import Caller, Scope
from desktop.domain.problems import Problem
from desktop.services.api_answers import Once, OtherBody, once
from desktop.services.api_outbox import LONGEST_S, MOST_AT_ONCE, ApiOutbox, Deed
from desktop.store import contacts
from desktop.store.engine import Store, StoreClosed, Tx, Uncertain, WriteLane
from tests.clock import FakeClock
from tests.databases import PATIENCE_S, PostgresServer
from tests.lostcommits import next_commit_unanswered

SHOP = Caller(1, "shop-sync", Scope.ALL)
SLOW = text(
    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 200000)"
    " SELECT count(*) FROM number"
)
"""Longer than a group may take, on any machine."""


@dataclass(slots=True)
class Room:
    """An outbox, how often the engine was woken, and what each commit touched."""

    store: Store
    outbox: ApiOutbox
    woken: list[str] = field(default_factory=list)
    commits: list[Changes] = field(default_factory=list)

    async def names(self) -> list[str]:
        """Whoever was made, in the order of making."""
        found = text("SELECT name FROM contact ORDER BY id")
        return await self.store.read(lambda tx: list(tx.conn.scalars(found)))

    async def told(self) -> list[Changes]:
        """What the commits until now touched: told by the writer's thread a moment after each."""
        await self.store.write(lambda _tx: None)
        return self.commits

    @asynccontextmanager
    async def writer_busy(self) -> AsyncIterator[None]:
        """While inside, the writer is held: what is asked for waits."""
        begun, go_on = Event(), Event()

        def hold(_tx: Tx) -> None:
            begun.set()
            go_on.wait(PATIENCE_S)

        held = self.store.submit_write(hold)
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        try:
            yield
        finally:
            go_on.set()
            await asyncio.wrap_future(held)


def room_of(store: Store, longest_s: float = PATIENCE_S) -> Room:
    woken: list[str] = []
    room = Room(store, ApiOutbox(store, lambda: woken.append("wake"), longest_s=longest_s), woken)
    store.listen(room.commits.append)
    return room


@pytest.fixture
def room(store: Store) -> Room:
    return room_of(store)


@pytest.fixture
def two(address: str) -> Iterator[tuple[Room, Room]]:
    """The same store in two processes, as far as the database can tell."""
    stores = Store(address, FakeClock(), "one"), Store(address, FakeClock(), "two")
    yield room_of(stores[0]), room_of(stores[1])
    for one in stores:
        one.close()


def making(name: str, asked: Once | None = None) -> Deed:
    """A deed that makes a contact; asked: under an Idempotency-Key."""

    def make(tx: Tx) -> dict[str, Any]:
        return {"id": contacts.create(tx, name, None)}

    return lambda tx: once(tx, SHOP, asked or Once(), 202, lambda: make(tx))


def failing(wrong: Exception) -> Deed:
    """A deed that makes a contact and then fails."""

    def fail(tx: Tx) -> dict[str, Any]:
        contacts.create(tx, "Nobody", None)
        raise wrong

    return fail


async def every(room: Room, *deeds: Deed) -> list[Any]:
    """What became of each, asked for at the same moment."""
    return list(await asyncio.gather(*(room.outbox.write(one) for one in deeds), return_exceptions=True))


async def test_a_hundred_at_once_share_few_commits_and_keep_their_order(room: Room) -> None:
    wanted = [f"Contact {number:03d}" for number in range(100)]
    async with room.writer_busy():
        asking = asyncio.gather(*(room.outbox.write(making(name)) for name in wanted))
        await asyncio.sleep(0)
    answers = await asking
    assert await room.names() == wanted
    assert [one["id"] for one in answers] == sorted(one["id"] for one in answers)
    assert len(await room.told()) == len(room.woken) == math.ceil(100 / MOST_AT_ONCE)


async def test_a_single_one_is_written_at_once(room: Room) -> None:
    for number in range(3):
        await room.outbox.write(making(f"Contact {number}"))
        assert len(await room.told()) == len(room.woken) == number + 1


async def test_an_answer_is_given_only_when_another_process_can_see_the_deed(two: tuple[Room, Room]) -> None:
    here, there = two

    async def ask(name: str) -> None:
        await here.outbox.write(making(name))
        assert name in await there.names()

    await asyncio.gather(*(ask(f"Contact {number}") for number in range(40)))


async def test_one_that_fails_harms_no_other_and_leaves_nothing(room: Room) -> None:
    problem, bug = Problem("Wrong", "On purpose.", "phone"), KeyError("a bug")
    ends = await every(room, making("Ana"), failing(problem), making("Ben"), failing(bug), making("Cleo"))
    assert await room.names() == ["Ana", "Ben", "Cleo"]
    assert ends[1] is problem
    assert ends[3] is bug
    assert [one["id"] for one in (ends[0], ends[2], ends[4])] == sorted(
        one["id"] for one in (ends[0], ends[2], ends[4])
    )
    touched = {one.id for changes in await room.told() for one in changes.touched}
    assert touched == {one["id"] for one in (ends[0], ends[2], ends[4])}


async def test_where_all_fail_the_engine_is_not_woken(room: Room) -> None:
    await every(room, failing(Problem("Wrong", "On purpose.")), failing(Problem("Wrong", "Again.")))
    assert room.woken == []
    assert await room.names() == []


async def test_a_transaction_that_is_lost_is_tried_one_by_one(room: Room) -> None:
    """SQLite ends the whole of it for such a statement, PostgreSQL only the deed: for those who ask it is the same."""

    def broken(tx: Tx) -> dict[str, Any]:
        tx.conn.execute(text("SELECT * FROM nowhere"))
        return {}

    ends = await every(room, making("Ana"), broken, making("Ben"))
    assert isinstance(ends[1], Exception)
    assert await room.names() == ["Ana", "Ben"]
    assert {type(one) for one in (ends[0], ends[2])} == {dict}


async def test_the_same_key_in_one_group_is_one_deed(room: Room) -> None:
    same, other = Once("order-991", "a"), Once("order-991", "b")
    async with room.writer_busy():
        asking = asyncio.ensure_future(
            every(room, making("Ana", same), making("Ana", same), making("Ana", other), making("Ana", same))
        )
        await asyncio.sleep(0)
    ends = await asking
    assert await room.names() == ["Ana"]
    assert ends[0] == ends[1] == ends[3]
    assert isinstance(ends[2], OtherBody)


async def test_the_same_keys_from_two_processes_are_one_deed_each(two: tuple[Room, Room]) -> None:
    keys = [Once(f"order-{number}", "a") for number in range(30)]

    async def ask(room: Room, asked: Once) -> int:
        return int((await room.outbox.write(making(asked.key, asked)))["id"])

    # Half of them the other way round: two that wait for each other must both get on.
    here = [ask(two[0], one) for one in keys]
    there = [ask(two[1], one) for one in reversed(keys)]
    answers = await asyncio.gather(*here, *there)
    assert answers[:30] == answers[30:][::-1]
    assert sorted(await two[0].names()) == sorted(one.key for one in keys)


async def test_an_opt_out_does_not_wait_for_a_whole_group(store: Store) -> None:
    room = room_of(store, LONGEST_S)
    order: list[str] = []

    def deed(number: int) -> Deed:
        def run(tx: Tx) -> dict[str, Any]:
            if number == 0:
                room.store.submit_write(lambda _tx: order.append("opt-out"), WriteLane.CONSENT)
            tx.conn.scalar(SLOW)
            order.append(f"deed {number}")
            return {"number": number}

        return run

    ends = await every(room, *(deed(number) for number in range(4)))
    assert [one["number"] for one in ends] == [0, 1, 2, 3]
    assert order == ["deed 0", "opt-out", "deed 1", "deed 2", "deed 3"]


async def test_who_goes_away_before_the_writing_has_asked_for_nothing(room: Room) -> None:
    async with room.writer_busy():
        first = asyncio.ensure_future(room.outbox.write(making("Ana")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # its group waits for the writer
        gone = asyncio.ensure_future(room.outbox.write(making("Ben")))
        last = asyncio.ensure_future(room.outbox.write(making("Cleo")))
        await asyncio.sleep(0)
        gone.cancel()
    await asyncio.gather(first, last)
    assert gone.cancelled()
    assert await room.names() == ["Ana", "Cleo"]


async def test_a_closed_store_is_told_to_all(room: Room) -> None:
    await asyncio.to_thread(room.store.close)
    ends = await every(room, making("Ana"), making("Ben"))
    assert [type(one) for one in ends] == [StoreClosed, StoreClosed]


async def test_when_the_loop_ends_nobody_waits_for_ever(room: Room) -> None:
    async with room.writer_busy():
        asking = [asyncio.ensure_future(room.outbox.write(making(name))) for name in ("Ana", "Ben")]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        [writing] = [one for one in asyncio.all_tasks() if one.get_name() == "api-outbox"]
        writing.cancel()
        await asyncio.wait(asking, timeout=PATIENCE_S)
        assert all(one.cancelled() for one in asking)
    await room.outbox.write(making("Cleo"))
    assert "Cleo" in await room.names()


@pytest.mark.postgres
async def test_a_group_that_may_be_committed_is_not_done_again(
    postgres_server: PostgresServer, postgres_store: Store
) -> None:
    """The answer to COMMIT was lost: nobody hears that nothing was done, and under the same key it is found."""
    room = room_of(postgres_store)
    keys = [Once(f"order-{number}", "a") for number in range(5)]
    deeds = [making(one.key, one) for one in keys]
    with next_commit_unanswered(postgres_server):
        async with room.writer_busy():
            asking = asyncio.ensure_future(every(room, *deeds, making("no key")))
            await asyncio.sleep(0)
        ends = await asking
    assert [type(one) for one in ends] == [Uncertain] * 6
    made = [one.key for one in keys] + ["no key"]
    assert await room.names() == made
    again = await every(room, *deeds)
    assert [one["id"] for one in again] == [1, 2, 3, 4, 5]
    assert await room.names() == made
    assert room.woken  # what may be there is looked at


async def test_a_group_whose_connection_is_lost_before_its_commit_is_done_one_by_one(room: Room) -> None:
    lost: list[str] = []

    def losing(tx: Tx) -> dict[str, Any]:
        if not lost and tx.on_postgresql:
            lost.append("once")
            tx.conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return making("Ben")(tx)

    ends = await every(room, making("Ana"), losing, making("Cleo"))
    assert {type(one) for one in ends} == {dict}
    assert await room.names() == ["Ana", "Ben", "Cleo"]
