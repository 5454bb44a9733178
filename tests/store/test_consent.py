"""Consent events: append-only in the database itself, the facts beside them, and the merge that keeps NO."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from desktop.domain.consent import Facts, OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.problems import NotFound
from desktop.store import consent, contacts, conversations, tables
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import add_contact, add_person, add_template, phone, run_broadcast, submit


def test_events_and_facts_are_written_together(store: Store, clock: FakeClock) -> None:
    made = write(store, add_contact)
    meera = write(store, add_person)
    said = [
        write(store, lambda tx: consent.record(tx, made, OptIn.YES, Source.IMPORT, evidence="list.xlsx")),
        write(store, lambda tx: consent.record(tx, made, True, Source.WHATSAPP, evidence="user preferences")),
    ]
    clock.move(timedelta(hours=1))
    said.append(
        write(
            store,
            lambda tx: consent.record(tx, made, OptIn.NO, Source.AGENT, user_id=meera, reason="asked us"),
        )
    )
    assert read(store, lambda tx: consent.facts_of(tx, made))[1] == Facts(OptIn.NO, True, False, said[-1])

    said.append(write(store, lambda tx: consent.record(tx, made, False, Source.WHATSAPP)))
    assert read(store, lambda tx: consent.facts_of(tx, made))[1] == Facts(OptIn.NO, False, False, said[-1])

    history = read(store, lambda tx: consent.history(tx, made))
    assert [one.id for one in history] == said
    assert [(one.fact, one.value, one.source) for one in history] == [
        (Fact.OPT_IN, "yes", Source.IMPORT),
        (Fact.WHATSAPP, "stop", Source.WHATSAPP),
        (Fact.OPT_IN, "no", Source.AGENT),
        (Fact.WHATSAPP, "resume", Source.WHATSAPP),
    ]
    assert [one.evidence for one in history] == ["list.xlsx", "user preferences", "", ""]
    assert (history[2].user_name, history[2].reason, history[2].at) == (
        "Meera Rao",
        "asked us",
        START + timedelta(hours=1),
    )


def test_evidence_is_cleaned(store: Store) -> None:
    made = write(store, add_contact)

    write(store, lambda tx: consent.record(tx, made, OptIn.NO, Source.KEYWORD, evidence="ST\x00OP\ud800"))

    assert read(store, lambda tx: consent.history(tx, made))[0].evidence == "STOP"


def test_nobody_cannot_opt_out(store: Store) -> None:
    with pytest.raises(NotFound):
        write(store, lambda tx: consent.record(tx, 404, OptIn.NO, Source.API))


@pytest.mark.parametrize("table", [tables.consent_event, tables.message_event])
def test_the_database_refuses_to_change_or_delete_history(store: Store, table: object) -> None:
    def make(tx: Tx) -> None:
        made = add_contact(tx, opt_in=OptIn.NO)
        message_id = submit(tx, made)
        tx.conn.execute(
            insert(tables.message_event).values(
                message_id=message_id, status="sent", moved=True, source="webhook", at=tx.now
            )
        )

    write(store, make)
    guarded = tables.consent_event if table is tables.consent_event else tables.message_event
    before = read(store, lambda tx: tx.rows(select(guarded)))
    assert before

    with pytest.raises(DBAPIError, match="append-only"):
        write(store, lambda tx: tx.conn.execute(update(guarded).values(source="forged")))
    with pytest.raises(DBAPIError, match="append-only"):
        write(store, lambda tx: tx.conn.execute(delete(guarded)))
    assert read(store, lambda tx: tx.rows(select(guarded))) == before


def test_a_contact_with_history_cannot_be_deleted(store: Store) -> None:
    made = write(store, lambda tx: add_contact(tx, opt_in=OptIn.NO))

    with pytest.raises(DBAPIError):
        write(store, lambda tx: tx.conn.execute(delete(tables.contact).where(tables.contact.c.id == made)))
    assert len(read(store, lambda tx: consent.history(tx, made))) == 1


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_history(postgres_store: Store) -> None:
    made = write(postgres_store, lambda tx: add_contact(tx, opt_in=OptIn.NO))

    with pytest.raises(DBAPIError, match="append-only"):
        write(postgres_store, lambda tx: tx.conn.execute(text("TRUNCATE consent_event")))
    assert len(read(postgres_store, lambda tx: consent.history(tx, made))) == 1


def test_replacing_a_row_is_no_way_around_it(sqlite_store: Store) -> None:
    made = write(sqlite_store, lambda tx: add_contact(tx, opt_in=OptIn.NO))
    forged = (
        "INSERT OR REPLACE INTO consent_event (id, contact_id, fact, value, source, at) "
        f"VALUES (1, {made}, 'opt_in', 'yes', 'agent', 0)"
    )

    with pytest.raises(DBAPIError, match="append-only"):
        write(sqlite_store, lambda tx: tx.conn.execute(text(forged)))
    assert [one.value for one in read(sqlite_store, lambda tx: consent.history(tx, made))] == ["no"]


# Merging.


@pytest.mark.parametrize(("kept", "dropped"), list(product(OptIn, repeat=2)))
def test_merging_keeps_no_and_otherwise_the_choice_that_there_is(
    sqlite_store: Store, kept: OptIn, dropped: OptIn
) -> None:
    first, second = write(sqlite_store, lambda tx: (add_contact(tx, 0, kept), add_contact(tx, 1, dropped)))

    write(sqlite_store, lambda tx: consent.merge(tx, first, [second]))

    expected = OptIn.NO if OptIn.NO in (kept, dropped) else dropped if kept is OptIn.NONE else kept
    assert read(sqlite_store, lambda tx: consent.facts_of(tx, first))[1].opt_in is expected


@pytest.mark.parametrize(("kept", "dropped"), list(product((False, True), repeat=2)))
def test_merging_keeps_whatsapps_stop(sqlite_store: Store, kept: bool, dropped: bool) -> None:
    first, second = write(
        sqlite_store, lambda tx: (add_contact(tx, 0, stopped=kept), add_contact(tx, 1, stopped=dropped))
    )

    write(sqlite_store, lambda tx: consent.merge(tx, first, [second]))

    assert read(sqlite_store, lambda tx: consent.facts_of(tx, first))[1].stopped_in_whatsapp is (
        kept or dropped
    )


def test_merging_several_moves_what_is_theirs_and_leaves_every_history_intact(store: Store) -> None:
    def make(tx: Tx) -> tuple[int, list[int], int]:
        keep = add_contact(tx, 0, OptIn.YES, phone_number=None)
        drops = [add_contact(tx, 1, OptIn.NO), add_contact(tx, 2, stopped=True)]
        message_id = submit(tx, drops[0])
        conversations.happened(tx, drops[0], message_id, inbound=True)
        return keep, drops, message_id

    keep, drops, message_id = write(store, make)
    before = {one: read(store, lambda tx, one=one: consent.history(tx, one)) for one in (keep, *drops)}  # type: ignore[misc]
    write(store, lambda tx: consent.merge(tx, keep, drops))

    def after(tx: Tx) -> None:
        merged = contacts.get(tx, keep)
        assert (merged.phone, merged.facts.opt_in, merged.facts.stopped_in_whatsapp) == (
            phone(1),
            OptIn.NO,
            True,
        )
        for number in (phone(1), phone(2)):
            assert contacts.find(tx, phone=number) == [keep]
        assert contacts.find(tx, user_id="CA.0") == [keep]
        assert [one.id for one in conversations.thread(tx, keep)] == [message_id]
        for one in drops:
            assert consent.history(tx, one) == before[one]
            assert contacts.get(tx, one).phone == ""
        told = consent.history(tx, keep)
        assert told[: len(before[keep])] == before[keep]
        assert [(one.value, one.source, one.evidence) for one in told[len(before[keep]) :]] == [
            ("no", Source.MERGE, f"contact {drops[0]}"),
            ("stop", Source.MERGE, f"contact {drops[1]}"),
        ]

    read(store, after)


def test_a_conversation_of_both_is_one_after_the_merge(store: Store) -> None:
    def make(tx: Tx) -> tuple[int, int]:
        first, second = add_contact(tx, 0), add_contact(tx, 1)
        for one in (first, second):
            conversations.add_inbound(
                tx, one, wamid=f"in.{one}", kind="text", text="Hi", content={}, context_wamid=""
            )
        return first, second

    first, second = write(store, make)
    write(store, lambda tx: consent.merge(tx, first, [second]))

    assert len(read(store, lambda tx: conversations.thread(tx, first))) == 2
    rows = read(store, lambda tx: tx.rows(select(tables.conversation.c.contact_id)))
    assert [row.contact_id for row in rows] == [first]


def test_a_broadcasts_rows_stay_with_whom_it_selected(store: Store) -> None:
    def make(tx: Tx) -> tuple[int, int, int]:
        first, second = add_contact(tx, 0), add_contact(tx, 1)
        return first, second, run_broadcast(tx, add_template(tx))

    first, second, broadcast_id = write(store, make)
    write(store, lambda tx: consent.merge(tx, first, [second]))

    rows = read(
        store,
        lambda tx: tx.rows(
            select(tables.message.c.contact_id).where(tables.message.c.broadcast_id == broadcast_id)
        ),
    )
    assert sorted(row.contact_id for row in rows) == [first, second]
