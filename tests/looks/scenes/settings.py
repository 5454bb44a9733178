"""Every section of the settings, and what is said when something is refused."""

from datetime import timedelta

from PySide6.QtWidgets import QCheckBox, QPushButton, QScrollArea

from desktop.domain.consent import Path
from desktop.domain.contact_table import TableQuery
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.keys import Scope
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.ui.parts.label import Label
from desktop.ui.settings.page import SettingsPage
from tests.looks.stage import Stage, until


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


async def _keys(stage: Stage) -> None:
    """A shop that writes to its customers, a report that reads, and a key of old times."""
    user = stage.window.desk.user()
    keys = stage.app.keys
    old = await keys.create("till", Scope.ALL, user)
    reporting = await keys.create("reporting", Scope.READ, user)
    shop = await keys.create("shop-sync", Scope.ALL, user)
    await keys.revoke(old.api_key.id, user)
    await keys.caller(reporting.api_key.key_id, reporting.api_secret)
    stage.app.clock.move(timedelta(minutes=18))
    await keys.caller(shop.api_key.key_id, shop.api_secret)
    winter = await stage.app.templates.by_name("winter_clearance")
    said_no = TableQuery(Filter((Condition("opt_in", Op.IS, ("no",)),)))
    for one in await stage.app.contact_table.page(said_no, 0, 6):
        content = {"values": dict.fromkeys(winter.variables, "Sunday")}
        wanted = Submission(
            one.contact.id, Path.API, "template", winter.body, Lane.API, content, winter.id,
            api_key_id=shop.api_key.id,
        )  # fmt: skip
        await stage.app.sending.submit(wanted)


async def integrations(stage: Stage) -> None:
    await _keys(stage)
    await _section(stage, "integrations")


async def integrations_none(stage: Stage) -> None:
    await _section(stage, "integrations")


async def integrations_agent(stage: Stage) -> None:
    await _keys(stage)
    await stage.sit_down("Lina Haddad")
    await _section(stage, "integrations")


async def key_new(stage: Stage) -> None:
    """The name is taken."""
    await integrations(stage)
    stage.find(QPushButton, "keys_new").click()
    await stage.type_into("key_name", "shop-sync")
    await stage.click("key_new_do")
    await until(lambda: "shop-sync" in stage.find(Label, "row_key_name-note").text(), "what is wrong")


async def key_shown(stage: Stage) -> None:
    await _section(stage, "integrations")
    stage.find(QPushButton, "keys_new").click()
    await stage.type_into("key_name", "shop-sync")
    await stage.click("key_new_do")
    await stage.seen("key_shown")


async def key_revoke(stage: Stage) -> None:
    await integrations(stage)
    shop = next(one for one in await stage.app.keys.every() if one.name == "shop-sync")
    await stage.click(f"key_{shop.id}_revoke")
    await stage.seen("key_revoke")


async def pace(stage: Stage) -> None:
    await _section(stage, "pace")


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
