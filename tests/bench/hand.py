"""Filters from a fixed seed, each with the SQL that one would write for it by hand in SQLite."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Op
from desktop.domain.templates import Variable
from desktop.domain.text import fold
from desktop.store.tables import micros

_SEED: Final = "filters"
_TAGS: Final = ("VIP", "Mumbai", "New", "Wholesale", "Newsletter")
_CITIES: Final = ("Mumbai", "Vancouver", "Toronto", "Montréal", "Halifax", "Kraków", "Lagos")
_NAMES: Final = ("Ana", "Chen", "Noémie", "Sa", "Tom")
_NO_CODE, _YES_CODE, _NONE_CODE = 2, 1, 0

Part = tuple[Condition, str]
"""A condition, and the same by hand; `{City}` and `{tag VIP}` stand for ids of the store."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A selection with the variables of its message; sql: one statement that groups it by what decides."""

    wanted: Filter
    variables: tuple[Variable, ...]
    where: str
    lacking: str

    @property
    def sql(self) -> str:
        """The complete breakdown: columns facts, lacking, count."""
        return (
            f"SELECT c.facts, {self.lacking}, count(*) FROM contact c"
            f" WHERE c.merged_into IS NULL AND {self.where} GROUP BY 1, 2"
        )

    @property
    def told(self) -> str:
        """The filter in a few words."""
        joined = " and " if self.wanted.match_all else " or "
        parts = [one for one in self.wanted.items if isinstance(one, Condition)]
        said = (f"{one.field} {one.op.value} {', '.join(one.values)}".strip() for one in parts)
        return joined.join(said) or "everyone"


def asked(count: int) -> list[Asked]:
    """Everyone first, then made-up ones of one to three conditions: always the same."""
    rng = random.Random(_SEED)
    made = [_asked(rng, [], match_all=True)]
    while len(made) < count:
        makers = rng.sample(_MAKERS, rng.choice((1, 1, 2, 2, 3)))
        made.append(_asked(rng, [make(rng) for make in makers], match_all=rng.random() < 0.7))
    return made


def _asked(rng: random.Random, parts: list[Part], *, match_all: bool) -> Asked:
    joined = (" AND " if match_all else " OR ").join(f"({sql})" for _, sql in parts)
    field, lacking = rng.choice(_VARIABLES)
    wanted = Filter(tuple(condition for condition, _ in parts), match_all)
    return Asked(wanted, (Variable("1", field),), f"({joined})" if joined else "1", lacking)


_VARIABLES: Final = (
    *[("first_name", "c.name = ''")] * 3,
    (
        f"{ATTRIBUTE}City",
        "c.id NOT IN (SELECT contact_id FROM contact_attribute"
        " WHERE attribute_id = {City} AND trim(text) <> '')",
    ),
)


def _tag(rng: random.Random) -> Part:
    op = rng.choice((Op.ANY_OF, Op.ANY_OF, Op.ALL_OF, Op.NONE_OF))
    tags = rng.sample(_TAGS, rng.choice((1, 2)))
    have = "SELECT contact_id FROM contact_tag WHERE tag_id"
    any_of = f"{have} IN ({', '.join(f'{{tag {one}}}' for one in tags)})"
    sql = {
        Op.ANY_OF: f"c.id IN ({any_of})",
        Op.NONE_OF: f"c.id NOT IN ({any_of})",
        Op.ALL_OF: " AND ".join(f"c.id IN ({have} = {{tag {one}}})" for one in tags),
    }
    return Condition("tag", op, tuple(tags)), sql[op]


def _attribute(name: str, op: Op, values: tuple[str, ...], held: str, *, negative: bool = False) -> Part:
    inside = f"SELECT contact_id FROM contact_attribute WHERE attribute_id = {{{name}}} AND {held}"
    return Condition(ATTRIBUTE + name, op, values), f"c.id {'NOT IN' if negative else 'IN'} ({inside})"


def _city(rng: random.Random) -> Part:
    city = rng.choice(_CITIES)
    op = rng.choice((Op.IS, Op.IS, Op.IS_NOT, Op.STARTS_WITH))
    if op is Op.STARTS_WITH:
        return _attribute("City", op, (city[:3],), f"folded GLOB '{fold(city[:3])}*'")
    return _attribute("City", op, (city,), f"folded = '{fold(city)}'", negative=op is Op.IS_NOT)


def _language(rng: random.Random) -> Part:
    if rng.random() < 0.5:
        return _attribute("Language", Op.IS, ("Français",), f"folded = '{fold('Français')}'")
    both = ("Français", "हिन्दी")
    folded = ", ".join(f"'{fold(one)}'" for one in both)
    return _attribute("Language", Op.ANY_OF, both, f"folded IN ({folded})")


def _last_order(rng: random.Random) -> Part:
    day = _days_ago(rng.randrange(20, 380))
    if rng.random() < 0.5:
        return _attribute("Last order", Op.BEFORE, (_text(day),), f"at < {micros(day)}")
    after = micros(day + timedelta(days=1))
    return _attribute("Last order", Op.AFTER, (_text(day),), f"at >= {after}")


def _created(rng: random.Random) -> Part:
    day = _days_ago(rng.randrange(30, 500))
    if rng.random() < 0.5:
        return Condition("created", Op.BEFORE, (_text(day),)), f"c.created_at < {micros(day)}"
    after = micros(day + timedelta(days=1))
    return Condition("created", Op.AFTER, (_text(day),)), f"c.created_at >= {after}"


def _opt_in(rng: random.Random) -> Part:
    value, code = rng.choice((("yes", _YES_CODE), ("none", _NONE_CODE), ("no", _NO_CODE)))
    numbers = ", ".join(str(one) for one in range(32) if one & 3 == code)
    return Condition("opt_in", Op.IS, (value,)), f"c.facts IN ({numbers})"


def _name(rng: random.Random) -> Part:
    name = rng.choice(_NAMES)
    if rng.random() < 0.5:
        return Condition("name", Op.STARTS_WITH, (name,)), f"c.name_folded GLOB '{fold(name)}*'"
    return Condition("name", Op.CONTAINS, (name,)), f"c.name_folded LIKE '%{fold(name)}%'"


def _phone(rng: random.Random) -> Part:
    area = rng.choice(("+1604", "+1514", "+1416"))
    return Condition("phone", Op.STARTS_WITH, (area,)), f"c.phone GLOB '{area}*'"


_MAKERS: Final[tuple[Callable[[random.Random], Part], ...]] = (
    _tag, _city, _language, _last_order, _created, _opt_in, _name, _phone,
)  # fmt: skip


def _days_ago(days: int) -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days)


def _text(day: datetime) -> str:
    return day.date().isoformat()


def with_ids(sql: str, ids: dict[str, Any]) -> str:
    """The statement with the ids of the store's tags and attributes."""
    for name, id in ids.items():
        sql = sql.replace(f"{{{name}}}", str(id))
    return sql
