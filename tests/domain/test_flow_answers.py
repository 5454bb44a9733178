"""Does an answer fit what was asked, and what is kept of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.filters import Attribute, Kind, Op, Value
from desktop.domain.flow_answers import chosen, compiled, fitting, is_answered, typed
from desktop.domain.flow_nodes import AnswerKind, Choice, Question
from desktop.domain.flow_session import Said

CHOICES = (Choice("y", "Yes, please"), Choice("n", "No"))


def kept(kind: AnswerKind, text: str, pattern: str = "", country: str = "") -> str | None:
    return fitting(Question(must_be=kind, pattern=pattern), Said(text), country)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        (" 12.50 ", "12.5"),
        ("12,5", "12.5"),
        ("-3", "-3"),
        ("+3", "3"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1 234 567,25", "1234567.25"),
        ("1'234.50", "1234.5"),
        ("007", "007"),
        ("0,125", "0.125"),
        ("-0,500", "-0.5"),
        ("0.0000001", "0.0000001"),
        ("99999999999999999999.5", "99999999999999999999.5"),
        ("1234567890123456789", "1234567890123456789"),
        ("٤٢", "42"),
        ("0,0", "0"),
        ("twelve", None),
        ("12 kg", None),
        ("1,2,3", None),
        ("1.2.3", None),
        ("12-13", None),
        ("1e400", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("-", None),
    ],
)
def test_numbers(text: str, number: str | None) -> None:
    assert kept(AnswerKind.NUMBER, text) == number


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = kept(AnswerKind.NUMBER, text)
    assert number is None or float(number) == float(number)


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        (AnswerKind.ANYTHING, " hello ", "hello"),
        (AnswerKind.EMAIL, "ana@shop.test", "ana@shop.test"),
        (AnswerKind.EMAIL, "ana@shop", None),
        (AnswerKind.EMAIL, "my mail is ana@shop.test", None),
        (AnswerKind.DATE, "2026-11-23", "2026-11-23"),
        (AnswerKind.DATE, "23.11.2026", "2026-11-23"),
        (AnswerKind.DATE, "23/11/2026", "2026-11-23"),
        (AnswerKind.DATE, "23 Nov 2026", "2026-11-23"),
        (AnswerKind.DATE, "12/31/2026", "2026-12-31"),
        (AnswerKind.DATE, "November 23, 2026", "2026-11-23"),
        (AnswerKind.DATE, "2026-W01-1", None),
        (AnswerKind.DATE, "31.02.2026", None),
        (AnswerKind.DATE, "tomorrow", None),
        (AnswerKind.PHONE, "+1 604 555 0142", "+16045550142"),
        (AnswerKind.PHONE, "604 555 0142", None),
        (AnswerKind.PHONE, "call me", None),
    ],
)
def test_answers(kind: AnswerKind, text: str, answer: str | None) -> None:
    assert kept(kind, text) == answer


def test_a_phone_without_its_country_has_the_workspaces() -> None:
    assert kept(AnswerKind.PHONE, "604 555 0142", country="CA") == "+16045550142"


def test_a_pattern_is_for_the_whole_answer_whatever_its_case() -> None:
    assert kept(AnswerKind.PATTERN, "ab-12", "[A-Z]{2}-[0-9]+") == "ab-12"
    assert kept(AnswerKind.PATTERN, "my ab-12", "[A-Z]{2}-[0-9]+") is None
    assert kept(AnswerKind.PATTERN, "ab", "(") is None


def test_nothing_but_words_is_an_answer_unless_anything_is() -> None:
    photo = Said("", kind="image")
    assert fitting(Question(), photo) == "(picture)"
    assert fitting(Question(must_be=AnswerKind.EMAIL), photo) is None


def test_an_answer_is_cut_and_cleaned() -> None:
    assert kept(AnswerKind.ANYTHING, "x" * 5_000) == "x" * 1_000
    assert kept(AnswerKind.ANYTHING, "a\x00b\ud800") == "ab"


@pytest.mark.parametrize("pattern", ["", "(", "a" * 201, r"(?=x)", r"(a)\1", "a{2000}"])
def test_what_is_no_pattern(pattern: str) -> None:
    assert compiled(pattern, match_case=False) is None


def test_no_pattern_takes_long() -> None:
    found = compiled("(a+)+(a+)+(a+)+$", match_case=False)
    began = time.perf_counter()
    assert found is not None
    assert found.fullmatch("a" * 900 + "b") is None
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("said", "id"),
    [
        (Said("Yes, please", "flow:a:y"), "y"),
        (Said("whatever", "flow:a:n"), "n"),
        (Said("  YES,   please"), "y"),
        (Said("yes"), None),
        (Said("No", "flow:b:n"), None),
        (Said("No", "flow:a:x"), None),
        (Said(""), None),
    ],
)
def test_choices(said: Said, id: str | None) -> None:
    found = chosen("a", CHOICES, said)
    assert (found.id if found else None) == id


@pytest.mark.parametrize(
    ("op", "values", "answer", "holds"),
    [
        (Op.IS, ("Yes",), " yes ", True),
        (Op.IS_NOT, ("yes",), "", True),
        (Op.ANY_OF, ("a", "b"), "B", True),
        (Op.NONE_OF, ("a", "b"), "c", True),
        (Op.CONTAINS, ("ord",), "My order", True),
        (Op.CONTAINS, ("",), "My order", False),
        (Op.NOT_CONTAINS, ("x",), "My order", True),
        (Op.STARTS_WITH, ("my",), "My order", True),
        (Op.LESS, ("10",), "9.5", True),
        (Op.MORE, ("10",), "9.5", False),
        (Op.MORE, ("10",), "many", False),
        (Op.EMPTY, (), "", True),
        (Op.NOT_EMPTY, (), "", False),
        (Op.IS, (), "x", False),
        (Op.MORE, ("1,5",), "2", True),
        (Op.LESS, ("1 000",), "2000", False),
        (Op.MORE, ("10",), "inf", False),
    ],
)
def test_conditions_on_an_answer(op: Op, values: tuple[str, ...], answer: str, holds: bool) -> None:
    assert is_answered(op, values, answer) is holds


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "Halifax", "Halifax"),
        (Kind.TEXT, "", None),
        (Kind.NUMBER, "12.5", 12.5),
        (Kind.NUMBER, "old", None),
        (Kind.YES_NO, "Yes", True),
        (Kind.DATE, "soon", None),
        (Kind.CHOICES, "Tea|Coffee", ("Tea", "Coffee")),
        (Kind.CHOICES, "|", None),
    ],
)
def test_fields_as_conditions_compare_them(kind: Kind, text: str, value: Value | None) -> None:
    assert typed(Attribute(1, "Field", kind), text) == value
