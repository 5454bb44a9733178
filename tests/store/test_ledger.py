"""The ledger: green at every commit of an untouched broadcast, red for whatever was tampered with."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, text, update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import Status
from desktop.store import attempts, broadcast_plan, broadcasts, consent, ledger, outbox, tables
from desktop.store.engine import Store, Tx
from desktop.store.ledger import LedgerResult
from desktop.store.migrations import guards
from tests.databases import read, write
from tests.store.world import (
    accepted,
    add_contact,
    add_contacts,
    add_template,
    claim,
    launch,
    lost,
    messages_of,
    report,
)

SAID = (OptIn.YES, OptIn.NO, OptIn.NONE, OptIn.YES, OptIn.YES, OptIn.YES, OptIn.YES, OptIn.NO)


def verified(store: Store, broadcast_id: int) -> LedgerResult:
    return read(store, lambda tx: ledger.verify(tx, broadcast_id))


def run_through(store: Store, after_each: Callable[[int], None] = lambda broadcast_id: None) -> int:
    """A broadcast from its draft to its end, one commit a step; the ends of its calls are all kinds."""

    def make(tx: Tx) -> int:
        add_contacts(tx, *SAID)
        return launch(tx, add_template(tx))

    broadcast_id = write(store, make)
    after_each(broadcast_id)

    def step(run: Callable[[Tx], object]) -> None:
        write(store, run)
        after_each(broadcast_id)

    step(lambda tx: broadcast_plan.plan(tx, broadcast_id))
    step(lambda tx: broadcast_plan.plan(tx, broadcast_id))
    step(lambda tx: consent.record(tx, 7, OptIn.NO, Source.KEYWORD))
    claimed = list(write(store, lambda tx: claim(tx, 3)))
    after_each(broadcast_id)
    step(lambda tx: report(tx, claimed[0].message_id, Status.DELIVERED, wamid="wamid.early"))
    step(lambda tx: attempts.settle(tx, [accepted(claimed[1]), lost(claimed[2])]))
    step(lambda tx: attempts.settle(tx, [accepted(claimed[0])]))
    step(lambda tx: report(tx, claimed[1].message_id, Status.SENT))
    step(lambda tx: report(tx, claimed[1].message_id, Status.FAILED, error_code=131026))
    claimed += write(store, lambda tx: claim(tx, 3))
    after_each(broadcast_id)
    step(lambda tx: outbox.recover(tx, None))
    step(lambda tx: report(tx, claimed[2].message_id, Status.READ))
    step(lambda tx: broadcasts.set_status(tx, broadcast_id, BroadcastStatus.STOPPED))
    step(lambda tx: broadcast_plan.cancel_waiting(tx, broadcast_id, None))
    return broadcast_id


def test_an_untouched_broadcast_is_green_at_every_commit(store: Store) -> None:
    seen: list[str] = []

    def look(broadcast_id: int) -> None:
        found = verified(store, broadcast_id)
        assert found.faults == ()
        assert found.figures.adds_up
        assert found.figures.selected_count == len(SAID)
        seen.append(found.figures.sentence)

    run_through(store, look)

    assert len(set(seen)) > 6
    assert seen[0] == "Now: 6 waiting + 2 left out = 8 selected"


def a_row_deleted(tx: Tx, broadcast_id: int) -> None:
    row = messages_of(tx, broadcast_id)[1]
    guards.drop(tx.conn)
    for table in (tables.message_event, tables.attempt):
        tx.conn.execute(delete(table).where(table.c.message_id == row.id))
    tx.conn.execute(delete(tables.message).where(tables.message.c.id == row.id))
    guards.add(tx.conn)


def a_row_that_never_left_deleted(tx: Tx, broadcast_id: int) -> None:
    found = next(row for row in messages_of(tx, broadcast_id).values() if row.status == "left_out")
    guards.drop(tx.conn)
    tx.conn.execute(delete(tables.message_event).where(tables.message_event.c.message_id == found.id))
    tx.conn.execute(delete(tables.message).where(tables.message.c.id == found.id))
    guards.add(tx.conn)


def a_row_doubled(tx: Tx, broadcast_id: int) -> None:
    tx.conn.execute(text("DROP INDEX uq_message_broadcast_contact"))
    row = dict(messages_of(tx, broadcast_id)[1]._mapping) | {"wamid": None}
    del row["id"]
    tx.conn.execute(insert(tables.message).values(row))


def a_row_retargeted(tx: Tx, broadcast_id: int) -> None:
    other = add_contact(tx, 99)
    row = messages_of(tx, broadcast_id)[1]
    tx.conn.execute(update(tables.message).where(tables.message.c.id == row.id).values(contact_id=other))


def a_status_flipped(tx: Tx, broadcast_id: int) -> None:
    row = next(row for row in messages_of(tx, broadcast_id).values() if row.status == "failed")
    tx.conn.execute(update(tables.message).where(tables.message.c.id == row.id).values(status="delivered"))


def someone_left_out_put_back(tx: Tx, broadcast_id: int) -> None:
    row = next(row for row in messages_of(tx, broadcast_id).values() if row.status == "left_out")
    tx.conn.execute(update(tables.message).where(tables.message.c.id == row.id).values(status="queued"))


def an_uncertain_one_queued_again(tx: Tx, broadcast_id: int) -> None:
    row = next(row for row in messages_of(tx, broadcast_id).values() if row.status == "unknown")
    tx.conn.execute(update(tables.message).where(tables.message.c.id == row.id).values(status="queued"))


def an_attempt_forged(tx: Tx, broadcast_id: int) -> None:
    row = messages_of(tx, broadcast_id)[1]
    tx.conn.execute(
        insert(tables.attempt).values(message_id=row.id, number=2, started_at=tx.now, outcome="accepted")
    )


def an_attempt_deleted(tx: Tx, broadcast_id: int) -> None:
    row = messages_of(tx, broadcast_id)[1]
    tx.conn.execute(delete(tables.attempt).where(tables.attempt.c.message_id == row.id))


def an_attempt_forged_with_its_count(tx: Tx, broadcast_id: int) -> None:
    an_attempt_forged(tx, broadcast_id)
    row = messages_of(tx, broadcast_id)[1]
    tx.conn.execute(update(tables.message).where(tables.message.c.id == row.id).values(attempt_count=2))


def someone_taken_from_the_snapshot(tx: Tx, broadcast_id: int) -> None:
    recipient = tables.broadcast_recipient.c
    tx.conn.execute(
        delete(tables.broadcast_recipient).where(
            recipient.broadcast_id == broadcast_id, recipient.contact_id == 1
        )
    )


def the_number_changed(tx: Tx, broadcast_id: int) -> None:
    of_it = tables.broadcast.c.id == broadcast_id
    tx.conn.execute(update(tables.broadcast).where(of_it).values(selected_count=len(SAID) - 1))


def an_event_deleted(tx: Tx, broadcast_id: int) -> None:
    row = messages_of(tx, broadcast_id)[1]
    event = tables.message_event.c
    newest = tx.conn.scalar(select(event.id).where(event.message_id == row.id).order_by(event.id.desc()))
    guards.drop(tx.conn)
    tx.conn.execute(delete(tables.message_event).where(event.id == newest))
    guards.add(tx.conn)


CORRUPTIONS = [
    a_row_deleted,
    a_row_that_never_left_deleted,
    a_row_doubled,
    a_row_retargeted,
    a_status_flipped,
    someone_left_out_put_back,
    an_uncertain_one_queued_again,
    an_attempt_forged,
    an_attempt_forged_with_its_count,
    an_attempt_deleted,
    an_event_deleted,
    someone_taken_from_the_snapshot,
    the_number_changed,
]


def test_whatever_is_tampered_with_shows(store: Store) -> None:
    class Undo(Exception):
        pass

    broadcast_id = run_through(store)
    unseen = []
    for corrupt in CORRUPTIONS:

        def try_out(tx: Tx, corrupt: Callable[[Tx, int], None] = corrupt) -> None:
            corrupt(tx, broadcast_id)
            if ledger.verify(tx, broadcast_id).is_green:
                unseen.append(corrupt.__name__)
            raise Undo

        with pytest.raises(Undo):
            write(store, try_out)

    assert unseen == []
    assert verified(store, broadcast_id).is_green


def test_two_who_were_swapped_for_two_with_the_same_sum_show(store: Store) -> None:
    """Contacts 1 and 4 against 2 and 3: a plain sum of ids would not notice."""

    def make(tx: Tx) -> int:
        one, _, _, four = add_contacts(tx, *[OptIn.YES] * 4)
        broadcast_id = launch(tx, add_template(tx))
        recipient = tables.broadcast_recipient.c
        tx.conn.execute(delete(tables.broadcast_recipient).where(recipient.contact_id.in_([2, 3])))
        assert (one, four) == (1, 4)
        part = sum(broadcasts_part(id) for id in (2, 3))
        tx.conn.execute(update(tables.broadcast).values(selected_count=2, checksum=part))
        return broadcast_id

    from desktop.domain.broadcast import checksum_part as broadcasts_part

    assert not verified(store, write(store, make)).is_green


def test_every_launched_broadcast_is_verified(store: Store) -> None:
    def make(tx: Tx) -> list[int]:
        add_contacts(tx, *SAID)
        spring = add_template(tx)
        broadcasts.save_draft(tx, None, broadcasts.get(tx, launch(tx, spring)).draft, None)
        return [launch(tx, spring)]

    (second,) = write(store, make)
    write(
        store,
        lambda tx: tx.conn.execute(
            update(tables.broadcast).where(tables.broadcast.c.id == second).values(checksum=1)
        ),
    )

    found = read(store, ledger.verify_all)
    assert [(one.name, one.is_green) for one in found] == [("Spring", True), ("Spring", False)]
    assert "8 contacts were selected" in found[1].faults[0]
