"""Parts of a thread by key, with quotes and reactions, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from desktop.domain.changes import Topic
from desktop.domain.consent import OptIn
from desktop.domain.conversations import NEWEST, Place, Quoted, ThreadPage
from desktop.store import conversations, reactions, tables, thread_page
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import add_contacts

COUNT = 700


@pytest.fixture
def talk(store: Store) -> tuple[int, list[int]]:
    """A contact and the ids of what they wrote, oldest first; somebody else wrote in between."""

    def fill(tx: Tx) -> tuple[int, list[int]]:
        wrote, other = add_contacts(tx, OptIn.YES, OptIn.NO)
        ids = []
        for number in range(COUNT):
            if number % 100 == 0:
                said(tx, other, f"other {number}")
            ids.append(said(tx, wrote, str(number)))
        return wrote, ids

    return write(store, fill)


def said(tx: Tx, contact_id: int, text: str, wamid: str = "", answers: str = "") -> int:
    return conversations.add_inbound(
        tx, contact_id, wamid=wamid, kind="text", text=text, content={}, context_wamid=answers
    )


def page(store: Store, contact_id: int, place: Place = NEWEST, unread: int | None = None) -> ThreadPage:
    return read(store, lambda tx: thread_page.read(tx, contact_id, place, first_unread_id=unread))


def numbers(found: ThreadPage) -> list[int]:
    return [int(one.text) for one in found.messages]


def test_each_part_is_read_by_the_key_of_a_message_in_it(store: Store, talk: tuple[int, list[int]]) -> None:
    wrote, ids = talk
    newest = page(store, wrote)
    assert numbers(newest) == list(range(400, 700))
    assert (newest.has_older, newest.has_newer) == (True, False)
    older = page(store, wrote, Place(before_id=ids[250]))
    assert numbers(older) == list(range(250))
    assert (older.has_older, older.has_newer) == (False, True)
    newer = page(store, wrote, Place(after_id=ids[100]))
    assert numbers(newer) == list(range(101, 401))
    assert (newer.has_older, newer.has_newer) == (True, True)
    last = page(store, wrote, Place(after_id=ids[650]))
    assert numbers(last) == list(range(651, 700))
    assert not last.has_newer
    around = page(store, wrote, Place(around_id=ids[350]))
    assert numbers(around) == list(range(201, 501))
    assert (around.has_older, around.has_newer) == (True, True)
    first = page(store, wrote, Place(around_id=ids[0]))
    assert numbers(first) == list(range(151))
    assert (first.has_older, first.has_newer) == (False, True)


def test_the_first_unread_decides_only_where_it_is_further_back(
    store: Store, talk: tuple[int, list[int]]
) -> None:
    wrote, ids = talk
    unread = Place(unread=True)
    assert numbers(page(store, wrote, unread, ids[400]))[0] == 400
    assert numbers(page(store, wrote, unread, None))[-1] == 699
    back = page(store, wrote, unread, ids[300])
    assert 300 in numbers(back)
    assert back.has_newer


def test_an_answer_knows_what_it_answers_in_the_same_conversation(store: Store) -> None:
    wrote, other = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.NO))
    asked = write(store, lambda tx: said(tx, wrote, "The blue one?" + "?" * 400, "in.1"))
    write(store, lambda tx: said(tx, other, "Mine", "in.2"))
    write(store, lambda tx: said(tx, wrote, "yes", "in.3", answers="in.1"))
    write(store, lambda tx: said(tx, wrote, "not mine", "in.4", answers="in.2"))
    plain, answer, stranger = page(store, wrote).messages
    assert plain.quoted is None
    assert answer.quoted == Quoted(asked, False, "", "text", ("The blue one?" + "?" * 400)[:300])
    assert stranger.quoted is None


def test_the_newest_reaction_counts_and_an_empty_one_takes_it_back(store: Store, clock: FakeClock) -> None:
    wrote, other = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.NO))
    at = clock.now()
    write(store, lambda tx: said(tx, wrote, "Hi", "in.1"))

    def react(emoji: str, seconds: int, contact_id: int = wrote) -> bool:
        then = at + timedelta(seconds=seconds)
        return write(store, lambda tx: reactions.react(tx, contact_id, "in.1", emoji, then))

    def shown() -> str:
        return page(store, wrote).messages[0].reaction

    assert react("👍", 1)
    assert shown() == "👍"
    assert react("❤️", 3)
    assert react("👎", 2)  # came late: the heart is newer
    assert shown() == "❤️"
    assert react("", 4)
    assert shown() == ""
    assert react("👍", 3)  # was written before it was taken back
    assert shown() == ""
    assert not react("👍", 5, contact_id=other)
    assert not write(store, lambda tx: reactions.react(tx, wrote, "", "👍", at))
    unread = write(store, lambda tx: tx.rows(select(tables.conversation.c.unread_count)))
    assert [row.unread_count for row in unread] == [1]


def test_a_reaction_is_heard_as_a_change_of_the_message(store: Store, clock: FakeClock) -> None:
    wrote, _ = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.NO))
    write(store, lambda tx: said(tx, wrote, "Hi", "in.1"))

    def react(tx: Tx) -> bool:
        reactions.react(tx, wrote, "in.1", "👍", tx.now)
        return any(one.topic is Topic.MESSAGE and one.id == wrote for one in tx.touched)

    assert write(store, react)
