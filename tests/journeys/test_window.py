"""The window around it all: who sits here, the theme, a fresh start, and nothing that flashes up."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from tests.journeys.broadcasting import launch, new_broadcast, to_audience
from tests.journeys.journey import Journey, journey, options, sitting, until

_ON_THE_WAY = (
    "SELECT count(*) FROM message WHERE status = 'sending' OR (status = 'queued' AND broadcast_id IS NULL)"
)
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def start_over(trip: Journey) -> None:
    await trip.click("rail-settings")
    await trip.click("settings_go_sandbox")
    await trip.click("sandbox_start_over")
    await trip.says("start_over-title", "Start the sandbox over?")
    await trip.picture("start-over")
    await trip.click("start_over-do")
    await until(lambda: "The demo is back." in trip.toasts, "the demo to be back")
    await trip.picture("started-over")


@pytest.mark.slow
@journey(pace_per_s=40)
async def test_starting_over_brings_the_demo_back(trip: Journey) -> None:
    before = trip.ask("SELECT count(*) FROM broadcast")
    await to_audience(trip)
    await launch(trip)
    await trip.click("report_pause")
    await trip.says("report_status", "Paused")
    await trip.judge.customer("+14165550117", "text", text="STOP")
    await until(lambda: len(trip.phones_that_said("no")) == 11, "Arjun’s STOP")
    await until(lambda: trip.ask(_ON_THE_WAY) == [(0,)], "the confirmation and the calls on the way to end")
    await start_over(trip)
    assert await trip.judge.sends() == []
    assert trip.ask("SELECT count(*) FROM broadcast") == before
    assert len(trip.phones_that_said("no")) == 10
    await trip.click("rail-conversations")
    await trip.open_conversation("Arjun Kapoor")
    assert not trip.shows("compose_banner")
    await to_audience(trip)
    await trip.says("wizard_will_be_sent", "990")


@journey(pace_per_s=40)
@pytest.mark.slow
async def test_starting_over_in_the_middle_of_a_broadcast_leaves_the_engine_alive(trip: Journey) -> None:
    await to_audience(trip)
    await launch(trip)
    await until(lambda: trip.app.engine_status().on_the_way_count > 0, "the first calls")
    await start_over(trip)
    await trip.judge.customer("+14165550117", "text", text="STOP")
    end_s = asyncio.get_running_loop().time() + 10
    while not await trip.judge.sends("interactive"):
        assert asyncio.get_running_loop().time() < end_s, trip.app.engine_status().trouble


@journey()
async def test_an_agent_who_sits_down_may_look_but_not_launch(trip: Journey) -> None:
    await trip.choose_person("Lina Haddad")
    await trip.click("rail-broadcasts")
    await trip.appears("broadcasts_new")
    told = "Lina Haddad (Agent) may not launch and stop broadcasts"
    await until(lambda: not trip.can("broadcasts_new"), "the button to be shut")
    assert trip.see("broadcasts_new").toolTip().startswith(told)
    await trip.press(Qt.Key.Key_N, CTRL)
    await until(lambda: any(said.startswith(told) for said in trip.toasts), "the sentence")
    assert not trip.shows("wizard")
    await trip.picture("agent-broadcasts")
    await trip.choose_person("Meera Rao")
    assert trip.see("rail-person").accessibleName() == "Meera Rao"
    await trip.picture("switched")


async def test_the_theme_turns_over_and_stays_so(tmp_path: Path, theme: Theme) -> None:
    async with sitting(options(tmp_path), theme) as trip:
        await trip.open_conversation("Priya Sharma")
        light = trip.window.grab().toImage().pixelColor(700, 300)
        await trip.press(Qt.Key.Key_D, CTRL, SHIFT)
        dark = trip.window.grab().toImage().pixelColor(700, 300)
        assert dark.lightness() < 60 < 200 < light.lightness()
        await trip.picture("dark")
        await until(lambda: trip.app.machine and trip.app.machine.settings.theme == "dark", "it to be kept")
    async with sitting(options(tmp_path), theme) as trip:
        assert trip.app.machine is not None
        assert trip.app.machine.settings.theme == "dark"


class Shown(QObject):
    """Every window that is shown, menus aside."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        window = isinstance(watched, QWidget) and watched.isWindow()
        if event.type() == QEvent.Type.Show and window and not isinstance(watched, MainWindow | QMenu):
            self.strays.add(f"{type(watched).__name__} {watched.objectName()}".strip())
        return False


@pytest.mark.slow
@journey()
async def test_a_toast_lies_over_nothing_that_is_clicked(trip: Journey) -> None:
    await trip.open_conversation("Arjun Kapoor")
    await trip.choose_person("Arun Das")
    await trip.appears("toast")
    await trip.picture("toast")
    assert trip.toast_over(trip.see("compose_send")) is None
    await new_broadcast(trip)
    assert trip.toast_over(await trip.appears("wizard_next")) is None


@pytest.mark.slow
async def test_no_other_window_ever_flashes_up(tmp_path: Path, theme: Theme) -> None:
    """A part shown before it stands in a layout is a window of its own for a moment, and takes the keys."""
    shown = Shown()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(shown)
    try:
        async with sitting(options(tmp_path), theme) as trip:
            await trip.open_conversation("Priya Sharma")
            await trip.click("compose_template_button")
            await trip.click("rail-settings")
            await trip.appears("settings_page")
            await to_audience(trip)
            await trip.click("wizard_toggle")
            await trip.click("wizard_next")
            await trip.appears("wizard_variables_card")
    finally:
        app.removeEventFilter(shown)
    assert shown.strays == set()
