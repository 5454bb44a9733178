"""The report of a sequence: its figures, its contacts, one contact's way, and the messages behind a figure."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.domain.consent import OptIn
from desktop.domain.people import Role
from desktop.domain.sequence import EnrolmentStatus
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from desktop.ui.parts.table import Table
from desktop.ui.sequences.people_list import PAGE
from tests.looks.scenes.sequence_history import PEOPLE, lived, welcome
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import press, sit, told
from tests.ui.sequences.report_hands import figures, names, report, rows

pytestmark = pytest.mark.slow


@staged
async def test_the_report_shows_each_steps_figures_and_who_is_where(stage: Stage) -> None:
    tab = await report(stage, await lived(stage), PAGE)
    assert figures(tab, 1) == [
        "405 sent", "398 delivered", "0 failed: opted out, moved on", "7 failed: other",
    ]  # fmt: skip
    assert figures(tab, 2) == [
        "371 sent", "360 delivered", "38 failed: opted out, moved on", "3 failed: other",
    ]  # fmt: skip
    # The last step: nobody moves on from there. The contacts who are in it wait for it.
    assert figures(tab, 4)[2:] == ["22 failed: opted out", "1 failed: other", "178 waiting here"]
    said = [one.accessibleName() for one in tab.crowds.buttons.values() if one.isVisible()]
    assert said == ["412 enrolled", "188 in progress", "224 completed"]
    assert not tab.version.isVisible()


@staged
async def test_a_contacts_way_says_why_a_step_failed_and_what_comes(stage: Stage) -> None:
    tab = await report(stage, await lived(stage), PAGE)
    assert names(tab, 1) == ["Priya Sharma"]
    await stage.seen("journey_step_4")
    assert stage.find(Label, "journey_step_2_title").text() == "Step 2 · first_order_offer"
    assert stage.find(Label, "journey_step_2_end").text().endswith("· failed")
    reason = stage.find(Label, "journey_step_2_reason").text()
    assert "Opted out of marketing on " in reason
    assert "by replying “STOP”. Moved to step 3." in reason
    assert stage.find(Label, "journey_step_4_end").text().endswith("· due")
    assert stage.find(Badge, "journey_opt_in").text() == "Opted out"
    asked: list[int] = []
    tab.message_why_requested.connect(asked.append)
    press(stage, "journey_step_2_why")
    journey = tab.journey.journey
    assert journey is not None
    assert journey.steps[1].message is not None
    assert asked == [journey.steps[1].message.id]


@staged
async def test_a_figure_leads_to_its_messages_with_reason_and_code(stage: Stage) -> None:
    tab = await report(stage, await lived(stage), PAGE)
    opened: list[int] = []
    tab.contact_requested.connect(opened.append)
    tab.figures(2).buttons["failed"].click()
    await stage.seen("step_messages")
    table = stage.find(Table, "step_messages_table")
    await until(lambda: table.model().rowCount() == 3, "three messages")
    told_row = [str(table.model().index(0, column).data()) for column in range(4)]
    assert told_row[2:] == ["Not delivered", "Not on WhatsApp (131026)"]
    press(stage, "step_messages_conversation")
    await until(lambda: not stage.sees("step_messages"), "the list to be gone")
    assert len(opened) == 1
    tab.figures(2).buttons["opted_out"].click()
    await stage.seen("step_messages")
    await until(lambda: stage.find(Table, "step_messages_table").model().rowCount() == 38, "38 messages")
    press(stage, "step_messages_close")
    assert not tab.figures(1).buttons["opted_out"].isEnabled()  # none: there is nothing to show


@staged
async def test_a_figure_of_the_contacts_filters_the_list_and_the_list_is_read_as_it_is_scrolled(
    stage: Stage,
) -> None:
    tab = await report(stage, await lived(stage), PAGE)
    table = tab.people.table
    while rows(tab).rowCount() < PEOPLE:
        before = rows(tab).rowCount()
        table.scrollToBottom()
        await until(lambda before=before: rows(tab).rowCount() > before, "the next page")  # type: ignore[misc]
    assert len({one.id for one in rows(tab).rows}) == PEOPLE
    tab.crowds.buttons["in_progress"].click()
    await until(lambda: rows(tab).rowCount() == PAGE, "those in progress")
    assert {one.status for one in rows(tab).rows} == {EnrolmentStatus.IN_PROGRESS}
    tab.people.search.setText("555 0142")
    tab.people.search.returnPressed.emit()
    await until(lambda: names(tab) == ["Priya Sharma"], "Priya")
    tab.crowds.buttons["completed"].click()
    await until(lambda: rows(tab).rowCount() == 0, "nobody")
    await stage.seen("sequence_people_none")
    assert not tab.journey.isVisible()


@staged
async def test_one_who_is_taken_out_is_shown_so_at_once_and_the_choice_stays(stage: Stage) -> None:
    tab = await report(stage, await lived(stage), PAGE)
    table = tab.people.table
    QTest.keyClick(table, Qt.Key.Key_Down)
    chosen = tab.people.current
    assert chosen is not None
    assert chosen.id == rows(tab).rows[1].id
    await until(lambda: tab.journey.journey and tab.journey.journey.enrolment.id == chosen.id, "their way")
    press(stage, "journey_take_out")
    await stage.seen("take_out")
    press(stage, "take_out-do")
    await told(stage, f"{chosen.contact_name} was taken out of “Welcome sequence”.")
    await until(lambda: rows(tab).rows[1].status is EnrolmentStatus.TAKEN_OUT, "the list to say so")
    assert tab.people.current is not None
    assert tab.people.current.id == chosen.id
    await stage.seen("journey_ended")
    assert stage.find(Label, "journey_ended").text().startswith("Taken out by ")
    await until(lambda: tab.crowds.buttons["otherwise"].accessibleName() == "1 ended otherwise", "the figure")
    assert not stage.sees("journey_take_out")


@staged
async def test_an_answer_meanwhile_changes_the_badge_and_an_agent_may_take_nobody_out(stage: Stage) -> None:
    record = await lived(stage)
    tab = await report(stage, record, PAGE)
    run = tab.people.current
    assert run is not None
    user = stage.window.desk.user()
    await stage.app.contacts.set_opt_in(run.contact_id, OptIn.YES, user, "asked at the counter")
    await until(lambda: stage.find(Badge, "journey_opt_in").text() == "Opted in", "the new answer")
    agent = await sit(stage, Role.AGENT)
    await report(stage, record, PAGE)
    await stage.seen("journey_take_out")
    await until(lambda: not stage.find(QPushButton, "journey_take_out").isEnabled(), "no right")
    assert agent.name in stage.find(QPushButton, "journey_take_out").toolTip()


@staged
async def test_a_sequence_without_contacts_says_what_to_do(stage: Stage) -> None:
    tab = await report(stage, await welcome(stage))
    await stage.seen("sequence_people_none")
    assert "Enrol contacts…" in tab.people.none.sentence.text()
    assert figures(tab, 1) == [
        "0 sent", "0 delivered", "0 failed: opted out, moved on", "0 failed: other",
    ]  # fmt: skip
