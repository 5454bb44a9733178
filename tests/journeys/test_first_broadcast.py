"""The first broadcast: 1,000 contacts, 10 of whom said no, through the wizard and the report."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt

from tests.journeys.broadcasting import (
    REASON,
    Auditor,
    ended,
    launch_despite,
    lines,
    message_count,
    newest,
    reasons,
    tile,
    to_audience,
    to_review,
)
from tests.journeys.journey import Journey, journey, next_second, until


@journey()
async def test_the_wizard_counts_every_kind_on_its_own_line_and_warns_when_the_toggle_is_off(
    trip: Journey,
) -> None:
    await to_audience(trip)
    await trip.says("wizard_will_be_sent", "990")
    on_their_own = {
        "will_opted_in": "Opted in: 970",
        "will_no_choice": "No choice recorded: 20",
        "opted_out": "Opted out: 10 left out",
    }
    await until(lambda: lines(trip) == on_their_own, "the three lines")
    assert not trip.shows("wizard_toggle_warning")
    await trip.picture("audience-on")
    await trip.click("wizard_toggle")
    await trip.says("wizard_will_be_sent", "1,000")
    await trip.says(
        "wizard_toggle_warning-text", "10 contacts who opted out will get this message", "quality rating"
    )
    await until(lambda: lines(trip).get("will_despite") == "Opted out: 10 included", "the line of the ten")
    await trip.picture("audience-off")
    await trip.click("wizard_toggle")
    await trip.says("wizard_will_be_sent", "990")
    assert not trip.shows("wizard_toggle_warning")


@journey()
async def test_with_the_toggle_off_nothing_is_launched_without_a_reason(trip: Journey) -> None:
    await to_audience(trip)
    await trip.click("wizard_toggle")
    await trip.says("wizard_will_be_sent", "1,000")
    await to_review(trip)
    await trip.picture("review-off")
    await trip.says("wizard_next", "Send to 1,000 contacts")
    await trip.click("wizard_next")
    await trip.says("launch_despite-title", "10 contacts who opted out")
    await trip.picture("despite")
    assert not trip.can("launch_anyway")
    await trip.write("launch_reason", "   ")
    assert not trip.can("launch_anyway")
    await trip.press(Qt.Key.Key_Return)
    await trip.press(Qt.Key.Key_Escape)
    await trip.goes("launch_despite")
    assert trip.shows("wizard_review_card")
    newest = "SELECT status, selected_count FROM broadcast ORDER BY id DESC LIMIT 1"
    await until(lambda: trip.ask(newest) == [("draft", None)], "the draft, kept and not launched")
    assert await trip.judge.sends() == []


@journey(pace_per_s=None)
async def test_990_of_1000_get_it_and_the_ledger_is_green_at_every_commit(trip: Journey) -> None:
    said_no = trip.phones_that_said("no")
    assert len(said_no) == 10
    auditor = Auditor(trip.app.store)
    await to_audience(trip)
    await trip.says("wizard_will_be_sent", "990")
    await to_review(trip)
    await trip.picture("review-on")
    await trip.click("wizard_next")
    await trip.says("launch-title", "Send to 990 contacts?")
    await trip.picture("launch")
    await trip.click("launch_go")
    await trip.appears("report_tiles")
    await until(
        lambda: trip.shows("report_progress") and "990" in trip.text("report_progress_text"), "the report"
    )
    await trip.picture("report-running")
    await ended(trip)
    await trip.says("report_status", "Done")
    await trip.says("report_ledger", "10 left out", "= 1,000 selected")
    await until(lambda: "990" in tile(trip, "sent"), "990 sent")
    await trip.picture("report-done")

    assert "1,000" in tile(trip, "selected")
    assert "10" in tile(trip, "left_out")
    assert reasons(trip) == ["Opted out of marketing (left out): 10"]
    auditor.forget()
    assert len(auditor.looks) > 30
    assert all(look.adds_up and not look.faults for look in auditor.looks)
    assert {(look.selected_count, look.left_out_count) for look in auditor.looks[-1:]} == {(1000, 10)}

    sent_to = Counter(one["to"] for one in await trip.judge.sends("template"))
    assert len(sent_to) == sum(sent_to.values()) == 990
    assert not said_no & set(sent_to)
    assert len(await trip.judge.sends()) == 990
    assert message_count(trip, "asked IS NOT 1") == 0, "every message has its verdict"


@journey(pace_per_s=None)
@pytest.mark.slow
async def test_with_the_toggle_off_all_get_it_and_who_decided_and_why_are_kept(trip: Journey) -> None:
    said_no = trip.phones_that_said("no")
    await to_audience(trip)
    await launch_despite(trip)
    await ended(trip)
    await until(lambda: "1,000" in tile(trip, "sent"), "1,000 sent")
    await trip.picture("report-despite")
    sent_to = Counter(one["to"] for one in await trip.judge.sends("template"))
    assert len(sent_to) == sum(sent_to.values()) == 1000
    assert said_no <= set(sent_to)
    meera = await trip.user("Meera Rao")
    columns = "override_reason, override_user_id, approved_no_count"
    assert trip.ask(f"SELECT {columns} FROM broadcast WHERE id = ?", newest(trip)) == [(REASON, meera.id, 10)]
    kept = trip.ask(
        "SELECT c.phone, m.reason, m.override_reason FROM message m JOIN contact c ON c.id = m.contact_id"
        " WHERE m.broadcast_id = ? AND m.reason = 'despite_opt_out'",
        newest(trip),
    )
    assert {phone for phone, _, _ in kept} == said_no
    assert {why for _, _, why in kept} == {REASON}


@pytest.mark.slow
@journey(pace_per_s=30)
async def test_whoever_says_stop_after_the_launch_is_left_out_even_with_the_toggle_off(trip: Journey) -> None:
    await to_audience(trip)
    await launch_despite(trip)
    await until(lambda: message_count(trip, "status <> 'queued'") > 5, "the first messages to leave")
    ((phone,),) = trip.ask(
        "SELECT c.phone FROM message m JOIN contact c ON c.id = m.contact_id"
        " WHERE m.broadcast_id = ? AND m.status = 'queued' ORDER BY m.id DESC LIMIT 1",
        newest(trip),
    )
    await next_second()
    await trip.judge.customer(phone, "text", text="Stop!")
    await until(lambda: phone in trip.phones_that_said("no"), "the STOP to count")
    await trip.picture("report-stop-in-the-middle")
    await trip.settings(pace_per_s=None)
    await ended(trip)
    await until(lambda: "999" in tile(trip, "sent"), "999 sent")
    assert reasons(trip) == ["Opted out after launch (left out): 1"]
    await until(lambda: "1" in tile(trip, "opted_out_since"), "1 opted out since")
    await trip.says(
        "report_approved", "1,000 stood on the button", "999 are to be sent: 1 opted out after launch"
    )
    await trip.picture("report-stopped-one")
    to_them = [one["type"] for one in await trip.judge.sends() if one["to"] == phone]
    assert to_them == ["interactive"], "the confirmation, and no template"
    assert len(await trip.judge.sends("template")) == 999
    assert all(one.is_green for one in await trip.app.broadcasts.verify_all())
