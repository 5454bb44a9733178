"""The list: boxes, orders, conditions and counts, alike on both databases and without sorting a box whole."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from desktop.domain import window
from desktop.domain.consent import OptIn, Source
from desktop.domain.conversations import Box, BoxCounts, ConversationRow
from desktop.domain.inbox import CLOSING, Order, Wanted
from desktop.store import consent, contacts, conversations, inbox_rows, reminders
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.test_conversations import write_in
from tests.store.world import add_contact, add_person


def listed(store: Store, wanted: Wanted, user_id: int = 1, **more: Any) -> list[int]:
    found = read(store, lambda tx: inbox_rows.page(tx, wanted, user_id, **more))
    return [one.contact_id for one in found]


def populate(store: Store, clock: FakeClock) -> list[int]:
    """Twelve conversations an hour apart, of two people and nobody, some read, some closed, of all opt-ins."""
    write(store, lambda tx: [add_person(tx), add_person(tx, "Jo Blum")])
    ids: list[int] = []
    for number in range(12):

        def make(tx: Tx, number: int = number) -> int:
            made = add_contact(tx, number, opt_in=(OptIn.YES, OptIn.NO, OptIn.NONE)[number % 3])
            contacts.add_tags(
                tx, [made], ["VIP"] if number % 4 == 0 else ["New", "Big"] if number % 4 == 1 else []
            )
            write_in(tx, made)
            conversations.assign(tx, made, (None, 1, 2)[number // 2 % 3])
            return made

        ids.append(write(store, make))
        clock.move(timedelta(hours=2, minutes=10))
    for number in (0, 3, 6, 10):
        write(store, lambda tx, number=number: conversations.mark_read(tx, ids[number]))  # type: ignore[misc]
    for number in (2, 5, 10):
        write(store, lambda tx, number=number: conversations.set_open(tx, ids[number], False))  # type: ignore[misc]
    write(store, lambda tx: consent.record(tx, ids[4], True, Source.WHATSAPP))
    return ids


def expected(rows: list[ConversationRow], wanted: Wanted, user_id: int, store_now: Any) -> list[int]:
    """What the list must hold, from all rows one by one."""

    def fits(row: ConversationRow) -> bool:
        shown = OptIn.NO if row.stopped_in_whatsapp else row.opt_in
        left = window.left(row.last_inbound_at, store_now)
        return all(
            (
                {
                    Box.MINE: row.open and row.assigned_to == user_id,
                    Box.UNASSIGNED: row.open and row.assigned_to is None,
                    Box.ALL: row.open,
                    Box.CLOSED: not row.open,
                    Box.BOT: False,
                }[wanted.box],
                not wanted.tags or bool(set(wanted.tags) & set(row.tags)),
                wanted.opt_in in (None, shown),
                not wanted.unread or row.unread_count > 0,
                not wanted.closing or timedelta() < left < CLOSING,
            )
        )

    def place(row: ConversationRow) -> Any:
        newest = -row.last_at.timestamp()
        left = window.left(row.last_inbound_at, store_now)
        waits = row.waiting_since.timestamp() if row.waiting_since else 0.0
        return {
            Order.NEWEST: (newest,),
            Order.OLDEST: (-newest,),
            Order.WAITING: (0, waits) if row.waiting_since else (1, newest),
            Order.WINDOW: (0, left.total_seconds()) if left else (1, newest),
        }[wanted.order]

    return [row.contact_id for row in sorted(filter(fits, rows), key=place)]


@pytest.mark.parametrize("few", [0, inbox_rows.FEW])
def test_every_box_order_and_condition_is_as_if_looked_at_one_by_one(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """few: whether candidates are taken first, or an order is walked."""
    monkeypatch.setattr(inbox_rows, "FEW", few)
    ids = populate(store, clock)
    rows = [one for id in ids if (one := read(store, lambda tx, id=id: inbox_rows.row(tx, id, 1)))]  # type: ignore[misc]
    tags: tuple[tuple[str, ...], ...] = ((), ("VIP",), ("new", "VIP"), ("Nobody's",))
    seen = 0
    for box, order, some, opt_in, unread, closing in itertools.product(
        Box, Order, tags[:2], (None, OptIn.NO), (False, True), (False, True)
    ):
        wanted = Wanted(box, order, some, opt_in, unread, closing)
        found = listed(store, wanted)
        assert found == expected(rows, wanted, 1, clock.now()), wanted
        seen += len(found)
    assert seen > 100
    assert listed(store, Wanted(Box.ALL, tags=tags[2])) == [ids[n] for n in (9, 8, 4, 1, 0)]
    assert listed(store, Wanted(Box.ALL, tags=tags[3])) == []


def test_a_page_ends_where_it_is_told_and_goes_over_the_stages(store: Store, clock: FakeClock) -> None:
    populate(store, clock)
    for order in Order:
        whole = listed(store, Wanted(Box.ALL, order))
        assert len(whole) == 9
        for limit in (1, 5, 8):
            assert listed(store, Wanted(Box.ALL, order), limit=limit) == whole[:limit]


def test_search_keeps_box_order_and_conditions(store: Store, clock: FakeClock) -> None:
    ids = populate(store, clock)
    write(store, lambda tx: contacts.rename(tx, ids[8], "Zoé Álvarez"))
    assert listed(store, Wanted(Box.ALL, Order.WINDOW), search="ÁLVAREZ") == [ids[8]]
    assert listed(store, Wanted(Box.CLOSED), search="álvarez") == []
    assert listed(store, Wanted(Box.ALL, Order.WAITING, unread=True), search="álvarez") == [ids[8]]


def test_counts_are_of_whole_boxes(store: Store, clock: FakeClock) -> None:
    populate(store, clock)
    found = {box: len(listed(store, Wanted(box))) for box in Box}
    assert read(store, lambda tx: inbox_rows.counts(tx, 1)) == BoxCounts(
        found[Box.MINE], found[Box.UNASSIGNED], found[Box.ALL], found[Box.CLOSED], found[Box.BOT]
    )
    assert (found[Box.MINE], found[Box.UNASSIGNED], found[Box.ALL], found[Box.CLOSED]) == (3, 4, 9, 3)


def test_a_row_tells_who_has_it_and_when_one_is_reminded(store: Store, clock: FakeClock) -> None:
    ids = populate(store, clock)
    at = clock.now() + timedelta(hours=2)
    write(store, lambda tx: reminders.put(tx, ids[4], 1, at))
    mine, other = (read(store, lambda tx, user=user: inbox_rows.row(tx, ids[4], user)) for user in (1, 2))  # type: ignore[misc]
    assert mine is not None
    assert other is not None
    assert (mine.assigned_name, mine.remind_at, other.remind_at) == ("Jo Blum", at, None)
    assert read(store, lambda tx: inbox_rows.row(tx, 99_999, 1)) is None
    assert read(store, lambda tx: inbox_rows.names(tx, [ids[0], ids[0]])) == {ids[0]: "Ana Bell"}


def plans(store: Store, wanted: Wanted) -> list[str]:
    """What SQLite says it does for each statement that chooses rows."""

    def run(tx: Tx) -> list[str]:
        found: list[str] = []

        def hear(conn: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
            if "LIMIT" in statement and "EXPLAIN" not in statement:
                raw = conn.connection.driver_connection
                found.extend(row[3] for row in raw.execute("EXPLAIN QUERY PLAN " + statement, values))

        event.listen(tx.conn, "before_cursor_execute", hear)
        try:
            inbox_rows.page(tx, wanted, 1)
        finally:
            event.remove(tx.conn, "before_cursor_execute", hear)
        return found

    return read(store, run)


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("box", [Box.MINE, Box.UNASSIGNED, Box.ALL, Box.CLOSED])
def test_no_box_is_sorted_whole(sqlite_store: Store, clock: FakeClock, box: Box, order: Order) -> None:
    told = plans(sqlite_store, Wanted(box, order))
    assert told
    for line in told:
        # Rows of the very same moment are put in order among themselves; that is no sorting of the box.
        assert "TEMP B-TREE" not in line or "LAST TERM" in line or "RIGHT PART" in line, told
        assert not line.startswith("SCAN conversation") or "USING" in line, told


def test_few_candidates_are_looked_up_and_not_searched_for(sqlite_store: Store, clock: FakeClock) -> None:
    told = plans(sqlite_store, Wanted(Box.ALL, tags=("VIP",)))
    assert any("SEARCH conversation USING INTEGER PRIMARY KEY" in line for line in told), told
