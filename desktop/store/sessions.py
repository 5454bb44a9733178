"""Sessions of bots as rows: where each stands, what it passed, what was answered, who ends it.

Locks are taken in the order session, contact, everything else: whoever moves a session holds its row first.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)
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
    since the customer last said something. said_at: when the customer said `state.said`. consent_event_id: the
    newest consent event of the contact when the talk began.
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
    consent_event_id: int | None

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
        row.consent_event_id,
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
    goes_on: Session | None = None,
) -> Session | None:
    """A new session that stands nowhere yet; None if one runs already. trigger: what started it, for people.

    goes_on: the one whose talk it continues, by a jump.
    """
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
            consent_event_id=_newest_event(tx, contact_id) if goes_on is None else goes_on.consent_event_id,
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


def _newest_event(tx: Tx, contact_id: int) -> int | None:
    row = tables.contact.c
    found: int | None = tx.conn.scalar(select(row.consent_event_id).where(row.id == contact_id))
    return found


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


def add_step(tx: Tx, session: Session, node_id: str, exit: str, because: str = "") -> Session:
    """A node was left; returns the session with its number counted on, which `write()` keeps.

    because: what went wrong there, for people.
    """
    tx.conn.execute(
        _STEP,
        {
            "session_id": session.id,
            "number": session.step_count,
            "version_id": session.version_id,
            "node_id": node_id,
            "exit": exit,
            "because": because,
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
