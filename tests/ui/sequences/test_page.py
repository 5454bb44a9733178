"""The list of the sequences, and what is done with a whole one: make, name, activate, publish, pause, delete."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton

from desktop.domain.people import Role
from desktop.domain.sequence import Definition, SequenceStatus, Trigger
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell
from desktop.ui.sequences.head import REPORT, STEPS
from desktop.ui.sequences.page import SequencesPage
from tests.looks.scenes.sequence_history import lived, welcome
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import press, sit, told
from tests.ui.sequences.hands import kept, made, names, opened, page

pytestmark = pytest.mark.slow


def cells(shown: SequencesPage, column: int) -> list[str]:
    return [shown.list.rows.cell(at, column).text for at in range(shown.list.rows.rowCount())]


def badge(stage: Stage) -> str:
    return stage.find(Badge, "sequence_status").text()


async def type_name(stage: Stage, text: str, button: str = "sequence_name_do") -> None:
    await stage.seen("sequence_name_dialog")
    field = stage.find(QLineEdit, "sequence_name_field")
    field.setText(text)
    field.textEdited.emit(text)
    press(stage, button)


@staged
async def test_the_first_one_is_made_from_the_empty_page_and_opens_at_its_steps(stage: Stage) -> None:
    shown = await page(stage)
    await stage.seen("sequences_empty")
    assert "opted out fails with the reason, and they move on" in shown.list.empty.sentence.text()
    press(stage, "sequences_empty-action")
    await type_name(stage, "   ")
    row = stage.find(Label, "sequence_name_row-note")
    await until(lambda: row.text() == "Give the sequence a name.", "what is wrong with the name")
    await type_name(stage, "Spring reminders")
    await until(lambda: stage.sees("sequence_steps"), "its steps")
    assert (shown.detail.head.title.text(), badge(stage)) == ("Spring reminders", "Draft")
    assert shown.detail.head.tab == STEPS
    assert not shown.detail.head.enrol.isEnabled()
    shown.detail.leave()
    await until(lambda: cells(shown, 0) == ["Spring reminders"], "the list with it")


@staged
async def test_the_list_says_states_counts_and_changes_and_is_searched(stage: Stage) -> None:
    record = await lived(stage)
    user = stage.window.desk.user()
    fewer = Definition(record.definition.steps[:2])
    other = await made(stage, "Autumn offers", fewer)
    await stage.app.sequences.save_draft(record.id, fewer, user)
    shown = await page(stage)
    await until(lambda: cells(shown, 0) == ["Autumn offers", "Welcome sequence"], "both")
    assert cells(shown, 1) == ["Draft", "Active"]
    assert cells(shown, 2) == ["", "Draft has changes"]
    assert cells(shown, 3) == ["2", "2"]
    assert [cells(shown, column)[1] for column in (4, 5, 6, 7)] == ["412", "188", "224", "0"]
    shown.list.table.setCurrentIndex(shown.list.rows.index(1, 0))
    assert shown.list.rename.isEnabled()
    assert not shown.list.delete.isEnabled()
    assert shown.list.delete.toolTip().startswith("Contacts were in this sequence")
    shown.focus_search()
    assert stage.window.focusWidget() is shown.list.search
    shown.list.search.setText("autumn")
    shown.list.search.returnPressed.emit()
    assert cells(shown, 0) == ["Autumn offers"]
    shown.list.table.setCurrentIndex(shown.list.rows.index(0, 0))
    QTest.keyClick(shown.list.table, Qt.Key.Key_Delete)
    await stage.seen("sequence_delete")
    press(stage, "sequence_delete-do")
    await until(lambda: shown.list.rows.rowCount() == 0, "it to be gone")
    await stage.seen("sequences_none_found")
    assert other not in [one.id for one, _ in await stage.app.sequences.every()]


@staged
async def test_a_paused_template_warns_in_the_list(stage: Stage) -> None:
    await welcome(stage)
    await stage.sandbox("templates/winter_clearance", {"status": "PAUSED"})
    ids = {one.name: one.id for one in await stage.app.templates.every()}
    record = (await stage.app.sequences.every())[0][0]
    one = replace(record.definition.steps[0], template_id=ids["winter_clearance"])
    await made(stage, "Winter", Definition((one,)))
    shown = await page(stage)

    def told_so() -> bool:
        at = cells(shown, 0).index("Winter")
        cell: Cell = shown.list.rows.cell(at, 9)
        return cell.text.startswith("winter_clearance: ") and bool(cell.icon)

    await until(lambda: shown.list.rows.rowCount() == 2 and told_so(), "the warning")


@staged
async def test_activating_says_what_will_happen_and_then_pause_and_resume(stage: Stage) -> None:
    record = await welcome(stage, "The one before")
    definition = replace(record.definition, trigger=Trigger(on_created=True))
    detail = await opened(stage, await made(stage, "Welcome", definition))
    press(stage, "sequence_go")
    await stage.seen("sequence_activate")
    dialog = [one for one in stage.window.findChildren(Label) if one.isVisible()]
    said = " ".join(one.text() for one in dialog)
    for words in (
        "4 steps over 12 days.",
        "Contacts come in when they are created. Contacts that are there already are not put in.",
        "Steps 2 and 4 are marketing: not sent to contacts who opted out.",
        "Without a condition every new contact comes in",
    ):
        assert words in said, words
    assert "Strict" not in said
    press(stage, "sequence_activate_do")
    await until(lambda: badge(stage) == "Active" and detail.head.go.isEnabled(), "it to be active")
    assert detail.head.tab == REPORT
    assert detail.head.enrol.isEnabled()
    press(stage, "sequence_go")
    await until(lambda: badge(stage) == "Paused" and detail.head.go.isEnabled(), "the pause")
    await told(stage, "“Welcome” is paused: no step leaves. Nobody is taken out; their times go on.")
    press(stage, "sequence_go")
    await until(lambda: badge(stage) == "Active", "it to go on")
    assert (await kept(stage, detail)).status is SequenceStatus.ACTIVE


@staged
async def test_strict_is_told_before_it_starts(stage: Stage) -> None:
    record = await welcome(stage, "The one before")
    now = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(now, strict=True), await sit(stage, Role.ADMIN))
    await opened(stage, await made(stage, "Welcome", record.definition))
    press(stage, "sequence_go")
    await stage.seen("sequence_activate")
    said = " ".join(one.text() for one in stage.window.findChildren(Label) if one.isVisible())
    assert "Strict opt-in is on: marketing steps fail for contacts with no choice recorded, too." in said
    press(stage, "sequence_activate_keep")


@staged
async def test_an_edit_of_an_active_one_waits_for_publish_and_can_be_discarded(stage: Stage) -> None:
    record = await welcome(stage)
    detail = await opened(stage, record.id)
    assert not stage.sees("sequence_changes")
    press(stage, "step_4_more")
    detail.steps.timeline.card(4).verb_requested.emit("remove")
    await stage.seen("sequence_changes")
    assert (await kept(stage, detail)).has_changes
    press(stage, "sequence_discard_changes")
    await stage.seen("sequence_discard")
    press(stage, "sequence_discard-do")
    await until(lambda: len(names(detail)) == 4 and not stage.sees("sequence_changes"), "the version again")
    assert not detail.edit.can_undo
    detail.steps.timeline.card(4).verb_requested.emit("remove")
    await until(
        stage.find(QAbstractButton, "sequence_publish_changes").isEnabled, "the discarding to be through"
    )
    press(stage, "sequence_publish_changes")  # what was not kept yet is kept first
    await stage.seen("sequence_publish")
    said = " ".join(one.text() for one in stage.window.findChildren(Label) if one.isVisible())
    assert "Only new enrolments follow it. Nobody is in it now." in said
    press(stage, "sequence_publish_do")
    await told(stage, "Version 2 is published. New enrolments follow it.")
    now = await kept(stage, detail)
    assert (now.version_number, len(now.definition.steps), now.has_changes) == (2, 3, False)
    await until(lambda: not stage.sees("sequence_changes"), "nothing to publish")


@staged
async def test_edits_are_kept_when_one_leaves_at_once(stage: Stage) -> None:
    record = await welcome(stage)
    detail = await opened(stage, record.id)
    detail.steps.timeline.card(1).verb_requested.emit("down")
    QTest.keyClick(detail.steps.timeline.card(2), Qt.Key.Key_Escape)
    await until(lambda: stage.sees("sequences_table"), "the list")
    steps = (await stage.app.sequences.get(record.id)).shown.steps
    assert steps[:2] == (record.definition.steps[1], record.definition.steps[0])


@staged
async def test_what_another_window_edits_is_shown_and_does_not_overwrite_what_is_typed_here(
    stage: Stage,
) -> None:
    record = await welcome(stage)
    detail = await opened(stage, record.id)
    user, verbs = stage.window.desk.user(), stage.app.sequences
    await verbs.save_draft(record.id, Definition(record.definition.steps[:1]), user)
    await until(lambda: names(detail) == ["welcome_note"], "the other edit")
    # Ours is wanted while a reading of the other's is on its way: ours is the last and stays.
    other = asyncio.ensure_future(verbs.save_draft(record.id, Definition(record.definition.steps[:3]), user))
    detail.apply(detail.edit.change(record.definition))
    await other
    await detail.settle()
    await stage.quiet()
    assert len(names(detail)) == 4
    assert len((await verbs.get(record.id)).shown.steps) == 4


@staged
async def test_rename_and_copy_from_the_list(stage: Stage) -> None:
    await welcome(stage)
    shown = await page(stage)
    await until(lambda: shown.list.rows.rowCount() == 1, "the list")
    shown.list.table.setCurrentIndex(shown.list.rows.index(0, 0))
    QTest.keyClick(shown.list.table, Qt.Key.Key_F2)
    await type_name(stage, "Hello")
    await until(lambda: cells(shown, 0) == ["Hello"], "the name")
    press(stage, "sequences_copy")
    await until(lambda: shown.list.rows.rowCount() == 2, "the copy")
    assert sorted(cells(shown, 1)) == ["Active", "Draft"]


@staged
async def test_an_agent_cannot_begin_one(stage: Stage) -> None:
    await sit(stage, Role.AGENT)
    shown = await page(stage)
    await stage.seen("sequences_empty")
    button = stage.find(QPushButton, "sequences_empty-action")
    assert not button.isEnabled()
    assert "may not set up sequences" in button.toolTip()
    shown.new_sequence()
    await until(
        lambda: any("may not set up sequences" in one.text for one in stage.window.toasts.shown), "why"
    )
    assert not stage.sees("sequence_name_dialog")
