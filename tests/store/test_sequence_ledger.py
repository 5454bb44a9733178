"""The ledger of a sequence: green at every commit of an untouched one, red for whatever was tampered with."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from desktop.domain.consent import Category, OptIn
from desktop.domain.messages import Status
from desktop.domain.outbox import Claimed, Settled
from desktop.domain.sequence import EnrolmentStatus, StepEnd
from desktop.store import consent, enrolments, sequence_ledger, tables
from desktop.store.engine import Store, Tx
from desktop.store.migrations import guards
from desktop.store.sequence_ledger import SequenceLedger
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.course import DAY, VIP, Course, refused, step
from tests.store.world import accepted, lost, report

OPT_INS = (OptIn.YES, OptIn.NO, OptIn.NONE, OptIn.YES, OptIn.YES, OptIn.YES)
_run = tables.enrolment.c
_step = tables.enrolment_step.c
_message = tables.message.c


@pytest.fixture
def course(store: Store, clock: FakeClock) -> Course:
    return Course(store, clock)


def verified(course: Course, sequence_id: int) -> SequenceLedger:
    return read(course.store, lambda tx: sequence_ledger.verify(tx, sequence_id))


async def run_through(course: Course, after_each: Callable[[], object] = lambda: None) -> None:
    """A sequence of three steps whose runs end, skip, fail and wait in all kinds of ways."""
    news = course.template("news", Category.UTILITY)
    sale = course.template("sale")
    steps = (step(news), step(sale, DAY, condition=VIP), step(news, DAY))
    id = course.sequence(*steps, only_if_sent=True)
    course.sequence(step(news), name="Another one")
    people = [course.contact(number, opt_in) for number, opt_in in enumerate(OPT_INS)]
    for one in people[:2]:
        course.tag(one)
    after_each()
    course.enrol(id, *people)
    after_each()
    ends: dict[int, Callable[[Claimed], Settled]] = {people[3]: refused, people[4]: lost}

    def end(one: Claimed) -> Settled:
        return ends.get(one.contact_id, accepted)(one)

    await course.rounds()
    after_each()
    course.settle(*map(end, course.claims()))
    after_each()
    await course.rounds()
    after_each()
    course.passes(timedelta(days=1))
    write(course.store, lambda tx: enrolments.end(tx, 6, EnrolmentStatus.TAKEN_OUT, "Taken out"))
    await course.rounds()
    after_each()
    # One waits for its message still, another one's call is on its way.
    course.claims()
    write(course.store, lambda tx: consent.merge(tx, people[3], [people[5]]))
    after_each()


@pytest.mark.slow
async def test_an_untouched_sequence_is_green_at_every_commit(course: Course) -> None:
    seen: list[tuple[int, int]] = []

    def look() -> None:
        for found in read(course.store, sequence_ledger.verify_all):
            assert found.faults == ()
        first = verified(course, 1)
        seen.append((first.counts.in_progress_count, first.message_count))

    await run_through(course, look)

    assert seen[0] == (0, 0)
    assert seen[1] == (6, 0)
    assert seen[2] == (6, 6)
    assert seen[-1][0] < 6 < seen[-1][1]
    found = verified(course, 1)
    assert found.name == "Welcome"
    assert found.counts.enrolled_count == 6
    assert found.counts.by_status[EnrolmentStatus.TAKEN_OUT] == 1


def a_step_deleted(tx: Tx) -> None:
    tx.conn.execute(delete(tables.enrolment_step).where(_step.step_number == 1, _step.enrolment_id == 1))


def a_skipped_step_deleted(tx: Tx) -> None:
    gone = tx.conn.execute(delete(tables.enrolment_step).where(_step.ended_as == StepEnd.SKIPPED.value))
    assert gone.rowcount


def a_message_deleted(tx: Tx) -> None:
    id = tx.conn.scalar(select(_message.id).where(_message.enrolment_id == 2, _message.step_number == 2))
    assert id
    guards.drop(tx.conn)
    for table in (tables.message_event, tables.attempt):
        tx.conn.execute(delete(table).where(table.c.message_id == id))
    tx.conn.execute(delete(tables.message).where(_message.id == id))
    guards.add(tx.conn)


def a_message_doubled(tx: Tx) -> None:
    tx.conn.execute(text("DROP INDEX uq_message_enrolment_step"))
    found = tx.conn.execute(select(tables.message).where(_message.enrolment_id == 1)).first()
    assert found is not None
    row = dict(found._mapping) | {"wamid": None}
    del row["id"]
    tx.conn.execute(tables.message.insert().values(row))


def a_message_given_to_another_step(tx: Tx) -> None:
    tx.conn.execute(update(tables.message).where(_message.enrolment_id == 3).values(step_number=9))


def a_message_given_to_somebody_else(tx: Tx) -> None:
    tx.conn.execute(update(tables.message).where(_message.enrolment_id == 3).values(contact_id=4))


def a_failure_called_delivered(tx: Tx) -> None:
    failed = update(tables.message).where(_message.status == Status.FAILED.value)
    assert tx.conn.execute(failed.values(status=Status.DELIVERED.value)).rowcount


def a_run_set_back(tx: Tx) -> None:
    going = _run.status == EnrolmentStatus.IN_PROGRESS.value
    assert tx.conn.execute(update(tables.enrolment).where(going).values(step_number=1)).rowcount


def a_run_that_is_over_put_back(tx: Tx) -> None:
    over = update(tables.enrolment).where(_run.id == 6)
    tx.conn.execute(over.values(status=EnrolmentStatus.IN_PROGRESS.value))


def a_run_that_waits_for_nothing(tx: Tx) -> None:
    tx.conn.execute(update(tables.enrolment).values(due_at=None, message_id=None))


def a_run_called_completed(tx: Tx) -> None:
    over = update(tables.enrolment).where(_run.id == 6)
    tx.conn.execute(over.values(status=EnrolmentStatus.COMPLETED.value))


def a_run_of_another_version(tx: Tx) -> None:
    tx.conn.execute(update(tables.enrolment).where(_run.id == 6).values(version_id=2))


def a_run_taken_away_without_its_messages(tx: Tx) -> None:
    """What it went through is still there, and belongs to nobody."""
    if tx.on_postgresql:
        fault = text("ALTER TABLE enrolment_step DROP CONSTRAINT fk_enrolment_step_enrolment_id")
        tx.conn.execute(fault)
    else:
        tx.conn.execute(text("PRAGMA defer_foreign_keys=ON"))
    tx.conn.execute(delete(tables.enrolment).where(_run.id == 2))


def a_run_taken_away_with_all_that_it_did(tx: Tx) -> None:
    """Nothing that is left tells of it."""
    mine = select(_message.id).where(_message.enrolment_id == 2)
    guards.drop(tx.conn)
    for table in (tables.message_event, tables.attempt):
        tx.conn.execute(delete(table).where(table.c.message_id.in_(mine)))
    tx.conn.execute(delete(tables.message).where(_message.enrolment_id == 2))
    tx.conn.execute(delete(tables.enrolment_step).where(_step.enrolment_id == 2))
    assert tx.conn.execute(delete(tables.enrolment).where(_run.id == 2)).rowcount
    guards.add(tx.conn)


def a_run_given_to_another_sequence(tx: Tx) -> None:
    tx.conn.execute(update(tables.enrolment).where(_run.id == 6).values(sequence_id=2, version_id=2))


CORRUPTIONS: tuple[Callable[[Tx], None], ...] = (
    a_step_deleted,
    a_skipped_step_deleted,
    a_message_deleted,
    a_message_doubled,
    a_message_given_to_another_step,
    a_message_given_to_somebody_else,
    a_failure_called_delivered,
    a_run_set_back,
    a_run_that_is_over_put_back,
    a_run_that_waits_for_nothing,
    a_run_called_completed,
    a_run_of_another_version,
    a_run_taken_away_without_its_messages,
    a_run_taken_away_with_all_that_it_did,
    a_run_given_to_another_sequence,
)


class Undo(Exception):
    """The end of a try: nothing of it stays."""


async def test_every_corruption_shows(course: Course) -> None:
    await run_through(course)
    unseen: list[str] = []
    for corrupt in CORRUPTIONS:

        def try_out(tx: Tx, corrupt: Callable[[Tx], None] = corrupt) -> None:
            corrupt(tx)
            if sequence_ledger.verify(tx, 1).is_green:
                unseen.append(corrupt.__name__)
            raise Undo

        with pytest.raises(Undo):
            write(course.store, try_out)

    assert unseen == []
    assert verified(course, 1).is_green


async def test_what_came_late_is_green_as_well(course: Course) -> None:
    """A report after the run is over, and a message whose run ended while its call was on the way."""
    id = course.sequence(step(course.template("news", Category.UTILITY)))
    one = course.contact()
    course.enrol(id, one)
    await course.rounds()
    (claimed,) = course.claims()
    write(course.store, lambda tx: enrolments.end(tx, 1, EnrolmentStatus.SUCCEEDED))
    course.settle(accepted(claimed))
    write(course.store, lambda tx: report(tx, claimed.message_id, Status.READ))
    await course.rounds()
    assert verified(course, id).faults == ()


async def test_of_a_run_that_is_gone_everything_left_behind_is_told(course: Course) -> None:
    await run_through(course)
    told: list[str] = []
    assert read(course.store, lambda tx: [one.faults for one in sequence_ledger.verify_all(tx)]) == [(), ()]

    def take_away(tx: Tx) -> None:
        a_run_taken_away_without_its_messages(tx)
        told.extend(sequence_ledger.verify(tx, 1).faults)
        raise Undo

    with pytest.raises(Undo):
        write(course.store, take_away)
    assert told == [
        "6 contacts came in, the sequence now holds 5 or other ones.",
        "2 messages belong to nobody who is in the sequence.",
        "2 steps belong to nobody who is in a sequence.",
    ]


async def test_whoever_does_not_come_in_is_not_counted(course: Course) -> None:
    """Asked for twice, merged away, or there already: the ledger keeps what really came in."""
    id = course.sequence(step(course.template("news", Category.UTILITY)))
    first, second, third = (course.contact(number) for number in range(3))
    course.enrol(id, first, second, first)
    write(course.store, lambda tx: consent.merge(tx, first, [second]))
    course.enrol(id, first, second, third)
    row = course.sequence_row(id)
    assert (row.enrolled_count, verified(course, id).faults) == (3, ())
