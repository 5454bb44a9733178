"""Notifications in the settings: each choice is kept on this computer at once."""

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from desktop.system.machine import Machine
from desktop.ui.settings.page import SettingsPage
from tests.looks.stage import Stage, staged


async def section(stage: Stage) -> SettingsPage:
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section("notifications")
    await stage.quiet()
    return page


@staged
async def test_choices_are_kept_and_shown_again(stage: Stage, tmp_path: Path) -> None:
    page = await section(stage)
    assert not page.notifications.hours.isVisible()
    await stage.click("setting_quiet")
    assert page.notifications.hours.isVisible()
    combo = stage.find(QComboBox, "quiet_week_from")
    combo.setFocus()
    before = combo.currentData()
    QTest.keyClick(combo, Qt.Key.Key_Up)
    await stage.quiet()
    await stage.click("setting_notify_sound")
    await stage.click("setting_next_after_close")
    kept = Machine(tmp_path / "machine.json").settings
    assert (kept.quiet, kept.notify_sound, kept.next_after_close) == (True, False, True)
    assert kept.quiet_week == (before - 30, 8 * 60)
    again = SettingsPage(stage.window.desk)
    assert again.notifications.rows["quiet"].switch.isChecked()
    assert not again.notifications.rows["notify_sound"].switch.isChecked()
    again.deleteLater()


@staged
async def test_off_leaves_the_rest_out_of_reach(stage: Stage) -> None:
    page = await section(stage)
    await stage.click("setting_notify")
    assert not page.notifications.rows["notify_sound"].isEnabled()
    await stage.click("setting_notify")
    assert page.notifications.rows["notify_sound"].isEnabled()


def test_hours_of_the_file_are_pairs_again(tmp_path: Path) -> None:
    path = tmp_path / "machine.json"
    path.write_text(json.dumps({"quiet_week": [60, 120], "place": {"page": "contacts"}}), encoding="utf-8")
    kept = Machine(path).settings
    assert kept.quiet_week == (60, 120)
    assert kept.place == {"page": "contacts"}
    path.write_text(json.dumps({"quiet_week": 7}), encoding="utf-8")
    assert Machine(path).settings.quiet_week == (1200, 480)
