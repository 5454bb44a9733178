"""Broadcasts in the settings: the second person's yes, and what makes one wait."""

import pytest
from PySide6.QtWidgets import QPushButton

from desktop.ui.parts.label import Label
from desktop.ui.parts.numberfield import NumberField
from tests.looks.stage import Stage, staged
from tests.ui.settings.place import settings


@pytest.mark.slow
@staged
async def test_two_people_and_the_guards_bounds_are_saved(stage: Stage) -> None:
    page = await settings(stage)
    page.open_section("broadcasts")
    await stage.quiet()
    assert not stage.find(QPushButton, "broadcasts_second_card_save").isEnabled()
    await stage.click("broadcasts_second")
    await stage.click("broadcasts_second_card_save")
    drift, silence = stage.find(NumberField, "drift_percent"), stage.find(NumberField, "catch_up_minutes")
    assert (drift.value(), silence.value()) == (5, 10)
    drift.setValue(2)
    silence.setValue(30)
    assert "more than 20 who said no" in stage.find(Label, "broadcasts_guard_means").text()
    await stage.click("broadcasts_guard_card_save")
    kept = await stage.app.workspace.settings()
    assert (kept.second_approval, kept.drift_percent, kept.catch_up_minutes) == (True, 2, 30)
