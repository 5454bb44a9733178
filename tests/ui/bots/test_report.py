"""The report of a flow: its figures, its steps, its sessions, the answers; all of sessions that the services ran."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton, QRadioButton
from sqlalchemy import update

from desktop.domain.flow import Edge, SessionStatus
from desktop.domain.people import Role
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.bots.report_tab import ANSWERS, SESSIONS
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.reports.paging import PAGE
from tests.looks.scenes.bots_history import lived, published
from tests.looks.scenes.bots_report import report_tab
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.report_hands import (
    come_through,
    contact,
    ended,
    rows_are,
    shown,
    start,
    steps,
    tiles,
    waits,
    writes,
)
from tests.ui.contacts.hands import sit


@pytest.mark.slow
@staged
async def test_the_report_counts_those_whom_the_services_brought_through(stage: Stage) -> None:
    record = await published(stage)
    tab = await shown(stage, record)
    await stage.seen("bot_report_nobody")
    arjun, priya, sofia = [
        await contact(stage, name) for name in ("Arjun Kapoor", "Priya Sharma", "Sofia Greco")
    ]
    await come_through(stage, record, priya)
    await start(stage, record, arjun)
    await writes(stage, arjun, "no idea")
    await writes(stage, arjun, "still none")
    await ended(stage, record, arjun, SessionStatus.NOT_UNDERSTOOD)
    await start(stage, record, sofia)
    await until(lambda: tiles(tab)[0] == "Started: 3 1 of them in it now", "the tiles to follow")
    assert tiles(tab)[1:] == [
        "Finished: 1 33 % of 3", "Handed over: 0 0 % of 3", "Dropped: 1 33 % of 3: 1 not understood",
    ]  # fmt: skip
    assert steps(tab)[0] == ("Question · What is your order number?", "3", "1", "1", "1")
    assert steps(tab)[3] == ("Template · winter_clearance", "1", "0", "0", "0")
    tab.tabs.button(ANSWERS).click()
    await until(lambda: tab.answers.rows.rowCount() == 2, "the answers")
    assert [(one.name, one.value, one.contact_name) for one in tab.answers.rows.rows] == [
        ("more", "No, thanks", "Priya Sharma"), ("order", "4468", "Priya Sharma"),
    ]  # fmt: skip
    assert stage.find(Label, "bot_answers_count").text() == "2 answers"


@staged
@pytest.mark.slow
async def test_a_tile_leads_to_its_sessions_and_a_row_to_the_conversation(stage: Stage) -> None:
    record = await published(stage)
    arjun, sofia = await contact(stage, "Arjun Kapoor"), await contact(stage, "Sofia Greco")
    await start(stage, record, sofia)
    await start(stage, record, arjun)
    await stage.app.bots.stop(arjun.id, stage.window.desk.user())
    tab = await shown(stage, record)
    tab.tiles["handed_over"].click()
    await rows_are(tab, ["Arjun Kapoor"])
    assert tab.tabs.current == SESSIONS
    assert tab.tiles["handed_over"].isChecked()
    said = stage.find(Label, "bot_sessions_sentence").text()
    assert said.startswith("Arjun Kapoor: A colleague replied. ")
    assert said.endswith(" took over.")
    opened: list[int] = []
    tab.contact_requested.connect(opened.append)
    QTest.keyClick(tab.sessions.table, Qt.Key.Key_Return)
    stage.find(QPushButton, "bot_sessions_conversation").click()
    assert opened == [arjun.id, arjun.id]
    tab.tiles["started"].click()
    await rows_are(tab, ["Arjun Kapoor", "Sofia Greco"])
    assert not tab.tiles["handed_over"].isChecked()


@pytest.mark.slow
@staged
async def test_a_step_tells_by_which_exit_it_was_left_and_leads_to_who_is_there(stage: Stage) -> None:
    tab = await shown(stage, await lived(stage, 130))
    table = tab.steps.table
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert stage.find(Label, "bot_step_title").text() == "Buttons · Anything else?"
    spoken = [one.figure.accessibleName() for one in tab.steps.card.exits.lines if one.isVisible()]
    assert [one.rpartition(" · ")[0].partition(":")[0] for one in spoken] == [
        "No, thanks", "A person, please", "Something else", "Not sent",
    ]  # fmt: skip
    QTest.keyClick(table, Qt.Key.Key_Return)
    await until(
        lambda: {one.node_id for one in tab.sessions.rows.rows} == {"buttons1"}, "those who ended there"
    )
    assert {one.status for one in tab.sessions.rows.rows} == {SessionStatus.TAKEN_OVER}
    tab.tabs.button("steps").click()
    table.setCurrentIndex(tab.steps.rows.index(0, 0))
    line = next(one for one in tab.steps.card.ends.lines if "no answer came" in one.label.text())
    QTest.mouseClick(line.figure, Qt.MouseButton.LeftButton)
    await until(
        lambda: {one.status for one in tab.sessions.rows.rows} == {SessionStatus.TIMED_OUT}, "the silent ones"
    )
    assert {one.node_id for one in tab.sessions.rows.rows} == {"question1"}
    stage.find(QPushButton, "bot_sessions_clear").click()
    await until(lambda: tab.sessions.rows.rowCount() == PAGE, "all of them")


@staged
@pytest.mark.slow
async def test_lists_are_read_as_they_are_scrolled_and_states_are_chosen_in_a_menu(stage: Stage) -> None:
    tab = await shown(stage, await lived(stage, 230))
    tab.tabs.button(SESSIONS).click()
    await until(lambda: tab.sessions.rows.rowCount() == PAGE, "the first page")
    while tab.sessions.rows.rowCount() < 230:
        before = tab.sessions.rows.rowCount()
        tab.sessions.table.scrollToBottom()
        await until(lambda before=before: tab.sessions.rows.rowCount() > before, "the next page")  # type: ignore[misc]
    assert len({one.id for one in tab.sessions.rows.rows}) == 230
    tab.sessions.by_status.click()
    # In the order of the states: not sent.
    action = next(
        one for one in stage.window.findChildren(QAction) if one.text().startswith("Could not send\t")
    )
    action.trigger()
    await until(
        lambda: {one.status for one in tab.sessions.rows.rows} == {SessionStatus.NOT_SENT},
        "those not sent to",
    )
    assert (
        stage.find(Label, "bot_sessions_sentence")
        .text()
        .endswith("Could not send. The reply window is closed.")
    )
    for menu in stage.window.findChildren(QMenu):
        menu.close()
    tab.sessions.ask_for(frozenset({SessionStatus.BROKEN}), "")
    await stage.seen("bot_sessions_none")


@pytest.mark.slow
@staged
async def test_versions_are_told_apart_and_a_step_that_is_gone_is_still_counted(stage: Stage) -> None:
    record = await lived(stage, 26)
    nodes = tuple(one for one in record.definition.nodes if one.id != "text1")
    edges = tuple(one for one in record.definition.edges if "text1" not in (one.from_id, one.to_id))
    edited = replace(record.definition, nodes=nodes, edges=(*edges, Edge("question1", "next", "buttons1")))
    user, verbs = stage.window.desk.user(), stage.app.flows
    await verbs.save_draft(record.id, edited, user)
    await verbs.publish(record.id, user)
    tab = await shown(stage, record)
    assert tab.version.isVisible()
    assert [tab.version.itemText(at).partition(",")[0] for at in range(3)] == [
        "All versions",
        "Version 2",
        "Version 1",
    ]
    assert steps(tab)[-1][0] == "A step of an earlier version"
    tab.version.setCurrentIndex(1)
    tab.version.activated.emit(1)
    await until(lambda: tiles(tab)[0] == "Started: 0", "nobody in the second")
    tab.version.setCurrentIndex(2)
    tab.version.activated.emit(2)
    await until(lambda: steps(tab)[1][0] == "Text · Order {{order}} left on 20 Nov.", "the first one's steps")


@staged
@pytest.mark.slow
async def test_the_answers_are_offered_as_a_file_to_who_may(stage: Stage) -> None:
    record = await lived(stage, 26)
    tab = await shown(stage, record)
    tab.tabs.button(ANSWERS).click()
    await stage.seen("bot_answers")
    stage.find(QPushButton, "bot_answers_export").click()
    await stage.seen("export")
    count = await stage.app.bot_reports.answer_count(record.id)
    assert stage.find(Label, "export_who").text() == f"All {count} answers of “Order status”"
    assert stage.find(QRadioButton, "export_as_csv").isChecked()
    stage.find(QPushButton, "export_cancel").click()
    await sit(stage, Role.AGENT)
    tab.look_again()  # as its editor does when somebody else sits here
    await until(lambda: not tab.answers.export.isEnabled(), "an agent may not")
    assert "may not" in tab.answers.export.toolTip()


@staged
@pytest.mark.slow
async def test_f5_in_the_editor_counts_again(stage: Stage) -> None:
    tab = await report_tab(stage, await lived(stage, 3))
    assert tiles(tab)[0].startswith("Started: 3")

    def unheard(tx: Tx) -> None:
        tx.conn.execute(update(tables.bot_session).values(status=SessionStatus.BROKEN.value))

    await stage.app.store.write(unheard)
    QTest.keyClick(tab, Qt.Key.Key_F5)
    await until(lambda: tiles(tab)[3].startswith("Dropped: 3"), "the figures of now")


@staged
@pytest.mark.slow
async def test_a_flow_that_was_deleted_meanwhile_is_told(stage: Stage) -> None:
    record = await published(stage)
    await shown(stage, record)
    await stage.app.flows.delete(record.id, stage.window.desk.user())
    await stage.seen("bot_report_problem")
    assert "Flow not found" in stage.find(Label, "bot_report_problem-text").text()


@staged
async def test_a_draft_has_no_report_yet(stage: Stage) -> None:
    record = await published(stage)
    flow_id = await stage.app.flows.copy(record.id, stage.window.desk.user())
    tab = await shown(stage, await stage.app.flows.get(flow_id))
    await stage.seen("bot_report_never")
    arjun = await contact(stage, "Arjun Kapoor")
    await stage.app.bots.start(record.id, arjun.id, stage.window.desk.user())
    await waits(stage, arjun, "question1")
    assert not tab.parts.isVisible()


@staged
@pytest.mark.slow
async def test_the_way_leads_from_the_page_to_the_conversation(stage: Stage) -> None:
    record = await published(stage)
    arjun = await contact(stage, "Arjun Kapoor")
    await start(stage, record, arjun)
    tab = await report_tab(stage, record)
    tab.tabs.button(SESSIONS).click()
    await rows_are(tab, ["Arjun Kapoor"])
    QTest.keyClick(tab.sessions.table, Qt.Key.Key_Return)
    await stage.seen("thread_bot")
    assert stage.find(ElidedLabel, "thread_bot_name").text() == "Bot: Order status"
    await until(lambda: stage.find(ElidedLabel, "thread_name").text() == "Arjun Kapoor", "the conversation")
