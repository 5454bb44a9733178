"""Templates: which category decides, what they need, what the customer reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import templates
from desktop.domain.consent import Category
from desktop.domain.templates import Button, Template, TemplateStatus, Variable

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SALE = Template(
    1,
    "spring_sale",
    "en",
    Category.MARKETING,
    "Hi {{1}}, {{ 2 }} off until {{3}}. {{1}}, come by!",
    header_kind="text",
    header_text="News for {{1}}",
    footer="Reply STOP to opt out",
    buttons=(Button("quick_reply", "Stop"), Button("url", "Shop", "https://shop.example/{{1}}")),
)


@pytest.mark.parametrize(
    ("category", "correct", "effective"),
    [
        (Category.MARKETING, None, Category.MARKETING),
        (Category.UTILITY, None, Category.UTILITY),
        (Category.AUTHENTICATION, None, Category.AUTHENTICATION),
        (Category.UTILITY, Category.MARKETING, Category.MARKETING),
        (Category.AUTHENTICATION, Category.MARKETING, Category.MARKETING),
        (Category.MARKETING, Category.UTILITY, Category.MARKETING),
        (Category.UTILITY, Category.AUTHENTICATION, Category.UTILITY),
    ],
)
def test_a_pending_turn_into_marketing_counts_at_once_and_a_turn_out_of_it_does_not(
    category: Category, correct: Category | None, effective: Category
) -> None:
    template = replace(SALE, category=category, correct_category=correct)

    assert template.effective_category is effective
    assert template.is_marketing is (effective is Category.MARKETING)


@pytest.mark.parametrize("status", TemplateStatus)
def test_only_an_approved_template_may_be_sent(status: TemplateStatus) -> None:
    assert replace(SALE, status=status).sendable is (status is TemplateStatus.APPROVED)


@pytest.mark.parametrize(
    ("age", "stale"),
    [
        (timedelta(), False),
        (timedelta(minutes=10), False),
        (timedelta(minutes=10, microseconds=1), True),
        (timedelta(days=3), True),
    ],
)
def test_a_copy_older_than_ten_minutes_is_stale(age: timedelta, stale: bool) -> None:
    assert replace(SALE, fetched_at=NOW - age).stale(NOW) is stale


def test_examples_belong_to_their_variables() -> None:
    known = replace(
        SALE, body="Hi {{2}}, {{1}} off until {{3}}.", examples=("20%", "Ana"),
        other_examples=(("header:1", "members"), ("header", "poster.jpg")),
    )  # fmt: skip
    assert templates.example_values(known) == {"header:1": "members", "1": "20%", "2": "Ana"}
    named = replace(known, named=True, body="Hi {{name}}, {{share}} off.", examples=("Ana", "20%"))
    assert templates.example_values(named)["name"] == "Ana"


def test_a_template_that_was_never_fetched_is_stale() -> None:
    assert SALE.stale(NOW)


def test_variables_come_from_header_body_and_buttons_each_once() -> None:
    assert SALE.variables == ("header:1", "1", "2", "3", "button1:1")


def test_named_variables_keep_their_names() -> None:
    assert templates.placeholders("{{first_name}} {{Code2}} {{first_name}} {{ day }}") == (
        "first_name",
        "Code2",
        "day",
    )
    assert templates.placeholders("no {1} {{}} {{a b}} }}{{") == ()


def test_filling_keeps_what_has_no_value_and_never_fills_a_value() -> None:
    assert templates.fill("{{1}} and {{2}}", {"1": "{{2}}", "2": ""}) == "{{2}} and {{2}}"
    assert templates.fill("{{1}}", {"header:1": "head", "1": "body"}, "header:") == "head"
    assert templates.fill(r"{{1}}", {"1": r"\1 \g<0> $1"}) == r"\1 \g<0> $1"


def test_a_blank_value_is_missing() -> None:
    values = {"header:1": "Ana", "1": " ", "2": "10 %", "button1:1": "\n"}

    assert templates.missing(SALE, values) == ("1", "3", "button1:1")
    assert templates.missing(SALE, dict.fromkeys(SALE.variables, "x")) == ()


def test_the_preview_reads_as_the_customer_reads_it() -> None:
    values = {"header:1": "Ana", "1": "Ana", "2": "10 %", "3": "Friday"}

    assert templates.preview(SALE, values) == (
        "News for Ana\n\nHi Ana, 10 % off until Friday. Ana, come by!\n\nReply STOP to opt out"
    )
    plain = replace(SALE, header_text="", footer="", body="Your order is on its way.")
    assert templates.preview(plain, {}) == "Your order is on its way."


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (Variable("1", "first_name", "friend"), "Ana"),
        (Variable("1", "attribute:city", "your city"), "your city"),
        (Variable("1", "attribute:blank", "your city"), "your city"),
        (Variable("1", "attribute:city", ""), ""),
        (Variable("1", "", "the same for all"), "the same for all"),
        (Variable("1", "", ""), ""),
    ],
)
def test_a_variable_takes_its_field_or_else_its_text(variable: Variable, value: str) -> None:
    assert variable.value({"first_name": " Ana ", "attribute:blank": "  "}) == value


def test_the_values_of_one_contact() -> None:
    variables = (Variable("1", "name", "friend"), Variable("2", "", "10 %"))

    assert templates.values_for(variables, {"name": "Ana"}) == {"1": "Ana", "2": "10 %"}
    assert templates.values_for(variables, {}) == {"1": "friend", "2": "10 %"}


@given(st.dictionaries(st.sampled_from(SALE.variables), st.text(max_size=5)))
def test_what_is_filled_and_what_is_missing_agree(values: dict[str, str]) -> None:
    """Given every value that is called missing, nothing is missing any more."""
    completed = {**values, **dict.fromkeys(templates.missing(SALE, values), "x")}

    assert templates.missing(SALE, completed) == ()
    assert not templates.placeholders(
        templates.preview(SALE, {name: text.replace("{", "") or "x" for name, text in completed.items()})
    )
