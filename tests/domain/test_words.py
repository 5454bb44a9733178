"""STOP and its kin: the whole message, whatever its case, width, spaces and punctuation."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.words import Wish, Words, fold

WORDS = Words()


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        "Stop.",
        "  stop  ",
        "\n\tSTOP\r\n",
        "“Stop!”",
        "¡Stop!",
        "s t o p",
        "S.T.O.P.",
        "st-op",
        "ＳＴＯＰ",
        "ｓｔｏｐ！",
        "𝐒𝐓𝐎𝐏",
        "STOP\u00a0",
        "ST\u200bOP",
        "\u2068STOP\u2069",
        "STOP\ufe0f",
        "STOP 🛑",
        "STOP ✋🏽\ufe0f",
        "STOP 👨\u200d👩\u200d👧",
        "unsubscribe",
        "Stop promotions",
        "STOP-OFFERS",
        "opt out",
        "opt-out!",
        "OptOut",
    ],
)
def test_a_message_that_is_nothing_but_the_word_opts_out(text: str) -> None:
    assert WORDS.wish(text) is Wish.OPT_OUT


@pytest.mark.parametrize("text", ["start", "START!", "ｓｕｂｓｃｒｉｂｅ", " Subscribe. "])
def test_a_message_that_is_nothing_but_the_word_opts_in(text: str) -> None:
    assert WORDS.wish(text) is Wish.OPT_IN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "...",
        "👍",
        "\ufe0f\u200d",
        "please stop",
        "please stop by at five",
        "stop it",
        "Stop 2",
        "don't stop",
        "stopped",
        "bus stop",
        "unsubscribe me from the list",
        "start again",
        "STOP START",
        "сто́п",
        "ठीक है",
    ],
)
def test_a_message_with_anything_else_is_an_ordinary_message(text: str) -> None:
    assert WORDS.wish(text) is None


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("बंद करो", "बंद करो।"),
        ("बंद करो", "बंदकरो"),
        ("रोकें", " रोकें! "),
        ("BASTA", "¡Basta!"),
        ("cancelar suscripción", "CANCELAR SUSCRIPCIÓN."),
        ("cancelar suscripción", "Cancelar suscripcio\u0301n"),
        ("NO MÁS", "no ma\u0301s"),
        ("ABMELDEN STRASSE", "abmelden straße"),
        ("停止", "停 止。"),
        ("0", "０"),
    ],
)
def test_a_workspaces_own_words_match_in_their_own_script(word: str, text: str) -> None:
    assert Words(opt_out=(word,)).wish(text) is Wish.OPT_OUT
    assert Words(opt_out=(), opt_in=(word,)).wish(text) is Wish.OPT_IN
    assert Words().wish(text) is None


@pytest.mark.parametrize(("word", "text"), [("बंद", "बद"), ("रोकें", "रोक"), ("NO", "NON")])
def test_marks_and_letters_tell_words_apart(word: str, text: str) -> None:
    assert Words(opt_out=(word,)).wish(text) is None


def test_a_word_on_both_lists_opts_out() -> None:
    both = Words(opt_out=("info",), opt_in=("INFO.", "START"))

    assert both.wish("Info") is Wish.OPT_OUT
    assert both.wish("start") is Wish.OPT_IN


def test_a_blank_word_in_the_settings_matches_nothing() -> None:
    blank = Words(opt_out=("", " ", "..."), opt_in=("",))

    assert blank.wish("") is None
    assert blank.wish("...") is None
    assert blank.wish("hello") is None


def test_a_word_that_is_an_emoji_matches_itself() -> None:
    """Only spaces and punctuation are aside; a word of the settings that could never match is a trap."""
    words = Words(opt_out=("🛑",))

    assert words.wish("🛑") is Wish.OPT_OUT
    assert words.wish("👍") is None


def test_without_words_nothing_matches() -> None:
    assert Words((), ()).wish("STOP") is None


@given(st.text(max_size=12), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_two_ways_to_encode_one_text_fold_alike(
    text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    assert fold(unicodedata.normalize(form, text)) == fold(text)


@given(
    st.sampled_from(WORDS.opt_out),
    st.text(st.sampled_from(" .,!?-'\"\n\t…¡¿。\u00a0\u200b\ufe0f"), max_size=6),
    st.text(st.sampled_from(" .,!?-'\"\n\t…¡¿。\u00a0\u200b\ufe0f"), max_size=6),
    st.booleans(),
)
def test_spaces_and_punctuation_around_a_word_do_not_count(
    word: str, before: str, after: str, lower: bool
) -> None:
    heard = before + (word.lower() if lower else word) + after

    assert WORDS.wish(heard) is Wish.OPT_OUT


@given(st.sampled_from(WORDS.opt_out), st.text("abcxyz019é", min_size=1, max_size=5))
def test_letters_or_digits_beside_a_word_make_it_a_message(word: str, more: str) -> None:
    assert WORDS.wish(f"{more} {word}") is None
    assert WORDS.wish(f"{word} {more}") is None
