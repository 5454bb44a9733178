"""What a mutation touched is told, once, to this process and to others on the same file."""

import asyncio
from pathlib import Path

from desktop.domain.changes import Change, Changes, Topic
from desktop.domain.consent import OptIn, Source
from desktop.services.feed import Feed
from desktop.store import consent
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from tests.services.desk import ARJUN, PRIYA, WAIT_S, Desk, open_engine_room


class Ear:
    """Hears a feed."""

    def __init__(self, feed: Feed) -> None:
        self.heard: list[Changes] = []
        self.news = asyncio.Event()
        self.forget = feed.subscribe(self.hear)

    def hear(self, changes: Changes) -> None:
        self.heard.append(changes)
        self.news.set()

    def count(self, topic: Topic, id: int) -> int:
        return sum(Change(topic, id) in changes.touched for changes in self.heard)

    async def until(self, id: int, count: int = 1) -> None:
        """Until it has heard so often of a contact."""
        async with asyncio.timeout(WAIT_S):
            while self.count(Topic.CONTACT, id) < count:
                self.news.clear()
                await self.news.wait()

    async def fresh(self, id: int) -> None:
        """Hear that a contact was made, and forget it."""
        await self.until(id)
        self.heard.clear()


async def opt_out(desk: Desk, contact_id: int) -> None:
    await desk.app.store.write(lambda tx: consent.record(tx, contact_id, OptIn.NO, Source.API))


async def test_a_change_is_told_here_and_in_another_program_once(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path, run=False) as desk:
        here = Ear(desk.app.feed)
        priya, arjun = await desk.contact(PRIYA), await desk.contact(ARJUN)
        await here.fresh(arjun)
        other = open_store(str(tmp_path / "store.db"), SystemClock(), "another").store
        feed = Feed(other)
        following = asyncio.create_task(feed.run())
        there = Ear(feed)
        try:
            # The other program has begun to follow when it tells what it did itself.
            await other.write(lambda tx: consent.record(tx, arjun, OptIn.YES, Source.API))
            await there.until(arjun)
            await here.until(arjun)
            await opt_out(desk, priya)
            await here.until(priya)
            await there.until(priya)
            # Whatever came twice would have come with or before the next change.
            await opt_out(desk, arjun)
            await asyncio.gather(here.until(arjun, 2), there.until(arjun, 2))
            assert [one.count(Topic.CONTACT, priya) for one in (here, there)] == [1, 1]
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            other.close()


async def test_changes_that_follow_closely_are_told_together(desk: Desk) -> None:
    ear = Ear(desk.app.feed)
    ids = await desk.crowd(yes=50)
    await ear.fresh(ids[-1])
    await asyncio.gather(*(opt_out(desk, one) for one in ids))
    await ear.until(ids[-1])
    assert all(ear.count(Topic.CONTACT, one) == 1 for one in ids)
    assert len(ear.heard) < 25


async def test_who_forgets_hears_nothing_more(desk: Desk) -> None:
    gone, stays = Ear(desk.app.feed), Ear(desk.app.feed)
    priya, arjun = await desk.contact(PRIYA), await desk.contact(ARJUN)
    await asyncio.gather(gone.fresh(arjun), stays.fresh(arjun))
    await opt_out(desk, priya)
    await gone.until(priya)
    gone.forget()
    gone.forget()
    await opt_out(desk, arjun)
    await stays.until(arjun)
    assert gone.count(Topic.CONTACT, arjun) == 0
