"""Filters in Gallabox's shape: every operator becomes the condition it means, and each fault names its place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop.domain import filters
from desktop.domain.api_filter import LABELS, OPERATORS, OWNER, filter_shown, properties
from desktop.domain.api_filter_conditions import NOBODY, Changed, EndsWith, Known, Passes, Rule, passes
from desktop.domain.api_filter_rules import AskedRule, rule_of
from desktop.domain.consent import Facts, OptIn
from desktop.domain.filters import EVERYONE, Attribute, Condition, Filter, Kind, Op, Person
from desktop.domain.problems import Problem

FIELDS = {
    one.name: one
    for one in (
        Attribute(7, "City", Kind.TEXT),
        Attribute(8, "Orders", Kind.NUMBER),
        Attribute(9, "Renewal", Kind.DATE),
        Attribute(10, "Size", Kind.CHOICE, ("S", "M", "L")),
        Attribute(11, "Likes", Kind.CHOICES, ("Tea", "Coffee")),
        Attribute(12, "Member", Kind.YES_NO),
        Attribute(13, "Email", Kind.TEXT),
        Attribute(14, OWNER, Kind.USER),
    )
}
LINA_ID = f"{5:024x}"
VIP_ID = f"{3:024x}"
KNOWN = Known(FIELDS, {VIP_ID: "vip"}, {LINA_ID: "Lina Haddad", "lina@shop.example": "Lina Haddad"})
PRIYA = Person(
    1,
    "Priya Sharma",
    "+16045550142",
    OptIn.NO,
    created=datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
    tags=frozenset({"VIP"}),
    attributes={
        "City": "Saint John",
        "Orders": 3.0,
        "Renewal": datetime(2026, 12, 1, tzinfo=UTC),
        "Size": "M",
        "Likes": ("Tea", "Coffee"),
        "Member": True,
        "Email": "priya@shop.example",
        OWNER: "Lina Haddad",
    },
)
NOBODY_KNOWN = Person(2)


def rule(property: str, operator: str, *values: str, known: Known = KNOWN) -> Rule:
    return rule_of(AskedRule(property, operator, values), known, "filter.rules.0")


def selects(made: Rule, person: Person) -> bool:
    assert isinstance(made, Condition | Filter)
    return filters.matches(Filter((made,)), person, FIELDS)


@pytest.mark.parametrize(
    ("property", "operator", "values", "priya", "nobody"),
    [
        ("name", "Is", ("priya sharma",), True, False),
        ("name", "Is not", ("priya sharma",), False, True),
        ("name", "Contains", ("harm", "xyz"), True, False),
        ("name", "Does not contain", ("harm", "xyz"), False, True),
        ("Name", "STARTS_WITH", ("pri",), True, False),
        ("phone", "startsWith", ("+1 604",), True, False),
        ("phone", "Is empty", (), False, True),
        ("email", "Is", ("PRIYA@shop.example",), True, False),
        ("email", "Is not empty", (), True, False),
        ("City", "Is", ("saint john",), True, False),
        (f"{7:024x}", "Is", ("Saint John",), True, False),
        ("Orders", "=", ("3",), True, False),
        ("Orders", "≠", ("3",), False, True),
        ("Orders", "≥", ("3",), True, False),
        ("Orders", ">=", ("3.5",), False, False),
        ("Orders", "≤", ("3",), True, False),
        ("Orders", "<=", ("2",), False, False),
        ("Orders", ">", ("3",), False, False),
        ("Orders", "<", ("4",), True, False),
        ("createdAt", "Is", ("2026-11-20",), True, False),
        ("createdAt", "Is", ("2026-11-21",), False, False),
        ("createdAt", "Is before", ("2026-11-21",), True, False),
        ("createdAt", "Is before", ("2026-11-20",), False, False),
        ("createdAt", "after", ("2026-11-19",), True, False),
        ("createdAt", "Is after", ("2026-11-20",), False, False),
        ("createdAt", "Is on or before", ("2026-11-20",), True, False),
        ("createdAt", "on or after", ("2026-11-20",), True, False),
        ("createdAt", "Range", ("2026-11-20", "2026-11-20"), True, False),
        ("createdAt", "Range", ("2026-11-21", "2026-11-30"), False, False),
        ("createdAt", "Is", ("2026-11-21T04:00:00+05:30",), True, False),
        ("Renewal", "Is on or after", ("2026-12-01",), True, False),
        ("Renewal", "Is empty", (), False, True),
        ("Size", "Contains", ("S", "m"), True, False),
        ("Size", "Does not contain", ("M",), False, True),
        ("Likes", "Contains all", ("tea", "coffee"), True, False),
        ("Likes", "Contains", ("tea",), True, False),
        ("Likes", "Does not contain", ("tea",), False, True),
        ("Member", "Contains", ("true",), True, False),
        ("Member", "Does not contain", ("true",), False, True),
        ("Member", "Does not contain", ("no",), True, True),
        ("Member", "Does not contain", ("no", "yes"), False, True),
        ("tags", "Contains", ("VIP",), True, False),
        ("tags", "Contains", (VIP_ID,), True, False),
        ("tags", "Does not contain", (VIP_ID,), False, True),
        ("Tags", "Is empty", (), False, True),
        ("contactOwner", "Contains", (LINA_ID,), True, False),
        ("contactOwner", "Contains", ("LINA@shop.example",), True, False),
        ("contactOwnerId", "Does not contain", ("lina haddad",), False, True),
        ("optIn", "Contains", ("no", "none"), True, True),
        ("optIn", "Does not contain", ("no",), False, True),
        ("optIn", "Does not contain", ("no", "none", "yes"), False, False),
        ("optIn", "Is empty", (), False, True),
        ("optIn", "Is not empty", (), True, False),
        ("marketingOptIn", "Is empty", (), False, False),
        ("marketingOptIn", "Contains", ("true", "false"), True, True),
    ],
)
def test_what_a_rule_means(
    property: str, operator: str, values: tuple[str, ...], priya: bool, nobody: bool
) -> None:
    made = rule(property, operator, *values)
    assert (selects(made, PRIYA), selects(made, NOBODY_KNOWN)) == (priya, nobody)


def test_what_our_filters_cannot_ask_is_a_rule_of_its_own() -> None:
    assert rule("name", "Ends with", "Sharma", "Rao") == EndsWith("name", ("sharma", "rao"))
    assert rule("phone", "Ends with", "555-0142") == EndsWith("phone", ("5550142",))
    assert rule("City", "ends_with", "John") == EndsWith("attribute:City", ("john",))
    assert rule("marketingOptIn", "Is", "true") == Passes(True)
    assert rule("Marketing Optin", "Does not contain", "Yes") == Passes(False)
    day, next_day = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    assert rule("updatedAt", "Is", "2026-11-20") == Changed(day, next_day)
    assert rule("updatedAt", "Is after", "2026-11-19") == Changed(day, None)
    assert rule("updatedAt", "Is before", "2026-11-21") == Changed(None, next_day)


def test_before_anybody_has_an_address_or_an_owner_nobody_is_selected_by_one() -> None:
    bare = Known()
    for property in ("email", "contactOwner"):
        assert rule(property, "Contains", "x", known=bare) == NOBODY
        assert rule(property, "Is not empty", known=bare) == NOBODY
        assert rule(property, "Is empty", known=bare) == EVERYONE
        assert rule(property, "Does not contain", "x", known=bare) == EVERYONE


def test_a_property_that_nobody_knows_is_found_by_its_label() -> None:
    asked = AskedRule("64f0c2aa17d0b9e1f3a58c44", "Is", ("Saint John",), "city")
    assert rule_of(asked, KNOWN, "filter.rules.0") == Condition("attribute:City", Op.IS, ("Saint John",))


@pytest.mark.parametrize(
    ("property", "operator", "values", "part"),
    [
        ("Shoe size", "Is", ("9",), "property"),
        ("creatorId", "Is", ("9",), "property"),
        ("name", "Sounds like", ("Priya",), "operator"),
        ("name", "≥", ("Priya",), "operator"),
        ("Orders", "Contains", ("3",), "operator"),
        ("Orders", "Ends with", ("3",), "operator"),
        ("createdAt", "Contains", ("2026-11-20",), "operator"),
        ("tags", "Range", ("a", "b"), "operator"),
        ("Size", "Contains all", ("S", "M"), "operator"),
        ("optIn", ">", ("yes",), "operator"),
        ("marketingOptIn", "Starts with", ("t",), "operator"),
        ("name", "Is", (), "values"),
        ("name", "Is", (" ",), "values"),
        ("name", "Is", ("a\x00b",), "values"),
        ("phone", "Ends with", ("abc",), "values"),
        ("Orders", "=", ("three",), "values"),
        ("Orders", "≥", ("nan",), "values"),
        ("createdAt", "Is", ("yesterday",), "values"),
        ("createdAt", "Is before", ("0001-01-01",), "values"),
        ("createdAt", "Is on or before", ("9999-12-31",), "values"),
        ("updatedAt", "Is", ("9999-12-31",), "values"),
        ("createdAt", "Range", ("2026-11-20",), "values"),
        ("optIn", "Contains", ("maybe",), "values"),
        ("marketingOptIn", "Is", ("maybe",), "values"),
        ("Member", "Does not contain", ("maybe",), "values"),
    ],
)
def test_a_wrong_rule_names_its_part(
    property: str, operator: str, values: tuple[str, ...], part: str
) -> None:
    with pytest.raises(Problem) as caught:
        rule(property, operator, *values)
    assert caught.value.field == f"filter.rules.0.{part}"


def test_every_operator_that_is_told_of_is_taken() -> None:
    values = {
        "TEXT": ("604",),
        "NUMBER": ("3",),
        "DATE": ("2026-11-20", "2026-11-21"),
        "SELECT": ("yes",),
        "LOOKUP": ("VIP",),
    }
    for one in properties(FIELDS):
        for operator in OPERATORS[one["type"]]:
            if one["propertyLabel"] == "Contact Owner" and operator == "Contains all":
                continue  # one contact has one
            made = rule(one["property"], operator, *(one["values"][:1] or values[one["type"]]))
            assert isinstance(made, Rule), (one, operator)


def test_what_can_be_asked_for() -> None:
    told = {one["propertyLabel"]: one for one in properties(FIELDS)}
    assert set(LABELS.values()) <= set(told)
    assert OWNER not in told  # it is a part of the contact
    assert told["City"] == {"type": "TEXT", "property": f"{7:024x}", "propertyLabel": "City", "values": []}
    assert told["Size"]["values"] == ["S", "M", "L"]
    assert (told["Member"]["type"], told["Member"]["values"]) == ("SELECT", ["true", "false"])
    assert (told["Marketing Optin"]["type"], told["Updated At"]["type"]) == ("SELECT", "DATE")


@pytest.mark.parametrize("strict", [False, True])
def test_whether_marketing_would_go_out(strict: bool) -> None:
    assert passes(Facts(OptIn.YES), strict)
    assert passes(Facts(OptIn.NONE), strict) is not strict
    assert not passes(Facts(OptIn.NO), strict)
    assert not passes(replace(Facts(OptIn.YES), stopped_in_whatsapp=True), strict)


def test_a_filter_of_ours_is_told_and_can_be_asked_again() -> None:
    ours = (
        Condition("tag", Op.ALL_OF, ("VIP",)),
        Condition("opt_in", Op.IS_NOT, ("no",)),
        Condition("created", Op.AFTER, ("2026-11-19",)),
        Condition("attribute:Orders", Op.IS, ("3",)),
        Condition("attribute:Email", Op.STARTS_WITH, ("priya",)),
        Condition("attribute:City", Op.NOT_EMPTY),
    )
    told = filter_shown(Filter((*ours, Filter(ours[:1], match_all=False))), FIELDS)
    assert told["condition"] == "and"
    *rules, group = told["rules"]
    assert group["condition"] == "or"
    assert rules[0] == {
        "type": "LOOKUP",
        "property": "tags",
        "propertyLabel": "Tags",
        "operator": "Contains all",
        "values": ["VIP"],
    }
    again = [rule(one["property"], one["operator"], *one["values"]) for one in rules]
    for before, after in zip(ours, again, strict=True):
        for person in (PRIYA, NOBODY_KNOWN, replace(PRIYA, opt_in=OptIn.YES, tags=frozenset())):
            assert selects(after, person) is selects(before, person), before


def test_a_field_that_is_gone_keeps_its_name() -> None:
    told = filter_shown(Filter((Condition("attribute:Old", Op.IS, ("x",)),)), FIELDS)
    assert told["rules"][0]["property"] == "Old"
