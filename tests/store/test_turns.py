"""By which indexes the turns and the looks at changed contacts are found, where a million wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.sequence import Definition, EnrolSource, SequenceStep, Trigger
from desktop.store import conversations, enrolments, sequences, triggers, turns
from desktop.store.engine import Store, Tx
from desktop.store.triggers import Place, Rules
from tests.clock import START
from tests.databases import write
from tests.store.world import add_contacts

WROTE = Filter((Condition("last_inbound", Op.NOT_EMPTY),))


def plans(store: Store, *asked: Callable[[Tx], object]) -> list[str]:
    """How SQLite answers what each asks."""

    def run(tx: Tx) -> list[str]:
        said: list[tuple[str, Any]] = []

        def hear(*heard: Any) -> None:
            said.append((heard[2], heard[3]))

        event.listen(tx.conn, "before_cursor_execute", hear)
        for one in asked:
            one(tx)
        event.remove(tx.conn, "before_cursor_execute", hear)
        return [
            row[-1]
            for text, values in said
            for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]

    return write(store, run)


def enrolled(store: Store) -> int:
    """A sequence with three contacts who are due; its id."""

    def run(tx: Tx) -> int:
        id = sequences.create(tx, "Welcome", Definition((SequenceStep(),)), None)
        record = sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
        assert record.version_id is not None
        made = add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.YES)
        enrolments.enrol(tx, id, record.version_id, made, EnrolSource.PERSON)
        return id

    return write(store, run)


def test_turns_are_taken_by_their_keys_however_many_are_due(sqlite_store: Store) -> None:
    id = enrolled(sqlite_store)
    lines = plans(
        sqlite_store,
        lambda tx: turns.pick(tx, id, 2, [1, 2]),
        lambda tx: turns.hold_ended(tx, [(1, 7), (2, 8)]),
    )
    found = [line for line in lines if "enrolment" in line]
    assert found == ["SEARCH enrolment USING INTEGER PRIMARY KEY (rowid=?)"] * 2


def test_only_who_is_due_in_that_sequence_is_picked(store: Store) -> None:
    id = enrolled(store)

    def run(tx: Tx) -> None:
        assert [row.id for row in turns.pick(tx, id, 9, [1, 2])] == [1, 2]
        turns.postpone(tx, 1, tx.now + timedelta(minutes=1))
        turns.postpone(tx, 2, tx.now)
        assert [row.id for row in turns.pick(tx, id, 9, [1, 2])] == [2]
        other = sequences.create(tx, "Other", Definition((SequenceStep(),)), None)
        sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, other), None))
        assert turns.pick(tx, other, 9, [1, 2]) == []

    write(store, run)


def test_changes_and_replies_are_found_by_their_moment(sqlite_store: Store) -> None:
    id = enrolled(sqlite_store)
    definition = Definition((SequenceStep(),), Trigger(on_updated=True, condition=WROTE))
    rules = Rules(id, 1, definition, {1: (WROTE, None)})
    place = Place(START - timedelta(hours=1))

    def reply(tx: Tx) -> None:
        conversations.add_inbound(
            tx, 1, wamid="in.1", kind="text", text="Hi", content={}, context_wamid="", wrote_at=tx.now
        )

    def look(tx: Tx) -> object:
        return triggers.page(tx, rules, place, place.at)

    write(sqlite_store, reply)
    assert plans(sqlite_store, lambda tx: triggers.anything_since(tx, Place(START), replies=True)) == [
        "SEARCH contact USING INDEX ix_contact_updated_at (updated_at>?)",
        "SEARCH conversation USING COVERING INDEX ix_conversation_last_at (last_at>?)",
    ]
    lines = plans(sqlite_store, look)
    assert any("ix_message_contact_id_id (contact_id=?)" in line for line in lines)
    tables = ("contact", "conversation", "message", "enrolment")
    assert not [line for line in lines if line.startswith(tuple(f"SCAN {name}" for name in tables))]
