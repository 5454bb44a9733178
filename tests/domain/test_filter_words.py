"""Filters and hours in words."""

import pytest

from desktop.domain.filter_words import OPERATORS, condition_words, filter_sentence
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.hours_words import hours_words
from desktop.domain.sequence import EVERY_DAY, Hours


def test_a_filter_is_a_sentence() -> None:
    inner = Filter(
        (Condition("attribute:City", Op.EMPTY), Condition("tag", Op.ANY_OF, ("VIP", "Press"))), False
    )
    wanted = Filter((Condition("created", Op.BEFORE, ("2026-08-01",)), inner))
    assert (
        filter_sentence(wanted) == "Added before 1 Aug 2026 and (City is empty or Tag is any of VIP or Press)"
    )
    assert filter_sentence(Filter()) == "Everyone"


@pytest.mark.parametrize("value", ["20260801", "2026-13-01", "2026-08-01T10:00", "4468"])
def test_what_is_no_day_stays_as_it_is(value: str) -> None:
    assert condition_words("order", Op.IS, (value,)) == f"order is {value}"


def test_every_operator_has_words_and_a_missing_value_is_seen() -> None:
    assert set(OPERATORS) == set(Op)
    assert condition_words("order", Op.MORE, ()) == "order more than …"


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (Hours(), ""),
        (Hours(EVERY_DAY, 540, 1080), "9–18 h"),
        (Hours(frozenset({0, 1, 2, 3, 4, 6}), 540, 1440), "Mon–Fri, Sun 9–24 h"),
        (Hours(frozenset({5, 6})), "Sat, Sun"),
        (Hours(frozenset()), "no day"),
    ],
)
def test_hours_in_words(hours: Hours, words: str) -> None:
    assert hours_words(hours) == words
