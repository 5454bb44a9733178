"""Broadcasts as kept: drafts, the launch, planning in chunks, both figures, reasons and the curve."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_figures import ReasonCount
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn, Source
from desktop.domain.drift import Cause
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.store import (
    attempts,
    broadcast_figures,
    broadcast_plan,
    broadcasts,
    consent,
    contacts,
    conversations,
    holds,
    tables,
)
from desktop.store.engine import Store, Tx
from desktop.store.seeds import SeedContact
from desktop.store.seeds import add_contacts as seed
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.world import (
    accepted,
    add_contact,
    add_contacts,
    add_person,
    add_template,
    claim,
    draft,
    launch,
    lost,
    messages_of,
    plan_all,
    report,
    run_broadcast,
)


def test_a_draft_is_kept_as_it_was_left(store: Store) -> None:
    def make(tx: Tx) -> tuple[int, int]:
        spring = add_template(tx)
        meera = add_person(tx)
        wanted = Filter(
            (Condition("tag", Op.ANY_OF, ("VIP",)), Filter((Condition("name", Op.EMPTY),))), False
        )
        chosen = replace(draft(spring, wanted, only_opted_in=False), when=When(START + timedelta(days=1)))
        made = broadcasts.save_draft(tx, None, chosen, meera)
        assert broadcasts.get(tx, made).draft == chosen
        assert broadcasts.save_draft(tx, made, replace(chosen, name="Summer"), meera) == made
        return made, spring.id

    made, template_id = write(store, make)
    kept = read(store, lambda tx: broadcasts.get(tx, made))

    assert (kept.name, kept.draft.name, kept.status) == ("Summer", "Summer", BroadcastStatus.DRAFT)
    assert (kept.template_id, kept.template_name, kept.created_by_name) == (
        template_id,
        "spring",
        "Meera Rao",
    )
    assert (kept.only_opted_in, kept.selected_count, kept.launched_at) == (False, None, None)
    assert read(store, lambda tx: broadcast_figures.figures(tx, made)).selected_count == 0
    assert read(store, lambda tx: broadcast_figures.timeline(tx, made)) == {}


def test_an_unknown_broadcast_is_a_problem(store: Store) -> None:
    with pytest.raises(NotFound):
        read(store, lambda tx: broadcasts.get(tx, 404))


def test_broadcasts_are_listed_newest_first_and_by_status(store: Store) -> None:
    def make(tx: Tx) -> list[int]:
        add_contact(tx)
        spring = add_template(tx)
        return [
            launch(tx, spring),
            run_broadcast(tx, spring),
            broadcasts.save_draft(tx, None, draft(spring), None),
        ]

    preparing, running, kept = write(store, make)

    assert [one.id for one in read(store, broadcasts.every)] == [kept, running, preparing]
    assert [one.id for one in read(store, lambda tx: broadcasts.every(tx, 1))] == [kept]
    both = (BroadcastStatus.PREPARING, BroadcastStatus.RUNNING)
    assert [one.id for one in read(store, lambda tx: broadcasts.with_status(tx, *both))] == [
        preparing,
        running,
    ]


def test_the_launch_keeps_what_was_approved(store: Store) -> None:
    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.YES, OptIn.NO, OptIn.NO)
        meera = add_person(tx)
        spring = add_template(tx)
        made = launch(tx, spring, only_opted_in=False, reason="Recall", user_id=meera)
        kept = broadcasts.get(tx, made)
        assert (kept.status, kept.selected_count, kept.approved_no_count) == (BroadcastStatus.PREPARING, 3, 2)
        assert (kept.override_reason, kept.launched_at, kept.planned_to) == ("Recall", tx.now, 0)
        row = tx.conn.execute(select(tables.broadcast)).one()
        assert row.override_user_id == meera

    write(store, run)


def test_planning_makes_a_row_for_everyone_in_chunks(store: Store) -> None:
    many = 2 * broadcast_plan.PLAN_CHUNK_COUNT + 1

    def make(tx: Tx) -> int:
        said = [OptIn.NO if number % 10 == 0 else OptIn.YES for number in range(many)]
        seed(tx, [SeedContact("Ana", f"+1604555{number:04}", one, START) for number, one in enumerate(said)])
        return launch(tx, add_template(tx))

    made = write(store, make)
    counts = []
    while count := write(store, lambda tx: broadcast_plan.plan(tx, made)):
        counts.append(count)
        assert read(store, lambda tx: broadcast_figures.figures(tx, made)).adds_up
        assert read(store, lambda tx: broadcasts.get(tx, made)).status is BroadcastStatus.PREPARING

    assert counts == [broadcast_plan.PLAN_CHUNK_COUNT] * 2 + [1]
    assert read(store, lambda tx: broadcasts.get(tx, made)).status is BroadcastStatus.RUNNING
    assert write(store, lambda tx: broadcast_plan.plan(tx, made)) == 0
    rows = read(store, lambda tx: messages_of(tx, made))
    assert len(rows) == many
    found = read(store, lambda tx: broadcast_figures.figures(tx, made))
    assert found.now == {Status.QUEUED: many - 81, Status.LEFT_OUT: 81}
    assert (found.to_send_count, found.waiting_count) == (many - 81, many - 81)


def test_a_row_says_from_the_start_why_it_is_left_out(store: Store) -> None:
    def run(tx: Tx) -> None:
        yes, no, stopped = (
            add_contact(tx, 0, OptIn.YES),
            add_contact(tx, 1, OptIn.NO),
            add_contact(tx, 2, stopped=True),
        )
        made = run_broadcast(tx, add_template(tx))
        rows = messages_of(tx, made)
        assert {id: (row.status, row.reason) for id, row in rows.items()} == {
            yes: ("queued", ""),
            no: ("left_out", "opted_out"),
            stopped: ("left_out", "stopped_in_whatsapp"),
        }
        assert rows[no].consent_event_id == consent.facts_of(tx, no)[1].consent_event_id
        assert (rows[no].path, rows[no].kind, rows[no].category) == ("broadcast", "template", "marketing")
        events = tx.rows(select(tables.message_event))
        assert sorted((one.message_id, one.status, one.reason) for one in events) == sorted(
            (rows[one].id, "left_out", rows[one].reason) for one in (no, stopped)
        )

    write(store, run)


def test_nobody_selected_is_over_at_once(store: Store) -> None:
    def run(tx: Tx) -> None:
        made = run_broadcast(tx, add_template(tx), Filter((Condition("name", Op.IS, ("nobody",)),)))
        assert broadcasts.get(tx, made).selected_count == 0
        assert broadcast_plan.finish(tx, made)
        assert broadcast_figures.figures(tx, made).sentence == "Now: 0 = 0 selected"

    write(store, run)


def reported(tx: Tx, message_id: int, status: Status) -> None:
    report(tx, message_id, status, error_code=131026 if status is Status.FAILED else None)


def test_now_adds_up_and_reached_counts_at_least_once(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, *[OptIn.YES] * 7, OptIn.NO)
        return run_broadcast(tx, add_template(tx))

    made = write(store, make)
    claimed = write(store, lambda tx: claim(tx, 6))
    read_one, delivered, sent, failed_after, unsure, on_the_way = claimed
    clock.move(timedelta(seconds=5))
    write(store, lambda tx: attempts.settle(tx, [accepted(one) for one in claimed[:4]] + [lost(unsure)]))
    for one, statuses in (
        (read_one, [Status.READ]),
        (delivered, [Status.SENT, Status.DELIVERED]),
        (sent, [Status.SENT]),
        (failed_after, [Status.SENT, Status.FAILED]),
    ):
        for status in statuses:
            write(store, partial(reported, message_id=one.message_id, status=status))

    found = read(store, lambda tx: broadcast_figures.figures(tx, made))
    assert found.now == {
        Status.QUEUED: 1,
        Status.SENDING: 1,
        Status.READ: 1,
        Status.DELIVERED: 1,
        Status.SENT: 1,
        Status.FAILED: 1,
        Status.UNKNOWN: 1,
        Status.LEFT_OUT: 1,
    }
    assert found.adds_up
    assert (found.sent_count, found.delivered_count, found.read_count) == (4, 2, 1)
    assert (found.selected_count, found.to_send_count, found.waiting_count, found.gone_count) == (8, 7, 2, 5)
    assert (
        found.sentence
        == "Now: 2 waiting + 1 sent + 1 delivered + 1 read + 1 failed + 1 left out + 1 not certain = 8 selected"
    )
    assert on_the_way.message_id

    assert read(store, lambda tx: broadcast_figures.reasons(tx, made)) == [
        ReasonCount(Status.UNKNOWN, Reason.ANSWER_LOST, None, 1),
        ReasonCount(Status.LEFT_OUT, Reason.OPTED_OUT, None, 1),
        ReasonCount(Status.FAILED, Reason.WHATSAPP_ERROR, 131026, 1),
    ]


def test_reasons_are_counted_the_most_frequent_first(store: Store) -> None:
    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.NO, OptIn.NO, OptIn.YES, OptIn.YES, OptIn.YES)
        add_contact(tx, 9, stopped=True)
        made = run_broadcast(tx, add_template(tx))
        broadcasts.set_status(tx, made, BroadcastStatus.STOPPED)
        broadcast_plan.cancel_waiting(tx, made, None)
        assert broadcast_figures.reasons(tx, made) == [
            ReasonCount(Status.CANCELLED, Reason.BROADCAST_STOPPED, None, 3),
            ReasonCount(Status.LEFT_OUT, Reason.OPTED_OUT, None, 2),
            ReasonCount(Status.LEFT_OUT, Reason.STOPPED_IN_WHATSAPP, None, 1),
        ]

    write(store, run)


def test_reasons_of_those_without_a_row_yet_are_counted_too(store: Store) -> None:
    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.NO, OptIn.YES)
        add_contact(tx, 9, stopped=True)
        made = launch(tx, add_template(tx))
        told = broadcast_figures.reasons(tx, made)
        assert [(one.reason, one.count) for one in told] == [
            (Reason.OPTED_OUT, 1),
            (Reason.STOPPED_IN_WHATSAPP, 1),
        ]
        assert sum(one.count for one in told) == broadcast_figures.figures(tx, made).now[Status.LEFT_OUT]
        plan_all(tx, made)
        assert broadcast_figures.reasons(tx, made) == told

    write(store, run)


def test_who_opted_out_since_is_counted_once_and_by_whichever_way(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> tuple[list[int], int]:
        ids = add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.YES, OptIn.NO)
        contacts.add_tags(tx, ids, ["all"])
        made = run_broadcast(tx, add_template(tx), Filter((Condition("tag", Op.ANY_OF, ("all",)),)))
        return ids, made

    ids, made = write(store, make)
    clock.move(timedelta(minutes=1))

    def opt_out(tx: Tx) -> None:
        consent.record(tx, ids[0], OptIn.NO, Source.KEYWORD)
        consent.record(tx, ids[0], True, Source.WHATSAPP)
        consent.record(tx, ids[1], True, Source.WHATSAPP)
        consent.record(tx, ids[2], OptIn.YES, Source.AGENT)
        stranger = add_contact(tx, 50)
        consent.record(tx, stranger, OptIn.NO, Source.KEYWORD)

    write(store, opt_out)
    found = read(store, lambda tx: broadcast_figures.figures(tx, made, opted_out=True))
    assert found.opted_out_since_count == 2


# Pausing, stopping, ending.


def test_a_running_broadcast_is_through_when_nothing_waits(store: Store) -> None:
    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.YES)
        made = run_broadcast(tx, add_template(tx))
        assert broadcast_plan.through(tx) == []
        (one,) = claim(tx)
        assert broadcast_plan.through(tx) == [], "a call is on the way"
        attempts.settle(tx, [accepted(one)])
        assert broadcast_plan.through(tx) == [made]
        assert broadcast_plan.finish(tx, made)
        assert broadcast_plan.through(tx) == []

    write(store, run)


def test_a_stopped_broadcast_cancels_what_has_not_left(store: Store) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, *[OptIn.YES] * 5)
        return run_broadcast(tx, add_template(tx))

    made = write(store, make)
    (one,) = write(store, lambda tx: claim(tx, 1))
    write(store, lambda tx: broadcasts.set_status(tx, made, BroadcastStatus.STOPPED))
    counts = []
    while count := write(store, lambda tx: broadcast_plan.cancel_waiting(tx, made, None, limit=3)):
        counts.append(count)
    assert counts == [3, 1]
    assert read(store, lambda tx: broadcast_figures.figures(tx, made)).now == {
        Status.SENDING: 1,
        Status.CANCELLED: 4,
    }

    write(store, lambda tx: attempts.settle(tx, [replace(lost(one), status=Status.QUEUED, reason=None)]))
    assert read(store, broadcast_plan.stopped_with_waiting) == [made]
    assert write(store, lambda tx: broadcast_plan.cancel_waiting(tx, made, None)) == 1
    assert read(store, broadcast_plan.stopped_with_waiting) == []
    assert read(store, lambda tx: broadcasts.get(tx, made)).ended_at == START


def test_a_broadcast_ends_when_nothing_is_left_to_send(store: Store) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, OptIn.YES, OptIn.YES)
        return run_broadcast(tx, add_template(tx))

    made = write(store, make)
    first, second = write(store, claim)
    assert not write(store, lambda tx: broadcast_plan.finish(tx, made))
    write(store, lambda tx: attempts.settle(tx, [accepted(first)]))
    assert not write(store, lambda tx: broadcast_plan.finish(tx, made))
    write(store, lambda tx: attempts.settle(tx, [lost(second)]))
    assert write(store, lambda tx: broadcast_plan.finish(tx, made))
    ended = read(store, lambda tx: broadcasts.get(tx, made))
    assert (ended.status, ended.ended_at) == (BroadcastStatus.DONE, START)


def test_a_held_broadcast_forgets_why_once_it_runs(store: Store) -> None:

    def run(tx: Tx) -> None:
        add_contacts(tx, OptIn.YES)
        made = run_broadcast(tx, add_template(tx))
        (row,) = messages_of(tx, made).values()
        holds.hold_of(tx, row.id, Cause.TEMPLATE_PAUSED, "The template was paused.")
        held = broadcasts.get(tx, made)
        assert (held.status, held.held_because) == (BroadcastStatus.HELD, "The template was paused.")
        assert held.held_cause is Cause.TEMPLATE_PAUSED
        broadcasts.set_status(tx, made, BroadcastStatus.RUNNING)
        again = broadcasts.get(tx, made)
        assert (again.held_because, again.held_cause) == ("", None)

    write(store, run)


# The curve.


def test_the_curve_grows_to_what_was_reached_and_ends_with_the_last_report(
    store: Store, clock: FakeClock
) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, *[OptIn.YES] * 6)
        return run_broadcast(tx, add_template(tx))

    made = write(store, make)
    clock.move(timedelta(seconds=10))
    for one in write(store, claim):
        write(store, lambda tx, one=one: report(tx, one.message_id, Status.SENT))  # type: ignore[misc]
        clock.move(timedelta(seconds=7))
    last = clock.now() - timedelta(seconds=7)
    lines = read(store, lambda tx: broadcast_figures.timeline(tx, made, buckets=5))

    assert set(lines) == {"sent"}
    points = lines["sent"]
    assert points[0] == (0.0, 0)
    assert points == sorted(points)
    assert [count for _, count in points] == sorted({count for _, count in points})
    assert points[-1] == ((last - START).total_seconds(), 6)
    # At the end of its bucket a point counts everything that had happened by then.
    happened = [10.0 + 7 * number for number in range(6)]
    for seconds, count in points[1:]:
        assert count == sum(one <= seconds for one in happened)


def test_all_at_one_moment_is_a_curve_too(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, OptIn.YES, OptIn.YES)
        return run_broadcast(tx, add_template(tx))

    made = write(store, make)
    for one in write(store, claim):
        write(store, lambda tx, one=one: report(tx, one.message_id, Status.READ))  # type: ignore[misc]
    lines = read(store, lambda tx: broadcast_figures.timeline(tx, made))

    assert set(lines) == {"sent", "delivered", "read"}
    assert all(points[-1][1] == 2 for points in lines.values())


# The report's table.


def test_the_reports_table_finds_by_status_and_by_person(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> tuple[int, dict[str, int]]:
        ids = {
            name: add_contact(tx, number, OptIn.YES, name=name)
            for number, name in enumerate(["Ana", "Zoé", "Meera"])
        }
        ids["No"] = add_contact(tx, 5, OptIn.NO, name="No")
        made = run_broadcast(tx, add_template(tx))
        rows = messages_of(tx, made)
        return made, {name: rows[id].id for name, id in ids.items()}

    made, ids = write(store, make)
    clock.move(timedelta(seconds=1))
    write(store, lambda tx: claim(tx, 1))

    def found(*statuses: Status, search: str = "") -> list[int]:
        return read(store, lambda tx: broadcast_figures.message_ids(tx, made, statuses, search=search))

    assert found() == [ids["Ana"], ids["Zoé"], ids["Meera"], ids["No"]]
    assert found(Status.QUEUED) == [ids["Zoé"], ids["Meera"]]
    assert found(Status.SENDING, Status.LEFT_OUT) == [ids["Ana"], ids["No"]]
    assert found(search="zoé") == [ids["Zoé"]]
    assert found(search="0102") == [ids["Meera"]]
    shown = read(store, lambda tx: conversations.messages(tx, [ids["No"], 404, ids["Ana"]]))
    assert [(one.contact_name, one.status, one.reason) for one in shown] == [
        ("No", Status.LEFT_OUT, Reason.OPTED_OUT),
        ("Ana", Status.SENDING, Reason.OPTED_IN),
    ]
    assert (shown[1].broadcast_name, shown[1].template_name) == ("Spring", "spring")


def test_the_values_that_a_broadcast_gives_someone(store: Store) -> None:
    def run(tx: Tx) -> None:
        made = add_contact(tx, name="Zoé Bell")
        broadcast_id = launch(tx, add_template(tx))
        assert broadcast_figures.values_for_contact(tx, broadcast_id, made) == {"1": "Zoé"}
        contacts.rename(tx, made, "")
        assert broadcast_figures.values_for_contact(tx, broadcast_id, made) == {"1": "there"}

    write(store, run)


def test_a_contact_gets_one_message_of_a_broadcast(store: Store) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, OptIn.YES, OptIn.YES)
        made = launch(tx, add_template(tx))
        plan_all(tx, made)
        return made

    made = write(store, make)
    count = select(func.count()).where(tables.message.c.broadcast_id == made)
    assert read(store, lambda tx: tx.conn.scalar(count)) == 2
