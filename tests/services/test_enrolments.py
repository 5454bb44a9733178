"""The engine's part of sequences: consent on the way, delays, triggers, goals, faults of single contacts."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from desktop.domain.consent import Category, OptIn
from desktop.domain.drift import Cause
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import (
    Definition,
    EnrolmentStatus,
    Hours,
    SequenceStatus,
    Trigger,
)
from desktop.domain.templates import TemplateStatus, Variable
from desktop.services.dispatcher import CATCHING_UP, take_over
from desktop.services.enrolments import MOST_WAITING, Enrolments
from desktop.store import (
    consent,
    enrolments,
    holds,
    outbox,
    sequence_ledger,
    sequences,
    settings,
    tables,
    templates,
)
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.course import AT_ONCE, DAY, VIP, Course, refused, step
from tests.store.world import accepted, lost, submit

QUEUED = (Status.QUEUED, Reason.OPTED_IN)
FAILED_NO = (Status.FAILED, Reason.OPTED_OUT)
COMPLETED = (EnrolmentStatus.COMPLETED, 0)
GOING = EnrolmentStatus.IN_PROGRESS


@pytest.fixture
def course(store: Store, clock: FakeClock) -> Iterator[Course]:
    """A store with sequences; at the end the records of each agree."""
    made = Course(store, clock)
    yield made
    if not made.is_spoiled:
        assert [fault for one in read(store, sequence_ledger.verify_all) for fault in one.faults] == []


# Consent on the way.


async def test_a_no_gets_the_utility_steps_and_moves_on_past_the_marketing_ones(course: Course) -> None:
    four = course.four()
    no = course.contact(opt_in=OptIn.NO)
    course.enrol(four, no)

    await course.days(4)

    assert course.reached(no) == [1, 3]
    assert [(number, status, why) for number, status, why in course.seen(no) if number % 2 == 0] == [
        (2, *FAILED_NO),
        (4, *FAILED_NO),
    ]
    assert course.stands(no) == COMPLETED


async def test_each_delay_counts_from_the_end_of_the_step_before_also_of_a_refused_one(
    course: Course,
) -> None:
    four = course.four()
    no = course.contact(opt_in=OptIn.NO)
    course.enrol(four, no)
    begun = course.clock.now()

    await course.works()
    assert course.run_of(no).due_at == begun + timedelta(days=1)
    course.passes(timedelta(days=1, hours=3))
    await course.works()

    assert (course.stands(no), course.run_of(no).due_at) == (
        (GOING, 3),
        begun + timedelta(days=2, hours=3),
    )


async def test_who_says_stop_between_two_steps_gets_no_marketing_from_then_on(course: Course) -> None:
    four = course.four()
    made = course.contact()
    course.enrol(four, made)

    await course.days(2)
    course.says(made, OptIn.NO)
    await course.days(2)

    assert course.reached(made) == [1, 2, 3]
    assert course.seen(made)[-1] == (4, *FAILED_NO)
    assert course.stands(made) == COMPLETED


async def test_who_says_stop_between_submit_and_claim_gets_nothing_and_moves_on(course: Course) -> None:
    sale = course.template()
    news = course.template("news", Category.UTILITY)
    both = course.sequence(step(sale), step(news, DAY))
    made = course.contact()
    course.enrol(both, made)
    await course.rounds()
    assert course.seen(made) == [(1, *QUEUED)]

    course.says(made, OptIn.NO)
    assert await course.works() == []
    assert course.seen(made) == [(1, *FAILED_NO)]
    assert course.stands(made) == (GOING, 2)

    course.passes(timedelta(days=1))
    await course.works()
    assert course.reached(made) == [2]


async def test_under_strict_one_without_a_choice_is_treated_as_a_no(course: Course) -> None:
    write(course.store, lambda tx: settings.save(tx, replace(settings.load(tx), strict=True), None))
    four = course.four()
    none = course.contact(opt_in=OptIn.NONE)
    course.enrol(four, none)

    await course.days(4)

    assert course.reached(none) == [1, 3]
    assert {why for number, _, why in course.seen(none) if number % 2 == 0} == {Reason.NO_CHOICE}
    assert course.stands(none) == COMPLETED


async def test_only_if_sent_looks_past_an_opt_out(course: Course) -> None:
    four = course.four(only_if_sent=True)
    no = course.contact(opt_in=OptIn.NO)
    course.enrol(four, no)

    await course.days(4)

    assert (course.reached(no), course.stands(no)) == ([1, 3], COMPLETED)


@pytest.mark.parametrize(("code", "reached"), [(131026, "dropped"), (131050, "completed")])
async def test_only_if_sent_ends_where_whatsapp_did_not_deliver(
    course: Course, code: int, reached: str
) -> None:
    """131050 is the customer's own stop, told late: an opt-out, and no failed delivery."""
    news = course.template("news", Category.UTILITY)
    both = course.sequence(step(news), step(news, DAY), only_if_sent=True)
    made = course.contact()
    course.enrol(both, made)

    await course.works(lambda one: refused(one, code))
    course.passes(timedelta(days=1))
    await course.works()

    run = course.run_of(made)
    assert (run.status, len(course.seen(made))) == (reached, 1 if reached == "dropped" else 2)
    if reached == "dropped":
        assert "131026" in run.ended_because


async def test_without_only_if_sent_a_failure_moves_on(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    both = course.sequence(step(news), step(news, DAY))
    made = course.contact()
    course.enrol(both, made)

    await course.days(1, refused)
    await course.works()

    assert (course.reached(made), course.stands(made)) == ([2], COMPLETED)


async def test_only_if_sent_waits_for_what_nobody_is_certain_of(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    both = course.sequence(step(news), step(news), only_if_sent=True)
    made = course.contact()
    course.enrol(both, made)

    await course.works(lost)
    first = course.run_of(made)
    assert (first.step_number, first.due_at) == (2, course.clock.now() + timedelta(hours=1))

    id = course.rows(tables.message.select())[0].id
    write(
        course.store,
        lambda tx: outbox.report(tx, outbox.lock(tx, [id])[id], Status.DELIVERED, wamid="wamid.1"),
    )
    course.passes(timedelta(hours=1))
    await course.works()
    assert course.stands(made) == COMPLETED


async def test_a_template_that_turns_into_marketing_is_asked_as_marketing(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    both = course.sequence(step(news), step(news, DAY), step(news, DAY))
    no = course.contact(opt_in=OptIn.NO)
    course.enrol(both, no)
    await course.days(1)
    await course.rounds()
    assert [status for _, status, _ in course.seen(no)] == [Status.ACCEPTED, Status.QUEUED]

    write(course.store, lambda tx: templates.change(tx, "news", "en", category=Category.MARKETING))
    await course.days(2)

    assert [(status, why) for _, status, why in course.seen(no)][1:] == [FAILED_NO, FAILED_NO]
    assert course.stands(no) == COMPLETED


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (TemplateStatus.GONE, Reason.TEMPLATE_GONE),
        (TemplateStatus.DISABLED, Reason.TEMPLATE_NOT_APPROVED),
        (TemplateStatus.REJECTED, Reason.TEMPLATE_NOT_APPROVED),
    ],
)
async def test_a_template_that_cannot_be_sent_fails_its_step_alone(
    course: Course, status: TemplateStatus, why: Reason
) -> None:
    news = course.template("news", Category.UTILITY)
    sale = course.template("sale", Category.UTILITY)
    both = course.sequence(step(sale), step(news))
    made = course.contact()
    course.enrol(both, made)
    write(course.store, lambda tx: templates.change(tx, "sale", "en", status=status))

    await course.works()

    assert course.seen(made)[0] == (1, Status.FAILED, why)
    assert (course.reached(made), course.stands(made)) == ([2], COMPLETED)


async def test_a_template_that_is_paused_holds_the_sequence_and_nobody_loses_a_step(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    sale = course.template("sale", Category.UTILITY)
    both = course.sequence(step(sale), step(news), only_if_sent=True)
    people = [course.contact(number) for number in range(3)]
    course.enrol(both, *people)
    write(course.store, lambda tx: templates.change(tx, "sale", "en", status=TemplateStatus.PAUSED))

    assert await course.works() == []

    assert course.sequence_row(both).status == SequenceStatus.HELD.value
    assert course.sequence_row(both).held_because == Reason.TEMPLATE_NOT_APPROVED.sentence
    assert all(course.seen(one) == [(1, Status.QUEUED, Reason.NOT_MARKETING)] for one in people)
    write(course.store, lambda tx: templates.change(tx, "sale", "en", status=TemplateStatus.APPROVED))
    write(course.store, lambda tx: sequences.set_active(tx, sequences.get(tx, both)))
    await course.works()
    assert all((course.reached(one), course.stands(one)) == ([1, 2], COMPLETED) for one in people)


async def test_a_step_without_any_template_fails_and_moves_on(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    both = course.sequence(replace(step(news), template_id=4_711), step(news))
    made = course.contact()
    course.enrol(both, made)

    await course.works()

    assert course.seen(made)[0] == (1, Status.FAILED, Reason.TEMPLATE_GONE)
    assert course.reached(made) == [2]


async def test_variables_are_filled_from_the_contact(course: Course) -> None:
    news = course.template("news", Category.UTILITY, body="Hello {{1}}, {{2}}!")
    variables = (Variable("1", "first_name", "there"), Variable("2", "attribute:City", "your city"))
    one = course.sequence(replace(step(news), variables=variables))
    made = course.contact(name="Ana Bell")
    course.enrol(one, made)

    (called,) = await course.works()

    assert called.values == {"1": "Ana", "2": "your city"}
    assert called.text == "Hello Ana, your city!"


# Pause, downtime, hold.


async def test_a_pause_leaves_nothing_claimed_and_resume_goes_on(course: Course) -> None:
    four = course.four()
    waits, queued = course.contact(0), course.contact(1)
    course.enrol(four, waits)
    await course.works()
    course.passes(timedelta(hours=12))
    course.enrol(four, queued)
    await course.rounds()

    write(course.store, lambda tx: sequences.set_paused(tx, four))
    course.passes(timedelta(days=1))
    assert await course.works() == []
    assert (course.stands(waits), course.stands(queued)) == ((GOING, 2), (GOING, 1))

    write(course.store, lambda tx: sequences.set_active(tx, sequences.get(tx, four)))
    called = await course.works()
    assert sorted(one.contact_id for one in called) == [waits, queued]
    assert course.run_of(waits).due_at == course.clock.now() + timedelta(days=1)


async def test_after_a_week_off_the_missed_step_goes_out_and_the_next_keeps_its_delay(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    three = course.sequence(*(step(news, DAY) for _ in range(3)))
    made = course.contact()
    course.enrol(three, made)

    course.passes(timedelta(days=8))
    assert len(await course.works()) == 1
    assert course.run_of(made).due_at == course.clock.now() + timedelta(days=1)
    course.passes(timedelta(hours=23))
    assert await course.works() == []
    course.passes(timedelta(hours=1))
    assert len(await course.works()) == 1


async def test_a_delay_counts_from_the_messages_end_though_nobody_looked_then(course: Course) -> None:
    """Taken by WhatsApp, and the engine killed before it noticed: the delay has passed meanwhile."""
    news = course.template("news", Category.UTILITY)
    both = course.sequence(step(news), step(news, DAY))
    made = course.contact()
    course.enrol(both, made)
    await course.rounds()
    (claimed,) = course.claims()
    course.settle(accepted(claimed))

    course.passes(timedelta(days=3))
    await course.works()
    assert course.reached(made) == [1, 2]


async def test_a_real_number_holds_sequences_with_marketing_after_downtime(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    sale = course.template("sale")
    plain = course.sequence(step(news), name="Plain")
    offers = course.sequence(step(sale), name="Offers")
    made = course.contact()
    course.enrol(offers, made)

    await take_over(course.store, "first", "https://graph.facebook.com", hold_marketing=True)

    assert course.sequence_row(plain).status == SequenceStatus.ACTIVE
    held = course.sequence_row(offers)
    assert (held.status, held.held_because) == (SequenceStatus.HELD, CATCHING_UP)
    assert await course.works() == []
    write(course.store, lambda tx: sequences.set_active(tx, sequences.get(tx, offers)))
    assert len(await course.works()) == 1


async def test_a_version_that_somebody_still_follows_counts_for_the_hold(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    sale = course.template("sale")
    offers = course.sequence(step(sale, DAY))
    made = course.contact()
    course.enrol(offers, made)

    def publish(tx: Tx) -> None:
        sequences.save_draft(tx, offers, Definition((step(news),)))
        sequences.publish(tx, sequences.get(tx, offers), None)

    write(course.store, publish)
    write(course.store, lambda tx: holds.hold_marketing(tx, Cause.CATCHING_UP, "because"))
    assert course.sequence_row(offers).status == SequenceStatus.HELD

    write(course.store, lambda tx: sequences.set_active(tx, sequences.get(tx, offers)))
    run = course.run_of(made)
    write(course.store, lambda tx: enrolments.end(tx, run.id, EnrolmentStatus.TAKEN_OUT))
    write(course.store, lambda tx: holds.hold_marketing(tx, Cause.CATCHING_UP, "because"))
    assert course.sequence_row(offers).status == SequenceStatus.ACTIVE


async def test_an_edit_is_followed_by_new_enrolments_alone(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news), step(news, DAY))
    old, new = course.contact(0), course.contact(1)
    course.enrol(sequence, old)
    await course.works()

    def publish(tx: Tx) -> None:
        sequences.save_draft(tx, sequence, Definition((step(news),)))
        sequences.publish(tx, sequences.get(tx, sequence), None)

    write(course.store, publish)
    course.enrol(sequence, new)
    await course.days(2)

    assert (course.reached(old), course.reached(new)) == ([1, 2], [1])


# Conditions, hours, goals, ends.


async def test_a_condition_that_is_not_met_skips_the_step_and_the_contact_stays(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    three = course.sequence(step(news), replace(step(news, DAY), condition=VIP), step(news, DAY))
    plain, vip = course.contact(0), course.contact(1)
    course.tag(vip)
    course.enrol(three, plain, vip)

    await course.days(3)

    assert (course.reached(plain), course.reached(vip)) == ([1, 3], [1, 2, 3])
    ends = course.rows(tables.enrolment_step.select())
    assert [(one.enrolment_id, one.step_number) for one in ends if one.ended_as == "skipped"] == [(1, 2)]


async def test_a_step_outside_its_hours_waits_for_them(course: Course) -> None:
    """It is Monday noon: due then, the hours changed their mind by nothing but a later start of the engine."""
    news = course.template("news", Category.UTILITY)
    mornings = Hours(start_minute=9 * 60, end_minute=11 * 60)
    one = course.sequence(replace(step(news), hours=mornings))
    made = course.contact()
    course.enrol(one, made)
    opens = course.clock.now().replace(hour=9) + timedelta(days=1)
    assert course.run_of(made).due_at == opens

    course.passes(timedelta(days=1))  # noon again: the hours were missed
    assert await course.works() == []
    assert course.run_of(made).due_at == opens + timedelta(days=1)
    course.passes(timedelta(hours=22))
    assert len(await course.works()) == 1


async def test_a_goal_that_a_contact_meets_ends_the_run_and_takes_the_message_back(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    waits, queued, other = course.contact(0), course.contact(1), course.contact(2)
    both = course.sequence(step(news, DAY), step(news, DAY), success=VIP)
    course.enrol(both, waits, other)
    course.passes(timedelta(hours=12))
    course.enrol(both, queued)
    course.passes(timedelta(hours=20))
    await course.rounds()  # of those who wait, the first step is queued now
    course.tag(queued)
    course.tag(waits)
    await course.rounds()

    assert course.stands(queued) == (EnrolmentStatus.SUCCEEDED, 0)
    assert course.stands(waits) == (EnrolmentStatus.SUCCEEDED, 0)
    assert course.seen(waits) == [(1, Status.CANCELLED, Reason.LEFT_SEQUENCE)]
    assert course.seen(queued) == []
    assert [one.contact_id for one in await course.works()] == [other]


async def test_a_failure_goal_is_looked_at_when_the_turn_comes(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    made = course.contact()
    course.tag(made)
    both = course.sequence(step(news, DAY), failure=VIP)
    course.passes(timedelta(minutes=5))
    course.enrol(both, made)
    await course.rounds()
    assert course.stands(made) == (GOING, 1)

    course.passes(timedelta(days=1))
    assert await course.works() == []
    assert course.stands(made) == (EnrolmentStatus.GOAL_MISSED, 0)


async def test_a_message_that_comes_back_after_its_run_is_over_is_not_sent(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    one = course.sequence(step(news))
    made = course.contact()
    course.enrol(one, made)
    await course.rounds()
    (claimed,) = course.claims()
    run = course.run_of(made)
    write(course.store, lambda tx: enrolments.end(tx, run.id, EnrolmentStatus.TAKEN_OUT))
    course.settle(replace(lost(claimed), status=Status.QUEUED, reason=None))

    assert course.claims() == ()
    assert await course.works() == []
    assert course.seen(made) == [(1, Status.CANCELLED, Reason.LEFT_SEQUENCE)]


# Triggers.


async def test_who_is_created_with_what_is_asked_comes_in_once(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    before = course.contact(0)
    course.tag(before)
    trigger = Trigger(on_created=True, condition=VIP)
    sequence = course.sequence(step(news), trigger=trigger)
    course.passes(timedelta(seconds=5))
    vip, plain = course.contact(1), course.contact(2)
    course.tag(vip)

    await course.works()
    await course.works()

    assert (course.runs_of(before), course.runs_of(plain)) == ([], [])
    (run,) = course.runs_of(vip)
    assert (run.source, run.trigger_at, run.sequence_id) == ("created", course.clock.now(), sequence)
    assert course.reached(vip) == [1]


async def test_the_same_change_never_brings_anybody_in_twice_and_the_next_one_does(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    made = course.contact()
    trigger = Trigger(on_updated=True, condition=VIP)
    course.sequence(step(news), trigger=trigger, run_once=False)
    course.passes(timedelta(seconds=5))
    course.tag(made)
    await course.works()
    for _ in range(4):
        course.passes(timedelta(seconds=15))
        await course.works()
    assert [run.source for run in course.runs_of(made)] == ["updated"]

    course.tag(made, "New")
    await course.works()
    assert len(course.runs_of(made)) == 2


async def test_a_new_contact_is_no_update(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    course.sequence(step(news), trigger=Trigger(on_updated=True))
    course.passes(timedelta(seconds=5))
    made = course.contact()
    await course.works()
    assert course.runs_of(made) == []


async def test_what_changed_while_nothing_ran_is_looked_at(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    course.sequence(step(news), trigger=Trigger(on_created=True))
    await course.rounds()
    course.passes(timedelta(days=7))
    made = [course.contact(number) for number in range(3)]
    course.passes(timedelta(days=7))
    course.engine = Enrolments(course.store, lambda: None)

    await course.works()

    assert [course.reached(one) for one in made] == [[1]] * 3


async def test_many_come_in_page_by_page_and_those_without_a_number_stop_nobody(course: Course) -> None:
    news = course.template("news", Category.UTILITY)
    course.sequence(step(news, DAY), trigger=Trigger(on_created=True))
    course.passes(timedelta(seconds=5))

    def many(tx: Tx) -> None:
        tx.conn.execute(
            tables.contact.insert(),
            [
                {"phone": f"+1604555{n:04d}" if n % 2 else None, "facts": 1 | (0 if n % 2 else 16)}
                | {"created_at": tx.now, "updated_at": tx.now}
                for n in range(1_200)
            ],
        )

    write(course.store, many)
    await course.rounds()
    assert len(course.rows(tables.enrolment.select())) == 600


# How much waits, and faults of single ones.


@pytest.mark.slow
async def test_only_so_many_messages_wait_in_the_outbox(course: Course) -> None:
    news = course.template("news", Category.UTILITY, body="Hello!")
    one = course.sequence(step(news))
    course.enrol(one, *(course.contact(number) for number in range(MOST_WAITING + 40)))

    await course.rounds()

    queued = read(course.store, lambda tx: outbox.open_count(tx))
    assert MOST_WAITING <= queued < MOST_WAITING + 16
    assert len(await course.works()) == MOST_WAITING + 40


@pytest.mark.slow
async def test_a_paused_sequence_with_messages_does_not_keep_others_waiting(course: Course) -> None:
    news = course.template("news", Category.UTILITY, body="Hello!")
    paused, other = course.sequence(step(news), name="One"), course.sequence(step(news), name="Other")
    course.enrol(paused, *(course.contact(number) for number in range(MOST_WAITING)))
    await course.rounds()
    write(course.store, lambda tx: sequences.set_paused(tx, paused))

    last = course.contact(MOST_WAITING)
    course.enrol(other, last)
    called = await course.works()
    assert [one.contact_id for one in called] == [last]


async def test_a_sequence_that_cannot_be_read_is_held_and_the_others_go_on(
    course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "assent.sequences")
    news = course.template("news", Category.UTILITY)
    broken, fine = course.sequence(step(news), name="Broken"), course.sequence(step(news), name="Fine")
    one, other = course.contact(0), course.contact(1)
    course.enrol(broken, one)
    course.enrol(fine, other)
    version = tables.sequence_version
    spoil = update(version).where(version.c.sequence_id == broken).values(definition={"steps": "none"})
    write(course.store, lambda tx: tx.conn.execute(spoil))
    course.is_spoiled = True

    called = await course.works()

    assert [called_one.contact_id for called_one in called] == [other]
    held = course.sequence_row(broken)
    assert held.status == SequenceStatus.HELD
    assert "cannot be read" in held.held_because


async def test_a_condition_about_a_field_that_is_gone_holds_the_sequence_and_says_so(
    course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "assent.sequences")
    news = course.template("news", Category.UTILITY)
    lost_field = Filter((Condition("attribute:City", Op.IS, ("Halifax",)),))
    sequence = course.sequence(replace(step(news), condition=lost_field))
    made = course.contact()
    course.enrol(sequence, made)

    assert await course.works() == []

    held = course.sequence_row(sequence)
    assert held.status == SequenceStatus.HELD
    assert "City" in held.held_because
    assert "step 1" in held.held_because


async def test_one_contact_that_fails_is_looked_at_later_and_the_others_go_on(
    course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    """Their step has a message already, which cannot be: the store refuses a second."""
    caplog.set_level(logging.CRITICAL, "assent.sequences")
    news = course.template("news", Category.UTILITY)
    sequence = course.sequence(step(news))
    made = [course.contact(number) for number in range(3)]
    course.enrol(sequence, *made)

    def spoil(tx: Tx) -> None:
        id = submit(tx, made[1])
        row = course_run(tx, made[1])
        values = {"enrolment_id": row, "step_number": 1, "status": Status.FAILED.value}
        tx.conn.execute(update(tables.message).where(tables.message.c.id == id).values(**values))

    def course_run(tx: Tx, contact_id: int) -> int:
        return int(
            tx.conn.scalar(
                tables.enrolment.select()
                .with_only_columns(tables.enrolment.c.id)
                .where(tables.enrolment.c.contact_id == contact_id)
            )
            or 0
        )

    write(course.store, spoil)
    course.is_spoiled = True
    called = await course.works()

    assert [one.contact_id for one in called] == [made[0], made[2]]
    assert course.run_of(made[1]).due_at == course.clock.now() + timedelta(hours=1)


async def test_a_merged_contacts_run_goes_on_as_the_one_that_is_kept(course: Course) -> None:
    four = course.four()
    kept, dropped = course.contact(0), course.contact(1, OptIn.NO)
    course.enrol(four, dropped)
    write(course.store, lambda tx: consent.merge(tx, kept, [dropped]))

    await course.days(2)

    assert course.reached(kept) == [1]
    assert course.seen(kept)[1] == (2, *FAILED_NO)


async def test_a_run_that_began_beside_a_merge_finds_the_contact_that_was_kept(course: Course) -> None:
    """Enrolled in the very moment in which they were merged: their run is of nobody who is there."""
    four = course.four()
    kept, dropped, also, removed = (course.contact(number) for number in range(4))
    course.enrol(four, dropped, also, removed)

    def merge(tx: Tx) -> None:
        for id, into in ((dropped, kept), (also, kept), (removed, tables.REMOVED)):
            values = {"merged_into": into, "phone": None}
            tx.conn.execute(update(tables.contact).where(tables.contact.c.id == id).values(values))

    write(course.store, merge)
    await course.works()

    assert course.reached(kept) == [1]
    assert (course.runs_of(dropped), course.stands(kept)) == ([], (GOING, 2))
    assert course.stands(also) == (EnrolmentStatus.TAKEN_OUT, 0)
    assert course.stands(removed) == (EnrolmentStatus.TAKEN_OUT, 0)


@pytest.mark.postgres
async def test_two_engines_never_submit_a_step_twice(
    postgres_store: Store, postgres_address: str, clock: FakeClock
) -> None:
    mine = Course(postgres_store, clock)
    news = mine.template("news", Category.UTILITY, body="Hello!")
    sequence = mine.sequence(step(news), step(news, AT_ONCE))
    made = [mine.contact(number) for number in range(200)]
    mine.enrol(sequence, *made)
    other_store = Store(postgres_address, clock, "other")
    try:
        other = Enrolments(other_store, lambda: None)

        async def work(engine: Enrolments) -> None:
            while await engine.round():
                pass

        await asyncio.gather(work(mine.engine), work(other), work(Enrolments(other_store, lambda: None)))
    finally:
        other_store.close()

    assert len(mine.rows(tables.message.select())) == 200
    assert all(mine.seen(one) == [(1, Status.QUEUED, Reason.NOT_MARKETING)] for one in made)
