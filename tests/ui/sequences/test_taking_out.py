"""Undo after enrolling, many taken out at once, resuming with overdue steps, and one contact found in the report."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.domain.contact_table import Target
from desktop.domain.sequence import EnrolmentStatus, SequenceStatus
from desktop.ui.parts.label import Label
from desktop.ui.sequences.enrol_dialog import enrol_contacts
from desktop.ui.sequences.report_tab import ReportTab
from tests.looks.scenes.sequence_history import lived, welcome
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import id_of, press
from tests.ui.sequences.hands import CONTROL, opened, page
from tests.ui.sequences.report_hands import report, rows

pytestmark = pytest.mark.slow


def said(stage: Stage) -> str:
    return " ".join(one.text() for one in stage.window.findChildren(Label) if one.isVisible())


@staged
async def test_a_wrong_enrolment_is_undone_in_its_toast(stage: Stage) -> None:
    record = await welcome(stage)
    desk, verbs = stage.window.desk, stage.app.sequences
    await verbs.pause(record.id, desk.user())
    record = await verbs.get(record.id)
    priya = await id_of(stage, "Priya Sharma")
    asked = desk.tasks.spawn(stage.window, enrol_contacts(desk, stage.window, record, Target(ids=(priya,))))
    await until(lambda: stage.sees("enrol_do") and "1 contact" in said(stage), "the count")
    assert "Whoever was taken out before comes in again" in said(stage)
    press(stage, "enrol_do")
    await asked
    toast = stage.window.toasts.shown[-1]
    assert toast.action.text() == "Undo"
    toast.action.click()
    await until(
        lambda: any("taken out of" in one.text for one in stage.window.toasts.shown), "it to be undone"
    )
    assert stage.window.toasts.shown[-1].text == "1 contact was taken out of “Welcome sequence” again."
    (run,) = await verbs.of_contact(priya)
    assert run.status is EnrolmentStatus.TAKEN_OUT


@staged
async def test_resume_says_how_many_steps_are_overdue(stage: Stage) -> None:
    record = await welcome(stage)
    verbs, user = stage.app.sequences, stage.window.desk.user()
    await verbs.pause(record.id, user)
    detail = await opened(stage, record.id, "report")
    press(stage, "sequence_go")  # nothing is overdue: no question
    await until(lambda: detail.head.go.text() == "Pause" and detail.head.go.isEnabled(), "it to go on")
    for do in (QTest.mouseClick, QTest.mouseDClick, QTest.mouseRelease):  # a double click
        do(detail.head.go, Qt.MouseButton.LeftButton)
    await until(lambda: detail.head.go.text() == "Resume" and detail.head.go.isEnabled(), "the pause")
    await stage.quiet()
    assert (await verbs.get(record.id)).status is SequenceStatus.PAUSED
    assert not any("Not possible" in one.text for one in stage.window.toasts.shown)
    await verbs.enrol(record.id, Target(ids=(await id_of(stage, "Priya Sharma"),)), user)
    press(stage, "sequence_go")
    await stage.seen("sequence_resume")
    assert "1 step is overdue and leaves now at the number’s pace." in said(stage)
    press(stage, "sequence_resume-keep")
    await stage.quiet()
    assert (await verbs.get(record.id)).status is SequenceStatus.PAUSED


@staged
async def test_everyone_in_the_list_is_selected_and_taken_out(stage: Stage) -> None:
    record = await lived(stage)
    tab = await report(stage, record, 100)
    tab.people.ask_for((EnrolmentStatus.IN_PROGRESS,))
    await stage.quiet()
    tab.people.table.setFocus()
    QTest.keyClick(tab.people.table, Qt.Key.Key_A, CONTROL)
    await until(lambda: tab.people.take_out.text() == "Take out 188…", "all of them")
    press(stage, "sequence_people_take_out")
    await stage.seen("take_out")
    assert "This cannot be taken back: the sequence runs only once per contact" in said(stage)
    press(stage, "take_out-do")
    await until(lambda: rows(tab).rowCount() == 0, "nobody to be in it")
    counts = (await stage.app.sequences.report(record.id)).counts
    assert (counts.in_progress_count, counts.ended_otherwise_count) == (0, 188)


@staged
async def test_a_contact_is_found_far_down_in_the_list(stage: Stage) -> None:
    record = await lived(stage)
    far = (await stage.app.sequences.people(record.id, limit=300))[-1]
    pages = await page(stage)
    pages.open_sequence(record.id, far.contact_id)
    await stage.seen("sequence_report")
    tab = stage.find(ReportTab, "sequence_report")
    await until(lambda: tab.people.current is not None and tab.people.current.id == far.id, "them chosen")
    pages.show_all()
    await stage.quiet()
    chosen = pages.list.chosen()
    assert chosen is not None
    assert chosen.record.id == record.id  # where one was
