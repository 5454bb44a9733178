"""The verbs on sequences: drafts and versions, activation, who comes in, the report and one contact's way."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.activity import Deed
from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Category, OptIn
from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import BadFilter, Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.domain.reasons import Reason
from desktop.domain.sequence import (
    Definition,
    Enrolment,
    EnrolmentStatus,
    Hours,
    SequenceStatus,
    SequenceStep,
    StepEnd,
    Trigger,
)
from desktop.domain.templates import TemplateStatus
from desktop.services.sequences import EnrolPreview, Sequences
from desktop.store import activity, opening, people, templates, webhooks
from desktop.store.engine import Store
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.course import DAY, VIP, Course, refused, step
from tests.store.world import accepted, add_contacts

SHELL = User(0, "The command line", Role.ADMIN)
NO = Filter((Condition("opt_in", Op.IS, ("no",)),))
NOWHERE = Filter((Condition("attribute:Town", Op.IS, ("Halifax",)),))


class World(Course):
    """A course with the service, and how often it woke the engine."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        super().__init__(store, clock)
        self.woken_count = 0
        self.service = Sequences(store, self._wake, rest_s=0.0)

    def _wake(self) -> None:
        self.woken_count += 1

    def fine(self) -> Definition:
        """A utility step at once, a marketing one a day later."""
        news, sale = self.template("news", Category.UTILITY), self.template("sale")
        return Definition((step(news), step(sale, DAY)))

    async def drafted(self, wanted: Definition | None = None, name: str = "Welcome") -> int:
        id = await self.service.create(name, SHELL)
        await self.service.save_draft(id, self.fine() if wanted is None else wanted, SHELL)
        return id

    async def active(self, wanted: Definition | None = None) -> int:
        id = await self.drafted(wanted)
        await self.service.activate(id, SHELL)
        return id

    def crowd(self, *opt_ins: OptIn) -> list[int]:
        return write(self.store, lambda tx: add_contacts(tx, *opt_ins))

    def deeds(self) -> list[tuple[Deed, str, str]]:
        """What was logged, the newest first."""
        return [(one.deed, one.subject, one.details) for one in read(self.store, activity.newest)]

    async def only_run(self, contact_id: int) -> Enrolment:
        (found,) = await self.service.of_contact(contact_id)
        return found


@pytest.fixture
def world(store: Store, clock: FakeClock) -> World:
    return World(store, clock)


# Making.


async def test_a_sequence_from_its_name_to_its_end(world: World) -> None:
    service, heard = world.service, list[Changes]()
    world.store.listen(heard.append)
    id = await service.create("  Welcome   series ", SHELL)
    made = await service.get(id)
    assert (made.name, made.status, made.version_id) == ("Welcome series", SequenceStatus.DRAFT, None)
    assert (made.shown, made.has_changes, made.created_by_name) == (Definition(), False, "")
    await service.save_draft(id, world.fine(), SHELL)
    started = await service.activate(id, SHELL)
    assert (started.status, started.version_number) == (SequenceStatus.ACTIVE, 1)
    assert started.activated_at == world.clock.now()
    assert (started.definition, started.draft) == (world.fine(), None)
    await service.pause(id, SHELL)
    assert (await service.get(id)).status is SequenceStatus.PAUSED
    await service.resume(id, SHELL)
    await service.rename(id, "Hello", SHELL)
    await service.delete(id, SHELL)
    with pytest.raises(NotFound):
        await service.get(id)
    assert world.deeds() == [
        (Deed.SEQUENCE_DELETED, "Hello", ""),
        (Deed.SEQUENCE_CHANGED, "Hello", "was “Welcome series”"),
        (Deed.SEQUENCE_RESUMED, "Welcome series", "0 in progress"),
        (Deed.SEQUENCE_PAUSED, "Welcome series", "0 in progress"),
        (Deed.SEQUENCE_ACTIVATED, "Welcome series", "version 1"),
        (Deed.SEQUENCE_CHANGED, "Welcome series", "begun"),
    ]
    assert [one.has(Topic.SEQUENCE, id) for one in heard].count(True) >= 6
    assert world.woken_count == 2


async def test_the_list_is_by_name_with_counts(world: World) -> None:
    first = await world.active()
    for name in ("zebra", "Ärger", "apple"):
        await world.service.create(name, SHELL)
    await world.service.enrol(first, Target(ids=tuple(world.crowd(OptIn.YES, OptIn.NO))), SHELL)
    found = await world.service.every()
    assert [one.name for one, _ in found] == ["apple", "Welcome", "zebra", "Ärger"]
    assert [counts.in_progress_count for _, counts in found] == [0, 2, 0, 0]


@pytest.mark.parametrize("name", ["", " \n", "x" * 81, "WELCOME "])
async def test_a_name_is_there_short_and_nobody_elses(world: World, name: str) -> None:
    await world.service.create("Welcome", SHELL)
    other = await world.service.create("Other", SHELL)
    verbs: list[Awaitable[object]] = [
        world.service.create(name, SHELL), world.service.rename(other, name, SHELL)
    ]  # fmt: skip
    for verb in verbs:
        with pytest.raises(Problem) as refused_for:
            await verb
        assert refused_for.value.field == "name"
    await world.service.rename(other, "other", SHELL)
    assert (await world.service.get(other)).name == "other"


async def test_a_copy_is_a_draft_of_what_is_shown(world: World) -> None:
    id = await world.active()
    edited = replace(world.fine(), run_once=False)
    await world.service.save_draft(id, edited, SHELL)
    names = []
    for _ in range(3):
        copy = await world.service.get(await world.service.copy(id, SHELL))
        assert (copy.status, copy.version_id, copy.shown) == (SequenceStatus.DRAFT, None, edited)
        names.append(copy.name)
    assert names == ["Copy of Welcome", "Copy of Welcome 2", "Copy of Welcome 3"]
    long = await world.service.create("x" * 80, SHELL)
    assert len((await world.service.get(await world.service.copy(long, SHELL))).name) == 80
    assert (await world.service.get(await world.service.copy(long, SHELL))).name.endswith("x 2")


# Versions.


async def test_an_edit_waits_until_it_is_published_and_only_new_ones_follow_it(world: World) -> None:
    id = await world.active()
    before, after = world.crowd(OptIn.YES, OptIn.YES)
    await world.service.enrol(id, Target(ids=(before,)), SHELL)
    edited = replace(world.fine(), steps=world.fine().steps[:1])
    await world.service.save_draft(id, edited, SHELL)
    waiting = await world.service.get(id)
    assert (waiting.has_changes, waiting.shown, waiting.definition) == (True, edited, world.fine())
    published = await world.service.publish(id, SHELL)
    assert (published.version_number, published.status) == (2, SequenceStatus.ACTIVE)
    await world.service.enrol(id, Target(ids=(after,)), SHELL)
    old, new = await world.only_run(before), await world.only_run(after)
    assert [(one.version_number, one.step_count) for one in (old, new)] == [(1, 2), (2, 1)]
    assert await world.service.publish(id, SHELL) == published, "nothing to publish makes no version"


async def test_an_edit_back_to_what_is_current_is_no_edit(world: World) -> None:
    id = await world.active()
    await world.service.save_draft(id, replace(world.fine(), cooling_days=3), SHELL)
    await world.service.save_draft(id, world.fine(), SHELL)
    assert (await world.service.get(id)).draft is None


async def test_a_draft_is_discarded_where_there_is_something_to_go_back_to(world: World) -> None:
    drafted = await world.drafted()
    with pytest.raises(Problem, match="never activated"):
        await world.service.discard_draft(drafted, SHELL)
    await world.service.activate(drafted, SHELL)
    await world.service.save_draft(drafted, Definition(), SHELL)
    await world.service.discard_draft(drafted, SHELL)
    kept = await world.service.get(drafted)
    assert (kept.draft, kept.shown) == (None, world.fine())


async def test_what_somebody_was_in_is_not_deleted(world: World) -> None:
    id = await world.active()
    (one,) = world.crowd(OptIn.YES)
    await world.service.enrol(id, Target(ids=(one,)), SHELL)
    await world.service.take_out((await world.only_run(one)).id, SHELL)
    with pytest.raises(Problem, match="Contacts were put into “Welcome”"):
        await world.service.delete(id, SHELL)


# Activating.


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda one: Definition(), "steps"),
        (lambda one: replace(one, steps=(*one.steps, SequenceStep())), "step:3"),
        (lambda one: replace(one, hours=Hours(frozenset())), "hours"),
        (lambda one: replace(one, cooling_days=999), "cooling_days"),
        (lambda one: replace(one, trigger=Trigger(on_created=True, condition=NOWHERE)), "trigger"),
        (lambda one: replace(one, success=NOWHERE), "success"),
    ],
)
async def test_what_is_missing_is_said_before_it_starts(
    world: World, spoil: Callable[[Definition], Definition], field: str
) -> None:
    wanted = spoil(world.fine())
    drafted = await world.drafted(wanted)
    with pytest.raises(Problem) as missing:
        await world.service.activate(drafted, SHELL)
    assert missing.value.field == field
    assert (await world.service.get(drafted)).status is SequenceStatus.DRAFT
    running = await world.service.copy(drafted, SHELL)
    await world.service.save_draft(running, world.fine(), SHELL)
    await world.service.activate(running, SHELL)
    await world.service.save_draft(running, wanted, SHELL)
    with pytest.raises(Problem) as missing:
        await world.service.publish(running, SHELL)
    assert missing.value.field == field
    assert (await world.service.get(running)).version_number == 1


async def test_a_template_that_whatsapp_took_away_stands_against_it(world: World) -> None:
    id = await world.drafted()
    write(world.store, lambda tx: templates.change(tx, "sale", "en", status=TemplateStatus.REJECTED))
    with pytest.raises(Problem) as against:
        await world.service.activate(id, SHELL)
    assert (against.value.field, against.value.title) == ("step:2", "Rejected by WhatsApp")
    assert against.value.sentence.startswith("Step 2: WhatsApp rejected this template")


async def test_marketing_on_a_real_number_waits_for_a_webhook(world: World) -> None:
    marketing = await world.drafted()
    plain = await world.drafted(Definition(world.fine().steps[:1]), name="Plain")
    write(world.store, lambda tx: opening.stamp(tx, "102290129340398"))
    with pytest.raises(Problem, match="Replies such as STOP would not arrive"):
        await world.service.activate(marketing, SHELL)
    await world.service.activate(plain, SHELL)
    await world.service.save_draft(plain, world.fine(), SHELL)
    with pytest.raises(Problem, match="Replies such as STOP would not arrive"):
        await world.service.publish(plain, SHELL)
    write(world.store, lambda tx: webhooks.keep(tx, "{}", done=True))
    assert (await world.service.activate(marketing, SHELL)).status is SequenceStatus.ACTIVE


async def test_states_follow_one_another(world: World) -> None:
    service, id = world.service, await world.drafted()
    nobody = Target(ids=())
    early: list[Awaitable[object]] = [
        service.pause(id, SHELL),
        service.resume(id, SHELL),
        service.publish(id, SHELL),
        service.enrol(id, nobody, SHELL),
    ]
    for verb in early:
        with pytest.raises(Problem, match="Activate it first"):
            await verb
    await service.activate(id, SHELL)
    late: list[Awaitable[object]] = [service.activate(id, SHELL), service.resume(id, SHELL)]
    for verb in late:
        with pytest.raises(Problem, match="is active meanwhile"):
            await verb
    await service.pause(id, SHELL)
    with pytest.raises(Problem, match="is paused meanwhile"):
        await service.pause(id, SHELL)
    assert await service.enrol(id, nobody, SHELL) == EnrolPreview()
    await service.save_draft(id, replace(world.fine(), cooling_days=2), SHELL)
    again = await service.activate(id, SHELL)
    assert (again.status, again.version_number) == (SequenceStatus.ACTIVE, 2)


async def test_who_may_not_changes_nothing(world: World) -> None:
    id = await world.active()
    (one,) = world.crowd(OptIn.YES)
    await world.service.enrol(id, Target(ids=(one,)), SHELL)
    run = await world.only_run(one)
    (made,) = write(world.store, lambda tx: people.add(tx, [("Lina Haddad", Role.AGENT)]))
    agent, service = User(made, "Lina Haddad", Role.AGENT), world.service
    before = (await service.every(), world.deeds())
    verbs: list[Awaitable[object]] = [
        service.create("Mine", agent),
        service.copy(id, agent),
        service.rename(id, "Mine", agent),
        service.save_draft(id, Definition(), agent),
        service.discard_draft(id, agent),
        service.delete(id, agent),
        service.publish(id, agent),
        service.activate(id, agent),
        service.pause(id, agent),
        service.resume(id, agent),
        service.enrol(id, Target(), agent),
        service.take_out(run.id, agent),
    ]
    for verb in verbs:
        with pytest.raises(NotAllowed, match="may not set up sequences"):
            await verb
    assert (await service.every(), world.deeds()) == before


# Coming in and going out.


async def test_a_filter_is_enrolled_as_its_preview_said(world: World) -> None:
    id = await world.active()
    world.crowd(*[OptIn.NO] * 60, *[OptIn.YES] * 5)
    target, told = Target(TableQuery(NO)), list[tuple[int, int]]()
    before = await world.service.preview(id, target)
    assert before == EnrolPreview(60, 60, opted_out_count=60)
    done = await world.service.enrol(id, target, SHELL, lambda *so_far: told.append(so_far))
    assert done == before
    assert (told[0], told[-1]) == ((50, 60), (60, 60))
    after = await world.service.preview(id, Target())
    assert after == EnrolPreview(65, 5, 60)
    assert world.deeds()[0] == (Deed.ENROLLED, "Welcome", "60 contacts")
    found = await world.service.people(id, limit=100)
    assert len(found) == 60
    assert {one.due_at for one in found} == {world.clock.now()}


async def test_stopped_in_the_middle_what_was_done_stays(world: World) -> None:
    id = await world.active()
    world.crowd(*[OptIn.YES] * 80)
    stop = threading.Event()
    done = await world.service.enrol(id, Target(), SHELL, lambda *_: stop.set(), stop)
    assert done == EnrolPreview(50, 50)
    assert len(await world.service.people(id)) == 50
    assert world.deeds()[0] == (Deed.ENROLLED, "Welcome", "50 contacts")


async def test_cancelled_in_the_middle_it_is_told_what_was_done(world: World) -> None:
    id = await world.active()
    world.crowd(*[OptIn.YES] * 80)
    with pytest.raises(asyncio.CancelledError):
        await world.service.enrol(id, Target(), SHELL, _cancel)
    # The line is written behind the one who left: by the next write it is there.
    write(world.store, lambda tx: None)
    assert world.deeds()[0] == (Deed.ENROLLED, "Welcome", "50 contacts")


def _cancel(*_: int) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def test_a_pause_is_no_reason_against_coming_in_but_a_bad_filter_is(world: World) -> None:
    id = await world.active()
    world.crowd(OptIn.YES)
    await world.service.pause(id, SHELL)
    assert (await world.service.enrol(id, Target(), SHELL)).will_count == 1
    for verb in (world.service.preview, lambda id, target: world.service.enrol(id, target, SHELL)):
        with pytest.raises(BadFilter):
            await verb(id, Target(TableQuery(NOWHERE)))


async def test_taken_out_a_message_that_waits_is_cancelled(world: World) -> None:
    id = await world.active()
    (one,) = world.crowd(OptIn.YES)
    await world.service.enrol(id, Target(ids=(one,)), SHELL)
    await world.rounds()
    run = await world.only_run(one)
    await world.service.take_out(run.id, SHELL)
    ended = await world.only_run(one)
    assert (ended.status, ended.ended_at) == (EnrolmentStatus.TAKEN_OUT, world.clock.now())
    assert ended.ended_because == "Taken out by The command line"
    (sent,) = (await world.service.journey(run.id)).steps[0:1]
    assert sent.message is not None
    assert (sent.message.status, sent.message.reason) == (Status.CANCELLED, Reason.LEFT_SEQUENCE)
    assert world.deeds()[0] == (Deed.TAKEN_OUT, "Welcome", "Ana Bell")
    with pytest.raises(Problem, match="no longer in the sequence"):
        await world.service.take_out(run.id, SHELL)
    with pytest.raises(NotFound):
        await world.service.take_out(404, SHELL)


# The report.


async def test_the_report_says_what_each_step_came_to(world: World) -> None:
    news, sale = world.template("news", Category.UTILITY), world.template("sale")
    id = await world.active(Definition((step(news), step(sale, DAY, condition=VIP), step(news, DAY))))
    yes, no, _none, broken = world.crowd(OptIn.YES, OptIn.NO, OptIn.NONE, OptIn.YES)
    for one in (yes, no, broken):
        world.tag(one)
    await world.service.enrol(id, Target(), SHELL)
    await world.days(2, lambda one: refused(one) if one.contact_id == broken else accepted(one))
    shown = await world.service.report(id)
    assert [(one.number, dict(one.by), one.skipped_count) for one in shown.steps] == [
        (1, {(Status.ACCEPTED, Reason.NOT_MARKETING): 3, (Status.FAILED, Reason.WHATSAPP_ERROR): 1}, 0),
        (
            2,
            {
                (Status.ACCEPTED, Reason.OPTED_IN): 1,
                (Status.FAILED, Reason.OPTED_OUT): 1,
                (Status.FAILED, Reason.WHATSAPP_ERROR): 1,
            },
            1,
        ),
        (3, {}, 0),
    ]
    assert (shown.counts.in_progress_count, shown.counts.enrolled_count) == (4, 4)
    assert shown.version_id is not None
    failed = await world.service.messages(shown.version_id, 2, (Status.FAILED,))
    assert {(one.contact_id, one.sequence_name, one.step_number) for one in failed} == {
        (no, "Welcome", 2),
        (broken, "Welcome", 2),
    }
    every = await world.service.messages(shown.version_id, 1)
    assert [one.id for one in every] == sorted((one.id for one in every), reverse=True)
    assert len(every) == 4
    assert len(await world.service.messages(shown.version_id, 1, limit=2)) == 2
    assert (await world.service.verify(id)).faults == ()
    assert [one.is_green for one in await world.service.verify_all()] == [True]


async def test_a_report_shows_one_version_and_everybodys_counts(world: World) -> None:
    drafted = await world.drafted(name="A draft")
    bare = await world.service.report(drafted)
    assert (bare.version_id, bare.steps, bare.versions) == (None, (), ())
    assert bare.definition == world.fine()
    id = await world.active()
    first, second = world.crowd(OptIn.YES, OptIn.YES)
    await world.service.enrol(id, Target(ids=(first,)), SHELL)
    await world.service.save_draft(id, Definition(world.fine().steps[:1]), SHELL)
    await world.service.publish(id, SHELL)
    await world.service.enrol(id, Target(ids=(second,)), SHELL)
    await world.works()
    now = await world.service.report(id)
    assert [number for _, number, _ in now.versions] == [2, 1]
    old = await world.service.report(id, now.versions[1][0])
    assert [len(one.steps) for one in (now, old)] == [1, 2]
    assert [sum(one.steps[0].by.values()) for one in (now, old)] == [1, 1]
    assert now.counts == old.counts
    assert (now.counts.completed_count, now.counts.in_progress_count) == (1, 1)
    with pytest.raises(NotFound):
        await world.service.report(id, 404)
    with pytest.raises(NotFound):
        await world.service.report(404)


# One contact's way.


async def test_the_way_of_one_who_opted_out(world: World) -> None:
    news, sale = world.template("news", Category.UTILITY), world.template("sale")
    steps = (step(news), step(sale, DAY), step(news, DAY, condition=VIP), step(sale, DAY))
    id = await world.active(Definition(steps))
    (no,) = world.crowd(OptIn.NO)
    await world.service.enrol(id, Target(), SHELL)
    run_id = (await world.only_run(no)).id
    first_due = (await world.service.journey(run_id)).steps
    assert [(one.ended_as, one.due_at) for one in first_due] == [
        (None, world.clock.now()), (None, None), (None, None), (None, None)
    ]  # fmt: skip
    await world.rounds()
    waiting = (await world.service.journey(run_id)).steps[0]
    assert waiting.message is not None
    assert (waiting.ended_as, waiting.message.status) == (StepEnd.MESSAGE, Status.QUEUED)
    assert waiting.moved_on_to is None, "not before the message is gone"
    await world.days(3)
    shown = await world.service.journey(run_id)
    assert [(one.number, one.template_name, one.ended_as, one.moved_on_to) for one in shown.steps] == [
        (1, "news", StepEnd.MESSAGE, 2),
        (2, "sale", StepEnd.MESSAGE, 3),
        (3, "news", StepEnd.SKIPPED, 4),
        (4, "sale", None, None),
    ]
    assert [one.message.reason if one.message else None for one in shown.steps] == [
        Reason.NOT_MARKETING, Reason.OPTED_OUT, None, None
    ]  # fmt: skip
    assert (shown.enrolment.step_number, shown.enrolment.step_count) == (4, 4)
    assert shown.steps[3].due_at == shown.enrolment.due_at
    await world.works()
    last = await world.service.journey(run_id)
    assert last.enrolment.status is EnrolmentStatus.COMPLETED
    assert (last.steps[3].ended_as, last.steps[3].moved_on_to) == (StepEnd.MESSAGE, None)
    with pytest.raises(NotFound):
        await world.service.journey(404)


async def test_of_one_who_left_early_the_rest_is_neither_done_nor_due(world: World) -> None:
    id = await world.active()
    (one,) = world.crowd(OptIn.YES)
    await world.service.enrol(id, Target(), SHELL)
    await world.works()
    run = await world.only_run(one)
    assert run.due_at == world.clock.now() + timedelta(days=1)
    await world.service.take_out(run.id, SHELL)
    first, second = (await world.service.journey(run.id)).steps
    assert (first.ended_as, first.moved_on_to) == (StepEnd.MESSAGE, None)
    assert (second.ended_as, second.due_at, second.at) == (None, None, None)
