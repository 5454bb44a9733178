"""Links to broadcasts."""

import pytest

from desktop.domain.links import BROADCAST, Link, read_link
from desktop.domain.problems import Problem


@pytest.mark.parametrize("text", ["broadcast:12", " Broadcast:12\n", "assent:broadcast:12"])
def test_what_is_a_link(text: str) -> None:
    assert read_link(text) == Link(BROADCAST, 12)
    assert str(read_link(text)) == "broadcast:12"


@pytest.mark.parametrize(
    "text", ["", "12", "broadcast:", "broadcast:-1", "contact:12", "broadcast:1" + "0" * 20]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(Problem, match="looks like broadcast:12"):
        read_link(text)
