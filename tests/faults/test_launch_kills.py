"""Killed between the yes and the last message: nothing begins by itself that nobody was there for, and nothing is lost."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.drift import Cause
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.variables import suggest
from desktop.services import broadcast_launch, broadcast_verbs
from desktop.store import broadcasts, ledger, tables, templates
from desktop.store.engine import Store, Tx
from desktop.system.faults import CrashPoint
from tests.faults.arena import Arena, Judge, said, until

SHELL = User(0, "The shell", Role.ADMIN)
CONTACTS, NO = 900, 10
TO_SEND = CONTACTS - NO
TEMPLATE = "winter_clearance"


def launch(store: Store, starts_in_s: float) -> int:
    """Say yes in another program; it begins in so many seconds."""
    until(lambda: bool(store.submit_read(templates.every).result()))

    def write(tx: Tx) -> int:
        template = templates.by_name(tx, TEMPLATE)
        variables = tuple(suggest(name, template) for name in template.variables)
        made = broadcasts.save_draft(
            tx, None, BroadcastDraft("Killed", template.id, variables=variables), None
        )
        broadcast_launch.launch(tx, made, SHELL, now=False)
        soon = update(tables.broadcast).where(tables.broadcast.c.id == made)
        tx.conn.execute(soon.values(starts_at=tx.now + timedelta(seconds=starts_in_s)))
        return made

    return store.submit_write(write).result()


def record(arena: Arena, id: int) -> BroadcastRecord:
    with arena.opened() as store:
        return store.submit_read(lambda tx: broadcasts.get(tx, id)).result()


def until_status(arena: Arena, id: int, wanted: BroadcastStatus) -> None:
    with arena.opened() as store:
        until(lambda: store.submit_read(lambda tx: broadcasts.get(tx, id)).result().status is wanted)


def killed(arena: Arena, point: CrashPoint, count: int = 1, starts_in_s: float = 0.2) -> int:
    """An engine that dies at a point of the start of a broadcast; returns the broadcast."""
    process = arena.serve(f"{point.value}:{count}")
    said(process)
    with arena.opened() as store:
        made = launch(store, starts_in_s)
    arena.wait_until_killed(process)
    return made


def go_on(arena: Arena, id: int) -> None:
    def write(tx: Tx) -> None:
        broadcast_verbs.go_on(tx, id, SHELL, broadcast_verbs.look_now(tx, id))

    with arena.opened() as store:
        store.submit_write(write).result()


@pytest.mark.timeout(180)
@pytest.mark.slow
def test_killed_before_the_snapshot(judge: Judge, tmp_path: Path) -> None:
    """Its time passed while nothing ran: it asks, and then everybody gets it once."""
    arena = Arena(tmp_path, judge)
    arena.prepare(CONTACTS, NO)
    made = killed(arena, CrashPoint.BEFORE_SNAPSHOT)
    assert record(arena, made).selected_count is None
    process = arena.serve()
    said(process)
    until_status(arena, made, BroadcastStatus.HELD)
    assert record(arena, made).held_cause is Cause.MISSED
    assert judge.count() == arena.first_send
    go_on(arena, made)
    until_status(arena, made, BroadcastStatus.DONE)
    process.kill()
    arena.wait_until_killed(process)
    arena.finish()
    assert arena.violations() == []
    assert record(arena, made).selected_count == CONTACTS


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("point", [CrashPoint.AFTER_SNAPSHOT, CrashPoint.AFTER_PLAN])
def test_killed_while_it_is_prepared(judge: Judge, tmp_path: Path, point: CrashPoint) -> None:
    """The snapshot is taken once: the next engine goes on where the dead one was."""
    arena = Arena(tmp_path, judge)
    arena.prepare(CONTACTS, NO)
    made = killed(arena, point)
    before = record(arena, made)
    assert (before.status, before.planned_to > 0) == (
        BroadcastStatus.PREPARING,
        point is CrashPoint.AFTER_PLAN,
    )
    arena.finish()
    assert arena.violations() == []
    assert record(arena, made).selected_count == before.selected_count


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_taken_back_after_a_kill(judge: Judge, tmp_path: Path) -> None:
    """The engine dies in the ten seconds; who takes it back then has taken it back."""
    arena = Arena(tmp_path, judge)
    arena.prepare(CONTACTS, NO)
    process = arena.serve()
    said(process)
    with arena.opened() as store:
        made = launch(store, 10.0)
        process.kill()
        arena.wait_until_killed(process)
        store.submit_write(lambda tx: broadcast_verbs.take_back(tx, made, SHELL)).result()
    arena.finish(lambda tx: broadcasts.get(tx, made).status is BroadcastStatus.DRAFT)
    assert judge.count() == arena.first_send
    assert record(arena, made).selected_count is None


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_killed_while_it_is_stopped(judge: Judge, tmp_path: Path) -> None:
    """What had left stays counted, what had not is cancelled by the next engine, and the ledger is green."""
    arena = Arena(tmp_path, judge)
    arena.prepare(CONTACTS, NO)
    process = arena.serve(f"{CrashPoint.AFTER_CANCEL.value}:1")
    said(process)
    with arena.opened() as store:
        made = launch(store, 0.2)
        until(lambda: judge.count() - arena.first_send >= 20)
        store.submit_write(lambda tx: broadcast_verbs.stop(tx, made, SHELL)).result()
    arena.wait_until_killed(process)

    def is_over(tx: Tx) -> bool:
        return set(_states(tx, made)).isdisjoint({Status.QUEUED, Status.SENDING})

    arena.finish(is_over)
    with arena.opened() as store:
        states = store.submit_read(lambda tx: _states(tx, made)).result()
        checked = store.submit_read(lambda tx: ledger.verify(tx, made)).result()
    assert checked.is_green, checked.faults
    sent_count = judge.count() - arena.first_send
    accepted_count = TO_SEND - states[Status.CANCELLED] - states[Status.UNKNOWN]
    assert states[Status.CANCELLED] > 0
    assert accepted_count <= sent_count <= accepted_count + states[Status.UNKNOWN]


def _states(tx: Tx, broadcast_id: int) -> Counter[Status]:
    message = tables.message.c
    asked = select(message.status, func.count()).where(message.broadcast_id == broadcast_id)
    return Counter(
        {Status(status): count for status, count in tx.conn.execute(asked.group_by(message.status))}
    )
