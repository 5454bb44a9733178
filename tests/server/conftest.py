"""The program's HTTP server as it runs: the same routes on a port of its own, with a store behind them."""

import hashlib
import hmac
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from fastapi import FastAPI

from desktop.domain.templates import Template
from desktop.server import http, webhooks
from desktop.server.api import api_over
from desktop.services.inbound import Inbound
from desktop.services.keys import Keys
from desktop.services.templates import Templates
from desktop.store.engine import Store
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from tests.server.api import Shop, key_of
from tests.services.desk import Desk, empty_store, open_desk

SECRET, VERIFY = "app-secret", "verify-me"


@dataclass(slots=True)
class Server:
    """The address, the store behind it, and a client."""

    address: str
    store: Store
    session: ClientSession
    woken: list[str]

    @property
    def hook(self) -> str:
        return self.address + webhooks.PATH

    async def get(self, path: str, **query: str) -> tuple[int, str]:
        async with self.session.get(self.address + path, params=query) as answer:
            return answer.status, await answer.text()

    async def post(self, raw: bytes, **headers: str) -> int:
        """Post a body, signed well unless the headers say otherwise."""
        signed = headers or {"X-Hub-Signature-256": signature(raw)}
        async with self.session.post(self.hook, data=BytesIO(raw), headers=signed) as answer:
            return answer.status


def api_of(store: Store) -> FastAPI:
    """The API over a store alone, as it is for a real number."""
    clock = SystemClock()

    async def fetch() -> list[Template]:
        return []

    async def look() -> dict[str, Any]:
        return {}

    return http.make_app(
        Inbound(store, store_key="0badcafe", wake=lambda: None, refresh_templates=lambda: None),
        app_secret=lambda: "",
        verify_token=lambda: "",
        look=look,
        api=api_over(store, clock, Keys(store), Templates(store, clock, fetch), lambda: None, None),
    )


def signature(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store, to copy."""
    return empty_store(tmp_path_factory.mktemp("empty"))


@pytest.fixture
async def server(empty: Path, tmp_path: Path) -> AsyncIterator[Server]:
    shutil.copy(empty, tmp_path / "store.db")
    store = open_store(str(tmp_path / "store.db"), SystemClock(), "test").store
    woken: list[str] = []

    def wake() -> None:
        woken.append("wake")

    inbound = Inbound(store, store_key="0badcafe", wake=wake, refresh_templates=lambda: None)

    async def look() -> dict[str, Any]:
        return {"status": "ok", "engine": "idle", "on_the_way": 0}

    app = http.make_app(inbound, app_secret=lambda: SECRET, verify_token=lambda: VERIFY, look=look)
    running = http.HttpServer(lambda: app, http.bind("127.0.0.1", 0))
    await running.start()
    async with ClientSession() as session:
        yield Server(running.address, store, session, woken)
    await running.stop()
    store.close()


@pytest.fixture
async def desk(empty: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    """The whole program, its sandbox quick with statuses."""
    async with open_desk(empty, tmp_path) as opened:
        yield opened


@pytest.fixture
async def shop(desk: Desk) -> AsyncIterator[Shop]:
    """Another program with a key that opens everything."""
    async with ClientSession() as session:
        yield Shop(desk, session, await key_of(desk))
