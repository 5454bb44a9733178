"""WhatsApp's formatting: what is formatted, what stays as written, and that no letter is ever lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.message_markup import Mark, Run, plain, runs

SIGNS = "*_~`"
PARTS = [*SIGNS, *"ab1 é.,(\n", "```", "https://a.bc/x_y", "www.shop.example"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*bold* _it_", [Run("bold", Mark.BOLD), Run(" "), Run("it", Mark.ITALIC)]),
        ("*_~all~_*", [Run("all", Mark.BOLD | Mark.ITALIC | Mark.STRIKE)]),
        ("*a _b* c_", [Run("a _b", Mark.BOLD), Run(" c_")]),
        ("(*yes*), no", [Run("("), Run("yes", Mark.BOLD), Run("), no")]),
        ("*a*b*", [Run("a*b", Mark.BOLD)]),
        ("**twice**", [Run("**twice**")]),
        ("5*6*7 and file_name_here", [Run("5*6*7 and file_name_here")]),
        ("*open\n*never* closed", [Run("*open\n"), Run("never", Mark.BOLD), Run(" closed")]),
        ("say `x = *1*` now", [Run("say "), Run("x = *1*", Mark.MONO), Run(" now")]),
        ("```\nfor x\n  *y*\n```", [Run("\nfor x\n  *y*\n", Mark.MONO)]),
        ("``` never closed *b*", [Run("``` never closed "), Run("b", Mark.BOLD)]),
        ("*see https://a.example/b_c*", [Run("see ", Mark.BOLD), Run("https://a.example/b_c", Mark.BOLD | Mark.LINK)]),
        ("https://a.example/_x_?y=*", [Run("https://a.example/_x_?y=", Mark.LINK), Run("*")]),
        ("नमस्ते *दुनिया*", [Run("नमस्ते "), Run("दुनिया", Mark.BOLD)]),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_formatted(text: str, wanted: list[Run]) -> None:
    assert runs(text) == wanted


def test_a_link_without_a_scheme_leads_somewhere() -> None:
    found = [run.address for run in runs("www.shop.example or HTTPS://B.example. awww.c.example")]
    assert [one for one in found if one] == ["https://www.shop.example", "HTTPS://B.example"]


def left_out(text: str) -> str | None:
    """The letters of the text that are not shown; None if what is shown is not a part of it in its order."""
    shown, missing = iter(plain(text)), []
    wanted = next(shown, None)
    for letter in text:
        if letter == wanted:
            wanted = next(shown, None)
        else:
            missing.append(letter)
    return "".join(missing) if wanted is None else None


@given(TEXTS)
def test_no_letter_is_lost(text: str) -> None:
    missing = left_out(text)
    assert missing is not None
    assert set(missing) <= set(SIGNS)
    assert all(run.text for run in runs(text))
    for sign in "*_~":
        assert missing.count(sign) % 2 == 0 or sign in plain(text)


@given(TEXTS)
def test_what_is_formatted_begins_and_ends_with_a_letter(text: str) -> None:
    found = runs(text)
    for mark in (Mark.BOLD, Mark.ITALIC, Mark.STRIKE):
        spans = "".join(run.text if mark in run.marks else "\0" for run in found).split("\0")
        assert all(one == one.strip() or "`" in text for one in spans)
        assert all("\n" not in one or "```" in text for one in spans)


@given(st.text(st.characters(blacklist_characters=SIGNS), max_size=80))
def test_a_text_without_signs_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@given(st.lists(st.sampled_from(["*bold*", "_it_", "~no~", "word", "2 kg"]), min_size=1, max_size=8))
def test_each_word_has_its_own_mark(words: list[str]) -> None:
    marks = {"*": Mark.BOLD, "_": Mark.ITALIC, "~": Mark.STRIKE}
    wanted = [(one.strip("*_~"), marks.get(one[0], Mark.NONE)) for one in words]
    assert [(run.text, run.marks) for run in runs("\n".join(words)) if run.text.strip()] or not wanted
    assert "".join(run.text for run in runs(" ".join(words))) == " ".join(text for text, _ in wanted)


@pytest.mark.parametrize("worst", ["*a ", "```a", "`a", "_*~", "https://", "*a* ", "`*_~\n", "www."])
def test_the_longest_text_takes_no_time(worst: str) -> None:
    text = (worst * 65_536)[:65_536]
    begun_s = time.process_time()
    runs(text)
    assert time.process_time() - begun_s < 2
