"""Segments as rows, on both databases."""

import pytest

from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.problems import NotFound
from desktop.store import segments
from desktop.store.engine import Store
from tests.clock import START
from tests.databases import read, write
from tests.store.world import add_person

LIVES = Filter((Filter((Condition("attribute:City", Op.IS, ("Truro",)),)), Condition("tag", Op.EMPTY)))


def test_a_segment_is_read_as_it_was_written(store: Store) -> None:
    user = write(store, add_person)
    saved = write(store, lambda tx: segments.save(tx, None, "Truro", LIVES, user))
    one = read(store, lambda tx: segments.get(tx, saved))
    assert (one.id, one.name, one.filter, one.updated_at, one.user_name) == (
        saved,
        "Truro",
        LIVES,
        START,
        "Meera Rao",
    )
    assert read(store, lambda tx: segments.id_of(tx, " TRURO")) == saved
    write(store, lambda tx: segments.delete_one(tx, saved))
    assert read(store, segments.every) == []
    with pytest.raises(NotFound):
        read(store, lambda tx: segments.get(tx, saved))


def test_only_segments_that_name_a_field_follow_its_new_name(store: Store) -> None:
    write(store, lambda tx: segments.save(tx, None, "Truro", LIVES, None))
    write(store, lambda tx: segments.save(tx, None, "All", Filter(), None))
    assert write(store, lambda tx: segments.rename_field(tx, "attribute:City", "attribute:Town")) == 1
    assert write(store, lambda tx: segments.rename_field(tx, "attribute:City", "attribute:Town")) == 0
    every, truro = read(store, segments.every)
    assert (every.filter, truro.filter.items[1]) == (Filter(), LIVES.items[1])
    assert truro.filter.items[0] == Filter((Condition("attribute:Town", Op.IS, ("Truro",)),))
