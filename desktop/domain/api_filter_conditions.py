"""Conditions of ours for each kind of property that a filter in Gallabox's shape asks for. Pure.

What our filters cannot ask (*Ends with*, whether marketing would go out, when somebody was changed) is a rule of
its own beside them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from desktop.domain import filters
from desktop.domain.api_filter import FALSE, TRUE
from desktop.domain.consent import Facts, OptIn
from desktop.domain.filters import EVERYONE, Attribute, BadFilter, Condition, Filter, Kind, Op
from desktop.domain.text import fold

NOBODY: Final = Filter((Condition("name", Op.EMPTY), Condition("name", Op.NOT_EMPTY)))


@dataclass(frozen=True, slots=True)
class EndsWith:
    """A text of the contact ends with one of these, folded. field: as in `filters`."""

    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passes:
    """Whether marketing would go out: what was recorded, WhatsApp's stop, and Strict, together."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """The contact was changed last from one moment on, and before another one; None: no bound."""

    since: datetime | None = None
    before: datetime | None = None


Rule = Condition | Filter | EndsWith | Passes | Changed


@dataclass(frozen=True, slots=True)
class Known:
    """What the workspace has. attributes: by name; tags: names by public id; people: names by id and e-mail, folded."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


class NotAsked(Exception):
    """The operator is not one of the property's type."""


LEAST, MOST, FROM, TO, RANGE, ENDS_WITH = "least", "most", "from", "to", "range", "ends with"
Operator = Op | str
"""One of ours, or a word for what takes two of them."""
EMPTINESS: Final = (Op.EMPTY, Op.NOT_EMPTY)
NEGATIVE: Final = (Op.IS_NOT, Op.NOT_CONTAINS)


# By the kind of the field.


def _text(name: str, operator: Operator, values: tuple[str, ...], _known: Known) -> Condition | Filter:
    if operator in EMPTINESS:
        return Condition(name, Op(operator))
    if operator not in (Op.IS, Op.CONTAINS, Op.STARTS_WITH, *NEGATIVE):
        raise NotAsked("TEXT")
    return _each(name, Op(operator), values)


def _each(name: str, op: Op, values: Sequence[str]) -> Condition | Filter:
    """One of several; none of them, where that is what is asked."""
    items = tuple(Condition(name, op, (one,)) for one in values)
    return items[0] if len(items) == 1 else Filter(items, match_all=op in NEGATIVE)


def _number(name: str, operator: Operator, values: tuple[str, ...], _known: Known) -> Condition | Filter:
    if operator in EMPTINESS:
        return Condition(name, Op(operator))
    if operator in (Op.IS, Op.IS_NOT):
        return _each(name, Op(operator), values)
    if operator in (Op.MORE, Op.LESS):
        return Condition(name, Op(operator), values[:1])
    if operator not in (LEAST, MOST):
        raise NotAsked("NUMBER")
    bound = Condition(name, Op.MORE if operator == LEAST else Op.LESS, values[:1])
    return Filter((bound, Condition(name, Op.IS, values[:1])), match_all=False)


def _date(name: str, operator: Operator, values: tuple[str, ...], _known: Known) -> Condition | Filter:
    if operator in EMPTINESS:
        return Condition(name, Op(operator))
    first, last = _days(operator, values)
    items: list[Condition] = []
    if first is not None:
        items.append(Condition(name, Op.AFTER, (_moved(first, -1).isoformat(),)))
    if last is not None:
        items.append(Condition(name, Op.BEFORE, (_moved(last, 1).isoformat(),)))
    return items[0] if len(items) == 1 else Filter(tuple(items))


def _days(operator: Operator, values: Sequence[str]) -> tuple[date | None, date | None]:
    """The first and the last day that are meant, None where there is no bound."""
    made: dict[Operator, Callable[[date], tuple[date | None, date | None]]] = {
        Op.IS: lambda day: (day, day),
        Op.BEFORE: lambda day: (None, _moved(day, -1)),
        Op.AFTER: lambda day: (_moved(day, 1), None),
        TO: lambda day: (None, day),
        FROM: lambda day: (day, None),
        RANGE: lambda day: (day, _day(values[-1])),
    }
    if operator not in made:
        raise NotAsked("DATE")
    if operator == RANGE and len(values) != 2:
        raise BadFilter("Wrong range", "A range has two days.")
    return made[operator](_day(values[0]))


def _day(text: str) -> date:
    """The UTC day of '2026-11-23' or of a moment."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()
    except (ValueError, OverflowError) as wrong:
        raise BadFilter("Wrong day", f"“{text}” is not a day. Write it like 2026-11-23.") from wrong


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as wrong:
        raise BadFilter("Wrong day", "There is no such day.") from wrong


def _yes_no(name: str, operator: Operator, values: tuple[str, ...], _known: Known) -> Condition | Filter:
    if operator in EMPTINESS:
        return Condition(name, Op(operator))
    if operator in (Op.IS, Op.CONTAINS):
        return _each(name, Op.IS, values)
    if operator not in NEGATIVE:
        raise NotAsked("SELECT")
    others = {True, False} - {bool(filters.parse_value(Kind.YES_NO, one, name)) for one in values}
    stays = tuple(Condition(name, Op.IS, (TRUE if one else FALSE,)) for one in sorted(others))
    return Filter((*stays, Condition(name, Op.EMPTY)), match_all=False)


def _opt_in(name: str, operator: Operator, values: tuple[str, ...], _known: Known) -> Condition | Filter:
    if operator in EMPTINESS:
        return Condition(name, Op.IS if operator is Op.EMPTY else Op.IS_NOT, (OptIn.NONE.value,))
    if operator in (Op.IS, Op.CONTAINS):
        return Condition(name, Op.ANY_OF, values)
    if operator not in NEGATIVE:
        raise NotAsked("SELECT")
    named = {filters.parse_value(Kind.OPT_IN, one, name) for one in values}
    others = tuple(one.value for one in OptIn if one not in named)
    return Condition(name, Op.ANY_OF, others) if others else NOBODY


def _user(name: str, operator: Operator, values: tuple[str, ...], known: Known) -> Condition | Filter:
    return _choice(name, operator, tuple(known.people.get(fold(one), one) for one in values), known)


def _choice(name: str, operator: Operator, values: tuple[str, ...], _known: Known) -> Condition | Filter:
    if operator in EMPTINESS:
        return Condition(name, Op(operator))
    if operator not in (Op.IS, Op.CONTAINS, *NEGATIVE):
        raise NotAsked("SELECT")
    return Condition(name, Op.NONE_OF if operator in NEGATIVE else Op.ANY_OF, values)


def _choices(name: str, operator: Operator, values: tuple[str, ...], known: Known) -> Condition | Filter:
    """Of tags, and of fields that hold several choices."""
    if operator is Op.ALL_OF:
        return Condition(name, Op.ALL_OF, tuple(known.tags.get(fold(one), one) for one in values))
    if operator in EMPTINESS:
        return Condition(name, Op(operator))
    if operator not in (Op.IS, Op.CONTAINS, *NEGATIVE):
        raise NotAsked("LOOKUP")
    names = tuple(known.tags.get(fold(one), one) for one in values)
    return Condition(name, Op.NONE_OF if operator in NEGATIVE else Op.ANY_OF, names)


READERS: Final = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.YES_NO: _yes_no,
    Kind.OPT_IN: _opt_in,
    Kind.CHOICE: _choice,
    Kind.USER: _user,
    Kind.TAG: _choices,
    Kind.CHOICES: _choices,
}


# What our filters cannot ask.


def passes(known: Facts, strict: bool) -> bool:
    """Whether marketing would go out by what was recorded. NO if either says so: ours, or WhatsApp's own stop."""
    return not known.says_no and (known.opt_in is OptIn.YES or not strict)


def passes_rule(operator: Operator, values: tuple[str, ...]) -> Rule:
    """Everybody's marketing goes out, or does not: it is never empty."""
    if operator in EMPTINESS:
        return NOBODY if operator is Op.EMPTY else EVERYONE
    if operator not in (Op.IS, Op.CONTAINS, *NEGATIVE):
        raise NotAsked("SELECT")
    named = {bool(filters.parse_value(Kind.YES_NO, one, "marketingOptIn")) for one in values}
    wanted = named if operator not in NEGATIVE else {True, False} - named
    if len(wanted) == 1:
        return Passes(wanted.pop())
    return EVERYONE if wanted else NOBODY


def changed_rule(operator: Operator, values: tuple[str, ...]) -> Rule:
    if operator in EMPTINESS:
        return NOBODY if operator is Op.EMPTY else EVERYONE
    first, last = _days(operator, values)
    after = None if last is None else _moved(last, 1)
    return Changed(_midnight(first), _midnight(after))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, datetime.min.time(), UTC)
