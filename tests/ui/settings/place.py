"""The way to the settings."""

from desktop.ui.settings.page import SettingsPage
from tests.looks.stage import Stage


async def settings(stage: Stage) -> SettingsPage:
    """Go there; what is kept has been read."""
    page = stage.window.go("settings")
    await stage.quiet()
    assert isinstance(page, SettingsPage)
    return page


async def integrations(stage: Stage) -> SettingsPage:
    """Go to the section of the API and its webhooks, read anew."""
    page = await settings(stage)
    page.open_section("integrations")
    page.integrations.refresh()
    await stage.quiet()
    return page
