"""The program without its window, for every test of a service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.services.courier import Courier
from desktop.services.subscriptions import Subscriptions
from desktop.store import settings
from desktop.store.engine import Store
from desktop.system.http import open_web
from desktop.system.secrets import Secrets, environment_name
from tests.clock import FakeClock
from tests.databases import (
    address,
    clock,
    postgres_address,
    postgres_server,
    postgres_store,
    sqlite_address,
    sqlite_original,
    sqlite_store,
    store,
    write,
)
from tests.receiver import Receiver, open_receiver
from tests.ring import no_ring, ring
from tests.services.desk import Desk, empty_store, open_desk
from tests.services.post import KEY, NUMBER, Post
from tests.services.talk import SHOP_SECRET, Talk

__all__ = [
    "address",
    "clock",
    "no_ring",
    "postgres_address",
    "postgres_server",
    "postgres_store",
    "ring",
    "sqlite_address",
    "sqlite_original",
    "sqlite_store",
    "store",
]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store with three people, to copy."""
    return empty_store(tmp_path_factory.mktemp("empty"))


@pytest.fixture
async def desk(empty: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    """The program; statuses arrive within hundredths of a second, the pace is unlimited."""
    async with open_desk(empty, tmp_path) as opened:
        yield opened


@pytest.fixture
async def mute(empty: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    """The program with a sandbox that reports no statuses by itself."""
    async with open_desk(empty, tmp_path, statuses=None) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as found:
        yield found


@pytest.fixture
async def post(store: Store, clock: FakeClock, receiver: Receiver) -> AsyncIterator[Post]:
    write(store, lambda tx: settings.set_meta(tx, "key", KEY))
    kept = Subscriptions(store, Secrets({}), is_sandbox=True)
    async with open_web(allow_loopback=True) as way:
        courier = Courier(store, clock, way, kept.signing, lambda: NUMBER)
        yield Post(store, clock, kept, courier, receiver, way)


@pytest.fixture
async def talk(store: Store, clock: FakeClock) -> AsyncIterator[Talk]:
    """Bots, and a secret of theirs in the environment."""
    async with open_web(allow_loopback=True, answer_within_s=3.0) as way:
        yield Talk(store, clock, way, {environment_name("bot:shop"): SHOP_SECRET})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the store says on PostgreSQL is asked by the store's own tests each time; the services' on it take long."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.slow)
