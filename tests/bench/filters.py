"""The 200 filters that are counted: made once from a fixed seed and kept in filters-200.json.

`python -m tests.bench.filters` makes the file anew; a test compares it with what stands there.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from desktop.domain import filters
from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Op
from desktop.domain.selection import Exclusions, Selection, Source
from desktop.domain.templates import Variable
from tests.bench.crowd import CITIES, LANGUAGES, NAMED_TAGS, PLANS, TAGS, TODAY

FILE: Final = Path(__file__).with_name("filters-200.json")
COUNT: Final = 200
_SEED: Final = "two hundred filters"


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter with the exclusions beside it and the variables of its message."""

    wanted: Filter
    selection: Selection
    variables: tuple[Variable, ...]

    @property
    def told(self) -> str:
        """The filter in a few words."""
        parts = [_told(self.wanted)]
        out = self.selection.exclusions
        if out.marketing_days is not None:
            parts.append(f"without marketing in {out.marketing_days} days")
        if out.in_running:
            parts.append("not in a running broadcast")
        fields = ", ".join(one.field for one in self.variables)
        return f"{'; '.join(parts)}{f' [{fields}]' if fields else ''}"


def _told(wanted: Filter) -> str:
    said = [
        f"({_told(one)})"
        if isinstance(one, Filter)
        else f"{one.field} {one.op.value} {', '.join(one.values)}".strip()
        for one in wanted.items
    ]
    return (" and " if wanted.match_all else " or ").join(said) or "everyone"


def kept() -> list[Asked]:
    """The filters of the file, everyone first."""
    return [_from_json(one) for one in json.loads(FILE.read_text(encoding="utf-8"))]


def _from_json(data: Any) -> Asked:
    return Asked(
        filters.from_json(data["filter"]),
        Selection(Source(), Exclusions(data["marketing_days"], data["in_running"])),
        tuple(Variable(str(number), field) for number, field in enumerate(data["variables"], 1)),
    )


def made() -> list[dict[str, Any]]:
    """The filters from the seed, as the file keeps them."""
    rng = random.Random(_SEED)
    every = [_as_json(Filter(), None, False, ["first_name", f"{ATTRIBUTE}City"])]
    while len(every) < COUNT:
        every.append(_as_json(_filter(rng), *_beside(rng)))
    return every


def _as_json(wanted: Filter, days: int | None, in_running: bool, variables: list[str]) -> dict[str, Any]:
    return {
        "filter": filters.to_json(wanted),
        "marketing_days": days,
        "in_running": in_running,
        "variables": variables,
    }


def _filter(rng: random.Random) -> Filter:
    """One to three conditions, now and then one of them a group of two."""
    items: list[Condition | Filter] = [make(rng) for make in rng.sample(_MAKERS, rng.choice((1, 1, 2, 2, 3)))]
    if len(items) == 2 and rng.random() < 0.25:
        items[1] = Filter((items[1], rng.choice(_MAKERS)(rng)), match_all=False)
        return Filter(tuple(items))
    return Filter(tuple(items), match_all=rng.random() < 0.75)


def _beside(rng: random.Random) -> tuple[int | None, bool, list[str]]:
    """Exclusions of every third, and the fields that the message names without a default."""
    days = rng.choice((1, 3, 7, 30)) if rng.random() < 0.3 else None
    fields = rng.choice(([], ["first_name"], [f"{ATTRIBUTE}City"], ["first_name", f"{ATTRIBUTE}Plan"]))
    return days, rng.random() < 0.15, fields


def _tag(rng: random.Random) -> Condition:
    op = rng.choice((Op.ANY_OF, Op.ANY_OF, Op.ALL_OF, Op.NONE_OF))
    pool = rng.choice((NAMED_TAGS, TAGS))
    return Condition("tag", op, tuple(rng.sample(pool, rng.choice((1, 2, 3)))))


def _city(rng: random.Random) -> Condition:
    op = rng.choice((Op.IS, Op.IS, Op.IS_NOT, Op.STARTS_WITH))
    city = rng.choice(CITIES)
    return Condition(f"{ATTRIBUTE}City", op, (city[:3] if op is Op.STARTS_WITH else city,))


def _language(rng: random.Random) -> Condition:
    op = rng.choice((Op.IS, Op.ANY_OF, Op.NONE_OF))
    return Condition(f"{ATTRIBUTE}Language", op, tuple(rng.sample(LANGUAGES, 1 if op is Op.IS else 2)))


def _plan(rng: random.Random) -> Condition:
    op = rng.choice((Op.IS, Op.IS, Op.IS_NOT, Op.NOT_EMPTY, Op.EMPTY))
    return Condition(f"{ATTRIBUTE}Plan", op, (rng.choice(PLANS),) if op in (Op.IS, Op.IS_NOT) else ())


def _points(rng: random.Random) -> Condition:
    return Condition(f"{ATTRIBUTE}Points", rng.choice((Op.LESS, Op.MORE)), (str(rng.randrange(50, 950)),))


def _member(rng: random.Random) -> Condition:
    return Condition(f"{ATTRIBUTE}Member", Op.IS, (rng.choice(("yes", "no")),))


def _last_order(rng: random.Random) -> Condition:
    return Condition(f"{ATTRIBUTE}Last order", rng.choice((Op.BEFORE, Op.AFTER)), (_day(rng, 380),))


def _created(rng: random.Random) -> Condition:
    return Condition("created", rng.choice((Op.BEFORE, Op.AFTER)), (_day(rng, 480),))


def _last_inbound(rng: random.Random) -> Condition:
    if rng.random() < 0.3:
        return Condition("last_inbound", rng.choice((Op.EMPTY, Op.NOT_EMPTY)))
    return Condition("last_inbound", Op.AFTER, (_day(rng, 290),))


def _opt_in(rng: random.Random) -> Condition:
    return Condition("opt_in", rng.choice((Op.IS, Op.IS_NOT)), (rng.choice(("yes", "none", "no")),))


def _name(rng: random.Random) -> Condition:
    op = rng.choice((Op.STARTS_WITH, Op.CONTAINS))
    return Condition("name", op, (rng.choice(("Ana", "Chen", "Noémie", "Sa", "Tom", "Khan")),))


def _phone(rng: random.Random) -> Condition:
    return Condition("phone", Op.STARTS_WITH, (rng.choice(("+1604", "+1514", "+1416", "+16045", "+1902")),))


_MAKERS: Final[tuple[Callable[[random.Random], Condition], ...]] = (
    _tag, _tag, _city, _language, _plan, _points, _member, _last_order, _created, _last_inbound, _opt_in,
    _name, _phone,
)  # fmt: skip


def _day(rng: random.Random, most_days: int) -> str:
    return (TODAY - timedelta(days=rng.randrange(20, most_days))).date().isoformat()


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in made())
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
