"""The index follows what is written; a search that nobody waits for any more is stopped."""

import asyncio

import pytest

from desktop.services.searching import Searching
from desktop.store import message_search
from desktop.store.engine import Store
from tests.services.desk import PRIYA, Desk
from tests.store.test_conversations import write_in
from tests.store.world import add_contact


async def test_a_message_is_found_at_once_and_indexed_in_rounds(store: Store) -> None:
    contact_id = await store.write(add_contact)
    searching = Searching(store)
    for number in range(130):
        await store.write(lambda tx, n=number: write_in(tx, contact_id, f"Parcel {n:03} for the señora"))  # type: ignore[misc]
    first = await searching.messages("senora parcel 129")
    assert [hit.text for hit in first] == ["Parcel 129 for the señora"]

    while await searching.round():
        pass
    assert not await store.read(message_search.is_behind)
    assert [hit.text for hit in await searching.messages("senora parcel 129")] == [
        "Parcel 129 for the señora"
    ]
    assert len(await searching.messages("senora", limit=100)) == 100
    assert len(await searching.messages("senora", contact_id=contact_id, limit=200)) == 130
    assert await searching.messages("se") == []
    assert await searching.messages("senora", contact_id=contact_id + 1) == []


async def test_the_running_program_keeps_the_index(desk: Desk) -> None:
    await desk.contact(PRIYA)
    await desk.says(PRIYA, "Is the brass lantern back in stock?")
    store = desk.app.store

    async def caught_up() -> bool:
        return not await store.read(message_search.is_behind)

    await desk.until(caught_up)
    (hit,) = await desk.app.searching.messages("brass LANTERN")
    assert (hit.text, hit.outgoing) == ("Is the brass lantern back in stock?", False)


async def test_a_search_that_was_given_up_lets_the_next_one_through(store: Store) -> None:
    contact_id = await store.write(add_contact)
    await store.write(lambda tx: [write_in(tx, contact_id, f"parcel {number}") for number in range(50)])
    searching = Searching(store)
    given_up = [asyncio.ensure_future(searching.messages("parcel")) for _ in range(20)]
    for one in given_up:
        one.cancel()
    assert len(await searching.messages("parcel")) == 50
    for one in given_up:
        with pytest.raises(asyncio.CancelledError):
            await one
