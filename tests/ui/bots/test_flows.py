"""The list of flows, and what is done with a whole one: begin, name, copy, turn off and on, delete."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QRadioButton, QWidget

from desktop.domain.flow import FlowDefinition, FlowStatus
from desktop.domain.people import Role
from desktop.domain.problems import Problem
from desktop.ui.bots.page import BotsPage
from desktop.ui.parts.label import Label
from tests.looks.scenes import bots_flows as scenes
from tests.looks.scenes.bots_history import lived, published
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.flow_hands import cells, chosen, enter, write
from tests.ui.contacts.hands import press, sit

pytestmark = pytest.mark.slow


def names(page: BotsPage) -> list[str]:
    return cells(page.list.rows, 0)


@staged
async def test_the_first_flow_begins_from_a_ready_made_one_and_opens_in_the_editor(stage: Stage) -> None:
    page = await scenes.page(stage)
    await stage.seen("flows_begin")
    assert [card.accessibleName() for card in page.list.begin.cards] == [
        "Office hours",
        "Order status",
        "Opt-in collection",
        "Hand-over",
    ]
    press(stage, "ready_order_status_use")
    await stage.seen("new_flow")
    assert stage.find(QRadioButton, "new_flow_order_status").isChecked()
    press(stage, "new_flow_do")
    await until(lambda: stage.sees("bots_editor"), "the editor")
    await stage.quiet()
    assert page.editor is not None
    assert page.editor.record is not None
    assert page.editor.record.name == "Order status"
    assert page.editor.record.shown.nodes
    page.editor.back_requested.emit()
    await until(lambda: names(page) == ["Order status"], "the list with it")
    assert cells(page.list.rows, 1) == ["Draft"]
    assert cells(page.list.rows, 2) == ["–"]


@staged
async def test_a_name_follows_the_choice_until_somebody_typed_one_and_problems_stand_below(
    stage: Stage,
) -> None:
    await published(stage)
    page = await scenes.page(stage)
    page.setFocus()
    page.new_flow()
    await stage.seen("new_flow")
    field = "new_flow_name"
    note = stage.find(Label, "new_flow_name_row-note")
    enter(stage, field)
    await until(lambda: note.text() == "Give the flow a name.", "what is wrong")
    stage.find(QRadioButton, "new_flow_order_status").setChecked(True)
    enter(stage, field)
    await until(lambda: note.text().startswith("There is a flow “Order status” already"), "what is wrong")
    await write(stage, field, "Where is my parcel?")
    assert not note.isVisible()
    stage.find(QRadioButton, "new_flow_blank").setChecked(True)
    enter(stage, field)
    await until(lambda: stage.sees("bots_editor"), "the editor")
    kept = await stage.app.flows.every()
    assert [
        (one.record.name, one.record.shown.nodes) for one in kept if one.record.name != "Order status"
    ] == [("Where is my parcel?", ())]


@staged
async def test_the_list_says_how_each_stands_and_is_searched_by_name_and_trigger(stage: Stage) -> None:
    await scenes.listed(stage)
    page = await scenes.page(stage)
    assert names(page) == [scenes.LONG[:80], "Help", "Office hours", "Order status"]
    assert cells(page.list.rows, 1) == ["Draft", "Draft", "Off", "Published"]
    assert cells(page.list.rows, 2) == ["–", "–", "v1", "v1"]
    assert cells(page.list.rows, 3) == ["", "", "", "Draft has changes"]
    assert cells(page.list.rows, 4)[1:] == [
        "Nothing starts it by itself",
        "Any message",
        "Whole message is order, status",
    ]
    counts = (await stage.app.flows.every())[3].counts
    assert [cells(page.list.rows, column)[3] for column in (5, 6)] == ["412", "220"]
    assert counts.started_count == 412
    assert page.list.rows.cell(3, 8).tooltip.startswith("No answer came ")
    page.focus_search()
    assert stage.window.focusWidget() is page.list.search
    page.list.search.setText("UMTAUSCH")
    page.list.search.returnPressed.emit()
    assert names(page) == [scenes.LONG[:80]]
    page.list.search.setText("nothing")
    page.list.search.returnPressed.emit()
    assert page.list.none_found.isVisible()


@staged
async def test_keys_rename_copy_and_delete_and_who_was_used_is_turned_off_instead(stage: Stage) -> None:
    record = await lived(stage, 3)
    page = await scenes.page(stage)
    await chosen(stage, page, "Order status")
    assert not page.list.verbs["delete"].isEnabled()
    assert page.list.verbs["delete"].toolTip().startswith("Customers were in this flow")
    QTest.keyClick(page.list.table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    await chosen(stage, page, "Copy of Order status")
    QTest.keyClick(page.list.table, Qt.Key.Key_F2)
    await write(stage, "flow_rename_field", "order status")
    enter(stage, "flow_rename_field")
    note = stage.find(Label, "flow_rename_row-note")
    await until(lambda: "already" in note.text(), "what is wrong")
    await write(stage, "flow_rename_field", "Parcels")
    enter(stage, "flow_rename_field")
    await until(lambda: names(page) == ["Order status", "Parcels"], "the new name")
    await chosen(stage, page, "Parcels")
    QTest.keyClick(page.list.table, Qt.Key.Key_Delete)
    await stage.seen("flow_delete")
    press(stage, "flow_delete-do")
    await until(lambda: names(page) == ["Order status"], "it to be gone")
    assert (await stage.app.flows.get(record.id)).status is FlowStatus.PUBLISHED


@staged
async def test_turning_off_says_who_is_in_it_and_on_again_needs_no_question(stage: Stage) -> None:
    await lived(stage, 3)
    page = await scenes.page(stage)
    await chosen(stage, page, "Order status")
    press(stage, "flows_switch")
    await stage.seen("flow_off")
    said = " ".join(one.text() for one in stage.window.findChildren(Label) if one.isVisible())
    assert "1 customer is in it now and goes on to the end." in said
    press(stage, "flow_off-do")
    await until(lambda: cells(page.list.rows, 1) == ["Off"], "it to be off")
    assert page.list.verbs["switch"].text() == "Turn on"
    press(stage, "flows_switch")
    await until(lambda: cells(page.list.rows, 1) == ["Published"], "it to be on")
    assert not stage.sees("flow_off")


@staged
async def test_a_draft_says_why_it_cannot_be_turned_on(stage: Stage) -> None:
    await stage.app.flows.create("Help", FlowDefinition(), stage.window.desk.user())
    page = await scenes.page(stage)
    await chosen(stage, page, "Help")
    assert not page.list.verbs["switch"].isEnabled()
    assert page.list.verbs["switch"].toolTip() == "It is a draft. Open it and publish it: that turns it on."


@staged
async def test_who_may_not_sees_the_flows_and_is_told_why_nothing_can_be_done(stage: Stage) -> None:
    await published(stage)
    page = await scenes.page(stage)
    await sit(stage, Role.AGENT)
    await chosen(stage, page, "Order status")
    assert not page.head.new.isEnabled()
    assert "may not build and publish bots" in page.head.new.toolTip()
    enabled = {verb for verb, button in page.list.verbs.items() if button.isEnabled()}
    assert enabled == {"export"}
    page.new_flow()
    await stage.quiet()
    assert not stage.sees("new_flow")
    await sit(stage, Role.ADMIN)
    assert page.head.new.isEnabled()


@staged
async def test_a_flow_made_elsewhere_appears_by_itself_and_counts_follow_sessions(stage: Stage) -> None:
    page = await scenes.page(stage)
    record = await published(stage)
    await until(lambda: names(page) == ["Order status"], "the new flow")
    await scenes.made(stage, "Office hours", scenes.asleep())
    await until(lambda: names(page) == ["Office hours", "Order status"], "the other one")
    await chosen(stage, page, "Order status")
    QTest.keyClick(page.list.table, Qt.Key.Key_Return)
    await until(lambda: stage.sees("bots_editor"), "the editor")
    assert page.editor is not None
    await until(lambda: page.editor is not None and page.editor.flow_id == record.id, "this flow")


@staged
async def test_what_cannot_be_read_is_said_and_asked_for_again(stage: Stage) -> None:
    await published(stage)
    page = await scenes.page(stage)
    page._unread(Problem("Not read", "The disk does not answer."))
    assert page.list.unread.title.text() == "The flows cannot be read"
    assert page.list.unread.sentence.text() == "The disk does not answer."
    page.list.unread.action.click()
    await until(lambda: names(page) == ["Order status"] and page.list.table.isVisible(), "the list again")


@staged
async def test_what_was_heard_on_another_page_is_read_when_this_one_is_shown_again(stage: Stage) -> None:
    record = await published(stage)
    page = await scenes.page(stage)
    stage.window.go("contacts")
    await stage.app.flows.rename(record.id, "Parcels", stage.window.desk.user())
    await stage.quiet()
    assert names(page) == ["Order status"]
    stage.window.go("bots")
    await until(lambda: names(page) == ["Parcels"], "the new name")


@staged
async def test_a_flow_that_cannot_be_read_stands_among_the_others(stage: Stage) -> None:
    await scenes.unreadable(stage)
    page = await scenes.page(stage)
    assert names(page) == [scenes.LONG[:80], "Help", "Office hours", "Order status"]
    assert cells(page.list.rows, 4)[1:] == [
        "Nothing starts it by itself",
        "Any message",
        "Cannot be read by this version",
    ]
    await chosen(stage, page, "Order status")
    assert not any(button.isEnabled() for button in page.list.verbs.values())
    page.list.open_requested.emit(page.list.chosen())
    await until(lambda: page.every.isVisible(), "the list again")
    assert "Not a flow" in stage.find(QWidget, "toast").accessibleName()


@staged
async def test_enter_begins_also_where_a_choice_was_clicked(stage: Stage) -> None:
    page = await scenes.page(stage)
    await stage.seen("flows_begin")
    page.new_flow()
    await stage.seen("new_flow")
    QTest.mouseClick(stage.find(QWidget, "new_flow_hand_over_row"), Qt.MouseButton.LeftButton)
    QTest.keyClick(stage.find(QRadioButton, "new_flow_hand_over"), Qt.Key.Key_Return)
    await until(lambda: stage.sees("bots_editor"), "the editor")
    await stage.quiet()
    assert page.editor is not None
    assert page.editor.record is not None
    assert page.editor.record.name == "Hand-over"
