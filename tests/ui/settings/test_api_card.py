"""The API in the settings: switched off and on, and its limit, through the widgets."""

import pytest
from aiohttp import ClientSession
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QSpinBox, QWidget

from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from desktop.ui.parts.switch import Switch
from desktop.ui.settings.api_card import OFF, RANGE
from tests.looks.stage import Stage, staged, until
from tests.ui.settings.place import integrations

pytestmark = pytest.mark.slow


async def answers(stage: Stage) -> int:
    """What a stranger is told: 401 while it is on, 503 while it is off."""
    async with ClientSession() as session, session.get(f"{stage.app.server_address}/devapi/test") as answer:
        return answer.status


@staged
async def test_it_is_switched_off_after_a_question_and_on_again(stage: Stage) -> None:
    await integrations(stage)
    switch, badge = stage.find(Switch, "api_switch"), stage.find(Badge, "api_state")
    assert switch.isChecked()
    assert badge.text() == "Running"
    await stage.click("api_switch")
    await stage.click("api_off-keep")
    await until(switch.isChecked, "the switch to show what is kept")
    assert await answers(stage) == 401
    await stage.click("api_switch")
    await stage.click("api_off-do")
    await until(lambda: badge.text() == "Off", "the badge")
    assert stage.find(Label, "api_sentence").text() == OFF
    assert not stage.sees("api_copy")
    assert await answers(stage) == 503
    await stage.click("api_switch")
    await until(lambda: badge.text() == "Running", "the badge")
    assert await answers(stage) == 401


@staged
async def test_the_limit_is_kept_when_it_is_saved(stage: Stage) -> None:
    await integrations(stage)
    box = stage.find(QSpinBox, "api_per_minute")
    assert box.value() == 600
    assert not stage.sees("api_per_minute_save")
    box.setValue(1_200)
    await stage.click("api_per_minute_discard")
    assert box.value() == 600
    box.setValue(900)
    await stage.click("api_per_minute_save")
    await until(lambda: not stage.sees("api_per_minute_save"), "it to be kept")
    assert (await stage.app.workspace.settings()).api_per_minute == 900
    async with ClientSession() as session, session.get(f"{stage.app.server_address}/devapi/test") as answer:
        assert answer.headers["X-RateLimit-Limit"] == "900"


@staged
async def test_a_limit_that_is_none_is_said(stage: Stage) -> None:
    await integrations(stage)
    box, line = stage.find(QSpinBox, "api_per_minute"), stage.find(QLineEdit, "api_per_minute_edit")
    for typed, value in (("5", 600), ("2000000", 200)):
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, typed)
        if value == 600:
            stage.find(QWidget, "api_switch").setFocus()
        assert stage.find(Label, "api_problem").text() == RANGE, typed
        assert stage.sees("api_problem"), typed
        box.setValue(700)
        assert not stage.sees("api_problem")
        box.setValue(600)


@staged
async def test_what_is_typed_stays_while_others_change_things(stage: Stage) -> None:
    await integrations(stage)
    box = stage.find(QSpinBox, "api_per_minute")
    box.setValue(720)
    user = stage.window.desk.user()
    await stage.app.workspace.change_api(user, is_on=False)
    await until(lambda: stage.find(Badge, "api_state").text() == "Off", "the badge")
    assert box.value() == 720
    await stage.app.workspace.change_api(user, per_minute=720)
    await until(lambda: not stage.sees("api_per_minute_save"), "it to be the same")


@staged
async def test_a_window_that_does_not_serve_says_who_does(stage: Stage) -> None:
    await integrations(stage)
    stage.app.server_address, stage.app.engine_elsewhere = "", "Another window of this store does."
    await integrations(stage)
    await until(lambda: stage.find(Badge, "api_state").text() == "Not here", "the badge")
    assert "Another window of this store does." in stage.find(Label, "api_sentence").text()


@staged
async def test_who_may_not_cannot_touch_it(stage: Stage) -> None:
    await stage.sit_down("Lina Haddad")
    await integrations(stage)
    await until(lambda: not stage.find(Switch, "api_switch").isEnabled(), "the refusal")
    assert not stage.find(QSpinBox, "api_per_minute").isEnabled()
    assert stage.find(Switch, "api_switch").toolTip().startswith("Lina Haddad (Agent) may not ")
    assert not stage.find(QPushButton, "webhooks_new").isEnabled()
