"""What calls the lists while one types."""

import pytest

from desktop.domain.typed import mention_in, slash_in


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        ("/", ""),
        ("/ho", "ho"),
        ("  /größe-2", "größe-2"),
        ("", None),
        ("a /ho", None),
        ("9/10", None),
        ("/a b", None),
    ],
)
def test_a_slash_calls_where_a_line_begins(before: str, typed: str | None) -> None:
    assert slash_in(before) == typed


def test_a_slash_that_a_button_put_calls_anywhere_and_takes_spaces() -> None:
    assert slash_in("Hello /th", 6) == "th"
    assert slash_in("Hello /thank you", 6) == "thank you"
    assert slash_in("Hello", 6) is None, "it was deleted"


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        ("@", ""),
        ("please @Li", "Li"),
        ("(@Lina Had", "Lina Had"),
        ("ana@shop.example", None),
        ("@Lina, @To", "To"),
        ("", None),
    ],
)
def test_an_at_calls_where_a_word_begins(before: str, typed: str | None) -> None:
    assert mention_in(before) == typed
