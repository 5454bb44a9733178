"""Broadcasts as the list and the calendar show them: tests and retries under their parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select, update

from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.text import fold
from desktop.store import broadcasts, tables
from desktop.store.engine import Tx

_broadcast = tables.broadcast.c
AT_WORK: Final = (
    BroadcastStatus.PREPARING,
    BroadcastStatus.RUNNING,
    BroadcastStatus.PAUSED,
    BroadcastStatus.HELD,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a list to choose from shows of a broadcast."""

    id: int
    name: str
    launched_at: datetime | None
    selected_count: int


def page(
    tx: Tx, *, archived: bool = False, search: str = "", limit: int = 100
) -> tuple[list[BroadcastRecord], int]:
    """The newest first, without tests and retries, and how many there are in all. search: a part of its name or its
    template's."""
    of_list = (
        _broadcast.kind == BroadcastKind.BROADCAST.value,
        _broadcast.archived_at.is_not(None) if archived else _broadcast.archived_at.is_(None),
    )
    names = (
        select(_broadcast.id, _broadcast.name, tables.template.c.name.label("template_name"))
        .select_from(
            tables.broadcast.outerjoin(tables.template, tables.template.c.id == _broadcast.template_id)
        )
        .where(*of_list)
        .order_by(_broadcast.id.desc())
    )
    wanted = fold(search)
    # A workspace has thousands of them at most, and their names are folded here as everywhere.
    found = [
        row.id
        for row in tx.rows(names if wanted else names.limit(limit))
        if not wanted or wanted in fold(row.name) or wanted in fold((row.template_name or "").replace("_", " "))
        or wanted in fold(row.template_name or "")
    ]  # fmt: skip
    count = len(found) if wanted else tx.conn.scalar(select(func.count()).where(*of_list))
    return broadcasts.many(tx, found[:limit]), int(count or 0)


def at_work(tx: Tx) -> list[int]:
    """Those that are being prepared, run, are paused or held, tests and retries among them; the newest first."""
    asked = select(_broadcast.id).where(_broadcast.status.in_([one.value for one in AT_WORK]))
    return list(tx.conn.scalars(asked.order_by(_broadcast.id.desc())))


def with_snapshot(tx: Tx) -> list[Named]:
    """All whose audience was fixed, tests and retries aside, the newest first: what they are called, no more."""
    asked = (
        select(_broadcast.id, _broadcast.name, _broadcast.launched_at, _broadcast.selected_count)
        .where(_broadcast.kind == BroadcastKind.BROADCAST.value, _broadcast.selected_count.is_not(None))
        .order_by(_broadcast.id.desc())
    )
    return [Named(row.id, row.name, row.launched_at, row.selected_count) for row in tx.rows(asked)]


def are_any(tx: Tx) -> bool:
    return tx.conn.scalar(select(_broadcast.id).limit(1)) is not None


def children(tx: Tx, parent_ids: Sequence[int]) -> dict[int, list[BroadcastRecord]]:
    """Tests and retries by their parent, the oldest first."""
    if not parent_ids:
        return {}
    asked = select(_broadcast.id, _broadcast.parent_id).where(_broadcast.parent_id.in_(parent_ids))
    parents = {row.id: row.parent_id for row in tx.rows(asked)}
    found: dict[int, list[BroadcastRecord]] = {}
    for one in sorted(broadcasts.many(tx, list(parents)), key=lambda record: record.id):
        found.setdefault(parents[one.id], []).append(one)
    return found


def between(tx: Tx, since: datetime, until: datetime) -> list[BroadcastRecord]:
    """Those that began, or are to begin, from `since` until before `until`; the earliest first."""
    moment = or_(
        (_broadcast.launched_at >= since) & (_broadcast.launched_at < until),
        (_broadcast.starts_at >= since) & (_broadcast.starts_at < until) & _broadcast.launched_at.is_(None),
    )
    asked = select(_broadcast.id).where(_broadcast.kind == BroadcastKind.BROADCAST.value, moment)
    found = broadcasts.many(tx, list(tx.conn.scalars(asked)))
    return sorted(found, key=lambda record: (record.launched_at or record.starts_at or since, record.id))


def archive(tx: Tx, broadcast_id: int, at: datetime | None) -> None:
    """Put one away, or with None back among the others."""
    changed = update(tables.broadcast).where(_broadcast.id == broadcast_id)
    tx.conn.execute(changed.values(archived_at=at))
    tx.touch(Topic.BROADCAST, broadcast_id)


def selected_ids(tx: Tx, broadcast_id: int) -> list[int]:
    """Contacts whom the snapshot fixed."""
    recipient = tables.broadcast_recipient.c
    asked = select(recipient.contact_id).where(recipient.broadcast_id == broadcast_id)
    return list(tx.conn.scalars(asked.order_by(recipient.contact_id)))
