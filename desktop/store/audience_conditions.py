"""Filters as SQL conditions on `contact`.

`desktop.domain.filters.matches` gives the same answer contact by contact; tests hold the two together.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    not_,
    or_,
    select,
    true,
)

from desktop.domain import filters
from desktop.domain.consent import OptIn
from desktop.domain.filters import Attribute, BadFilter, Condition, Filter, Kind, Op, Value
from desktop.domain.templates import Variable
from desktop.domain.text import clean, fold
from desktop.store import contacts, facts, tables
from desktop.store.engine import Tx
from desktop.store.prefixes import starts_with

_contact = tables.contact.c
EVERY_FACTS: Final = tuple(one for one in range(32) if one & facts.OPT_IN_MASK in facts.OPT_IN_CODE.values())
"""The 24 numbers that `contact.facts` can be."""


def condition(tx: Tx, wanted: Filter) -> ColumnElement[bool]:
    """The filter as one SQL condition on `contact`. Raises BadFilter."""
    attributes = contacts.known_attributes(tx)
    filters.check(wanted, attributes)
    return and_(_contact.merged_into.is_(None), _group(wanted, attributes))


def _group(wanted: Filter, attributes: Mapping[str, Attribute]) -> ColumnElement[bool]:
    if not wanted.items:
        return true()
    parts = [
        _group(item, attributes) if isinstance(item, Filter) else _one(item, attributes)
        for item in _joined(wanted, attributes)
    ]
    return and_(*parts) if wanted.match_all else or_(*parts)


_LISTED: Final = (Kind.TEXT, Kind.NUMBER, Kind.CHOICE, Kind.USER)


def _joined(wanted: Filter, attributes: Mapping[str, Attribute]) -> list[Condition | Filter]:
    """The items, with *is* (or *is not*) of several values of one field as one list of them: that is looked up once,
    and the statement stays flat."""
    one, many = (Op.IS_NOT, Op.NONE_OF) if wanted.match_all else (Op.IS, Op.ANY_OF)
    values: dict[str, tuple[str, ...]] = {}
    others: list[Condition | Filter] = []
    for item in wanted.items:
        if (
            isinstance(item, Condition)
            and item.op is one
            and filters.kind_of(item.field, attributes) in _LISTED
        ):
            values[item.field] = (*values.get(item.field, ()), *item.values[:1])
        else:
            others.append(item)
    return [
        *others,
        *(Condition(field, many if len(set(some)) > 1 else one, some) for field, some in values.items()),
    ]


def _one(asked: Condition, attributes: Mapping[str, Attribute]) -> ColumnElement[bool]:
    kind = filters.kind_of(asked.field, attributes)
    if any(clean(value) != value for value in asked.values):
        raise BadFilter(
            "Wrong value", f"“{asked.field}” is compared with text that nobody can type.", asked.field
        )
    wanted = [filters.parse_value(kind, value, asked.field) for value in asked.values]
    if kind is Kind.TAG:
        return _tag(asked.op, wanted)
    if asked.field.startswith(filters.ATTRIBUTE):
        attribute = attributes[asked.field.removeprefix(filters.ATTRIBUTE)]
        return _attribute(attribute, asked.op, wanted)
    if kind is Kind.OPT_IN:
        return _opt_in(asked.op, wanted)
    columns: dict[str, Any] = {
        "name": _contact.name_folded,
        "phone": _contact.phone,
        "created": _contact.created_at,
        "last_inbound": _contact.last_inbound_at,
    }
    return _column(columns[asked.field], asked.op, wanted, blank=asked.field == "name")


def _column(column: Any, op: Op, wanted: Sequence[Value], *, blank: bool) -> ColumnElement[bool]:
    """A condition on a column of contact itself; blank: its empty value is ''."""
    none: ColumnElement[bool] = column == "" if blank else column.is_(None)
    if op is Op.EMPTY:
        return none
    if op is Op.NOT_EMPTY:
        return not_(none)
    held = compare(column, op, wanted)
    if op in (Op.IS_NOT, Op.NOT_CONTAINS, Op.NONE_OF):
        return or_(none, held)
    return and_(not_(none), held)


def compare(column: Any, op: Op, wanted: Sequence[Value]) -> ColumnElement[bool]:
    first: Any = wanted[0]
    if isinstance(first, datetime):
        after = _day_after(first)
        if op is Op.IS:
            return and_(column >= first, column < after)
        return column < first if op is Op.BEFORE else column >= after  # type: ignore[no-any-return]
    made: dict[Op, Callable[[], Any]] = {
        Op.IS: lambda: column == first,
        Op.IS_NOT: lambda: column != first,
        Op.CONTAINS: lambda: column.contains(first, autoescape=True),
        Op.NOT_CONTAINS: lambda: not_(column.contains(first, autoescape=True)),
        Op.STARTS_WITH: lambda: starts_with(column, first),
        Op.ANY_OF: lambda: column.in_(wanted),
        Op.NONE_OF: lambda: column.not_in(wanted),
        Op.LESS: lambda: column < first,
        Op.MORE: lambda: column > first,
    }
    return made[op]()  # type: ignore[no-any-return]


def _day_after(day: datetime) -> datetime:
    try:
        return day + timedelta(days=1)
    except OverflowError:
        return datetime.max.replace(tzinfo=day.tzinfo)


def _opt_in(op: Op, wanted: Sequence[Value]) -> ColumnElement[bool]:
    codes = [facts.OPT_IN_CODE[one] for one in wanted if isinstance(one, OptIn)]
    if op is Op.IS_NOT:
        codes = [code for code in facts.OPT_IN_CODE.values() if code not in codes[:1]]
    elif op is Op.IS:
        codes = codes[:1]
    # `facts` is one indexed byte: naming its 24 possible numbers lets the index answer.
    packed = [number for number in EVERY_FACTS if number & facts.OPT_IN_MASK in codes]
    return _contact.facts.in_(packed)


def _tag(op: Op, wanted: Sequence[Value]) -> ColumnElement[bool]:
    given, tag = tables.contact_tag.c, tables.tag.c
    some = exists().where(given.contact_id == _contact.id)
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return not_(some) if op is Op.EMPTY else some
    names = sorted({str(one) for one in wanted})

    def carried(which: Sequence[str]) -> ColumnElement[bool]:
        ids = select(tag.id).where(tag.folded.in_(which)).scalar_subquery()
        return _contact.id.in_(select(given.contact_id).where(given.tag_id.in_(ids)))

    if op is Op.ALL_OF:
        return and_(*(carried([name]) for name in names))
    return carried(names) if op is Op.ANY_OF else not_(carried(names))


def _attribute(attribute: Attribute, op: Op, wanted: Sequence[Value]) -> ColumnElement[bool]:
    row = tables.contact_attribute.c
    column: Any = {
        Kind.NUMBER: row.number,
        Kind.YES_NO: row.number,
        Kind.DATE: row.at,
    }.get(attribute.kind, row.folded)
    have = select(row.contact_id).where(row.attribute_id == attribute.id, column.is_not(None))
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        # A text is always there, and its row found by its key; a number or a time may not have been read.
        there = _has_row(attribute) if column is row.folded else _contact.id.in_(have)
        return not_(there) if op is Op.EMPTY else there
    if attribute.kind is Kind.CHOICES:
        return _choices(column, have, op, wanted)
    if attribute.kind is Kind.YES_NO:
        wanted = [float(bool(one)) for one in wanted]
    opposite = {Op.IS_NOT: Op.IS, Op.NOT_CONTAINS: Op.CONTAINS, Op.NONE_OF: Op.ANY_OF}.get(op)
    if opposite is not None:
        return _contact.id.not_in(have.where(compare(column, opposite, wanted)))
    return _contact.id.in_(have.where(compare(column, op, wanted)))


def _has_row(attribute: Attribute) -> ColumnElement[bool]:
    """Asked of each contact by itself: of a narrow audience, only few are asked."""
    row = tables.contact_attribute.c
    return exists().where(row.contact_id == _contact.id, row.attribute_id == attribute.id)


def _choices(column: Any, have: Select[Any], op: Op, wanted: Sequence[Value]) -> ColumnElement[bool]:
    # A bar parts the choices, so no choice holds one.
    held = [
        false() if "|" in one else column.contains(f"|{one}|", autoescape=True)
        for one in sorted({str(one) for one in wanted})
    ]
    if op is Op.ALL_OF:
        return _contact.id.in_(have.where(and_(*held)))
    some = have.where(or_(*held))
    return _contact.id.in_(some) if op is Op.ANY_OF else _contact.id.not_in(some)


def missing(tx: Tx, variables: Sequence[Variable]) -> ColumnElement[bool]:
    """True for a contact for whom a variable without a default has no value."""
    attributes = contacts.known_attributes(tx)
    parts: list[ColumnElement[bool]] = []
    for variable in variables:
        if variable.text.strip():
            continue
        if variable.field in ("name", "first_name"):
            parts.append(_contact.name == "")
        elif variable.field == "phone":
            parts.append(_contact.phone.is_(None))
        elif (found := attributes.get(variable.field.removeprefix(filters.ATTRIBUTE))) is not None:
            row = tables.contact_attribute.c
            blank = select(row.contact_id).where(
                row.attribute_id == found.id, row.folded.in_(blanks(found.kind))
            )
            parts += [not_(_has_row(found)), _contact.id.in_(blank)]
        else:
            return true()
    return or_(*parts) if parts else false()


def blanks(kind: Kind) -> list[str]:
    """How a value is kept that says nothing: it folds to nothing; several choices stand between bars, text may be bars."""
    return ["", "||"] if kind is Kind.CHOICES else [""]


def search_condition(text: str) -> ColumnElement[bool]:
    """Name or phone contains the text; digits also match a phone written with spaces."""
    parts: list[ColumnElement[bool]] = [_contact.name_folded.contains(fold(clean(text)), autoescape=True)]
    digits = "".join(ch for ch in text if ch.isdecimal())
    if digits:
        parts.append(_contact.phone.contains(digits, autoescape=True))
    return or_(*parts)
