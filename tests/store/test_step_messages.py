"""Pages of a step's messages: what a look at every message finds, out of the index."""

import random
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select

from desktop.domain.consent import OptIn
from desktop.domain.drift import Cause
from desktop.domain.journey import MARKETING_STOPPED_CODE, told_reason
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, SequenceStep
from desktop.store import holds, sequences, step_messages, tables
from desktop.store.engine import Store, Tx
from tests.databases import read, write
from tests.store.world import HELLO, add_contacts, add_template

KINDS = (
    (Status.DELIVERED, "opted_in", None),
    (Status.READ, "opted_in", None),
    (Status.QUEUED, "", None),
    (Status.FAILED, "opted_out", None),
    (Status.FAILED, "no_choice", None),
    (Status.FAILED, "whatsapp_error", -1),
    (Status.FAILED, "whatsapp_error", 131026),
    (Status.FAILED, "whatsapp_error", MARKETING_STOPPED_CODE),
    (Status.FAILED, "", MARKETING_STOPPED_CODE),
    (Status.FAILED, "whatsapp_error", None),
    (Status.UNKNOWN, "answer_lost", None),
)
ASKED: tuple[tuple[Sequence[Status], Collection[Reason], Collection[Reason]], ...] = (
    ((), (), ()),
    ((Status.DELIVERED, Status.READ), (), ()),
    ((Status.FAILED,), (Reason.OPTED_OUT, Reason.STOPPED_IN_WHATSAPP), ()),
    ((Status.FAILED,), (), (Reason.OPTED_OUT, Reason.STOPPED_IN_WHATSAPP, Reason.NO_CHOICE)),
    ((Status.CANCELLED,), (), ()),
)
Kept = tuple[int, int, int, Status, str, int | None]


def fill(tx: Tx) -> list[Kept]:
    """Messages of two versions and two steps, in no order."""
    rolled = random.Random(3)
    (contact,) = add_contacts(tx, OptIn.YES)
    kept: list[Kept] = []
    for number in range(1, 400):
        version, step = rolled.choice([1, 2]), rolled.choice([1, 2])
        status, reason, code = rolled.choice(KINDS)
        tx.conn.execute(
            insert(tables.message).values(
                id=number,
                contact_id=contact,
                outgoing=True,
                path="sequence",
                status=status.value,
                reason=reason,
                error_code=code,
                kind="template",
                created_at=tx.now,
                due_at=tx.now,
                changed_at=tx.now,
                version_id=version,
                step_number=step,
            )
        )
        kept.append((number, version, step, status, reason, code))
    return kept


@pytest.mark.parametrize("limit", [7, 1_000])
def test_a_page_is_the_newest_of_what_is_asked_for(store: Store, limit: int) -> None:
    kept = write(store, fill)
    for statuses, takes, leaves in ASKED:

        def wanted(row: Kept, statuses: Any = statuses, takes: Any = takes, leaves: Any = leaves) -> bool:
            told = told_reason(Reason(row[4]) if row[4] else None, row[5])
            fits = (not statuses or row[3] in statuses) and (not takes or told in takes)
            return row[1:3] == (1, 2) and fits and told not in leaves

        def page(tx: Tx, statuses: Any = statuses, takes: Any = takes, leaves: Any = leaves) -> list[int]:
            return step_messages.message_ids(tx, 1, 2, statuses, takes=takes, leaves=leaves, limit=limit)

        assert read(store, page) == [row[0] for row in reversed(kept) if wanted(row)][:limit]


def plans(tx: Tx, run: Callable[[], object]) -> list[str]:
    """How SQLite goes about each query that `run` executes."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(tx.conn, "before_cursor_execute", note)
    run()
    event.remove(tx.conn, "before_cursor_execute", note)
    return [
        " | ".join(row[3] for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
        for sql, values in asked
        if sql.startswith("SELECT")
    ]


def test_a_page_is_looked_up_and_never_sorted(sqlite_store: Store) -> None:
    write(sqlite_store, fill)
    found = read(
        sqlite_store, lambda tx: plans(tx, lambda: step_messages.message_ids(tx, 1, 2, (Status.FAILED,)))
    )
    for plan in found:
        assert plan.startswith(
            "SEARCH message USING COVERING INDEX ix_message_version_id_step (version_id=? AND step_number=?"
        )
        assert "B-TREE" not in plan
    assert sum("error_code=?" in plan and "rowid" not in plan for plan in found) >= 3


def test_a_page_of_many_takes_no_longer_than_one_of_few(sqlite_store: Store) -> None:
    """Counted in SQLite's own steps: a look at every message would take ten times as many."""
    write(sqlite_store, fill)
    few = steps_of_a_page(sqlite_store)
    of_all = f"SELECT {', '.join(one.name for one in tables.message.c if one.name != 'id')} FROM message"
    names = of_all.removeprefix("SELECT ").removesuffix(" FROM message")
    for _ in range(4):
        write(
            sqlite_store,
            lambda tx: tx.conn.exec_driver_sql(f"INSERT INTO message ({names}) {of_all}").close(),
        )
    count = read(sqlite_store, lambda tx: tx.conn.scalar(select(func.count(tables.message.c.id))))
    assert (count or 0) > 6_000
    assert steps_of_a_page(sqlite_store) < 2 * few


def steps_of_a_page(store: Store) -> int:
    """How many hundreds of its steps SQLite needs for a page."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    def page(tx: Tx) -> None:
        driver: Any = tx.conn.connection.driver_connection
        driver.set_progress_handler(step, 100)
        step_messages.message_ids(tx, 1, 2, limit=5)
        driver.set_progress_handler(None, 100)

    read(store, page)
    return count


def test_who_follows_an_old_version_is_looked_up(sqlite_store: Store) -> None:
    """A million in progress cost the hold nothing."""

    def run(tx: Tx) -> list[str]:
        first = Definition((SequenceStep(add_template(tx).id, HELLO),))
        id = sequences.create(tx, "Welcome", first, None)
        sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
        sequences.save_draft(tx, id, Definition((SequenceStep(),)))
        sequences.publish(tx, sequences.get(tx, id), None)
        versions = tx.conn.scalars(select(tables.sequence_version.c.id)).all()
        assert len(versions) == 2
        return plans(tx, lambda: holds.hold_marketing(tx, Cause.CATCHING_UP, "because"))

    (of_runs,) = [plan for plan in write(sqlite_store, run) if "enrolment" in plan]
    assert of_runs.startswith("SEARCH enrolment USING INDEX ix_enrolment_following (version_id=?)")
