"""The bench runs through and says what it should; its times are nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.figures import Spread
from tests.bench.filters import FILE, made

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(320)]


def _bench(folder: Path, *arguments: str) -> str:
    kept = ["--cache", str(folder / "cache"), "--out", str(folder / "bench.json")]
    command = [sys.executable, "-m", "tests.bench", "--tiny", *kept, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_row_is_measured_and_kept(tmp_path: Path) -> None:
    told = _bench(tmp_path)
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    names = [row["name"] for row in rows]
    for wanted in (
        "asyncio loop",
        "window loop",
        "complete breakdown",
        "all lines",
        "consent lines",
        "memory of",
        "while sending",
        "while counting",
        "contacts: open",
        "contacts: edit",
        "while scrolling",
        "reports: opening",
        "reports: claiming",
        "sends taken in",
        "taken in to handed over",
        "inbox: switch",
        "inbox: search in messages",
        "stalls of the inbox",
    ):
        assert [name for name in names if wanted in name], wanted
    for row in rows:
        assert set(row) >= {"name", "unit", "ours", "baseline", "ratio", "goal", "met"}
        assert row["ours"]["min"] <= row["ours"]["median"] <= row["ours"]["max"]
        assert row["name"] in told


def test_one_row_alone(tmp_path: Path) -> None:
    _bench(tmp_path, "--only", "breakdown")
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert rows
    assert not any("loop" in row["name"] or "stalls" in row["name"] for row in rows)


def test_the_profile_names_both_threads(tmp_path: Path) -> None:
    told = _bench(tmp_path, "--profile", "send")
    assert "loop thread under cProfile" in told
    assert "writer thread under cProfile" in told
    assert "_settle_and_claim" in told


def test_percentiles_are_nearest_rank() -> None:
    spread = Spread.of([float(one) for one in range(1, 201)], 95, 99)
    assert (spread.percent(95), spread.percent(99), spread.max) == (190.0, 198.0, 200.0)
    assert Spread.of([7.0], 99).percent(99) == 7.0


def test_the_filters_are_those_of_the_seed() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept == made()
    assert len(kept) == 200
    assert sum(one["marketing_days"] is not None or one["in_running"] for one in kept) > 50
    assert sum(bool(one["variables"]) for one in kept) > 100
