"""What a queued message of a sequence is asked once more: the hour, and whose turn it was; and how much waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import String, type_coerce, update

from desktop.domain.consent import Category, OptIn
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled
from desktop.domain.reasons import Reason
from desktop.domain.report import Scope
from desktop.domain.sequence import EnrolmentStatus, Hours, SequenceStatus, ZoneOf
from desktop.services import turns
from desktop.services.enrolments import CHUNK_COUNT, MOST_OF_ONE, MOST_WAITING, Enrolments, next_count
from desktop.store import report, sequence_ledger, sequences, settings, tables, templates
from desktop.store import turns as turn_store
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.course import DAY, Course, step
from tests.store.world import accepted, attempts_of, events_of

NIGHT = timedelta(hours=15)
"""From noon to three in the morning."""


@pytest.fixture
def course(store: Store, clock: FakeClock) -> Iterator[Course]:
    made = Course(store, clock)
    yield made
    if not made.is_spoiled:
        assert [fault for one in read(store, sequence_ledger.verify_all) for fault in one.faults] == []


def again(one: Claimed, at: datetime) -> Settled:
    """WhatsApp asked to try later."""
    return Settled(
        one.message_id,
        one.attempt_number,
        AttemptOutcome.REFUSED,
        Status.QUEUED,
        error_code=130429,
        due_at=at,
    )


def mornings(course: Course, **more: object) -> tuple[int, int]:
    """A sequence that sends from nine to one, with one message that waits; its id and the contact's. It is noon."""
    news = course.template("news", Category.UTILITY)
    hours = Hours(start_minute=9 * 60, end_minute=13 * 60, **more)  # type: ignore[arg-type]
    sequence = course.sequence(replace(step(news), hours=hours))
    made = course.contact()
    course.enrol(sequence, made)
    return sequence, made


# Send hours at the claim.


@pytest.mark.parametrize("paused", [True, False], ids=["after a pause", "after a time without the engine"])
async def test_a_queued_message_leaves_within_its_hours_alone(course: Course, paused: bool) -> None:
    sequence, made = mornings(course)
    await course.rounds()
    assert course.seen(made) == [(1, Status.QUEUED, Reason.NOT_MARKETING)]
    opens = course.clock.now().replace(hour=9) + timedelta(days=1)

    if paused:
        write(course.store, lambda tx: sequences.set_paused(tx, sequence))
    course.passes(NIGHT)
    if paused:
        write(course.store, lambda tx: sequences.set_active(tx, sequences.get(tx, sequence)))
    assert await course.works() == []

    (row,) = course.rows(tables.message.select())
    assert (row.status, row.due_at, row.attempt_count) == (Status.QUEUED, opens, 0)
    assert read(course.store, lambda tx: (attempts_of(tx, row.id), events_of(tx, row.id))) == ([], [])
    course.passes(timedelta(hours=6))
    assert [one.contact_id for one in await course.works()] == [made]
    assert course.reached(made) == [1]


async def test_another_try_waits_for_the_hours_too(course: Course) -> None:
    _, made = mornings(course)
    opens = course.clock.now().replace(hour=9) + timedelta(days=1)
    course.passes(timedelta(minutes=55))
    await course.rounds()
    (first,) = course.claims()
    course.settle(again(first, course.clock.now() + timedelta(minutes=10)))

    course.passes(timedelta(minutes=10))
    assert await course.works() == []
    course.clock.set(opens)
    course.passes(timedelta())
    (second,) = await course.works()
    assert (second.attempt_number, second.contact_id) == (2, made)


async def test_the_hour_is_the_contacts_own_where_that_is_asked(course: Course) -> None:
    """Noon is five in the morning in Vancouver, where it is due at nine, which is four in the afternoon."""
    mornings(course, zone_of=ZoneOf.CONTACT)
    course.passes(timedelta(hours=4))
    await course.rounds()
    course.passes(timedelta(hours=5))
    assert await course.works() == []
    course.passes(timedelta(hours=19))
    assert len(await course.works()) == 1


async def test_the_others_are_claimed_beside_those_whose_hours_are_closed(course: Course) -> None:
    """Also where more wait for the morning than a claim takes at once."""
    sequence, _ = mornings(course)
    course.enrol(sequence, *(course.contact(number) for number in range(1, 40)))
    await course.rounds()
    course.passes(NIGHT)
    always = course.sequence(step(course.template("always", Category.UTILITY)), name="Always")
    made = course.contact(100)
    course.enrol(always, made)

    assert [one.contact_id for one in await course.works()] == [made]


@pytest.mark.parametrize("spoilt", ["{}", "no JSON"])
async def test_a_message_whose_hours_cannot_be_read_does_not_leave_and_keeps_nobody_waiting(
    course: Course, spoilt: str
) -> None:
    sequence, _ = mornings(course)
    fine = course.sequence(step(course.template("fine", Category.UTILITY)), name="Fine")
    other = course.contact(1)
    course.enrol(fine, other)
    await course.rounds()
    spoil(course, sequence, spoilt)

    assert [one.contact_id for one in course.claims()] == [other]
    assert course.claims() == ()


def spoil(course: Course, sequence_id: int, to: str = "{}") -> None:
    """Break the versions of a sequence."""
    if course.store.on_postgresql and to != "{}":
        pytest.skip("PostgreSQL takes nothing that is no JSON")
    course.is_spoiled = True
    version = tables.sequence_version
    broken: object = {} if to == "{}" else type_coerce(to, String)
    values = update(version).where(version.c.sequence_id == sequence_id).values(definition=broken)
    write(course.store, lambda tx: tx.conn.execute(values))


# The record of what the claim stopped.


async def test_what_the_claim_refused_as_marketing_is_counted_as_marketing(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news))
    course.enrol(sequence, course.contact(opt_in=OptIn.NO))
    await course.rounds()
    write(course.store, lambda tx: templates.change(tx, "news", "en", category=Category.MARKETING))
    assert await course.works() == []

    assert read(course.store, lambda tx: report.cube(tx, Scope())).by_category() == {Category.MARKETING: 1}


# Two engines, and ends that cannot be followed.


async def test_an_engine_that_looked_before_another_one_went_on_moves_nobody(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news), step(news))
    made = course.contact()
    course.enrol(sequence, made)
    await course.rounds()
    course.settle(*map(accepted, course.claims()))
    before = read(course.store, lambda tx: turn_store.look(tx, 512)).ended_ids
    await course.rounds()
    assert course.seen(made)[1] == (2, Status.QUEUED, Reason.NOT_MARKETING)

    assert write(course.store, lambda tx: turns.move_on(tx, before)) == 0
    run = course.run_of(made)
    assert write(course.store, lambda tx: turns.move_on(tx, [(run.id, run.message_id)])) == 0
    assert course.run_of(made) == run
    await course.works()
    assert course.reached(made) == [1, 2]


async def test_a_paused_sequence_that_cannot_be_read_keeps_nobody_waiting(
    course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    """The rounds end, and the other runs of the same look go on."""
    caplog.set_level(60, "assent.sequences")
    news = course.template("news", Category.UTILITY)
    broken, fine = (course.sequence(step(news), step(news, DAY), name=name) for name in ("Broken", "Fine"))
    lost, other = course.contact(0), course.contact(1)
    course.enrol(broken, lost)
    course.enrol(fine, other)
    await course.rounds()
    course.settle(*map(accepted, course.claims()))
    write(course.store, lambda tx: sequences.set_paused(tx, broken))
    spoil(course, broken)

    await course.rounds()

    assert course.sequence_row(broken).status == SequenceStatus.PAUSED
    assert course.run_of(lost).message_id is not None
    assert course.stands(other) == (EnrolmentStatus.IN_PROGRESS, 2)


async def test_a_run_that_could_not_go_on_is_tried_again_an_hour_later(
    sqlite_store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(60, "assent.sequences")
    course = Course(sqlite_store, clock)
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news), step(news, DAY))
    made, other = course.contact(0), course.contact(1)
    course.enrol(sequence, made, other)
    await course.rounds()
    course.settle(*map(accepted, course.claims()))
    run = course.run_of(made).id
    refuse = f"CREATE TRIGGER refuse BEFORE UPDATE ON enrolment WHEN NEW.id = {run} BEGIN SELECT RAISE(ABORT, 'no'); END"
    write(sqlite_store, lambda tx: tx.conn.exec_driver_sql(refuse))

    await course.rounds()
    assert (course.stands(made)[1], course.stands(other)[1]) == (1, 2)
    write(sqlite_store, lambda tx: tx.conn.exec_driver_sql("DROP TRIGGER refuse"))
    course.passes(timedelta(minutes=59))
    await course.rounds()
    assert course.stands(made)[1] == 1
    course.passes(timedelta(minutes=1))
    await course.rounds()
    assert course.stands(made)[1] == 2


# How much waits.


async def test_messages_that_wait_for_another_try_keep_no_other_sequence_waiting(course: Course) -> None:
    news = course.template("news", Category.UTILITY, body="Hello!")
    one, other = course.sequence(step(news), name="One"), course.sequence(step(news), name="Other")
    course.enrol(one, *(course.contact(number) for number in range(MOST_WAITING)))
    await course.works(lambda call: again(call, course.clock.now() + timedelta(hours=1)))
    assert read(course.store, lambda tx: turn_store.look(tx, 1)).queued_counts == {one: MOST_WAITING}

    last = course.contact(MOST_WAITING)
    course.enrol(other, last)
    assert [call.contact_id for call in await course.works()] == [last]


async def test_a_sequence_of_which_all_are_tried_again_does_not_fill_the_outbox(
    sqlite_store: Store, clock: FakeClock
) -> None:
    course = Course(sqlite_store, clock)
    news = course.template("news", Category.UTILITY, body="Hello!")
    sequence = course.sequence(step(news))
    course.enrol(sequence, *(course.contact(number) for number in range(2)))
    await course.rounds()

    def many(tx: Tx) -> None:
        """As if so many had been tried: those on the way cost a second to make."""
        later = tx.now + timedelta(hours=1)
        row = tx.rows(tables.message.select())[0]._asdict() | {"due_at": later}
        copies = [row | {"id": 10 + n, "step_number": 100 + n} for n in range(MOST_OF_ONE)]
        tx.conn.execute(tables.message.insert(), copies)

    write(sqlite_store, many)
    last = course.contact(5)
    course.enrol(sequence, last)
    await course.rounds()
    assert course.seen(last) == []


def test_chunks_grow_and_shrink_with_the_time_they_take() -> None:
    assert next_count(8, 0.030) == 4
    assert next_count(1, 0.030) == 1
    assert next_count(1, 0.001) == 2
    assert next_count(8, 0.010) == 8
    assert next_count(CHUNK_COUNT, 0.001) == CHUNK_COUNT


# A zone that this machine does not know.


async def test_an_unknown_zone_is_utc_for_whoever_comes_in(course: Course) -> None:
    write(
        course.store, lambda tx: settings.save(tx, replace(settings.load(tx), time_zone="Mars/Olympus"), None)
    )
    _, made = mornings(course)
    assert course.run_of(made).due_at == course.clock.now()
    course.engine = Enrolments(course.store, lambda: None)
    assert len(await course.works()) == 1
