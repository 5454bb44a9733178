"""Flows and sessions as the tests of the store need them, written row by row."""

from dataclasses import replace
from typing import Any

from sqlalchemy import insert

from desktop.domain.consent import OptIn, Path
from desktop.domain.flow import START, Edge, FlowDefinition, FlowRecord, Node, SessionStatus, Trigger
from desktop.domain.flow_nodes import Does, End, Question, SendText
from desktop.domain.messages import Lane
from desktop.domain.templates import Template
from desktop.store import flows, sessions, tables
from desktop.store.engine import Tx
from desktop.store.sessions import Session
from desktop.store.statements import new_id
from tests.store.world import submit

ORDER = Trigger(values=("order",))


def flow(*does: Does, triggers: tuple[Trigger, ...] = (ORDER,)) -> FlowDefinition:
    """A flow whose nodes n1, n2 … follow each other by their first exits."""
    nodes = tuple(Node(f"n{number}", one, 300.0 * number, 40.0) for number, one in enumerate(does, 1))
    ways = zip((START, *(one.id for one in nodes)), nodes, strict=False)
    return FlowDefinition(triggers, nodes, tuple(Edge(before, "next", after.id) for before, after in ways))


ASKING = flow(SendText(text="Hello {{first_name}}"), Question(text="Which order?", answer="order"), End())


def published(tx: Tx, definition: FlowDefinition = ASKING, name: str = "Order status") -> FlowRecord:
    """A flow in its first version."""
    made = flows.create(tx, name, definition, None)
    return flows.publish(tx, flows.get(tx, made), "", None)


def republished(tx: Tx, record: FlowRecord, definition: FlowDefinition) -> FlowRecord:
    """The same flow in its next version."""
    flows.save_draft(tx, record.id, definition)
    return flows.publish(tx, flows.get(tx, record.id), "", None)


def begun(tx: Tx, record: FlowRecord, contact_id: int, node_id: str = "n1", **how: Any) -> Session:
    """A running session that stands at a node; the customer began it, unless a person did."""
    assert record.version_id is not None
    how.setdefault("said_at", None if how.get("user_id") else tx.now)
    session = sessions.begin(tx, record.id, record.version_id, contact_id, **how)
    assert session is not None
    at_node = replace(session, state=replace(session.state, node_id=node_id))
    sessions.write(tx, at_node)
    return at_node


def ended(tx: Tx, session: Session, status: SessionStatus = SessionStatus.COMPLETED) -> None:
    sessions.end(tx, session, status)


def sent_in(tx: Tx, session: Session, template: Template | None = None) -> int:
    """A message of a bot in a session; returns its id."""
    message_id = submit(tx, session.contact_id, Path.BOT, template=template, lane=Lane.AUTOMATIC)
    row = tables.message
    tx.conn.execute(
        row.update()
        .where(row.c.id == message_id)
        .values(session_id=session.id, node_id=session.state.node_id)
    )
    return message_id


def answered(tx: Tx, session: Session, name: str, value: str) -> int:
    made = insert(tables.bot_answer).values(
        session_id=session.id, flow_id=session.flow_id, node_id="n2", name=name, value=value, at=tx.now
    )
    return new_id(tx.conn.execute(made))


OPT_INS = tuple(OptIn)
