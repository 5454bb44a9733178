"""Two programs at one session on PostgreSQL: everyone takes session and contact in the same order, and nobody waits
for ever. Real connections are held at the very statement where the order matters.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.flow import SessionStatus
from desktop.domain.flow_nodes import Question, SendText
from desktop.domain.flow_session import MessageEnded, Said, Started
from desktop.domain.flow_triggers import Incoming
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.people import Role, User
from desktop.services import bots, sending
from desktop.services.bot_moves import move
from desktop.store import consent, conversations, sessions, tables
from desktop.store.engine import Store, Tx
from desktop.store.sessions import Session
from desktop.system.faults import Faults
from tests.databases import PATIENCE_S, read, write
from tests.store.bots import ORDER, flow, published
from tests.store.test_interleavings import Gate, Side, sides, stopped_before, wait_until_blocked
from tests.store.world import add_contact, add_person, wrote_at

__all__ = ["sides"]

pytestmark = pytest.mark.postgres
TWO = flow(SendText(text="Hello"), Question(text="Which order?", answer="order"), SendText(text="Thanks"))
Sides = tuple[Side, Side]


def arrives(contact_id: int, text: str) -> Callable[[Tx], None]:
    """A customer's message, taken in the order of services.inbound."""

    def run(tx: Tx) -> None:
        sessions.hold_of(tx, contact_id)
        conversations.add_inbound(
            tx, contact_id, wamid=f"wamid.{text}", kind="text", text=text, content={}, context_wamid=""
        )
        bots.heard(tx, contact_id, Incoming(text), Said(text))

    return run


def talking(store: Store, number: int = 0) -> Session:
    """A session whose first message is on its way."""

    def run(tx: Tx) -> Session:
        record, contact_id = published(tx, TWO, f"Flow {number}"), add_contact(tx, number)
        wrote_at(tx, contact_id, tx.now)
        assert record.version_id is not None
        session = sessions.begin(tx, record.id, record.version_id, contact_id)
        assert session is not None
        move(tx, session, Started(), Faults())
        return session

    return write(store, run)


def goes_on(session_id: int) -> Callable[[Tx], None]:
    """The engine has heard that the message left."""

    def run(tx: Tx) -> None:
        session = sessions.hold(tx, session_id)
        if session is not None:
            move(tx, session, MessageEnded(True), Faults())

    return run


def now(store: Store, session_id: int) -> Session:
    found = read(store, lambda tx: sessions.get(tx, session_id))
    assert found is not None
    return found


def answers(store: Store) -> list[str]:
    return read(store, lambda tx: list(tx.conn.scalars(select(tables.bot_answer.c.value))))


def test_a_message_that_comes_while_the_engine_moves_is_heard_after_it(
    postgres_store: Store, sides: Sides
) -> None:
    engine, customer = sides
    session = talking(postgres_store)
    with stopped_before(engine, "FROM contact") as gate:
        moved = engine.run(goes_on(session.id))
        gate.wait_until_reached()
        said = customer.run(arrives(session.contact_id, "12"))
        wait_until_blocked(postgres_store, customer.pid)
        gate.open()
        moved.result(PATIENCE_S)
        said.result(PATIENCE_S)
    assert answers(postgres_store) == ["12"]
    assert now(postgres_store, session.id).state.node_id == "n3"


def test_the_engine_waits_for_a_message_that_is_being_kept(postgres_store: Store, sides: Sides) -> None:
    engine, customer = sides
    session = talking(postgres_store)
    gate = Gate()
    said = customer.run(arrives(session.contact_id, "hello?"), gate.stop_here)
    gate.wait_until_reached()
    moved = engine.run(goes_on(session.id))
    wait_until_blocked(postgres_store, engine.pid)
    gate.open()
    said.result(PATIENCE_S)
    moved.result(PATIENCE_S)
    assert answers(postgres_store) == []
    assert now(postgres_store, session.id).state.node_id == "n2"


@pytest.mark.parametrize("how", ["replies", "takes"])
def test_a_colleague_who_comes_while_the_engine_moves_ends_it(
    postgres_store: Store, sides: Sides, how: str
) -> None:
    engine, person = sides
    session = talking(postgres_store)
    lina = User(
        write(postgres_store, lambda tx: add_person(tx, "Lina Haddad", Role.AGENT)), "Lina", Role.AGENT
    )
    wanted = Submission(session.contact_id, Path.COMPOSE, "text", "I am here", Lane.PEOPLE, author_id=lina.id)

    def comes(tx: Tx) -> Any:
        if how == "replies":
            return sending.submit(tx, wanted, lina)
        bots.person_came(tx, session.contact_id, "Lina took over.")
        return conversations.assign(tx, session.contact_id, lina.id)

    with stopped_before(engine, "FROM contact") as gate:
        moved = engine.run(goes_on(session.id))
        gate.wait_until_reached()
        came = person.run(comes)
        wait_until_blocked(postgres_store, person.pid)
        gate.open()
        moved.result(PATIENCE_S)
        came.result(PATIENCE_S)
    state = now(postgres_store, session.id).state
    assert (state.status, state.node_id) == (SessionStatus.TAKEN_OVER, "n2")


def test_two_programs_that_begin_a_session_at_once_begin_one(postgres_store: Store, sides: Sides) -> None:
    first, second = sides

    def make(tx: Tx) -> int:
        published(tx, flow(SendText(text="Hello"), triggers=(ORDER,)))
        return add_contact(tx)

    contact_id = write(postgres_store, make)
    write(postgres_store, arrives(contact_id, "Good morning"))
    gate = Gate()
    one = first.run(arrives(contact_id, "order"), gate.stop_here)
    gate.wait_until_reached()
    other = second.run(arrives(contact_id, " Order!"))
    wait_until_blocked(postgres_store, second.pid)
    gate.open()
    one.result(PATIENCE_S)
    other.result(PATIENCE_S)
    row = tables.bot_session.c
    assert read(postgres_store, lambda tx: tx.conn.scalar(select(func.count(row.id)))) == 1


def test_a_merge_waits_for_a_session_that_moves(postgres_store: Store, sides: Sides) -> None:
    engine, merging = sides
    kept, dropped = talking(postgres_store, 0), talking(postgres_store, 1)
    with stopped_before(engine, "FROM contact") as gate:
        moved = engine.run(goes_on(dropped.id))
        gate.wait_until_reached()
        merged = merging.run(lambda tx: consent.merge(tx, kept.contact_id, [dropped.contact_id]))
        wait_until_blocked(postgres_store, merging.pid)
        gate.open()
        moved.result(PATIENCE_S)
        merged.result(PATIENCE_S)
    ended = now(postgres_store, dropped.id)
    assert (ended.contact_id, ended.state.status) == (kept.contact_id, SessionStatus.TAKEN_OVER)
    assert now(postgres_store, kept.id).state.status is SessionStatus.RUNNING


def test_a_stop_does_not_wait_for_a_bot_that_thinks(postgres_store: Store, sides: Sides) -> None:
    """An opt-out writes the contact alone: only who holds the contact already is waited for."""
    engine, customer = sides
    session = talking(postgres_store)
    with stopped_before(engine, "FROM contact") as gate:
        moved = engine.run(goes_on(session.id))
        gate.wait_until_reached()
        customer.run(lambda tx: consent.record(tx, session.contact_id, OptIn.NO, Source.KEYWORD)).result(
            PATIENCE_S
        )
        gate.open()
        moved.result(PATIENCE_S)
    assert now(postgres_store, session.id).state.node_id == "n2"
