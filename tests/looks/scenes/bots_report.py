"""Around the bots: a flow's report, the register, and what a bot leaves in a conversation."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QScrollArea

from desktop.domain.flow import FlowRecord
from desktop.domain.flow_session import Awaits
from desktop.ui.bots.head import REPORT
from desktop.ui.bots.page import BotsPage
from desktop.ui.bots.page_head import REGISTER
from desktop.ui.bots.report_tab import ANSWERS, SESSIONS, FlowReportTab
from desktop.ui.conversations.page import ConversationsPage
from tests.looks.scenes.bots_history import SILENT, THROUGH, WAITING, lived, published, session
from tests.looks.scenes.conversations import opened
from tests.looks.scenes.settings import consent as consent_settings
from tests.looks.stage import PATIENCE_S, Stage, until

LONG = "Bestellstatus, Rückgaben und Öffnungszeiten für Ontario, Québec und die Seeprovinzen"


async def report_tab(stage: Stage, record: FlowRecord) -> FlowReportTab:
    """The report of a flow on its page, read."""
    page = await _bots(stage)
    stage.window.places.open_flow(record.id)
    await until(lambda: page.editor is not None and page.editor.record is not None, "the flow")
    await stage.quiet()
    assert page.editor is not None
    page.editor.show_tab(REPORT)
    tab = page.editor.parts.report
    await until(lambda: tab.stack.currentWidget() is not tab.loading, "the figures")
    await stage.quiet()
    return tab


async def _bots(stage: Stage) -> BotsPage:
    page = stage.window.go("bots")
    assert isinstance(page, BotsPage)
    await stage.quiet()
    return page


async def report(stage: Stage) -> None:
    tab = await report_tab(stage, await lived(stage))
    tab.steps.table.setCurrentIndex(tab.steps.rows.index(2, 0))


async def report_sessions(stage: Stage) -> None:
    """Those who were dropped, by a click on the tile."""
    tab = await report_tab(stage, await lived(stage))
    tab.tiles["dropped"].click()
    await stage.quiet()


async def report_answers(stage: Stage) -> None:
    tab = await report_tab(stage, await lived(stage))
    tab.tabs.button(ANSWERS).click()
    await stage.quiet()


async def report_empty(stage: Stage) -> None:
    await report_tab(stage, await published(stage))


async def report_long(stage: Stage) -> None:
    """Long names, two versions, the sessions of all."""
    record = await lived(stage, 60, LONG[:80])
    user = stage.window.desk.user()
    await stage.app.flows.save_draft(record.id, replace(record.definition, timeout_minutes=30), user)
    await stage.app.flows.publish(record.id, user)
    tab = await report_tab(stage, record)
    tab.tabs.button(SESSIONS).click()
    await stage.quiet()


async def register(stage: Stage) -> None:
    await lived(stage)
    await register_empty(stage)


async def register_empty(stage: Stage) -> None:
    page = await _bots(stage)
    page.show_tab(REGISTER)
    view = page.register
    assert view is not None
    await until(lambda: view.panel.stack.currentWidget() is not view.panel.loading, "the register")
    await stage.quiet()


async def thread(stage: Stage) -> None:
    """Marketing of a bot in the thread of somebody who opted out, one that ended, and the one that is here now."""
    record = await published(stage)
    page = await opened(stage, "Priya")
    contact_id = page.area.contact_id
    assert contact_id is not None
    now = stage.app.clock.now()
    await stage.app.store.write(
        lambda tx: session(tx, record, contact_id, THROUGH, now - timedelta(minutes=5))
    )
    await stage.app.store.write(
        lambda tx: session(tx, record, contact_id, SILENT, now - timedelta(minutes=2))
    )
    await stage.app.store.write(lambda tx: session(tx, record, contact_id, WAITING, now))
    page.area.reload()
    page.refresh()
    await stage.seen("thread_bot")
    await stage.quiet()


async def running(stage: Stage) -> None:
    """A bot that was started from the compose box has asked, was answered, and waits for a button."""
    record = await published(stage)
    page = await opened(stage, "Arjun")
    contact_id = page.area.contact_id
    assert contact_id is not None
    await stage.app.bots.start(record.id, contact_id, stage.window.desk.user())
    await _waits(stage, contact_id, "question1")
    phone = (await stage.app.contacts.get(contact_id)).phone
    await stage.sandbox(f"customers/{phone}/text", {"text": "4468"})
    await _waits(stage, contact_id, "buttons1")
    await until(lambda: "answer" in page.area.bot.line.text(), "the strip to say so")
    await stage.quiet()


async def _waits(stage: Stage, contact_id: int, node_id: str) -> None:
    """Return once it waits there for an answer."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            one = await stage.app.bots.running(contact_id)
            if one is not None and (one.node_id, one.awaits) == (node_id, Awaits.ANSWER):
                return


async def start_flow(stage: Stage) -> None:
    """The picker, at a flow whose marketing does not go to this contact."""
    await published(stage)
    await published(stage, LONG[:80])
    page = await opened(stage, "Priya")
    assert isinstance(page, ConversationsPage)
    page.area.compose.flow_button.click()
    await stage.seen("start_flow_note")
    await stage.quiet()


async def start_flow_closed(stage: Stage) -> None:
    """Nothing but templates reach somebody who wrote long ago."""
    await published(stage)
    page = await opened(stage, "Dev Patel")
    page.area.compose.flow_button.click()
    await stage.seen("start_flow_table")
    await stage.quiet()


async def start_flow_none(stage: Stage) -> None:
    page = await opened(stage, "Arjun")
    page.area.compose.flow_button.click()
    await stage.seen("start_flow_nothing")
    await stage.quiet()


async def settings_switch(stage: Stage) -> None:
    """The switch, with what the register holds."""
    await lived(stage, 40)
    await consent_settings(stage)
    await stage.seen("consent_bots_effect")
    area = stage.find(QScrollArea, "settings_consent")
    area.verticalScrollBar().setValue(0)
