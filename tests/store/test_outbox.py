"""How calls end and what WhatsApp reports: in any order, twice, and before the answer of their own send."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.consent import OptIn, Path
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled, Submission
from desktop.domain.reasons import Reason
from desktop.store import (
    attempts,
    contacts,
    outbox,
)
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import (
    ENGINE_ID,
    accepted,
    add_contact,
    add_template,
    attempts_of,
    claim,
    events_of,
    lost,
    message,
    report,
    submit,
)


def claimed_one(tx: Tx) -> Claimed:
    submit(tx, add_contact(tx, opt_in=OptIn.YES), template=add_template(tx))
    (one,) = claim(tx)
    return one


def settled(one: Claimed, outcome: AttemptOutcome, status: Status, **more: Any) -> Settled:
    return Settled(one.message_id, one.attempt_number, outcome, status, **more)


# Settling.


def test_an_accepted_call_is_settled(store: Store, clock: FakeClock) -> None:
    one = write(store, claimed_one)
    clock.move(timedelta(seconds=1))
    write(store, lambda tx: attempts.settle(tx, [accepted(one, wa_id="16045550177", user_id="CA.9")]))

    def check(tx: Tx) -> None:
        row = message(tx, one.message_id)
        assert (row.status, row.reason, row.wamid) == ("accepted", "opted_in", f"wamid.{one.message_id}")
        assert row.changed_at == clock.now()
        assert events_of(tx, one.message_id) == [("sending", True, "engine"), ("accepted", True, "engine")]
        assert attempts_of(tx, one.message_id) == ["accepted"]
        assert contacts.find(tx, wa_id="16045550177") == contacts.find(tx, user_id="CA.9") == [one.contact_id]
        assert outbox.open_count(tx) == 0

    read(store, check)


def test_a_refused_call_fails_with_its_code_or_waits_for_another_try(store: Store, clock: FakeClock) -> None:
    def make(tx: Tx) -> list[Claimed]:
        made, spring = add_contact(tx, opt_in=OptIn.YES), add_template(tx)
        submit(tx, made, template=spring)
        submit(tx, made, template=spring)
        return list(claim(tx))

    first, second = write(store, make)
    refused: dict[str, Any] = {
        "reason": Reason.WHATSAPP_ERROR,
        "error_code": 131026,
        "error_details": "Not\x00 on WhatsApp",
    }
    later = clock.now() + timedelta(seconds=4)
    write(
        store,
        lambda tx: attempts.settle(
            tx,
            [
                settled(first, AttemptOutcome.REFUSED, Status.FAILED, **refused),
                settled(second, AttemptOutcome.REFUSED, Status.QUEUED, due_at=later, **refused),
            ],
        ),
    )

    def check(tx: Tx) -> None:
        failed, waits = message(tx, first.message_id), message(tx, second.message_id)
        assert (failed.status, failed.error_code, failed.error_details) == (
            "failed",
            131026,
            "Not on WhatsApp",
        )
        assert (waits.status, waits.due_at, waits.reason) == ("queued", later, "whatsapp_error")
        assert attempts_of(tx, first.message_id) == attempts_of(tx, second.message_id) == ["refused"]

    read(store, check)
    assert write(store, claim) == ()
    clock.move(timedelta(seconds=4))
    (again,) = write(store, claim)
    assert (again.message_id, again.attempt_number) == (second.message_id, 2)
    write(store, lambda tx: attempts.settle(tx, [accepted(again)]))

    def check_again(tx: Tx) -> None:
        row = message(tx, second.message_id)
        assert (row.status, row.attempt_count, row.error_code, row.error_details) == (
            "accepted",
            2,
            None,
            None,
        )
        assert attempts_of(tx, second.message_id) == ["refused", "accepted"]

    read(store, check_again)


def test_a_withdrawn_claim_is_asked_again(store: Store) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: attempts.settle(tx, [settled(one, AttemptOutcome.WITHDRAWN, Status.QUEUED)]))
    (again,) = write(store, claim)

    assert (again.message_id, again.attempt_number) == (one.message_id, 2)
    assert read(store, lambda tx: attempts_of(tx, one.message_id)) == ["withdrawn", "open"]


# Reports.

REPORTS = (Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED)
HIGHEST = {Status.SENT: 0, Status.FAILED: 1, Status.DELIVERED: 2, Status.READ: 3}


@pytest.mark.parametrize("own_answer_at", [0, 1, 4])
def test_reports_in_any_order_and_twice_end_alike(sqlite_store: Store, own_answer_at: int) -> None:
    """Every order of any of the four reports, with the send's own answer before, between or after them."""

    class Undo(Exception):
        pass

    def outcome(order: Sequence[Status]) -> tuple[object, ...]:
        found: list[tuple[object, ...]] = []

        def run(tx: Tx) -> None:
            one = claimed_one(tx)
            for place, status in enumerate([*order, None]):
                if place == min(own_answer_at, len(order)):
                    attempts.settle(tx, [accepted(one)])
                if status is not None:
                    report(
                        tx,
                        one.message_id,
                        status,
                        wamid=f"wamid.{one.message_id}",
                        error_code=131026 if status is Status.FAILED else None,
                    )
                    report(tx, one.message_id, status, wamid=f"wamid.{one.message_id}")
            row = message(tx, one.message_id)
            times = (row.sent_at, row.delivered_at, row.read_at)
            found.append(
                (
                    row.status,
                    row.error_code,
                    row.wamid is not None,
                    *(at is not None for at in times),
                    *attempts_of(tx, one.message_id),
                )
            )
            moved = [status for status, moved, _ in events_of(tx, one.message_id) if moved]
            assert moved[-1] == row.status
            raise Undo

        with pytest.raises(Undo):
            write(sqlite_store, run)
        return found[0]

    for count in range(1, 5):
        for some in {frozenset(one) for one in permutations(REPORTS, count)}:
            outcomes = {outcome(order) for order in permutations(sorted(some), count)}
            highest = max(some, key=lambda one: HIGHEST[one])
            assert {one[0] for one in outcomes} == {highest}
            assert len(outcomes) == 1, (some, outcomes)
            (only,) = outcomes
            reached = [HIGHEST[one] for one in some if one is not Status.FAILED]
            assert only[3:6] == tuple(max(reached, default=-1) >= step for step in (0, 2, 3))


def test_a_webhook_before_its_own_answer_stands(store: Store, clock: FakeClock) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: report(tx, one.message_id, Status.DELIVERED, wamid="wamid.early"))
    clock.move(timedelta(seconds=1))
    write(store, lambda tx: attempts.settle(tx, [replace(accepted(one), wamid="wamid.early")]))

    def check(tx: Tx) -> None:
        row = message(tx, one.message_id)
        assert (row.status, row.wamid) == ("delivered", "wamid.early")
        assert (row.sent_at, row.delivered_at, row.read_at) == (row.changed_at, row.changed_at, None)
        assert attempts_of(tx, one.message_id) == ["accepted"]

    read(store, check)


def test_a_late_sent_after_read_changes_nothing(store: Store, clock: FakeClock) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    assert write(store, lambda tx: report(tx, one.message_id, Status.READ))
    before = read(store, lambda tx: (message(tx, one.message_id), events_of(tx, one.message_id)))
    clock.move(timedelta(seconds=1))

    assert not write(store, lambda tx: report(tx, one.message_id, Status.SENT))
    assert not write(store, lambda tx: report(tx, one.message_id, Status.READ))
    assert read(store, lambda tx: (message(tx, one.message_id), events_of(tx, one.message_id))) == before


def test_what_failed_and_then_arrived_has_arrived(store: Store) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))
    write(
        store, lambda tx: report(tx, one.message_id, Status.FAILED, error_code=131026, error_details="No\x00")
    )
    failed = read(store, lambda tx: message(tx, one.message_id))
    assert (failed.status, failed.reason, failed.error_code, failed.error_details) == (
        "failed",
        "whatsapp_error",
        131026,
        "No",
    )

    write(store, lambda tx: report(tx, one.message_id, Status.DELIVERED))
    arrived = read(store, lambda tx: message(tx, one.message_id))
    assert (arrived.status, arrived.reason, arrived.error_code, arrived.error_details) == (
        "delivered",
        "",
        None,
        None,
    )


def test_what_was_left_out_never_moves(store: Store) -> None:
    def run(tx: Tx) -> None:
        queued = submit(tx, add_contact(tx, opt_in=OptIn.NO), Path.COMPOSE, template=add_template(tx))
        assert claim(tx) == ()
        before = message(tx, queued)
        assert before.status == "left_out"
        for status in REPORTS:
            assert not report(tx, queued, status, wamid="wamid.forged")
        assert message(tx, queued) == before

    write(store, run)


# Not certain.


@pytest.mark.parametrize("reported", REPORTS)
def test_a_webhook_settles_what_was_not_certain(store: Store, reported: Status) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: attempts.settle(tx, [lost(one)]))
    uncertain = read(store, lambda tx: message(tx, one.message_id))
    assert (uncertain.status, uncertain.reason) == ("unknown", "answer_lost")
    assert write(store, claim) == ()

    assert write(store, lambda tx: report(tx, one.message_id, reported, wamid="wamid.late"))
    row = read(store, lambda tx: message(tx, one.message_id))
    assert (row.status, row.wamid) == (reported, "wamid.late")


@pytest.mark.parametrize(
    ("guess", "reason"),
    [
        (Status.ACCEPTED, Reason.PERSON_SAYS_ARRIVED),
        (Status.CANCELLED, Reason.PERSON_LEFT_IT),
        (Status.CANCELLED, Reason.PERSON_SENT_AGAIN),
    ],
)
@pytest.mark.parametrize("reported", REPORTS)
def test_a_late_webhook_wins_over_a_persons_guess(
    sqlite_store: Store, guess: Status, reason: Reason, reported: Status
) -> None:
    def run(tx: Tx) -> None:
        one = claimed_one(tx)
        attempts.settle(tx, [lost(one)])
        row = outbox.lock(tx, [one.message_id])[one.message_id]
        outbox.write_moves(tx, [outbox.move(tx, row, guess, outbox.PERSON, reason=reason, user_id=3)])
        assert message(tx, one.message_id).status == guess
        assert report(tx, one.message_id, reported)
        assert message(tx, one.message_id).status == reported
        assert [source for _, moved, source in events_of(tx, one.message_id) if moved] == [
            "engine",
            "engine",
            "person",
            "webhook",
        ]

    write(sqlite_store, run)


@pytest.mark.parametrize(
    ("dead", "found"), [(None, 2), ([ENGINE_ID], 2), ([ENGINE_ID + 1], 0), ([ENGINE_ID, 99], 2)]
)
def test_claims_of_a_dead_engine_are_not_certain_and_never_queued_again(
    store: Store, dead: list[int] | None, found: int
) -> None:
    def make(tx: Tx) -> list[int]:
        made, spring = add_contact(tx, opt_in=OptIn.YES), add_template(tx)
        for _ in range(3):
            submit(tx, made, template=spring)
        claimed = claim(tx, 2)
        return [one.message_id for one in claimed]

    claimed = write(store, make)
    assert write(store, lambda tx: outbox.recover(tx, dead)) == found

    def check(tx: Tx) -> None:
        for one in claimed:
            row = message(tx, one)
            expected = ("unknown", "answer_lost", ["lost"]) if found else ("sending", "opted_in", ["open"])
            assert (row.status, row.reason, attempts_of(tx, one)) == expected

    read(store, check)
    assert write(store, lambda tx: outbox.recover(tx, dead)) == 0
    assert len(write(store, claim)) == 1


def test_an_answer_after_the_recovery_is_certain_knowledge(store: Store) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: outbox.recover(tx, None))
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))

    row = read(store, lambda tx: message(tx, one.message_id))
    assert (row.status, row.wamid) == ("accepted", f"wamid.{one.message_id}")


def test_a_withdrawal_after_the_recovery_queues_nothing(store: Store) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: outbox.recover(tx, None))
    write(store, lambda tx: attempts.settle(tx, [settled(one, AttemptOutcome.WITHDRAWN, Status.QUEUED)]))

    assert read(store, lambda tx: message(tx, one.message_id)).status == "unknown"


# A life as a whole.


def test_the_state_is_always_that_of_the_last_moving_event(sqlite_store: Store) -> None:
    class Undo(Exception):
        pass

    @settings(max_examples=40)
    @given(
        st.lists(st.sampled_from(["claim", "accept", "lose", "withdraw", "recover", *REPORTS]), max_size=9)
    )
    def holds(steps: list[str | Status]) -> None:
        def run(tx: Tx) -> None:
            queued = submit(tx, add_contact(tx, opt_in=OptIn.YES), template=add_template(tx))
            claimed: list[Claimed] = []
            for step in steps:
                take(tx, step, queued, claimed)
                row = message(tx, queued)
                moved = [status for status, moved, _ in events_of(tx, queued) if moved]
                assert row.status == (moved[-1] if moved else "queued")
                assert row.attempt_count == len(attempts_of(tx, queued))
            raise Undo

        with pytest.raises(Undo):
            write(sqlite_store, run)

    def take(tx: Tx, step: str | Status, queued: int, claimed: list[Claimed]) -> None:
        if isinstance(step, Status):
            report(tx, queued, step)
        elif step == "claim":
            claimed += claim(tx)
        elif step == "recover":
            outbox.recover(tx, None)
        elif claimed:
            one = claimed.pop()
            ends = {
                "accept": accepted(one),
                "lose": lost(one),
                "withdraw": settled(one, AttemptOutcome.WITHDRAWN, Status.QUEUED),
            }
            attempts.settle(tx, [ends[step]])

    holds()


# Finding and keeping.


def test_messages_are_found_for_a_batch_of_reports(store: Store) -> None:
    one = write(store, claimed_one)
    write(store, lambda tx: attempts.settle(tx, [accepted(one)]))

    def found(ids: list[int], wamids: list[str]) -> list[int]:
        return read(store, lambda tx: outbox.find_for_status(tx, ids, wamids))

    assert found([], [f"wamid.{one.message_id}"]) == [one.message_id]
    assert found([one.message_id], [f"wamid.{one.message_id}", "wamid.other"]) == [one.message_id]
    assert found([], ["wamid.other"]) == []
    assert read(store, lambda tx: outbox.lock(tx, [])) == {}


def test_what_the_door_stopped_is_kept_with_its_reason(store: Store) -> None:
    def run(tx: Tx) -> None:
        from desktop.domain import consent as rule
        from desktop.domain.consent import Category, Question
        from desktop.store import consent

        made = add_contact(tx, opt_in=OptIn.NO)
        spring = add_template(tx)
        _, known = consent.facts_of(tx, made)
        verdict = rule.decide(Question(Path.API, Category.MARKETING, known, template_revision=1))
        wanted = Submission(made, Path.API, "template", "Hello", Lane.API, template_id=spring.id)
        kept = outbox.keep_stopped(tx, wanted, verdict, "marketing", Status.FAILED)
        row = message(tx, kept)
        assert (row.status, row.reason, row.consent_event_id) == (
            "failed",
            "opted_out",
            known.consent_event_id,
        )
        assert events_of(tx, kept) == [("failed", True, "engine")]
        assert claim(tx) == ()
        assert (outbox.template_of(tx, kept), outbox.contact_of(tx, kept)) == (spring.id, made)

    write(store, run)
