"""A list of templates that nobody has read yet, and one that lacks what somebody names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.services.templates import Templates
from tests.services.desk import Desk


class Counted:
    """Reads the sandbox's list, and counts how often it is asked; it can be out of reach."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.count = 0
        self.is_away = False
        self.asked = asyncio.Event()

    async def __call__(self) -> list[Template]:
        self.count += 1
        self.asked.set()
        if self.is_away:
            raise Problem("Not reached", "Nobody is there.")
        assert self._desk.app.account is not None
        return list((await self._desk.app.account.templates()).templates)


@asynccontextmanager
async def kept_up(desk: Desk, fetch: Counted, *, apart_s: float = 0.0) -> AsyncIterator[Templates]:
    templates = Templates(desk.app.store, desk.clock, fetch, apart_s=apart_s)
    running = asyncio.create_task(templates.keep_up())
    yield templates
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled(), running.exception()


async def test_a_stale_list_is_read_at_the_start_and_a_fresh_one_is_not(desk: Desk) -> None:
    fresh = Counted(desk)
    async with kept_up(desk, fresh) as templates:
        templates.missed()
        await asyncio.wait_for(fresh.asked.wait(), 10)
    assert fresh.count == 1, "for what was missed alone"
    desk.clock.pass_both(3_600)
    stale = Counted(desk)
    async with kept_up(desk, stale):
        await asyncio.wait_for(stale.asked.wait(), 10)
    assert stale.count == 1


async def test_what_is_missed_again_waits_and_a_failed_reading_ends_nothing(desk: Desk) -> None:
    fetch = Counted(desk)
    fetch.is_away = True
    async with kept_up(desk, fetch) as templates:
        templates.missed()
        await asyncio.wait_for(fetch.asked.wait(), 10)
        fetch.asked.clear()
        fetch.is_away = False
        templates.missed()
        await asyncio.wait_for(fetch.asked.wait(), 10)
    assert fetch.count == 2
    rare = Counted(desk)
    async with kept_up(desk, rare, apart_s=3_600) as templates:
        templates.missed()
        await asyncio.wait_for(rare.asked.wait(), 10)
        for _ in range(100):
            templates.missed()
            await asyncio.sleep(0)
        with pytest.raises(Problem):
            await templates.by_name("nobody")
    assert rare.count == 1
