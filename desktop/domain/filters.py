"""Audience filters as data: conditions joined by all or any, nested once.

As JSON: {"match": "all", "items": [{"field": "tag", "op": "any_of", "values": ["VIP"]},
{"match": "any", "items": [...]}]}. Both databases and `matches()` here give the same answer.

A negative condition (is not, does not contain, none of) holds for a contact without a value: someone with
no city does not live in Mumbai.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from desktop.domain.consent import OptIn
from desktop.domain.problems import Problem
from desktop.domain.text import fold


class Kind(StrEnum):
    """The type of a field or attribute; it decides which operators there are. USER: a colleague, by name."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    USER = "user"
    TAG = "tag"
    OPT_IN = "opt_in"


class Op(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ANY_OF = "any_of"
    ALL_OF = "all_of"
    NONE_OF = "none_of"
    BEFORE = "before"
    AFTER = "after"
    LESS = "less"
    MORE = "more"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"


_EMPTINESS: Final = (Op.EMPTY, Op.NOT_EMPTY)
OPERATORS: Final[dict[Kind, tuple[Op, ...]]] = {
    Kind.TEXT: (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, *_EMPTINESS),
    Kind.NUMBER: (Op.IS, Op.IS_NOT, Op.LESS, Op.MORE, *_EMPTINESS),
    Kind.DATE: (Op.IS, Op.BEFORE, Op.AFTER, *_EMPTINESS),
    Kind.CHOICE: (Op.IS, Op.IS_NOT, Op.ANY_OF, Op.NONE_OF, *_EMPTINESS),
    Kind.CHOICES: (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF, *_EMPTINESS),
    Kind.YES_NO: (Op.IS, *_EMPTINESS),
    Kind.USER: (Op.IS, Op.IS_NOT, Op.ANY_OF, Op.NONE_OF, *_EMPTINESS),
    Kind.TAG: (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF, *_EMPTINESS),
    Kind.OPT_IN: (Op.IS, Op.IS_NOT, Op.ANY_OF),
}
"""Which operators a kind of field offers, the usual one first."""

ATTRIBUTE: Final = "attribute:"
FIELDS: Final[dict[str, Kind]] = {
    "tag": Kind.TAG,
    "opt_in": Kind.OPT_IN,
    "name": Kind.TEXT,
    "phone": Kind.TEXT,
    "created": Kind.DATE,
    "last_inbound": Kind.DATE,
}
"""The built-in fields; any other is 'attribute:<name>'."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A contact attribute that the workspace defined."""

    id: int
    name: str
    kind: Kind
    choices: tuple[str, ...] = ()


Value = str | float | bool | datetime | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a filter. values are texts as typed: dates 'YYYY-MM-DD' (UTC days), numbers '12.5'."""

    field: str
    op: Op
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions and, one level down, groups of conditions. An empty filter selects everyone."""

    items: "tuple[Condition | Filter, ...]" = ()
    match_all: bool = True

    @property
    def selects_everyone(self) -> bool:
        return not self.items


EVERYONE: Final = Filter()


class BadFilter(Problem):
    """The filter cannot be understood; field names the condition."""


def kind_of(name: str, attributes: Mapping[str, Attribute]) -> Kind:
    """The kind of a field. Raises BadFilter if there is none of that name."""
    if name in FIELDS:
        return FIELDS[name]
    found = attributes.get(name.removeprefix(ATTRIBUTE)) if name.startswith(ATTRIBUTE) else None
    if found is None:
        raise BadFilter(
            "Unknown field", f"There is no field “{name.removeprefix(ATTRIBUTE)}”. Choose another one.", name
        )
    return found.kind


def check(wanted: Filter, attributes: Mapping[str, Attribute], depth: int = 0) -> None:
    """Raise BadFilter, naming the field, unless every condition can be answered."""
    for item in wanted.items:
        if isinstance(item, Filter):
            if depth:
                raise BadFilter("Nested too deep", "A group of conditions can stand inside the filter once.")
            check(item, attributes, depth + 1)
        else:
            _check(item, kind_of(item.field, attributes))


def _check(condition: Condition, kind: Kind) -> None:
    if condition.op not in OPERATORS[kind]:
        raise BadFilter(
            "Wrong condition",
            f"“{condition.field}” cannot be asked “{condition.op.value.replace('_', ' ')}”.",
            condition.field,
        )
    if condition.op in _EMPTINESS:
        return
    if not condition.values or any(not value.strip() for value in condition.values):
        raise BadFilter("Value missing", f"Give a value for “{condition.field}”.", condition.field)
    for value in condition.values:
        parse_value(kind, value, condition.field)


def parse_value(kind: Kind, text: str, name: str = "") -> Value:
    """A typed value from its text. Raises BadFilter with the field's name."""
    try:
        if kind is Kind.NUMBER:
            number = float(text)
            if not math.isfinite(number):
                raise ValueError(text)
            return number
        if kind is Kind.DATE:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        if kind is Kind.YES_NO:
            return {"yes": True, "true": True, "no": False, "false": False}[text.strip().casefold()]
        if kind is Kind.OPT_IN:
            return OptIn(text.strip().casefold())
        if name == "phone":
            return _dialled(text)
    except (ValueError, KeyError) as wrong:
        raise BadFilter("Wrong value", f"“{text}” does not fit “{name}”.", name) from wrong
    return fold(text)


def _dialled(text: str) -> str:
    """The part of a number that someone typed, without the spaces and brackets it is written with."""
    kept = "".join(ch for ch in fold(text) if ch.isdecimal() or ch == "+")
    if not kept:
        raise ValueError(text)
    return kept


@dataclass(frozen=True, slots=True)
class Person:
    """What a filter can see of a contact."""

    id: int
    name: str = ""
    phone: str = ""
    opt_in: OptIn = OptIn.NONE
    created: datetime | None = None
    last_inbound: datetime | None = None
    tags: frozenset[str] = frozenset()
    attributes: Mapping[str, Value] = field(default_factory=dict)


def matches(wanted: Filter, person: Person, attributes: Mapping[str, Attribute]) -> bool:
    """True if the filter selects the person."""
    if wanted.selects_everyone:
        return True
    answers = (
        matches(item, person, attributes) if isinstance(item, Filter) else _holds(item, person, attributes)
        for item in wanted.items
    )
    return all(answers) if wanted.match_all else any(answers)


def _value(name: str, person: Person) -> Value | None:
    if name.startswith(ATTRIBUTE):
        return person.attributes.get(name.removeprefix(ATTRIBUTE))
    plain: dict[str, Value | None] = {
        "tag": tuple(person.tags) or None,
        "opt_in": person.opt_in,
        "name": person.name or None,
        "phone": person.phone or None,
        "created": person.created,
        "last_inbound": person.last_inbound,
    }
    return plain[name]


def _holds(condition: Condition, person: Person, attributes: Mapping[str, Attribute]) -> bool:
    kind = kind_of(condition.field, attributes)
    have = _value(condition.field, person)
    if condition.op is Op.EMPTY:
        return have is None
    if condition.op is Op.NOT_EMPTY:
        return have is not None
    if have is None:
        return condition.op in (Op.IS_NOT, Op.NOT_CONTAINS, Op.NONE_OF)
    wanted = [parse_value(kind, value, condition.field) for value in condition.values]
    if kind in (Kind.TAG, Kind.CHOICES):
        return _holds_set(condition.op, {fold(one) for one in _texts(have)}, wanted)
    return _holds_one(condition.op, fold(have) if isinstance(have, str) else have, wanted)


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _holds_set(op: Op, have: set[str], wanted: list[Value]) -> bool:
    common = have & {str(one) for one in wanted}
    if op is Op.ALL_OF:
        return len(common) == len({str(one) for one in wanted})
    return bool(common) if op is Op.ANY_OF else not common


def _holds_one(op: Op, have: Any, wanted: list[Value]) -> bool:
    first: Any = wanted[0]
    if isinstance(have, datetime):
        day, wanted_day = have.astimezone(UTC).date(), first.date()
        days = {Op.IS: day == wanted_day, Op.BEFORE: day < wanted_day, Op.AFTER: day > wanted_day}
        return bool(days[op])
    answers: dict[Op, Callable[[], Any]] = {
        Op.IS: lambda: have == first,
        Op.IS_NOT: lambda: have != first,
        Op.CONTAINS: lambda: first in have,
        Op.NOT_CONTAINS: lambda: first not in have,
        Op.STARTS_WITH: lambda: have.startswith(first),
        Op.ANY_OF: lambda: have in wanted,
        Op.NONE_OF: lambda: have not in wanted,
        Op.LESS: lambda: have < first,
        Op.MORE: lambda: have > first,
    }
    return bool(answers[op]())


def renamed(wanted: Filter, before: str, after: str) -> Filter:
    """The filter with one field under its new name."""
    return replace(
        wanted,
        items=tuple(
            renamed(item, before, after)
            if isinstance(item, Filter)
            else replace(item, field=after)
            if item.field == before
            else item
            for item in wanted.items
        ),
    )


def to_json(wanted: Filter) -> dict[str, Any]:
    """The filter as plain JSON values."""
    return {
        "match": "all" if wanted.match_all else "any",
        "items": [
            to_json(item)
            if isinstance(item, Filter)
            else {"field": item.field, "op": item.op.value, "values": list(item.values)}
            for item in wanted.items
        ],
    }


def from_json(data: Any, depth: int = 0) -> Filter:
    """The filter from its JSON values. Raises BadFilter for anything else."""
    if not isinstance(data, dict) or not isinstance(data.get("items", []), list):
        raise BadFilter("Not a filter", "A filter is an object with “match” and “items”.")
    if data.get("match", "all") not in ("all", "any"):
        raise BadFilter("Not a filter", "“match” is “all” or “any”.", "match")
    if depth > 1:
        raise BadFilter("Nested too deep", "A group of conditions can stand inside the filter once.")
    items = tuple(_item_from_json(item, depth + 1) for item in data.get("items", []))
    return Filter(items, data.get("match", "all") == "all")


def _item_from_json(item: Any, depth: int) -> Condition | Filter:
    if isinstance(item, dict) and "items" in item:
        return from_json(item, depth)
    try:
        values = item.get("values", [])
        if not isinstance(values, list):
            raise TypeError("values")
        return Condition(str(item["field"]), Op(item["op"]), tuple(str(value) for value in values))
    except (KeyError, ValueError, TypeError, AttributeError) as wrong:
        raise BadFilter("Not a filter", f"This condition cannot be read: {item!r}.", _named(item)) from wrong


def _named(item: Any) -> str:
    return str(item.get("field", "")) if isinstance(item, dict) else ""
