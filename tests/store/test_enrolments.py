"""Coming in, going, and finding who is due: what the store keeps of a sequence's contacts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from desktop.domain import filters
from desktop.domain.consent import Category, OptIn
from desktop.domain.filters import BadFilter, Condition, Filter, Op
from desktop.domain.journey import Entry
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import (
    Definition,
    Delay,
    DelayUnit,
    EnrolmentStatus,
    EnrolSource,
    Hours,
    SequenceStep,
    ZoneOf,
)
from desktop.store import audience, consent, contacts, enrolments, outbox, sequences, tables, turns
from desktop.store.engine import Store, Tx
from desktop.store.meeting import meeting
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.people import Made, make_attributes, people, wanted_filters
from tests.store.world import add_contact, add_contacts, add_template, events_of, submit

COMES_IN = {Entry.COMES_IN: 1}


def sequence(tx: Tx, *steps: SequenceStep, name: str = "Welcome", **more: Any) -> tuple[int, int]:
    """An active sequence: its id and its version's."""
    id = sequences.create(tx, name, Definition(steps or (SequenceStep(),), **more), None)
    record = sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
    assert record.version_id is not None
    return id, record.version_id


def enrol(tx: Tx, which: tuple[int, int], contact_ids: Sequence[int], **more: Any) -> dict[Entry, int]:
    return enrolments.enrol(tx, *which, contact_ids, EnrolSource.PERSON, **more)


def runs(tx: Tx) -> list[Any]:
    return tx.rows(select(tables.enrolment).order_by(tables.enrolment.c.id))


def test_whoever_comes_in_is_due_after_the_first_delay_within_the_hours(store: Store) -> None:
    """Monday noon UTC and two hours: 14:00 in the workspace, 7:00 in Vancouver, where they open at 9:00."""
    hours = Hours(start_minute=9 * 60, end_minute=17 * 60, zone_of=ZoneOf.CONTACT)
    first = SequenceStep(delay=Delay(2, DelayUnit.HOURS), hours=hours)

    def run(tx: Tx) -> None:
        ids = [add_contact(tx, 0), add_contact(tx, 300)]  # 604 and 902
        assert enrol(tx, sequence(tx, first), ids, user_id=3) == {Entry.COMES_IN: 2}
        vancouver, halifax = runs(tx)
        assert vancouver.due_at == START.replace(hour=16)
        assert halifax.due_at == START.replace(hour=14)
        assert (halifax.status, halifax.step_number, halifax.source) == ("in_progress", 1, "person")
        assert (halifax.user_id, halifax.enrolled_at, halifax.trigger_at) == (3, START, None)

    write(store, run)


def test_each_one_is_counted_by_what_became_of_them(store: Store, clock: FakeClock) -> None:
    def run(tx: Tx) -> None:
        again = sequence(tx, run_once=False, cooling_days=7)
        running, cooling, new = add_contacts(tx, OptIn.YES, OptIn.NO, OptIn.NONE)
        without = contacts.create(tx, "No number", None, user_id="CA.9")
        enrol(tx, again, [running, cooling])
        enrolments.end(tx, runs(tx)[1].id, EnrolmentStatus.COMPLETED)
        found = enrol(tx, again, [running, cooling, new, without, 4_711])
        assert found == {Entry.RUNNING: 1, Entry.COOLING: 1, Entry.COMES_IN: 1, Entry.NO_PHONE: 1}

        once = sequence(tx, name="Once")
        enrol(tx, once, [new])
        enrolments.end(tx, runs(tx)[-1].id, EnrolmentStatus.TAKEN_OUT)
        assert enrol(tx, once, [new]) == COMES_IN, "whom a person took out a person may put in again"
        enrolments.end(tx, runs(tx)[-1].id, EnrolmentStatus.COMPLETED)
        assert enrol(tx, once, [new]) == {Entry.BEEN: 1}

    write(store, run)
    clock.move(timedelta(days=7))

    def later(tx: Tx) -> None:
        first = sequences.get(tx, 1)
        assert first.version_id is not None
        assert enrol(tx, (1, first.version_id), [2]) == COMES_IN

    write(store, later)


def test_nobody_is_in_a_sequence_twice_whoever_enrols_them(store: Store) -> None:
    def run(tx: Tx) -> None:
        which = sequence(tx, run_once=False)
        (made,) = add_contacts(tx, OptIn.YES)
        enrol(tx, which, [made])
        assert enrol(tx, which, [made, made]) == {Entry.RUNNING: 1}
        assert len(runs(tx)) == 1

    write(store, run)


def test_who_was_merged_away_does_not_come_in(store: Store) -> None:
    def run(tx: Tx) -> None:
        kept, dropped = add_contacts(tx, OptIn.YES, OptIn.YES)
        consent.merge(tx, kept, [dropped])
        assert enrol(tx, sequence(tx), [dropped]) == {}

    write(store, run)


# Going.


def queued_run(tx: Tx) -> tuple[Any, int]:
    """A run whose message waits in the outbox."""
    template = add_template(tx, category=Category.UTILITY)
    which = sequence(tx, SequenceStep(template.id))
    (made,) = add_contacts(tx, OptIn.YES)
    enrol(tx, which, [made])
    (run,) = runs(tx)
    message_id = submit(tx, made, template=template)
    turns.go(tx, [turns.Going(run.id, run.sequence_id, 1, None, message_id)])
    return run, message_id


def test_an_end_takes_back_the_message_that_has_not_left(store: Store) -> None:
    def run(tx: Tx) -> None:
        one, message_id = queued_run(tx)
        assert enrolments.end(tx, one.id, EnrolmentStatus.TAKEN_OUT, "Asked by phone", user_id=3)
        (after,) = runs(tx)
        assert (after.status, after.step_number, after.due_at, after.message_id) == (
            "taken_out",
            0,
            None,
            None,
        )
        assert (after.ended_at, after.ended_because) == (START, "Asked by phone")
        row = outbox.lock(tx, [message_id])[message_id]
        assert (row.status, row.reason) == (Status.CANCELLED, Reason.LEFT_SEQUENCE)
        assert events_of(tx, message_id) == [("cancelled", True, "person")]
        assert not enrolments.end(tx, one.id, EnrolmentStatus.SUCCEEDED)

    write(store, run)


def test_an_end_leaves_a_call_on_the_way_alone(store: Store) -> None:
    def run(tx: Tx) -> None:
        one, message_id = queued_run(tx)
        sending = outbox.lock(tx, [message_id])[message_id]
        outbox.write_moves(tx, [outbox.move(tx, sending, Status.SENDING, outbox.ENGINE)])
        assert enrolments.end(tx, one.id, EnrolmentStatus.SUCCEEDED)
        assert outbox.lock(tx, [message_id])[message_id].status == Status.SENDING

    write(store, run)


# Who is due.


def test_due_work_is_found_by_its_index_and_those_who_wait_are_not_touched(sqlite_store: Store) -> None:
    """What a look asks of enrolments enters one of their indexes with the sequence, the moment or the message."""
    said: list[tuple[str, Any]] = []

    def run(tx: Tx) -> None:
        which = sequence(tx)
        enrol(tx, which, add_contacts(tx, OptIn.YES))
        event.listen(tx.conn, "before_cursor_execute", lambda *heard: said.append((heard[2], heard[3])))
        turns.look(tx, 10)
        turns.due_ids(tx, which[0], 10)

    write(sqlite_store, run)

    def plan(tx: Tx) -> list[str]:
        asked = [one for one in said if "enrolment" in one[0]]
        return [
            row[-1]
            for text, values in asked
            for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]

    lines = read(sqlite_store, plan)
    assert any("ix_enrolment_due (sequence_id=? AND due_at<?)" in line for line in lines)
    assert any("ix_enrolment_waiting" in line for line in lines)
    assert not [line for line in lines if line.startswith("SCAN")]


def test_only_active_sequences_have_due_steps(store: Store) -> None:
    def run(tx: Tx) -> None:
        which = sequence(tx)
        enrol(tx, which, add_contacts(tx, OptIn.YES, OptIn.NO))
        assert turns.look(tx, 10).due_ids == (which[0],)
        assert len(turns.pick(tx, which[0], 10)) == 2
        assert len(turns.pick(tx, which[0], 10, [1])) == 1
        sequences.set_paused(tx, which[0])
        assert turns.look(tx, 10).due_ids == ()
        assert turns.pick(tx, which[0], 10) == []

    write(store, run)


# Who meets a filter.


class _RolledBack(Exception):
    """The end of an example: nothing of it stays."""


@pytest.mark.slow
def test_one_by_one_the_same_contacts_meet_a_filter_as_in_sql(store: Store) -> None:
    # PostgreSQL answers the same statements ten times slower, each example in a transaction of its own.
    @settings(max_examples=15 if store.on_postgresql else 60)
    @given(people(), st.lists(wanted_filters, min_size=1, max_size=6))
    def agree(made: list[Made], wanted: list[Filter]) -> None:
        def run(tx: Tx) -> None:
            make_attributes(tx)
            ids = [one.keep(tx).id for one in made]
            for one in wanted:
                in_sql = select(tables.contact.c.id).where(audience.condition(tx, one))
                assert meeting(tx, one, ids) == set(tx.conn.scalars(in_sql)), one
            raise _RolledBack

        with pytest.raises(_RolledBack):
            write(store, run)

    agree()


def test_a_filter_about_a_field_that_is_gone_is_no_answer(sqlite_store: Store) -> None:
    wanted = Filter((Condition("attribute:City", Op.IS, ("Halifax",)),))

    def run(tx: Tx) -> None:
        ids = add_contacts(tx, OptIn.YES)
        assert meeting(tx, None, ids) == set()
        assert meeting(tx, filters.EVERYONE, ids) == set(ids)
        with pytest.raises(BadFilter):
            meeting(tx, wanted, ids)

    write(sqlite_store, run)
