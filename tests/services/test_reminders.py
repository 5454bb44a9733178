"""Reminders: set, moved, told once, kept until they are taken away."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from desktop.domain.problems import Problem
from desktop.domain.reminders import Later, due
from desktop.services.conversations import Conversations
from desktop.services.reminders import Reminders
from tests.services.talk import Talk

HOUR = timedelta(hours=1)


async def test_told_once_across_windows_and_kept_until_taken_away(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    here, there = Reminders(talk.store), Reminders(talk.store)
    await here.put(ana, talk.clock.now() + HOUR, lina)
    assert await here.due(lina) == []
    assert not await here.mark_told(ana, lina)  # not yet
    talk.clock.move(HOUR)
    (one,) = await here.due(lina)
    assert (one.contact_id, one.contact_name, one.told_at) == (ana, "Ana Bell", None)
    told = await asyncio.gather(here.mark_told(ana, lina), there.mark_told(ana, lina))
    assert sorted(told) == [False, True]
    assert await here.due(lina) == []
    (kept,) = await there.every(lina)
    assert kept.told_at == talk.clock.now()
    opened = await Conversations(talk.store).open(ana, lina)
    assert opened.reminder == kept
    await here.remove(ana, lina)
    assert await there.every(lina) == []
    assert (await Conversations(talk.store).open(ana, lina)).reminder is None


async def test_another_time_takes_the_place_of_the_first(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    verbs = Reminders(talk.store)
    await verbs.put(ana, talk.clock.now() + HOUR, lina)
    talk.clock.move(HOUR)
    assert await verbs.mark_told(ana, lina)
    await verbs.put(ana, talk.clock.now() + HOUR, lina)
    (one,) = await verbs.every(lina)
    assert one.told_at is None
    talk.clock.move(HOUR)
    assert await verbs.mark_told(ana, lina)


async def test_everybody_has_their_own(talk: Talk) -> None:
    ana, bo = talk.contact(), talk.contact(1)
    lina, omar = talk.person(), talk.person("Omar Aziz")
    verbs = Reminders(talk.store)
    await verbs.put(bo, talk.clock.now() + 2 * HOUR, lina)
    await verbs.put(ana, talk.clock.now() + HOUR, lina)
    await verbs.put(ana, talk.clock.now() + 3 * HOUR, omar)
    assert [one.contact_id for one in await verbs.every(lina)] == [ana, bo]
    talk.clock.move(2 * HOUR)
    assert [one.contact_id for one in await verbs.due(lina)] == [ana, bo]
    assert await verbs.due(omar) == []


async def test_a_time_that_has_passed_is_refused(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    verbs = Reminders(talk.store)
    with pytest.raises(Problem) as refused:
        await verbs.put(ana, talk.clock.now(), lina)
    assert refused.value.field == "due_at"
    assert await verbs.every(lina) == []


def test_mornings_are_those_of_the_zone(talk: Talk) -> None:
    now, toronto = talk.clock.now(), ZoneInfo("America/Toronto")  # Monday noon in UTC, 08:00 there
    assert due(Later.TWO_HOURS, now, toronto) == now + 2 * HOUR
    assert due(Later.TOMORROW, now, toronto).astimezone(toronto).strftime("%a %H:%M") == "Tue 09:00"
    assert due(Later.WEEK, now, toronto).astimezone(toronto).strftime("%a %d %H:%M") == "Mon 11 09:00"
    night = now.replace(hour=3)  # still Sunday there
    assert due(Later.TOMORROW, night, toronto).astimezone(toronto).strftime("%a %H:%M") == "Mon 09:00"
