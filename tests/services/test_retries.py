"""Trying again what failed: whom, when, asked anew, by a person and by the plan; the first attempts stay."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.domain.afterwards import Afterwards
from desktop.domain.broadcast import BroadcastKind, BroadcastStatus
from desktop.domain.broadcast_report import Chosen, Milestone
from desktop.domain.consent import OptIn
from desktop.domain.drift import Cause
from desktop.domain.messages import GONE, Status
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.reasons import Reason
from desktop.domain.selection import SourceKind
from desktop.services.retries import start, waits_s
from desktop.store import broadcast_launch, holds
from desktop.store import retries as store
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, PRIYA, Desk, TestClock, make_sandbox
from tests.services.test_broadcast_launch import here, later
from tests.services.test_going_on import away


@pytest.mark.parametrize(
    ("reason", "code", "wait_s"),
    [
        (Reason.WHATSAPP_ERROR, 131049, 86_400),
        (Reason.WHATSAPP_ERROR, 131050, None),
        (Reason.WHATSAPP_ERROR, 131026, None),
        (Reason.WHATSAPP_ERROR, 132000, None),
        (Reason.WHATSAPP_ERROR, 131000, 0),
        (Reason.WHATSAPP_ERROR, 131056, 0),
        (Reason.NOT_REACHED, None, 0),
        (Reason.OPTED_OUT, None, None),
        (None, None, None),
    ],
)
def test_what_would_meet_the_same_answer_is_not_tried_again(
    reason: Reason | None, code: int | None, wait_s: int | None
) -> None:
    assert waits_s(reason, code) == wait_s


async def _failed(
    desk: Desk, code: int, count: int, *, calls: int = 1, plan: Afterwards | None = None
) -> int:
    """A broadcast that is through, of which `count` messages failed with a code after so many calls each."""
    saved = await desk.draft()
    if plan is not None:
        draft = (await desk.app.broadcasts.get(saved)).draft
        planned = replace(draft, afterwards=plan)
        await desk.app.broadcasts.save_draft(saved, planned, desk.supervisor)
    await desk.trouble(code=code, count=count * calls)
    await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    await desk.ended(saved)
    assert (await desk.app.broadcasts.report(saved)).figures.count(Status.FAILED) == count
    return saved


async def test_the_marketing_limit_waits_a_day_and_is_asked_anew(desk: Desk) -> None:
    await desk.crowd(yes=4)
    parent = await _failed(desk, 131049, 2)
    found = await desk.app.retries.look(parent)
    assert (found.now_count, found.later_count, [code for code, _ in found.codes]) == (0, 2, [131049])
    ended = (await desk.app.broadcasts.get(parent)).ended_at
    assert ended is not None
    assert found.later[0][0] - ended >= timedelta(hours=24) - timedelta(minutes=1)
    with pytest.raises(Problem, match="Nothing to try again"):
        await desk.app.retries.retry(parent, desk.supervisor)
    first = await desk.app.broadcasts.messages(parent, (Status.FAILED,))
    await desk.app.move_clock(timedelta(hours=24, minutes=2))
    await desk.app.contacts.set_opt_in(first[0].contact_id, OptIn.NO, desk.supervisor)
    assert (await desk.app.retries.look(parent)).now_count == 2
    child = await desk.app.retries.retry(parent, desk.supervisor)
    record = await desk.ended(child)
    assert (record.kind, record.parent_id, record.selected_count) == (BroadcastKind.RETRY, parent, 2)
    rows = {one.contact_id: one for one in await desk.app.broadcasts.messages(child)}
    assert rows[first[0].contact_id].reason is Reason.OPTED_OUT
    assert (await desk.app.broadcasts.report(child)).figures.gone_count == 1
    assert {one.status for one in rows.values()} & {*GONE, Status.FAILED} <= GONE
    # What was tried before stays as it was, and is not tried once more.
    kept = await desk.app.broadcasts.report(parent)
    assert kept.figures.count(Status.FAILED) == 2
    assert (await desk.app.retries.look(parent)).now_count == 0
    tried, _ = await desk.app.broadcast_reports.people(parent, Chosen(reached=Milestone.RETRIED))
    assert {one.message.id for one in tried} == {one.id for one in first}
    extras = await desk.app.broadcast_reports.extras(parent)
    assert [one.record.id for one in extras.tries] == [child]
    shown = (await desk.app.broadcast_reports.extras(child)).parent
    assert shown is not None
    assert shown.id == parent
    await desk.green(parent)


async def test_the_draft_of_a_retry_says_what_is_tried_and_names_nobody(desk: Desk) -> None:
    """A hundred thousand who failed are no hundred thousand numbers in it; a copy of it is for the same people."""
    await desk.crowd(yes=4)
    parent = await _failed(desk, 131049, 2)
    await desk.app.move_clock(timedelta(hours=24, minutes=2))
    failed = {one.contact_id for one in await desk.app.broadcasts.messages(parent, (Status.FAILED,))}
    stale = await desk.app.store.read(lambda tx: store.failed(tx, parent))
    child = await desk.app.retries.retry(parent, desk.supervisor)
    await desk.ended(child)
    assert {one.contact_id for one in await desk.app.broadcasts.messages(child)} == failed
    source = (await desk.app.broadcasts.get(child)).draft.selection.source
    assert (source.kind, source.ids, source.broadcast_id) == (SourceKind.OUTCOME, (), parent)
    assert [(one.reason, one.error_code) for one in source.again] == [("whatsapp_error", 131049)]
    copy = await desk.app.broadcast_list.duplicate(child, desk.supervisor)
    copied = (await desk.app.broadcasts.get(copy)).draft.selection.source
    assert (copied.kind, set(copied.ids), copied.again) == (SourceKind.PICKED, failed, ())
    # Who read what failed before that, and asks only now, reaches nobody a second time.
    with pytest.raises(Problem, match="Nothing to try again"):
        await desk.app.store.write(lambda tx: start(tx, parent, desk.supervisor, stale))
    assert len((await desk.app.broadcast_reports.extras(parent)).tries) == 1


@pytest.mark.slow
async def test_two_who_try_it_again_at_once_send_it_once(desk: Desk) -> None:
    await desk.crowd(yes=3)
    parent = await _failed(desk, 131053, 3, calls=2)
    await desk.app.retries.retry(parent, desk.supervisor)
    with pytest.raises(Problem):
        await desk.app.retries.retry(parent, desk.supervisor)
    agent = User(desk.agent.id, desk.agent.name, Role.AGENT)
    with pytest.raises(NotAllowed):
        await desk.app.retries.retry(parent, agent)


@pytest.mark.slow
async def test_a_plan_tries_again_by_itself_as_often_as_it_says(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.YES)
    parent = await _failed(desk, 131049, 1, plan=Afterwards(retry_count=1, after_h=2))
    await desk.app.move_clock(timedelta(hours=3))
    assert (await desk.app.broadcast_reports.extras(parent)).tries == ()  # WhatsApp's limit has to pass first
    await desk.app.move_clock(timedelta(hours=22))

    child = await desk.until(lambda: _tried(desk, parent))
    record = await desk.until_record(child, BroadcastStatus.DONE)
    assert record.name == "Test – retry 1"
    assert record.created_by_name == "Arun Das"
    assert record.draft.afterwards.retry_count == 0
    await desk.green(child)


@pytest.mark.slow
async def test_a_plan_asks_a_person_about_what_changed_since_the_yes(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.YES)
    parent = await _failed(desk, 131049, 1, plan=Afterwards(retry_count=1, after_h=1))
    await desk.client.control("templates/winter_clearance", {"body": "Half price, {{1}}! Until {{2}}."})
    await desk.app.templates.refresh()
    await desk.app.move_clock(timedelta(hours=25))
    child = await desk.until(lambda: _tried(desk, parent))
    record = await desk.app.broadcasts.get(child)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.TEMPLATE_EDITED)
    assert await desk.sent_to() == []
    with pytest.raises(Problem, match="A retry is on its way"):
        await desk.app.retries.retry(parent, desk.supervisor)
    (failed,) = await desk.app.broadcasts.messages(parent, (Status.FAILED,))
    with pytest.raises(Problem, match="Already sent again"):
        await desk.app.sending.send_again(failed.id, desk.agent)
    await desk.app.broadcasts.go_on(child, desk.supervisor)
    await desk.ended(child)
    assert await desk.sent_to() == [PRIYA]


async def test_one_that_its_launch_held_tells_what_changed_too(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.YES)
    parent = await _failed(desk, 131049, 1)
    await desk.client.control("templates/winter_clearance", {"body": "Half price, {{1}}! Until {{2}}."})
    await desk.app.templates.refresh()
    await desk.settled()
    desk.clock.move(timedelta(hours=25))
    await away(desk)
    child = await desk.app.retries.retry(parent, desk.supervisor)
    record = await desk.app.broadcasts.get(child)
    assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.CATCHING_UP)
    assert "another one than was approved" in record.held_because
    assert await desk.sent_to() == []


async def test_what_is_held_is_not_tried_again(desk: Desk) -> None:
    await desk.crowd(yes=2)
    parent = await _failed(desk, 131049, 2)

    def hold(tx: Tx) -> None:
        broadcast_launch.enter(tx, parent, BroadcastStatus.RUNNING, BroadcastStatus.DONE)
        holds.hold(tx, parent, Cause.ACCOUNT, "WhatsApp restricted the account.")

    await desk.app.store.write(hold)
    with pytest.raises(Problem, match="It waits for a person"):
        await desk.app.retries.retry(parent, desk.supervisor)


async def _tried(desk: Desk, parent: int) -> int | None:
    """The first retry, by its id."""
    desk.app.broadcasts.wake()
    tries = (await desk.app.broadcast_reports.extras(parent)).tries
    return tries[0].record.id if tries else None


async def test_a_plan_that_fell_due_while_nothing_ran_asks_first(empty: Path, tmp_path: Path) -> None:
    shutil.copy(empty, tmp_path / "store.db")
    async with make_sandbox(None) as sandbox:
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.contact(PRIYA, OptIn.YES)
            parent = await _failed(desk, 131049, 1, plan=Afterwards(retry_count=1, after_h=1))
        async with here(tmp_path, sandbox, later(timedelta(hours=25))) as desk:
            child = await desk.until(lambda: _tried(desk, parent))
            record = await desk.app.broadcasts.get(child)
            assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.MISSED)
            assert await desk.sent_to() == []


@pytest.mark.slow
async def test_a_plan_of_an_older_copy_asks_first(empty: Path, tmp_path: Path) -> None:
    """The copy was made before the retry; what it would try again has got there since."""
    shutil.copy(empty, tmp_path / "store.db")
    async with make_sandbox(None) as sandbox:
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.contact(PRIYA, OptIn.YES)
            parent = await _failed(desk, 131049, 1, plan=Afterwards(retry_count=1, after_h=30))
        shutil.copy(tmp_path / "store.db", tmp_path / "backup.db")
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.app.move_clock(timedelta(hours=25))
            await desk.ended(await desk.app.retries.retry(parent, desk.supervisor))
            assert await desk.sent_to() == [PRIYA]
        shutil.copy(tmp_path / "backup.db", tmp_path / "store.db")
        async with here(tmp_path, sandbox, TestClock()) as desk:
            await desk.app.move_clock(timedelta(hours=31))
            child = await desk.until(lambda: _tried(desk, parent))
            record = await desk.app.broadcasts.get(child)
            assert (record.status, record.held_cause) == (BroadcastStatus.HELD, Cause.RESTORED)
            assert await desk.sent_to() == [PRIYA]
