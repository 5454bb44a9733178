"""The register of *bot: consent not asked*: what the services sent, how it is found, and where it leads."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.domain.consent import OptIn, Path
from desktop.domain.flow import SessionStatus
from desktop.domain.people import Role
from desktop.domain.report import Choice, Scope
from desktop.domain.report_page import Period, Span
from desktop.ui.bots.page import BotsPage
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from desktop.ui.parts.switch import Switch
from desktop.ui.reports.page import ReportsPage
from desktop.ui.reports.paging import PAGE
from desktop.ui.settings.page import SettingsPage
from desktop.ui.why.card import WhyCard
from tests.looks.scenes.bots_history import lived, published
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.report_hands import come_through, contact, ended, register_view, start, waits, writes
from tests.ui.contacts.hands import sit


def tile(stage: Stage, name: str) -> str:
    return stage.find(Label, f"register_{name}-value").text()


async def ask_too(stage: Stage, on: bool) -> None:
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, bots_ask=on), stage.window.desk.user())


@staged
async def test_marketing_of_a_bot_to_somebody_who_opted_out_stands_in_the_register(stage: Stage) -> None:
    record = await published(stage)
    view = await register_view(stage)
    await stage.seen("register_nothing")
    priya = await contact(stage, "Priya Sharma")
    await come_through(stage, record, priya)
    await until(lambda: tile(stage, "total") == "1", "the register to follow")
    await until(lambda: view.panel.rows.rowCount() == 1, "its row")
    row = view.panel.rows.rows[0]
    assert (row.contact_name, row.opt_in_then, row.flow_name, row.template_name) == (
        "Priya Sharma", OptIn.NO, "Order status", "winter_clearance",
    )  # fmt: skip
    assert [tile(stage, name) for name in ("opted_out", "no_choice", "opted_in")] == ["1", "0", "0"]
    opened: list[int] = []
    view.contact_requested.connect(opened.append)
    QTest.keyClick(view.panel.table, Qt.Key.Key_Return)
    assert opened == [priya.id]


@staged
@pytest.mark.slow
async def test_a_row_says_why_and_leads_to_the_consent_event(stage: Stage) -> None:
    record = await published(stage)
    await come_through(stage, record, await contact(stage, "Priya Sharma"))
    view = await register_view(stage)
    await until(lambda: view.panel.rows.rowCount() == 1, "its row")
    stage.find(QPushButton, "register_why").click()
    await stage.seen("why_card")
    card = stage.find(WhyCard, "why_card")
    await until(lambda: card.explanation() is not None, "the answer")
    told = card.explanation()
    assert told is not None
    said = " ".join(piece.text for step in told.steps for piece in step.pieces)
    assert "each such message is counted in a register" in said
    assert "Bot · Order status" in said
    QTest.keyClick(stage.find(QPushButton, "why_close"), Qt.Key.Key_Escape)


@pytest.mark.slow
@staged
async def test_with_the_switch_on_the_template_is_not_sent_and_the_register_stays_as_it_is(
    stage: Stage,
) -> None:
    record = await published(stage)
    view = await register_view(stage)
    assert stage.find(Badge, "register_switch").text() == "Bots ask consent too: off"
    await ask_too(stage, True)
    await until(
        lambda: stage.find(Badge, "register_switch").text() == "Bots ask consent too: on", "the switch"
    )
    priya = await contact(stage, "Priya Sharma")
    await start(stage, record, priya)
    await writes(stage, priya, "4468")
    await waits(stage, priya, "buttons1")
    await writes(stage, priya, "No, thanks")
    session = await ended(stage, record, priya, SessionStatus.NOT_SENT)
    assert session.node_id == "template1"
    view.refresh()
    await stage.quiet()
    assert tile(stage, "total") == "0"
    assert stage.sees("register_nothing")


@staged
@pytest.mark.slow
async def test_it_is_filtered_by_time_and_flow_and_read_as_it_is_scrolled(stage: Stage) -> None:
    record = await lived(stage, 260)
    other = await lived(stage, 4, "Opening hours")
    view = await register_view(stage)
    total = int(tile(stage, "total"))
    assert total == (await stage.app.bot_reports.register_counts()).total_count
    while view.panel.rows.rowCount() < total:
        before = view.panel.rows.rowCount()
        assert before % PAGE == 0
        view.panel.table.scrollToBottom()
        await until(lambda before=before: view.panel.rows.rowCount() > before, "the next page")  # type: ignore[misc]
    assert len({one.message_id for one in view.panel.rows.rows}) == total
    view.panel.by_flow.click()
    next(
        one for one in stage.window.findChildren(QAction) if one.objectName() == f"register_flow_{other.id}"
    ).trigger()
    await until(
        lambda: {one.flow_name for one in view.panel.rows.rows} == {"Opening hours"}, "those of one flow"
    )
    assert view.panel.by_flow.accessibleName() == "Flow: Opening hours"
    await until(lambda: int(tile(stage, "total")) == view.panel.rows.rowCount(), "as many as are counted")
    view.panel.flow_id = record.id
    view.panel.set_span(Span(Period.TODAY))
    day_ago = stage.app.clock.now() - timedelta(hours=24)

    def are_of_today() -> bool:
        rows = view.panel.rows.rows
        return bool(rows) and all(one.at > day_ago and one.flow_id == record.id for one in rows)

    await until(are_of_today, "those of today")
    stage.find(QPushButton, "register_clear").click()
    await until(lambda: tile(stage, "total") == str(total), "all of them again")
    assert not stage.sees("register_clear")
    view.panel.flow_id = (await published(stage, "Nobody’s")).id
    view.panel.wanted.emit()
    await stage.seen("register_none_found")


@staged
@pytest.mark.slow
async def test_the_switch_is_named_and_leads_to_the_settings(stage: Stage) -> None:
    page = stage.window.go("bots")
    assert isinstance(page, BotsPage)
    page.head.tabs.button("register").click()
    await stage.seen("register_settings")
    await stage.quiet()
    assert stage.find(Label, "register_what").text().startswith("Marketing that bots sent without asking")
    stage.find(QPushButton, "register_settings").click()
    await stage.quiet()
    settings = stage.find(SettingsPage, "settings_page")
    assert settings.frame.current == "consent"
    assert stage.sees("consent_bots_ask")
    assert not stage.find(Switch, "consent_bots_ask").isChecked()


@staged
@pytest.mark.slow
async def test_it_is_offered_as_a_file_to_who_may(stage: Stage) -> None:
    await lived(stage, 40)
    view = await register_view(stage)
    count = int(tile(stage, "total"))
    stage.find(QPushButton, "register_export").click()
    await stage.seen("export_who")
    assert stage.find(Label, "export_who").text() == f"All {count} messages of bots that did not ask"
    stage.find(QPushButton, "export_cancel").click()
    await sit(stage, Role.AGENT)
    view.refresh()
    await until(lambda: not view.panel.export.isEnabled(), "an agent may not")
    assert "may not" in view.panel.export.toolTip()


@staged
@pytest.mark.slow
async def test_the_reports_find_a_bots_marketing_and_say_why(stage: Stage) -> None:
    record = await published(stage)
    await come_through(stage, record, await contact(stage, "Priya Sharma"))
    page = stage.window.go("reports")
    assert isinstance(page, ReportsPage)
    await stage.quiet()
    page.show_choice(Scope(), Choice(paths=frozenset({Path.BOT})))
    rows = page.messages.view.messages.rows
    await until(
        lambda: {one.path for one in rows.rows} == {Path.BOT} and rows.rowCount() == 4, "a bot’s messages"
    )
    unasked = [at for at, one in enumerate(rows.rows) if one.is_unasked_marketing]
    assert len(unasked) == 1
    assert rows.rows[unasked[0]].flow_name == "Order status"
    page.messages.view.messages.table.setCurrentIndex(rows.index(unasked[0], 0))
    why = page.messages.view.messages.beside.why

    def told() -> str:
        said = why.explanation()
        return " ".join(piece.text for step in said.steps for piece in step.pieces) if said else ""

    await until(lambda: "a bot does not ask for the opt-in" in told(), "why")
