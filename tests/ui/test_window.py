"""The window: pages, keys, people, the foot, faults, and the way out."""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktop.domain.problems import Problem
from desktop.options import Options
from desktop.services.dispatcher import EngineState, EngineStatus
from desktop.system.paths import Paths
from desktop.ui.actions import ACTIONS
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.run import _session, theme_of
from desktop.ui.settings.page import SettingsPage
from desktop.ui.shell import words
from desktop.ui.shell.failure import report_of
from desktop.ui.shell.opening import Refused
from desktop.ui.shell.personmenu import PersonMenu
from desktop.ui.theme import LIGHT, Theme
from desktop.ui.window import MainWindow
from tests.looks.scenes.conversations import opened
from tests.looks.stage import NOW, Stage, staged, until


def press(stage: Stage, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    combined = Qt.KeyboardModifier.NoModifier
    for one in modifiers:
        combined |= one
    stage.window.activateWindow()
    QApplication.processEvents()
    focus = QApplication.focusWidget() or stage.window
    QTest.keyClick(focus, key, combined)


CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.slow
@staged
async def test_pages_are_built_when_first_shown(stage: Stage) -> None:
    assert list(stage.window.pages.built) == ["conversations"]
    press(stage, Qt.Key.Key_2, CTRL)
    assert stage.window.rail.current == "contacts"
    await stage.click("rail-settings")
    assert stage.window.pages.current_key == "settings"
    first = stage.window.pages.built["conversations"]
    press(stage, Qt.Key.Key_1, CTRL)
    assert stage.window.pages.currentWidget() is first
    await stage.quiet()


@staged
async def test_the_title_says_sandbox(stage: Stage) -> None:
    assert stage.window.windowTitle().endswith("Assent — SANDBOX")  # before it, how many wait
    assert stage.sees("status-sandbox")
    assert stage.window.minimumSize().width() == 1100


@pytest.mark.slow
@staged
async def test_new_broadcast_and_search_from_anywhere(stage: Stage) -> None:
    stage.window.go("settings")
    press(stage, Qt.Key.Key_N, CTRL)
    await stage.quiet()
    assert stage.window.pages.current_key == "broadcasts"
    stage.window.go("conversations")
    press(stage, Qt.Key.Key_F, CTRL)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert "search" in focus.objectName()
    await stage.quiet()


@staged
async def test_theme_turns_over_and_is_remembered(stage: Stage) -> None:
    press(stage, Qt.Key.Key_D, CTRL, SHIFT)
    assert stage.theme.mode == "dark"
    await stage.quiet()
    assert stage.app.machine is not None
    assert stage.app.machine.settings.theme == "dark"
    press(stage, Qt.Key.Key_D, CTRL, SHIFT)
    assert stage.theme.text_scale_percent == 100
    assert stage.theme.color("bg").name() == LIGHT.bg.lower()


@pytest.mark.slow
@staged
async def test_the_sheet_lists_every_action_and_holds_the_keys_back(stage: Stage) -> None:
    press(stage, Qt.Key.Key_F1)
    await stage.seen("shortcuts")
    said = {
        label.text()
        for label in stage.find(QWidget, "shortcuts").findChildren(QWidget)
        if hasattr(label, "text")
    }
    assert {one.text for one in ACTIONS} <= said
    press(stage, Qt.Key.Key_2, CTRL)
    press(stage, Qt.Key.Key_N, CTRL)
    assert stage.window.pages.current_key == "conversations"
    press(stage, Qt.Key.Key_Escape)
    await until(lambda: not stage.sees("shortcuts"), "the sheet to close")
    press(stage, Qt.Key.Key_2, CTRL)
    assert stage.window.pages.current_key == "contacts"
    await stage.quiet()


@staged
async def test_one_click_makes_somebody_else_sit_here(stage: Stage) -> None:
    await stage.click("rail-person")
    menu = stage.find(PersonMenu, "person_menu")
    assert menu.isVisible()
    people = [entry for entry in menu.actions() if entry.objectName().startswith("person_menu_user_")]
    assert [entry.text() for entry in people] == [
        "Meera Rao\tAdmin",
        "Arun Das\tSupervisor",
        "Lina Haddad\tAgent",
    ]
    assert [entry.isChecked() for entry in people] == [True, False, False]
    people[2].trigger()
    menu.close()
    await stage.quiet()
    assert stage.window.desk.user().name == "Lina Haddad"
    assert stage.window.rail.person.accessibleName() == "Lina Haddad"
    assert stage.app.machine is not None
    assert stage.app.machine.settings.user_id == stage.window.desk.user().id


@pytest.mark.slow
@staged
async def test_a_wizard_that_is_gone_does_not_hear_of_the_theme(stage: Stage) -> None:
    stage.window.places.new_broadcast()
    await stage.quiet()
    page = stage.window.pages.built["broadcasts"]
    assert isinstance(page, BroadcastsPage)
    page.show_all()
    await stage.quiet()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not stage.window.findChildren(QWidget, "wizard")
    stage.theme.changed.emit()  # a slot that raised would fail the test
    assert not stage.sees("failure")


@staged
@pytest.mark.slow
async def test_a_wizard_edit_is_kept_when_the_window_closes_at_once(stage: Stage) -> None:
    stage.window.places.new_broadcast()
    await stage.type_into("wizard_name", "Snow boots")
    await stage.window.pages.settle()
    assert "Snow boots" in [one.name for one, _ in await stage.app.broadcasts.every()]


@pytest.mark.slow
@staged
async def test_in_the_smallest_window_the_contact_comes_by_a_button(stage: Stage) -> None:
    stage.window.resize(1100, 700)
    page = await opened(stage, "Priya")
    assert page.area.beside.is_folded
    assert not stage.sees("contact_panel")
    await stage.click("thread_contact")
    panel = stage.find(QWidget, "contact_panel")
    assert panel.isVisible()
    assert panel.mapTo(page.area, QPoint(panel.width(), 0)).x() == page.area.width()
    assert stage.find(QWidget, "thread_contact").isVisible()
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    page.area.compose.history_requested.emit()
    assert panel.isVisible()
    stage.window.resize(1440, 900)
    await stage.quiet()
    assert not page.area.beside.is_folded
    assert panel.isVisible()
    assert panel.width() == 300
    assert not stage.sees("thread_contact")


@staged
async def test_the_menu_turns_the_theme_over(stage: Stage) -> None:
    stage.window.show_person_menu()
    menu = stage.find(PersonMenu, "person_menu")
    entry = next(one for one in menu.actions() if one.objectName() == "person_menu_theme")
    assert isinstance(entry, QAction)
    entry.trigger()
    menu.close()
    assert stage.theme.mode == "dark"
    await stage.quiet()


def foot(stage: Stage, key: str) -> str:
    return stage.find(ElidedLabel, f"status-{key}-text").text()


@pytest.mark.slow
@staged
async def test_the_foot_tells_connection_engine_and_webhook(stage: Stage) -> None:
    assert foot(stage, "connection") == f"Sandbox at {stage.app.sandbox_url.removeprefix('http://')}"
    await until(lambda: foot(stage, "engine") == "Ready to send", "the engine")
    assert foot(stage, "webhook") == "Last webhook: never"
    assert stage.app.control is not None
    await stage.app.control.customer_writes("+16045550142", "hello")
    await until(lambda: foot(stage, "webhook") == "Last webhook just now", "the webhook")


def test_what_the_foot_says() -> None:
    sending = EngineStatus(EngineState.SENDING, 12, 700)
    assert words.engine_words(sending) == ("Sending · 12 on the way", "info")
    waiting = EngineStatus(EngineState.WAITING, 0, 0, "The connection could not be made.")
    assert words.engine_words(waiting) == ("Waiting · The connection could not be made.", "warn")
    assert words.engine_words(EngineStatus(trouble="Another Assent sends."), here=False) == (
        "Another Assent sends.", "info",
    )  # fmt: skip
    assert words.engine_words(EngineStatus(EngineState.STOPPED))[1] == "danger"
    for passed, said in (
        (timedelta(), "just now"), (timedelta(seconds=3), "3 s ago"), (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2), "2 h ago"), (timedelta(days=1), "1 day ago"), (timedelta(days=40), "40 days ago"),
    ):  # fmt: skip
        assert words.ago(NOW + passed, NOW) == said
    assert words.webhook_words(None, NOW, is_sandbox=False) == ("Last webhook: never", "warn")


@staged
async def test_a_fault_is_shown_once_with_a_report_without_numbers(stage: Stage) -> None:
    async def wrong(phone: str) -> None:
        raise RuntimeError(f"no such contact {phone}, token=EAAGsecret")

    for _ in range(2):
        stage.window.tasks.spawn(stage.window, wrong("+16045550142"))
        await stage.quiet()
    report = stage.find(QPlainTextEdit, "failure_report").toPlainText()
    assert "RuntimeError: no such contact …42" in report
    assert "16045550142" not in report
    assert "EAAGsecret" not in report
    assert len(stage.window.findChildren(QWidget, "failure")) == 1
    await stage.click("failure_close")
    stage.window.tasks.spawn(stage.window, wrong("+16045550142"))
    await stage.quiet()
    assert not stage.sees("failure")


def test_a_report_names_no_home_folder() -> None:
    report = report_of(RuntimeError(f"cannot read {Path.home() / 'assent.db'}"))
    assert "cannot read ~/assent.db" in report


@staged
async def test_a_problem_nobody_asked_for_is_a_toast(stage: Stage) -> None:
    async def refused() -> None:
        raise Problem("Template gone", "Refresh the templates.")

    stage.window.tasks.spawn(stage.window, refused())
    await stage.quiet()
    assert [toast.text for toast in stage.window.toasts.shown] == ["Template gone. Refresh the templates."]


@pytest.mark.slow
@staged
async def test_unsaved_settings_are_asked_about_before_closing(stage: Stage) -> None:
    stage.window.go("settings")
    await stage.quiet()
    page = stage.find(SettingsPage, "settings_page")
    page.open_section("pace")
    page.pace.number.setValue(33)
    closed = asyncio.ensure_future(stage.window.closed())
    stage.window.close()
    await stage.seen("confirm-keep")
    QTest.mouseClick(stage.find(QWidget, "confirm-keep"), Qt.MouseButton.LeftButton)
    await stage.quiet()
    assert not closed.done()
    stage.window.close()
    await stage.seen("confirm-do")
    QTest.mouseClick(stage.find(QWidget, "confirm-do"), Qt.MouseButton.LeftButton)
    await asyncio.wait_for(closed, 5)


def options(home: Path) -> Options:
    return Options(str(home / "assent.db"), Paths(home), demo=True)


def main_window() -> MainWindow | None:
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)), None)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_system_can_end_the_program(tmp_path: Path, theme: Theme, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    session = asyncio.ensure_future(_session(options(tmp_path), theme))
    await until(lambda: (found := main_window()) is not None and found.isVisible(), "the window")
    os.kill(os.getpid(), number)
    assert await asyncio.wait_for(session, 20) == 0
    assert signal.getsignal(number) is before
    assert (tmp_path / "machine.json").exists()


@pytest.mark.slow
async def test_the_window_comes_back_where_it_was(tmp_path: Path, theme: Theme) -> None:
    sizes = []
    for size in ((1100, 720), None):
        session = asyncio.ensure_future(_session(options(tmp_path), theme))
        await until(lambda: (found := main_window()) is not None and found.isVisible(), "the window")
        window = main_window()
        assert window is not None
        if size:
            window.resize(*size)
        sizes.append((window.width(), window.height()))
        window.close()
        assert await asyncio.wait_for(session, 20) == 0
        await until(lambda: main_window() is None, "the window to be gone")
    assert sizes[1] == (1100, 720)


async def test_a_store_that_cannot_be_opened_is_explained(tmp_path: Path, theme: Theme) -> None:
    (tmp_path / "assent.db").write_bytes(b"this is no database, whatever its name says" * 200)
    session = asyncio.ensure_future(_session(options(tmp_path), theme))

    def card() -> Refused | None:
        return next((one for one in QApplication.topLevelWidgets() if isinstance(one, Refused)), None)

    await until(lambda: (found := card()) is not None and found.isVisible(), "the explanation")
    found = card()
    assert found is not None
    assert "assent.db" in found.accessibleDescription()
    found.close_button.click()
    assert await asyncio.wait_for(session, 20) == 1


async def test_a_real_number_without_a_connection_tells_the_way_out(tmp_path: Path, theme: Theme) -> None:
    session = asyncio.ensure_future(_session(replace(options(tmp_path), real=True, demo=False), theme))
    await until(
        lambda: any(isinstance(one, Refused) for one in QApplication.topLevelWidgets()), "the explanation"
    )
    card = next(one for one in QApplication.topLevelWidgets() if isinstance(one, Refused))
    assert "assent --sandbox" in card.accessibleDescription()
    card.close()
    assert await asyncio.wait_for(session, 20) == 1


def test_a_broken_machine_file_opens_as_usual(tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_text('{"theme": "purple", "text_scale_percent": 900}')
    theme = theme_of(options(tmp_path))
    assert (theme.mode, theme.text_scale_percent) == ("light", 100)


class _Watch(QObject):
    """Notes what is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.add(f"{type(watched).__name__} {watched.objectName()}")
        return False


@staged
async def test_nothing_flashes_up_as_a_window_of_its_own(stage: Stage, app: QApplication) -> None:
    watch = _Watch()
    app.installEventFilter(watch)
    try:
        stage.window.pages.forget_all()
        stage.window.go("conversations")
        stage.window.go("settings")
        stage.window.places.new_broadcast()
        await stage.quiet()
    finally:
        app.removeEventFilter(watch)
    assert watch.seen == set()
