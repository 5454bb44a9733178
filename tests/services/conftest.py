"""The program without its window, for every test of a service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
)
from tests.services.desk import Desk, empty_store, open_desk

__all__ = [
    "address",
    "clock",
    "postgres_address",
    "postgres_server",
    "postgres_store",
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the store says on PostgreSQL is asked by the store's own tests each time; the services' on it take long."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.slow)
