"""Children of the program: what they are told, what comes back, and that they never outlive whoever asked."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.filters import BadFilter
from desktop.domain.importcolumns import NotATable
from desktop.domain.problems import NotAllowed, Problem
from desktop.services import jobs, jobwork
from desktop.services.jobs import Told
from desktop.store.engine import StoreBusy

pytestmark = pytest.mark.slow

PATIENCE_S = 60


def file_of(path: Path, rows: int) -> Path:
    path.write_text("phone\n" + "".join(f"+44131496{n % 1000:04}\n" for n in range(rows)), "utf-8")
    return path


def asked_to_check(path: Path, folder: Path) -> dict[str, Any]:
    """A check of a file with a store that is never reached."""
    options = {
        "country": "CA",
        "columns": None,
        "keep_others": True,
        "opt_in_for_new": "none",
        "apply_opt_outs": True,
    }
    return {
        "store": "sqlite:///" + str(folder / "nowhere" / "store.db"),
        "path": str(path),
        "folder": str(folder),
        "is_read": False,
        "options": options,
    }


class TestRun:
    async def test_the_result_comes_back(self, tmp_path: Path) -> None:
        path = file_of(tmp_path / "leads – Łódź.csv", 3)
        seen = await jobs.run("look", {"path": str(path), "keep_others": True})
        assert [column["heading"] for column in seen["columns"]] == ["phone"]
        assert seen["first_values"] == [["+441314960000", "+441314960001", "+441314960002"]]

    async def test_a_problem_comes_back_as_what_it_is(self, tmp_path: Path) -> None:
        with pytest.raises(NotATable) as raised:
            await jobs.run("look", {"path": str(tmp_path / "none.csv"), "keep_others": True})
        assert raised.value.title == "The file cannot be read"

    async def test_what_it_cannot_do_is_said_and_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(jobs.JobEnded, match="ended unexpectedly"):
            await jobs.run("look", {"nothing": "that it needs"})
        assert "KeyError: 'path'" in caplog.text

    async def test_progress_is_told_in_the_loops_thread(self, tmp_path: Path) -> None:
        told: list[tuple[Told, int]] = []
        (tmp_path / "read").mkdir()
        path = file_of(tmp_path / "l.csv", 2_000)
        with pytest.raises(Problem, match="The store cannot be used"):
            await jobs.run(
                "check",
                asked_to_check(path, tmp_path / "read"),
                lambda one: told.append((one, threading.get_ident())),
            )
        assert told[0] == (Told(0, None, "reading"), threading.get_ident())

    async def test_cancelled_the_child_is_gone_when_it_returns(self, tmp_path: Path) -> None:
        (tmp_path / "read").mkdir()
        path = file_of(tmp_path / "l.csv", 400_000)
        begun = asyncio.Event()
        running = asyncio.create_task(
            jobs.run("check", asked_to_check(path, tmp_path / "read"), lambda _told: begun.set())
        )
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        # It ended while it read: the summary that is written last is not there.
        rows = [json.loads(line) for line in (tmp_path / "read" / "rows.jsonl").read_text().splitlines()]
        assert len(rows) <= 1_000
        for thread in threading.enumerate():
            if thread.name.startswith("job-check"):
                thread.join(PATIENCE_S)
                assert not thread.is_alive()


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
class TestNoise:
    """What stands between the lines that are ours: never a reason to wait for ever."""

    @pytest.fixture
    def child(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], None]:
        """Have another program started for a job, one that says these lines."""

        def make(lines: list[str]) -> None:
            said = tmp_path / "said"
            said.write_text("\n".join(lines) + "\n", "utf-8")
            program = tmp_path / "child"
            program.write_text(f"#!/bin/sh\nread asked\ncat '{said}'\n", "utf-8")
            program.chmod(0o755)
            monkeypatch.setattr(sys, "executable", str(program))

        return make

    @pytest.mark.parametrize(
        "noise",
        ["[1, 2]", "42", "null", '"progress"', "{", '{"level": "info"}', '{"progress": 3}', "[" * 100_000],
    )
    async def test_it_is_passed_over(self, child: Callable[[list[str]], None], noise: str) -> None:
        told: list[Told] = []
        child([noise, '{"progress": [1, 2]}', noise, '{"result": {"count": 3}}', noise])
        result = await asyncio.wait_for(jobs.run("any", {}, told.append), PATIENCE_S)
        assert (result, told) == ({"count": 3}, [Told(1, 2, "")])

    @pytest.mark.parametrize(
        "last", ['{"result": 3}', '{"problem": 3}', '{"problem": {"title": "a"}}', '{"progress": [1, 2]}']
    )
    async def test_a_last_word_that_says_nothing(self, child: Callable[[list[str]], None], last: str) -> None:
        child([last])
        with pytest.raises(jobs.JobEnded):
            await asyncio.wait_for(jobs.run("any", {}), PATIENCE_S)


class TestChild:
    def test_it_ends_with_whoever_asked(self, tmp_path: Path) -> None:
        """Killed, the asking process cannot say anything: the end of the child's input has to do."""
        (tmp_path / "read").mkdir()
        path = file_of(tmp_path / "l.csv", 400_000)
        child = subprocess.Popen(
            jobs.command("check"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(asked_to_check(path, tmp_path / "read")).encode() + b"\n")
        child.stdin.flush()
        assert "progress" in json.loads(child.stdout.readline())
        child.stdin.close()
        assert child.wait(PATIENCE_S) == 130
        child.stdout.close()

    def test_a_password_is_never_on_the_command_line(self) -> None:
        assert jobs.command("import") == [sys.executable, "-m", "desktop", "job", "import"]

    def test_a_bundle_starts_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        assert jobs.command("import") == [sys.executable, "job", "import"]

    def test_an_unknown_name_is_refused(self) -> None:
        done = subprocess.run(jobs.command("nothing"), input=b"", capture_output=True, check=False)
        assert done.returncode == 2

    def test_the_command_is_hidden(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "desktop", "--help"], capture_output=True, text=True, check=True
        )
        assert "import" in done.stdout
        assert "job" not in done.stdout

    @pytest.mark.parametrize(
        ("problem", "kind"),
        [
            (NotAllowed("a", "b"), "NotAllowed"),
            (NotATable("a", "b", "columns"), "NotATable"),
            (BadFilter("a", "b", "tag"), "BadFilter"),
            (StoreBusy("a", "b"), "Problem"),
        ],
    )
    def test_kinds_of_problems(self, problem: Problem, kind: str) -> None:
        assert jobs.problem_to_json(problem) == {
            "kind": kind,
            "title": "a",
            "sentence": "b",
            "field": problem.field,
        }

    def test_lines_arrive_whole(self) -> None:
        reading, writing = os.pipe()
        os.write(writing, b"one\ntw")
        lines = jobwork._lines(reading)
        assert next(lines) == b"one"
        os.write(writing, b"o\nthr")
        os.close(writing)
        assert list(lines) == [b"two"]
        os.close(reading)
