"""Changing many contacts at once: who may, how it is told, stopped, undone, and left behind by a program."""

import asyncio
import threading

import pytest

from desktop.domain.activity import Activity, Deed
from desktop.domain.bulk import BulkKind, BulkStatus, UndoCounts
from desktop.domain.consent import OptIn, Source
from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.services.bulk import (
    AddTags,
    BulkChange,
    BulkChanges,
    RemoveTags,
    SetAttribute,
    SetOptIn,
)
from desktop.services.contacts import ReasonNeeded
from desktop.store import activity, bulk, consent, contacts, people
from desktop.store.engine import Tx, WriteLane
from tests.services.desk import Desk

VIP = AddTags(("VIP",))
NO = Filter((Condition("opt_in", Op.IS, ("no",)),))


async def log(desk: Desk) -> list[Activity]:
    return await desk.app.store.read(activity.newest)


async def tags(desk: Desk, ids: list[int]) -> set[tuple[str, ...]]:
    return {one.tags for one in await desk.app.store.read(lambda tx: contacts.many(tx, ids))}


async def test_a_change_is_counted_journalled_told_and_undone(desk: Desk) -> None:
    ids = await desk.crowd(none=300)
    service = desk.app.bulk
    await service.run(Target(ids=tuple(ids[:40])), AddTags(("vip", " VIP ")), desk.supervisor)
    told: list[tuple[int, int]] = []

    done = await service.run(Target(), VIP, desk.supervisor, lambda *how: told.append(how))

    assert (done.selected_count, done.changed_count, done.unchanged_count) == (300, 260, 40)
    assert told[-1] == (300, 300)
    assert told == sorted(told)
    assert await tags(desk, ids) == {("vip",)}
    newest = (await log(desk))[0]
    assert (newest.deed, newest.subject, newest.details, newest.user_name) == (
        Deed.BULK_CHANGED,
        "Tag “VIP” added to 260 contacts",
        "40 were so before",
        desk.supervisor.name,
    )
    assert await service.undo(done.bulk_id, desk.supervisor) == UndoCounts(restored=260)
    assert await tags(desk, ids[:40]) == {("vip",)}
    assert await tags(desk, ids[40:]) == {()}
    found = (await service.newest())[0]
    assert (found.kind, found.title, found.status) == (
        BulkKind.TAGS,
        "Tag “VIP” added",
        BulkStatus.UNDONE,
    )
    assert (await log(desk))[0].deed is Deed.UNDONE
    with pytest.raises(Problem, match="undone already"):
        await service.undo(done.bulk_id, desk.supervisor)


async def test_a_filter_says_whom(desk: Desk) -> None:
    ids = await desk.crowd(yes=3, no=2)
    target = Target(TableQuery(NO))
    assert await desk.app.bulk.count(target) == 2
    done = await desk.app.bulk.run(target, VIP, desk.supervisor)
    assert done.changed_count == 2
    assert await tags(desk, ids[3:]) == {("VIP",)}
    assert await tags(desk, ids[:3]) == {()}


async def test_whoever_opted_out_needs_a_reason_and_the_reason_is_kept(desk: Desk) -> None:
    ids = await desk.crowd(yes=2, no=3, none=4)
    service, target = desk.app.bulk, Target()
    await desk.app.store.write(lambda tx: consent.record(tx, ids[0], True, Source.WHATSAPP))
    assert await service.opted_out_count(target) == 4
    for value in (OptIn.YES, OptIn.NONE):
        with pytest.raises(ReasonNeeded) as refused:
            await service.run(target, SetOptIn(value, " "), desk.supervisor)
        assert refused.value.field == "reason"
    assert await service.newest() == []
    done = await service.run(target, SetOptIn(OptIn.YES, "Signed at the fair"), desk.supervisor)
    assert (done.changed_count, done.unchanged_count) == (7, 2)
    one = await desk.app.contacts.get(ids[2])
    newest = (await desk.app.contacts.history(ids[2]))[-1]
    assert (newest.value, newest.source, newest.user_name, newest.reason) == (
        "yes",
        Source.AGENT,
        desk.supervisor.name,
        "Signed at the fair",
    )
    assert one.facts.consent_event_id == newest.id
    # WhatsApp's own stop is none of ours.
    assert (await desk.app.contacts.get(ids[0])).facts.stopped_in_whatsapp
    assert await service.undo(done.bulk_id, desk.supervisor) == UndoCounts(restored=7)
    assert [(await desk.app.contacts.get(id)).opt_in for id in ids] == [OptIn.YES] * 2 + [OptIn.NO] * 3 + [
        OptIn.NONE
    ] * 4


async def test_those_without_an_opt_out_need_no_reason(desk: Desk) -> None:
    await desk.crowd(none=3)
    done = await desk.app.bulk.run(Target(), SetOptIn(OptIn.YES), desk.supervisor)
    assert done.changed_count == 3


async def test_a_no_that_came_after_the_change_stays(desk: Desk) -> None:
    ids = await desk.crowd(none=3)
    service = desk.app.bulk
    done = await service.run(Target(), SetOptIn(OptIn.YES), desk.supervisor)
    await desk.app.contacts.set_opt_in(ids[1], OptIn.NO, desk.agent)
    assert await service.undo(done.bulk_id, desk.supervisor) == UndoCounts(restored=2, kept=1)
    assert (await desk.app.contacts.get(ids[1])).opt_in is OptIn.NO


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (AddTags((" ", "")), "tags"),
        (AddTags(("x" * 61,)), "tags"),
        (RemoveTags(()), "tags"),
        (SetAttribute("Shoe size", "9"), "attribute"),
        (SetAttribute("Points", "many"), "attribute:Points"),
    ],
)
@pytest.mark.sampled(2)
async def test_what_cannot_be_done_is_said_before_anything_is(
    desk: Desk, change: BulkChange, field: str
) -> None:
    await desk.crowd(none=1)
    await desk.app.store.write(lambda tx: contacts.make_attribute(tx, "Points", Kind.NUMBER))
    with pytest.raises(Problem) as refused:
        await desk.app.bulk.run(Target(), change, desk.supervisor)
    assert refused.value.field == field
    assert await desk.app.bulk.newest() == []


async def test_an_attribute_is_set_and_cleared(desk: Desk) -> None:
    ids = await desk.crowd(none=3)
    await desk.app.store.write(lambda tx: contacts.make_attribute(tx, "Newsletter", Kind.YES_NO))
    await desk.app.bulk.run(Target(ids=(ids[0],)), SetAttribute("Newsletter", "No"), desk.supervisor)
    done = await desk.app.bulk.run(Target(), SetAttribute("Newsletter", "TRUE"), desk.supervisor)
    assert (await desk.app.bulk.newest())[0].title == "Newsletter set to “yes”"
    cleared = await desk.app.bulk.run(Target(), SetAttribute("Newsletter", ""), desk.supervisor)
    for one in (cleared, done):
        await desk.app.bulk.undo(one.bulk_id, desk.supervisor)
    assert [(await desk.app.contacts.get(id)).attributes for id in ids] == [{"Newsletter": "no"}, {}, {}]


async def test_stopped_it_keeps_what_was_done_and_can_be_undone(desk: Desk) -> None:
    ids = await desk.crowd(none=200)
    stop = threading.Event()
    done = await desk.app.bulk.run(Target(), VIP, desk.supervisor, lambda *_: stop.set(), stop)
    assert done.stopped
    assert 0 < done.changed_count < 200
    assert await desk.app.bulk.undo(done.bulk_id, desk.supervisor) == UndoCounts(restored=done.changed_count)
    assert await tags(desk, ids) == {()}


async def test_a_stopped_undo_goes_on_where_it_was(desk: Desk) -> None:
    ids = await desk.crowd(none=200)
    service, stop = desk.app.bulk, threading.Event()
    done = await service.run(Target(), VIP, desk.supervisor)
    first = await service.undo(done.bulk_id, desk.supervisor, lambda *_: stop.set(), stop)
    assert 0 < first.restored < 200
    half = (await service.newest())[0]
    assert (half.status, half.undoable) == (BulkStatus.INTERRUPTED, True)
    assert await service.undo(done.bulk_id, desk.supervisor) == UndoCounts(restored=200)
    assert await tags(desk, ids) == {()}


async def test_cancelled_it_is_interrupted_and_a_person_decides(desk: Desk) -> None:
    await desk.crowd(none=300)
    service, begun = desk.app.bulk, asyncio.Event()
    work = asyncio.create_task(service.run(Target(), VIP, desk.supervisor, lambda *_: begun.set()))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    # The mark was queued before this write, in the same lane.
    await desk.app.store.write(lambda tx: None)
    found = (await service.newest())[0]
    assert found.status is BulkStatus.INTERRUPTED
    with pytest.raises(NotAllowed):
        await service.dismiss(found.id, desk.agent)
    await service.dismiss(found.id, desk.supervisor)
    assert (await service.newest())[0].status is BulkStatus.DONE
    with pytest.raises(Problem, match="meanwhile"):
        await service.dismiss(found.id, desk.supervisor)


@pytest.mark.parametrize(
    ("process", "status"),
    [
        ("window-999999999-ab12cd", BulkStatus.INTERRUPTED),
        ("window-1-ab12cd", BulkStatus.RUNNING),
        ("", BulkStatus.RUNNING),
    ],
)
async def test_what_a_program_left_behind_is_interrupted(
    desk: Desk, process: str, status: BulkStatus
) -> None:
    """Process 1 always runs; without a number, silence alone tells."""
    store = desk.app.store
    left = await store.write(lambda tx: bulk.start(tx, BulkKind.TAGS, "Tag “VIP” added", None, process))
    assert (await desk.app.bulk.newest())[0].status is status
    if status is BulkStatus.RUNNING:
        with pytest.raises(Problem, match="still runs"):
            await desk.app.bulk.undo(left, desk.supervisor)
        desk.clock.pass_both(11 * 60)
        assert (await desk.app.bulk.newest())[0].status is BulkStatus.INTERRUPTED
    assert await desk.app.bulk.undo(left, desk.supervisor) == UndoCounts()


async def test_who_may_not_is_refused_and_nothing_is_changed(desk: Desk) -> None:
    ids = await desk.crowd(none=2)
    done = await desk.app.bulk.run(Target(), VIP, desk.supervisor)
    for change in (VIP, SetOptIn(OptIn.NO), SetAttribute("City", "x")):
        with pytest.raises(NotAllowed):
            await desk.app.bulk.run(Target(), change, desk.agent)
    with pytest.raises(NotAllowed):
        await desk.app.bulk.undo(done.bulk_id, desk.agent)
    with pytest.raises(NotFound):
        await desk.app.bulk.undo(4_711, desk.supervisor)
    assert await tags(desk, ids) == {("VIP",)}
    assert len(await desk.app.bulk.newest()) == 1


async def test_a_role_that_is_taken_away_in_the_middle_stops_the_change(desk: Desk) -> None:
    await desk.crowd(none=300)

    def demote(tx: Tx) -> None:
        people.set_role(tx, helper.id, Role.AGENT)

    made = await desk.app.store.write(lambda tx: people.add(tx, [("Noor Ali", Role.SUPERVISOR)]))
    helper = User(made[0], "Noor Ali", Role.SUPERVISOR)
    demoted: list[object] = []

    def tell(*_: int) -> None:
        if not demoted:
            demoted.append(desk.app.store.submit_write(demote, WriteLane.CONSENT))

    with pytest.raises(NotAllowed):
        await desk.app.bulk.run(Target(), VIP, helper, tell)
    await desk.app.store.write(lambda tx: None)
    found = (await desk.app.bulk.newest())[0]
    assert found.status is BulkStatus.INTERRUPTED
    assert 0 < found.counts["changed"] < 300


async def test_whoever_is_merged_away_in_the_middle_is_passed_over(desk: Desk) -> None:
    ids = await desk.crowd(none=300)
    merged: list[object] = []

    def tell(*_: int) -> None:
        if not merged:
            run = desk.app.store.submit_write
            merged.append(run(lambda tx: consent.merge(tx, ids[0], [ids[-1]]), WriteLane.CONSENT))

    done = await desk.app.bulk.run(Target(), VIP, desk.supervisor, tell)
    assert (done.selected_count, done.changed_count, done.unchanged_count) == (300, 299, 1)


async def test_one_undo_at_a_time(desk: Desk) -> None:
    await desk.crowd(none=200)
    service, begun = desk.app.bulk, asyncio.Event()
    done = await service.run(Target(), VIP, desk.supervisor)
    first = asyncio.create_task(service.undo(done.bulk_id, desk.supervisor, lambda *_: begun.set()))
    await begun.wait()
    with pytest.raises(Problem, match="being undone"):
        await BulkChanges(desk.app.store).undo(done.bulk_id, desk.supervisor)
    assert await first == UndoCounts(restored=200)
