"""The report of a broadcast to the demo's thousand contacts, driven by hand: claim, settle, report."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.changes import Change, Changes, Topic
from desktop.domain.consent import OptIn
from desktop.domain.messages import Status
from desktop.domain.people import Role
from desktop.domain.problems import NotFound, Problem
from desktop.domain.reasons import Reason
from desktop.domain.templates import Variable
from desktop.store.engine import Tx
from desktop.ui.broadcasts.report_cards import LedgerLine, Speed
from desktop.ui.broadcasts.words import duration, left_out_note, share
from desktop.ui.theme import Theme
from tests.ui.broadcasts.conftest import Scene, in_scene

VALUES = (Variable("1", "first_name", "there"), Variable("2", "", "40%"), Variable("3", "", "30 Nov"))


async def launch(scene: Scene, approved: int = 990) -> int:
    """A launched and planned broadcast of the marketing template, its report open."""
    template = await scene.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft("Winter clearance – Mumbai", template.id, variables=VALUES)
    broadcast_id = await scene.app.broadcasts.save_draft(None, draft, scene.who[0])
    await scene.app.broadcasts.launch(broadcast_id, scene.who[0], approved_count=approved, now=True)
    await scene.plan(broadcast_id)
    scene.page.open_report(broadcast_id)
    await scene.until(lambda: scene.text("report_status") == "Running")
    return broadcast_id


def tile(scene: Scene, name: str) -> tuple[str, str]:
    return scene.text(f"report_tile_{name}-value"), scene.text(f"report_tile_{name}-note")


def reasons(scene: Scene) -> list[tuple[str, str]]:
    return [(label.text(), count.text()) for label, count in scene.page.report.why.lines]


@in_scene
async def test_figures_ledger_and_reasons_follow_the_engine(scene: Scene) -> None:
    await launch(scene)
    assert tile(scene, "selected") == ("1,000", "")
    assert tile(scene, "left_out") == ("10", "opted out")
    assert scene.text("report_ledger") == "Now: 990 waiting + 10 left out = 1,000 selected"
    assert scene.text("report_progress_text").startswith("0 of 990 gone")
    assert scene.text("report_launched").startswith("Launched by Meera Rao, ")
    ids = [one.message_id for one in await scene.send(100)]
    await scene.report(ids[:4], Status.FAILED, 131026)
    await scene.report(ids[4:], Status.SENT)
    await scene.report(ids[4:84], Status.DELIVERED)
    await scene.report(ids[4:28], Status.READ)
    now = "890 waiting + 16 sent + 56 delivered + 24 read + 4 failed + 10 left out"
    await scene.until(lambda: scene.text("report_ledger") == f"Now: {now} = 1,000 selected")
    assert tile(scene, "sent") == ("96", "")
    assert tile(scene, "delivered") == ("80", "83 % of 96 sent")
    assert tile(scene, "read") == ("24", "25 % of 96 sent")
    assert tile(scene, "failed") == ("4", "")
    assert scene.text("report_progress_text").startswith("100 of 990 gone")
    await scene.until(lambda: len(reasons(scene)) == 2)
    assert reasons(scene)[0] == ("Opted out of marketing", "10")
    assert reasons(scene)[1][1] == "4"
    assert scene.find("report_ledger").property("color") is None
    ends = scene.find("report_chart").accessibleDescription()
    assert ends == "Sent 96, Delivered 80, Read 24"


@in_scene
async def test_who_opts_out_after_the_launch_is_told_apart(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    waiting = await scene.app.broadcasts.messages(broadcast_id, (Status.QUEUED,), limit=2)
    for one in waiting:
        await scene.app.contacts.set_opt_in(one.contact_id, OptIn.NO, scene.who[0])
    await scene.until(lambda: tile(scene, "opted_out_since")[0] == "2")
    await scene.send(990)
    await scene.until(lambda: tile(scene, "left_out") == ("12", "opted out"))
    assert ("Opted out after launch", "2") in reasons(scene)
    assert (
        scene.text("report_approved")
        == "990 stood on the button, 988 are to be sent: 2 opted out after launch."
    )
    await scene.until(lambda: scene.text("report_progress_text").startswith("988 of 988 gone"))


@in_scene
async def test_the_same_number_as_on_the_button_needs_no_line(scene: Scene) -> None:
    await launch(scene)
    assert not scene.shows("report_approved")


@in_scene
async def test_a_flipped_row_turns_the_ledger_red(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    await scene.send(5)
    check = scene.page.report.check
    await scene.until(lambda: (check.look(), scene.page.report._verified)[1])  # type: ignore[func-returns-value]
    assert scene.find("report_ledger").property("color") is None
    first = (await scene.app.broadcasts.messages(broadcast_id, (Status.QUEUED,), limit=1))[0]

    def flip(tx: Tx) -> None:
        tx.conn.exec_driver_sql("UPDATE message SET status = 'delivered' WHERE id = ?", (first.id,))
        tx.touch(Topic.BROADCAST, broadcast_id)

    await scene.app.store.write(flip)
    await scene.until(
        lambda: (check.look(), "events do not lead to" in scene.text("report_ledger"))[1]  # type: ignore[func-returns-value]
    )
    assert scene.find("report_ledger").property("color") == "danger"
    assert scene.find("report_ledger_sign").accessibleName() == "Does not add up"


def test_figures_that_do_not_add_up_are_red(theme: Theme, window: QWidget) -> None:
    line = LedgerLine(theme)
    line.show_ledger(Figures(10, {Status.READ: 9}), (), verified=False)
    assert line.text.property("color") == "danger"
    assert line.text.text().endswith("The states do not add up to the number selected.")


@in_scene
async def test_pause_resume_and_stop(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    await scene.send(10)
    scene.click("report_pause")
    await scene.until(
        lambda: scene.text("report_status") == "Paused" and scene.text("report_pause") == "Resume"
    )
    assert len(await scene.send(10)) == 0
    await scene.until(lambda: scene.find("report_pause").isEnabled())
    scene.click("report_pause")
    await scene.until(lambda: scene.text("report_status") == "Running")
    await scene.until(lambda: scene.find("report_stop").isEnabled())
    scene.click("report_stop")
    dialog = await scene.appears("stop")
    assert "980 messages have not left yet and never will" in dialog.accessibleDescription()
    scene.click("stop_keep")
    await scene.desk.tasks.drain()
    assert (await scene.app.broadcasts.get(broadcast_id)).status is BroadcastStatus.RUNNING
    scene.click("report_stop")
    await scene.appears("stop_go")
    scene.click("stop_go")
    await scene.until(lambda: scene.text("report_status") == "Stopped")
    await scene.until(lambda: "980 never went" in scene.text("report_progress_text"))
    assert not scene.shows("report_pause")
    assert not scene.shows("report_stop")


@in_scene
async def test_a_held_broadcast_says_why_and_goes_on(scene: Scene) -> None:
    broadcast_id = await launch(scene)

    def hold(tx: Tx) -> None:
        tx.conn.exec_driver_sql(
            "UPDATE broadcast SET status = 'held', held_because = ? WHERE id = ?",
            ("The template is paused.", broadcast_id),
        )
        tx.touch(Topic.BROADCAST, broadcast_id)

    await scene.app.store.write(hold)
    await scene.until(lambda: scene.text("report_status") == "Held")
    assert scene.text("report_held-text") == "<b>Held:</b> The template is paused."
    assert not scene.shows("report_pause")
    scene.click("report_held-action")
    await scene.until(lambda: scene.text("report_status") == "Running" and not scene.shows("report_held"))


@pytest.mark.slow
@in_scene
async def test_an_uncertain_message_is_asked_about_twice_and_settled(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    lost = [await scene.lose() for _ in range(3)]
    await scene.until(lambda: tile(scene, "not_certain")[0] == "3")
    scene.page.report.messages.tabs.button("unknown").click()
    rows = scene.page.report.messages.rows
    await scene.until(lambda: len(rows.rows) == 3 and scene.shows("report_unknown_arrived"))
    assert not scene.shows("report_unknown_confirm")
    first = scene.page.report.messages.table.chosen_row()
    scene.click("report_unknown_arrived")
    await scene.appears("report_unknown_confirm")
    scene.click("report_unknown_cancel")
    await scene.appears("report_unknown_arrived")
    assert (await scene.app.broadcasts.report(broadcast_id)).figures.count(Status.UNKNOWN) == 3
    scene.click("report_unknown_arrived")
    await scene.appears("report_unknown_confirm")
    scene.click("report_unknown_confirm")
    await scene.until(lambda: tile(scene, "not_certain")[0] == "2" and len(rows.rows) == 2)
    arrived = await scene.app.broadcasts.messages(broadcast_id, (Status.ACCEPTED,))
    assert [one.id for one in arrived] == [first.message.id]
    await scene.appears("report_unknown_leave_it")
    scene.click("report_unknown_leave_it")
    await scene.appears("report_unknown_confirm")
    scene.click("report_unknown_confirm")
    await scene.until(lambda: tile(scene, "not_certain")[0] == "1" and len(rows.rows) == 1)
    await scene.appears("report_unknown_send_again")
    scene.click("report_unknown_send_again")
    await scene.appears("report_unknown_confirm")
    scene.click("report_unknown_confirm")
    await scene.until(lambda: tile(scene, "not_certain")[0] == "0" and not rows.rows)
    left = {one.reason for one in await scene.app.broadcasts.messages(broadcast_id, (Status.CANCELLED,))}
    assert left == {Reason.PERSON_LEFT_IT, Reason.PERSON_SENT_AGAIN}
    assert len(lost) == 3


@pytest.mark.slow
@in_scene
async def test_tabs_and_search_find_messages_with_their_reasons(scene: Scene) -> None:
    await launch(scene)
    sent = await scene.send(3)
    await scene.report([sent[0].message_id], Status.FAILED, 131026)
    await scene.until(lambda: tile(scene, "failed")[0] == "1")
    card = scene.page.report.messages
    await scene.until(lambda: len(card.rows.rows) == 200 and scene.shows("report_more"))
    assert scene.text("report_more_text") == "The 200 newest changes of 1,000 are shown."
    card.tabs.button("left_out").click()
    await scene.until(lambda: len(card.rows.rows) == 10)
    assert {card.rows.cell(at, 3).text for at in range(10)} == {"Opted out of marketing"}
    card.tabs.button("failed").click()
    await scene.until(lambda: len(card.rows.rows) == 1)
    assert card.rows.cell(0, 3).text.endswith("(131026)")
    assert card.tabs.button("failed").text() == "Failed 1"
    card.tabs.button("all").click()
    QTest.keyClicks(scene.find("report_search"), "priya")
    QTest.keyClick(scene.find("report_search"), Qt.Key.Key_Return)
    await scene.until(lambda: [one.message.contact_name for one in card.rows.rows] == ["Priya Sharma"])
    told: list[int] = []
    scene.page.contact_requested.connect(told.append)
    card.table.setCurrentIndex(card.rows.index(0, 0))
    await scene.until(lambda: "Priya Sharma" in scene.text("report_detail_text"))
    QTest.keyClick(card.table, Qt.Key.Key_Return)
    assert told == [card.rows.rows[0].message.contact_id]


@in_scene
async def test_an_agent_looks_but_does_not_stop(scene: Scene) -> None:
    agents = [one for one in await scene.app.workspace.people() if one.role is Role.AGENT]
    await launch(scene)
    scene.who[0] = agents[0]
    scene.page.report.show_broadcast(scene.page.report.broadcast_id)
    await scene.until(lambda: scene.shows("report_stop") and not scene.find("report_stop").isEnabled())
    assert "may not launch and stop broadcasts" in scene.find("report_stop").toolTip()


@in_scene
async def test_what_is_gone_is_said(scene: Scene) -> None:
    scene.page.open_report(4711)
    await scene.until(lambda: scene.shows("report_missing"))
    scene.click("report_missing-action")
    await scene.until(lambda: scene.shows("broadcasts_empty"))


@in_scene
async def test_what_could_not_be_read_just_now_is_not_gone(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    report = scene.page.report
    report._not_read(Problem("The workspace is busy", "Another program writes."))
    assert scene.text("report_name") == "Winter clearance – Mumbai"
    assert not scene.shows("report_missing")
    assert scene.desk.toasts.shown[-1].action.text() == "Read again"
    report._not_read(NotFound("Broadcast not found", "It does not exist (any more)."))
    assert scene.shows("report_missing")
    report._heard(Changes.of(Change(Topic.BROADCAST, broadcast_id)))
    await scene.until(lambda: not scene.shows("report_missing") and scene.shows("report_ledger"))


@in_scene
async def test_a_resting_broadcast_is_compared_once(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    check = scene.page.report.check
    checked: list[object] = []
    check.checked.connect(checked.append)
    await scene.until(lambda: (check.look(), bool(checked))[1])  # type: ignore[func-returns-value]
    await scene.until(lambda: not scene.page.report._reload.running)
    began = check._not_before_s
    check.look()
    assert not check._work.running
    check.changed()
    check._not_before_s = scene.app.clock.monotonic_s() + 3_600
    check.look()
    assert not check._work.running, "it waits as long as the last one took, five times"
    check._not_before_s = began
    await scene.until(lambda: (check.look(), len(checked) > 1)[1])  # type: ignore[func-returns-value]
    assert (await scene.app.broadcasts.verify(broadcast_id)).is_green


@in_scene
async def test_the_list_follows_and_opens_the_report(scene: Scene) -> None:
    await scene.until(lambda: scene.shows("broadcasts_empty-action"))
    broadcast_id = await launch(scene)
    scene.page.setFocus()
    focused = scene.window.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    await scene.until(lambda: scene.shows("broadcasts_table") and len(scene.page.list.rows.rows) == 1)
    rows = scene.page.list.rows
    await scene.until(lambda: rows.cell(0, 3).text == "Running")
    assert [rows.cell(0, column).text for column in (0, 1, 2, 3, 5, 6, 7)] == [
        "Winter clearance – Mumbai", "winter_clearance", "Marketing", "Running", "1,000", "0", "10",
    ]  # fmt: skip
    ids = [one.message_id for one in await scene.send(5)]
    await scene.report(ids, Status.SENT)
    await scene.until(lambda: rows.cell(0, 6).text == "5")
    scene.page.list.table.setCurrentIndex(rows.index(0, 0))
    QTest.keyClick(scene.page.list.table, Qt.Key.Key_Return)
    await scene.until(lambda: scene.shows("report") and scene.page.report.broadcast_id == broadcast_id)


def test_the_speed_is_what_was_seen_lately() -> None:
    speed = Speed()
    speed.saw(0, 100.0)
    assert speed.per_s == 0.0
    speed.saw(80, 101.0)
    assert speed.per_s == 80.0
    for second in range(2, 20):
        speed.saw(80 + 40 * (second - 1), 100.0 + second)
    assert speed.per_s == 40.0
    speed.saw(0, 130.0)
    assert speed.per_s == 0.0


def test_shares_print_their_denominator_and_never_round_to_the_whole() -> None:
    assert share(655, 712, "sent") == "92 % of 712 sent"
    assert share(999, 1000, "sent") == "99.9 % of 1,000 sent"
    assert share(1, 1000, "sent") == "0.1 % of 1,000 sent"
    assert share(1, 1_000_000, "sent") == "< 0.1 % of 1,000,000 sent"
    assert share(0, 0, "sent") == ""
    assert share(5, 5, "sent") == "100 % of 5 sent"


def test_durations_and_notes_in_words() -> None:
    assert [duration(value) for value in (0, 0.2, 12.4, 99, 300, 7800)] == ["0 s", "1 s", "13 s", "99 s", "5 min", "2 h 10 min"]  # fmt: skip
    assert left_out_note({Reason.OPTED_OUT: 10, Reason.OPTED_OUT_AFTER_LAUNCH: 2}) == "opted out"
    assert left_out_note({Reason.OPTED_OUT: 10, Reason.NO_PHONE: 2}) == "10 opted out, 2 other"
    assert left_out_note({Reason.NO_PHONE: 2}) == "no phone number"
    assert left_out_note({}) == ""


@in_scene
async def test_a_report_that_was_out_of_sight_shows_what_happened_meanwhile(scene: Scene) -> None:
    await launch(scene)
    await scene.send(100)
    await scene.until(lambda: scene.text("report_progress_text").startswith("100 of 990 gone"))
    scene.page.hide()
    told: list[Changes] = []
    scene.desk.live.follow(scene.window, told.append)
    await scene.send(890)
    await scene.until(lambda: any(one.has(Topic.BROADCAST) for one in told))
    await scene.until(lambda: scene.app.feed._timer is None, "everything is told: no later change helps")
    assert scene.page.report.progress.text.text().startswith("100 of 990 gone")
    scene.page.show()
    await scene.until(lambda: scene.text("report_progress_text").startswith("990 of 990 gone"))
