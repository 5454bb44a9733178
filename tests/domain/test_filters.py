"""Audience filters: what each operator means for each kind, and that a bad filter names its field."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import filters
from desktop.domain.consent import OptIn
from desktop.domain.filters import (
    EVERYONE,
    FIELDS,
    OPERATORS,
    Attribute,
    BadFilter,
    Condition,
    Filter,
    Kind,
    Op,
    Person,
    Value,
)

KINDS = [Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.CHOICE, Kind.CHOICES, Kind.YES_NO, Kind.USER]
ATTRIBUTES = {kind.value: Attribute(number, kind.value, kind) for number, kind in enumerate(KINDS, 1)}
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def holds(field: str, op: Op, values: tuple[str, ...], person: Person) -> bool:
    wanted = Filter((Condition(field, op, values),))
    filters.check(wanted, ATTRIBUTES)
    return filters.matches(wanted, person, ATTRIBUTES)


HAVE: Mapping[Kind, Value] = {
    Kind.TEXT: "Saint John",
    Kind.NUMBER: 12.5,
    Kind.DATE: NOON,
    Kind.CHOICE: "Gold",
    Kind.CHOICES: ("Shoes", "Hats"),
    Kind.YES_NO: True,
    Kind.USER: "Lina Haddad",
    Kind.TAG: ("VIP", "New"),
    Kind.OPT_IN: OptIn.NO,
}
"""What the person of the next table has, by kind."""

MEANINGS: list[tuple[Kind, Op, tuple[str, ...], bool]] = [
    (Kind.TEXT, Op.IS, ("SAINT  JOHN ",), True),
    (Kind.TEXT, Op.IS, ("Ｓａｉｎｔ John",), True),
    (Kind.TEXT, Op.IS, ("Saint",), False),
    (Kind.TEXT, Op.IS_NOT, ("Saint",), True),
    (Kind.TEXT, Op.IS_NOT, ("saint john",), False),
    (Kind.TEXT, Op.CONTAINS, ("NT J",), True),
    (Kind.TEXT, Op.CONTAINS, ("jon",), False),
    (Kind.TEXT, Op.NOT_CONTAINS, ("jon",), True),
    (Kind.TEXT, Op.NOT_CONTAINS, ("john",), False),
    (Kind.TEXT, Op.STARTS_WITH, ("sain",), True),
    (Kind.TEXT, Op.STARTS_WITH, ("john",), False),
    (Kind.NUMBER, Op.IS, ("12.50",), True),
    (Kind.NUMBER, Op.IS, ("12",), False),
    (Kind.NUMBER, Op.IS_NOT, ("12",), True),
    (Kind.NUMBER, Op.IS_NOT, ("12.5",), False),
    (Kind.NUMBER, Op.LESS, ("12.6",), True),
    (Kind.NUMBER, Op.LESS, ("12.5",), False),
    (Kind.NUMBER, Op.MORE, ("-3",), True),
    (Kind.NUMBER, Op.MORE, ("12.5",), False),
    (Kind.NUMBER, Op.MORE, ("9",), True),
    (Kind.DATE, Op.IS, ("2026-05-04",), True),
    (Kind.DATE, Op.IS, ("2026-05-03",), False),
    (Kind.DATE, Op.BEFORE, ("2026-05-05",), True),
    (Kind.DATE, Op.BEFORE, ("2026-05-04",), False),
    (Kind.DATE, Op.AFTER, ("2026-05-03",), True),
    (Kind.DATE, Op.AFTER, ("2026-05-04",), False),
    (Kind.DATE, Op.BEFORE, ("9999-12-31",), True),
    (Kind.DATE, Op.AFTER, ("0001-01-01",), True),
    (Kind.CHOICE, Op.IS, ("gold",), True),
    (Kind.CHOICE, Op.IS, ("silver",), False),
    (Kind.CHOICE, Op.IS_NOT, ("silver",), True),
    (Kind.CHOICE, Op.IS_NOT, ("gold",), False),
    (Kind.CHOICE, Op.ANY_OF, ("silver", "GOLD"), True),
    (Kind.CHOICE, Op.ANY_OF, ("silver", "bronze"), False),
    (Kind.CHOICE, Op.NONE_OF, ("silver", "bronze"), True),
    (Kind.CHOICE, Op.NONE_OF, ("silver", "gold"), False),
    (Kind.CHOICES, Op.ANY_OF, ("hats", "coats"), True),
    (Kind.CHOICES, Op.ANY_OF, ("coats",), False),
    (Kind.CHOICES, Op.ALL_OF, ("hats", "shoes"), True),
    (Kind.CHOICES, Op.ALL_OF, ("hats", "HATS"), True),
    (Kind.CHOICES, Op.ALL_OF, ("hats", "coats"), False),
    (Kind.CHOICES, Op.NONE_OF, ("coats",), True),
    (Kind.CHOICES, Op.NONE_OF, ("coats", "hats"), False),
    (Kind.YES_NO, Op.IS, ("yes",), True),
    (Kind.YES_NO, Op.IS, (" True ",), True),
    (Kind.YES_NO, Op.IS, ("no",), False),
    (Kind.USER, Op.IS, ("lina haddad",), True),
    (Kind.USER, Op.IS, ("Arun Das",), False),
    (Kind.USER, Op.IS_NOT, ("Arun Das",), True),
    (Kind.USER, Op.IS_NOT, ("Lina Haddad",), False),
    (Kind.USER, Op.ANY_OF, ("Arun Das", "Lina Haddad"), True),
    (Kind.USER, Op.ANY_OF, ("Arun Das",), False),
    (Kind.USER, Op.NONE_OF, ("Arun Das",), True),
    (Kind.USER, Op.NONE_OF, ("Arun Das", "Lina Haddad"), False),
    (Kind.TAG, Op.ANY_OF, ("vip",), True),
    (Kind.TAG, Op.ANY_OF, ("vi",), False),
    (Kind.TAG, Op.ALL_OF, ("new", "vip"), True),
    (Kind.TAG, Op.ALL_OF, ("new", "old"), False),
    (Kind.TAG, Op.NONE_OF, ("old",), True),
    (Kind.TAG, Op.NONE_OF, ("old", "new"), False),
    (Kind.OPT_IN, Op.IS, ("no",), True),
    (Kind.OPT_IN, Op.IS, ("none",), False),
    (Kind.OPT_IN, Op.IS_NOT, ("NO",), False),
    (Kind.OPT_IN, Op.IS_NOT, ("yes",), True),
    (Kind.OPT_IN, Op.ANY_OF, ("none", "No"), True),
    (Kind.OPT_IN, Op.ANY_OF, ("yes", "none"), False),
    *((kind, Op.EMPTY, (), False) for kind in OPERATORS if kind is not Kind.OPT_IN),
    *((kind, Op.NOT_EMPTY, (), True) for kind in OPERATORS if kind is not Kind.OPT_IN),
]


def field_of(kind: Kind) -> str:
    return kind.value if kind in (Kind.TAG, Kind.OPT_IN) else f"attribute:{kind.value}"


@pytest.mark.parametrize(("kind", "op", "values", "expected"), MEANINGS)
def test_what_an_operator_means(kind: Kind, op: Op, values: tuple[str, ...], expected: bool) -> None:
    person = Person(
        1,
        opt_in=OptIn.NO,
        tags=frozenset({"VIP", "New"}),
        attributes={one.value: HAVE[one] for one in KINDS},
    )

    assert holds(field_of(kind), op, values, person) is expected


def test_the_table_of_meanings_has_both_answers_for_every_operator_of_every_kind() -> None:
    answers = {(kind, op, expected) for kind, op, _, expected in MEANINGS}
    offered = {(kind, op) for kind, ops in OPERATORS.items() for op in ops}

    assert {(kind, op) for kind, op, _ in answers} == offered
    for kind, op in offered:
        if op not in (Op.EMPTY, Op.NOT_EMPTY):
            assert {(kind, op, True), (kind, op, False)} <= answers


A_VALUE = {Kind.NUMBER: "1", Kind.DATE: "2026-05-04", Kind.YES_NO: "no", Kind.OPT_IN: "yes"}


@pytest.mark.parametrize(
    ("kind", "op"),
    [(kind, op) for kind, ops in OPERATORS.items() if kind is not Kind.OPT_IN for op in ops],
)
def test_who_has_no_value_satisfies_the_negative_conditions_only(kind: Kind, op: Op) -> None:
    nobody = Person(1)
    expected = op in {Op.EMPTY, Op.IS_NOT, Op.NOT_CONTAINS, Op.NONE_OF}

    assert holds(field_of(kind), op, (A_VALUE.get(kind, "x"),), nobody) is expected


def test_a_day_lasts_from_midnight_to_midnight_utc() -> None:
    first = Person(1, created=datetime(2026, 5, 4, tzinfo=UTC))
    last = Person(2, created=datetime(2026, 5, 4, 23, 59, 59, 999_999, tzinfo=UTC))
    next_day = Person(3, created=datetime(2026, 5, 5, tzinfo=UTC))

    days = ("2026-05-04",)
    assert [holds("created", Op.IS, days, one) for one in (first, last, next_day)] == [True, True, False]
    assert [holds("created", Op.AFTER, days, one) for one in (first, last, next_day)] == [False, False, True]
    assert not any(holds("created", Op.BEFORE, days, one) for one in (first, last, next_day))


@pytest.mark.parametrize(
    ("field", "op", "values"),
    [
        ("name", Op.STARTS_WITH, ("ana",)),
        ("phone", Op.CONTAINS, ("604555",)),
        ("created", Op.IS, ("2026-05-04",)),
        ("last_inbound", Op.BEFORE, ("2026-05-05",)),
        ("tag", Op.ANY_OF, ("vip",)),
        ("opt_in", Op.IS, ("yes",)),
    ],
)
def test_the_built_in_fields(field: str, op: Op, values: tuple[str, ...]) -> None:
    ana = Person(1, "Ana Álvarez", "+16045550142", OptIn.YES, NOON, NOON, frozenset({"VIP"}))

    assert holds(field, op, values, ana)
    assert not holds(field, op, values, Person(2))


# Joined by all or any, nested once.

VIP = Condition("tag", Op.ANY_OF, ("VIP",))
NEW = Condition("tag", Op.ANY_OF, ("New",))
SAYS_NO = Condition("opt_in", Op.IS, ("no",))


@pytest.mark.parametrize(
    ("wanted", "selected"),
    [
        (EVERYONE, {"none", "vip", "new", "both", "no"}),
        (Filter(match_all=False), {"none", "vip", "new", "both", "no"}),
        (Filter((VIP, NEW)), {"both"}),
        (Filter((VIP, NEW), match_all=False), {"vip", "new", "both"}),
        (Filter((SAYS_NO, Filter((VIP, NEW), match_all=False))), set()),
        (Filter((SAYS_NO, Filter((VIP, NEW))), match_all=False), {"both", "no"}),
    ],
)
def test_conditions_are_joined_by_all_or_any(wanted: Filter, selected: set[str]) -> None:
    people = {
        "none": Person(1),
        "vip": Person(2, tags=frozenset({"VIP"})),
        "new": Person(3, tags=frozenset({"New"})),
        "both": Person(4, tags=frozenset({"VIP", "New"})),
        "no": Person(5, opt_in=OptIn.NO),
    }

    assert {name for name, one in people.items() if filters.matches(wanted, one, ATTRIBUTES)} == selected


def test_a_group_may_stand_inside_the_filter_once() -> None:
    filters.check(Filter((Filter((VIP,)), Filter((NEW,)))), ATTRIBUTES)

    with pytest.raises(BadFilter, match="once"):
        filters.check(Filter((Filter((Filter((VIP,)),)),)), ATTRIBUTES)


# Bad filters.


@pytest.mark.parametrize(
    ("condition", "title"),
    [
        (Condition("shoe_size", Op.IS, ("9",)), "Unknown field"),
        (Condition("attribute:shoe_size", Op.IS, ("9",)), "Unknown field"),
        (Condition("attribute:", Op.IS, ("9",)), "Unknown field"),
        (Condition("text", Op.IS, ("x",)), "Unknown field"),
        (Condition("tag", Op.IS, ("VIP",)), "Wrong condition"),
        (Condition("opt_in", Op.EMPTY), "Wrong condition"),
        (Condition("attribute:yes_no", Op.IS_NOT, ("yes",)), "Wrong condition"),
        (Condition("name", Op.CONTAINS), "Value missing"),
        (Condition("name", Op.CONTAINS, ("",)), "Value missing"),
        (Condition("attribute:choice", Op.ANY_OF, ("gold", "  ")), "Value missing"),
        (Condition("attribute:number", Op.LESS, ("twelve",)), "Wrong value"),
        (Condition("attribute:number", Op.LESS, ("nan",)), "Wrong value"),
        (Condition("attribute:number", Op.MORE, ("inf",)), "Wrong value"),
        (Condition("attribute:number", Op.MORE, ("1e999",)), "Wrong value"),
        (Condition("created", Op.AFTER, ("yesterday",)), "Wrong value"),
        (Condition("created", Op.AFTER, ("2026-02-30",)), "Wrong value"),
        (Condition("attribute:yes_no", Op.IS, ("maybe",)), "Wrong value"),
        (Condition("opt_in", Op.IS, ("perhaps",)), "Wrong value"),
        (Condition("opt_in", Op.ANY_OF, ("yes", "perhaps")), "Wrong value"),
    ],
)
@pytest.mark.parametrize("nested", [False, True], ids=["outside", "in a group"])
def test_a_bad_condition_names_its_field(condition: Condition, title: str, nested: bool) -> None:
    wanted = Filter((Filter((condition,)),)) if nested else Filter((VIP, condition))

    with pytest.raises(BadFilter) as wrong:
        filters.check(wanted, ATTRIBUTES)

    assert (wrong.value.title, wrong.value.field) == (title, condition.field)
    assert wrong.value.sentence


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "all",
        7,
        {"items": "tag"},
        {"items": {"field": "tag"}},
        {"match": "some", "items": []},
        {"match": None, "items": []},
        {"match": "all", "items": [7]},
        {"match": "all", "items": [None]},
        {"match": "all", "items": [{}]},
        {"match": "all", "items": [{"op": "is", "values": ["x"]}]},
        {"match": "all", "items": [{"field": "tag", "values": ["x"]}]},
        {"match": "all", "items": [{"field": "tag", "op": "resembles", "values": ["x"]}]},
        {"match": "all", "items": [{"field": "tag", "op": [], "values": ["x"]}]},
        {"match": "all", "items": [{"field": "tag", "op": "any_of", "values": "VIP"}]},
        {"match": "all", "items": [{"match": "some", "items": []}]},
    ],
)
def test_what_is_no_filter_is_refused(data: Any) -> None:
    with pytest.raises(BadFilter):
        filters.from_json(data)


@pytest.mark.parametrize(
    "item",
    [
        {"field": "tag", "op": "resembles", "values": ["x"]},
        {"field": "tag", "values": ["x"]},
        {"field": "tag", "op": "any_of", "values": "VIP"},
    ],
)
def test_a_condition_that_cannot_be_read_names_its_field(item: dict[str, Any]) -> None:
    with pytest.raises(BadFilter) as wrong:
        filters.from_json({"match": "all", "items": [item]})

    assert wrong.value.field == "tag"


def test_a_bottomless_filter_is_a_bad_filter() -> None:
    deep: dict[str, Any] = {"match": "all", "items": []}
    for _ in range(2000):
        deep = {"match": "all", "items": [deep]}

    with pytest.raises(BadFilter):
        filters.check(filters.from_json(deep), ATTRIBUTES)


# As JSON and back.

conditions = st.builds(
    Condition,
    st.sampled_from([*FIELDS, "attribute:city", "attribute:"]) | st.text(max_size=6),
    st.sampled_from(Op),
    st.lists(st.text(max_size=6), max_size=3).map(tuple),
)
groups = st.builds(Filter, st.lists(conditions, max_size=3).map(tuple), st.booleans())
wanted_filters = st.builds(Filter, st.lists(conditions | groups, max_size=4).map(tuple), st.booleans())


@given(wanted_filters)
def test_a_filter_survives_json(wanted: Filter) -> None:
    assert filters.from_json(json.loads(json.dumps(filters.to_json(wanted)))) == wanted


def test_the_json_is_the_documented_one() -> None:
    assert filters.to_json(Filter((VIP, Filter((SAYS_NO,), match_all=False)))) == {
        "match": "all",
        "items": [
            {"field": "tag", "op": "any_of", "values": ["VIP"]},
            {"match": "any", "items": [{"field": "opt_in", "op": "is", "values": ["no"]}]},
        ],
    }


people = st.builds(
    Person,
    st.just(1),
    st.sampled_from(["", "Ana", "Åsa"]),
    st.sampled_from(["", "+16045550142"]),
    st.sampled_from(OptIn),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.frozensets(st.sampled_from(["VIP", "New"])),
    st.fixed_dictionaries({}, optional={kind.value: st.just(HAVE[kind]) for kind in KINDS}),
)
plausible = st.sampled_from(
    [(kind, op) for kind, ops in OPERATORS.items() for op in ops if kind is not Kind.DATE]
).flatmap(
    lambda one: st.builds(
        Condition,
        st.just(field_of(one[0])),
        st.just(one[1]),
        st.just((A_VALUE.get(one[0], "gold"),)) | st.just((A_VALUE.get(one[0], "vip"),)),
    )
)


@given(st.lists(plausible, min_size=1, max_size=4).map(tuple), people)
def test_what_passes_the_check_has_an_answer(items: tuple[Condition, ...], person: Person) -> None:
    each = [filters.matches(Filter((one,)), person, ATTRIBUTES) for one in items]
    filters.check(Filter(items), ATTRIBUTES)

    assert filters.matches(Filter(items), person, ATTRIBUTES) is all(each)
    assert filters.matches(Filter(items, match_all=False), person, ATTRIBUTES) is any(each)


@given(st.dates(max_value=date(9000, 1, 1)), people)
def test_every_day_is_before_after_or_the_day_itself(day: date, person: Person) -> None:
    answers = [
        holds("created", op, (day.isoformat(),), person) for op in (Op.BEFORE, Op.IS, Op.AFTER, Op.EMPTY)
    ]

    assert sum(answers) == 1
