"""Between a draft and its messages: a broadcast's states, each entered only from where it may be, and what is due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.drift import Standing
from desktop.store import tables
from desktop.store.engine import Tx

WAITING: Final = (BroadcastStatus.LAUNCHING, BroadcastStatus.SCHEDULED)
"""Nobody is selected yet, and it begins by itself."""
_broadcast = tables.broadcast.c


def enter(tx: Tx, broadcast_id: int, to: BroadcastStatus, *allowed: BroadcastStatus, **values: Any) -> bool:
    """Take a broadcast into another state, with other columns of its row; False if it is in none of `allowed` (any more).

    The row is locked by it, so of two programs that would start, stop or take back the same one, one is first.
    """
    if to is not BroadcastStatus.HELD:
        values = {"held_because": "", "held_cause": "", **values}
    if to.is_over:
        values["ended_at"] = tx.now
    done = tx.conn.execute(
        update(tables.broadcast)
        .where(_broadcast.id == broadcast_id, _broadcast.status.in_([one.value for one in allowed]))
        .values(status=to.value, **values)
    )
    tx.touch(Topic.BROADCAST, broadcast_id)
    if to in (BroadcastStatus.PAUSED, BroadcastStatus.HELD, BroadcastStatus.STOPPED):
        tx.touch(Topic.BROADCAST_HALTED, broadcast_id)
    return bool(done.rowcount)


def await_start(
    tx: Tx,
    broadcast_id: int,
    starts_at: datetime,
    to: BroadcastStatus,
    *,
    approved: Standing,
    approved_count: int | None,
    reason: str,
    user_id: int | None,
) -> bool:
    """LAUNCHING or SCHEDULED: nobody is selected until `starts_at`. False if it is no draft (any more)."""
    return enter(
        tx,
        broadcast_id,
        to,
        BroadcastStatus.DRAFT,
        starts_at=starts_at,
        approved=approved.to_json(),
        approved_count=approved_count,
        override_reason=reason,
        override_user_id=user_id if reason else None,
        launched_by=user_id,
    )


def take_back(tx: Tx, broadcast_id: int) -> bool:
    """A draft again; False if somebody is selected, or it waits for nothing."""
    row = select(_broadcast.selected_count).where(_broadcast.id == broadcast_id)
    if tx.conn.scalar(row) is not None:
        return False
    return enter(
        tx,
        broadcast_id,
        BroadcastStatus.DRAFT,
        *WAITING,
        BroadcastStatus.HELD,
        starts_at=None,
        approved=None,
        approved_count=None,
        override_reason="",
        override_user_id=None,
        launched_by=None,
    )


def approve_anew(tx: Tx, broadcast_id: int, approved: Standing) -> None:
    """A person has looked at what changed: from now on this is what is compared."""
    changed = update(tables.broadcast).where(_broadcast.id == broadcast_id)
    tx.conn.execute(changed.values(approved=approved.to_json()))


def due_ids(tx: Tx, by: datetime | None = None) -> list[int]:
    """Those whose start is due, the first first. by: business time; None: now."""
    asked = select(_broadcast.id).where(
        _broadcast.status.in_([one.value for one in WAITING]), _broadcast.starts_at <= (by or tx.now)
    )
    return list(tx.conn.scalars(asked.order_by(_broadcast.starts_at, _broadcast.id)))


def unfinished(tx: Tx) -> Mapping[int, BroadcastStatus]:
    """Those that may send by themselves: waiting for their start, or under way."""
    under_way = (*WAITING, BroadcastStatus.PREPARING, BroadcastStatus.RUNNING)
    asked = select(_broadcast.id, _broadcast.status).where(
        _broadcast.status.in_([one.value for one in under_way])
    )
    return {id: BroadcastStatus(status) for id, status in tx.conn.execute(asked.order_by(_broadcast.id))}
