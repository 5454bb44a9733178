"""A segment: a filter with a name, kept to be used again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from math import prod
from typing import Final

from desktop.domain.filters import EVERYONE, BadFilter, Condition, Filter
from desktop.domain.problems import Problem
from desktop.domain.text import clean

LONGEST_NAME: Final = 80
_MOST_CASES: Final = 200
"""Of conditions that several segments together come to; far more than anybody joins by hand."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved filter. Its contacts are counted anew whenever it is looked at."""

    id: int
    name: str
    filter: Filter
    updated_at: datetime
    user_name: str = ""


def checked_name(text: str) -> str:
    """The name with single spaces. Raises Problem (field: name) for none and for more than 80 characters."""
    name = " ".join(clean(text).split())
    if not name:
        raise Problem("Name missing", "Give the segment a name.", "name")
    if len(name) > LONGEST_NAME:
        raise Problem("Name too long", f"A segment’s name has at most {LONGEST_NAME} characters.", "name")
    return name


def union(wanted: Sequence[Filter]) -> Filter:
    """Everybody whom at least one of the filters selects; one filter stays as it is.

    A filter has groups one level deep, so several are joined as *any of* their cases. Raises BadFilter where these
    are too many.
    """
    if len(wanted) == 1:
        return wanted[0]
    if any(one.selects_everyone for one in wanted):
        return EVERYONE
    cases = list(dict.fromkeys(case for one in wanted for case in _cases(one)))
    if not all(cases):
        return EVERYONE
    if len(cases) > _MOST_CASES:
        raise BadFilter(
            "Too much at once", "These segments have too many conditions together. Take fewer of them."
        )
    return Filter(tuple(case[0] if len(case) == 1 else Filter(case) for case in cases), match_all=False)


def _cases(one: Filter) -> list[tuple[Condition, ...]]:
    """The filter as *any of* these, each of them *all of* its conditions."""
    parts = [_part(item) for item in one.items]
    if not one.match_all:
        return [case for part in parts for case in part]
    if prod(len(part) for part in parts) > _MOST_CASES:
        raise BadFilter(
            "Too much at once", "A segment with so many groups of conditions cannot be joined with others."
        )
    return [
        tuple(dict.fromkeys(condition for case in cases for condition in case)) for cases in product(*parts)
    ]


def _part(item: Condition | Filter) -> list[tuple[Condition, ...]]:
    if isinstance(item, Condition):
        return [(item,)]
    conditions = tuple(one for one in item.items if isinstance(one, Condition))
    if item.match_all or not conditions:
        return [conditions]
    return [(one,) for one in conditions]
