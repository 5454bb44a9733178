"""Segments: their names, and several of them together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import filters
from desktop.domain.filters import EVERYONE, BadFilter, Condition, Filter, Op, Person
from desktop.domain.problems import Problem
from desktop.domain.segments import checked_name, union

TAGS = ("VIP", "New", "Gold")
CONDITIONS = st.builds(
    Condition,
    st.just("tag"),
    st.sampled_from((Op.ANY_OF, Op.NONE_OF)),
    st.sampled_from([(one,) for one in TAGS]),
)
GROUPS = st.builds(Filter, st.lists(CONDITIONS, max_size=3).map(tuple), st.booleans())
FILTERS = st.builds(Filter, st.lists(CONDITIONS | GROUPS, max_size=3).map(tuple), st.booleans())
PEOPLE = [
    Person(number, tags=frozenset(tag for place, tag in enumerate(TAGS) if number >> place & 1))
    for number in range(8)
]


def selected(wanted: Filter) -> set[int]:
    return {one.id for one in PEOPLE if filters.matches(wanted, one, {})}


@given(st.lists(FILTERS, min_size=1, max_size=4))
def test_together_they_select_whom_one_of_them_selects(wanted: list[Filter]) -> None:
    joined = union(wanted)
    filters.check(joined, {})
    assert selected(joined) == set().union(*(selected(one) for one in wanted))
    assert filters.from_json(filters.to_json(joined)) == joined


def test_one_stays_as_it_is_and_everyone_swallows_the_rest() -> None:
    vip = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
    assert union([vip]) is vip
    assert union([vip, vip]) == Filter(vip.items, match_all=False)
    assert union([vip, EVERYONE]) == EVERYONE


def test_too_many_cases_are_refused() -> None:
    group = Filter(tuple(Condition("phone", Op.IS, (str(one),)) for one in range(9)), match_all=False)
    with pytest.raises(BadFilter, match="so many groups"):
        union([Filter((group, group, group)), group])
    many = Filter(tuple(Condition("phone", Op.IS, (str(one),)) for one in range(150)), match_all=False)
    other = Filter(tuple(Condition("name", Op.IS, (str(one),)) for one in range(150)), match_all=False)
    with pytest.raises(BadFilter, match="Take fewer"):
        union([many, other])


@pytest.mark.parametrize("text", ["", "  ", "x" * 81])
def test_a_name_has_1_to_80_characters(text: str) -> None:
    with pytest.raises(Problem) as wrong:
        checked_name(text)
    assert wrong.value.field == "name"
