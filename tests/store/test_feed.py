"""The change table: what one process changed is news to the others, and to nobody twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from desktop.domain.changes import Change, Changes, Topic
from desktop.store import feed
from desktop.store.engine import Store
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import add_contact


@pytest.fixture
def other(store: Store, clock: FakeClock) -> Iterator[Store]:
    """A second program on the same store."""
    made = Store(store.url, clock, "other")
    yield made
    made.close()


def test_what_others_changed_is_news_once(store: Store, other: Store) -> None:
    last = read(store, feed.newest)
    assert last == 0
    made = write(other, add_contact)
    own = write(store, lambda tx: add_contact(tx, 1))
    write(other, lambda tx: tx.touch(Topic.SETTINGS))

    last, news = read(store, lambda tx: feed.since(tx, 0, "test"))
    assert news == Changes.of(Change(Topic.CONTACT, made), Change(Topic.SETTINGS))
    assert read(other, lambda tx: feed.since(tx, 0, "other"))[1] == Changes.of(Change(Topic.CONTACT, own))
    assert last == read(store, feed.newest)
    assert read(store, lambda tx: feed.since(tx, last, "test")) == (last, Changes())


def test_a_counter_says_that_something_changed(store: Store, other: Store) -> None:
    def look() -> object:
        # A person's reader is one connection: the counter is that connection's.
        return store.submit_read(feed.data_version, people=True).result(30)

    before = look()
    assert look() == before
    write(other, add_contact)
    after = look()
    assert after != before
    assert look() == after


def test_what_was_rolled_back_is_no_news(store: Store, other: Store) -> None:
    def fails(tx: object) -> None:
        add_contact(tx)  # type: ignore[arg-type]
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        write(other, fails)
    assert read(store, lambda tx: feed.since(tx, 0, "test")) == (0, Changes())


def test_old_news_are_forgotten_but_never_counted_anew(store: Store, other: Store, clock: FakeClock) -> None:
    write(other, lambda tx: [add_contact(tx, number) for number in range(3)])
    last, _ = read(store, lambda tx: feed.since(tx, 0, "test"))
    clock.move(timedelta(hours=2))
    write(other, feed.forget_old)
    assert read(store, lambda tx: feed.since(tx, 0, "test"))[1].touched < {
        Change(Topic.CONTACT, id) for id in (1, 2, 3)
    }

    made = write(other, lambda tx: add_contact(tx, 4))
    assert read(store, lambda tx: feed.since(tx, last, "test"))[1] == Changes.of(Change(Topic.CONTACT, made))
