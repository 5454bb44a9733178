"""The window itself: its menu, its sheet, its toasts, what it says when something is wrong."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.domain.problems import Problem
from desktop.system.crash import Crash
from desktop.ui.settings.page import SettingsPage
from desktop.ui.shell.crashed import crashed_card
from desktop.ui.shell.opening import Opening, Refused
from tests.looks.scenes.conversations import opened
from tests.looks.stage import NOW, Stage, until


async def person_menu(stage: Stage) -> None:
    stage.window.show_person_menu()


async def shortcuts(stage: Stage) -> None:
    stage.window.show_shortcuts()


async def failure(stage: Stage) -> None:
    async def wrong() -> None:
        raise RuntimeError("the list of conversations has no row 7")

    stage.window.tasks.spawn(stage.window, wrong())
    await stage.seen("failure")
    box = stage.find(QPlainTextEdit, "failure_report")
    await until(lambda: "Data folder" in box.toPlainText(), "the details of the report")
    box.setPlainText("Assent 0.1.0 (bundle), Python 3.11\nRuntimeError: no row 7\n\nWorkspace: Sandbox")


async def crashed(stage: Stage) -> None:
    """The start after the window before died of a fault in a library."""
    trace = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f3a (most recent call first):\n"
    before = NOW - timedelta(hours=3)
    found = Crash(
        Path("running-1.log"),
        "0.1.0",
        before,
        before + timedelta(minutes=41),
        trace + '  File "desktop/ui/conversations/bubble_delegate.py", line 88 in paint',
    )
    crashed_card(stage.theme, stage.window, [found], "Assent 0.1.0 (bundle)\nWorkspace: Sandbox").open()
    await stage.seen("crashed")


async def close_unsaved(stage: Stage) -> None:
    page = stage.window.go("settings")
    await stage.quiet()
    assert isinstance(page, SettingsPage)
    page.open_section("pace")
    page.pace.number.setValue(40)
    stage.window.close()
    await stage.seen("confirm")


async def toasts(stage: Stage) -> None:
    await opened(stage, "Lucía")
    show = stage.window.toasts.show_toast
    show("Saved", "done")
    show("Arun Das sits here now (Supervisor).")
    show("Template gone. The template no longer exists in WhatsApp. Refresh the templates.", "danger")
    show("Draft deleted", "info", action="Undo")


async def smallest(stage: Stage) -> None:
    stage.window.resize(1100, 700)
    await opened(stage, "Priya")


async def opening(stage: Stage) -> QWidget:
    made = Opening(stage.theme)
    made.show()
    return made


async def refused(stage: Stage) -> QWidget:
    problem = Problem(
        "The store is newer than this program",
        "A newer Assent wrote it (revision 0009). Update Assent, then open it again. Nothing was changed.",
    )
    made = Refused(stage.theme, problem)
    made.show()
    return made
