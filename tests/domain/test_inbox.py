"""What a person wants to see of the list, and the line that a found message is shown by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box
from desktop.domain.inbox import LONGEST_LINE, Order, Wanted, excerpt
from desktop.domain.text import search_fold, search_words


def marked(text: str, wanted: str) -> list[str]:
    found = excerpt(text, search_words(wanted))
    return [found.text[start:end] for start, end in found.spans]


@pytest.mark.parametrize(
    ("text", "wanted", "hits"),
    [
        ("Is the blue one back?", "BLUE", ["blue"]),
        ("Order A4471b has left", "4471", ["4471"]),
        ("Voilà, déjà vu", "deja voila", ["Voilà", "déjà"]),
        ("Cafe\u0301 creme", "café", ["Cafe\u0301"]),
        ("Straße 12", "strasse", ["Straße"]),
        ("मेरा ऑर्डर कहाँ है", "ऑर्डर", ["ऑर्डर"]),
        ("蓝色的还有吗", "还有吗", ["还有吗"]),
        ("50%_off “today”", "%_off", ["%_off"]),
        ("say ababab", "abab", ["abab"]),
        ("nothing of it", "else", []),
    ],
)
def test_the_words_searched_for_are_marked(text: str, wanted: str, hits: list[str]) -> None:
    assert marked(text, wanted) == hits


def test_a_long_message_is_shown_around_the_first_hit() -> None:
    text = "Hello there, I have been waiting for a week.\n\nWhere is my kettle? " + "Please answer. " * 30
    found = excerpt(text, ("kettle",))
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    ((start, end),) = found.spans
    assert found.text[start:end] == "kettle"
    assert start <= 20
    assert "\n" not in found.text
    assert len(found.text) <= LONGEST_LINE + 2


@given(st.text(max_size=80), st.text(min_size=1, max_size=20), st.text(max_size=80))
def test_a_hit_is_marked_wherever_it_stands(before: str, word: str, after: str) -> None:
    words = search_words(word)
    found = excerpt(f"{before} {word} {after}", words)
    for start, end in found.spans:
        assert 0 <= start < end <= len(found.text)
        assert any(one in search_fold(found.text[start:end]) for one in words) or len(found.spans) > 1


def test_what_is_wanted_is_kept_and_read_again() -> None:
    wanted = Wanted(Box.BOT, Order.WINDOW, ("VIP", "New"), OptIn.NO, unread=True, closing=True)
    assert Wanted.from_json(wanted.to_json()) == wanted
    assert wanted.condition_count == 4
    assert wanted.without_conditions == Wanted(Box.BOT, Order.WINDOW)
    assert Wanted.from_json({"box": "later", "order": 3, "opt_in": "perhaps"}) == Wanted()
