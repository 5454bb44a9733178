"""The other sections: WhatsApp, pace, appearance, sandbox, about."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QRadioButton, QSlider

from desktop.system.zone import machine_zone
from desktop.ui.parts.label import Label
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.whatsapp import Checks
from tests.looks.stage import Stage, staged, until
from tests.ui.settings.place import settings

pytestmark = pytest.mark.slow


@staged
async def test_a_sandbox_shows_its_connection_and_tests_it(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("whatsapp")
    await stage.quiet()
    address = stage.find(QLineEdit, "whatsapp_sandbox_base_url")
    assert address.text() == stage.app.sandbox_url
    assert not address.isEnabled()
    await stage.click("whatsapp_sandbox_test")
    checks = stage.find(Checks, "whatsapp_sandbox_checks")
    await until(checks.isVisible, "the result")
    assert len(checks.sentences()) == 3
    assert checks.sentences()[2] == "Number and account: The number belongs to the account."


@staged
async def test_a_wrong_id_is_said_beside_its_field(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("whatsapp")
    await stage.type_into("whatsapp_phone_number_id", "not an id")
    await stage.type_into("whatsapp_waba_id", "102290129340398")
    await stage.type_into("whatsapp_token", "EAAG-test")
    await stage.click("whatsapp_card_save")
    assert stage.find(Label, "row_phone_number_id-note").text().startswith("Copy the id from Meta")
    assert stage.app.machine is not None
    assert stage.app.machine.settings.waba_id == ""


@staged
async def test_who_may_not_change_the_connection_reads_why_and_sees_no_token(stage: Stage) -> None:
    page = await settings(stage)
    await stage.sit_down("Lina Haddad")
    page = await settings(stage)
    page.open_section("whatsapp")
    await stage.quiet()
    token = stage.find(QLineEdit, "whatsapp_verify_token")
    assert (token.text(), token.placeholderText()) == ("", "Shown to admins")
    why = stage.find(Label, "whatsapp_refused-text")
    assert why.text() == "Lina Haddad (Agent) may not change the workspace settings. Ask an admin."
    assert why.mapTo(page, QPoint(0, 0)).y() < token.mapTo(page, QPoint(0, 0)).y()
    assert not page.unsaved_titles
    await stage.sit_down("Meera Rao")
    page = await settings(stage)
    assert stage.find(QLineEdit, "whatsapp_verify_token").text()
    assert not stage.sees("whatsapp_refused")


@staged
async def test_a_secret_field_shows_no_letters(stage: Stage) -> None:
    page = await settings(stage)
    field = stage.find(QLineEdit, "whatsapp_token")
    field.setText("EAAG-secret")
    assert field.displayText() != "EAAG-secret"
    assert page.unsaved_titles == ["Real number"]


@staged
async def test_pace_is_saved_and_may_be_unlimited_on_a_sandbox(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("pace")
    await stage.quiet()
    number = stage.find(NumberField, "pace_per_s")
    assert number.value() == 80
    assert stage.find(Label, "pace_takes").text() == "1,000 messages take about 13 s."
    number.setValue(20)
    await stage.click("pace_card_save")
    assert (await stage.app.workspace.settings()).pace_per_s == 20
    stage.find(QCheckBox, "pace_unlimited").click()
    assert not number.isEnabled()
    await stage.click("pace_card_save")
    assert (await stage.app.workspace.settings()).pace_per_s is None


@staged
async def test_appearance_is_applied_and_remembered(stage: Stage, tmp_path: Path) -> None:
    page = await settings(stage)
    page.open_section("appearance")
    await stage.quiet()
    stage.find(QRadioButton, "appearance_dark").click()
    assert stage.theme.mode == "dark"
    slider = stage.find(QSlider, "appearance_text_scale")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert stage.theme.text_scale_percent == 105
    await stage.quiet()
    kept = json.loads((tmp_path / "machine.json").read_text())
    assert (kept["theme"], kept["text_scale_percent"]) == ("dark", 105)
    await stage.click("appearance_usual")
    assert stage.theme.text_scale_percent == 100
    stage.find(QRadioButton, "appearance_light").click()
    await stage.quiet()


@staged
async def test_start_over_asks_and_brings_the_demo_back(stage: Stage) -> None:
    page = await settings(stage)
    user = stage.window.desk.user()
    await stage.app.contacts.add("Somebody New", "+1 604 555 0199", "CA", user)
    before = await stage.app.contacts.count()
    page.open_section("sandbox")
    QTest.mouseClick(stage.find(QPushButton, "sandbox_start_over"), Qt.MouseButton.LeftButton)
    await stage.seen("start_over-keep")
    QTest.mouseClick(stage.find(QPushButton, "start_over-keep"), Qt.MouseButton.LeftButton)
    await stage.quiet()
    assert await stage.app.contacts.count() == before
    QTest.mouseClick(stage.find(QPushButton, "sandbox_start_over"), Qt.MouseButton.LeftButton)
    await stage.seen("start_over-do")
    QTest.mouseClick(stage.find(QPushButton, "start_over-do"), Qt.MouseButton.LeftButton)
    await until(
        lambda: any(toast.text == "The demo is back." for toast in stage.window.toasts.shown), "the demo"
    )
    await stage.quiet()
    assert await stage.app.contacts.count() == before - 1
    assert stage.window.desk.user().name == user.name
    assert stage.find(SettingsPage, "settings_page").frame.current == "sandbox"


@staged
async def test_about_tells_version_store_and_folder(stage: Stage, tmp_path: Path) -> None:
    page = await settings(stage)
    page.open_section("about")
    await stage.quiet()
    assert stage.find(QLineEdit, "about_folder_value").text() == str(tmp_path)
    assert stage.find(Label, "about_store_revision").text().isdecimal()
    await stage.click("about_copy")
    copied = QGuiApplication.clipboard().text()
    assert "Workspace: Sandbox" in copied
    assert "Store: SQLite" in copied


@staged
async def test_the_time_zone_is_the_machines_until_another_is_found_by_a_part_of_its_name(
    stage: Stage,
) -> None:
    page = await settings(stage)
    page.open_section("time")
    await stage.quiet()
    zone = stage.find(QComboBox, "time_zone")
    assert zone.currentText().split(" · ")[0] == machine_zone().replace("_", " ")
    assert not page.unsaved_titles
    field, completer = zone.lineEdit(), zone.completer()
    assert field is not None
    assert completer is not None
    popup = completer.popup()
    assert popup is not None
    field.selectAll()
    QTest.keyClicks(field, "york")
    await until(lambda: completer.completionCount() == 1, "what holds the letters")
    assert completer.currentCompletion() == "America/New York · UTC−05:00"
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert page.unsaved_titles == ["Days and hours"]
    await stage.click("time_zone_card_save")
    assert (await stage.app.workspace.settings()).time_zone == "America/New_York"
    assert zone.currentText() == "America/New York · UTC−05:00"
    field.setText("Mars/Olympus")
    await stage.click("time_zone_card_save")
    assert "is no time zone" in stage.find(Label, "row_time_zone-note").text()
    await stage.click("time_zone_card_discard")
    assert not page.unsaved_titles
