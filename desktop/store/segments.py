"""Segments as rows: filters with a name."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from desktop.domain import filters
from desktop.domain.changes import Topic
from desktop.domain.filters import Filter
from desktop.domain.problems import NotFound
from desktop.domain.segments import Segment
from desktop.domain.text import fold
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_segment = tables.segment.c


def _asked() -> Any:
    joined = tables.segment.outerjoin(tables.person, tables.person.c.id == _segment.user_id)
    return select(tables.segment, tables.person.c.name.label("user_name")).select_from(joined)


def _read(row: Any) -> Segment:
    return Segment(row.id, row.name, filters.from_json(row.filter), row.updated_at, row.user_name or "")


def every(tx: Tx) -> list[Segment]:
    """All segments by name."""
    return [_read(row) for row in tx.rows(_asked().order_by(_segment.folded))]


def get(tx: Tx, segment_id: int) -> Segment:
    """One segment. Raises NotFound."""
    found = tx.rows(_asked().where(_segment.id == segment_id))
    if not found:
        raise NotFound(
            "Segment not found", "There is no such segment, or it was deleted. Choose another one."
        )
    return _read(found[0])


def id_of(tx: Tx, name: str) -> int | None:
    """The segment of that name, however it is written."""
    found: int | None = tx.conn.scalar(select(_segment.id).where(_segment.folded == fold(name)))
    return found


def save(tx: Tx, segment_id: int | None, name: str, wanted: Filter, user_id: int | None) -> int:
    """Keep a segment, new or known; returns its id. The name is nobody else's, the filter checked."""
    values = {
        "name": name,
        "folded": fold(name),
        "filter": filters.to_json(wanted),
        "user_id": user_id,
        "updated_at": tx.now,
    }
    if segment_id is None:
        segment_id = new_id(tx.conn.execute(insert(tables.segment).values(values)))
    else:
        tx.conn.execute(update(tables.segment).where(_segment.id == segment_id).values(values))
    tx.touch(Topic.SEGMENT, segment_id)
    return segment_id


def delete_one(tx: Tx, segment_id: int) -> None:
    tx.conn.execute(delete(tables.segment).where(_segment.id == segment_id))
    tx.touch(Topic.SEGMENT, segment_id)


def rename_field(tx: Tx, before: str, after: str) -> int:
    """A field has a new name: segments that ask for it ask by that. Returns how many there were."""
    renamed = 0
    for row in tx.rows(select(_segment.id, _segment.filter)):
        known = filters.from_json(row.filter)
        wanted = filters.renamed(known, before, after)
        if wanted != known:
            values = {"filter": filters.to_json(wanted)}
            tx.conn.execute(update(tables.segment).where(_segment.id == row.id).values(values))
            tx.touch(Topic.SEGMENT, row.id)
            renamed += 1
    return renamed
