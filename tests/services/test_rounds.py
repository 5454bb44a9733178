"""Rounds of work: what keeps them from it is told, and goes when it went."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from desktop.services.rounds import Rounds
from desktop.store.engine import Store, StoreBroken

FULL = StoreBroken("The disk is full", "Make room on the disk.")
LOG = logging.getLogger("assent.tests")


class Work:
    """One result per round; the last one ends them."""

    def __init__(self, rounds: Rounds, results: list[Exception | None]) -> None:
        self._rounds = rounds
        self._results: Iterator[Exception | None] = iter(results)
        self.troubles: list[str] = []
        self.ended = asyncio.Event()

    async def _piece(self, result: Exception | None) -> bool:
        if result is not None:
            raise result
        return True

    async def round(self) -> bool:
        self.troubles.append(self._rounds.trouble)
        for result in self._results:
            await self._rounds.guarded(self._piece(result))
            return True
        self.ended.set()
        return False


async def troubles(store: Store, results: list[Exception | None]) -> list[str]:
    """What is told at the beginning of each round, and after the last one."""
    rounds = Rounds(store, LOG, "parcel", matters=lambda _changes: False, breath_s=0.0)
    work = Work(rounds, results)
    running = asyncio.ensure_future(rounds.run(work.round))
    try:
        async with asyncio.timeout(30):
            await work.ended.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return work.troubles


async def test_trouble_is_told_until_a_round_met_none(sqlite_store: Store) -> None:
    told = await troubles(sqlite_store, [None, FULL, FULL, None])
    assert told == ["", "", FULL.sentence, FULL.sentence, ""]


async def test_the_same_trouble_is_written_to_the_log_once(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await troubles(sqlite_store, [FULL, FULL, FULL, None, FULL])
    said = [one.message for one in caplog.records if one.name == LOG.name]
    assert said == [f"cannot work on parcels now: {FULL}"] * 2


async def test_a_fault_is_logged_and_is_no_trouble_of_the_store(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    assert await troubles(sqlite_store, [ValueError("odd"), None]) == ["", "", ""]
    assert "a parcel failed" in caplog.text
