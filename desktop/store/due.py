"""What is due in the outbox, in the order in which it is claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, literal_column, or_, select

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.flow import SessionStatus
from desktop.domain.sequence import EnrolmentStatus, SequenceStatus
from desktop.domain.templates import Variable
from desktop.domain.turns import Turns
from desktop.store import tables
from desktop.store.engine import Tx

_message = tables.message.c
_TAKEN = (
    _message.id,
    _message.contact_id,
    _message.broadcast_id,
    _message.path,
    _message.lane,
    _message.kind,
    _message.category,
    _message.text,
    _message.content,
    _message.template_id,
    _message.template_revision,
    _message.consent_event_id,
    _message.override_reason,
    _message.override_user_id,
    _message.author_id,
    _message.context_wamid,
    _message.attempt_count,
    _message.status,
    _message.reason,
    _message.due_at,
    _message.wamid,
    _message.version_id,
    _message.step_number,
    _message.session_id,
)


def _queued(*where: Any) -> Select[Any]:
    """The next due messages of a source. The status stands as a literal: with a bound value SQLite would
    not use the partial index, and sort the whole queue at each claim."""
    return (
        select(*_TAKEN)
        .where(_message.status == literal_column("'queued'"), _message.due_at <= bindparam("now"), *where)
        .order_by(_message.lane, _message.due_at, _message.id)
        .limit(bindparam("most_count"))
        .with_for_update(skip_locked=True)
    )


# Built once: putting statements together costs as much as running them.
_GOES_ON = exists().where(
    tables.enrolment.c.id == _message.enrolment_id,
    tables.enrolment.c.status == EnrolmentStatus.IN_PROGRESS.value,
    tables.sequence.c.id == tables.enrolment.c.sequence_id,
    tables.sequence.c.status == SequenceStatus.ACTIVE.value,
)
_TALKS = exists().where(
    tables.bot_session.c.id == _message.session_id,
    tables.bot_session.c.status == SessionStatus.RUNNING.value,
)
# A paused sequence keeps what it has queued: few, since its engine queues no more than it can send soon. Whoever has
# left it gets no more of it, also if a call came back to the queue afterwards. So with bots: where a colleague has taken
# over, nothing of the session leaves any more, whether or not its engine has come to cancel it.
_OF_PEOPLE = _queued(
    _message.broadcast_id.is_(None),
    or_(_message.enrolment_id.is_(None), _GOES_ON),
    or_(_message.session_id.is_(None), _TALKS),
)
_OF_BROADCAST = _queued(_message.broadcast_id == bindparam("broadcast_id"))
_broadcast = tables.broadcast.c
# Without the draft: whom it picks can be a hundred thousand ids, and this is read several times a second.
_RUNNING = (
    select(
        _broadcast.id,
        _broadcast.draft_revision,
        _broadcast.template_id,
        _broadcast.approved,
        _broadcast.only_opted_in,
        _broadcast.override_reason,
        _broadcast.override_user_id,
    )
    .where(tables.broadcast.c.status == BroadcastStatus.RUNNING.value)
    .order_by(tables.broadcast.c.launched_at, tables.broadcast.c.id)
)
_DRAFT = select(_broadcast.draft).where(_broadcast.id == bindparam("broadcast_id"))


@dataclass(frozen=True, slots=True)
class Running:
    """What a claim asks of a running broadcast. approved: as kept, see `domain.drift.Standing`."""

    id: int
    template_id: int | None
    approved: Any
    only_opted_in: bool
    override_reason: str
    override_user_id: int | None
    variables: tuple[Variable, ...]
    pace_per_s: int | None


def messages(
    tx: Tx, most_count: int, turns: Turns | None = None, now_s: float = 0.0
) -> tuple[list[Row[Any]], dict[int, Running]]:
    """The next messages: people's and automatic ones first, then those of the running broadcasts, which share the rest.

    Returns them with the broadcasts that they belong to. turns: of the engine, at a machine time; None: as if it had
    just started.
    """
    rows = tx.rows(_OF_PEOPLE, now=tx.now, most_count=most_count)
    if len(rows) >= most_count:
        return rows, {}
    running = _running(tx)
    turns = turns or Turns()
    order = turns.order(list(running))
    rooms = {id: turns.room(id, running[id].pace_per_s, now_s) for id in order}
    found = _in_turn(tx, order, rooms, most_count - len(rows))
    short = [id for id in order if len(found[id]) >= rooms[id]]
    turns.took({id: len(mine) for id, mine in found.items()}, short, now_s)
    for id in order:
        rows += found[id]
    return rows, running


def _in_turn(
    tx: Tx, order: Sequence[int], rooms: Mapping[int, int], left_count: int
) -> dict[int, list[Row[Any]]]:
    """The next messages of each, shared out evenly; what one does not need goes to the others.

    No row is taken that is not needed: on PostgreSQL it would be locked, and another engine pass it over.
    """
    found: dict[int, list[Row[Any]]] = {id: [] for id in order}
    more = set(order)
    for again in (False, True):
        waiting = [id for id in order if id in more and len(found[id]) < rooms[id]]
        for at, id in enumerate(waiting):
            share = left_count if again else -(-left_count // (len(waiting) - at))
            wanted_count = min(rooms[id], len(found[id]) + share)
            if share:
                had_count = len(found[id])
                found[id] = tx.rows(_OF_BROADCAST, now=tx.now, most_count=wanted_count, broadcast_id=id)
                left_count -= len(found[id]) - had_count
                if len(found[id]) < wanted_count:
                    more.discard(id)
    return found


def _running(tx: Tx) -> dict[int, Running]:
    """The running broadcasts, the earliest launched first."""
    return {
        row.id: Running(
            row.id,
            row.template_id,
            row.approved,
            row.only_opted_in,
            row.override_reason,
            row.override_user_id,
            *_of_draft(tx, row.id, row.draft_revision),
        )
        for row in tx.rows(_RUNNING)
    }


def _of_draft(tx: Tx, broadcast_id: int, revision: int) -> tuple[tuple[Variable, ...], int | None]:
    """The variables of a launched draft, and the messages a second that it allows itself: read once, for a launched
    draft does not change, and whatever changes a draft counts its revision."""
    key = ("sends", broadcast_id, revision)
    if key not in tx.kept:
        draft = tx.conn.scalar(_DRAFT, {"broadcast_id": broadcast_id})
        assert draft is not None
        variables = tuple(Variable(*one) for one in draft["variables"])
        tx.kept[key] = variables, draft.get("when", {}).get("pace_per_s")
    found: tuple[tuple[Variable, ...], int | None] = tx.kept[key]
    return found


def fell_due(tx: Tx, broadcast_id: int, since: datetime) -> bool:
    """True if a message of a broadcast waits whose time came after a moment and is over."""
    asked = select(_message.id).where(
        _message.broadcast_id == broadcast_id,
        _message.status == literal_column("'queued'"),
        _message.due_at > since,
        _message.due_at <= tx.now,
    )
    return tx.conn.scalar(asked.limit(1)) is not None
