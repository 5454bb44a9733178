"""The window itself is killed, and the next one tells; one that is closed or ended politely leaves nothing to tell."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktop.options import Options
from desktop.system import crash
from desktop.system.clock import SystemClock
from desktop.system.crash import Crash
from desktop.system.paths import Paths
from desktop.ui.run import _session
from desktop.ui.shell.crashed import NO_WORD, report_of
from desktop.ui.shell.opening import Refused
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from tests.looks.stage import until


def start(home: Path) -> "subprocess.Popen[bytes]":
    """The program with its window, in a process of its own."""
    around = os.environ | {"ASSENT_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    around.pop("ASSENT_STORE", None)
    return subprocess.Popen([sys.executable, "-m", "desktop"], env=around)


def marks(home: Path) -> list[Path]:
    return [path for path in home.glob("running-*.log") if path.stat().st_size]


def all_marks(home: Path) -> list[Path]:
    return list(home.glob("running-*"))


async def ended(process: "subprocess.Popen[bytes]", number: signal.Signals) -> int:
    process.send_signal(number)
    return await asyncio.to_thread(process.wait, 40)


def main_window() -> MainWindow | None:
    shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
    return shown[0] if shown else None


async def opened(home: Path, theme: Theme) -> tuple[MainWindow, "asyncio.Future[int]"]:
    session = asyncio.ensure_future(_session(Options(str(home / "assent.db"), Paths(home), demo=True), theme))
    await until(main_window, "the window")
    window = main_window()
    assert window is not None
    return window, session


@pytest.mark.slow
async def test_a_window_that_died_is_told_of_once(tmp_path: Path, theme: Theme) -> None:
    process = start(tmp_path)
    await until(lambda: marks(tmp_path), "the mark")
    await ended(process, signal.SIGSEGV)
    window, session = await opened(tmp_path, theme)
    await until(lambda: window.findChildren(QWidget, "crashed"), "the card")
    report = window.findChildren(QPlainTextEdit, "crashed_report")[0].toPlainText()
    assert "Segmentation fault" in report
    assert "Workspace: Sandbox" in report
    QTest.mouseClick(window.findChildren(QWidget, "crashed_copy")[0], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == report
    await until(lambda: not marks(tmp_path), "it to be forgotten")
    QTest.mouseClick(window.findChildren(QWidget, "crashed_close")[0], Qt.MouseButton.LeftButton)
    window.close()
    assert await asyncio.wait_for(session, 20) == 0
    assert crash.left_behind(tmp_path) == []


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
async def test_a_window_that_the_system_ends_leaves_no_mark(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path)
    await until(lambda: marks(tmp_path), "the mark")
    await ended(process, number)
    assert all_marks(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_program_that_is_ended_before_its_window_is_there_ends(
    tmp_path: Path, theme: Theme, number: signal.Signals
) -> None:
    session = asyncio.ensure_future(_session(Options(str(tmp_path / "assent.db"), Paths(tmp_path)), theme))
    await asyncio.sleep(0)
    signal.raise_signal(number)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(session), 20)
    assert main_window() is None


def test_several_crashes_are_one_report() -> None:
    at = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    found = [
        Crash(Path("running-1.log"), "0.1.0", at, at),
        Crash(Path("running-2.log"), "0.1.0", at, at, "Aborted"),
    ]
    report = report_of(found, "Workspace: Sandbox")
    assert report.count("ended unexpectedly") == 2
    assert NO_WORD in report
    assert "Aborted" in report
    assert report.endswith("Workspace: Sandbox")


async def test_a_fault_before_the_window_is_explained_with_a_report(tmp_path: Path, theme: Theme) -> None:
    options = Options(str(tmp_path / "assent.db"), Paths(tmp_path), clock=cast(SystemClock, object()))
    session = asyncio.ensure_future(_session(options, theme))

    def card() -> Refused | None:
        return next((one for one in QApplication.topLevelWidgets() if isinstance(one, Refused)), None)

    await until(card, "the explanation")
    found = card()
    assert found is not None
    assert "AttributeError" in found.accessibleDescription()
    QTest.mouseClick(found.copy, Qt.MouseButton.LeftButton)
    assert "Traceback" in QGuiApplication.clipboard().text()
    found.close_button.click()
    assert await asyncio.wait_for(session, 20) == 1


@pytest.mark.slow
async def test_a_fault_in_a_thread_is_shown_in_the_window(tmp_path: Path, theme: Theme) -> None:
    window, session = await opened(tmp_path, theme)

    def wrong() -> None:
        raise RuntimeError("in a thread")

    await until(lambda: window.tasks.running_count == 0, "the window to be quiet")
    threading.Thread(target=wrong).start()
    await until(lambda: window.findChildren(QPlainTextEdit, "failure_report"), "the card")
    assert "in a thread" in window.findChildren(QPlainTextEdit, "failure_report")[0].toPlainText()
    window.close_now()
    assert await asyncio.wait_for(session, 20) == 0
