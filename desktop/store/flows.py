"""Flows as rows: their draft and their versions."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from desktop.domain import flow_fields, flow_json
from desktop.domain.changes import Topic
from desktop.domain.flow import (
    FlowCounts,
    FlowDefinition,
    FlowRecord,
    FlowStatus,
    FlowVersion,
    SessionStatus,
)
from desktop.domain.flow_triggers import Candidate
from desktop.domain.problems import NotFound, Problem
from desktop.domain.text import fold
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_flow = tables.flow.c
_version = tables.flow_version.c
_session = tables.bot_session.c


# Looking.


def _select() -> Any:
    joined = tables.flow.outerjoin(tables.flow_version, _version.id == _flow.version_id)
    columns = (_version.number, _version.definition, _version.at.label("published_at"))
    return select(tables.flow, *columns).select_from(joined)


def _record(row: Any) -> FlowRecord:
    definition = FlowDefinition() if row.definition is None else flow_json.from_json(row.definition)
    return _made(row, definition, None if row.draft is None else flow_json.from_json(row.draft))


def _made(
    row: Any, definition: FlowDefinition, draft: FlowDefinition | None, *, is_unreadable: bool = False
) -> FlowRecord:
    return FlowRecord(
        row.id,
        row.name,
        FlowStatus(row.status),
        definition,
        draft,
        row.version_id,
        row.number,
        row.published_at,
        row.changed_at,
        row.created_at,
        is_unreadable,
    )


def _listed(row: Any) -> FlowRecord:
    """One of many: what cannot be read stands empty among the others."""
    try:
        return _record(row)
    except Problem:
        return _made(row, FlowDefinition(), None, is_unreadable=True)


def get(tx: Tx, flow_id: int) -> FlowRecord:
    """One flow. Raises NotFound; Problem if a newer version of the program wrote what cannot be read."""
    row = tx.conn.execute(_select().where(_flow.id == flow_id)).one_or_none()
    if row is None:
        raise NotFound("Flow not found", "This flow was deleted meanwhile. Choose another one.")
    return _record(row)


def hold(tx: Tx, flow_id: int) -> FlowRecord:
    """One flow, held until the end of the transaction: of two who publish, one waits. Raises like `get`."""
    tx.conn.scalar(select(_flow.id).where(_flow.id == flow_id).with_for_update())
    return get(tx, flow_id)


def every(tx: Tx) -> list[FlowRecord]:
    """All flows by name, those that cannot be read among them."""
    return sorted((_listed(row) for row in tx.rows(_select())), key=lambda one: (fold(one.name), one.id))


def id_of(tx: Tx, name: str) -> int | None:
    """The flow of that name, however it is written; there are few."""
    wanted = fold(name)
    rows = tx.rows(select(_flow.id, _flow.name).order_by(_flow.id))
    return next((row.id for row in rows if fold(row.name) == wanted), None)


def names(tx: Tx, status: FlowStatus | None = None) -> dict[int, str]:
    """By id; status: only of those that stand so."""
    asked = select(_flow.id, _flow.name)
    return {
        row.id: row.name
        for row in tx.rows(asked if status is None else asked.where(_flow.status == status.value))
    }


def candidates(tx: Tx) -> list[Candidate]:
    """The triggers of every published flow; one that cannot be read has none."""
    found: list[Candidate] = []
    for row in tx.rows(_select().where(_flow.status == FlowStatus.PUBLISHED.value)):
        try:
            # Of the triggers alone: this is asked for every message that no session waits for.
            triggers = flow_json.from_json({"triggers": row.definition.get("triggers", [])}).triggers
        except Problem:
            continue
        found += [Candidate(row.id, row.name, row.published_at, one) for one in triggers]
    return found


def published_version(tx: Tx, flow_id: int) -> int | None:
    """The version that new sessions of a published flow follow; None for one that is not on."""
    asked = select(_flow.version_id).where(_flow.id == flow_id, _flow.status == FlowStatus.PUBLISHED.value)
    found: int | None = tx.conn.scalar(asked)
    return found


def counts(tx: Tx, flow_ids: Iterable[int]) -> dict[int, FlowCounts]:
    """How the sessions of each flow stand; out of their index."""
    wanted = list(flow_ids)
    grouped = (
        select(_session.flow_id, _session.status, func.count())
        .where(_session.flow_id.in_(wanted))
        .group_by(_session.flow_id, _session.status)
    )
    found: dict[int, dict[SessionStatus, int]] = {id: {} for id in wanted}
    for flow_id, status, count in tx.conn.execute(grouped):
        found[flow_id][SessionStatus(status)] = int(count)
    return {id: FlowCounts(one) for id, one in found.items()}


def definition_of(tx: Tx, version_id: int, flow_id: int | None = None) -> FlowDefinition:
    """What a version fixes; flow_id: of this flow only. Raises NotFound, or Problem for one that cannot be read."""
    asked = select(_version.definition, _version.flow_id).where(_version.id == version_id)
    row = tx.conn.execute(asked).one_or_none()
    if row is None or flow_id not in (None, row.flow_id):
        raise NotFound("Version not found", "There is no such version of this flow.")
    return flow_json.from_json(row.definition)


def versions(tx: Tx, flow_id: int) -> list[FlowVersion]:
    """The versions of a flow, the newest first."""
    joined = tables.flow_version.outerjoin(tables.person, tables.person.c.id == _version.user_id)
    asked = select(tables.flow_version, tables.person.c.name.label("by_name")).select_from(joined)
    return [
        FlowVersion(
            row.id,
            row.flow_id,
            row.number,
            flow_json.from_json(row.definition),
            row.at,
            row.by_name or "",
            row.note,
        )
        for row in tx.rows(asked.where(_version.flow_id == flow_id).order_by(_version.number.desc()))
    ]


# Changing.


def create(tx: Tx, name: str, draft: FlowDefinition, user_id: int | None) -> int:
    """A new draft; returns its id. The name is checked and nobody else's."""
    made = insert(tables.flow).values(
        name=name,
        status=FlowStatus.DRAFT.value,
        draft=flow_json.to_json(draft),
        created_by=user_id,
        created_at=tx.now,
        changed_at=tx.now,
    )
    flow_id = new_id(tx.conn.execute(made))
    tx.touch(Topic.FLOW, flow_id)
    return flow_id


def _set(tx: Tx, flow_id: int, **values: Any) -> None:
    tx.conn.execute(update(tables.flow).where(_flow.id == flow_id).values(changed_at=tx.now, **values))
    tx.touch(Topic.FLOW, flow_id)


def rename(tx: Tx, flow_id: int, name: str) -> None:
    _set(tx, flow_id, name=name)


def save_draft(tx: Tx, flow_id: int, draft: FlowDefinition | None) -> None:
    """Keep an edit; None: there is none."""
    _set(tx, flow_id, draft=None if draft is None else flow_json.to_json(draft))


def publish(tx: Tx, record: FlowRecord, note: str, user_id: int | None) -> FlowRecord:
    """Make what is shown the next version, unless it is the current one, and let it start sessions."""
    values: dict[str, Any] = {"status": FlowStatus.PUBLISHED.value, "draft": None}
    if record.version_id is None or record.shown != record.definition:
        made = insert(tables.flow_version).values(
            flow_id=record.id,
            number=(record.version_number or 0) + 1,
            definition=flow_json.to_json(record.shown),
            note=note,
            user_id=user_id,
            at=tx.now,
        )
        values["version_id"] = new_id(tx.conn.execute(made))
    _set(tx, record.id, **values)
    return get(tx, record.id)


def set_status(tx: Tx, flow_id: int, status: FlowStatus) -> None:
    _set(tx, flow_id, status=status.value)


def rename_field(tx: Tx, before: str, after: str) -> None:
    """A contact field has a new name: drafts and versions that name it follow, those that sessions keep, too."""
    for row in tx.rows(select(_flow.id, _flow.draft).where(_flow.draft.is_not(None))):
        if (wanted := _renamed(row.draft, before, after)) is not None:
            tx.conn.execute(update(tables.flow).where(_flow.id == row.id).values(draft=wanted))
            tx.touch(Topic.FLOW, row.id)
    for row in tx.rows(select(_version.id, _version.flow_id, _version.definition)):
        if (wanted := _renamed(row.definition, before, after)) is not None:
            at = update(tables.flow_version).where(_version.id == row.id)
            tx.conn.execute(at.values(definition=wanted))
            tx.touch(Topic.FLOW, row.flow_id)


def _renamed(kept: Any, before: str, after: str) -> dict[str, Any] | None:
    """A flow as JSON with one field under its new name; None where nothing changes, or it cannot be read."""
    try:
        definition = flow_json.from_json(kept)
    except Problem:
        return None
    wanted = flow_fields.renamed(definition, before, after)
    return None if wanted is definition else flow_json.to_json(wanted)


def was_used(tx: Tx, flow_id: int) -> bool:
    """True if it ever had a session."""
    return tx.conn.scalar(select(_session.id).where(_session.flow_id == flow_id).limit(1)) is not None


def delete_one(tx: Tx, flow_id: int) -> None:
    """Delete one that never had a session."""
    tx.conn.execute(delete(tables.flow_version).where(_version.flow_id == flow_id))
    tx.conn.execute(delete(tables.flow).where(_flow.id == flow_id))
    tx.touch(Topic.FLOW, flow_id)
