"""Views of the list, and several conversations changed at once and taken back."""

from datetime import timedelta

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box
from desktop.domain.inbox import Order, Wanted
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, Problem
from desktop.services.inbox import Inbox
from desktop.services.inbox_bulk import STEP_COUNT, InboxBulk
from desktop.store import contacts, conversations, inbox_rows, people, thread_events
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.test_conversations import write_in
from tests.store.world import add_contact, add_contacts


def staff(store: Store) -> tuple[User, User]:
    write(store, lambda tx: people.add(tx, [("Meera Rao", Role.AGENT), ("Jo Blum", Role.AGENT)]))
    meera, jo = read(store, people.every)
    return meera, jo


def some(store: Store, count: int) -> list[int]:
    def make(tx: Tx) -> list[int]:
        ids = add_contacts(tx, *[OptIn.YES] * count)
        for one in ids:
            write_in(tx, one)
        return ids

    return write(store, make)


def held(store: Store, ids: list[int]) -> list[tuple[int | None, bool, tuple[str, ...]]]:
    rows = [read(store, lambda tx, id=id: inbox_rows.row(tx, id, 0)) for id in ids]  # type: ignore[misc]
    return [(one.assigned_to, one.open, one.tags) for one in rows if one is not None]


async def test_many_are_assigned_in_steps_and_taken_back_to_what_each_had(store: Store) -> None:
    meera, jo = staff(store)
    ids = some(store, STEP_COUNT + 7)
    write(store, lambda tx: conversations.assign(tx, ids[0], jo.id))
    write(store, lambda tx: conversations.assign(tx, ids[1], meera.id))
    told: list[tuple[int, int]] = []
    bulk = InboxBulk(store)
    done = await bulk.assign(ids, meera, meera, lambda *told_now: told.append(told_now))
    assert (done.changed_count, done.kept_count) == (len(ids) - 1, 1)
    assert told == [(STEP_COUNT, len(ids)), (len(ids), len(ids))]
    assert {one[0] for one in held(store, ids)} == {meera.id}

    write(store, lambda tx: conversations.assign(tx, ids[5], jo.id))
    assert await bulk.undo(done, meera) == len(ids) - 2
    assert [one[0] for one in held(store, ids)[:7]] == [jo.id, meera.id, None, None, None, jo.id, None]
    told_of = read(store, lambda tx: thread_events.of_contact(tx, ids[2]))
    assert [one.sentence for one in told_of] == ["Meera Rao took this", "Meera Rao moved this to Unassigned"]


async def test_many_are_closed_and_those_reopened_since_stay_open(store: Store, clock: FakeClock) -> None:
    meera, _ = staff(store)
    ids = some(store, 4)
    write(store, lambda tx: conversations.set_open(tx, ids[3], False))
    bulk = InboxBulk(store)
    done = await bulk.set_open(ids, False, meera)
    assert (done.changed_count, done.kept_count) == (3, 1)
    assert not any(one[1] for one in held(store, ids))
    clock.move(timedelta(minutes=1))
    write(store, lambda tx: write_in(tx, ids[0], "Still there?"))
    assert await bulk.undo(done, meera) == 2
    assert [one[1] for one in held(store, ids)] == [True, True, True, False]


async def test_a_tag_is_given_to_those_without_it_and_taken_from_those_only(store: Store) -> None:
    meera, _ = staff(store)
    ids = some(store, 3)
    write(store, lambda tx: contacts.add_tags(tx, [ids[1]], ["Vip"]))
    bulk = InboxBulk(store)
    done = await bulk.add_tag(ids, "  VIP ", meera)
    assert (done.to, done.changed_count) == ("VIP", 2)
    assert [one[2] for one in held(store, ids)] == [("Vip",)] * 3
    assert await bulk.undo(done, meera) == 2
    assert [one[2] for one in held(store, ids)] == [(), ("Vip",), ()]
    with pytest.raises(Problem):
        await bulk.add_tag(ids, "  ", meera)


async def test_who_may_not_changes_nothing(store: Store) -> None:
    meera, jo = staff(store)
    ids = some(store, 2)
    write(store, lambda tx: people.set_active(tx, jo.id, False))
    bulk = InboxBulk(store)
    with pytest.raises(NotAllowed):
        await bulk.assign(ids, meera, jo)
    with pytest.raises(NotAllowed):
        await bulk.set_open(ids, False, jo)
    with pytest.raises(NotAllowed):
        await bulk.add_tag(ids, "VIP", jo)
    with pytest.raises(Problem, match="closed"):
        await bulk.assign(ids, jo, meera)
    assert held(store, ids) == [(None, True, ())] * 2


async def test_a_contact_without_a_conversation_is_passed_over(store: Store) -> None:
    meera, _ = staff(store)
    alone = write(store, add_contact)
    bulk = InboxBulk(store)
    for done in (await bulk.assign([alone], meera, meera), await bulk.set_open([alone], True, meera)):
        assert done.changed_count == 0


async def test_views_are_a_persons_own_and_named_once(store: Store) -> None:
    meera, jo = staff(store)
    inbox = Inbox(store)
    urgent = Wanted(Box.UNASSIGNED, Order.WINDOW, ("VIP",), OptIn.YES, unread=True, closing=True)
    await inbox.save_view("  Urgent ", urgent, meera)
    await inbox.save_view("All old", Wanted(Box.ALL, Order.OLDEST), meera)
    assert [(one.name, one.wanted) for one in await inbox.views(meera)] == [
        ("All old", Wanted(Box.ALL, Order.OLDEST)),
        ("Urgent", urgent),
    ]
    await inbox.save_view("URGENT", Wanted(), meera)
    kept = await inbox.views(meera)
    assert [(one.name, one.wanted) for one in kept][1:] == [("URGENT", Wanted())]
    await inbox.remove_view(kept[0].id, jo)
    assert len(await inbox.views(meera)) == 2
    await inbox.remove_view(kept[0].id, meera)
    assert [one.name for one in await inbox.views(meera)] == ["URGENT"]
    with pytest.raises(Problem):
        await inbox.save_view(" \n", Wanted(), meera)


async def test_the_one_that_waits_longest(store: Store, clock: FakeClock) -> None:
    meera, _ = staff(store)
    inbox = Inbox(store)
    assert await inbox.longest_waiting(Wanted(Box.ALL), meera) is None
    ids = []
    for number in range(3):
        ids.append(write(store, lambda tx, number=number: add_contact(tx, number)))  # type: ignore[misc]
        write(store, lambda tx: write_in(tx, ids[-1]))
        clock.move(timedelta(minutes=1))
    write(store, lambda tx: write_in(tx, ids[0], "Hello?"))  # waits longest, though it wrote last
    found = await inbox.longest_waiting(Wanted(Box.ALL), meera)
    assert found is not None
    assert found.contact_id == ids[0]
    write(store, lambda tx: conversations.mark_read(tx, ids[0]))
    found = await inbox.longest_waiting(Wanted(Box.ALL), meera)
    assert found is not None
    assert found.contact_id == ids[1]
    assert await inbox.longest_waiting(Wanted(Box.MINE), meera) is None
