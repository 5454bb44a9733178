"""Engines killed at the worst moments, and at any moment: the kill rule holds."""

import random
from pathlib import Path

import pytest

from desktop.system.faults import CrashPoint
from tests.faults.arena import SENDING, Arena, Judge

CONTACTS, NO = 240, 10
TO_SEND = CONTACTS - NO
CLAIMS = TO_SEND // 32
MOMENTS = (*SENDING, None)


def crash(rng: random.Random, point: CrashPoint, most_calls: int) -> str:
    """A crash point with a count that the engine is sure to reach."""
    most = most_calls if point is CrashPoint.AFTER_CALL else max(1, most_calls // 32)
    return f"{point.value}:{rng.randint(1, most)}"


@pytest.mark.timeout(180)
def test_killed_engines(judge: Judge, tmp_path: Path, round_number: int) -> None:
    """The command that launches is killed; some rounds kill the engine after it as well."""
    rng = random.Random(round_number)
    arena = Arena(tmp_path, judge)
    arena.prepare(CONTACTS, NO)
    first = MOMENTS[round_number % len(MOMENTS)]
    if first is None:
        arena.kill_after(arena.broadcast(), rng.randint(1, TO_SEND // 2))
    else:
        arena.wait_until_killed(arena.broadcast(crash(rng, first, TO_SEND // 2)))
    arena.opt_out_waiting(20)
    if round_number % 3 == 1:
        arena.wait_until_killed(arena.serve(crash(rng, rng.choice(SENDING), 32)))
    arena.finish()
    assert arena.violations() == []
