"""What a mutation touched, and who cares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.changes import Change, Changes, Topic

changes = st.builds(Changes, st.frozensets(st.builds(Change, st.sampled_from(Topic), st.integers(0, 3))))


@pytest.mark.parametrize(
    ("touched", "topic", "number", "cares"),
    [
        (Change(Topic.CONTACT, 3), Topic.CONTACT, 3, True),
        (Change(Topic.CONTACT, 3), Topic.CONTACT, None, True),
        (Change(Topic.CONTACT, 3), Topic.CONTACT, 4, False),
        (Change(Topic.CONTACT), Topic.CONTACT, 4, True),
        (Change(Topic.CONTACT, 3), Topic.MESSAGE, 3, False),
        (Change(Topic.EVERYTHING), Topic.MESSAGE, 3, True),
    ],
)
def test_who_cares_about_a_change(touched: Change, topic: Topic, number: int | None, cares: bool) -> None:
    assert Changes.of(touched).has(topic, number) is cares


def test_nothing_touched_is_false_and_concerns_nobody() -> None:
    assert not Changes()
    assert not any(Changes().has(topic) for topic in Topic)


@given(changes, changes, st.sampled_from(Topic), st.none() | st.integers(0, 3))
def test_two_mutations_touch_what_either_touched(
    one: Changes, two: Changes, topic: Topic, number: int | None
) -> None:
    assert (one | two).has(topic, number) is (one.has(topic, number) or two.has(topic, number))
    assert bool(one | two) is (bool(one) or bool(two))
