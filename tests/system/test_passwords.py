"""Passwords as they are kept, compared and made up."""

import pytest
from argon2 import PasswordHasher

from desktop.domain.people import check_password
from desktop.system.passwords import Passwords, start_password


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def test_a_hash_is_argon2id_and_salted(passwords: Passwords) -> None:
    first, second = await passwords.hash("harbour lantern"), await passwords.hash("harbour lantern")
    assert first.startswith("$argon2id$")
    assert first != second
    assert "harbour" not in first
    assert await passwords.matches(first, "harbour lantern")
    assert not await passwords.matches(first, "Harbour lantern")


async def test_one_letter_in_two_forms_is_one_letter(passwords: Passwords) -> None:
    """What one keyboard composes another sends in two pieces."""
    assert await passwords.matches(await passwords.hash("No\u00e9mie Noël"), "Noe\u0301mie Noe\u0308l")


@pytest.mark.parametrize("kept", ["", "no hash at all", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_what_is_no_hash_matches_nothing(passwords: Passwords, kept: str) -> None:
    assert not await passwords.matches(kept, "")
    assert not await passwords.matches(kept, "\ud800")


async def test_the_usual_costs_are_those_of_the_rfc() -> None:
    """RFC 9106, section 4: 64 MiB and 3 passes where memory is short."""
    usual = Passwords()
    kept = await usual.hash("harbour lantern")
    assert "$m=65536,t=3,p=4$" in kept
    assert not usual.is_outdated(kept)
    assert usual.is_outdated("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$Y2hlY2tzdW1jaGVja3N1bQ")


def test_a_start_password_is_new_and_good_enough() -> None:
    made = {start_password() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        check_password(one, "Kim Lee", "kim")
        assert len(one) == 19
        assert not set(one) & set("l1o0i")
