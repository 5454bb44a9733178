"""Two programs at once on PostgreSQL at the same broadcast or request: whoever comes second sees what the first did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from desktop.domain.approval import ApprovalState
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.consent import OptIn
from desktop.domain.drift import Cause, Standing
from desktop.domain.people import Role, User
from desktop.domain.problems import Problem
from desktop.services import broadcast_launch as launching
from desktop.services import broadcast_verbs
from desktop.services.broadcast_drafts import DraftChanged, expect_revision
from desktop.store import approvals, broadcast_launch, broadcasts, holds
from desktop.store.engine import Store, Tx
from tests.databases import PATIENCE_S, read, write
from tests.store.test_interleavings import Gate, Side, sides, wait_until_blocked
from tests.store.world import add_contacts, add_person, add_template, draft

pytestmark = pytest.mark.postgres
__all__ = ["sides"]
T = TypeVar("T")
BOSS = User(0, "Arun Das", Role.SUPERVISOR)


def saved(tx: Tx, *, only_opted_in: bool = False) -> int:
    """A draft to one who said yes and two who said no."""
    add_contacts(tx, OptIn.YES, OptIn.NO, OptIn.NO)
    chosen = draft(add_template(tx), only_opted_in=only_opted_in)
    return broadcasts.save_draft(tx, None, chosen, None)


def wait_for_start(tx: Tx, broadcast_id: int, reason: str = "a recall") -> None:
    """Its ten seconds are over, and nobody has started it yet."""
    standing = Standing(tx.now)
    assert broadcast_launch.await_start(
        tx,
        broadcast_id,
        tx.now - timedelta(seconds=1),
        BroadcastStatus.LAUNCHING,
        approved=standing,
        approved_count=3,
        reason=reason,
        user_id=None,
    )


def one_after_the_other(
    store: Store, sides: tuple[Side, Side], first: Callable[[Tx], object], second: Callable[[Tx], T]
) -> T:
    """What the second says whose transaction begins while the first one's is open, and ends after it."""
    gate = Gate()
    done = sides[0].run(first, gate.stop_here)
    gate.wait_until_reached()
    said = sides[1].run(second)
    wait_until_blocked(store, sides[1].pid)
    gate.open()
    done.result(PATIENCE_S)
    return said.result(PATIENCE_S)


def test_a_launch_that_is_taken_back_in_this_moment_does_not_start(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    made = write(postgres_store, saved)
    write(postgres_store, lambda tx: wait_for_start(tx, made))
    started = one_after_the_other(
        postgres_store,
        sides,
        lambda tx: broadcast_verbs.take_back(tx, made, BOSS),
        lambda tx: launching.start(tx, made),
    )
    assert started is None
    record = read(postgres_store, lambda tx: broadcasts.get(tx, made))
    assert (record.status, record.override_reason) == (BroadcastStatus.DRAFT, "")
    assert record.selected_count is None


def test_only_one_that_waits_and_is_due_starts(postgres_store: Store) -> None:
    """Also where nobody looked before: the statement that takes the snapshot says from where it may."""
    made = write(postgres_store, saved)

    def start(tx: Tx) -> object:
        rule = launching._rule(tx, broadcasts.get(tx, made), launching.checked_template(tx, _draft(tx, made)))
        return broadcasts.launch(tx, made, rule, reason="", user_id=None, approved_count=None, waited=True)

    with pytest.raises(Problem):
        write(postgres_store, start)
    assert read(postgres_store, lambda tx: broadcasts.get(tx, made)).status is BroadcastStatus.DRAFT


def _draft(tx: Tx, broadcast_id: int) -> BroadcastDraft:
    return broadcasts.get(tx, broadcast_id).draft


def test_a_draft_that_is_launched_in_this_moment_is_changed_no_more(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    made = write(postgres_store, lambda tx: saved(tx, only_opted_in=True))
    chosen = read(postgres_store, lambda tx: broadcasts.get(tx, made)).draft

    def save(tx: Tx) -> None:
        broadcasts.save_draft(tx, made, replace(chosen, only_opted_in=False), None)

    with pytest.raises(Problem):
        one_after_the_other(postgres_store, sides, lambda tx: wait_for_start(tx, made, ""), save)
    record = read(postgres_store, lambda tx: broadcasts.get(tx, made))
    assert (record.status, record.only_opted_in) == (BroadcastStatus.LAUNCHING, True)
    assert record.draft.only_opted_in


def test_a_draft_of_another_revision_is_neither_kept_nor_launched(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    made = write(postgres_store, lambda tx: saved(tx, only_opted_in=True))
    read_first = read(postgres_store, lambda tx: broadcasts.get(tx, made))

    def change(tx: Tx) -> None:
        expect_revision(broadcasts.locked(tx, made), read_first.draft_revision)
        broadcasts.save_draft(tx, made, replace(read_first.draft, name="Theirs"), None)

    def launch(tx: Tx) -> None:
        launching.launch(tx, made, BOSS, revision=read_first.draft_revision)

    with pytest.raises(DraftChanged):
        one_after_the_other(postgres_store, sides, change, launch)
    with pytest.raises(Problem):
        write(
            postgres_store,
            lambda tx: broadcasts.save_draft(
                tx, made, read_first.draft, None, revision=read_first.draft_revision
            ),
        )
    record = read(postgres_store, lambda tx: broadcasts.get(tx, made))
    assert (record.status, record.name) == (BroadcastStatus.DRAFT, "Theirs")


def test_a_stop_knows_who_was_selected_in_this_moment(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    made = write(postgres_store, saved)
    write(postgres_store, lambda tx: wait_for_start(tx, made))
    write(postgres_store, lambda tx: holds.hold(tx, made, Cause.MISSED, "Its time passed."))

    def begin_and_hold(tx: Tx) -> None:
        broadcast_launch.enter(tx, made, BroadcastStatus.SCHEDULED, BroadcastStatus.HELD)
        assert launching.start(tx, made) is not None
        assert holds.hold(tx, made, Cause.ACCOUNT, "Restricted.")

    one_after_the_other(
        postgres_store, sides, begin_and_hold, lambda tx: broadcast_verbs.stop(tx, made, BOSS)
    )
    record = read(postgres_store, lambda tx: broadcasts.get(tx, made))
    assert (record.status, record.selected_count) == (BroadcastStatus.STOPPED, 3)


def test_of_two_who_answer_one_request_one_is_first(postgres_store: Store, sides: tuple[Side, Side]) -> None:
    def ask(tx: Tx) -> tuple[int, int, int]:
        asker, first, second = (add_person(tx, name) for name in ("Meera Rao", "Arun Das", "Lina Haddad"))
        return approvals.add(tx, broadcasts.get(tx, saved(tx)), asker, "A recall", 2, 3), first, second

    request, first, second = write(postgres_store, ask)
    kept = read(postgres_store, lambda tx: approvals.get(tx, request))
    with pytest.raises(Problem):
        one_after_the_other(
            postgres_store,
            sides,
            lambda tx: approvals.decide(tx, kept, ApprovalState.TAKEN_BACK, first),
            lambda tx: approvals.decide(tx, kept, ApprovalState.GRANTED, second),
        )
    assert read(postgres_store, lambda tx: approvals.get(tx, request)).state is ApprovalState.TAKEN_BACK
