"""Taking contacts out of a sequence: many, those who were just put in, and putting somebody in again."""

from dataclasses import replace

import pytest

from desktop.domain.activity import Deed
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import Target
from desktop.domain.journey import Entry
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed
from desktop.domain.sequence import EnrolmentStatus
from desktop.store import enrolments
from tests.databases import read
from tests.services.course import VIP
from tests.services.test_sequences import SHELL, World, world

__all__ = ["world"]


async def test_undoing_an_enrolment_takes_out_whom_nothing_has_left_for(world: World) -> None:
    id = await world.active()
    ids = world.crowd(OptIn.YES, OptIn.NONE, OptIn.YES)
    made: list[int] = []
    await world.service.enrol(id, Target(ids=(ids[0],)), SHELL, came=made.extend)
    assert len(await world.works()) == 1  # it has left
    await world.service.enrol(id, Target(ids=tuple(ids)), SHELL, came=made.extend)
    assert len(made) == len(set(made)) == 3
    await world.rounds()  # the messages of the others wait
    assert await world.service.take_out_many(id, made, SHELL, only_unsent=True) == 2
    stays, *out = [(await world.only_run(one)).status for one in ids]
    assert (stays, *out) == (EnrolmentStatus.IN_PROGRESS, *[EnrolmentStatus.TAKEN_OUT] * 2)
    assert world.deeds()[0] == (Deed.TAKEN_OUT, "Welcome", "2 contacts")
    assert await world.works() == []
    assert await world.service.take_out_many(id, made, SHELL) == 1
    assert await world.service.take_out_many(id, made, SHELL) == 0  # over already


async def test_who_may_not_takes_nobody_out(world: World) -> None:
    id = await world.active()
    (one,) = world.crowd(OptIn.YES)
    made: list[int] = []
    await world.service.enrol(id, Target(ids=(one,)), SHELL, came=made.extend)
    with pytest.raises(NotAllowed):
        await world.service.take_out_many(id, made, User(7, "Tom Reed", Role.AGENT))
    assert (await world.only_run(one)).status is EnrolmentStatus.IN_PROGRESS


async def test_who_was_taken_out_comes_in_again_by_hand_and_by_no_trigger(world: World) -> None:
    id = await world.active()
    (one,) = world.crowd(OptIn.YES)
    made: list[int] = []
    await world.service.enrol(id, Target(ids=(one,)), SHELL, came=made.extend)
    await world.service.take_out_many(id, made, SHELL)
    record = await world.service.get(id)
    assert record.definition.run_once

    def entry(by_hand: bool) -> Entry:
        return read(
            world.store, lambda tx: enrolments.entries(tx, id, record.definition, [one], by_hand=by_hand)[one]
        )

    assert (entry(by_hand=True), entry(by_hand=False)) == (Entry.COMES_IN, Entry.BEEN)
    preview = await world.service.preview(id, Target(ids=(one,)))
    assert (preview.will_count, preview.been_count) == (1, 0)
    assert (await world.service.enrol(id, Target(ids=(one,)), SHELL)).will_count == 1


async def test_what_leaves_at_once_after_a_pause_is_counted(world: World) -> None:
    id = await world.active()
    await world.service.pause(id, SHELL)
    assert await world.service.overdue_count(id) == 0
    world.crowd(OptIn.YES, OptIn.YES)
    await world.service.enrol(id, Target(), SHELL)
    assert await world.service.overdue_count(id) == 2


async def test_who_waits_and_who_skipped_is_found_by_step(world: World) -> None:
    fine = world.fine()
    id = await world.active(replace(fine, steps=(replace(fine.steps[0], condition=VIP), fine.steps[1])))
    (one,) = world.crowd(OptIn.YES)
    await world.service.enrol(id, Target(ids=(one,)), SHELL)
    report = await world.service.report(id)
    assert [step.waiting_count for step in report.steps] == [1, 0]
    await world.rounds()
    report = await world.service.report(id)
    assert [(step.waiting_count, step.skipped_count) for step in report.steps] == [(0, 1), (1, 0)]
    assert report.version_id is not None
    for number, skipped in ((1, True), (2, False)):
        (found,) = await world.service.step_people(report.version_id, number, skipped=skipped)
        assert found.contact_id == one
