"""Sessions of bots as rows: where each stands, what it passed, what was answered, who ends it.

Locks are taken in the order session, contact, everything else: whoever moves a session holds its row first.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desktop.domain.changes import Topic
from desktop.domain.flow import SessionStatus
from desktop.domain.flow_nodes import Request, Take
from desktop.domain.flow_session import Awaits, SessionState
from desktop.domain.text import clean
from desktop.store import contacts, tables
from desktop.store.engine import Tx

_session = tables.bot_session.c
_RUNNING: Final[ColumnElement[str]] = literal_column("'running'")
"""Not a parameter: only then SQLite takes the index of those who run."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its row has it.

    message_id: the message whose end it waits to hear of. step_count: nodes left so far. jump_count: flows before it
    since the customer last said something. said_at: when the customer said `state.said`.
    """

    id: int
    flow_id: int
    version_id: int
    contact_id: int
    state: SessionState
    message_id: int | None
    request: Request | None
    request_began_at: datetime | None
    step_count: int
    jump_count: int
    said_at: datetime | None
    user_id: int | None
    trigger: str
    started_at: datetime

    @property
    def mark(self) -> str:
        """Under which its buttons are known; an id alone may come again when a store begins anew."""
        return f"{self.id}-{int(self.started_at.timestamp())}"


def _of(row: Row[Any]) -> Session:
    state = SessionState(
        row.node_id,
        Awaits(row.awaits),
        row.answers,
        row.said,
        row.try_count,
        row.hop_count,
        row.due_at,
        SessionStatus(row.status),
        row.because,
    )
    return Session(
        row.id,
        row.flow_id,
        row.version_id,
        row.contact_id,
        state,
        row.message_id,
        None if row.request is None else request_from_json(row.request),
        row.request_began_at,
        row.step_count,
        row.jump_count,
        row.said_at,
        row.user_id,
        row.trigger,
        row.started_at,
    )


def request_to_json(request: Request) -> dict[str, Any]:
    """A request with everything filled but its secrets, which are never kept."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": [list(one) for one in request.headers],
        "body": request.body,
        "takes": [[one.answer, one.path] for one in request.takes],
    }


def request_from_json(kept: Any) -> Request:
    return Request(
        method=kept["method"],
        url=kept["url"],
        headers=tuple((name, value) for name, value in kept["headers"]),
        body=kept["body"],
        takes=tuple(Take(answer, path) for answer, path in kept["takes"]),
    )


# Holding one.

_BY_ID = select(tables.bot_session).where(
    _session.id == bindparam("of_id"), _session.status == SessionStatus.RUNNING.value
)
_OF_CONTACT = select(tables.bot_session).where(
    _session.contact_id == bindparam("of_contact_id"), _session.status == _RUNNING
)
_HELD_BY_ID = _BY_ID.with_for_update()
_HELD_OF_CONTACT = _OF_CONTACT.with_for_update()


def hold(tx: Tx, session_id: int) -> Session | None:
    """A running session, held until the end of the transaction; None if it is over."""
    row = tx.conn.execute(_HELD_BY_ID, {"of_id": session_id}).one_or_none()
    return None if row is None else _of(row)


def hold_of(tx: Tx, contact_id: int) -> Session | None:
    """The running session of a contact, held until the end of the transaction; None if there is none."""
    row = tx.conn.execute(_HELD_OF_CONTACT, {"of_contact_id": contact_id}).one_or_none()
    return None if row is None else _of(row)


def get(tx: Tx, session_id: int) -> Session | None:
    """A session, running or over."""
    row = tx.conn.execute(select(tables.bot_session).where(_session.id == session_id)).one_or_none()
    return None if row is None else _of(row)


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


# Beginning, moving, ending.


def begin(
    tx: Tx,
    flow_id: int,
    version_id: int,
    contact_id: int,
    *,
    trigger: str = "",
    user_id: int | None = None,
    answers: dict[str, str] | None = None,
    said_at: datetime | None = None,
    jump_count: int = 0,
) -> Session | None:
    """A new session that stands nowhere yet; None if one runs already. trigger: what started it, for people."""
    dialect = postgresql if tx.on_postgresql else sqlite
    made = (
        dialect.insert(tables.bot_session)
        .values(
            flow_id=flow_id,
            version_id=version_id,
            contact_id=contact_id,
            status=SessionStatus.RUNNING.value,
            node_id="",
            awaits=Awaits.NOTHING.value,
            answers=dict(answers or {}),
            said_at=said_at,
            jump_count=jump_count,
            user_id=user_id,
            trigger=clean(trigger)[:200],
            started_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(_session.id)
    )
    session_id: int | None = tx.conn.scalar(made)
    if session_id is None:
        return None
    touch(tx, contact_id)
    return hold(tx, session_id)


def write(tx: Tx, session: Session) -> None:
    """Keep where a held session stands now."""
    state = session.state
    request = None if session.request is None else request_to_json(session.request)
    tx.conn.execute(
        update(tables.bot_session)
        .where(_session.id == session.id)
        .values(
            status=state.status.value,
            because=clean(state.because)[:500],
            node_id=state.node_id,
            awaits=state.awaits.value,
            answers=dict(state.answers),
            said=clean(state.said),
            said_at=session.said_at,
            try_count=state.try_count,
            hop_count=state.hop_count,
            due_at=state.due_at,
            message_id=session.message_id,
            request=request,
            request_began_at=session.request_began_at,
            step_count=session.step_count,
            jump_count=session.jump_count,
            ended_at=tx.now if state.is_over else None,
        )
    )
    touch(tx, session.contact_id)


def touch(tx: Tx, contact_id: int) -> None:
    """Tell whoever shows sessions; the id is the contact's."""
    tx.touch(Topic.BOT_SESSION, contact_id)


def end(tx: Tx, session: Session, status: SessionStatus, because: str = "") -> None:
    """End a held session where it stands."""
    if session.state.node_id:
        session = add_step(tx, session, session.state.node_id, "")
    state = replace(
        session.state, awaits=Awaits.NOTHING, due_at=None, status=status, because=because, try_count=0
    )
    write(tx, replace(session, state=state, message_id=None, request=None, request_began_at=None))


def person_came(tx: Tx, contact_id: int, because: str = "") -> bool:
    """A colleague replied, took the conversation or closed it: its session is over. False if there was none.

    To be called before anything else of the conversation is written, for the order of locks.
    """
    session = hold_of(tx, contact_id)
    if session is None:
        return False
    end(tx, session, SessionStatus.TAKEN_OVER, because)
    return True


_STEP = insert(tables.bot_step)
_ANSWER = insert(tables.bot_answer)


def add_step(tx: Tx, session: Session, node_id: str, exit: str) -> Session:
    """A node was left; returns the session with its number counted on, which `write()` keeps."""
    tx.conn.execute(
        _STEP,
        {
            "session_id": session.id,
            "number": session.step_count,
            "version_id": session.version_id,
            "node_id": node_id,
            "exit": exit,
            "at": tx.now,
        },
    )
    return replace(session, step_count=session.step_count + 1)


def add_answer(tx: Tx, session: Session, node_id: str, name: str, value: str) -> None:
    """Keep what was answered."""
    tx.conn.execute(
        _ANSWER,
        {
            "session_id": session.id,
            "flow_id": session.flow_id,
            "node_id": node_id,
            "name": name,
            "value": clean(value),
            "at": tx.now,
        },
    )


def set_began(tx: Tx, session_id: int) -> None:
    """Its request may leave this machine from now on."""
    tx.conn.execute(
        update(tables.bot_session).where(_session.id == session_id).values(request_began_at=tx.now)
    )


def set_said_at(tx: Tx, session_id: int, at: datetime) -> None:
    """The customer has spoken to a held session: from now on its messages answer somebody."""
    tx.conn.execute(update(tables.bot_session).where(_session.id == session_id).values(said_at=at))


_HEARD = select(_session.id).where(
    _session.id.in_(bindparam("ids", expanding=True)), _session.said_at.is_not(None)
)


def heard_from(tx: Tx, session_ids: Collection[int]) -> frozenset[int]:
    """Those of the sessions to which the customer has said something, be it by what started them."""
    if not session_ids:
        return frozenset()
    return frozenset(row.id for row in tx.rows(_HEARD, ids=sorted(session_ids)))


def is_nobodys(tx: Tx, contact_id: int) -> bool:
    """True if the conversation is open and no colleague has it."""
    row = tables.conversation.c
    asked = select(row.contact_id).where(row.contact_id == contact_id, row.open, row.assigned_to.is_(None))
    return tx.conn.scalar(asked) is not None


def _is_somebodys(tx: Tx, contact_id: int) -> bool:
    row = tables.conversation.c
    return tx.conn.scalar(select(row.assigned_to).where(row.contact_id == contact_id)) is not None


def is_open(tx: Tx, contact_id: int) -> bool:
    """True unless the conversation was closed."""
    row = tables.conversation.c
    return tx.conn.scalar(select(row.open).where(row.contact_id == contact_id)) is not False


_BEGUN = select(func.count()).where(
    _session.contact_id == bindparam("of_contact_id"),
    _session.started_at > bindparam("since", type_=tables.Moment),
)
_BEGUN_BY_ITSELF = _BEGUN.where(_session.jump_count == 0, _session.user_id.is_(None))


def begun_count(tx: Tx, contact_id: int, within: timedelta, *, by_itself: bool = False) -> int:
    """How many sessions began with a contact lately. by_itself: only those that a trigger began, not a jump."""
    asked = _BEGUN_BY_ITSELF if by_itself else _BEGUN
    return int(tx.conn.scalar(asked, {"of_contact_id": contact_id, "since": tx.now - within}) or 0)


def asked_at(tx: Tx, session: Session) -> datetime | None:
    """When the question was made that a session waits with: the first of those that asked again since; None of none."""
    row = tables.message.c
    asks = (
        select(row.created_at)
        .where(row.session_id == session.id, row.node_id == session.state.node_id)
        .order_by(row.id.desc())
        .offset(session.state.try_count)
        .limit(1)
    )
    return tx.conn.scalar(asks)


# Merging.


def merge(tx: Tx, keep_id: int, drop_id: int) -> None:
    """The sessions of a contact that is merged away go on as the kept one's; where both run, the dropped one's ends.

    So does one that a trigger began, where a colleague has the conversation of both now. To be called when that is
    merged already.
    """
    dropped = hold_of(tx, drop_id)
    if dropped is not None and hold_of(tx, keep_id) is not None:
        told = f"Merged into {contacts.get(tx, keep_id).shown_name}, with whom a bot talks already."
        end(tx, dropped, SessionStatus.TAKEN_OVER, told)
    moved = update(tables.bot_session).where(_session.contact_id == drop_id).values(contact_id=keep_id)
    if tx.conn.execute(moved).rowcount:
        touch(tx, keep_id)
        touch(tx, drop_id)
    running = hold_of(tx, keep_id)
    if running is not None and running.user_id is None and _is_somebodys(tx, keep_id):
        end(tx, running, SessionStatus.TAKEN_OVER, "Merged into a conversation that a colleague has.")
