"""Drafts are kept while one edits, overtaken edits are told; publishing says what changes, and what stands against it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.domain import flow_edit
from desktop.domain.flow import FlowDefinition, FlowStatus
from desktop.domain.flow_nodes import SendText
from desktop.ui.bots import chosen
from desktop.ui.bots.editor_parts import TEST
from desktop.ui.bots.publishing import PublishDialog
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from tests.looks.scenes.bots_editor import make, order_status, published
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.editor_hands import CONTROL, kept, key
from tests.ui.contacts.hands import press

pytestmark = pytest.mark.slow


def said(stage: Stage) -> str:
    return " ".join(toast.text for toast in stage.window.toasts.shown)


@staged
async def test_publishing_says_what_changes_and_keeps_the_note(stage: Stage) -> None:
    editor = await published(stage)
    assert stage.find(Badge, "bots_status").text() == "Published v3"
    assert stage.find(Label, "bots_changes").text() == "2 unpublished changes"
    key(Qt.Key.Key_Return, CONTROL)
    await stage.seen("bots_publish_card")
    dialog = stage.find(PublishDialog, "bots_publish_card")
    told = dialog.accessibleDescription()
    assert "Customers who come in from now on follow it. Nobody is in the flow now." in told
    assert "An answer may take 20 minutes, not 17 minutes." in told
    assert "text changed" in told
    assert stage.sees("bots_publish_consent")
    note = stage.find(QLineEdit, "bots_publish_note")
    note.setText("Friendlier question")
    press(stage, "bots_publish_do")
    await until(lambda: stage.find(Badge, "bots_status").text() == "Published v4", "version 4")
    await stage.quiet()
    assert not stage.find(Label, "bots_changes").isVisible()
    versions = await stage.app.flows.versions(editor.flow_id)
    assert (versions[0].number, versions[0].note) == (4, "Friendlier question")
    assert versions[0].definition == editor.edit.definition
    assert not editor.edit.can_undo
    assert not stage.find(QPushButton, "bots_publish").isEnabled()


@staged
async def test_what_stands_against_it_is_shown_at_its_step(stage: Stage) -> None:
    editor = await make(stage, "Spring", FlowDefinition())
    editor.verbs.add("text", False)
    await stage.quiet()
    assert stage.find(QPushButton, "bots_problems").text().endswith(("problem", "problems"))
    press(stage, "bots_publish")
    await stage.quiet()
    assert not stage.sees("bots_publish_card")
    assert "against publishing" in said(stage)
    assert editor.chosen.current in ("text1", "start")
    record = await kept(stage, editor)
    assert record.status is FlowStatus.DRAFT


@staged
async def test_not_yet_changes_nothing_and_discard_goes_back(stage: Stage) -> None:
    editor = await published(stage)
    press(stage, "bots_publish")
    await stage.seen("bots_publish_card")
    press(stage, "bots_publish_keep")
    await stage.quiet()
    assert (await kept(stage, editor)).version_number == 3
    editor.do("discard")
    await stage.seen("bots_discard")
    press(stage, "bots_discard-do")
    await until(lambda: editor.record is not None and editor.record.draft is None, "the draft to be gone")
    assert editor.record is not None
    assert editor.edit.definition == editor.record.definition


@staged
async def test_a_flow_is_turned_off_and_on_from_the_head(stage: Stage) -> None:
    editor = await published(stage)
    editor.do("discard")
    await stage.seen("bots_discard")
    press(stage, "bots_discard-do")
    await stage.quiet()
    editor.do("turn_off")
    await stage.seen("flow_off")
    press(stage, "flow_off-do")
    await until(lambda: stage.find(QPushButton, "bots_publish").text() == "Turn on", "it to be off")
    assert stage.find(Badge, "bots_status").text() == "Off v3"
    await until(stage.find(QPushButton, "bots_publish").isEnabled, "the button to be there again")
    press(stage, "bots_publish")
    await until(lambda: stage.find(Badge, "bots_status").text() == "Published v3", "it to be on")


@staged
async def test_an_edit_elsewhere_is_shown_and_can_be_taken_back(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    mine = editor.edit.definition
    theirs = flow_edit.with_timeout(mine, 45)
    await stage.app.flows.save_draft(editor.flow_id, theirs, stage.window.desk.user())
    await until(lambda: editor.edit.definition == theirs, "their edit to be seen")
    assert "Somebody else changed this flow" in said(stage)
    editor.do("undo")
    assert editor.edit.definition == mine
    assert (await kept(stage, editor)).shown == mine


@staged
async def test_an_edit_that_overtakes_another_is_kept_and_told(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    user = stage.window.desk.user()
    # Theirs is in the store and was read; ours is not kept yet.
    theirs = flow_edit.with_timeout(editor.edit.definition, 45)
    await editor.settle()
    await stage.app.flows.save_draft(editor.flow_id, theirs, user)
    editor.change(flow_edit.with_does(editor.edit.definition, "text1", SendText(text="Ours")))
    ours = editor.edit.definition
    await until(lambda: "at the same time" in said(stage), "it to be told")
    assert editor.edit.definition == ours
    assert (await kept(stage, editor)).shown == ours


@staged
async def test_a_flow_deleted_elsewhere_leads_back_and_says_so(stage: Stage) -> None:
    editor = await make(stage, "Spring", FlowDefinition())
    await stage.app.flows.delete(editor.flow_id, stage.window.desk.user())
    await until(lambda: stage.sees("bots_page") and not editor.isVisible(), "all flows")
    assert "deleted meanwhile" in said(stage)


@staged
async def test_the_simulator_shows_where_it_is_on_the_canvas(stage: Stage) -> None:
    editor = await published(stage)
    press(stage, "bots_test")
    assert editor.parts.right.side == TEST
    editor.parts.right.simulator.at_node.emit("question1")
    assert editor.parts.canvas.nodes["question1"].is_here
    editor.parts.right.simulator.at_node.emit("text1")
    assert not editor.parts.canvas.nodes["question1"].is_here
    editor.choose(chosen.one(editor.edit.definition, "text1"))
    assert editor.parts.right.side == TEST  # choosing a card does not take it away
    press(stage, "bots_test")
    assert editor.parts.right.side != TEST


@staged
async def test_a_name_is_given_and_a_copy_opened(stage: Stage) -> None:
    editor = await make(stage, "Spring", FlowDefinition())
    editor.do("rename")
    await stage.seen("flow_rename")
    field = stage.find(QLineEdit, "flow_rename_field")
    field.setText("Summer")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: editor.record is not None and editor.record.name == "Summer", "the other name")
    first = editor.flow_id
    editor.do("copy_flow")
    await until(lambda: editor.flow_id not in (0, first) and editor.record is not None, "the copy")
    await until(lambda: editor.record is not None and editor.record.name == "Copy of Summer", "its name")
    await stage.quiet()


@staged
async def test_leaving_keeps_what_was_typed_last(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    flow_id = editor.flow_id
    wanted = replace(editor.edit.definition, timeout_minutes=33)
    editor.change(wanted)
    editor.leave()
    await until(lambda: not editor.isVisible(), "all flows")
    assert (await stage.app.flows.get(flow_id)).shown == wanted
