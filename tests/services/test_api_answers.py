"""One deed for one word: however often it is asked for, and from however many processes, on both databases."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from desktop.domain.keys import Caller, Scope
from desktop.services.api_answers import Once, OtherBody, once, written
from desktop.store import contacts
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock

SHOP, CRM = Caller(1, "shop-sync", Scope.ALL), Caller(2, "crm", Scope.ALL)


@pytest.fixture
def two(address: str) -> Iterator[tuple[Store, Store]]:
    """The same store in two processes, as far as the database can tell."""
    stores = Store(address, FakeClock(), "one"), Store(address, FakeClock(), "two")
    yield stores
    for one in stores:
        one.close()


async def ask(store: Store, asked: Once, caller: Caller = SHOP) -> dict[str, Any]:
    def run(tx: Tx) -> dict[str, Any]:
        return once(tx, caller, asked, 201, lambda: {"id": contacts.create(tx, "Priya", None)})

    return await written(store, run)


async def count(store: Store) -> int:
    return await store.read(contacts.count)


async def test_twenty_at_once_from_two_processes_are_one_deed(two: tuple[Store, Store]) -> None:
    answers = await asyncio.gather(*(ask(two[number % 2], Once("order-991", "a")) for number in range(20)))
    assert len({one["id"] for one in answers}) == 1
    assert await count(two[0]) == 1


async def test_another_body_another_caller_and_no_word(two: tuple[Store, Store]) -> None:
    store = two[0]
    await ask(store, Once("order-991", "a"))
    with pytest.raises(OtherBody):
        await ask(store, Once("order-991", "b"))
    assert await count(store) == 1
    await ask(store, Once("order-991", "b"), CRM)
    await ask(store, Once())
    await ask(store, Once())
    assert await count(store) == 4


async def test_what_fails_leaves_no_answer_behind(two: tuple[Store, Store]) -> None:
    def fails(tx: Tx) -> dict[str, Any]:
        contacts.create(tx, "Priya", None)
        raise OtherBody("Wrong", "On purpose.")

    with pytest.raises(OtherBody):
        await written(two[0], lambda tx: once(tx, SHOP, Once("1", "a"), 201, lambda: fails(tx)))
    assert await count(two[0]) == 0
    assert await ask(two[0], Once("1", "a"))
