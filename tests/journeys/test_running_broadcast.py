"""A broadcast under way: paused, gone on with, stopped; and what nobody can be certain of."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt

from tests.journeys.broadcasting import ended, launch, message_count, newest, tile, to_audience
from tests.journeys.journey import Journey, journey, until


def waiting_count(trip: Journey) -> int:
    return message_count(trip, "status = 'queued'")


@pytest.mark.slow
@journey(pace_per_s=40)
async def test_a_paused_broadcast_sends_nothing_while_people_still_write_and_a_stopped_one_never_again(
    trip: Journey,
) -> None:
    await to_audience(trip)
    await launch(trip)
    await until(lambda: 0 < waiting_count(trip) < 980, "the first messages to leave")
    await trip.click("report_pause")
    await trip.says("report_status", "Paused")
    await until(lambda: trip.app.engine_status().on_the_way_count == 0, "the calls on the way to end")
    await trip.settings(pace_per_s=None)  # it would all leave at once now
    paused_at = waiting_count(trip)
    assert paused_at > 500
    await trip.picture("paused")

    await trip.click("rail-conversations")
    await trip.open_conversation("Arjun Kapoor")
    await trip.write("compose_text", "It is back in stock!")
    await trip.press(Qt.Key.Key_Return)
    answered = "SELECT count(*) FROM message WHERE kind = 'text' AND path = 'compose' AND sent_at > ?"
    now_us = trip.ask("SELECT launched_at FROM broadcast ORDER BY id DESC LIMIT 1")[0][0]
    await until(lambda: trip.ask(answered, now_us) == [(1,)], "the reply to be sent")
    assert waiting_count(trip) == paused_at, "the engine sent, and none of it was the broadcast’s"

    await trip.settings(pace_per_s=40)
    await trip.click("rail-broadcasts")
    await trip.says("report_pause", "Resume")
    await trip.click("report_pause")
    await trip.says("report_status", "Running")
    await until(lambda: waiting_count(trip) < paused_at, "it to go on")
    await trip.click("report_stop")
    await trip.says("stop-title", "for good")
    await trip.picture("stop-question")
    await trip.click("stop_go")
    await trip.says("report_status", "Stopped")
    await ended(trip)
    await until(lambda: waiting_count(trip) == 0, "what waited to be cancelled")
    await until(lambda: trip.app.engine_status().on_the_way_count == 0, "the calls on the way to end")
    await trip.says("report_ledger", "cancelled", "10 left out", "= 1,000 selected")
    await trip.picture("stopped")
    assert not trip.shows("report_pause")
    assert not trip.shows("report_stop")
    cancelled = message_count(trip, "status = 'cancelled'")
    gone = message_count(trip, "status IN ('accepted', 'sent', 'delivered', 'read')")
    assert cancelled + gone == 990
    assert len(await trip.judge.sends("template")) == gone
    assert (await trip.app.broadcasts.verify(newest(trip))).is_green


@journey(pace_per_s=None)
@pytest.mark.slow
async def test_what_is_not_certain_is_never_resent_by_itself_and_decided_by_a_person(trip: Journey) -> None:
    await trip.judge.do("status_delays", delays_s=None)  # or WhatsApp's next report would settle it
    await trip.judge.do("trouble", kind="drop_after_accept", count=3)
    await to_audience(trip)
    await launch(trip)
    await ended(trip)
    await until(lambda: "3" in tile(trip, "not_certain"), "three to be uncertain")
    await trip.says("report_ledger", "3 not certain", "= 1,000 selected")
    assert len(await trip.judge.sends("template")) == 990

    await trip.click("report_tab-unknown")
    await until(lambda: len(trip.rows("report_messages")) == 3, "the three to be listed")
    await trip.says("report_detail_text", "nobody knows whether it arrived")
    await trip.picture("not-certain")
    for left, answer in ((2, "arrived"), (1, "leave_it"), (0, "send_again")):
        await trip.click(f"report_unknown_{answer}")
        await trip.click("report_unknown_confirm")
        await until(lambda left=left: len(trip.rows("report_messages")) == left, f"{left} to be left")  # type: ignore[misc]
    await trip.picture("all-certain")
    await trip.says("report_ledger", "= 1,000 selected")
    await until(lambda: tile(trip, "not_certain").endswith("0"), "nothing to be uncertain")

    accepted = "SELECT count(*) FROM message WHERE retry_of IS NOT NULL AND status = 'accepted'"
    await until(lambda: trip.ask(accepted) == [(1,)], "the new message to leave")
    to = Counter(one["to"] for one in await trip.judge.sends("template"))
    assert sum(to.values()) == 991
    assert sorted(to.values())[-2:] == [1, 2], "one got it twice: who was decided on"
    meera = await trip.user("Meera Rao")
    decided = "SELECT reason, user_id FROM message_event WHERE reason LIKE 'person_%' ORDER BY reason"
    assert trip.ask(decided) == [
        ("person_left_it", meera.id),
        ("person_says_arrived", meera.id),
        ("person_sent_again", meera.id),
    ]
    assert all(one.is_green for one in await trip.app.broadcasts.verify_all())
