"""Broadcasts: their records and drafts, and the launch in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    insert,
    select,
    update,
)

from desktop.domain.audience import Rule
from desktop.domain.broadcast import (
    LONGEST_NAME,
    BroadcastDraft,
    BroadcastKind,
    BroadcastRecord,
    BroadcastStatus,
)
from desktop.domain.changes import Topic
from desktop.domain.drift import Cause, Standing
from desktop.domain.problems import NotFound, Problem
from desktop.store import audience, tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_broadcast = tables.broadcast.c
_updater = tables.person.alias()
_launcher = tables.person.alias()


def _select() -> Any:
    joined = tables.broadcast.outerjoin(tables.template, tables.template.c.id == _broadcast.template_id)
    joined = joined.outerjoin(tables.person, tables.person.c.id == _broadcast.created_by)
    joined = joined.outerjoin(_updater, _updater.c.id == _broadcast.updated_by)
    joined = joined.outerjoin(_launcher, _launcher.c.id == _broadcast.launched_by)
    joined = joined.outerjoin(tables.api_key, tables.api_key.c.id == _broadcast.api_key_id)
    return select(
        tables.broadcast,
        tables.template.c.name.label("template_name"),
        tables.person.c.name.label("person_name"),
        _updater.c.name.label("updater_name"),
        _launcher.c.name.label("launcher_name"),
        tables.api_key.c.name.label("key_name"),
    ).select_from(joined)


def _record(row: Any) -> BroadcastRecord:
    made_by = f"API · {row.key_name}" if row.key_name else row.person_name or ""
    unkept = row.launched_by is None or bool(row.key_name)
    return BroadcastRecord(
        row.id,
        row.name,
        BroadcastStatus(row.status),
        row.held_because,
        BroadcastDraft.from_json(row.draft),
        row.template_id,
        row.template_name or "",
        row.only_opted_in,
        row.override_reason,
        row.approved_no_count,
        row.approved_count,
        row.selected_count,
        row.planned_to,
        row.created_by,
        made_by,
        row.created_at,
        row.launched_at,
        row.ended_at,
        row.api_key_id,
        BroadcastKind(row.kind),
        row.parent_id,
        row.starts_at,
        Cause(row.held_cause) if row.held_cause else None,
        Standing.from_json(row.approved) if row.approved else None,
        row.archived_at,
        row.updater_name or "",
        row.updated_at,
        row.draft_revision,
        row.duplicate_count,
        row.launcher_name or (made_by if unkept else ""),
    )


def get(tx: Tx, broadcast_id: int) -> BroadcastRecord:
    """One broadcast. Raises NotFound."""
    row = tx.conn.execute(_select().where(_broadcast.id == broadcast_id)).one_or_none()
    if row is None:
        raise NotFound("Broadcast not found", f"Broadcast {broadcast_id} does not exist (any more).")
    return _record(row)


def locked(tx: Tx, broadcast_id: int) -> BroadcastRecord:
    """One broadcast, held until the end of the transaction: of two who would change its state, one is first, and the
    other one sees what became of it. Raises NotFound."""
    # Rows that name it may be written meanwhile: the key is not what changes.
    tx.conn.execute(
        select(_broadcast.id).where(_broadcast.id == broadcast_id).with_for_update(key_share=True)
    )
    return get(tx, broadcast_id)


def many(tx: Tx, ids: Sequence[int]) -> list[BroadcastRecord]:
    """Those of the ids that exist, in the order of the ids."""
    found = {row.id: row for row in tx.rows(_select().where(_broadcast.id.in_(ids)))} if ids else {}
    return [_record(found[id]) for id in ids if id in found]


def every(tx: Tx, limit: int = 200) -> list[BroadcastRecord]:
    """The newest broadcasts first."""
    return [_record(row) for row in tx.rows(_select().order_by(_broadcast.id.desc()).limit(limit))]


def launched(tx: Tx, offset: int, limit: int) -> list[BroadcastRecord]:
    """A page of those that were launched, whatever became of them, the newest first."""
    asked = _select().where(_broadcast.launched_at.is_not(None)).order_by(_broadcast.id.desc())
    return [_record(row) for row in tx.rows(asked.offset(offset).limit(limit))]


def with_status(tx: Tx, *wanted: BroadcastStatus) -> list[BroadcastRecord]:
    asked = _select().where(_broadcast.status.in_([one.value for one in wanted])).order_by(_broadcast.id)
    return [_record(row) for row in tx.rows(asked)]


def save_draft(
    tx: Tx,
    broadcast_id: int | None,
    draft: BroadcastDraft,
    user_id: int | None,
    api_key_id: int | None = None,
    kind: BroadcastKind = BroadcastKind.BROADCAST,
    parent_id: int | None = None,
    *,
    revision: int | None = None,
) -> int:
    """Keep a draft, new or known; returns its id. api_key_id, kind, parent_id: of a new one.

    revision: the one that was read; None: whichever stands. Raises a Problem if it is a draft no more, or another one,
    and of the field name if that is too long; of a test and a retry the name is cut.
    """
    if kind is not BroadcastKind.BROADCAST:
        draft = replace(draft, name=draft.name[:LONGEST_NAME])
    elif len(draft.name) > LONGEST_NAME:
        raise Problem(
            "The name is too long",
            f"A name has at most {LONGEST_NAME} letters, this one has {len(draft.name):,}. Shorten it.",
            "name",
        )
    values = {
        "name": draft.name,
        "draft": draft.to_json(),
        "template_id": draft.template_id,
        "only_opted_in": draft.only_opted_in,
        "updated_by": user_id,
        "updated_at": tx.now,
    }
    if broadcast_id is None:
        broadcast_id = new_id(
            tx.conn.execute(
                insert(tables.broadcast).values(
                    **values,
                    status=BroadcastStatus.DRAFT.value,
                    created_by=user_id,
                    created_at=tx.now,
                    api_key_id=api_key_id,
                    kind=kind.value,
                    parent_id=parent_id,
                )
            )
        )
    else:
        changed = update(tables.broadcast).where(
            _broadcast.id == broadcast_id, _broadcast.status == BroadcastStatus.DRAFT.value
        )
        if revision is not None:
            changed = changed.where(_broadcast.draft_revision == revision)
        kept = tx.conn.execute(changed.values(**values, draft_revision=_broadcast.draft_revision + 1))
        if not kept.rowcount:
            raise Problem("Not possible now", "The draft was launched or changed in this moment.")
    tx.touch(Topic.BROADCAST, broadcast_id)
    return broadcast_id


def launch(
    tx: Tx,
    broadcast_id: int,
    rule: Rule,
    *,
    reason: str,
    user_id: int | None,
    approved_count: int | None,
    approved: Standing | None = None,
    waited: bool = False,
) -> BroadcastRecord:
    """Fix the audience of a draft, or of one that has `waited` for its start: one transaction, then it is PREPARING.

    reason: the supervisor's, with the toggle off; it covers those who were NO when somebody said yes, and the number
    of them who get it is kept. user_id: who gave it; None: who gave it before. approved: how things stood at the yes;
    without counts, those of the selection are taken. Raises a Problem if another program was quicker.
    """
    waiting = [one.value for one in BroadcastStatus if one.can_be_taken_back]
    from_here = (
        (_broadcast.status.in_(waiting), _broadcast.starts_at <= tx.now)
        if waited
        else (_broadcast.status == BroadcastStatus.DRAFT.value,)
    )
    began = tx.conn.execute(
        update(tables.broadcast)
        .where(_broadcast.id == broadcast_id, *from_here)
        .values(status=BroadcastStatus.PREPARING.value, launched_at=tx.now, held_because="", held_cause="")
    )
    if not began.rowcount:
        raise Problem("Not possible now", "The broadcast was launched or changed in this moment.")
    draft = get(tx, broadcast_id).draft
    done = audience.snapshot(
        tx,
        broadcast_id,
        draft.audience,
        rule,
        draft.variables,
        draft.selection,
        covered_to=approved.consent_event_id if approved is not None else None,
    )
    values: dict[str, Any] = {
        "selected_count": done.selected_count,
        "duplicate_count": done.duplicate_count,
        "checksum": done.checksum,
        "override_reason": reason,
        "approved_no_count": done.despite_count,
        "approved_count": approved_count,
    }
    if user_id is not None:
        values["launched_by"] = user_id
    if user_id is not None or not reason:
        values["override_user_id"] = user_id if reason else None
    if approved is not None:
        counts = approved.counts or done.counts
        values["approved"] = replace(approved, counts=counts).to_json()
    tx.conn.execute(update(tables.broadcast).where(_broadcast.id == broadcast_id).values(**values))
    tx.touch(Topic.BROADCAST, broadcast_id)
    return get(tx, broadcast_id)


def set_status(tx: Tx, broadcast_id: int, status: BroadcastStatus) -> None:
    """Pause, resume or end. Held reasons are forgotten once it runs."""
    values: dict[str, Any] = {"status": status.value}
    if status is BroadcastStatus.RUNNING:
        values |= {"held_because": "", "held_cause": ""}
    if status.is_over:
        values["ended_at"] = tx.now
    tx.conn.execute(update(tables.broadcast).where(_broadcast.id == broadcast_id).values(**values))
    tx.touch(Topic.BROADCAST, broadcast_id)
