"""Segments: names, filters, who may, and fields that change under them."""

import pytest

from desktop.domain.activity import Deed
from desktop.domain.changes import Changes, Topic
from desktop.domain.filters import BadFilter, Condition, Filter, Kind, Op
from desktop.domain.people import User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.store import activity
from tests.services.desk import Desk


def asks(field: str, op: Op, *values: str) -> Filter:
    return Filter((Condition(field, op, values),))


NO = asks("opt_in", Op.IS, "no")


async def test_a_segment_is_kept_counted_changed_and_deleted(desk: Desk) -> None:
    await desk.crowd(yes=3, no=2)
    service = desk.app.segments
    heard: list[Changes] = []
    desk.app.store.listen(heard.append)
    saved = await service.save(None, "  Opted   out ", NO, desk.supervisor)
    other = await service.save(None, "Everyone", Filter(), desk.supervisor)
    assert [(one.name, one.user_name) for one in await service.every()] == [
        ("Everyone", desk.supervisor.name),
        ("Opted out", desk.supervisor.name),
    ]
    assert (await service.count(saved), await service.count(other)) == (2, 5)
    await service.save(saved, "Opted OUT", asks("opt_in", Op.IS, "yes"), desk.supervisor)
    assert await service.count(saved) == 3
    gone = await service.delete(saved, desk.supervisor)
    assert gone.name == "Opted OUT"
    assert [one.id for one in await service.every()] == [other]
    assert await service.save(None, gone.name, gone.filter, desk.supervisor)
    # Listeners are told after the answer; by the next write they have been.
    await desk.app.store.write(lambda tx: None)
    assert [one.has(Topic.SEGMENT, saved) for one in heard].count(True) == 3
    deeds = [(one.deed, one.subject) for one in await desk.app.store.read(activity.newest)]
    assert deeds[1:3] == [(Deed.SEGMENT_DELETED, "Opted OUT"), (Deed.SEGMENT_SAVED, "Opted OUT")]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "vIP ", "\x00"])
async def test_a_name_is_there_short_and_nobody_elses(desk: Desk, name: str) -> None:
    await desk.app.segments.save(None, "VIP", NO, desk.supervisor)
    with pytest.raises(Problem) as refused:
        await desk.app.segments.save(None, name, NO, desk.supervisor)
    assert refused.value.field == "name"


async def test_a_filter_that_cannot_be_answered_is_not_kept(desk: Desk) -> None:
    with pytest.raises(BadFilter):
        await desk.app.segments.save(None, "VIP", asks("attribute:Shoe", Op.IS, "9"), desk.supervisor)
    assert await desk.app.segments.every() == []


async def test_only_who_may_saves_and_deletes(desk: Desk) -> None:
    saved = await desk.app.segments.save(None, "VIP", NO, desk.supervisor)
    for attempt in (
        desk.app.segments.save(None, "Mine", NO, desk.agent),
        desk.app.segments.save(saved, "Mine", NO, desk.agent),
        desk.app.segments.delete(saved, desk.agent),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    assert [one.name for one in await desk.app.segments.every()] == ["VIP"]


async def test_one_that_is_gone(desk: Desk) -> None:
    user: User = desk.supervisor
    for attempt in (
        desk.app.segments.count(7),
        desk.app.segments.delete(7, user),
        desk.app.segments.save(7, "VIP", NO, user),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_field_with_a_new_name_keeps_its_segments(desk: Desk) -> None:
    level = await desk.app.fields.define("Level", Kind.CHOICE, ["Gold", "Silver"], desk.supervisor)
    nested = Filter((asks("attribute:Level", Op.IS, "Gold"), Condition("tag", Op.EMPTY)))
    saved = await desk.app.segments.save(None, "Gold", nested, desk.supervisor)
    await desk.app.fields.change(level.id, "Tier", ["Gold", "Silver"], desk.supervisor)
    kept = (await desk.app.segments.every())[0].filter
    assert kept == Filter((asks("attribute:Tier", Op.IS, "Gold"), Condition("tag", Op.EMPTY)))
    assert await desk.app.segments.count(saved) == 0
