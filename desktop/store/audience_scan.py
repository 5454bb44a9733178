"""Counting an audience in one walk through `contact_brief` (SQLite): filter, exclusions and missing values row by row.

The same question as `desktop.store.audience_conditions` asks, put to narrow rows that stand in the order in which they
are grouped; tests hold both beside deciding each contact in Python. Of few contacts only their own rows are looked at.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    String,
    and_,
    case,
    column,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    table,
    true,
    type_coerce,
)
from sqlalchemy.sql.visitors import replacement_traverse

from desktop.domain import filters
from desktop.domain.consent import OptIn
from desktop.domain.filters import ATTRIBUTE, Attribute, Condition, Filter, Kind, Op
from desktop.domain.templates import Variable
from desktop.store import contacts, facts, tables
from desktop.store.audience_conditions import EVERY_FACTS, blanks, compare, condition
from desktop.store.engine import Tx
from desktop.store.migrations.briefs import SLOT_COUNT, TAG_COUNT
from desktop.store.prefixes import next_text

_FEW_COUNT: Final = 30_000
"""Up to so many contacts it is quicker to look each of them up than to walk through a million."""
_brief: Final = table(
    "contact_brief",
    column("facts", tables.contact.c.facts.type),
    column("id", tables.contact.c.id.type),
    column("tags", tables.contact.c.id.type),
    column("named", tables.contact.c.id.type),
    *(
        column(name, tables.contact.c[name].type)
        for name in ("created_at", "last_inbound_at", "last_marketing_at", "name_folded", "phone")
    ),
    *(column(f"v{number}") for number in range(1, SLOT_COUNT + 1)),
)
_row = _brief.c
_contact = tables.contact.c
_OUT: Final = 1 << 32
"""In a sum: one who is taken out; 1 is one who lacks a value. More contacts than that are in no store."""
Count = tuple[int, int, int, int]
"""facts, contacts that stay, how many of those lack a value, and how many are taken out."""


class Half(Enum):
    """A part of all contacts, by their ids."""

    LOWER = 0
    UPPER = 1


def counts(
    tx: Tx,
    wanted: Filter,
    variables: Sequence[Variable],
    excluded: ColumnElement[bool] | None,
    half: Half | None = None,
) -> list[Count] | None:
    """All contacts that the filter selects, by facts; excluded: a condition on `contact`. half: of those only.

    None where the rows do not tell: on PostgreSQL, and where a tag or attribute has no place in them. Raises BadFilter.
    """
    if tx.on_postgresql:
        return None
    condition(tx, wanted)  # refuses what cannot be asked
    asking = _Asking(tx)
    held, lacking = asking.group(wanted), asking.missing(variables)
    if asking.is_lost:
        return None
    few = asking.few(wanted)
    source: FromClause = _brief
    if few is not None:
        found = select(_contact.id, _contact.facts).where(_contact.id.in_(few)).cte("few")
        source = _brief.join(found, and_(_row.facts == found.c.facts, _row.id == found.c.id))
        if half is Half.UPPER:
            return []  # so few are all told with the lower half
    elif half is not None:
        held = and_(_within(tx, half), held)
    out = false() if excluded is None else asking.swapped(excluded)
    return _counted(tx, source, held, lacking, out)


def _within(tx: Tx, half: Half) -> ColumnElement[bool]:
    """The ranges of the rows' own order that hold the ids of a half."""
    middle = int(tx.conn.scalar(select(func.max(_contact.id))) or 0) // 2
    ids = _row.id <= middle if half is Half.LOWER else _row.id > middle
    return and_(_row.facts.in_(EVERY_FACTS), ids)


def _counted(
    tx: Tx,
    source: FromClause,
    held: ColumnElement[bool],
    lacking: ColumnElement[bool],
    out: ColumnElement[bool],
) -> list[Count]:
    """By the facts alone, in whose order the rows stand. Both marks in one sum, so that each is asked once of a row."""
    marks = [(one, unit) for one, unit in ((out, _OUT), (lacking, 1)) if not one.compare(false())]
    marked: Any = func.sum(case(*marks, else_=0)) if marks else literal(0)
    asked = select(_row.facts, func.count(), marked).select_from(source).where(held).group_by(_row.facts)
    made: list[Count] = []
    for packed, count, both in tx.conn.execute(asked):
        out_count, lacking_count = divmod(int(both), _OUT)
        made.append((int(packed), int(count) - out_count, lacking_count, out_count))
    return made


class _Asking:
    """Conditions on `contact_brief`; is_lost: something was asked that its rows do not tell."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._attributes = contacts.known_attributes(tx)
        tag = tables.tag.c
        self._tags = {folded: int(id) for id, folded in tx.conn.execute(select(tag.id, tag.folded))}
        self.is_lost = False

    def group(self, wanted: Filter) -> ColumnElement[bool]:
        if not wanted.items:
            return true()
        parts = [self.group(one) if isinstance(one, Filter) else self._one(one) for one in wanted.items]
        return and_(*parts) if wanted.match_all else or_(*parts)

    def missing(self, variables: Sequence[Variable]) -> ColumnElement[bool]:
        """As `audience_conditions.missing`."""
        parts: list[ColumnElement[bool]] = []
        for variable in variables:
            if variable.text.strip():
                continue
            if variable.field in ("name", "first_name"):
                parts.append(_row.named == 0)
            elif variable.field == "phone":
                parts.append(_row.phone.is_(None))
            elif (found := self._attributes.get(variable.field.removeprefix(ATTRIBUTE))) is not None:
                slot = self._slot(found)
                parts.append(or_(slot.is_(None), slot.in_(blanks(found.kind))))
            else:
                return true()
        return or_(*parts) if parts else false()

    def swapped(self, asked: ColumnElement[bool]) -> ColumnElement[bool]:
        """A condition on `contact` asked of its brief row, in which nobody is who was merged away."""

        def swap(element: Any, **_: Any) -> Any:
            if element is _contact.merged_into:
                return null()
            if getattr(element, "table", None) is tables.contact and element.name in _row:
                return _row[element.name]
            return None

        return replacement_traverse(asked, {}, swap)

    def few(self, wanted: Filter) -> Any:
        """The ids among which everyone is, where one condition that all must meet names few; None: many."""
        if not wanted.match_all:
            return None
        for one in wanted.items:
            ids = self._ids(one) if isinstance(one, Condition) else None
            if ids is not None:
                at_most = select(func.count()).select_from(ids.limit(_FEW_COUNT + 1).subquery())
                if int(self._tx.conn.scalar(at_most) or 0) <= _FEW_COUNT:
                    return ids
        return None

    def _ids(self, asked: Condition) -> Any:
        """Who meets a condition that an index answers; None: none does."""
        kind = filters.kind_of(asked.field, self._attributes)
        if kind is Kind.TAG and asked.op in (Op.ANY_OF, Op.ALL_OF):
            given = tables.contact_tag.c
            ids = [self._tags.get(str(one), 0) for one in self._values(asked)]
            return select(given.contact_id).where(given.tag_id.in_(ids if asked.op is Op.ANY_OF else ids[:1]))
        if asked.field.startswith(ATTRIBUTE) and kind in (Kind.TEXT, Kind.CHOICE, Kind.USER, Kind.NUMBER):
            row, attribute = tables.contact_attribute.c, self._attributes[asked.field.removeprefix(ATTRIBUTE)]
            if asked.op in (Op.IS, Op.ANY_OF, Op.LESS, Op.MORE, Op.STARTS_WITH):
                of = row.number if kind is Kind.NUMBER else row.folded
                held = compare(of, asked.op, self._values(asked))
                return select(row.contact_id).where(row.attribute_id == attribute.id, held)
        if asked.field in ("phone", "name") and asked.op in (Op.IS, Op.STARTS_WITH):
            return select(_contact.id).where(condition(self._tx, Filter((asked,))))
        return None

    def _values(self, asked: Condition) -> list[Any]:
        kind = filters.kind_of(asked.field, self._attributes)
        return [filters.parse_value(kind, value, asked.field) for value in asked.values]

    def _one(self, asked: Condition) -> ColumnElement[bool]:
        kind = filters.kind_of(asked.field, self._attributes)
        if kind is Kind.TAG:
            return self._tag(asked.op, self._values(asked))
        if kind is Kind.OPT_IN:
            return _opt_in(asked.op, self._values(asked))
        if asked.field.startswith(ATTRIBUTE):
            attribute = self._attributes[asked.field.removeprefix(ATTRIBUTE)]
            return _attribute(self._slot(attribute), attribute.kind, asked.op, self._values(asked))
        if asked.field == "name" and asked.op in (Op.CONTAINS, Op.NOT_CONTAINS):
            held = func.instr(_row.name_folded, self._values(asked)[0]) > 0
            return held if asked.op is Op.CONTAINS else not_(held)
        if asked.op is Op.STARTS_WITH and (before := next_text(first := self._values(asked)[0])):
            of = _row.phone if asked.field == "phone" else _row.name_folded
            return and_(of.is_not(None), of >= first, of < before)
        return self.swapped(condition(self._tx, Filter((asked,))))

    def _slot(self, attribute: Attribute) -> Any:
        if attribute.id > SLOT_COUNT:
            self.is_lost = True
            return _row.v1
        return _row[f"v{attribute.id}"]

    def _tag(self, op: Op, wanted: Sequence[Any]) -> ColumnElement[bool]:
        empty = op in (Op.EMPTY, Op.NOT_EMPTY)
        ids = [self._tags.get(str(one)) for one in set(wanted)]
        if any(id is not None and id > TAG_COUNT for id in (self._tags.values() if empty else ids)):
            self.is_lost = True
        if empty:
            return _row.tags == 0 if op is Op.EMPTY else _row.tags != 0
        bits = sum(1 << id for id in ids if id is not None and id <= TAG_COUNT)
        held = _row.tags.bitwise_and(bits)
        if op is Op.ALL_OF:
            return false() if None in ids else held == bits
        return held != 0 if op is Op.ANY_OF else held == 0


def _opt_in(op: Op, wanted: Sequence[Any]) -> ColumnElement[bool]:
    named = {
        facts.OPT_IN_CODE[one]
        for one in (wanted if op is Op.ANY_OF else wanted[:1])
        if isinstance(one, OptIn)
    }
    packed = [one for one in EVERY_FACTS if (one & facts.OPT_IN_MASK in named) is (op is not Op.IS_NOT)]
    return _row.facts.in_(packed)


_OPPOSITE: Final[Mapping[Op, Op]] = {Op.IS_NOT: Op.IS, Op.NOT_CONTAINS: Op.CONTAINS, Op.NONE_OF: Op.ANY_OF}


def _attribute(slot: Any, kind: Kind, op: Op, wanted: Sequence[Any]) -> ColumnElement[bool]:
    """A text stands behind every number in SQLite's order: what was not read as a number or a moment is one."""
    is_read = kind in (Kind.NUMBER, Kind.YES_NO, Kind.DATE)
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        there = and_(slot.is_not(None), slot < "") if is_read else slot.is_not(None)
        return there if op is Op.NOT_EMPTY else not_(there)
    if op in _OPPOSITE:
        return or_(slot.is_(None), not_(_held(slot, kind, _OPPOSITE[op], wanted)))
    # NULL compares as NULL, which is not true; beside an OR it must not be more than false.
    return and_(slot.is_not(None), _held(slot, kind, op, wanted))


def _held(slot: Any, kind: Kind, op: Op, wanted: Sequence[Any]) -> ColumnElement[bool]:
    if kind is Kind.CHOICES:
        each = [false() if "|" in one else func.instr(slot, f"|{one}|") > 0 for one in sorted(set(wanted))]
        return and_(*each) if op is Op.ALL_OF else or_(*each)
    if kind is Kind.YES_NO:
        wanted = [float(bool(one)) for one in wanted]
    if op is Op.CONTAINS:
        return func.instr(slot, wanted[0]) > 0
    types: Mapping[Kind, Any] = {Kind.NUMBER: Float(), Kind.YES_NO: Float(), Kind.DATE: tables.Moment()}
    typed = type_coerce(slot, types.get(kind, String()))
    held = compare(typed, op, wanted)
    return and_(held, slot < "") if op in (Op.MORE, Op.AFTER) else held
