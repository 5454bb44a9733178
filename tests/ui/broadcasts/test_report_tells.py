"""A report names who launched it, whom it reached despite an opt-out and why, and whom its lists named twice."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.broadcast_report import Chosen, Override
from desktop.domain.selection import Selection, Source, SourceKind
from desktop.services.broadcast_reports import BroadcastReports
from desktop.store import lists
from desktop.ui.broadcasts import report_words, words
from desktop.ui.broadcasts.report_paper import report_html
from tests.ui.broadcasts.conftest import Scene, in_scene
from tests.ui.broadcasts.test_report import VALUES, launch


async def launch_off(scene: Scene) -> int:
    """To ten who opted out and 990 others; its report open, five gone, four of them despite an opt-out."""
    template = await scene.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft("Recall", template.id, only_opted_in=False, variables=VALUES)
    broadcast_id = await scene.app.broadcasts.save_draft(None, draft, scene.who[0])
    await scene.app.broadcasts.launch(broadcast_id, scene.who[0], reason="A recall", now=True)
    await scene.plan(broadcast_id)
    scene.page.open_report(broadcast_id)
    await scene.until(lambda: scene.text("report_status") == "Running")
    return broadcast_id


@in_scene
async def test_with_the_toggle_off_the_report_says_whom_it_reached_and_why(scene: Scene) -> None:
    broadcast_id = await launch_off(scene)
    await scene.until(lambda: scene.shows("report_despite"))
    told = scene.find("report_despite").accessibleName()
    assert told.startswith(
        "0 got it despite an opt-out so far; 10 had opted out at the yes. Reason given by "
    )
    await scene.send(1_000)
    await scene.until(lambda: scene.find("report_despite").accessibleName().startswith("10 got it"))
    told = scene.find("report_despite").accessibleName()
    assert told == f"10 got it despite an opt-out. Reason given by {scene.who[0].name}: “A recall”"
    scene.page.report.beneath.despite.linkActivated.emit("despite")
    card = scene.page.report.messages
    await scene.until(lambda: scene.text("report_tab-chosen") == "Got it despite an opt-out 10")
    assert len(card.rows.rows) == 10
    assert card.rows.index(0, 3).data() == "Sent despite opt-out: A recall"
    report = await scene.app.broadcasts.report(broadcast_id)
    reports = BroadcastReports(scene.app.store)
    extras, hours = await reports.extras(broadcast_id), await reports.hours(broadcast_id)
    compared = await reports.compare(broadcast_id)
    now = scene.app.clock.now()
    html = report_html(report, extras, hours, compared, (), now, ZoneInfo("UTC"))
    assert told in html
    assert "Yesterday" not in html
    assert words.dated(report.record.launched_at, ZoneInfo("UTC")) in html


@in_scene
async def test_words_of_the_toggle_off(scene: Scene) -> None:
    record = (await scene.app.broadcasts.report(await launch(scene))).record
    found = Override("A recall", 21, 7, "Meera Rao", "Arjun Nair")
    assert report_words.override_words(record, found) == (
        "7 got it despite an opt-out so far; 21 had opted out at the yes. Reason given by Meera Rao: “A recall” · "
        "approved by Arjun Nair"
    )
    waiting = replace(record, selected_count=None)
    assert report_words.override_words(waiting, found).startswith("With “only opted-in” off. Reason given by")


@in_scene
async def test_another_report_begins_with_none_of_the_tabs_of_the_last(scene: Scene) -> None:
    first = await launch(scene)
    scene.page.report.ledger.text.linkActivated.emit("waiting")
    await scene.until(lambda: scene.text("report_tab-chosen") == "Waiting now 990")
    QTest.keyClick(scene.find("report_tile_opted_out_since"), Qt.Key.Key_Return)
    await scene.until(lambda: scene.page.report.messages.rows.columns[3].title == "Opted out")
    second = await launch(scene)
    assert second != first
    card = scene.page.report.messages
    assert not scene.shows("report_tab-chosen")
    assert card.rows.columns[3].title == "Reason"
    assert card.chosen == Chosen()


@in_scene
async def test_who_was_named_twice_is_listed_where_the_number_opens(scene: Scene) -> None:
    template = await scene.app.templates.by_name("winter_clearance")
    ids = [1, 2, 3]
    made = await scene.app.store.write(lambda tx: lists.make(tx, "VIPs", [*ids, ids[0], ids[1]], None))
    chosen = Selection(Source(SourceKind.LISTS, (made,)))
    draft = BroadcastDraft("Twice", template.id, variables=VALUES, selection=chosen)
    broadcast_id = await scene.app.broadcasts.save_draft(None, draft, scene.who[0])
    await scene.app.broadcasts.launch(broadcast_id, scene.who[0], now=True)
    await scene.plan(broadcast_id)
    scene.page.open_report(broadcast_id)
    card = scene.page.report.messages
    await scene.until(lambda: scene.text("report_tab-all") == "All 5" and len(card.rows.rows) == 5)
    count = int(scene.text("report_tile_left_out-value"))
    QTest.keyClick(scene.find("report_tile_left_out"), Qt.Key.Key_Return)
    await scene.until(lambda: len(card.rows.rows) == count and card.tabs.current == "left_out")
    notes = [card.rows.columns[3].cell(one) for one in card.rows.rows if one.again]
    assert [getattr(one, "text", one) for one in notes] == [
        "Selected twice: also on row 4 of “VIPs”",
        "Selected twice: also on row 5 of “VIPs”",
    ]
    asked: list[int] = []
    card.why_requested.connect(asked.append)
    last = len(card.rows.rows) - 1
    card.table.setCurrentIndex(card.rows.index(last, 0))
    QTest.keyClicks(card.table, "?")
    assert asked == []
    assert not scene.shows("report_why")
