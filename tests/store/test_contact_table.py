"""Pages of the table by position are what sorting everyone in Python gives, and come out of an index."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from desktop.domain.consent import OptIn
from desktop.domain.contact_table import SortBy, TableQuery, Target
from desktop.domain.contacts import Contact
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.text import fold
from desktop.store import consent, contact_table, contacts, conversations, tables
from desktop.store.engine import Store, Tx
from tests.clock import START
from tests.databases import read, write
from tests.store.world import add_contact

NO = Filter((Condition("opt_in", Op.IS, ("no",)),))


def _crowd(tx: Tx) -> list[int]:
    """Contacts of few names and times, so that ties are many; some never wrote, one was merged away."""
    made = []
    for number in range(40):
        opt_in = OptIn.NO if number % 3 == 0 else OptIn.NONE
        one = add_contact(tx, number, opt_in, name=("Ana", "Élan", "ana", "", "Zoë")[number % 5])
        wrote = None if number % 4 else START - timedelta(days=number % 7)
        values = {"created_at": START - timedelta(days=number % 6), "last_inbound_at": wrote}
        tx.conn.execute(update(tables.contact).where(tables.contact.c.id == one).values(values))
        made.append(one)
    consent.merge(tx, made[0], [made[-1]])
    return made[:-1]


def _key(asked: TableQuery, one: Contact) -> Any:
    value = {
        SortBy.NAME: fold(one.name),
        SortBy.CREATED: one.created_at,
        SortBy.LAST_INBOUND: one.last_inbound_at or START,
    }[asked.sort]
    return (value, one.id)


def _sorted(asked: TableQuery, everyone: list[Contact]) -> list[int]:
    parts = [everyone]
    if asked.sort is SortBy.LAST_INBOUND:
        parts = [
            [one for one in everyone if one.last_inbound_at],
            [one for one in everyone if not one.last_inbound_at],
        ]
    return [
        one.id
        for part in parts
        for one in sorted(part, key=lambda one: _key(asked, one), reverse=asked.descending)
    ]


@pytest.mark.slow
def test_pages_by_position_are_the_sorted_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # Positions past this are looked for from the nearer end: here that is soon.
    monkeypatch.setattr(contact_table, "_COUNT_FROM", 3)
    made = write(store, _crowd)
    queries = st.builds(
        TableQuery,
        st.sampled_from([Filter(), NO]),
        st.sampled_from(["", "an", "55501"]),
        st.sampled_from([SortBy.CREATED, SortBy.LAST_INBOUND, SortBy.NAME]),
        st.booleans(),
    )

    def chosen(tx: Tx, asked: TableQuery) -> list[Contact]:
        every = contacts.many(tx, made)
        if asked.filter == NO:
            every = [one for one in every if one.opt_in is OptIn.NO]
        if asked.search == "an":
            every = [one for one in every if "an" in one.name.casefold()]
        return every

    @settings(max_examples=60)
    @given(queries, st.integers(0, 45), st.integers(1, 20))
    def agree(asked: TableQuery, first: int, limit: int) -> None:
        def look(tx: Tx) -> None:
            everyone = chosen(tx, asked)
            names = {one.name for one in everyone}
            whole = _sorted(asked, everyone)
            assert contact_table.count(tx, asked) == len(whole)
            got = contact_table.ids(tx, asked, first, limit)
            every = list(contact_table.every_id(tx, asked))
            if asked.sort is SortBy.NAME and tx.on_postgresql and len(names) > 1:
                # Each database has its own alphabet; pages and the whole are of one.
                assert sorted(every) == sorted(whole)
                assert got == every[first : first + limit]
            else:
                assert (every, got) == (whole, whole[first : first + limit])

        read(store, look)

    agree()


def _plan(tx: Tx, asked: TableQuery) -> str:
    statement = contact_table.statement(tx, asked).compile(tx.conn, compile_kwargs={"literal_binds": True})
    return " | ".join(row[3] for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", SortBy)
def test_a_page_of_everyone_never_leaves_its_index(
    sqlite_store: Store, sort: SortBy, descending: bool
) -> None:
    plan = read(sqlite_store, lambda tx: _plan(tx, TableQuery(sort=sort, descending=descending)))

    assert "USING COVERING INDEX ix_contact_" in plan
    assert "TEMP B-TREE" not in plan


def test_rows_know_when_anything_was_last_said(store: Store) -> None:
    def make(tx: Tx) -> list[int]:
        quiet, lively = add_contact(tx, 0), add_contact(tx, 1)
        conversations.happened(tx, lively, 0, inbound=False)
        return [lively, quiet]

    ids = write(store, make)
    rows = read(store, lambda tx: contact_table.rows(tx, ids))

    assert [(row.contact.id, row.last_message_at) for row in rows] == [(ids[0], START), (ids[1], None)]


def test_a_target_is_the_ticked_who_are_still_there_or_the_whole_selection(store: Store) -> None:
    made = write(store, _crowd)
    gone = made[-1] + 1
    ticked = Target(ids=(made[3], gone, made[0], made[0], 4_711))

    def look(tx: Tx) -> tuple[list[int], int, int, list[int], int]:
        return (
            list(contact_table.target_ids(tx, ticked)),
            contact_table.target_count(tx, ticked),
            contact_table.target_count(tx, ticked, opted_out=True),
            list(contact_table.target_ids(tx, Target(TableQuery(NO)))),
            contact_table.target_count(tx, Target(), said_no=True),
        )

    ids, count, opted_out, no, said_no = read(store, look)
    assert (ids, count, opted_out) == ([made[0], made[3]], 2, 2)
    assert no == [id for number, id in enumerate(made) if number % 3 == 0]
    assert said_no == len(no)
