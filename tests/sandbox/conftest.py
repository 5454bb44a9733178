from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from desktop.sandbox.server import Sandbox
from tests.sandbox.harness import Client, Receiver, receiving

QUICK = {"sent": 0.0, "delivered": 0.01, "read": 0.02}


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def client(session: ClientSession) -> AsyncIterator[Client]:
    async with Sandbox(status_delays_s=QUICK, retry_first_s=0.01, review_s=None) as sandbox:
        yield Client(session, sandbox.base_url)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def hooked(client: Client, receiver: Receiver) -> Client:
    """The client of a sandbox that posts to `receiver`."""
    await receiver.aim(client)
    return client
