"""On a report each number opens its people; what waits can be taken back; what is held goes on or stops; files, retries."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_report import Chosen, Milestone, OptOut, Retryable
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn
from desktop.domain.drift import Cause
from desktop.domain.messages import Status
from desktop.store import holds
from desktop.ui.broadcasts import report_words
from tests.ui.broadcasts.conftest import Scene, in_scene
from tests.ui.broadcasts.test_report import VALUES, launch


def test_words_of_a_stop_name_what_is_on_the_way() -> None:
    figures = Figures(990, {Status.SENDING: 14, Status.QUEUED: 264, Status.READ: 712})
    never, gone = report_words.stop_words(figures)
    assert never == "264 messages have not left yet and never will."
    assert gone.endswith("14 are on the way this moment.")
    assert report_words.stopped_words(712, 14, 264) == "Stopped: 712 gone, 14 on the way, 264 will never go."


@in_scene
async def test_words_of_retries_and_opt_outs(scene: Scene) -> None:
    now = scene.app.clock.now()
    later = ((now + timedelta(hours=1), 2),)
    assert report_words.retry_words(Retryable(), now) == ""
    assert report_words.retry_words(Retryable(5), now) == "Retry 5 now"
    assert report_words.retry_words(Retryable(0, later), now).startswith("Retry: none now, 2 from ")
    out = OptOut(now, "keyword", "STOP", "Winter", answered_here=True)
    assert report_words.opted_out_words(out, now).startswith("“STOP”, in answer to this broadcast · ")
    assert report_words.opted_out_words(OptOut(now, "whatsapp"), now).startswith("Stopped in WhatsApp · ")


@in_scene
async def test_each_number_opens_its_people(scene: Scene) -> None:
    await launch(scene)
    sent = [one.message_id for one in await scene.send(20)]
    await scene.report(sent[:3], Status.FAILED, 131026)
    await scene.report(sent[3:], Status.DELIVERED)
    card = scene.page.report.messages
    await scene.until(lambda: scene.text("report_tile_delivered-value") == "17", "delivered")
    await scene.until(lambda: scene.text("report_tile_failed-value") == "3")
    QTest.keyClick(scene.find("report_tile_delivered"), Qt.Key.Key_Return)
    await scene.until(lambda: len(card.rows.rows) == 17 and scene.text("report_tab-chosen") == "Delivered 17")
    assert card.chosen == Chosen(reached=Milestone.DELIVERED)
    QTest.mouseClick(scene.find("report_tile_failed"), Qt.MouseButton.LeftButton)
    await scene.until(lambda: len(card.rows.rows) == 3 and card.tabs.current == "failed")
    assert not scene.shows("report_tab-chosen")
    scene.page.report.ledger.text.linkActivated.emit("waiting")
    await scene.until(lambda: scene.text("report_tab-chosen") == "Waiting now 970")
    scene.click("report_reason_1_count")
    await scene.until(lambda: scene.text("report_tab-chosen") == "Not on WhatsApp 3")
    assert {one.message.error_code for one in card.rows.rows} == {131026}
    scene.click("report_time-hours")
    hours = scene.page.report.time.hours
    await scene.until(lambda: sum(one.delivered_count for one in hours.rows) == 17)
    scene.page.report.time.hour_table.setCurrentIndex(hours.index(0, 2))
    scene.page.report.time.hour_table.activated.emit(hours.index(0, 2))
    await scene.until(lambda: bool(card.rows.rows) and card.chosen.within is not None)


@pytest.mark.slow
@in_scene
async def test_who_opted_out_since_is_shown_with_how(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    one = (await scene.app.broadcasts.messages(broadcast_id, (Status.QUEUED,), limit=1))[0]
    await scene.app.contacts.set_opt_in(one.contact_id, OptIn.NO, scene.who[0])
    await scene.until(lambda: scene.text("report_tile_opted_out_since-value") == "1")
    QTest.mouseClick(scene.find("report_tile_opted_out_since"), Qt.MouseButton.LeftButton)
    card = scene.page.report.messages
    await scene.until(lambda: [row.message.id for row in card.rows.rows] == [one.id])
    assert card.rows.columns[3].title == "Opted out"
    assert card.rows.cell(0, 3).text.startswith("Meera Rao · ")


async def _waiting(scene: Scene, when: When | None = None) -> int:
    template = await scene.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft("Winter clearance", template.id, variables=VALUES, when=when or When())
    saved = await scene.app.broadcasts.save_draft(None, draft, scene.who[0])
    counted = Breakdown({Line.WILL_OPTED_IN: 990, Line.OPTED_OUT: 10})
    await scene.app.broadcasts.launch(saved, scene.who[0], approved=counted)
    scene.page.open_report(saved)
    await scene.appears("report_waiting")
    return saved


@in_scene
async def test_a_launch_is_taken_back_within_its_seconds(scene: Scene) -> None:
    saved = await _waiting(scene)
    assert scene.text("report_waiting-text").startswith("<b>Starts in ")
    assert scene.text("report_progress_text") == "Nobody is selected yet; 990 stood on the button."
    assert not scene.shows("report_ledger_line")
    assert not scene.shows("report_export")
    scene.click("report_waiting-action")
    await scene.until(lambda: scene.page.wizard is not None)
    assert (await scene.app.broadcasts.get(saved)).status is BroadcastStatus.DRAFT


@in_scene
async def test_a_scheduled_one_says_when(scene: Scene) -> None:
    await _waiting(scene, When(scene.app.clock.now() + timedelta(days=2)))
    assert scene.text("report_status") == "Scheduled"
    assert "Who gets it is decided then" in scene.text("report_waiting-text")


@in_scene
async def test_a_held_one_names_its_cause_and_can_be_stopped_there(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    await scene.app.store.write(
        lambda tx: holds.hold(tx, broadcast_id, Cause.CATCHING_UP, "No webhook came.")
    )
    await scene.appears("report_held")
    assert scene.text("report_held-text") == "<b>Held: Catching up with replies.</b> No webhook came."
    scene.click("report_held-stop")
    await scene.appears("stop_go")
    scene.click("stop_go")
    await scene.until(lambda: scene.text("report_status") == "Stopped")
    assert "990 never went" in scene.text("report_progress_text")


@pytest.mark.slow
@in_scene
async def test_what_can_be_tried_again_is_and_leads_there_and_back(scene: Scene) -> None:
    parent = await launch(scene)
    sent = [one.message_id for one in await scene.send(10)]
    await scene.report(sent[:4], Status.FAILED, 131053)
    await scene.report(sent[4:6], Status.FAILED, 131049)
    await scene.until(lambda: scene.text("report_retry").startswith("Retry 4 now, 2 from "))
    scene.click("report_retry")
    await scene.appears("retry_go")
    scene.click("retry_go")
    await scene.until(lambda: scene.page.report.broadcast_id != parent)
    await scene.until(lambda: scene.text("report_parent") == "Tried again: “Winter clearance – Mumbai”")
    assert scene.text("report_tile_selected-value") == "4"
    scene.click("report_parent")
    await scene.until(lambda: scene.page.report.broadcast_id == parent and scene.shows("report_try_1"))
    assert scene.text("report_try_1_text").startswith("Tried again · Preparing · ")
    assert not scene.find("report_retry").isEnabled()


@in_scene
async def test_the_files_that_are_offered_are_those_that_are_looked_at(scene: Scene) -> None:
    await launch(scene)
    await scene.until(lambda: scene.shows("report_export"))
    scene.page.report.messages.tabs.button("left_out").click()
    await scene.until(lambda: len(scene.page.report.messages.rows.rows) == 10)
    scene.click("report_export")
    menu = scene.window.findChild(QMenu, "report_export_menu")
    assert menu is not None
    told = [one.text() for one in menu.actions() if one.text()]
    assert told == ["All messages (1,000)…", "Left out (10)…", "This report as PDF…"]
    menu.close()
