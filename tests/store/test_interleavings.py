"""Two transactions at once on PostgreSQL: an opt-out is never overtaken, and nobody waits for ever.

Each test holds real connections at the very statement where the order matters.
"""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, event, select, text

from desktop.domain.changes import Change, Topic
from desktop.domain.consent import OptIn, Source
from desktop.domain.importing import Counts, ImportRow, Options
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed
from desktop.domain.problems import Overtaken
from desktop.domain.sequence import Definition, EnrolmentStatus, EnrolSource, SequenceStep
from desktop.services import turns
from desktop.store import (
    attempts,
    claims,
    consent,
    contacts,
    enrolments,
    feed,
    imports,
    ledger,
    outbox,
    sequence_ledger,
    sequences,
    tables,
    webhooks,
)
from desktop.store import turns as turn_store
from desktop.store.database import make_engine
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import PATIENCE_S, read, write
from tests.store.world import (
    HELLO,
    accepted,
    add_contacts,
    add_template,
    claim,
    message,
    messages_of,
    report,
    run_broadcast,
    submit,
)

pytestmark = pytest.mark.postgres
T = TypeVar("T")


class Side:
    """One program: a connection of its own, and a thread in which it works."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = make_engine(url, reader=False)
        self._conn: Connection | None = None
        self._threads = ThreadPoolExecutor(1)
        self.pid = self.run(lambda tx: int(tx.conn.scalar(text("SELECT pg_backend_pid()")) or 0)).result(
            PATIENCE_S
        )

    @property
    def conn(self) -> Connection:
        self._conn = self._conn or self.engine.connect()
        return self._conn

    def run(self, what: Callable[[Tx], T], before_commit: Callable[[], object] = lambda: None) -> "Future[T]":
        """Run in a transaction; before_commit is called while it is still open."""

        def work() -> T:
            with self.conn.begin():
                result = what(Tx(self.conn, START))
                before_commit()
            return result

        return self._threads.submit(work)

    def close(self) -> None:
        self._threads.shutdown()
        self.conn.close()
        self.engine.dispose()


@pytest.fixture
def sides(postgres_address: str) -> Iterator[tuple[Side, Side]]:
    """Two programs on one database."""
    first, second = Side(postgres_address), Side(postgres_address)
    yield first, second
    first.close()
    second.close()


class Gate:
    """A place where one side stops until the other has done its part."""

    def __init__(self) -> None:
        self._reached, self._opened = threading.Event(), threading.Event()

    def stop_here(self) -> None:
        self._reached.set()
        assert self._opened.wait(PATIENCE_S)

    def wait_until_reached(self) -> None:
        assert self._reached.wait(PATIENCE_S)

    def open(self) -> None:
        self._opened.set()


@contextmanager
def stopped_before(side: Side, words: str) -> Iterator[Gate]:
    """Stop the side just before it runs a statement with these words."""
    gate = Gate()

    def look(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if words in statement:
            gate.stop_here()

    event.listen(side.engine, "before_cursor_execute", look)
    try:
        yield gate
    finally:
        gate.open()
        event.remove(side.engine, "before_cursor_execute", look)


def wait_until_blocked(store: Store, pid: int) -> None:
    """Return once this connection waits for a lock of another."""
    blocked = text("SELECT cardinality(pg_blocking_pids(:pid)) > 0")
    for _ in range(10_000):
        if read(store, lambda tx: tx.conn.scalar(blocked, {"pid": pid})):
            return
    raise AssertionError("nobody was in the way")


def one_queued(tx: Tx) -> tuple[int, int]:
    """(contact, broadcast) of a running broadcast to one person who said yes."""
    (made,) = add_contacts(tx, OptIn.YES)
    return made, run_broadcast(tx, add_template(tx))


def opt_out(contact_id: int) -> Callable[[Tx], int]:
    return lambda tx: consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD)


def test_an_opt_out_between_the_lock_and_the_question_is_seen(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """Committed after the claim has locked its outbox rows: one statement would have read the older consent."""
    claiming, customer = sides
    made, broadcast_id = write(postgres_store, one_queued)

    with stopped_before(claiming, "FOR SHARE") as gate:
        claimed = claiming.run(claim)
        gate.wait_until_reached()
        customer.run(opt_out(made)).result(PATIENCE_S)
        gate.open()
        assert claimed.result(PATIENCE_S) == ()

    row = read(postgres_store, lambda tx: messages_of(tx, broadcast_id))[made]
    assert (row.status, row.reason) == ("left_out", "opted_out_after_launch")


def test_an_opt_out_waits_for_a_claim_that_holds_the_contact(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    claiming, customer = sides
    made, broadcast_id = write(postgres_store, one_queued)
    gate = Gate()

    claimed = claiming.run(claim, gate.stop_here)
    gate.wait_until_reached()
    said = customer.run(opt_out(made))
    wait_until_blocked(postgres_store, customer.pid)
    assert not said.done()
    gate.open()

    assert [one.contact_id for one in claimed.result(PATIENCE_S)] == [made]
    assert said.result(PATIENCE_S)
    assert read(postgres_store, lambda tx: consent.facts_of(tx, made))[1].opt_in is OptIn.NO
    assert read(postgres_store, lambda tx: messages_of(tx, broadcast_id))[made].status == "sending"


def test_a_claim_passes_over_someone_who_is_opting_out(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    claiming, customer = sides

    def make(tx: Tx) -> tuple[list[int], int]:
        ids = add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.YES)
        return ids, run_broadcast(tx, add_template(tx))

    ids, broadcast_id = write(postgres_store, make)
    gate = Gate()
    said = customer.run(opt_out(ids[1]), gate.stop_here)
    gate.wait_until_reached()

    claimed = claiming.run(claim).result(PATIENCE_S)
    assert [one.contact_id for one in claimed] == [ids[0], ids[2]]
    assert read(postgres_store, lambda tx: messages_of(tx, broadcast_id))[ids[1]].status == "queued"
    gate.open()
    said.result(PATIENCE_S)
    assert claiming.run(claim).result(PATIENCE_S) == ()
    assert read(postgres_store, lambda tx: messages_of(tx, broadcast_id))[ids[1]].status == "left_out"


def one_due(tx: Tx) -> tuple[int, int]:
    """(contact, sequence): the marketing step of one person who said yes is due."""
    (made,) = add_contacts(tx, OptIn.YES)
    steps = (SequenceStep(add_template(tx).id, HELLO), SequenceStep(add_template(tx, "next").id, HELLO))
    id = sequences.create(tx, "Welcome", Definition(steps), None)
    record = sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
    enrolments.enrol(tx, id, record.version_id or 0, [made], EnrolSource.PERSON)
    return made, id


def take_steps(sequence_id: int) -> Callable[[Tx], int]:
    return lambda tx: turns.take(tx, turn_store.pick(tx, sequence_id, 8))


def steps_of(store: Store, contact_id: int) -> list[tuple[str, str]]:
    made = tables.message.c
    asked = select(made.status, made.reason).where(made.contact_id == contact_id).order_by(made.id)
    return [(row.status, row.reason) for row in read(store, lambda tx: tx.rows(asked))]


def test_a_step_waits_for_someone_who_is_opting_out_and_hears_it(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    stepping, customer = sides
    made, sequence_id = write(postgres_store, one_due)
    gate = Gate()
    said = customer.run(opt_out(made), gate.stop_here)
    gate.wait_until_reached()

    taken = stepping.run(take_steps(sequence_id))
    wait_until_blocked(postgres_store, stepping.pid)
    gate.open()
    said.result(PATIENCE_S)

    assert taken.result(PATIENCE_S) == 0
    assert steps_of(postgres_store, made) == [("failed", "opted_out")]


def test_an_opt_out_during_a_step_waits_for_its_commit_and_is_heard_by_the_claim(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    engine, customer = sides
    made, sequence_id = write(postgres_store, one_due)
    gate = Gate()
    taken = engine.run(take_steps(sequence_id), gate.stop_here)
    gate.wait_until_reached()
    said = customer.run(opt_out(made))
    wait_until_blocked(postgres_store, customer.pid)
    gate.open()
    assert taken.result(PATIENCE_S) == 1
    said.result(PATIENCE_S)

    assert engine.run(claim).result(PATIENCE_S) == ()
    assert steps_of(postgres_store, made) == [("failed", "opted_out")]


def test_an_opt_out_while_a_steps_message_is_claimed_is_seen(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    engine, customer = sides
    made, sequence_id = write(postgres_store, one_due)
    engine.run(take_steps(sequence_id)).result(PATIENCE_S)

    with stopped_before(engine, "FOR SHARE") as gate:
        claimed = engine.run(claim)
        gate.wait_until_reached()
        customer.run(opt_out(made)).result(PATIENCE_S)
        gate.open()
        assert claimed.result(PATIENCE_S) == ()
    assert steps_of(postgres_store, made) == [("failed", "opted_out")]


def test_of_two_engines_one_takes_the_step_and_the_other_passes_it_over(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    first, second = sides
    made, sequence_id = write(postgres_store, one_due)
    gate = Gate()
    taken = first.run(take_steps(sequence_id), gate.stop_here)
    gate.wait_until_reached()
    assert second.run(take_steps(sequence_id)).result(PATIENCE_S) == 0
    gate.open()
    assert taken.result(PATIENCE_S) == 1
    assert second.run(take_steps(sequence_id)).result(PATIENCE_S) == 0
    assert len(steps_of(postgres_store, made)) == 1


def test_two_claimers_never_take_the_same_row(postgres_store: Store, sides: tuple[Side, Side]) -> None:
    def make(tx: Tx) -> int:
        add_contacts(tx, *[OptIn.YES] * 60)
        return run_broadcast(tx, add_template(tx))

    broadcast_id = write(postgres_store, make)
    both_open = threading.Barrier(2)
    taken: list[list[int]] = [[], []]
    for _ in range(6):
        # Neither commits before the other has claimed as well.
        claimed = [side.run(lambda tx: claim(tx, 5), lambda: both_open.wait(PATIENCE_S)) for side in sides]
        for of_side, one in zip(taken, claimed, strict=True):
            of_side += [each.message_id for each in one.result(PATIENCE_S)]

    assert [len(of_side) for of_side in taken] == [30, 30]
    assert len({*taken[0], *taken[1]}) == 60
    rows = read(postgres_store, lambda tx: messages_of(tx, broadcast_id))
    assert all((row.status, row.attempt_count) == ("sending", 1) for row in rows.values())


def test_a_message_is_claimed_although_its_contact_is_claimed_elsewhere(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """Claims share a contact: two messages to one person may go by two servers."""

    def make(tx: Tx) -> None:
        add_contacts(tx, OptIn.YES)
        spring = add_template(tx)
        run_broadcast(tx, spring)
        run_broadcast(tx, spring)

    write(postgres_store, make)
    both_open = threading.Barrier(2)
    claimed = [side.run(lambda tx: claim(tx, 1), lambda: both_open.wait(PATIENCE_S)) for side in sides]

    assert len({one.result(PATIENCE_S)[0].message_id for one in claimed}) == 2


ROUNDS = 60


def engine_at_work(side: Side, dice: random.Random, rested_on: list[int | None]) -> None:
    """Claim and settle: some calls are withdrawn and come back, so that the queue lasts. rested_on: grows by what
    each claim rested on."""

    def settle(tx: Tx) -> None:
        ends = []
        for one in claimed:
            back = replace(accepted(one), outcome=AttemptOutcome.WITHDRAWN, status=Status.QUEUED, wamid=None)
            ends.append(dice.choice([back, back, accepted(one, user_id=f"CA.{one.contact_id}")]))
        attempts.settle(tx, dice.sample(ends, len(ends)))

    for _ in range(ROUNDS):
        claimed = side.run(lambda tx: claim(tx, 6)).result(PATIENCE_S)
        rested_on += [one.verdict.consent_event_id for one in claimed]
        side.run(settle).result(PATIENCE_S)


def customers_at_will(side: Side, dice: random.Random) -> None:
    """Opt out, opt in, stop and resume in WhatsApp."""

    def say(tx: Tx) -> None:
        someone = dice.choice(list(tx.conn.scalars(select(tables.contact.c.id))))
        values: list[OptIn | bool] = [OptIn.NO, OptIn.YES, True, False]
        consent.record(tx, someone, dice.choice(values), Source.WHATSAPP)

    for _ in range(ROUNDS):
        side.run(say).result(PATIENCE_S)


def whatsapp_reporting(side: Side, dice: random.Random) -> None:
    """Reports on messages that were called for, with stops of their contacts in the same transaction."""
    called = select(tables.message.c.id).where(tables.message.c.attempt_count > 0)

    def reports(tx: Tx) -> None:
        known = list(tx.conn.scalars(called))
        picked = dice.sample(known, min(4, len(known)))
        rows = outbox.lock(tx, picked)
        for id in picked:
            report(tx, id, dice.choice([Status.SENT, Status.FAILED, Status.READ]))
        for contact_id in sorted({rows[id].contact_id for id in picked}):
            consent.record(tx, contact_id, True, Source.WHATSAPP)

    for _ in range(ROUNDS // 3):
        side.run(reports).result(PATIENCE_S)


def test_opt_outs_claims_settlements_and_reports_never_deadlock(
    postgres_address: str, postgres_store: Store
) -> None:
    """Three hundred transactions in random order on a dozen contacts; none is claimed after a NO."""

    def make(tx: Tx) -> None:
        add_contacts(tx, *[OptIn.YES] * 12)
        spring = add_template(tx)
        for _ in range(6):
            run_broadcast(tx, spring)

    write(postgres_store, make)
    rested_on = [one.verdict.consent_event_id for one in write(postgres_store, lambda tx: claim(tx, 6))]
    engine = partial(engine_at_work, rested_on=rested_on)
    at_work: list[Callable[[Side, random.Random], None]] = [
        engine,
        engine,
        customers_at_will,
        whatsapp_reporting,
    ]
    together = threading.Barrier(len(at_work))

    def work(what: Callable[[Side, random.Random], None], seed: int) -> None:
        side = Side(postgres_address)
        try:
            together.wait(PATIENCE_S)
            what(side, random.Random(seed))
        finally:
            side.close()

    with ThreadPoolExecutor(len(at_work)) as threads:
        for one in [threads.submit(work, what, number) for number, what in enumerate(at_work)]:
            one.result(2 * PATIENCE_S)

    # Each claim rests on the newest consent event of its contact; that event may not say no.
    said = tables.consent_event.c
    asked = select(said.value).where(said.id.in_(rested_on))
    values = set(read(postgres_store, lambda tx: list(tx.conn.scalars(asked))))
    assert "yes" in values
    assert values <= {"yes", "resume"}
    assert read(postgres_store, lambda tx: ledger.verify_all(tx)[0].faults) == ()


def test_a_merge_and_a_settlement_never_deadlock(postgres_store: Store, sides: tuple[Side, Side]) -> None:
    """Order everywhere: outbox, then contact. The settlement holds the message and learns about its contact."""
    settling, merging = sides

    def make(tx: Tx) -> tuple[list[int], int]:
        ids = add_contacts(tx, OptIn.YES, OptIn.YES)
        return ids, submit(tx, ids[1], template=add_template(tx))

    ids, queued = write(postgres_store, make)
    (one,) = write(postgres_store, claim)
    with stopped_before(settling, "INSERT INTO identity") as gate:
        settled = settling.run(lambda tx: attempts.settle(tx, [accepted(one, user_id="CA.77")]))
        gate.wait_until_reached()
        merged = merging.run(lambda tx: consent.merge(tx, ids[0], [ids[1]]))
        wait_until_blocked(postgres_store, merging.pid)
        gate.open()
        settled.result(PATIENCE_S)
        merged.result(PATIENCE_S)

    assert read(postgres_store, lambda tx: message(tx, queued)).contact_id == ids[0]
    assert read(postgres_store, lambda tx: contacts.find(tx, user_id="CA.77")) == [ids[0]]


def test_of_two_servers_with_one_webhook_one_applies_it(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    first, second = sides
    gate = Gate()
    one = first.run(lambda tx: webhooks.first_time(tx, "message|wamid.1"), gate.stop_here)
    gate.wait_until_reached()
    other = second.run(lambda tx: webhooks.first_time(tx, "message|wamid.1"))
    wait_until_blocked(postgres_store, second.pid)
    gate.open()

    assert (one.result(PATIENCE_S), other.result(PATIENCE_S)) == (True, False)


def test_a_window_never_misses_a_change_that_was_committed_late(
    postgres_address: str, postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """Ids are given before the commit: whoever has seen a later one must have seen all earlier ones."""
    slow = Store(postgres_address, FakeClock(), "slow")
    quick = Store(postgres_address, FakeClock(), "quick")
    gate = Gate()

    def look(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO change" in statement:
            gate.stop_here()

    event.listen(slow._writer_engine, "after_cursor_execute", look)
    try:
        late = slow.submit_write(lambda tx: tx.touch(Topic.CONTACT, 1))
        gate.wait_until_reached()
        early = quick.submit_write(lambda tx: tx.touch(Topic.CONTACT, 2))
        pid = read(quick, lambda tx: int(tx.conn.scalar(_WAITING) or 0)) or 0
        for _ in range(10_000):
            if early.done() or pid:
                break
            pid = read(quick, lambda tx: int(tx.conn.scalar(_WAITING) or 0))
        last, seen = read(postgres_store, lambda tx: feed.since(tx, 0, "window"))
        gate.open()
        late.result(PATIENCE_S)
        early.result(PATIENCE_S)
        _, then = read(postgres_store, lambda tx: feed.since(tx, last, "window"))
    finally:
        gate.open()
        slow.close()
        quick.close()

    assert (seen | then).touched == {Change(Topic.CONTACT, 1), Change(Topic.CONTACT, 2)}


_WAITING = text(
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def test_the_claims_locks_are_the_two_that_the_order_allows(postgres_store: Store) -> None:
    """Outbox rows for update, contacts for share, both passing over what others hold; nothing else is locked."""
    statements: list[str] = []
    write(postgres_store, one_queued)
    heard = postgres_store._writer_engine
    event.listen(heard, "before_cursor_execute", lambda *said: statements.append(said[2]))
    write(postgres_store, lambda tx: claims.claim(tx, 5, 1))

    locks = [one.split("FOR ")[-1] for one in statements if " FOR " in one.replace("\n", " ")]
    assert locks == ["UPDATE SKIP LOCKED"] * (len(locks) - 1) + ["SHARE SKIP LOCKED"]
    assert 2 <= len(locks) <= 3


def importing(*phones: str) -> Callable[[Tx], tuple[Counts, float]]:
    """A chunk of an import in which each of these numbers says No."""
    rows = [ImportRow(at, phone, opt_in=OptIn.NO) for at, phone in enumerate(phones, 2)]
    chunk = imports.Chunk(rows, Options(), {}, "leads.csv", None)
    return lambda tx: imports.write_chunk(tx, chunk)


def test_an_import_never_writes_to_a_contact_that_is_merged_meanwhile(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """Merged after the import has asked whose the number is: its No would be said to nobody."""
    leads, agent = sides
    kept, dropped = (write(postgres_store, lambda tx, at=at: contacts.create(tx, "", at)) for at in _PHONES)  # type: ignore[misc]

    with stopped_before(leads, "FOR UPDATE") as gate:
        written = leads.run(importing(_PHONES[1]))
        gate.wait_until_reached()
        agent.run(lambda tx: consent.merge(tx, kept, [dropped])).result(PATIENCE_S)
        gate.open()
        with pytest.raises(imports.Collided):
            written.result(PATIENCE_S)

    leads.run(importing(_PHONES[1])).result(PATIENCE_S)
    assert read(postgres_store, lambda tx: contacts.get(tx, kept)).opt_in is OptIn.NO


_PHONES = ("+16045550142", "+14165550117")


def test_an_import_that_waits_in_a_circle_can_be_tried_again(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    leads, other = sides
    first, second = (write(postgres_store, lambda tx, at=at: contacts.create(tx, "", at)) for at in _PHONES)  # type: ignore[misc]
    locking = select(tables.contact.c.id).with_for_update()
    # Whoever waits longer than this looks for a circle: always the import.
    leads.run(lambda tx: tx.conn.execute(text("SET deadlock_timeout = '500ms'"))).result(PATIENCE_S)
    other.run(lambda tx: tx.conn.execute(text("SET deadlock_timeout = '1min'"))).result(PATIENCE_S)
    chunk: list[Future[tuple[Counts, float]]] = []

    def cross(tx: Tx) -> None:
        tx.conn.execute(locking.where(tables.contact.c.id == second))
        chunk.append(leads.run(importing(*_PHONES)))
        wait_until_blocked(postgres_store, leads.pid)
        tx.conn.execute(locking.where(tables.contact.c.id == first))

    other.run(cross).result(PATIENCE_S)
    with pytest.raises(imports.Collided):
        chunk[0].result(PATIENCE_S)
    counts, _ = leads.run(importing(*_PHONES)).result(PATIENCE_S)
    assert counts.opt_outs_applied == 2


def test_an_opt_out_is_not_lost_to_an_edit_of_the_number(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """The number's facts are written from what is there when they are written, not from what was read before."""
    editing, customer = sides
    (made,) = write(postgres_store, lambda tx: add_contacts(tx, OptIn.YES))
    gate = Gate()
    said = customer.run(opt_out(made), gate.stop_here)
    gate.wait_until_reached()

    edited = editing.run(lambda tx: contacts.set_phone(tx, made, "+16045550199"))
    wait_until_blocked(postgres_store, editing.pid)
    gate.open()
    said.result(PATIENCE_S)
    edited.result(PATIENCE_S)

    found = read(postgres_store, lambda tx: contacts.get(tx, made))
    assert (found.opt_in, found.phone) == (OptIn.NO, "+16045550199")


def test_a_merge_into_someone_who_is_merged_away_meanwhile_writes_nothing(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """Else the No and the number of the third would end on a row that nobody looks at any more."""
    first, second = sides
    a, b, c = write(postgres_store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.YES, OptIn.NO))
    gate = Gate()
    away = first.run(lambda tx: consent.merge(tx, a, [b]), gate.stop_here)
    gate.wait_until_reached()

    into = second.run(lambda tx: consent.merge(tx, b, [c]))
    wait_until_blocked(postgres_store, second.pid)
    gate.open()
    away.result(PATIENCE_S)
    with pytest.raises(Overtaken):
        into.result(PATIENCE_S)

    assert read(postgres_store, lambda tx: contacts.get(tx, c)).opt_in is OptIn.NO
    assert read(postgres_store, lambda tx: contacts.kept_id(tx, c)) == c


def in_a_sequence(tx: Tx) -> tuple[int, list[int], list[Claimed]]:
    """(sequence, its two contacts, the calls that are on their way for them); the second one is WhatsApp's CA.9."""
    ids = add_contacts(tx, OptIn.YES, OptIn.YES)
    contacts.learn(tx, ids[1], user_id="CA.9")
    id = sequences.create(tx, "Welcome", Definition((SequenceStep(add_template(tx).id, HELLO),)), None)
    record = sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
    assert record.version_id is not None
    enrolments.enrol(tx, id, record.version_id, ids, EnrolSource.PERSON)
    turns.take(tx, turn_store.pick(tx, id, 16))
    return id, ids, list(claim(tx))


@pytest.mark.parametrize("settles_first", [True, False])
def test_a_write_that_gives_way_to_another_one_begins_anew(
    postgres_store: Store, sides: tuple[Side, Side], *, settles_first: bool
) -> None:
    """A settlement that unites two contacts goes from the message to the run, taking out from the run to the message."""
    other, _ = sides
    _, ids, calls = write(postgres_store, in_a_sequence)
    run = tables.enrolment.c
    second = write(postgres_store, lambda tx: tx.conn.scalar(select(run.id).where(run.contact_id == ids[1])))
    ended = [accepted(calls[0], user_id="CA.9"), accepted(calls[1])]

    def settle(tx: Tx) -> None:
        attempts.settle(tx, ended)

    def take_out(tx: Tx) -> None:
        enrolments.end(tx, second or 0, EnrolmentStatus.TAKEN_OUT)

    # Whoever waits longer than this looks for a circle: always the store.
    pid = write(postgres_store, lambda tx: int(tx.conn.scalar(_QUICK_TO_LOOK) or 0))
    other.run(lambda tx: tx.conn.execute(text("SET deadlock_timeout = '1min'"))).result(PATIENCE_S)
    tries: list[int] = []

    def own(tx: Tx) -> None:
        tries.append(1)
        (take_out if settles_first else settle)(tx)

    with stopped_before(other, "FROM enrolment" if settles_first else "FROM message") as gate:
        first = other.run(settle if settles_first else take_out)
        gate.wait_until_reached()
        waiting = postgres_store.submit_write(own)
        wait_until_blocked(postgres_store, pid)
        gate.open()
        first.result(PATIENCE_S)
        waiting.result(PATIENCE_S)

    assert len(tries) in (2, 3), "the other one may still be at it"
    assert read(postgres_store, lambda tx: sequence_ledger.verify_all(tx)[0].faults) == ()
    assert {row.status for row in read(postgres_store, sent_of)} == {"accepted"}


def sent_of(tx: Tx) -> list[Any]:
    return tx.rows(select(tables.message.c.status).where(tables.message.c.enrolment_id.is_not(None)))


_QUICK_TO_LOOK = text("SELECT pg_backend_pid() FROM set_config('deadlock_timeout', '100ms', false)")


def test_two_engines_that_enrol_at_once_count_everybody_once(
    postgres_store: Store, sides: tuple[Side, Side]
) -> None:
    """The one whom both want comes in once, and is counted by the one that brought them in."""
    first, second = sides

    def make(tx: Tx) -> tuple[int, list[int]]:
        ids = add_contacts(tx, *[OptIn.YES] * 4)
        steps = (SequenceStep(add_template(tx).id, HELLO),)
        id = sequences.create(tx, "Welcome", Definition(steps), None)
        sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
        return id, ids

    id, ids = write(postgres_store, make)

    def enrol(*which: int) -> Callable[[Tx], object]:
        return lambda tx: enrolments.enrol(tx, id, id, [ids[at] for at in which], EnrolSource.PERSON)

    gate = Gate()
    one = first.run(enrol(0, 1, 2), gate.stop_here)
    gate.wait_until_reached()
    other = second.run(enrol(2, 3))
    wait_until_blocked(postgres_store, second.pid)
    gate.open()
    one.result(PATIENCE_S)
    other.result(PATIENCE_S)

    found = read(postgres_store, lambda tx: sequence_ledger.verify(tx, id))
    assert (found.counts.enrolled_count, found.faults) == (4, ())
