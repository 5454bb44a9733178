"""The drift guard and the holds: each cause, said, with nothing sent meanwhile, and one click to go on or stop."""

from datetime import timedelta
from typing import Any

import pytest

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.drift import Cause, Decision
from desktop.domain.filters import EVERYONE
from desktop.domain.messages import Status
from desktop.services import guard
from desktop.services.dispatcher import take_over
from desktop.services.guard_watch import GuardWatch
from desktop.store import account_state, broadcast_launch, broadcasts, consent, holds, templates, webhooks
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, PRIYA, Desk

TEMPLATE = "winter_clearance"


@pytest.fixture
async def running(desk: Desk) -> int:
    """A broadcast to 200 who said yes, at two a second, under way."""
    await desk.settings(pace_per_s=2)
    await desk.crowd(yes=200)
    launched = await desk.launch()
    await desk.until_record(launched, BroadcastStatus.RUNNING)
    return launched


async def held_for(desk: Desk, broadcast_id: int, cause: Cause) -> BroadcastRecord:
    """Wait until it is held for this; nothing is on the way any more."""
    record = await desk.until_record(broadcast_id, BroadcastStatus.HELD)
    assert record.held_cause is cause, record.held_because
    assert record.held_because

    async def none_on_the_way() -> bool:
        figures = (await desk.app.broadcasts.report(broadcast_id)).figures
        return not figures.count(Status.SENDING)

    await desk.until(none_on_the_way)
    return record


async def goes_on_then_stops(desk: Desk, broadcast_id: int) -> None:
    """The same cause does not hold it again; the decisions are kept; the ledger adds up."""
    await desk.app.broadcasts.go_on(broadcast_id, desk.supervisor)
    record = await desk.app.broadcasts.get(broadcast_id)
    assert (record.held_cause, record.held_because) == (None, "")
    assert await desk.app.store.read(lambda tx: guard.look(tx, broadcasts.get(tx, broadcast_id))) == ()
    (hold,) = await desk.app.store.read(lambda tx: holds.of(tx, broadcast_id))
    assert (hold.decision, hold.decided_by_name) == (Decision.GONE_ON, desk.supervisor.name)
    await desk.app.broadcasts.stop(broadcast_id, desk.supervisor)
    await desk.settled()
    await desk.ended(broadcast_id)
    await desk.green(broadcast_id)


async def change(desk: Desk, **wanted: Any) -> None:
    await desk.client.control(f"templates/{TEMPLATE}", wanted)


async def test_a_template_that_was_edited(desk: Desk, running: int) -> None:
    await change(desk, body="Half price, {{1}}! {{2}} off until {{3}}.")
    record = await held_for(desk, running, Cause.TEMPLATE_EDITED)
    assert record.held_because == "The template is another one than was approved: look at its text."
    await goes_on_then_stops(desk, running)


async def test_a_template_that_turned_into_marketing(desk: Desk) -> None:
    await desk.settings(pace_per_s=2)
    await desk.crowd(yes=40, no=10)
    launched = await desk.launch("order_shipped")
    await desk.until_record(launched, BroadcastStatus.RUNNING)
    await desk.client.control("templates/order_shipped", {"correct_category": "MARKETING"})
    record = await held_for(desk, launched, Cause.TEMPLATE_MARKETING)
    assert "counts as marketing now" in record.held_because
    await goes_on_then_stops(desk, launched)


async def test_a_template_that_is_paused(desk: Desk, running: int) -> None:
    await change(desk, status="PAUSED")
    await held_for(desk, running, Cause.TEMPLATE_PAUSED)
    await change(desk, status="APPROVED")
    await desk.until(lambda: _sendable(desk))
    await goes_on_then_stops(desk, running)


async def _sendable(desk: Desk) -> bool:
    found = await desk.app.store.read(lambda tx: templates.by_name(tx, TEMPLATE))
    return found.sendable


async def test_a_drop_in_quality_by_webhook_and_by_the_numbers_own_page(desk: Desk, running: int) -> None:
    await desk.until(lambda: _quality(desk, "GREEN"))
    await desk.client.control("number", {"quality": "YELLOW"})
    assert desk.app.account is not None
    await GuardWatch(desk.app.store, desk.app.account.number).keep_number()
    record = await held_for(desk, running, Cause.QUALITY)
    assert record.held_because == "The number’s quality was green and is yellow now."
    await desk.app.broadcasts.go_on(running, desk.supervisor)
    await desk.client.control("number", {"event": "FLAGGED"})
    record = await held_for(desk, running, Cause.QUALITY)
    assert record.held_because == "The number’s quality was yellow and is red now."
    await desk.app.broadcasts.stop(running, desk.supervisor)
    found = await desk.app.store.read(lambda tx: holds.of(tx, running))
    assert [one.decision for one in found] == [Decision.STOPPED, Decision.GONE_ON]


async def _quality(desk: Desk, wanted: str) -> bool:
    """Told, and approved with: who said yes before it was known compares with nothing."""
    known = await desk.app.store.read(account_state.now)
    if known.quality != wanted:
        return False
    for record in await desk.app.store.read(lambda tx: broadcasts.with_status(tx, BroadcastStatus.RUNNING)):
        if record.approved is not None and not record.approved.quality:
            await desk.app.broadcasts.pause(record.id, desk.supervisor)
            await desk.app.store.write(lambda tx, id=record.id: _renew(tx, id))  # type: ignore[misc]
            await desk.app.broadcasts.resume(record.id, desk.supervisor)
    return True


def _renew(tx: Tx, broadcast_id: int) -> None:
    standing = guard.renewed(tx, broadcasts.get(tx, broadcast_id))
    assert standing is not None
    broadcast_launch.approve_anew(tx, broadcast_id, standing)


async def test_a_restricted_account_holds_all_marketing_until_its_end(desk: Desk, running: int) -> None:
    other = await desk.launch()
    await desk.until_record(other, BroadcastStatus.RUNNING)
    kinds = ["RESTRICTED_BIZ_INITIATED_MESSAGING"]
    await desk.client.control(
        "account", {"event": "ACCOUNT_RESTRICTION", "restrictions": kinds, "expires_in_s": 7_200}
    )
    record = await held_for(desk, running, Cause.ACCOUNT)
    await held_for(desk, other, Cause.ACCOUNT)
    assert "no message may open a conversation, until " in record.held_because
    assert (await desk.app.limits.look(1)).restriction
    await desk.app.broadcasts.stop(other, desk.supervisor)
    await goes_on_then_stops(desk, running)
    desk.clock.move(timedelta(hours=3))
    assert (await desk.app.limits.look(1)).restriction == ""


async def test_what_concerns_other_things_holds_nothing(desk: Desk, running: int) -> None:
    await desk.client.control(
        "account", {"event": "ACCOUNT_RESTRICTION", "restrictions": ["RESTRICTED_ADD_PHONE_NUMBER_ACTION"]}
    )
    await desk.client.control("number", {"limit": "TIER_10K"})
    await desk.settled()
    assert (await desk.app.limits.look(1)).tier_count == 10_000
    assert (await desk.app.broadcasts.get(running)).status is BroadcastStatus.RUNNING
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_many_who_say_no_while_it_runs(desk: Desk, running: int) -> None:
    """Ten of two hundred are five percent, and still within it; one more is not."""

    async def opt_out(numbers: range) -> None:
        def write(tx: Tx) -> None:
            for contact_id in numbers:
                consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD, evidence="STOP")

        await desk.app.store.write(write)

    await opt_out(range(150, 160))
    assert await desk.app.store.read(lambda tx: guard.look(tx, broadcasts.get(tx, running))) == ()
    await opt_out(range(160, 161))
    record = await held_for(desk, running, Cause.CONSENT)
    assert record.held_because.startswith("0 of 200 had said no when it was approved; 11 have now")
    await goes_on_then_stops(desk, running)


async def test_many_who_say_no_before_it_starts(desk: Desk) -> None:
    """Counted again before anybody is selected; going on says yes to the new numbers."""
    ids = await desk.crowd(yes=20)
    saved = await desk.draft()
    await desk.app.broadcasts.launch(saved, desk.supervisor)

    def write(tx: Tx) -> None:
        for contact_id in ids[:2]:
            consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD, evidence="STOP")

    await desk.app.store.write(write)
    desk.clock.move(timedelta(seconds=11))
    record = await held_for(desk, saved, Cause.CONSENT)
    assert record.selected_count is None
    assert not await desk.sends()
    await desk.app.broadcasts.go_on(saved, desk.supervisor)
    await desk.ended(saved)
    assert len(await desk.sends()) == 18
    await desk.green(saved)


async def test_a_second_yes_covers_its_number_only(desk: Desk) -> None:
    """Between the yes and the start somebody else opts out: nobody gets it before a second person says yes again."""
    await desk.settings(second_approval=True, drift_percent=100)
    await desk.crowd(yes=20, no=1)
    saved = await desk.draft(only_opted_in=False)
    category = (await desk.template()).effective_category
    seen = await desk.app.broadcasts.count(EVERYONE, category, False)
    request = await desk.app.approvals.ask(saved, desk.supervisor, "A recall", seen)
    await desk.app.approvals.decide(request, desk.admin, True)
    await desk.app.broadcasts.launch(saved, desk.supervisor, reason="A recall", approved=seen)
    await desk.contact(ARJUN, OptIn.NO)
    desk.clock.move(timedelta(seconds=11))
    record = await held_for(desk, saved, Cause.CONSENT)
    assert "said yes to 1 who opted out; it would reach 2 now" in record.held_because
    assert not await desk.sends()
    await desk.app.broadcasts.stop(saved, desk.supervisor)


async def test_an_account_that_is_refused_holds_the_others_too(desk: Desk, running: int) -> None:
    other = await desk.launch()
    await desk.until_record(other, BroadcastStatus.RUNNING)
    await desk.trouble(code=190, count=1)
    record = await held_for(desk, running, Cause.REFUSED)
    assert "token" in record.held_because
    await held_for(desk, other, Cause.REFUSED)
    for one in (running, other):
        await desk.app.broadcasts.stop(one, desk.supervisor)


async def test_ten_minutes_without_webhooks_where_they_are_expected(desk: Desk, running: int) -> None:
    """Silence counts only where something was accepted long ago of which WhatsApp told nothing."""
    assert desk.app.control is not None
    watch = GuardWatch(desk.app.store, _nobody, silence_counts=desk.app.control.expects_webhooks)
    await desk.client.call("DELETE", "/_control/webhook")
    already = len(await desk.sends())

    async def one_more() -> bool:
        figures = (await desk.app.broadcasts.report(running)).figures
        return figures.count(Status.ACCEPTED) > 0 and len(await desk.sends()) > already

    await desk.until(one_more)
    assert await watch.look() == [], "not yet"
    desk.clock.move(timedelta(minutes=11))
    assert await watch.look() == [], "a pretend number may have no webhook"
    await desk.client.control("number", {"expects_webhooks": True})
    await watch.look()
    record = await held_for(desk, running, Cause.CATCHING_UP)
    assert record.held_because.startswith("No webhook has come for 10 minutes")
    await desk.app.broadcasts.go_on(running, desk.supervisor)
    assert await watch.look() == [], "from now on it is counted anew"
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def _nobody() -> None:
    return None


async def test_back_after_a_while_or_at_once(desk: Desk, running: int) -> None:
    """On a real number: a start that follows soon goes on; one after more than ten minutes catches up first."""
    await desk.app.store.write(lambda tx: webhooks.keep(tx, "{}", done=True))
    await take_over(desk.app.store, "again", "https://graph.example", hold_marketing=True)
    assert (await desk.app.broadcasts.get(running)).status is BroadcastStatus.RUNNING
    await desk.client.call("DELETE", "/_control/webhook")
    desk.clock.move(timedelta(minutes=11))
    await take_over(desk.app.store, "again", "https://graph.example", hold_marketing=True)
    record = await desk.app.broadcasts.get(running)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.CATCHING_UP)
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_nothing_holds_what_stands_still(desk: Desk, running: int) -> None:
    await desk.app.broadcasts.pause(running, desk.supervisor)
    assert not await desk.app.store.write(lambda tx: holds.hold(tx, running, Cause.MISSED, "…"))
    assert (await desk.app.broadcasts.get(running)).status is BroadcastStatus.PAUSED
    assert await desk.app.store.read(lambda tx: holds.of(tx, running)) == []
    await desk.app.broadcasts.stop(running, desk.supervisor)
    assert PRIYA not in await desk.sent_to()
