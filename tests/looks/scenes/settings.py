"""Every section of the settings, and what is said when something is refused."""

from PySide6.QtWidgets import QCheckBox, QPushButton, QScrollArea

from desktop.ui.settings.page import SettingsPage
from tests.looks.stage import Stage


async def _section(stage: Stage, key: str) -> SettingsPage:
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section(key)
    await stage.quiet()
    return page


async def whatsapp(stage: Stage) -> None:
    await _section(stage, "whatsapp")


async def whatsapp_tested(stage: Stage) -> None:
    await _section(stage, "whatsapp")
    await stage.click("whatsapp_sandbox_test")
    await stage.seen("whatsapp_sandbox_checks")


async def consent(stage: Stage) -> None:
    await _section(stage, "consent")
    await stage.seen("consent_count_yes")


async def consent_below(stage: Stage) -> None:
    """The end of the page, with something unsaved."""
    await _section(stage, "consent")
    stage.find(QCheckBox, "consent_override_agent").click()
    await stage.quiet()
    bar = stage.find(QScrollArea, "settings_consent").verticalScrollBar()
    bar.setValue(bar.maximum())


async def consent_refused(stage: Stage) -> None:
    """No opt-out word is left, and saving it is refused."""
    await _section(stage, "consent")
    for _ in range(5):
        await stage.click("consent_words_out_0-remove")
    await stage.click("consent_words_card_save")


async def consent_agent(stage: Stage) -> None:
    await stage.sit_down("Lina Haddad")
    await consent(stage)


async def pace(stage: Stage) -> None:
    await _section(stage, "pace")


async def broadcasts(stage: Stage) -> None:
    await _section(stage, "broadcasts")


async def time_zone(stage: Stage) -> None:
    await _section(stage, "time")


async def appearance(stage: Stage) -> None:
    await _section(stage, "appearance")


async def sandbox(stage: Stage) -> None:
    await _section(stage, "sandbox")


async def start_over(stage: Stage) -> None:
    await _section(stage, "sandbox")
    stage.find(QPushButton, "sandbox_start_over").click()
    await stage.seen("start_over")


async def about(stage: Stage) -> None:
    await _section(stage, "about")
