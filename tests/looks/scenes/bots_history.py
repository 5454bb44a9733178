"""A flow with a past: the design's *Order status*, and what became of everyone who came into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from desktop.domain.consent import Category
from desktop.domain.contact_table import TableQuery
from desktop.domain.flow import (
    START,
    Edge,
    FlowDefinition,
    FlowRecord,
    Node,
    SessionStatus,
    Trigger,
)
from desktop.domain.flow_nodes import (
    AnswerKind,
    Assign,
    Choice,
    End,
    Question,
    SendButtons,
    SendTemplate,
    SendText,
)
from desktop.domain.flow_session import Awaits
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.domain.templates import Variable
from desktop.store import tables
from desktop.store.engine import Tx
from tests.looks.stage import Stage

BEGAN: datetime = datetime(2026, 11, 22, 18, 40, tzinfo=UTC)
"""10:40 in Vancouver, a few minutes before the design's pictures."""
CLOSED = "The reply window is closed."
Step = tuple[str, str]
_ASKED: tuple[Step, ...] = (("question1", "next"),)
_TOLD: tuple[Step, ...] = (*_ASKED, ("text1", "next"))
_CHOSE: tuple[Step, ...] = (*_TOLD, ("buttons1", "choice:no"))
_OFFERED: tuple[Step, ...] = (*_CHOSE, ("template1", "next"), ("end1", ""))


@dataclass(frozen=True, slots=True)
class Way:
    """How far somebody came, and how it ended. node_id: where they stand, or stood last."""

    steps: tuple[Step, ...]
    node_id: str
    status: SessionStatus
    because: str = ""
    offered: bool = False


THROUGH = Way(_OFFERED, "end1", SessionStatus.COMPLETED, offered=True)
HANDED = Way((*_TOLD, ("buttons1", "choice:person"), ("assign1", "")), "assign1", SessionStatus.HANDED_OVER)
SILENT = Way((("question1", ""),), "question1", SessionStatus.TIMED_OUT)
LOST = Way((("question1", "invalid"),), "question1", SessionStatus.NOT_UNDERSTOOD)
TAKEN = Way((*_TOLD, ("buttons1", "")), "buttons1", SessionStatus.TAKEN_OVER, "Meera Rao replied.")
UNSENT = Way((*_CHOSE, ("template1", "not_sent")), "template1", SessionStatus.NOT_SENT, CLOSED)
WAITING = Way((), "question1", SessionStatus.RUNNING)
ROUND = (
    THROUGH,
    THROUGH,
    HANDED,
    THROUGH,
    SILENT,
    THROUGH,
    TAKEN,
    THROUGH,
    LOST,
    THROUGH,
    HANDED,
    THROUGH,
    UNSENT,
)
"""Dealt out again and again, from the newest session on."""


def order_status(template_id: int, name: str = "{{1}}") -> FlowDefinition:
    """Asks for the number, tells, asks whether there is more, and ends with an offer."""
    choices = (Choice("no", "No, thanks"), Choice("person", "A person, please"))
    given = (Variable("1", "first_name", "there"), Variable("2", "", "40%"), Variable("3", "", "30 Nov"))
    number = Question(
        text="What is your order number?", answer="order", must_be=AnswerKind.NUMBER,
        invalid_text="Only the digits, please.", tries=2,
    )  # fmt: skip
    nodes = (
        Node("question1", number, 330, 80),
        Node("text1", SendText(text="Order {{order}} left on 20 Nov."), 620, 80),
        Node("buttons1", SendButtons(text="Anything else?", choices=choices, answer="more"), 910, 80),
        Node("template1", SendTemplate(template_id=template_id, variables=given), 1200, 80),
        Node("assign1", Assign(), 1200, 320),
        Node("end1", End(), 1490, 80),
    )
    edges = (
        Edge(START, "next", "question1"),
        Edge("question1", "next", "text1"),
        Edge("text1", "next", "buttons1"),
        Edge("buttons1", "choice:no", "template1"),
        Edge("buttons1", "choice:person", "assign1"),
        Edge("template1", "next", "end1"),
    )
    return FlowDefinition((Trigger(values=("order", "status")),), nodes, edges)


async def published(
    stage: Stage, name: str = "Order status", template: str = "winter_clearance"
) -> FlowRecord:
    """The flow, published and empty."""
    user, verbs = stage.window.desk.user(), stage.app.flows
    found = next(one for one in await stage.app.templates.every() if one.name == template)
    flow_id = await verbs.create(name, order_status(found.id), user)
    return await verbs.publish(flow_id, user)


async def lived(stage: Stage, count: int = 412, name: str = "Order status") -> FlowRecord:
    """The same after `count` sessions; three contacts are in it now, Priya is the newest who came through."""
    record = await published(stage, name)
    rows = await stage.app.contact_table.page(TableQuery(), 0, 300)
    priya = (await stage.app.contact_table.page(TableQuery(search="Priya Sharma"), 0, 1))[0].contact.id
    others = [row.contact.id for row in rows if row.contact.id != priya and row.contact.phone]
    busy = await stage.app.store.read(_in_a_flow)
    people = [priya, *(one for one in others if one not in busy)]
    await stage.app.store.write(lambda tx: _live(tx, record, people, count))
    await stage.quiet()
    return record


def _in_a_flow(tx: Tx) -> set[int]:
    row = tables.bot_session.c
    return set(tx.conn.scalars(select(row.contact_id).where(row.status == SessionStatus.RUNNING.value)))


def _live(tx: Tx, record: FlowRecord, people: Sequence[int], count: int) -> None:
    for at in reversed(range(count)):
        # Of those who are in it each is somebody else.
        way = WAITING if at in (1, 4, 9) else ROUND[at % len(ROUND)]
        contact_id = people[at % len(people)] if way is not WAITING else people[-1 - at]
        session(tx, record, contact_id, way, BEGAN - timedelta(minutes=47 * at))


def session(tx: Tx, record: FlowRecord, contact_id: int, way: Way, began: datetime) -> int:
    """Somebody's way, its steps, answers and the offer at its end; returns its id."""
    running = way.status is SessionStatus.RUNNING
    ended = None if running else began + timedelta(minutes=len(way.steps) + 1)
    made = tx.conn.execute(
        insert(tables.bot_session).values(
            flow_id=record.id, version_id=record.version_id, contact_id=contact_id, status=way.status.value,
            because=way.because, node_id=way.node_id, awaits=(Awaits.ANSWER if running else Awaits.NOTHING).value,
            answers={}, due_at=began + timedelta(days=1) if running else None, step_count=len(way.steps),
            trigger="Whole message is order, status", started_at=began, ended_at=ended,
        )
    )  # fmt: skip
    session_id = int(made.inserted_primary_key[0])  # type: ignore[index]
    for number, (node_id, exit) in enumerate(way.steps):
        at = began + timedelta(minutes=number + 1)
        tx.conn.execute(
            insert(tables.bot_step).values(
                session_id=session_id, number=number, version_id=record.version_id, node_id=node_id, exit=exit, at=at
            )
        )  # fmt: skip
        said = _said(node_id, exit, session_id)
        if said is not None:
            name, value = said
            tx.conn.execute(
                insert(tables.bot_answer).values(
                    session_id=session_id, flow_id=record.id, node_id=node_id, name=name, value=value, at=at
                )
            )  # fmt: skip
    if way.offered:
        offer(tx, record, session_id, contact_id, began + timedelta(minutes=4))
    return session_id


def _said(node_id: str, exit: str, session_id: int) -> tuple[str, str] | None:
    if (node_id, exit) == ("question1", "next"):
        return "order", str(4400 + session_id)
    if node_id == "buttons1" and exit:
        return "more", "No, thanks" if exit == "choice:no" else "A person, please"
    return None


def offer(
    tx: Tx,
    record: FlowRecord,
    session_id: int,
    contact_id: int,
    at: datetime,
    status: Status = Status.DELIVERED,
) -> int:
    """The marketing template at the end, which nobody asked the opt-in for; returns the message's id."""
    does = next(one.does for one in record.definition.nodes if one.id == "template1")
    assert isinstance(does, SendTemplate)
    event = tables.consent_event.c
    newest = tx.conn.scalar(
        select(event.id).where(event.contact_id == contact_id).order_by(event.id.desc()).limit(1)
    )
    made = tx.conn.execute(
        insert(tables.message).values(
            contact_id=contact_id, outgoing=True, path="bot", lane=int(Lane.AUTOMATIC), status=status.value,
            reason=Reason.BOT_NOT_ASKED.value, kind="template", category=Category.MARKETING.value,
            text="Hi there, the winter clearance is on: up to 40% off until 30 Nov.", template_id=does.template_id,
            template_revision=1, asked=False, consent_event_id=newest, wamid=f"wamid.bot.{session_id}",
            created_at=at, due_at=at, changed_at=at, sent_at=at, session_id=session_id, node_id="template1",
        )
    )  # fmt: skip
    return int(made.inserted_primary_key[0])  # type: ignore[index]
