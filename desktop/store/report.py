"""Counts and pages over all messages, out of `ix_message_report`, which groups them by what reports filter by.

A count of everything streams through the index; a plot and a page look up each cell by its place in it. Where only
few contacts are asked for, their messages are read by contact instead.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import CTE, Select, and_, bindparam, case, column, func, select, text, true, tuple_
from sqlalchemy.types import NullType

from desktop.domain.consent import Category, Path
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import GROUP_OF, Bucket, Cell, Cube, Group, Mark, Scope
from desktop.store import conversations, tables
from desktop.store.engine import Tx
from desktop.store.report_scope import OUTGOING, Whose, whose, within
from desktop.store.tables import EPOCH, micros

_message = tables.message.c
_ALIKE: Final = (
    _message.path,
    _message.category,
    _message.template_id,
    _message.status,
    _message.reason,
    _message.error_code,
)
_NEWEST_FIRST: Final = (_message.created_at.desc(), _message.id.desc())
_CELLS_AT_ONCE: Final = 500
_ROWS_AT_ONCE: Final = 500

Key = tuple[str, str, int | None, str, str, int | None]
"""A cell as the columns hold it."""
Span = tuple[datetime, datetime]
"""From and before."""
Found = tuple[int, Group, int]
"""A span's number, a group, and how many."""


def cube(tx: Tx, scope: Scope) -> Cube:
    """Every cell of a scope."""
    of = whose(tx, scope)
    in_time = within(scope, _message.created_at)
    if of.are_few:
        some = of.messages(_ALIKE, *in_time)
        asked = select(*some.c, func.count()).group_by(*some.c)
    else:
        asked = select(*_ALIKE, func.count()).where(OUTGOING, *in_time, *of.counted()).group_by(*_ALIKE)
    return Cube(tuple(_cell(row) for row in tx.conn.execute(asked)))


def _cell(row: Any) -> Cell:
    path, category, template_id, status, reason, error_code, count = row
    return Cell(
        Path(path),
        Category(category),
        template_id,
        Status(status),
        Reason(reason) if reason else None,
        error_code,
        count,
    )


def _key(cell: Cell) -> Key:
    return (
        cell.path.value,
        cell.category.value,
        cell.template_id,
        cell.status.value,
        cell.reason.value if cell.reason else "",
        cell.error_code,
    )


def timeline(tx: Tx, scope: Scope, cells: Sequence[Cell], edges: Sequence[datetime]) -> tuple[Bucket, ...]:
    """The scope's messages of these cells between each two neighbouring edges, which ascend."""
    buckets = [(since, until) for since, until in pairwise(edges)]
    if not buckets:
        return ()
    of = whose(tx, scope)
    spans = [_clipped(scope, since, until) for since, until in buckets]
    found: list[dict[Group, int]] = [{} for _ in buckets]
    for number, group, count in (_few_by_span if of.are_few else _by_span)(tx, of, cells, spans):
        if count:
            found[number][group] = found[number].get(group, 0) + count
    return tuple(Bucket(*bucket, counts) for bucket, counts in zip(buckets, found, strict=True))


def _clipped(scope: Scope, since: datetime, until: datetime) -> Span:
    first = since if scope.since is None else max(since, scope.since)
    before = until if scope.until is None else min(until, scope.until)
    return first, before


def _few_by_span(tx: Tx, of: Whose, cells: Sequence[Cell], spans: Sequence[Span]) -> Iterator[Found]:
    span = case(
        *(
            (and_(_message.created_at >= since, _message.created_at < until), number)
            for number, (since, until) in enumerate(spans)
        )
    )
    some = of.messages((*_ALIKE, span.label("span")))
    wanted = {_key(cell) for cell in cells}
    for *key, number, count in tx.conn.execute(select(*some.c, func.count()).group_by(*some.c)):
        if number is not None and tuple(key) in wanted:
            yield number, GROUP_OF[Status(key[3])], count


def _by_span(tx: Tx, of: Whose, cells: Sequence[Cell], spans: Sequence[Span]) -> Iterator[Found]:
    """Each cell between each two edges is one stretch of the index."""
    rows = [(number, micros(since), micros(until)) for number, (since, until) in enumerate(spans)]
    span = _given("span", ("number", "since", "until"), rows)
    for cell, held in _tables_of(cells):
        inside = and_(_message.created_at >= span.c.since, _message.created_at < span.c.until)
        counted = select(func.count()).where(*held, inside, *of.counted())
        total = func.sum(counted.correlate(cell, span).scalar_subquery())
        asked = select(span.c.number, cell.c.grouped, total).select_from(cell.join(span, true()))
        for number, group, count in _rows(tx, asked.group_by(span.c.number, cell.c.grouped)):
            yield number, Group(group), int(count)


def _tables_of(cells: Sequence[Cell]) -> Iterator[tuple[CTE, list[Any]]]:
    """The cells as tables to look up by, each with what the messages of its cells fulfil.

    Parted by what is NULL: `=` and `IS NULL` find their place in an index on both databases.
    """
    kinds: dict[tuple[bool, bool], list[tuple[int, Cell]]] = {}
    for number, cell in enumerate(cells):
        kinds.setdefault((cell.template_id is None, cell.error_code is None), []).append((number, cell))
    for some in kinds.values():
        for start in range(0, len(some), _CELLS_AT_ONCE):
            yield _table_of(some[start : start + _CELLS_AT_ONCE])


def _table_of(cells: Sequence[tuple[int, Cell]]) -> tuple[CTE, list[Any]]:
    keys = [_key(cell) for _, cell in cells]
    shown = [at for at, value in enumerate(keys[0]) if value is not None]
    rows = [
        (number, GROUP_OF[cell.status].value, *(key[at] for at in shown))
        for (number, cell), key in zip(cells, keys, strict=True)
    ]
    table = _given("cell", ("number", "grouped", *(_ALIKE[at].name for at in shown)), rows)
    held = [one == table.c[one.name] if at in shown else one.is_(None) for at, one in enumerate(_ALIKE)]
    return table, [OUTGOING, *held]


def _given(name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> CTE:
    """A table of numbers and our own words. Written out: a thousand bound values take longer than the query."""
    values = ", ".join(f"({', '.join(_written(one) for one in row)})" for row in rows)
    named = ", ".join(f"column{at} AS {column}" for at, column in enumerate(columns, 1))
    made = text(f"SELECT {named} FROM (VALUES {values}) AS given")
    return made.columns(*(column(one, NullType()) for one in columns)).cte(name)


def _written(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    if not value.replace("_", "a").isalnum() and value:
        raise ValueError(f"not a word of ours: {value!r}")
    return f"'{value}'"


def _rows(tx: Tx, asked: Select[Any]) -> list[Any]:
    """Run a statement that holds its own table: no other is like it, so it is not kept."""
    return list(tx.conn.execute(asked, execution_options={"compiled_cache": None}).all())


def messages(
    tx: Tx, scope: Scope, cells: Sequence[Cell], *, after: Mark | None = None, limit: int = 100
) -> list[MessageView]:
    """The scope's messages of these cells, newest first, from behind a mark on."""
    of = whose(tx, scope)
    where = within(scope, _message.created_at)
    if after is not None:
        where.append(tuple_(_message.created_at, _message.id) < (after.at, after.message_id))
    found = (_few_newest if of.are_few else _newest)(tx, of, cells, where, limit)
    return conversations.messages(tx, found)


def _few_newest(tx: Tx, of: Whose, cells: Sequence[Cell], where: Sequence[Any], limit: int) -> list[int]:
    some = of.messages((*_ALIKE, _message.created_at, _message.id), *where)
    result = tx.conn.execute(select(*some.c).order_by(some.c.created_at.desc(), some.c.id.desc()))
    wanted = {_key(cell) for cell in cells}
    found: list[int] = []
    while len(found) < limit and (part := result.fetchmany(_ROWS_AT_ONCE)):
        found += [row.id for row in part if tuple(row[: len(_ALIKE)]) in wanted]
    result.close()
    return found[:limit]


def _newest(tx: Tx, of: Whose, cells: Sequence[Cell], where: Sequence[Any], limit: int) -> list[int]:
    """The newest of each cell together; a cell whose very newest is older than what is there is left shut."""
    held = [*where, *of.each()]
    heads = _heads(tx, cells, held)
    # So many cells as rows are wanted: the page is at least as new as the last of their newest.
    floor = heads[limit - 1][0] if len(heads) >= limit else EPOCH
    best: list[tuple[datetime, int]] = []
    asked: dict[tuple[bool, ...], Select[Any]] = {}
    for newest_at, cell in heads:
        if newest_at < floor:
            break
        key = _key(cell)
        kind = tuple(value is None for value in key)
        if kind not in asked:
            asked[kind] = _newest_alike(kind).where(*held).limit(limit)
        values = {one.name: value for one, value in zip(_ALIKE, key, strict=True) if value is not None}
        best += [(row[0], row[1]) for row in tx.rows(asked[kind], floor=floor, **values)]
        best = sorted(best, reverse=True)[:limit]
        if len(best) == limit:
            floor = best[-1][0]
    return [id for _, id in best]


def _newest_alike(kind: Sequence[bool]) -> Select[Any]:
    """The messages of a cell that are not older than `floor`; kind: which of its values are NULL, the others are bound."""
    alike = (
        one.is_(None) if is_null else one == bindparam(one.name)
        for one, is_null in zip(_ALIKE, kind, strict=True)
    )
    not_older = _message.created_at >= bindparam("floor")
    return (
        select(_message.created_at, _message.id).where(OUTGOING, *alike, not_older).order_by(*_NEWEST_FIRST)
    )


def _heads(tx: Tx, cells: Sequence[Cell], where: Sequence[Any]) -> list[tuple[datetime, Cell]]:
    """When the newest message of each cell was asked for, the latest first; cells without any are left away."""
    found: list[tuple[datetime, Cell]] = []
    for cell, held in _tables_of(cells):
        newest = select(_message.created_at).where(*held, *where).order_by(*_NEWEST_FIRST).limit(1)
        asked = select(cell.c.number, newest.correlate(cell).scalar_subquery())
        found += [(at, cells[number]) for number, at in _rows(tx, asked) if at is not None]
    return sorted(found, key=lambda one: one[0], reverse=True)
