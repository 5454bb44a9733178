"""Claims whose commit was not answered: they may be in the store, and no call was made for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.options import SANDBOX_NUMBER_ID, SANDBOX_SECRET, SANDBOX_TOKEN, SANDBOX_WABA_ID
from desktop.sandbox.server import Sandbox
from desktop.services.dispatcher import Dispatcher, EngineState, take_over
from desktop.store.engine import Store, Tx
from desktop.system.clock import SystemClock
from desktop.whatsapp.connection import Connection
from desktop.whatsapp.send import Sender
from desktop.whatsapp.session import open_session
from tests.databases import PostgresServer
from tests.lostcommits import next_commit_unanswered
from tests.services.desk import QUICK, make_sandbox
from tests.store.world import add_contact, message, submit, wrote_at

pytestmark = pytest.mark.postgres
_LOOK_S = 0.01
_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Room:
    """A store on PostgreSQL, and an engine on it that has not begun."""

    store: Store
    engine: Dispatcher
    sandbox: Sandbox

    async def queue(self, *numbers: int) -> list[int]:
        """A text to each of these contacts, who wrote a moment ago."""

        def write(tx: Tx) -> list[int]:
            made = []
            for number in numbers:
                contact_id = add_contact(tx, number)
                wrote_at(tx, contact_id, tx.now)
                made.append(submit(tx, contact_id))
            return made

        return await self.store.write(write)

    async def until(self, id: int, *wanted: Status) -> None:
        async with asyncio.timeout(_WITHIN_S):
            while (await self.row(id)).status not in wanted:  # noqa: ASYNC110 - the database tells no one
                await asyncio.sleep(_LOOK_S)

    async def row(self, id: int) -> Any:
        return await self.store.read(lambda tx: message(tx, id))


@pytest.fixture
async def room(postgres_address: str) -> AsyncIterator[Room]:
    clock = SystemClock()
    store = Store(postgres_address, clock, "engine")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, store.close)
        sandbox = await stack.enter_async_context(make_sandbox(QUICK))
        calls = await stack.enter_async_context(open_session())
        connection = Connection(
            sandbox.base_url,
            SANDBOX_NUMBER_ID,
            SANDBOX_WABA_ID,
            SANDBOX_TOKEN,
            SANDBOX_SECRET,
            is_sandbox=True,
        )
        engine_id, _ = await take_over(store, "first", sandbox.base_url)

        async def nothing() -> None:
            pass

        engine = Dispatcher(
            store,
            clock,
            Sender(calls, connection),
            store_key="key",
            engine_id=engine_id,
            refresh_templates=nothing,
        )
        yield Room(store, engine, sandbox)


async def test_they_become_unknown_and_the_engine_goes_on(
    postgres_server: PostgresServer, room: Room
) -> None:
    (lost,) = await room.queue(0)
    with next_commit_unanswered(postgres_server):
        running = asyncio.create_task(room.engine.run())
        async with asyncio.timeout(_WITHIN_S):
            while room.engine.status.state is not EngineState.WAITING:  # noqa: ASYNC110 - nor does the engine
                await asyncio.sleep(_LOOK_S)
        assert "Look whether it is there" in room.engine.status.trouble
    await room.until(lost, Status.UNKNOWN)
    assert (await room.row(lost)).reason == Reason.ANSWER_LOST
    (sent,) = await room.queue(1)
    room.engine.wake()
    await room.until(sent, Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)
    await room.engine.stop()
    await running
    assert room.engine.status.done_count == 1
