"""The journal of changes to many contacts: what each contact was before, so that the whole can be undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from desktop.domain.bulk import Before, Bulk, BulkKind, BulkStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import OptIn
from desktop.domain.problems import NotFound
from desktop.domain.text import clean
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_bulk = tables.bulk.c


def start(tx: Tx, kind: BulkKind, title: str, user_id: int | None, process: str) -> int:
    """Open a journal; returns the change's id. process: the name of the program that carries it out."""
    made = tx.conn.execute(
        insert(tables.bulk).values(
            kind=kind.value,
            title=clean(title),
            status=BulkStatus.RUNNING.value,
            user_id=user_id,
            process=process,
            started_at=tx.now,
        )
    )
    tx.touch(Topic.BULK, bulk_id := new_id(made))
    return bulk_id


def note(tx: Tx, bulk_id: int, before: Sequence[Before]) -> None:
    """Keep what stood before, in the transaction that changes it. Each contact once in a change."""
    if before:
        tx.conn.execute(
            insert(tables.bulk_row),
            [
                {
                    "bulk_id": bulk_id,
                    "contact_id": one.contact_id,
                    "before": None if one.made else to_json(one),
                }
                for one in before
            ],
        )


def set_status(
    tx: Tx, bulk_id: int, status: BulkStatus, *, counts: Mapping[str, int] | None = None, process: str = ""
) -> None:
    """Move a change on; counts: what it did, or what its undo did, kept beside the others."""
    values: dict[str, Any] = {"status": status.value}
    if status not in (BulkStatus.RUNNING, BulkStatus.UNDOING):
        values["ended_at"] = tx.now
    if counts:
        values["counts"] = {**get(tx, bulk_id).counts, **counts}
    if process:
        values["process"] = process
    tx.conn.execute(update(tables.bulk).where(_bulk.id == bulk_id).values(**values))
    tx.touch(Topic.BULK, bulk_id)


def _asked() -> Any:
    joined = tables.bulk.outerjoin(tables.person, tables.person.c.id == _bulk.user_id)
    return select(tables.bulk, tables.person.c.name.label("user_name")).select_from(joined)


def _read(row: Any) -> Bulk:
    return Bulk(
        row.id,
        BulkKind(row.kind),
        row.title,
        BulkStatus(row.status),
        row.started_at,
        row.user_name or "",
        row.process,
        row.ended_at,
        dict(row.counts),
    )


def get(tx: Tx, bulk_id: int) -> Bulk:
    """One change. Raises NotFound."""
    found = tx.rows(_asked().where(_bulk.id == bulk_id))
    if not found:
        raise NotFound("Change not found", "This change of many contacts is not known (any more).")
    return _read(found[0])


def newest(tx: Tx, limit: int = 50) -> list[Bulk]:
    """The newest changes."""
    return [_read(row) for row in tx.rows(_asked().order_by(_bulk.id.desc()).limit(limit))]


def at_work(tx: Tx) -> list[Bulk]:
    """Changes and undos that have not ended: they run, or their program is gone."""
    working = [BulkStatus.RUNNING.value, BulkStatus.UNDOING.value]
    return [_read(row) for row in tx.rows(_asked().where(_bulk.status.in_(working)).order_by(_bulk.id))]


def rows(tx: Tx, bulk_id: int, *, after_contact_id: int = 0, limit: int = 200) -> list[Before]:
    """What was kept, by contact id, a page at a time."""
    row = tables.bulk_row.c
    asked = select(row.contact_id, row.before).where(
        row.bulk_id == bulk_id, row.contact_id > after_contact_id
    )
    found = tx.rows(asked.order_by(row.contact_id).limit(limit))
    return [from_json(one.contact_id, one.before) for one in found]


def row_count(tx: Tx, bulk_id: int) -> int:
    """How many contacts it changed."""
    asked = select(func.count()).select_from(tables.bulk_row).where(tables.bulk_row.c.bulk_id == bulk_id)
    return int(tx.conn.scalar(asked) or 0)


def seen_at(tx: Tx, process: str) -> datetime | None:
    """When a program last changed anything."""
    at: datetime | None = tx.conn.scalar(
        select(func.max(tables.change.c.at)).where(tables.change.c.process == process)
    )
    return at


def to_json(before: Before) -> dict[str, Any]:
    """A journal row as short as it can be: only what was changed."""
    kept: dict[str, Any] = {}
    if before.name is not None:
        kept["name"] = list(before.name)
    if before.tags_added:
        kept["tags_added"] = list(before.tags_added)
    if before.tags_removed:
        kept["tags_removed"] = list(before.tags_removed)
    if before.attributes:
        kept["attributes"] = {str(id): list(pair) for id, pair in before.attributes.items()}
    if before.opt_in is not None:
        kept["opt_in"], kept["event_id"] = before.opt_in.value, before.event_id
    return kept


def from_json(contact_id: int, kept: dict[str, Any] | None) -> Before:
    """A journal row as it was kept; None: the change made the contact."""
    if kept is None:
        return Before(contact_id, made=True)
    return Before(
        contact_id,
        name=(kept["name"][0], kept["name"][1]) if "name" in kept else None,
        tags_added=tuple(kept.get("tags_added", ())),
        tags_removed=tuple(kept.get("tags_removed", ())),
        attributes={int(id): (was, now) for id, (was, now) in kept.get("attributes", {}).items()},
        opt_in=OptIn(kept["opt_in"]) if "opt_in" in kept else None,
        event_id=kept.get("event_id"),
    )
