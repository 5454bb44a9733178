"""What customers have said in sessions of bots, and when: by it is judged what may go out, and what is an answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    bindparam,
    exists,
    func,
    select,
    update,
)

from desktop.domain.consent import Policy
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.sessions import Session

_session = tables.bot_session.c


def set_said_at(tx: Tx, session_id: int, at: datetime) -> None:
    """The customer has spoken to a held session: from now on its messages answer somebody."""
    tx.conn.execute(update(tables.bot_session).where(_session.id == session_id).values(said_at=at))


_event = tables.consent_event.c
_NO_SINCE = exists().where(
    _event.contact_id == _session.contact_id,
    _event.id > func.coalesce(_session.consent_event_id, 0),
    _event.value.in_(["no", "stop"]),
)
_SAID = select(
    _session.id, _session.said_at.is_not(None).label("has_spoken"), _NO_SINCE.label("said_no")
).where(_session.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class SaidIn:
    """Of some sessions: to which the customer has said something, and in which they said No to marketing since."""

    spoken_ids: frozenset[int] = frozenset()
    no_ids: frozenset[int] = frozenset()

    def policy(self, kept: Policy, session_id: int) -> Policy:
        """The workspace's policy as it holds for a message of this session."""
        return kept.in_session(
            has_spoken=session_id in self.spoken_ids, said_no_since=session_id in self.no_ids
        )


def said_in(tx: Tx, session_ids: Collection[int]) -> SaidIn:
    """What customers have said in sessions, be it by what started them. A No before a jump counts after it."""
    if not session_ids:
        return SaidIn()
    rows = tx.rows(_SAID, ids=sorted(session_ids))
    return SaidIn(
        frozenset(row.id for row in rows if row.has_spoken), frozenset(row.id for row in rows if row.said_no)
    )


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
    row, step = tables.message.c, tables.bot_step.c
    came = select(step.at).where(step.session_id == session.id).order_by(step.number.desc()).limit(1)
    came_at = tx.conn.scalar(came) or session.started_at
    asks = (
        select(row.created_at)
        .where(row.session_id == session.id, row.node_id == session.state.node_id, row.created_at >= came_at)
        .order_by(row.id)
        .limit(1)
    )
    return tx.conn.scalar(asks)
