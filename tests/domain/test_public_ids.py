"""Ids of the outside: 24 hexadecimal digits there, numbers here; and those in WhatsApp's own forms."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.public_ids import own_contact_id, own_id, public_id, public_user_id


@given(st.integers(1, 2**63 - 1))
def test_there_and_back(id: int) -> None:
    assert len(public_id(id)) == 24
    assert own_id(public_id(id)) == own_id(public_id(id).upper()) == id


@pytest.mark.parametrize(
    "text", ["", "1", "g" * 24, "0" * 24, "f" * 24, "0" * 25, "0" * 23 + "²", " " + "0" * 23]
)
def test_what_nothing_can_have_is_nobodys(text: str) -> None:
    assert own_id(text) is None


@given(st.integers(1, 2**63 - 1), st.sampled_from(["CA", "BR", "", "001"]), st.integers(0, 2**32 - 1))
def test_user_ids_there_and_back(id: int, region: str, key: int) -> None:
    store_key = f"{key:08x}"
    made = public_user_id(id, region, store_key)
    # What client libraries take for a business-scoped id: a country, a dot, digits.
    assert re.fullmatch(r"[A-Z]{2}\.[0-9]{29}", made)
    assert own_contact_id(made, store_key) == id
    assert own_contact_id(made, f"{key ^ 1:08x}") is None


@pytest.mark.parametrize(
    "text", ["", "CA.13491208655302741918", "CA." + "0" * 29, "ca." + "1" * 29, "CA." + "9" * 29]
)
def test_whatsapps_own_user_ids_are_not_ours(text: str) -> None:
    assert own_contact_id(text, "00000000") is None
