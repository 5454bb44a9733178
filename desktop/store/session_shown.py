"""What screens tell of the sessions of bots: who has a conversation, what a thread says of them, what was not sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    literal_column,
    or_,
    select,
)

from desktop.domain.conversations import BotTurn
from desktop.domain.flow import SessionStatus
from desktop.domain.flow_session import Awaits
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason, reason_of
from desktop.store import tables
from desktop.store.engine import Tx

_session = tables.bot_session.c
_RUNNING: Final[ColumnElement[str]] = literal_column("'running'")
"""Not a parameter: only then SQLite takes the index of those who run."""


@dataclass(frozen=True, slots=True)
class RunningSession:
    """What a screen shows of the session that has a conversation. user_name: who started it by hand, or ""."""

    id: int
    flow_id: int
    flow_name: str
    node_id: str
    awaits: Awaits
    started_at: datetime
    user_name: str = ""


def running(tx: Tx, contact_id: int) -> RunningSession | None:
    """The running session of a contact."""
    joined = tables.bot_session.join(tables.flow, tables.flow.c.id == _session.flow_id).outerjoin(
        tables.person, tables.person.c.id == _session.user_id
    )
    asked = (
        select(
            _session.id,
            _session.flow_id,
            tables.flow.c.name.label("flow_name"),
            _session.node_id,
            _session.awaits,
            _session.started_at,
            tables.person.c.name.label("user_name"),
        )
        .select_from(joined)
        .where(_session.contact_id == contact_id, _session.status == _RUNNING)
    )
    row = tx.conn.execute(asked).one_or_none()
    if row is None:
        return None
    return RunningSession(
        row.id,
        row.flow_id,
        row.flow_name,
        row.node_id,
        Awaits(row.awaits),
        row.started_at,
        row.user_name or "",
    )


MOST_TURNS: Final = 100
"""Of one conversation's sessions that its thread tells."""


def turns(tx: Tx, contact_id: int) -> list[BotTurn]:
    """The newest sessions of a contact that a thread has something to tell of, oldest first: those that a colleague
    started, and those that ended otherwise than at the flow's end."""
    flow, person = tables.flow, tables.person
    joined = tables.bot_session.join(flow, flow.c.id == _session.flow_id).outerjoin(
        person, person.c.id == _session.user_id
    )
    quiet = [SessionStatus.RUNNING.value, SessionStatus.COMPLETED.value]
    asked = (
        select(
            _session.id,
            flow.c.name.label("flow_name"),
            _session.status,
            _session.because,
            person.c.name.label("by_name"),
            _session.started_at,
            _session.ended_at,
        )
        .select_from(joined)
        .where(
            _session.contact_id == contact_id,
            or_(_session.user_id.is_not(None), _session.status.not_in(quiet)),
        )
        .order_by(_session.id.desc())
        .limit(MOST_TURNS)
    )
    return [
        BotTurn(
            row.id,
            row.flow_name,
            SessionStatus(row.status),
            row.because,
            row.by_name or "",
            row.started_at,
            row.ended_at,
        )
        for row in reversed(tx.rows(asked))
    ]


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message of a session that did not go. what: its template's name, or "" for one without."""

    what: str
    reason: Reason | None


def unsent(tx: Tx, session_id: int) -> list[Unsent]:
    """What of a session was not sent, oldest first."""
    message, template = tables.message, tables.template
    asked = (
        select(template.c.name, message.c.reason)
        .select_from(message.outerjoin(template, template.c.id == message.c.template_id))
        .where(message.c.session_id == session_id, message.c.status == Status.FAILED.value)
        .order_by(message.c.id)
    )
    return [Unsent(row.name or "", reason_of(row.reason or "")) for row in tx.rows(asked)]
