"""Text folded for comparing, and cleaned for keeping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.text import clean, fold, search_fold, search_words

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


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("Señor ŁUKASZ Zając", "senor lukasz zajac"),
        ("Crème  BRÛLÉE", "creme brulee"),
        ("İstanbul ISPARTA ıı", "istanbul isparta ii"),
        ("Straße, Tiếng Việt", "strasse, tieng viet"),
        ("Ἀθῆναι, Πότε ΤΈΛΟΣ", "αθηναι, ποτε τελοσ"),
        ("Ёлка, й", "елка, и"),
        ("x\u0302y\u0327\u0301z", "xyz"),
        ("क़ीमत ऑर्डर", fold("क़ीमत ऑर्डर")),
        ("مرحبًا", "مرحبًا"),
        ("한국어 コーヒー", "한국어 コーヒー"),
        ("ＦＵＬＬ ﬁne ①", "full fine 1"),
        ("👍🏽 ok", "👍🏽 ok"),
    ],
)
def test_accents_are_left_out_where_they_are_no_letters(text: str, searched: str) -> None:
    assert search_fold(text) == searched


@given(any_text)
def test_what_is_folded_for_the_search_stays_so(text: str) -> None:
    once = search_fold(clean(text))
    assert search_fold(once) == once
    assert once == once.strip()


@given(any_text, any_text)
def test_words_of_a_text_are_in_it(before: str, after: str) -> None:
    words = search_words(f"{before} lantern {after}")
    folded = search_fold(clean(f"{before} lantern {after}"))
    assert "lantern" in words
    assert all(word in folded for word in words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("wanted", ["", "  ", "ab", "ab cd", "你好", "🎉", "a\x00b", "é\u0301è"])
def test_nothing_is_looked_for_under_three_characters(wanted: str) -> None:
    assert search_words(wanted) == ()
