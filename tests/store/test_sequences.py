"""Sequences as rows: who comes in, what follows a field's new name, a merge and an undo, where templates are used."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from desktop.domain.bulk import BulkKind, UndoCounts
from desktop.domain.consent import Category, OptIn, Path
from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Kind, Op
from desktop.domain.importing import ImportRow, Options
from desktop.domain.journey import Entry
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.sequence import (
    Definition,
    Delay,
    EnrolmentStatus,
    EnrolSource,
    SequenceRecord,
    SequenceStatus,
    SequenceStep,
    Trigger,
)
from desktop.domain.sequence_report import EnrolPreview
from desktop.domain.template_uses import UseKind
from desktop.domain.templates import Variable
from desktop.services import sending
from desktop.store import (
    bulk,
    consent,
    contact_table,
    contacts,
    enrolling,
    enrolments,
    fields,
    imports,
    journeys,
    sequences,
    tables,
    templates,
    undo,
)
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import HELLO, add_contact, add_contacts, add_template, message, phone

NO: Final = Filter((Condition("opt_in", Op.IS, ("no",)),))


class RolledBack(Exception):
    """The end of an example: nothing of it stays."""


def try_out(store: Store, run: Callable[[Tx], None]) -> None:
    def write_and_roll_back(tx: Tx) -> None:
        run(tx)
        raise RolledBack

    with pytest.raises(RolledBack):
        write(store, write_and_roll_back)


def two_steps(tx: Tx, **changes: object) -> Definition:
    note = add_template(tx, "note", Category.UTILITY)
    offer = add_template(tx, "offer")
    steps = (SequenceStep(note.id, HELLO), SequenceStep(offer.id, HELLO, Delay(2)))
    return replace(Definition(steps), **changes)  # type: ignore[arg-type]


def active(tx: Tx, wanted: Definition | None = None, name: str = "Welcome") -> SequenceRecord:
    """An active sequence, of two steps unless another definition is given."""
    id = sequences.create(tx, name, wanted or two_steps(tx), None)
    return sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))


def put_in(tx: Tx, record: SequenceRecord, *ids: int) -> list[int]:
    """Enrol these contacts; returns the ids of their runs in the order of the contacts."""
    assert record.version_id is not None
    done = enrolments.enrol(tx, record.id, record.version_id, ids, EnrolSource.PERSON)
    assert done == {Entry.COMES_IN: len(ids)}
    found = {one.contact_id: one.id for one in journeys.people(tx, record.id)}
    return [found[id] for id in ids]


def send_step(tx: Tx, enrolment_id: int) -> int:
    """Queue the message of a run's step, as its turn does; returns the message's id."""
    run = journeys.enrolment(tx, enrolment_id)
    _, definition = sequences.version(tx, run.version_id)
    wanted = Submission(
        contact_id=run.contact_id,
        path=Path.SEQUENCE,
        kind="template",
        text="",
        lane=Lane.SEQUENCE,
        content={"values": {"1": "Ana"}},
        template_id=definition.steps[run.step_number - 1].template_id,
        enrolment_id=run.id,
        version_id=run.version_id,
        step_number=run.step_number,
    )
    message_id = sending.submit(tx, wanted, None).message_id
    assert message_id is not None
    row = tables.enrolment.c
    at = update(tables.enrolment).where(row.id == enrolment_id)
    tx.conn.execute(at.values(due_at=None, message_id=message_id))
    return message_id


# Versions.


def test_a_version_is_fixed_and_an_edit_makes_the_next(store: Store) -> None:
    first = write(store, active)
    assert (first.status, first.version_number, first.draft) == (SequenceStatus.ACTIVE, 1, None)
    edited = replace(first.definition, run_once=False)
    write(store, lambda tx: sequences.save_draft(tx, first.id, edited))
    waiting = read(store, lambda tx: sequences.get(tx, first.id))
    assert (waiting.version_id, waiting.has_changes, waiting.shown) == (first.version_id, True, edited)
    second = write(store, lambda tx: sequences.publish(tx, waiting, None))
    assert (second.version_number, second.definition, second.has_changes) == (2, edited, False)

    def old(tx: Tx) -> tuple[int, Definition]:
        assert first.version_id is not None
        return sequences.version(tx, first.version_id)

    assert read(store, old) == (1, first.definition)
    assert [row.number for row in read(store, lambda tx: sequences.versions_of(tx, first.id))] == [2, 1]


def looked_to(tx: Tx, sequence_id: int) -> object:
    return tx.conn.scalar(select(tables.sequence.c.looked_to).where(tables.sequence.c.id == sequence_id))


def test_a_trigger_looks_from_its_start_on(store: Store, clock: FakeClock) -> None:
    """From the activation, from a new trigger, and from the end of a pause; a hold is caught up with."""

    def seen() -> object:
        return read(store, lambda tx: looked_to(tx, record.id))

    def step(run: Callable[[Tx], object]) -> object:
        clock.move(timedelta(hours=1))
        write(store, run)
        return seen()

    record = write(store, active)
    id, started = record.id, clock.now()
    assert seen() == started
    same = replace(record.definition, cooling_days=3)
    other = replace(same, trigger=Trigger(on_created=True))

    def publish(wanted: Definition) -> Callable[[Tx], object]:
        def run(tx: Tx) -> object:
            sequences.save_draft(tx, id, wanted)
            return sequences.publish(tx, sequences.get(tx, id), None)

        return run

    def be(status: SequenceStatus) -> Callable[[Tx], object]:
        values = {"status": status.value}
        return lambda tx: tx.conn.execute(update(tables.sequence).values(values))

    def go_on(tx: Tx) -> object:
        return sequences.set_active(tx, sequences.get(tx, id))

    assert step(publish(same)) == started
    published = step(publish(other))
    assert published == clock.now() != started
    step(be(SequenceStatus.HELD))
    assert step(go_on) == published
    step(be(SequenceStatus.PAUSED))
    assert step(go_on) == clock.now()


# Coming in.


@dataclass(frozen=True)
class Someone:
    """A contact as generated. days_ago: of the ends of earlier runs; None in it: one that still runs."""

    opt_in: OptIn
    has_phone: bool
    is_merged: bool
    stopped: bool
    days_ago: tuple[int, ...]
    runs: bool


someones = st.builds(
    Someone,
    st.sampled_from(OptIn),
    st.booleans(),
    st.integers(0, 9).map(lambda one: one == 0),
    st.booleans(),
    st.lists(st.integers(0, 6), max_size=2).map(tuple),
    st.booleans(),
)


def keep(tx: Tx, record: SequenceRecord, number: int, one: Someone) -> int:
    id = add_contact(tx, number, one.opt_in, phone_number="" if one.has_phone else None, stopped=one.stopped)
    row = tables.enrolment.c
    assert record.version_id is not None
    base = {"sequence_id": record.id, "version_id": record.version_id, "contact_id": id, "source": "person"}
    for days in one.days_ago:
        ended = {"status": "completed", "step_number": 0, "ended_at": tx.now - timedelta(days=days)}
        tx.conn.execute(
            tables.enrolment.insert().values(**base, **ended, enrolled_at=tx.now - timedelta(days=9))
        )
    if one.runs:
        waits = {"status": "in_progress", "step_number": 1, "due_at": tx.now, "enrolled_at": tx.now}
        tx.conn.execute(tables.enrolment.insert().values(**base, **waits))
    if one.is_merged:
        consent.merge(tx, add_contact(tx, 100 + number), [id])
    assert tx.conn.scalar(select(func.count()).where(row.contact_id == id)) is not None
    return id


@pytest.mark.slow
def test_a_preview_is_what_enrolling_then_does(store: Store) -> None:
    """Each selected contact is counted once, as `entry_of` sees it, and the same before and after."""
    made = write(store, active)

    @settings(max_examples=60)
    @given(
        st.lists(someones, max_size=7),
        st.booleans(),
        st.sampled_from([0, 1, 3, 365]),
        st.sampled_from(["ids", "no", "everyone"]),
    )
    def check(people: list[Someone], run_once: bool, cooling_days: int, whom: str) -> None:
        def run(tx: Tx) -> None:
            record = replace(
                made,
                definition=replace(made.definition, run_once=run_once, cooling_days=cooling_days),
            )
            ids = [keep(tx, record, number, one) for number, one in enumerate(people)]
            target = {
                "ids": Target(ids=(*ids[::2], *ids[:1], 404)),
                "no": Target(TableQuery(NO)),
                "everyone": Target(),
            }[whom]
            before = enrolling.preview(tx, record, target)
            chosen = contact_table.target_ids(tx, target).tolist()
            entries = enrolments.entries(tx, record.id, record.definition, chosen, by_hand=True)
            expected = Counter(entries.values())
            assert before.selected_count == len(chosen) == sum(expected.values())
            assert before == _counts(expected, before.opted_out_count)
            done, made_ids = enrolling.come_in(tx, record, chosen, None)
            assert done == before
            assert len(made_ids) == done.will_count
            came = [one for one in journeys.people(tx, record.id) if one.source is EnrolSource.PERSON]
            new = {one.contact_id for one in came if one.enrolled_at == tx.now and one.due_at is not None}
            no = [one for one in contacts.many(tx, sorted(new & set(chosen))) if one.facts.says_no]
            assert len(no) >= done.opted_out_count
            again = enrolling.preview(tx, record, target)
            assert again.will_count == 0
            assert again.running_count == before.running_count + before.will_count

        try_out(store, run)

    check()


def _counts(found: "Counter[Entry]", opted_out_count: int) -> EnrolPreview:
    return EnrolPreview(
        sum(found.values()),
        found[Entry.COMES_IN],
        found[Entry.RUNNING],
        found[Entry.BEEN],
        found[Entry.COOLING],
        found[Entry.NO_PHONE],
        opted_out_count,
    )


def test_who_opted_out_is_counted_among_those_who_come_in(store: Store) -> None:
    def run(tx: Tx) -> None:
        record = active(tx)
        no, *_ = add_contacts(tx, OptIn.NO, OptIn.YES, OptIn.NO)
        add_contact(tx, 8, OptIn.NO, phone_number=None)
        add_contact(tx, 9, stopped=True)
        put_in(tx, record, no)
        expected = EnrolPreview(5, 3, 1, 0, 0, 1, opted_out_count=2)
        assert enrolling.preview(tx, record, Target()) == expected

    try_out(store, run)


def test_a_draft_tells_whom_it_would_take(store: Store) -> None:
    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.NO, OptIn.YES)
        drafted = sequences.get(tx, sequences.create(tx, "Welcome", two_steps(tx), None))
        found = enrolling.preview(tx, drafted, Target(TableQuery(NO)))
        assert found == EnrolPreview(1, 1, opted_out_count=1)

    try_out(store, run)


# Who is where.


def test_people_are_paged_by_state_and_found_by_name(store: Store) -> None:
    def run(tx: Tx) -> None:
        record = active(tx)
        ids = [add_contact(tx, number, name=f"Ana {letter}") for number, letter in enumerate("abcdefg")]
        runs = put_in(tx, record, *ids)
        for id in runs[:3]:
            enrolments.end(tx, id, EnrolmentStatus.TAKEN_OUT, "Taken out by Meera Rao")
        newest = sorted(runs, reverse=True)
        assert [one.id for one in journeys.people(tx, record.id)] == newest
        page = journeys.people(tx, record.id, limit=3)
        rest = journeys.people(tx, record.id, after_id=page[-1].id)
        assert [one.id for one in (*page, *rest)] == newest
        out = journeys.people(tx, record.id, (EnrolmentStatus.TAKEN_OUT,))
        assert {one.id for one in out} == set(runs[:3])
        assert {one.ended_because for one in out} == {"Taken out by Meera Rao"}
        (found,) = journeys.people(tx, record.id, search="ana E")
        assert (found.contact_name, found.phone, found.step_number, found.step_count) == (
            "Ana e",
            phone(4),
            1,
            2,
        )
        counts = sequences.counts(tx, [record.id, 404])
        assert (counts[record.id].in_progress_count, counts[record.id].enrolled_count) == (4, 7)
        assert counts[404].enrolled_count == 0

    try_out(store, run)


# What follows.


def test_a_fields_new_name_is_followed_by_drafts_and_versions(store: Store) -> None:
    def run(tx: Tx) -> None:
        city = contacts.make_attribute(tx, "City", Kind.TEXT)
        lives = Filter((Condition(ATTRIBUTE + "City", Op.IS, ("Halifax",)),))
        plain = two_steps(tx)
        steps = tuple(
            replace(one, condition=lives, variables=(Variable("1", ATTRIBUTE + "City", "x"),))
            for one in plain.steps
        )
        wanted = replace(plain, steps=steps, trigger=Trigger(condition=lives), success=lives)
        record = active(tx, wanted)
        untouched = active(tx, plain, "Other")
        sequences.save_draft(tx, record.id, replace(wanted, run_once=False))
        fields.change(tx, city, "Home town", ())
        after = sequences.get(tx, record.id)
        for one in (after.definition, after.shown):
            assert "City" not in str(one.to_json())
            assert str(one.to_json()).count(ATTRIBUTE + "Home town") == 6
        assert after.definition.failure is None
        assert sequences.get(tx, untouched.id) == untouched

    try_out(store, run)


def test_a_merge_takes_the_runs_along_and_ends_one_of_two(store: Store) -> None:
    def run(tx: Tx) -> None:
        first = active(tx)
        second = active(tx, first.definition, "Other")
        keep_id, drop_id = add_contact(tx, 0, name="Ana Bell"), add_contact(tx, 1, name="Anna Bell")
        keeps, drops = put_in(tx, first, keep_id, drop_id)
        (alone,) = put_in(tx, second, drop_id)
        queued, stays = send_step(tx, drops), send_step(tx, alone)
        consent.merge(tx, keep_id, [drop_id])
        kept, ended, moved = (journeys.enrolment(tx, id) for id in (keeps, drops, alone))
        assert kept.status is moved.status is EnrolmentStatus.IN_PROGRESS
        assert (ended.status, ended.ended_because) == (EnrolmentStatus.TAKEN_OUT, "Merged into Ana Bell")
        assert {one.contact_id for one in (kept, ended, moved)} == {keep_id}
        assert message(tx, queued).status == Status.CANCELLED.value
        assert message(tx, stays).status == Status.QUEUED.value
        assert [one.id for one in journeys.of_contact(tx, keep_id)] == [alone, drops, keeps]
        assert journeys.of_contact(tx, drop_id) == []
        assert enrolling.preview(tx, first, Target(ids=(keep_id,))).running_count == 1

    try_out(store, run)


def test_a_merge_lets_a_run_go_on_where_the_other_one_is_over(store: Store) -> None:
    def run(tx: Tx) -> None:
        record = active(tx)
        keep_id, drop_id = add_contact(tx, 0), add_contact(tx, 1)
        over, going = put_in(tx, record, keep_id, drop_id)
        enrolments.end(tx, over, EnrolmentStatus.COMPLETED)
        consent.merge(tx, keep_id, [drop_id])
        found = {one.id: one.status for one in journeys.of_contact(tx, keep_id)}
        assert found == {over: EnrolmentStatus.COMPLETED, going: EnrolmentStatus.IN_PROGRESS}

    try_out(store, run)


def _imported(tx: Tx, number: int) -> tuple[int, int]:
    """A contact that an import made, and the import."""
    id = bulk.start(tx, BulkKind.IMPORT, "leads.csv", None, "test-1-ab")
    rows = [ImportRow(2, phone(number), "Kim Lee", None, (), ())]
    imports.write_chunk(tx, imports.Chunk(rows, Options(), {}, "leads.csv", None, id))
    (made,) = contacts.find(tx, phone=phone(number))
    return id, made


def _take_back(tx: Tx, bulk_id: int) -> UndoCounts:
    found = bulk.get(tx, bulk_id)
    rows = bulk.rows(tx, bulk_id, after_contact_id=0, limit=100)
    return undo.take_back(tx, found, rows, None)


@pytest.mark.parametrize("over", [False, True])
def test_an_undone_import_keeps_who_is_or_was_in_a_sequence(store: Store, over: bool) -> None:
    def run(tx: Tx) -> None:
        bulk_id, made = _imported(tx, 5)
        (id,) = put_in(tx, active(tx), made)
        if over:
            enrolments.end(tx, id, EnrolmentStatus.COMPLETED)
        assert _take_back(tx, bulk_id) == UndoCounts(kept=1)
        assert contacts.get(tx, made).phone == phone(5)

    try_out(store, run)


def test_an_undone_import_takes_back_whom_a_trigger_put_in_and_nothing_was_sent(store: Store) -> None:
    def run(tx: Tx) -> None:
        bulk_id, made = _imported(tx, 5)
        record = active(tx)
        assert record.version_id is not None
        enrolments.enrol(
            tx, record.id, record.version_id, [made], EnrolSource.CREATED, trigger_at={made: tx.now}
        )
        (going,) = journeys.people(tx, record.id)
        assert _take_back(tx, bulk_id) == UndoCounts(removed=1)
        ended = journeys.enrolment(tx, going.id)
        assert (ended.status, ended.due_at) == (EnrolmentStatus.TAKEN_OUT, None)
        assert ended.ended_because == "“leads.csv” was undone."

    try_out(store, run)


def test_an_undone_import_keeps_who_has_a_message(store: Store) -> None:
    """Also one that never left: a step that failed at the door stands in the report."""

    def run(tx: Tx) -> None:
        bulk_id, made = _imported(tx, 5)
        other_id, other = _imported(tx, 6)
        tx.conn.execute(
            tables.message.insert().values(
                contact_id=made,
                outgoing=True,
                path="sequence",
                status="failed",
                kind="template",
                created_at=tx.now,
                due_at=tx.now,
                changed_at=tx.now,
            )
        )
        assert _take_back(tx, bulk_id) == UndoCounts(kept=1)
        assert _take_back(tx, other_id) == UndoCounts(removed=1)
        assert [one.id for one in contacts.many(tx, [made, other])] == [made]

    try_out(store, run)


# Where templates are used.


def test_a_template_is_used_by_drafts_versions_and_whoever_is_still_in_one(store: Store) -> None:
    def run(tx: Tx) -> None:
        note, offer, next_one = (
            add_template(tx, name, Category.UTILITY) for name in ("note", "offer", "next")
        )

        def steps(*ids: int) -> Definition:
            return Definition(tuple(SequenceStep(id, HELLO) for id in ids))

        def used(template_id: int) -> list[tuple[str, str, int, int]]:
            found = templates.uses(tx, template_id)
            assert {one.kind for one in found} <= {UseKind.SEQUENCE}
            assert not any(one.is_over for one in found)
            return [(one.name, one.status.value, one.selected_count, one.sent_count) for one in found]

        drafted = sequences.create(tx, "A draft", steps(note.id, note.id), None)
        record = active(tx, steps(note.id, offer.id))
        assert used(note.id) == [("A draft", "draft", 0, 0), ("Welcome", "active", 0, 0)]
        ana = add_contact(tx)
        (run_id,) = put_in(tx, record, ana)
        send_step(tx, run_id)
        assert used(note.id)[1:] == [("Welcome", "active", 1, 0)]
        sequences.save_draft(tx, record.id, steps(next_one.id))
        assert used(next_one.id) == [("Welcome", "active", 0, 0)]
        sequences.publish(tx, sequences.get(tx, record.id), None)
        assert used(offer.id) == [("Welcome", "active", 0, 0)], "Ana is still in the first version"
        everywhere = {(one.id, one.template_id) for one in templates.in_use(tx)}
        assert everywhere == {
            (drafted, note.id),
            *((record.id, one.id) for one in (note, offer, next_one)),
        }
        enrolments.end(tx, run_id, EnrolmentStatus.TAKEN_OUT)
        assert used(offer.id) == []
        assert {one.template_id for one in templates.in_use(tx) if one.id == record.id} == {next_one.id}
        assert templates.uses(tx, 404) == []

    try_out(store, run)
