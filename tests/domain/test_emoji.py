"""Emoji by name."""

from desktop.domain.emoji import every, matching


def test_every_one_is_named_once_and_is_no_letter() -> None:
    signs = [one.text for one in every()]
    assert len(signs) == len(set(signs)) > 800
    assert all(one.name and not one.text.isalnum() for one in every())


def test_names_that_begin_with_what_is_typed_come_first() -> None:
    assert matching("thumbs up")[0].text == "👍"
    assert matching("  HEART")[0].name.startswith("heart")
    assert matching("no such sign") == []
    assert matching("")[0] == every()[0]
