"""A full disk under a broadcast: the engine says so, nothing is lost or sent twice, and it goes on when there is room."""

from collections import Counter
from pathlib import Path

import pytest

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.messages import Status
from desktop.services.broadcast_launch import launch
from desktop.services.dispatcher import EngineState
from desktop.store import settings
from desktop.store.engine import StoreBroken, Tx
from tests.services.desk import Desk, open_desk

CROWD = 300
MOST_PAGES = 1_000_000


def fill(tx: Tx) -> None:
    """SQLite counts pages as a disk counts blocks: from now on no more than there are, and the free ones are taken."""
    free, size = (
        int(tx.conn.exec_driver_sql(f"PRAGMA {one}").scalar_one()) for one in ("freelist_count", "page_size")
    )
    settings.set_meta(tx, "ballast", "x" * free * size)
    tx.conn.exec_driver_sql("PRAGMA max_page_count = 1")


async def make_room(desk: Desk) -> None:
    await desk.app.store.write(
        lambda tx: tx.conn.exec_driver_sql(f"PRAGMA max_page_count = {MOST_PAGES}").close()
    )


async def test_a_full_disk_while_it_sends(empty: Path, tmp_path: Path) -> None:
    async with open_desk(empty, tmp_path, pace_per_s=100) as desk:
        await desk.crowd(yes=CROWD)
        launched = await desk.launch()
        await desk.until(lambda: _gone(desk, launched, 20))
        await desk.app.store.write(fill)

        async def says_so() -> bool:
            told = desk.app.engine_status()
            return told.state is EngineState.WAITING and "disk" in told.trouble

        await desk.until(says_so)
        assert "disk" in str((await desk.app.health())["trouble"])
        # Read it can be as before; a person who wants to write hears why not.
        report = await desk.app.broadcasts.report(launched)
        assert report.record.status is BroadcastStatus.RUNNING
        assert report.figures.gone_count < CROWD
        with pytest.raises(StoreBroken, match="disk is full"):
            await desk.app.store.write(lambda tx: settings.set_meta(tx, "more", "x" * 100_000))
        left = len(await desk.sends())
        # What had begun is known to nobody but the engine; it is at most what one claim takes.
        assert 0 <= left - report.figures.gone_count <= 32

        await make_room(desk)
        await desk.ended(launched)
        await desk.settled()
        assert Counter(await desk.sent_to()).most_common(1)[0][1] == 1
        assert len(await desk.sends()) == CROWD
        now = (await desk.app.broadcasts.report(launched)).figures.now
        # Also the webhooks that came meanwhile: nothing stands as accepted, uncertain or failed.
        assert now.get(Status.DELIVERED, 0) + now.get(Status.READ, 0) == CROWD
        assert desk.app.engine_status().trouble == ""
        await desk.green(launched)


async def test_a_full_disk_while_it_is_prepared(empty: Path, tmp_path: Path) -> None:
    async with open_desk(empty, tmp_path) as desk:
        await desk.crowd(yes=CROWD)
        saved = await desk.draft()

        def launch_into_the_last_room(tx: Tx) -> None:
            launch(tx, saved, desk.supervisor, now=True)
            fill(tx)

        await desk.app.store.write(launch_into_the_last_room)
        desk.app.broadcasts.wake()

        async def says_so() -> bool:
            told = desk.app.engine_status()
            return told.state is EngineState.WAITING and "disk" in told.trouble

        await desk.until(says_so)
        report = await desk.app.broadcasts.report(saved)
        assert (report.record.status, report.record.planned_to) == (BroadcastStatus.PREPARING, 0)
        assert report.figures.selected_count == CROWD
        assert not await desk.sends()
        await make_room(desk)
        await desk.ended(saved)
        assert sorted(Counter(await desk.sent_to()).values()) == [1] * CROWD
        assert desk.app.engine_status().trouble == ""


async def _gone(desk: Desk, broadcast_id: int, count: int) -> bool:
    return (await desk.app.broadcasts.report(broadcast_id)).figures.gone_count >= count
