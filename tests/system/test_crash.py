"""A process that dies is told of at the next start; one that ends is not."""

import faulthandler
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.system import crash
from desktop.system.crash import Running

CHILD = """
import sys
from pathlib import Path
from desktop.system.crash import Running
running = Running(Path(sys.argv[1]))
running.begin()
print("running", flush=True)
sys.stdin.read()
running.end()
"""


def child(home: Path) -> "subprocess.Popen[str]":
    """A process with its mark, which ends cleanly when its input does."""
    made = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert made.stdout is not None
    assert made.stdout.readline() == "running\n"
    return made


def end(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=20)


def test_a_segmentation_fault_is_told_once_with_what_the_system_said(tmp_path: Path) -> None:
    process = child(tmp_path)
    assert crash.left_behind(tmp_path) == []  # it lives
    process.send_signal(signal.SIGSEGV)
    end(process)
    (found,) = crash.left_behind(tmp_path)
    assert "Segmentation fault" in found.told
    assert "most recent call first" in found.told
    assert found.started_at <= found.seen_at
    crash.forget([found])
    assert crash.left_behind(tmp_path) == []
    assert "Segmentation fault" in (tmp_path / "crash.log").read_text(encoding="utf-8")
    crash.forget([found])  # another window told it at the same moment


def test_a_kill_leaves_no_word_but_is_known(tmp_path: Path) -> None:
    process = child(tmp_path)
    process.kill()
    end(process)
    (found,) = crash.left_behind(tmp_path)
    assert found.told == ""


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    process = child(tmp_path)
    end(process)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_one_of_two_windows_crashes_and_only_that_one_is_told(tmp_path: Path) -> None:
    lives, dies = child(tmp_path), child(tmp_path)
    dies.send_signal(signal.SIGABRT)
    end(dies)
    (found,) = crash.left_behind(tmp_path)
    assert f"running-{dies.pid}-" in found.path.name
    crash.forget([found])
    lives.stdin.close() if lives.stdin else None
    lives.wait(20)
    assert crash.left_behind(tmp_path) == []


def test_the_report_of_a_crash_is_redacted(tmp_path: Path) -> None:
    head = {"pid": 1, "version": "0.1.0", "started_at": "2026-11-22T10:00:00+00:00"}
    (tmp_path / "running-1-aa.log").write_text(json.dumps(head) + "\nlast words: +16045550142 token=abc9\n")
    (found,) = crash.left_behind(tmp_path)
    assert found.told == "last words: …42 token=…"


def test_of_a_long_word_what_happened_and_where_stays(tmp_path: Path) -> None:
    head = {"pid": 1, "version": "0.1.0", "started_at": "2026-11-22T10:00:00+00:00"}
    others = [f"Thread 0x{n}:\n  File other{n}" for n in range(40)]
    here = ["Current thread 0xff (most recent call first):", *(f"  File here{n}" for n in range(60))]
    told = "\n".join([json.dumps(head), "Fatal Python error: Aborted", "", *others, *here])
    (tmp_path / "running-1-aa.log").write_text(told)
    (found,) = crash.left_behind(tmp_path)
    lines = found.told.splitlines()
    assert lines[0] == "Fatal Python error: Aborted"
    assert "  File here0" in lines
    assert len(lines) < 50


@pytest.mark.parametrize("content", ["", '{"pid": 1', "no head\n", '{"pid": 1}\n', "[]\n"])
def test_a_mark_that_is_just_being_made_or_broken_is_no_crash(tmp_path: Path, content: str) -> None:
    (tmp_path / "running-1-aa.log").write_text(content)
    assert crash.left_behind(tmp_path) == []


def test_a_beat_says_that_it_still_lives(tmp_path: Path) -> None:
    running = Running(tmp_path)
    running.begin()
    try:
        (mark,) = tmp_path.iterdir()
        os.utime(mark, (1, 1))
        running.beat()
        assert mark.stat().st_mtime > 1_000
    finally:
        running.end()
        faulthandler.enable()  # pytest's own
    running.beat()  # too late, and no matter


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    running = Running(tmp_path / "file" / "home")
    running.begin()
    running.beat()
    running.end()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_errors_of_threads_are_heard_until_the_undo() -> None:
    heard: list[BaseException] = []
    hooks = sys.excepthook, threading.excepthook

    def wrong() -> None:
        raise RuntimeError("in a thread")

    undo = crash.hear_all(heard.append)
    try:
        thread = threading.Thread(target=wrong)
        thread.start()
        thread.join()
        sys.excepthook(ValueError, ValueError("in a slot"), None)
    finally:
        undo()
    assert [str(one) for one in heard] == ["in a thread", "in a slot"]
    assert (sys.excepthook, threading.excepthook) == hooks
