"""Text folded for comparing, and cleaned for keeping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.text import clean, fold

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  Ana   Álvarez ", "ana álvarez"),
        ("ANA A\u0301LVAREZ", "ana álvarez"),
        ("Ｍａｙａ\u3000Ｃｈｅｎ", "maya chen"),
        ("STRASSE", "straße"),
        ("ﬁne", "FINE"),
        ("Maya\u00a0Chen\n", "maya chen"),
    ],
)
def test_what_reads_alike_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Ana", "Anna"), ("José", "Jose"), ("a b", "ab"), ("रोकें", "रोक")])
def test_what_reads_differently_does_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(any_text)
def test_clean_text_can_be_kept_and_is_otherwise_the_same(text: str) -> None:
    kept = clean(text)

    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert clean(kept) == kept
    assert [ch for ch in text if ch in kept] == list(kept)
