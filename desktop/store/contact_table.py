"""The table of contacts by position: the ids of a page out of an index, then the rows of those ids alone."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from desktop.domain.consent import OptIn
from desktop.domain.contact_table import ContactRow, SortBy, TableQuery, Target
from desktop.store import audience, contacts, facts, tables
from desktop.store.engine import Tx

_contact = tables.contact.c
_COLUMNS: Final[dict[SortBy, Any]] = {
    SortBy.NAME: _contact.name_folded,
    SortBy.CREATED: _contact.created_at,
    SortBy.LAST_INBOUND: _contact.last_inbound_at,
}
_COUNT_FROM: Final = 20_000
"""Below this position a page is cheap from the front, and the count that tells where the middle is costs more."""
_IDS_AT_ONCE: Final = 5_000
_PACKED: Final = tuple(packed for packed in range(32) if packed & facts.OPT_IN_MASK < 3)
_OPTED_OUT: Final = tuple(packed for packed in _PACKED if facts.unpack(packed).says_no)
_SAID_NO: Final = tuple(packed for packed in _PACKED if facts.unpack(packed).opt_in is OptIn.NO)


def condition(tx: Tx, asked: TableQuery) -> ColumnElement[bool]:
    """Whom the query selects, as one SQL condition on `contact`. Raises BadFilter."""
    wanted = audience.condition(tx, asked.filter)
    return and_(wanted, audience.search_condition(asked.search)) if asked.search.strip() else wanted


def count(tx: Tx, asked: TableQuery) -> int:
    """How many contacts the query selects. Raises BadFilter."""
    return _count(tx, condition(tx, asked))


def _count(tx: Tx, wanted: ColumnElement[bool]) -> int:
    return int(tx.conn.scalar(select(func.count()).select_from(tables.contact).where(wanted)) or 0)


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of the table in the order of one index: those who have the sort's value, or those who have not."""

    wanted: ColumnElement[bool]
    column: Any
    descending: bool

    def asked(self, *, turned: bool = False) -> Select[Any]:
        columns = (self.column, _contact.id)
        down = self.descending is not turned
        return (
            select(_contact.id)
            .where(self.wanted)
            .order_by(*(one.desc() if down else one.asc() for one in columns))
        )

    def ids(self, tx: Tx, first: int, limit: int) -> list[int]:
        """A page by position. Past the middle it is counted from the end: no page costs more than half."""
        if first < _COUNT_FROM:
            return list(tx.conn.scalars(self.asked().offset(first).limit(limit)))
        in_all = _count(tx, self.wanted)
        from_end = in_all - first - limit
        if from_end >= first:
            return list(tx.conn.scalars(self.asked().offset(first).limit(limit)))
        there = limit + min(0, from_end)
        if there <= 0:
            return []
        turned = self.asked(turned=True).offset(max(0, from_end)).limit(there)
        return list(reversed(list(tx.conn.scalars(turned))))


def _runs(wanted: ColumnElement[bool], asked: TableQuery) -> list[_Run]:
    column = _COLUMNS[asked.sort]
    if asked.sort is not SortBy.LAST_INBOUND:
        return [_Run(wanted, column, asked.descending)]
    # Whoever never wrote comes last in both directions, on both databases, and still out of the index.
    return [
        _Run(and_(wanted, column.is_not(None)), column, asked.descending),
        _Run(and_(wanted, column.is_(None)), column, asked.descending),
    ]


def statement(tx: Tx, asked: TableQuery) -> Select[Any]:
    """The query for the first ids. Raises BadFilter."""
    return _runs(condition(tx, asked), asked)[0].asked()


def ids(tx: Tx, asked: TableQuery, first: int, limit: int) -> list[int]:
    """The ids at these positions of the query's order. Raises BadFilter."""
    found: list[int] = []
    skip = first
    runs = _runs(condition(tx, asked), asked)
    for number, run in enumerate(runs):
        got = run.ids(tx, skip, limit - len(found))
        found += got
        if len(found) == limit or number == len(runs) - 1:
            break
        skip = 0 if got else skip - _count(tx, run.wanted)
    return found


def every_id(tx: Tx, asked: TableQuery) -> "array[int]":
    """All ids in the query's order, eight bytes each. Raises BadFilter."""
    found = array("q")
    for run in _runs(condition(tx, asked), asked):
        found.extend(_plain_ids(tx, run.asked()))
    return found


def target_ids(tx: Tx, target: Target) -> "array[int]":
    """Whom a bulk change is for, oldest contact first; the ticked ones who are still there. Raises BadFilter."""
    if target.ids is None:
        return array(
            "q", _plain_ids(tx, select(_contact.id).where(condition(tx, target.query)).order_by(_contact.id))
        )
    found = array("q")
    for part in _parts(sorted(set(target.ids))):
        found.extend(_plain_ids(tx, select(_contact.id).where(_ticked(part)).order_by(_contact.id)))
    return found


def target_count(tx: Tx, target: Target, *, opted_out: bool = False, said_no: bool = False) -> int:
    """How many contacts the target has now.

    opted_out: only those who said No, ours or WhatsApp's; said_no: only those whose answer to us is No.
    """
    narrowed = _contact.facts.in_(_OPTED_OUT if opted_out else _SAID_NO) if opted_out or said_no else true()
    return sum(_count(tx, and_(one, narrowed)) for one in target_conditions(tx, target))


def target_conditions(tx: Tx, target: Target) -> Iterator[ColumnElement[bool]]:
    """The target as conditions on `contact`, of which no two select the same contact. Raises BadFilter."""
    if target.ids is None:
        yield condition(tx, target.query)
    else:
        yield from (_ticked(part) for part in _parts(sorted(set(target.ids))))


def _ticked(part: Sequence[int]) -> ColumnElement[bool]:
    return and_(_contact.id.in_(part), _contact.merged_into.is_(None))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))


def _plain_ids(tx: Tx, asked: Select[Any]) -> Iterator[int]:
    """Numbers straight from the driver: a million of them through a row each would hold up the window."""
    cursor: Any = tx.conn.execute(asked).cursor
    while found := cursor.fetchmany(_IDS_AT_ONCE):
        yield from (row[0] for row in found)


def rows(tx: Tx, ids: Sequence[int]) -> list[ContactRow]:
    """The rows of these contacts, in the order asked."""
    conversation = tables.conversation.c
    asked = select(conversation.contact_id, conversation.last_at).where(conversation.contact_id.in_(ids))
    last = {id: at for id, at in tx.conn.execute(asked)}
    return [ContactRow(one, last.get(one.id)) for one in contacts.many(tx, ids)]
