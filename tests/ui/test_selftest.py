"""The program's own test of itself: good here, and it says so when something is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.ui import selftest


def run(code: str, home: Path) -> "subprocess.CompletedProcess[str]":
    around = os.environ | {"ASSENT_HOME": str(home / "own"), "TMPDIR": str(home)}
    return subprocess.run(
        [sys.executable, *code.split("\n", 1)], env=around, capture_output=True, text=True, timeout=90
    )


@pytest.mark.slow
def test_every_check_is_good_and_nothing_stays(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--self-test"],
        env=os.environ | {"ASSENT_HOME": str(tmp_path / "own"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["ok"] * len(selftest.CHECKS)
    assert lines[-1].startswith(f"passed: {len(selftest.CHECKS)} of {len(selftest.CHECKS)}")
    assert list(tmp_path.iterdir()) == []


HANGS = """-c
import asyncio, sys
from desktop.ui import selftest
async def for_ever(ground): await asyncio.Event().wait()
async def wrong(ground): raise selftest.Wrong("the moon is missing")
selftest.CHECKS = (("moon", wrong), ("for ever", for_ever))[: int(sys.argv[1]) if len(sys.argv) > 1 else 2]
sys.exit(selftest.self_test(lambda line: print(line, flush=True), within_s=3))
"""


@pytest.mark.slow
def test_a_check_that_hangs_ends_the_test_and_is_named(tmp_path: Path) -> None:
    done = run(HANGS, tmp_path)
    assert done.returncode == 1
    assert "failed  for ever: not done within 3 s" in done.stdout


@pytest.mark.slow
def test_a_check_that_fails_says_why_and_the_exit_is_one(tmp_path: Path) -> None:
    done = run(HANGS.replace("2]", "1]"), tmp_path)
    assert done.returncode == 1
    assert "failed  moon: Wrong: the moon is missing" in done.stdout
    assert "FAILED: 0 of 1" in done.stdout
