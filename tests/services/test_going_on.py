"""Going on, resuming and starting: a yes is to what was shown, by whom it takes, and while replies come in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn
from desktop.domain.drift import Cause, Decision
from desktop.domain.filters import EVERYONE
from desktop.domain.problems import NotAllowed, Problem
from desktop.services.broadcast_drafts import DraftChanged
from desktop.store import account_state, broadcasts, heartbeat, holds, settings, silence, webhooks
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, PRIYA, TUNDE, Desk

WHY = "A recall"
LONG = timedelta(hours=2)


@pytest.fixture
async def running(desk: Desk) -> int:
    """A broadcast to 60 who said yes, at one a second, under way; the number's quality is green."""
    await desk.crowd(yes=60)
    await desk.app.store.write(lambda tx: account_state.set_quality(tx, "GREEN"))
    saved = await slow(desk, await desk.draft())
    await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    await desk.until_record(saved, BroadcastStatus.RUNNING)
    return saved


async def slow(desk: Desk, saved: int) -> int:
    draft = (await desk.app.broadcasts.get(saved)).draft
    wanted = replace(draft, when=replace(draft.when, pace_per_s=1))
    return await desk.app.broadcasts.save_draft(saved, wanted, desk.supervisor)


async def drops(desk: Desk, quality: str) -> None:
    await desk.app.store.write(lambda tx: account_state.set_quality(tx, quality))


async def away(desk: Desk) -> None:
    """On a real number the program comes back after hours in which it heard nothing."""

    def write(tx: Tx) -> None:
        settings.set_meta(tx, "stamp", "1055501")
        webhooks.keep(tx, "{}", done=True)
        heartbeat.beat(tx)

    await desk.app.store.write(write)
    await desk.client.call("DELETE", "/_control/webhook")
    desk.clock.move(LONG)
    await desk.app.store.write(silence.note_absence)


async def hears(desk: Desk) -> None:
    desk.clock.move(timedelta(seconds=1))
    await desk.app.store.write(lambda tx: webhooks.keep(tx, "{}", done=True))


# What was shown.


async def test_a_cause_that_nobody_was_shown_is_told_before_it_goes_on(desk: Desk, running: int) -> None:
    await desk.app.store.write(lambda tx: holds.hold(tx, running, Cause.MISSED, "Its time passed."))
    await drops(desk, "RED")
    with pytest.raises(Problem, match="quality was green and is red now"):
        await desk.app.broadcasts.go_on(running, desk.supervisor)
    record = await desk.app.broadcasts.get(running)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.MISSED)
    assert record.held_because == "Its time passed. The number’s quality was green and is red now."
    await desk.app.broadcasts.go_on(running, desk.supervisor)
    assert (await desk.app.broadcasts.get(running)).status is BroadcastStatus.RUNNING
    found = await desk.app.store.read(lambda tx: holds.of(tx, running))
    assert [(one.cause, one.decision) for one in found] == [
        (Cause.QUALITY, Decision.GONE_ON),
        (Cause.MISSED, Decision.GONE_ON),
    ]
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_one_that_fell_further_is_another_sentence(desk: Desk, running: int) -> None:
    await drops(desk, "YELLOW")
    await desk.until_record(running, BroadcastStatus.HELD)
    await drops(desk, "RED")
    with pytest.raises(Problem, match="green and is red now"):
        await desk.app.broadcasts.go_on(running, desk.supervisor)
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_what_moves_during_a_pause_holds_it_at_the_resume(desk: Desk, running: int) -> None:
    await desk.app.broadcasts.pause(running, desk.supervisor)
    await drops(desk, "RED")
    before = len(await desk.sends())
    await desk.app.broadcasts.resume(running, desk.supervisor)
    record = await desk.app.broadcasts.get(running)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.QUALITY)
    await desk.app.quiet()
    assert len(await desk.sends()) == before
    await desk.app.broadcasts.stop(running, desk.supervisor)


# By whom it takes.


async def test_an_agent_does_not_resume_what_reaches_the_opted_out(desk: Desk) -> None:
    await desk.crowd(yes=1, no=20)
    saved = await slow(desk, await desk.draft(only_opted_in=False))
    await desk.app.broadcasts.launch(saved, desk.supervisor, reason=WHY, now=True)
    await desk.until_record(saved, BroadcastStatus.RUNNING)
    await desk.app.broadcasts.pause(saved, desk.supervisor)
    with pytest.raises(NotAllowed):
        await desk.app.broadcasts.resume(saved, desk.agent)
    await desk.app.broadcasts.resume(saved, desk.supervisor)
    await desk.app.broadcasts.stop(saved, desk.supervisor)


async def test_a_second_yes_is_asked_again_when_the_template_was_edited(desk: Desk) -> None:
    await desk.settings(second_approval=True)
    await desk.crowd(yes=1, no=20)
    saved = await slow(desk, await desk.draft(only_opted_in=False))
    category = (await desk.template()).effective_category
    variables = (await desk.app.broadcasts.get(saved)).draft.variables
    seen = await desk.app.broadcasts.count(EVERYONE, category, False, variables)
    request = await desk.app.approvals.ask(saved, desk.supervisor, WHY, seen)
    await desk.app.approvals.decide(request, desk.admin, True)
    await desk.app.broadcasts.launch(saved, desk.supervisor, reason=WHY, approved=seen, now=True)
    await desk.until_record(saved, BroadcastStatus.RUNNING)
    await desk.client.control("templates/winter_clearance", {"body": "Half price, {{1}}! Until {{2}}."})
    await desk.until_record(saved, BroadcastStatus.HELD)
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.go_on(saved, desk.supervisor)
    assert refused.value.field == "approval"
    again = await desk.app.approvals.ask(saved, desk.supervisor, WHY, seen)
    assert (await desk.app.approvals.of(saved))[0].despite_count == 20
    await desk.app.approvals.decide(again, desk.admin, True)
    await desk.app.broadcasts.go_on(saved, desk.supervisor)
    assert (await desk.app.broadcasts.get(saved)).status is BroadcastStatus.RUNNING
    await desk.app.broadcasts.stop(saved, desk.supervisor)


async def test_the_snapshot_is_compared_with_the_second_yes_also_at_once(desk: Desk) -> None:
    await desk.settings(second_approval=True)
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.NO)
    saved = await desk.draft(only_opted_in=False)
    category = (await desk.template()).effective_category
    variables = (await desk.app.broadcasts.get(saved)).draft.variables
    seen = await desk.app.broadcasts.count(EVERYONE, category, False, variables)
    request = await desk.app.approvals.ask(saved, desk.supervisor, WHY, seen)
    await desk.app.approvals.decide(request, desk.admin, True)
    await desk.contact(TUNDE, OptIn.NO)
    with pytest.raises(Problem, match="1 who opted out; it would be 2 now"):
        await desk.app.broadcasts.launch(saved, desk.supervisor, reason=WHY, approved=seen, now=True)
    assert (await desk.app.broadcasts.get(saved)).status is BroadcastStatus.DRAFT
    assert not await desk.sends()


async def test_the_yes_is_to_the_draft_that_was_counted(desk: Desk) -> None:
    saved = await desk.draft()
    record = await desk.app.broadcasts.get(saved)
    await desk.app.broadcasts.save_draft(saved, replace(record.draft, name="Theirs"), desk.admin)
    with pytest.raises(DraftChanged) as changed:
        await desk.app.broadcasts.launch(saved, desk.supervisor, revision=record.draft_revision)
    assert changed.value.by_name == desk.admin.name
    newer = (await desk.app.broadcasts.get(saved)).draft_revision
    await desk.app.broadcasts.launch(saved, desk.supervisor, revision=newer)
    await desk.app.broadcasts.take_back(saved, desk.supervisor)


# Over days.


async def test_days_that_it_stood_still_are_not_made_up_for_at_once(desk: Desk) -> None:
    await desk.crowd(yes=6)
    saved = await desk.draft()
    draft = (await desk.app.broadcasts.get(saved)).draft
    await desk.app.broadcasts.save_draft(saved, replace(draft, when=When(per_day_count=2)), desk.supervisor)
    await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    await desk.until(lambda: _sent(desk, 2))
    await desk.app.broadcasts.pause(saved, desk.supervisor)
    await desk.app.move_clock(timedelta(days=3, hours=1))
    await desk.app.broadcasts.resume(saved, desk.supervisor)
    await desk.until(lambda: _sent(desk, 4))
    await desk.app.quiet()
    assert len(await desk.sends()) == 4
    await desk.app.move_clock(timedelta(days=1))
    await desk.ended(saved)
    assert len(await desk.sends()) == 6


async def _sent(desk: Desk, count: int) -> bool:
    return len(await desk.sends()) == count


# While replies come in.


async def test_a_start_after_an_absence_waits_for_the_first_webhook(desk: Desk) -> None:
    await desk.crowd(yes=3)
    saved = await desk.draft()
    draft = (await desk.app.broadcasts.get(saved)).draft
    at = desk.clock.now() + LONG + timedelta(minutes=1)
    await desk.app.broadcasts.save_draft(saved, replace(draft, when=When(at)), desk.supervisor)
    await desk.app.broadcasts.launch(saved, desk.supervisor)
    await away(desk)
    desk.clock.move(timedelta(minutes=1))
    record = await desk.until_record(saved, BroadcastStatus.HELD)
    assert (record.held_cause, record.selected_count) == (Cause.CATCHING_UP, None)
    assert not await desk.sends()
    # A person who was told of it lets it go on all the same: it is not held for that again.
    await desk.app.broadcasts.go_on(saved, desk.supervisor)
    await desk.ended(saved)
    assert len(await desk.sends()) == 3


async def test_at_once_and_resumed_wait_for_the_first_webhook_too(desk: Desk, running: int) -> None:
    await desk.app.broadcasts.pause(running, desk.supervisor)
    before = len(await desk.sends())
    await away(desk)
    await desk.app.broadcasts.resume(running, desk.supervisor)
    record = await desk.app.broadcasts.get(running)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.CATCHING_UP)
    at_once = await desk.launch()
    record = await desk.app.broadcasts.get(at_once)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.CATCHING_UP)
    assert len(await desk.sends()) == before
    await hears(desk)
    other = await desk.launch()
    record = await desk.until_record(other, BroadcastStatus.RUNNING, BroadcastStatus.DONE)
    for one in (running, at_once):
        await desk.app.broadcasts.stop(one, desk.supervisor)


async def test_an_absence_counts_on_a_real_number_only_and_if_it_was_long(desk: Desk) -> None:
    await desk.app.store.write(lambda tx: webhooks.keep(tx, "{}", done=True))
    await desk.app.store.write(heartbeat.beat)
    desk.clock.move(LONG)
    assert not await desk.app.store.write(silence.note_absence), "a sandbox"
    await desk.app.store.write(lambda tx: settings.set_meta(tx, "stamp", "1055501"))
    await desk.app.store.write(heartbeat.beat)
    assert not await desk.app.store.write(silence.note_absence), "it ran a moment ago"
    desk.clock.move(LONG)
    assert await desk.app.store.write(silence.note_absence)


async def test_copies_ask_also_about_what_stood_still(desk: Desk, running: int) -> None:
    await desk.app.broadcasts.pause(running, desk.supervisor)
    other = await desk.draft()
    await desk.app.broadcasts.launch(other, desk.supervisor)
    await desk.app.store.write(lambda tx: holds.hold(tx, other, Cause.MISSED, "Its time passed."))
    held = await desk.app.store.write(lambda tx: holds.hold_copies(tx, "An older copy."))
    assert held == [running, other]
    for one, because in ((running, "An older copy."), (other, "An older copy. Its time passed.")):
        record = await desk.app.store.read(lambda tx, id=one: broadcasts.get(tx, id))  # type: ignore[misc]
        assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.RESTORED)
        assert record.held_because == because
        await desk.app.broadcasts.stop(one, desk.supervisor)
