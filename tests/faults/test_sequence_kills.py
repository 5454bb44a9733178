"""Thousands of steps due in the same second, the engine killed and started again in the middle: the kill rule holds.

The sandbox's log judges: nobody twice for a step, nobody missing who is not shown as unknown, at most 32 unknown per
kill, no marketing to anybody who said no.
"""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from desktop.domain.consent import Category
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, EnrolmentStatus, EnrolSource, SequenceStep
from desktop.domain.templates import Template, Variable
from desktop.services.enrolments import CHUNK_COUNT
from desktop.store import enrolments, sequence_ledger, sequences, settings, tables, templates
from desktop.store.engine import Tx
from desktop.system.faults import CrashPoint
from tests.faults.arena import MOST_UNKNOWN_PER_KILL, OF_SEQUENCES, SENDING, Arena, Judge

SHORT, LONG = 96, 10_000
BETWEEN_KILLS = 240
"""Steps at most, so that every kill falls into the middle."""
ENROLLING = 400
VALUES = (Variable("1", "first_name", "there"), Variable("2", "", "A-991"), Variable("3", "", "Sunday"))
STEPS = (("order_shipped", Category.UTILITY), ("winter_clearance", Category.MARKETING))
"""As the sandbox has them; what they say is read before the first claim."""


def begin(arena: Arena, contact_count: int, no_count: int) -> None:
    """Everybody in a sequence of two steps without a delay: all are due in this second."""
    arena.prepare(contact_count, no_count)

    def activate(tx: Tx) -> tuple[int, int]:
        known = [Template(0, name, "en", category, "Hi {{1}}") for name, category in STEPS]
        templates.replace_all(tx, known)
        steps = [SequenceStep(templates.by_name(tx, name).id, VALUES) for name, _ in STEPS]
        id = sequences.create(tx, "Welcome", Definition(tuple(steps)), None)
        record = sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
        assert record.version_id is not None
        return id, record.version_id

    def everybody(tx: Tx) -> list[int]:
        return list(tx.conn.scalars(select(tables.contact.c.id)))

    def put_in(id: int, version_id: int, ids: list[int]) -> Callable[[Tx], object]:
        return lambda tx: enrolments.enrol(tx, id, version_id, ids, EnrolSource.PERSON)

    with arena.opened() as store:
        id, version_id = store.submit_write(activate).result()
        ids = store.submit_read(everybody).result()
        for at in range(0, len(ids), ENROLLING):
            store.submit_write(put_in(id, version_id, ids[at : at + ENROLLING])).result()


def is_over(tx: Tx) -> bool:
    """True when everybody is through."""
    enrolment = tables.enrolment.c
    running = select(enrolment.id).where(enrolment.status == EnrolmentStatus.IN_PROGRESS.value)
    return tx.conn.scalar(running.limit(1)) is None


def violations(arena: Arena) -> list[str]:
    """What breaks the rule; nothing if all is well."""
    with arena.opened() as store:
        return store.submit_read(lambda tx: judge_in(arena, tx)).result()


def judge_in(arena: Arena, tx: Tx) -> list[str]:
    enrolment, event = tables.enrolment.c, tables.message_event.c
    sent = sends_by_message(arena, tx)
    faults: list[str] = []
    runs = tx.rows(select(enrolment.id, enrolment.status))
    faults += [f"run {run.id} is {run.status}" for run in runs if run.status != "completed"]
    steps: Counter[tuple[int, int]] = Counter()
    for row in messages(tx):
        sends = sent.pop(row.id, [])
        steps[row.enrolment_id, row.step_number] += 1
        faults += fault_of(arena, row, sends)
    faults += [f"step {step} was made {count} times" for step, count in steps.items() if count > 1]
    wanted = {(run.id, number) for run in runs for number in range(1, len(STEPS) + 1)}
    faults += [f"step {step} is missing" for step in sorted(wanted - set(steps))[:20]]
    faults += [f"message {id} was sent and is not kept" for id in sent]
    unknown = tx.conn.scalar(select(func.count()).where(event.status == Status.UNKNOWN.value)) or 0
    if unknown > MOST_UNKNOWN_PER_KILL * arena.kills:
        faults.append(f"{unknown} became unknown by {arena.kills} kills")
    faults += [fault for one in sequence_ledger.verify_all(tx) for fault in one.faults]
    return faults if runs else ["nobody was enrolled"]


def sends_by_message(arena: Arena, tx: Tx) -> dict[int, list[dict[str, Any]]]:
    """What the sandbox accepted of this store, by our message id."""
    mark = f"assent:{settings.meta(tx, 'key')}:"
    found: dict[int, list[dict[str, Any]]] = {}
    after = arena.first_send
    while some := arena.judge.sends(after):
        for one in some:
            if (one["biz_opaque_callback_data"] or "").startswith(mark):
                found.setdefault(int(one["biz_opaque_callback_data"].removeprefix(mark)), []).append(one)
        after = some[-1]["n"]
    return found


def messages(tx: Tx) -> list[Any]:
    message, contact = tables.message.c, tables.contact.c
    return tx.rows(
        select(
            message.id,
            message.status,
            message.reason,
            message.category,
            message.enrolment_id,
            message.step_number,
            contact.phone,
        ).join(tables.contact, message.contact_id == contact.id)
    )


def fault_of(arena: Arena, row: Any, sends: list[dict[str, Any]]) -> list[str]:
    status = Status(row.status)
    if len(sends) > 1:
        return [f"message {row.id} was sent {len(sends)} times"]
    if sends and status not in GONE:
        return [f"message {row.id} was sent and stands as {status.value}"]
    refused = status is Status.FAILED and row.reason == Reason.OPTED_OUT.value
    if not sends and status is not Status.UNKNOWN and not refused:
        return [f"message {row.id} was never sent and stands as {status.value}"]
    late = sends and sends[0]["n"] > arena.late_no.get(row.phone, sends[0]["n"])
    if late and row.category == Category.MARKETING.value:
        return [f"{row.phone} said no and got message {row.id}"]
    return []


def crash(rng: random.Random, point: CrashPoint, step_count: int) -> str:
    """A crash point with a count that the engine is sure to reach while so many steps are still to do."""
    most = {CrashPoint.AFTER_CALL: step_count, CrashPoint.AFTER_CLAIM: step_count // 32}
    per_chunk = step_count // CHUNK_COUNT
    count = most.get(point, step_count // 32 if point is CrashPoint.BEFORE_SETTLE else per_chunk)
    return f"{point.value}:{rng.randint(1, max(1, count))}"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("point", OF_SEQUENCES)
@pytest.mark.slow
def test_an_engine_killed_at_a_step(judge: Judge, tmp_path: Path, point: CrashPoint) -> None:
    """In the middle of the first steps; then some say no while nothing runs, and it goes on to the end."""
    arena = Arena(tmp_path, judge)
    begin(arena, SHORT, 10)
    arena.wait_until_killed(arena.serve(f"{point.value}:{SHORT // CHUNK_COUNT // 2}"))
    arena.opt_out_waiting(20)
    arena.finish(is_over)
    assert violations(arena) == []


@pytest.mark.slow
@pytest.mark.timeout(1_500)
def test_ten_thousand_steps_due_at_once_and_an_engine_killed_everywhere(
    judge: Judge, tmp_path: Path, round_number: int
) -> None:
    """At each point in turn, and at any moment. The second round is one of few contacts, killed more often."""
    rng = random.Random(round_number)
    count = LONG if round_number == 0 else 4 * SHORT
    arena = Arena(tmp_path, judge)
    begin(arena, count, count // 20)
    points = [*SENDING, *OF_SEQUENCES]
    rng.shuffle(points)
    for point in points:
        arena.wait_until_killed(arena.serve(crash(rng, point, BETWEEN_KILLS)))
        arena.opt_out_waiting(5)
    arena.kill_after(arena.serve(), judge.count() - arena.first_send + rng.randint(1, BETWEEN_KILLS))
    arena.opt_out_waiting(5)
    arena.finish(is_over, wait_s=1_200)
    assert violations(arena) == []
