"""The engine against the sandbox: pace, withdrawn claims, lost answers, lines that are down, stale templates."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.services.dispatcher import EngineState, take_over
from desktop.store import claims, consent, engines
from desktop.store.engine import Tx
from tests.services.desk import (
    ARJUN,
    LUCIA,
    PRIYA,
    QUICK,
    Desk,
    TestClock,
    make_sandbox,
    open_engine_room,
)

GONE = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


# Pace.


async def _tick(desk: Desk, seconds: float, at_least: int) -> int:
    """Let machine time pass; returns how many sends WhatsApp has accepted once the engine is at rest."""
    assert desk.engine is not None
    engine = desk.engine
    desk.clock.pass_s(seconds)
    engine.wake()

    async def look() -> int | None:
        count = int((await desk.client.control("sends/count"))["count"])
        return count if engine.status.on_the_way_count == 0 and count >= at_least else None

    return int(await desk.until(look))


async def test_the_pace_is_kept_on_machine_time(empty: Path, tmp_path: Path) -> None:
    """20 a second, in slices of a quarter of a second: exact, since time stands still between the ticks."""
    clock = TestClock(stopped=True)
    async with open_engine_room(empty, tmp_path, clock=clock, pace_per_s=20) as desk:
        await desk.crowd(yes=60)
        launched = await desk.launch()
        await desk.until_record(launched, BroadcastStatus.RUNNING)
        counts = [await _tick(desk, 0.25, 5 * number) for number in range(1, 9)]
        assert counts == [5, 10, 15, 20, 25, 30, 35, 40]
        # A pause does not save up: at most a quarter of a second's worth leaves at once.
        assert await _tick(desk, 60.0, 45) == 45


async def test_a_throttle_slows_everything_down(empty: Path, tmp_path: Path) -> None:
    """130429: nothing for a second, then half the pace, growing by two per cent of the limit a second."""
    clock = TestClock(stopped=True)
    async with open_engine_room(empty, tmp_path, clock=clock, pace_per_s=80) as desk:
        await desk.crowd(yes=120)
        launched = await desk.launch()
        await desk.until_record(launched, BroadcastStatus.RUNNING)
        assert await _tick(desk, 0.25, 20) == 20
        await desk.trouble(code=130429, count=1)
        assert await _tick(desk, 0.25, 39) == 39
        assert await _tick(desk, 0.75, 39) == 39
        await desk.app.move_clock(timedelta(seconds=1))
        after = await _tick(desk, 0.25 + 0.125, 40)
        assert after == 39 + 10
        await desk.until_counts(launched, accepted=49, queued=71)


async def test_a_pair_limit_holds_one_recipient_alone(desk: Desk) -> None:
    await desk.trouble(code=131056, to=PRIYA, count=2)
    priya, arjun = await desk.contact(PRIYA, OptIn.YES), await desk.contact(ARJUN, OptIn.YES)
    held = await desk.send(priya, template="order_shipped")
    others = [await desk.send(arjun, template="order_shipped") for _ in range(5)]
    for one in others:
        await desk.until_status(one, *GONE)
    waiting = await desk.message(held)
    assert (waiting.status, waiting.error_code) == (Status.QUEUED, 131056)
    await desk.app.move_clock(timedelta(seconds=1))
    await desk.until(lambda: _attempts(desk, held, 2))
    await desk.app.move_clock(timedelta(seconds=4))
    await desk.until_status(held, *GONE)
    assert (await desk.message(held)).error_code is None
    assert (await desk.sent_to()).count(PRIYA) == 1


async def _attempts(desk: Desk, message_id: int, at_least: int) -> bool:
    found = await desk.calls(message_id)
    return len(found) >= at_least and all(one != "open" for one in found)


# The retry table.


@pytest.mark.parametrize(
    ("code", "tries"),
    [(131026, 1), (131047, 1), (131049, 1), (130472, 1), (131053, 2), (131000, 4), (131056, 7), (100, 1)],
)
@pytest.mark.sampled(3)
async def test_how_often_a_refused_message_is_tried(desk: Desk, code: int, tries: int) -> None:
    """Refused each time: it fails after as many calls as the table says, never one more."""
    await desk.trouble(code=code, count=None)
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, template="order_shipped")
    for number in range(1, tries):
        await desk.until(lambda number=number: _attempts(desk, sent, number))  # type: ignore[misc]
        await desk.app.move_clock(timedelta(hours=2))
    seen = await desk.until_status(sent, Status.FAILED)
    assert (seen.reason, seen.error_code) == (Reason.WHATSAPP_ERROR, code)
    assert await desk.calls(sent) == ["refused"] * tries
    assert await desk.sends() == []


@pytest.mark.parametrize("code", [131026, 131000, 131049, 131056, 130429])
@pytest.mark.sampled(2)
async def test_a_failure_told_by_webhook_is_final(desk: Desk, code: int) -> None:
    """Accepted, then failed: the machine never sends it a second time, whatever the code."""
    await desk.trouble(code=code, when="webhook")
    priya = await desk.contact(PRIYA, OptIn.YES)
    sent = await desk.send(priya, template="winter_clearance")
    seen = await desk.until_status(sent, Status.FAILED)
    assert seen.error_code == code
    await desk.app.move_clock(timedelta(hours=2))
    await desk.send(priya, template="order_shipped")
    await desk.settled()
    assert (await desk.message(sent)).status is Status.FAILED
    assert await desk.calls(sent) == ["accepted"]


@pytest.mark.parametrize("when", ["answer", "webhook"])
async def test_131050_is_a_stop(desk: Desk, when: str) -> None:
    priya = await desk.contact(PRIYA, OptIn.YES)
    await desk.trouble(code=131050, when=when)
    sent = await desk.send(priya, template="winter_clearance")
    await desk.until_status(sent, Status.FAILED)
    one = await desk.app.contacts.get(priya)
    assert (one.opt_in, one.facts.stopped_in_whatsapp) == (OptIn.YES, True)
    (last,) = [event for event in await desk.app.contacts.history(priya) if event.source is Source.WHATSAPP]
    assert "131050" in last.evidence
    again = await desk.app.sending.submit(
        await desk.submission(priya, template="winter_clearance"), desk.agent
    )
    assert (again.message_id, again.verdict.reason) == (None, Reason.STOPPED_IN_WHATSAPP)


# What holds a broadcast.


@pytest.mark.parametrize("code", [190, 132015, 368, 131048])
@pytest.mark.sampled(2)
async def test_a_refusal_of_everyone_holds_the_broadcast(desk: Desk, code: int) -> None:
    await desk.crowd(yes=80)
    await desk.trouble(code=code, count=None)
    launched = await desk.launch()
    record = await desk.until_record(launched, BroadcastStatus.HELD)
    assert str(code) in record.held_because
    await desk.until_counts(launched, queued=80)
    assert await desk.sends() == []
    await desk.client.control("trouble", method="DELETE")
    await desk.app.broadcasts.resume(launched, desk.supervisor)
    await desk.ended(launched)
    assert sorted(await desk.sent_to()) == sorted(set(await desk.sent_to()))
    assert len(await desk.sends()) == 80


async def test_a_paused_template_holds_the_broadcast_before_any_call(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path, run=False) as desk:
        await desk.crowd(yes=5)
        launched = await desk.launch()
        await desk.until_record(launched, BroadcastStatus.RUNNING)
        await desk.client.control("templates/winter_clearance", {"status": "PAUSED"})
        await desk.settled()
        desk.start_engine()
        record = await desk.until_record(launched, BroadcastStatus.HELD)
        assert record.held_because == Reason.TEMPLATE_NOT_APPROVED.sentence
        assert (await desk.sends(), (await desk.message(1)).status) == ([], Status.QUEUED)
        await desk.client.control("templates/winter_clearance", {"status": "APPROVED"})
        await desk.settled()
        await desk.app.broadcasts.resume(launched, desk.supervisor)
        await desk.ended(launched)
        assert len(await desk.sends()) == 5


# Claims that are withdrawn before their call begins.


async def _busy_line(desk: Desk) -> tuple[int, int]:
    """One connection, taken by a slow answer; a second message is claimed and waits for it."""
    await desk.trouble(kind="slow_answer", delay_s=0.7)
    arjun = await desk.contact(ARJUN, OptIn.YES)
    first = await desk.send(arjun, template="order_shipped")
    await desk.until_status(first, Status.SENDING)
    priya = await desk.contact(PRIYA, OptIn.YES)
    second = await desk.send(priya, template="winter_clearance")
    await desk.until_status(second, Status.SENDING)
    return priya, second


async def test_an_opt_out_withdraws_a_claim_whose_call_has_not_begun(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path, calls_at_once=1) as desk:
        priya, second = await _busy_line(desk)
        await desk.app.contacts.set_opt_in(priya, OptIn.NO, desk.agent)
        seen = await desk.until_status(second, Status.FAILED, *GONE)
        assert (seen.status, seen.reason) == (Status.FAILED, Reason.OPTED_OUT)
        assert await desk.attempts(second) == ["withdrawn"]
        assert await desk.sent_to() == [ARJUN]


async def test_a_call_later_than_a_second_after_its_claim_is_not_made(empty: Path, tmp_path: Path) -> None:
    """The opt-out comes from another process here: the engine has only its clock to go by."""
    clock = TestClock()
    async with open_engine_room(empty, tmp_path, clock=clock, calls_at_once=1) as desk:
        _, second = await _busy_line(desk)
        clock.pass_s(1.0)
        await desk.until_status(second, *GONE)
        assert await desk.attempts(second) == ["withdrawn", "accepted"]
        assert (await desk.sent_to()).count(PRIYA) == 1


async def test_a_call_within_a_second_is_made_once(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path, calls_at_once=1) as desk:
        _, second = await _busy_line(desk)
        await desk.until_status(second, *GONE)
        assert await desk.calls(second) == ["accepted"]


# Lost answers.


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "drop_after_accept"},
        {"kind": "half_answer"},
        {"kind": "wrong_json"},
        {"kind": "html_502", "after_accept": True},
    ],
)
async def test_a_lost_answer_is_settled_by_the_webhook_and_never_repeated(
    desk: Desk, trouble: dict[str, Any]
) -> None:
    await desk.client.control("status_delays", {"delays_s": None})
    await desk.trouble(**trouble)
    priya = await desk.contact(PRIYA, OptIn.YES)
    lost = await desk.send(priya, template="winter_clearance")
    seen = await desk.until_status(lost, Status.UNKNOWN, *GONE)
    assert (seen.status, seen.reason) == (Status.UNKNOWN, Reason.ANSWER_LOST)
    assert await desk.calls(lost) == ["lost"]
    await desk.client.control(f"customers/{PRIYA}/read", {})
    seen = await desk.until_status(lost, Status.READ)
    assert seen.wamid
    assert await desk.sent_to() == [PRIYA]


async def test_no_answer_in_time_is_lost_too(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path, timeout_s=0.2) as desk:
        await desk.trouble(kind="slow_answer", delay_s=1.0)
        priya = await desk.contact(PRIYA, OptIn.YES)
        lost = await desk.send(priya, template="winter_clearance")
        await desk.until_status(lost, Status.UNKNOWN)
        await desk.app.move_clock(timedelta(hours=48))
        await desk.send(priya, template="order_shipped")
        await desk.until(lambda: _count(desk, 2))
        assert (await desk.message(lost)).status is Status.UNKNOWN
        assert await desk.calls(lost) == ["lost"]


async def _count(desk: Desk, wanted: int) -> bool:
    return len(await desk.sends()) == wanted


async def test_a_502_before_acceptance_is_not_certain_either(desk: Desk) -> None:
    await desk.trouble(kind="html_502")
    priya = await desk.contact(PRIYA, OptIn.YES)
    lost = await desk.send(priya, template="winter_clearance")
    await desk.until_status(lost, Status.UNKNOWN)
    assert await desk.sends() == []


# The line is down.


async def test_nothing_is_lost_while_whatsapp_cannot_be_reached(empty: Path, tmp_path: Path) -> None:
    clock = TestClock()
    async with open_engine_room(empty, tmp_path, clock=clock) as desk:
        assert desk.engine is not None
        port = int(desk.client.base_url.rpartition(":")[2])
        priya = await desk.contact(PRIYA, OptIn.YES)
        wanted = await desk.submission(priya, template="order_shipped")
        await desk.sandbox.stop()
        # move_clock would call the sandbox, which is down: business time moves here alone.
        first, _ = await asyncio.gather(*(_submit(desk, wanted) for _ in range(2)))
        await desk.until(lambda: _attempts(desk, first, 1))
        waiting = await desk.message(first)
        assert (waiting.status, waiting.reason) == (Status.QUEUED, Reason.NOT_REACHED)
        assert "not_started" in await desk.calls(first)
        async with make_sandbox(QUICK, port):

            async def look() -> bool:
                clock.pass_both(1.0)
                return (await desk.message(first)).status in GONE

            await desk.until(look)
            await desk.until(lambda: _count(desk, 2))


async def _submit(desk: Desk, wanted: Any) -> int:
    done = await desk.app.sending.submit(wanted, desk.agent)
    assert done.message_id is not None
    return done.message_id


async def test_the_engine_says_what_troubles_it(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path) as desk:
        assert desk.engine is not None
        engine = desk.engine
        wanted = await desk.submission(await desk.contact(PRIYA, OptIn.YES), template="order_shipped")
        await desk.sandbox.stop()
        await _submit(desk, wanted)

        async def look() -> bool:
            return engine.status.state is EngineState.WAITING

        await desk.until(look)
        assert engine.status.trouble == Reason.NOT_REACHED.sentence


# Templates.


async def _lists_read(desk: Desk) -> int:
    exchanges = (await desk.client.control("wire"))["exchanges"]
    return sum("message_templates" in one["path"] for one in exchanges if one["method"] == "GET")


async def test_a_stale_template_is_refreshed_once_before_it_is_claimed(mute: Desk) -> None:
    desk = mute
    await desk.crowd(yes=100)
    before = await _lists_read(desk)
    await desk.app.move_clock(timedelta(minutes=11))
    # Changed without a word (the webhook has no target): only the refresh can tell.
    await desk.client.control("webhook", method="DELETE")
    launched = await desk.launch("order_shipped")
    await desk.until_counts(launched, accepted=100)
    assert await _lists_read(desk) == before + 1


async def test_a_category_learned_by_the_refresh_counts_before_the_claim(mute: Desk) -> None:
    desk = mute
    await desk.crowd(yes=10, no=10)
    await desk.app.move_clock(timedelta(minutes=11))
    await desk.client.control("webhook", method="DELETE")
    await desk.client.control("templates/order_shipped", {"category": "MARKETING"})
    launched = await desk.launch("order_shipped")
    await desk.until_record(launched, BroadcastStatus.HELD)
    assert await desk.sends() == []
    await desk.app.broadcasts.go_on(launched, desk.supervisor)
    await desk.until_counts(launched, accepted=10, left_out=10)
    await desk.green(launched)


@pytest.mark.parametrize("change", ["category", "correct_category"])
async def test_utility_that_turns_into_marketing_stops_those_who_said_no(desk: Desk, change: str) -> None:
    """Also while the change is only announced."""
    yes, no = await desk.contact(PRIYA, OptIn.YES), await desk.contact(ARJUN, OptIn.NO)
    later = desk.clock.now() + timedelta(minutes=5)
    waiting = [await desk.send(who, template="order_shipped", due_at=later) for who in (yes, no)]
    await desk.client.control("templates/order_shipped", {change: "MARKETING"})
    await desk.settled()
    await desk.app.move_clock(timedelta(minutes=5))
    await desk.until_status(waiting[0], *GONE)
    seen = await desk.until_status(waiting[1], Status.FAILED, *GONE)
    assert (seen.status, seen.reason) == (Status.FAILED, Reason.OPTED_OUT)
    assert await desk.sent_to() == [PRIYA]


# Starting and stopping.


async def test_what_a_dead_engine_left_becomes_unknown(empty: Path, tmp_path: Path) -> None:
    """Its claims may have been called: a new engine settles them as unknown and sends none of them."""
    async with open_engine_room(empty, tmp_path, run=False) as desk:
        store = desk.app.store
        priya = await desk.contact(PRIYA, OptIn.YES)
        sent = await desk.send(priya, template="order_shipped")

        def claim(tx: Tx) -> int:
            dead = engines.register(tx, "dead", "http://127.0.0.1:1")
            assert len(claims.claim(tx, 32, dead).claimed) == 1
            return dead

        await store.write(claim)
        _, unknown_count = await take_over(store, "next", "http://127.0.0.1:1")
        assert unknown_count == 1
        seen = await desk.message(sent)
        assert (seen.status, seen.reason) == (Status.UNKNOWN, Reason.ANSWER_LOST)
        assert (await take_over(store, "third", "http://127.0.0.1:1"))[1] == 0


async def test_stopping_finishes_the_calls_on_the_way(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path) as desk:
        assert desk.engine is not None
        await desk.trouble(kind="slow_answer", delay_s=0.3)
        priya = await desk.contact(PRIYA, OptIn.YES)
        sent = await desk.send(priya, template="order_shipped")
        await desk.until_status(sent, Status.SENDING)
        await desk.engine.stop()
        assert (await desk.message(sent)).status is Status.ACCEPTED
        later = await desk.send(await desk.contact(LUCIA, OptIn.YES), template="order_shipped")
        assert (await desk.message(later)).status is Status.QUEUED


async def test_an_opt_out_and_a_claim_never_cross(desk: Desk) -> None:
    """Many contacts opt out while their broadcast runs: whoever opted out before their claim gets nothing."""
    await desk.settings(drift_percent=100)  # else half of them saying no holds the rest
    ids = await desk.crowd(yes=300)
    launched = await desk.launch()

    async def opt_out(contact_id: int) -> None:
        await desk.app.store.write(lambda tx: consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD))

    await asyncio.gather(*(opt_out(one) for one in ids[150:]))
    await desk.ended(launched)
    figures = (await desk.app.broadcasts.report(launched)).figures
    gone = set(await desk.sent_to())
    rows = await desk.rows(launched)
    for phone, row in rows.items():
        assert (phone in gone) is (row.status is not Status.LEFT_OUT), row
        if row.status is Status.LEFT_OUT:
            assert row.reason is Reason.OPTED_OUT_AFTER_LAUNCH
    assert figures.opted_out_since_count == 150
