"""Goals and triggers beside pauses, replies, new versions, and contacts that cannot be taken in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.consent import Category
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, EnrolmentStatus, Trigger
from desktop.services import triggers
from desktop.services.enrolments import Enrolments
from desktop.store import contacts, conversations, sequence_ledger, sequences, tables
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.course import DAY, VIP, Course, step
from tests.store.world import submit

GOING = EnrolmentStatus.IN_PROGRESS
SUCCEEDED = (EnrolmentStatus.SUCCEEDED, 0)
CANCELLED = [(1, Status.CANCELLED, Reason.LEFT_SEQUENCE)]
WROTE = Filter((Filter((Condition("last_inbound", Op.NOT_EMPTY),)),))
MANY = 590
"""More than one look goes through."""


@pytest.fixture
def course(store: Store, clock: FakeClock) -> Iterator[Course]:
    made = Course(store, clock)
    yield made
    assert [fault for one in read(store, sequence_ledger.verify_all) for fault in one.faults] == []


def replies(course: Course, contact_id: int, ago: timedelta = timedelta()) -> None:
    """They wrote, and it is told so much later."""

    def run(tx: Tx) -> None:
        conversations.add_inbound(
            tx,
            contact_id,
            wamid=f"in.{contact_id}.{tx.now:%d%H%M%S}",
            kind="text",
            text="Hi",
            content={},
            context_wamid="",
            wrote_at=tx.now - ago,
        )

    write(course.store, run)


def resume(course: Course, sequence_id: int) -> None:
    write(course.store, lambda tx: triggers.set_active(tx, sequences.get(tx, sequence_id)))


def pause(course: Course, sequence_id: int) -> None:
    write(course.store, lambda tx: sequences.set_paused(tx, sequence_id))


# Goals that were met during a pause.


async def test_who_met_a_goal_during_a_pause_gets_no_message_that_waited(course: Course) -> None:
    """Also if the claim is quicker than the engine's look, and nothing ran during the pause."""
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news), success=VIP)
    met, other = course.contact(0), course.contact(1)
    course.enrol(sequence, met, other)
    await course.rounds()
    pause(course, sequence)
    course.passes(timedelta(hours=1))
    course.tag(met)
    course.passes(timedelta(hours=1))
    course.engine = Enrolments(course.store, lambda: None)
    resume(course, sequence)

    assert [one.contact_id for one in course.claims()] == [other]
    assert (course.stands(met), course.seen(met)) == (SUCCEEDED, CANCELLED)


async def test_who_met_a_goal_during_a_pause_is_through_as_soon_as_it_goes_on(course: Course) -> None:
    """Nobody comes in by what happened during the pause."""
    news = course.template("news", Category.UTILITY)
    trigger = Trigger(on_created=True, on_updated=True, condition=VIP)
    sequence = course.sequence(step(news, DAY), success=VIP, trigger=trigger)
    made, stranger = course.contact(0), course.contact(1)
    course.enrol(sequence, made)
    await course.rounds()
    pause(course, sequence)
    course.passes(timedelta(hours=1))
    await course.rounds()
    course.tag(made)
    course.tag(stranger)
    course.passes(timedelta(hours=1))
    resume(course, sequence)
    await course.rounds()

    assert course.stands(made) == SUCCEEDED
    assert course.runs_of(stranger) == []


# Replies.


async def test_a_reply_that_a_goal_asks_about_ends_the_run(course: Course) -> None:
    """However long ago it was written, and though a message went out since."""
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news), success=WROTE)
    waits, late, answered, silent = (course.contact(number) for number in range(4))
    course.enrol(sequence, waits, late, answered, silent)
    await course.rounds()
    course.passes(timedelta(hours=3))
    before = course.rows(tables.contact.select())
    replies(course, waits)
    replies(course, late, timedelta(hours=2))
    replies(course, answered)
    write(course.store, lambda tx: submit(tx, answered))

    await course.rounds()

    assert [course.stands(one) for one in (waits, late, answered)] == [SUCCEEDED] * 3
    assert (course.seen(late), course.stands(silent)) == (CANCELLED, (GOING, 1))
    after = course.rows(tables.contact.select())
    assert [row.updated_at for row in after] == [row.updated_at for row in before]


async def test_a_reply_brings_in_by_a_trigger_that_asks_about_it_once(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    trigger = Trigger(on_updated=True, condition=WROTE)
    course.sequence(step(news), trigger=trigger, run_once=False)
    plain = course.sequence(step(news), trigger=Trigger(on_updated=True), run_once=False, name="Plain")
    made = course.contact()
    course.passes(timedelta(seconds=5))
    new = course.contact(1)
    replies(course, made)
    replies(course, new)

    await course.works()
    for _ in range(4):
        course.passes(timedelta(seconds=15))
        write(course.store, lambda tx: submit(tx, made))
        await course.rounds()

    (run,) = course.runs_of(made)
    assert (run.source, run.sequence_id == plain) == ("updated", False)
    assert course.runs_of(new) == []


# Looks that were not through.


async def unfinished(course: Course, trigger: Trigger) -> tuple[int, list[int]]:
    """A sequence in the middle of a look at more contacts than one look goes through."""
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news), trigger=trigger)
    course.passes(timedelta(seconds=5))

    def make(tx: Tx) -> list[int]:
        values = [
            {"phone": f"+1604555{n:04d}", "facts": 1, "created_at": tx.now, "updated_at": tx.now}
            for n in range(MANY)
        ]
        tx.conn.execute(tables.contact.insert(), values)
        return list(tx.conn.scalars(tables.contact.select().with_only_columns(tables.contact.c.id)))

    made = write(course.store, make)
    course.passes(timedelta(seconds=5))
    write(course.store, lambda tx: contacts.add_tags(tx, made, ["Other"]))
    course.passes(timedelta(seconds=5))
    assert await course.engine.round()
    return sequence, made


@pytest.mark.parametrize("is_watched", [True, False])
async def test_a_look_that_a_pause_cut_short_is_not_taken_up_again(course: Course, is_watched: bool) -> None:
    sequence, made = await unfinished(course, Trigger(on_updated=True, condition=VIP))
    pause(course, sequence)
    if is_watched:
        await course.engine.round()
    course.passes(timedelta(hours=1))
    write(course.store, lambda tx: contacts.add_tags(tx, made, ["VIP"]))
    course.passes(timedelta(hours=1))
    resume(course, sequence)
    await course.rounds()
    assert course.rows(tables.enrolment.select()) == []


async def test_a_new_trigger_does_not_take_up_the_look_of_the_old_one(course: Course) -> None:
    never = Filter((Condition("tag", Op.ANY_OF, ("Never",)),))
    sequence, _ = await unfinished(course, Trigger(on_created=True, condition=never))

    def publish(tx: Tx) -> None:
        was = sequences.get(tx, sequence).definition
        other = Filter((Condition("tag", Op.ANY_OF, ("Other",)),))
        wanted: Definition = replace(was, trigger=Trigger(on_created=True, on_updated=True, condition=other))
        sequences.save_draft(tx, sequence, wanted)
        sequences.publish(tx, sequences.get(tx, sequence), None)

    write(course.store, publish)
    await course.rounds()
    assert course.rows(tables.enrolment.select()) == []


# One who cannot be taken in.


async def test_one_contact_that_cannot_come_in_stops_nobody_else(
    sqlite_store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(60, "assent.sequences")
    course = Course(sqlite_store, clock)
    news = course.template("news", Category.UTILITY)
    course.sequence(step(news, DAY), trigger=Trigger(on_created=True))
    course.passes(timedelta(seconds=5))
    made = [course.contact(number) for number in range(5)]
    refuse = (
        f"CREATE TRIGGER refuse BEFORE INSERT ON enrolment WHEN NEW.contact_id = {made[1]}"
        " BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    write(sqlite_store, lambda tx: tx.conn.exec_driver_sql(refuse))

    await course.rounds()

    assert [len(course.runs_of(one)) for one in made] == [1, 0, 1, 1, 1]
