"""Between the yes and the first message: ten seconds to take back, a time, what has to stand, and what was missed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from desktop.domain.broadcast import BroadcastKind, BroadcastStatus
from desktop.domain.broadcast_when import UNDO_FOR, When
from desktop.domain.consent import OptIn, Source
from desktop.domain.drift import Cause, Decision
from desktop.domain.messages import Status
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.reasons import Reason
from desktop.domain.templates import Variable
from desktop.options import Options
from desktop.root import open_app
from desktop.sandbox.server import Sandbox
from desktop.store import consent, contacts, holds
from desktop.system.paths import Paths
from tests.sandbox.harness import Client
from tests.services.desk import ARJUN, PRIYA, TUNDE, Desk, TestClock, make_sandbox, open_engine_room

HOUR = timedelta(hours=1)


async def changed(desk: Desk, broadcast_id: int, **changes: Any) -> None:
    """Change a draft that is kept."""
    draft = (await desk.app.broadcasts.get(broadcast_id)).draft
    await desk.app.broadcasts.save_draft(broadcast_id, replace(draft, **changes), desk.supervisor)


async def scheduled(desk: Desk, **when: Any) -> int:
    """A broadcast to everybody that begins in an hour."""
    saved = await desk.draft()
    await changed(desk, saved, when=When(desk.clock.now() + HOUR, **when))
    await desk.app.broadcasts.launch(saved, desk.supervisor)
    return saved


# Ten seconds.


async def test_nobody_is_selected_while_it_can_be_taken_back(desk: Desk) -> None:
    await desk.crowd(yes=3)
    saved = await desk.draft()
    before = desk.clock.now()
    record = await desk.app.broadcasts.launch(saved, desk.supervisor)
    assert record.status is BroadcastStatus.LAUNCHING
    assert record.starts_at is not None
    assert record.starts_at - before >= UNDO_FOR
    assert (record.selected_count, record.approved_count) == (None, 3)
    await desk.app.broadcasts.take_back(saved, desk.supervisor)
    record = await desk.app.broadcasts.get(saved)
    assert (record.status, record.starts_at, record.approved) == (BroadcastStatus.DRAFT, None, None)
    await desk.app.move_clock(timedelta(minutes=1))
    await desk.app.broadcasts.launch(saved, desk.supervisor)
    assert await desk.sends() == []
    await desk.app.move_clock(UNDO_FOR)
    await desk.ended(saved)
    assert len(await desk.sends()) == 3
    with pytest.raises(Problem, match="Pause it or stop it"):
        await desk.app.broadcasts.take_back(saved, desk.supervisor)


@pytest.mark.parametrize("when", ["undo", "schedule"])
async def test_a_reason_covers_no_stop_that_comes_after_the_yes(desk: Desk, when: str) -> None:
    """Who says STOP while it can be taken back, or before its time, was no part of what the supervisor decided."""
    await desk.settings(drift_percent=100)
    early = await desk.contact(PRIYA, OptIn.NO)
    late = await desk.contact(ARJUN, OptIn.YES)
    again = await desk.contact(TUNDE, OptIn.NO)
    saved = await desk.draft(only_opted_in=False)
    if when == "schedule":
        await changed(desk, saved, when=When(desk.clock.now() + HOUR))
    await desk.app.broadcasts.launch(saved, desk.supervisor, reason="A recall")
    await desk.says(ARJUN, "STOP")
    await desk.app.store.write(lambda tx: consent.record(tx, again, OptIn.NO, Source.KEYWORD))
    await desk.app.move_clock(UNDO_FOR if when == "undo" else HOUR)
    await desk.ended(saved)
    rows = await desk.rows(saved)
    assert {one.contact_id for one in rows.values() if one.status is not Status.LEFT_OUT} == {early}
    assert rows[ARJUN].contact_id == late
    assert {rows[phone].reason for phone in (ARJUN, TUNDE)} == {Reason.OPTED_OUT_AFTER_LAUNCH}
    assert (await desk.app.broadcasts.get(saved)).approved_no_count == 1
    marketing = [one["to"] for one in await desk.sends() if one.get("type") == "template"]
    assert marketing == [PRIYA.removeprefix("+")] or marketing == [PRIYA]


async def test_agents_take_nothing_back(desk: Desk) -> None:
    await desk.crowd(yes=1)
    saved = await desk.draft()
    await desk.app.broadcasts.launch(saved, desk.supervisor)
    with pytest.raises(NotAllowed):
        await desk.app.broadcasts.take_back(saved, desk.agent)


async def test_of_taking_back_and_starting_one_is_first(desk: Desk) -> None:
    """Whoever comes second hears it: either nobody was selected, or it cannot be taken back."""
    await desk.crowd(yes=5)
    for _ in range(3):
        saved = await desk.draft()
        await desk.app.broadcasts.launch(saved, desk.supervisor)
        moved = asyncio.create_task(desk.app.move_clock(UNDO_FOR))
        try:
            await desk.app.broadcasts.take_back(saved, desk.supervisor)
        except Problem:
            await moved
            await desk.ended(saved)
            assert len(await desk.rows(saved)) == 5
        else:
            await moved
            record = await desk.app.broadcasts.get(saved)
            assert (record.status, record.selected_count) == (BroadcastStatus.DRAFT, None)
            assert await desk.rows(saved) == {}


# Schedules.


async def test_a_schedule_selects_when_its_time_comes(desk: Desk) -> None:
    ids = await desk.crowd(yes=20)
    saved = await scheduled(desk)
    record = await desk.app.broadcasts.get(saved)
    assert (record.status, record.approved_count) == (BroadcastStatus.SCHEDULED, 20)
    await desk.app.store.write(lambda tx: consent.record(tx, ids[0], OptIn.NO, Source.AGENT, evidence="call"))
    await desk.app.move_clock(HOUR)
    record = await desk.ended(saved)
    assert (record.selected_count, record.approved_count) == (20, 20)
    figures = (await desk.app.broadcasts.report(saved)).figures
    assert (figures.left_out_count, figures.to_send_count) == (1, 19)
    assert len(await desk.sends()) == 19


async def test_a_time_that_has_passed_is_refused(desk: Desk) -> None:
    await desk.crowd(yes=1)
    saved = await desk.draft()
    await changed(desk, saved, when=When(desk.clock.now() - HOUR))
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.launch(saved, desk.supervisor)
    assert refused.value.field == "when"


async def test_it_does_not_start_while_a_value_is_missing(desk: Desk) -> None:
    """Refused at the yes, and held if it goes missing before the start; going on asks again."""
    await desk.contact(PRIYA, OptIn.YES, name="")
    saved = await desk.draft()
    named = (Variable("1", "first_name", ""), Variable("2", "", "40%"), Variable("3", "", "Sunday"))
    await changed(desk, saved, variables=named, stop_if_missing=True)
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.launch(saved, desk.supervisor)
    assert refused.value.field == "variables"
    await changed(desk, saved, stop_if_missing=False)
    await desk.contact(ARJUN, OptIn.YES, name="Arjun")
    await changed(desk, saved, stop_if_missing=True, only_opted_in=True)
    with pytest.raises(Problem):
        await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    assert (await desk.app.broadcasts.get(saved)).status is BroadcastStatus.DRAFT
    assert await desk.sends() == []


async def test_a_value_that_goes_missing_before_the_start_holds_it(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.YES, name="Priya")
    saved = await desk.draft()
    named = (Variable("1", "first_name", ""), Variable("2", "", "40%"), Variable("3", "", "Sunday"))
    await changed(desk, saved, variables=named, stop_if_missing=True, when=When(desk.clock.now() + HOUR))
    await desk.app.broadcasts.launch(saved, desk.supervisor)
    nameless = await desk.contact(TUNDE, OptIn.YES, name="")
    await desk.app.move_clock(HOUR)
    record = await desk.until_record(saved, BroadcastStatus.HELD)
    assert (record.held_cause, record.selected_count) == (Cause.NOT_READY, None)
    assert "1 who would get it" in record.held_because
    await desk.app.store.write(lambda tx: contacts.rename(tx, nameless, "Tunde"))
    await desk.app.broadcasts.go_on(saved, desk.supervisor)
    await desk.ended(saved)
    assert sorted(await desk.sent_to()) == sorted([PRIYA, TUNDE])
    kept = await desk.app.store.read(lambda tx: holds.of(tx, saved))
    assert [one.decision for one in kept] == [Decision.GONE_ON]


# Stop.


async def test_stop_says_at_once_what_will_never_go(mute: Desk) -> None:
    await mute.crowd(yes=60)
    await mute.settings(pace_per_s=40)
    launched = await mute.launch()

    async def some() -> bool:
        return len(await mute.sends()) >= 5

    await mute.until(some)
    stopped = await mute.app.broadcasts.stop(launched, mute.supervisor)
    assert stopped.gone_count + stopped.on_the_way_count + stopped.never_count == 60
    assert stopped.never_count > 0

    async def final() -> Any:
        report = await mute.app.broadcasts.report(launched)
        assert report.stopped is not None
        done = report.stopped.is_final and not report.figures.waiting_count
        return report.stopped if done else None

    last = await mute.until(final)
    assert last.gone_count + last.never_count == 60
    assert last.gone_count == len(await mute.sends())
    assert last.gone_count <= stopped.gone_count + stopped.on_the_way_count
    await mute.green(launched)


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_calls_that_have_not_begun_are_withdrawn(empty: Path, tmp_path: Path, verb: str) -> None:
    """One connection, taken by a slow answer; four more are claimed and wait for it."""
    async with open_engine_room(empty, tmp_path, calls_at_once=1) as desk:
        await desk.trouble(kind="slow_answer", delay_s=0.7)
        await desk.crowd(yes=5)
        launched = await desk.launch()
        await desk.until_counts(launched, sending=5)
        await getattr(desk.app.broadcasts, verb)(launched, desk.supervisor)
        left = {"queued": 4} if verb == "pause" else {"cancelled": 4}
        await desk.until_counts(launched, accepted=1, **left)
        assert len(await desk.sends()) == 1
        await desk.green(launched)


async def test_who_was_not_prepared_when_it_was_stopped_has_a_row_too(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path, run=False) as desk:
        await desk.crowd(yes=900, no=3)
        saved = await desk.draft()
        await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
        stopped = await desk.app.broadcasts.stop(saved, desk.supervisor)
        assert (stopped.gone_count, stopped.on_the_way_count, stopped.never_count) == (0, 0, 900)

        async def all_there() -> bool:
            return (await desk.app.broadcasts.report(saved)).figures.now.get(Status.CANCELLED) == 900

        await desk.until(all_there)
        await desk.green(saved)
        reasons = (await desk.app.broadcasts.report(saved)).reasons
        assert {(one.reason, one.count) for one in reasons} == {
            (Reason.BROADCAST_STOPPED, 900),
            (Reason.OPTED_OUT, 3),
        }


@pytest.mark.slow
async def test_a_pause_while_it_is_prepared_goes_on_with_that(empty: Path, tmp_path: Path) -> None:
    async with open_engine_room(empty, tmp_path) as desk:
        await desk.crowd(yes=900)
        saved = await desk.draft()
        await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
        await desk.app.broadcasts.pause(saved, desk.supervisor)
        assert (await desk.app.broadcasts.get(saved)).planned_to < 900
        await desk.app.broadcasts.resume(saved, desk.supervisor)
        await desk.ended(saved)
        assert len(await desk.sends()) == 900


# Test sends.


async def test_a_test_goes_to_named_numbers_only_and_is_asked(desk: Desk) -> None:
    await desk.crowd(yes=4)
    await desk.contact(PRIYA, OptIn.NO)
    saved = await desk.draft(only_opted_in=False)
    tried = await desk.app.broadcasts.test(saved, [PRIYA, ARJUN, "+1 416 555 0117"], desk.supervisor)
    assert (tried.phones, tried.left_out) == ((ARJUN,), ((PRIYA, Reason.OPTED_OUT),))
    made = tried.id
    record = await desk.ended(made)
    assert (record.kind, record.parent_id, record.selected_count) == (BroadcastKind.TEST, saved, 2)
    assert await desk.sent_to() == [ARJUN]
    rows = await desk.rows(made)
    assert rows[PRIYA].reason is Reason.OPTED_OUT
    assert (await desk.app.broadcasts.get(saved)).status is BroadcastStatus.DRAFT
    for wrong in ([], ["12"], [f"+1604555{1000 + one}" for one in range(11)]):
        with pytest.raises(Problem):
            await desk.app.broadcasts.test(saved, wrong, desk.supervisor)


# Away.


@asynccontextmanager
async def here(
    folder: Path, sandbox: Sandbox, clock: TestClock, *, engine: bool = True
) -> AsyncIterator[Desk]:
    """The program on a store that may have been used before, until the end of the block."""
    options = Options(
        str(folder / "store.db"), Paths(folder), sandbox.base_url, engine=engine, clock=clock, process="test"
    )
    async with ClientSession() as session, open_app(options) as app:
        admin, supervisor, agent = await app.workspace.people()
        client = Client(session, sandbox.base_url)
        await app.templates.refresh()
        yield Desk(app, client, clock, folder, sandbox, app.engine, admin, supervisor, agent)


def later(by: timedelta) -> TestClock:
    """A clock for the next start of the program."""
    clock = TestClock()
    clock.move(by)
    return clock


async def test_what_fell_due_while_nothing_ran_asks_first(empty: Path, tmp_path: Path) -> None:
    shutil.copy(empty, tmp_path / "store.db")
    async with make_sandbox(None) as sandbox:
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.crowd(yes=2)
            missed = await scheduled(desk)
            undone = await desk.draft()
            await desk.app.broadcasts.launch(undone, desk.supervisor)
            ahead = await desk.draft()
            await changed(desk, ahead, when=When(desk.clock.now() + 3 * HOUR))
            await desk.app.broadcasts.launch(ahead, desk.supervisor)
        async with here(tmp_path, sandbox, later(2 * HOUR)) as desk:
            for one in (missed, undone):
                record = await desk.until_record(one, BroadcastStatus.HELD)
                assert record.held_cause is Cause.MISSED
            await desk.app.move_clock(HOUR)
            await desk.ended(ahead)
            assert len(await desk.sends()) == 2
            await desk.app.broadcasts.go_on(missed, desk.supervisor)
            await desk.ended(missed)
            assert len(await desk.sends()) == 4
            await desk.app.broadcasts.take_back(undone, desk.supervisor)
            assert (await desk.app.broadcasts.get(undone)).status is BroadcastStatus.DRAFT


@pytest.mark.slow
async def test_an_older_copy_of_the_store_sends_nothing_by_itself(empty: Path, tmp_path: Path) -> None:
    """The copy was made while a broadcast waited; what it says still waits has been sent since."""
    shutil.copy(empty, tmp_path / "store.db")
    async with make_sandbox(None) as sandbox:
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.crowd(yes=2)
            waiting = await scheduled(desk)
        shutil.copy(tmp_path / "store.db", tmp_path / "backup.db")
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.app.move_clock(HOUR)
            await desk.ended(waiting)
        for name in ("store.db-wal", "store.db-shm"):
            assert not await asyncio.to_thread((tmp_path / name).exists)
        shutil.copy(tmp_path / "backup.db", tmp_path / "store.db")
        async with here(tmp_path, sandbox, TestClock()) as desk:
            record = await desk.until_record(waiting, BroadcastStatus.HELD)
            assert record.held_cause is Cause.RESTORED
            await desk.app.move_clock(HOUR)
            await desk.app.quiet()
            assert len(await desk.sends()) == 2
            assert (await desk.app.broadcasts.get(waiting)).status is BroadcastStatus.HELD
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.app.broadcasts.go_on(
                waiting, desk.supervisor
            )  # asked once: it is no older copy any more
            record = await desk.until_record(waiting, BroadcastStatus.SCHEDULED, BroadcastStatus.DONE)
            assert record.held_cause is None


async def test_messages_of_later_days_that_fell_due_while_nothing_ran_ask_too(
    empty: Path, tmp_path: Path
) -> None:
    shutil.copy(empty, tmp_path / "store.db")
    async with make_sandbox(None) as sandbox:
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.crowd(yes=4)
            saved = await desk.draft()
            await changed(desk, saved, when=When(per_day_count=2))
            await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
            await desk.until_counts(saved, accepted=2, queued=2)
        async with here(tmp_path, sandbox, later(25 * HOUR)) as desk:
            record = await desk.until_record(saved, BroadcastStatus.HELD)
            assert record.held_cause is Cause.MISSED
            assert len(await desk.sends()) == 2
            await desk.app.broadcasts.go_on(saved, desk.supervisor)
            await desk.ended(saved)
            assert len(await desk.sends()) == 4


class Sleeper(TestClock):
    """A machine that can be closed for a while: its own clock goes on, the program does not."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = timedelta()

    def now(self) -> datetime:
        return super().now() + self.slept


async def test_what_fell_due_while_the_machine_slept_asks_too(empty: Path, tmp_path: Path) -> None:
    shutil.copy(empty, tmp_path / "store.db")
    clock = Sleeper()
    async with make_sandbox(None) as sandbox, here(tmp_path, sandbox, clock) as desk:
        await desk.crowd(yes=2)
        saved = await scheduled(desk)
        clock.slept = 2 * HOUR
        record = await desk.until_record(saved, BroadcastStatus.HELD, BroadcastStatus.DONE)
        assert record.held_cause is Cause.MISSED
        assert await desk.sends() == []
