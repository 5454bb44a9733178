"""A store as full as a large team's: whole, the same each time, and only where there was nothing."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, text

from desktop.domain.consent import OptIn
from desktop.domain.problems import Problem
from desktop.services.demo import Demo
from desktop.services.searching import Searching
from desktop.services.seeding import Plan, Seeding
from desktop.store import contacts, conversations, message_search, tables
from desktop.store.engine import Store, Tx

PLAN = Plan(300, 40, 900)


async def fill(store: Store, plan: Plan = PLAN) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    await Demo(store).add_people()
    await Seeding(store, plan, lambda *one: told.append(one)).run()
    return told


def whole(tx: Tx) -> None:
    """Each conversation says what its messages say."""
    for row in tx.rows(select(tables.conversation)):
        mine = tx.rows(
            select(tables.message)
            .where(tables.message.c.contact_id == row.contact_id)
            .order_by(tables.message.c.id)
        )
        assert (mine[-1].id, mine[-1].created_at) == (row.last_message_id, row.last_at)
        wrote = [one for one in mine if not one.outgoing]
        who = tx.rows(select(tables.contact).where(tables.contact.c.id == row.contact_id))[0]
        assert who.last_inbound_at == wrote[-1].created_at
        assert (row.first_unread_id is None) == (row.waiting_since is None) == (row.unread_count == 0)
        if row.unread_count:
            unread = mine[-row.unread_count :]
            assert not any(one.outgoing for one in unread)
            assert (unread[0].id, unread[0].created_at) == (row.first_unread_id, row.waiting_since)
        assert all(one.sent_at and one.author_id for one in mine if one.outgoing)


async def test_everything_is_there_and_fits_together(store: Store) -> None:
    told = await fill(store)
    assert told[-1] == ("conversations", 40, 40)

    def look(tx: Tx) -> dict[str, Any]:
        whole(tx)
        counted = {
            one.name: tx.conn.scalar(select(func.count()).select_from(one))
            for one in (tables.contact, tables.identity, tables.conversation, tables.message)
        }
        opted = tx.conn.execute(select(tables.contact.c.facts, func.count()).group_by(tables.contact.c.facts))
        boxes = select(tables.conversation.c.open, tables.conversation.c.assigned_to).distinct()
        return counted | {"facts": {row[0] for row in opted}, "boxes": len(tx.rows(boxes))}

    found = await store.read(look)
    assert (found["contact"], found["identity"]) == (300, 300)
    assert (found["conversation"], found["message"]) == (40, 900)
    assert found["facts"] == {0, 1, 2}
    assert found["boxes"] >= 6  # open and closed, of each person and of nobody

    searching = Searching(store)
    assert not await store.read(message_search.is_behind)
    hits = await searching.messages("order", limit=5)
    assert len(hits) == 5
    # What is written after it gets the next number on both databases.
    made = await store.write(lambda tx: contacts.create(tx, "Ana", "+16045550142"))
    assert made == 301


async def test_the_opt_ins_have_their_history(store: Store) -> None:
    await fill(store)

    def look(tx: Tx) -> None:
        for id in range(1, 301):
            one = contacts.get(tx, id)
            events = tx.rows(select(tables.consent_event).where(tables.consent_event.c.contact_id == id))
            assert [event.value for event in events] == (
                [] if one.opt_in is OptIn.NONE else [one.opt_in.value]
            )

    await store.read(look)


@pytest.mark.postgres
async def test_the_same_counts_say_the_same(sqlite_store: Store, postgres_store: Store) -> None:
    texts = []
    for one in (sqlite_store, postgres_store):
        await fill(one, Plan(50, 10, 60))
        texts.append(
            await one.read(lambda tx: list(tx.conn.scalars(text("SELECT text FROM message ORDER BY id"))))
        )
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("plan", "field"),
    [(Plan(5, 6, 10), "conversations"), (Plan(5, 5, 4), "messages"), (Plan(5, 0, 4), "conversations")],
)
async def test_a_plan_that_cannot_be_makes_nothing(sqlite_store: Store, plan: Plan, field: str) -> None:
    with pytest.raises(Problem) as wrong:
        await fill(sqlite_store, plan)
    assert wrong.value.field == field
    assert await sqlite_store.read(contacts.count) == 0


async def test_a_store_with_contacts_is_left_alone(sqlite_store: Store) -> None:
    await sqlite_store.write(lambda tx: contacts.create(tx, "Ana", "+16045550142"))
    with pytest.raises(Problem, match="not empty"):
        await fill(sqlite_store)
    assert await sqlite_store.read(contacts.count) == 1


async def test_what_was_made_before_it_was_stopped_is_known(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.services.seeding._CHUNK_COUNT", 50)
    await Demo(sqlite_store).add_people()
    begun = asyncio.Event()
    seeding = Seeding(sqlite_store, PLAN, lambda what, *_: begun.set() if what == "messages" else None)
    running = asyncio.ensure_future(seeding.run())
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert 0 < seeding.made["messages"] < PLAN.message_count

    def look(tx: Tx) -> tuple[int | None, int]:
        count = tx.conn.scalar(select(func.count()).select_from(tables.message))
        return count, len(conversations.open_windows(tx))

    assert await sqlite_store.read(look) == (seeding.made["messages"], 0)
