"""Ids of the outside: 24 hexadecimal digits there, numbers here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.public_ids import own_id, public_id


@given(st.integers(1, 2**63 - 1))
def test_there_and_back(id: int) -> None:
    assert len(public_id(id)) == 24
    assert own_id(public_id(id)) == own_id(public_id(id).upper()) == id


@pytest.mark.parametrize(
    "text", ["", "1", "g" * 24, "0" * 24, "f" * 24, "0" * 25, "0" * 23 + "²", " " + "0" * 23]
)
def test_what_nothing_can_have_is_nobodys(text: str) -> None:
    assert own_id(text) is None
