"""What a key is called and what it opens."""

import pytest

from desktop.domain.keys import (
    ANY_SCOPE,
    LONGEST_NAME,
    MAY_READ,
    MAY_SEND,
    MAY_WRITE,
    ApiKey,
    Scope,
    checked_key_name,
)
from desktop.domain.problems import Problem
from tests.clock import START


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [
        (ANY_SCOPE, "all read restricted"),
        (MAY_READ, "all read"),
        (MAY_SEND, "all restricted"),
        (MAY_WRITE, "all"),
    ],
)
def test_what_each_scope_opens(scopes: frozenset[Scope], opened: str) -> None:
    assert " ".join(sorted(scopes)) == opened


def test_a_name_is_kept_without_needless_spaces() -> None:
    assert checked_key_name("  shop \n sync\x00 ") == "shop sync"
    assert checked_key_name("x" * LONGEST_NAME) == "x" * LONGEST_NAME


@pytest.mark.parametrize("name", ["", "  ", "\x00", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_is_missing_or_too_long_is_refused(name: str) -> None:
    with pytest.raises(Problem) as refused:
        checked_key_name(name)
    assert refused.value.field == "name"


def test_two_keys_are_told_apart_by_a_few_letters() -> None:
    key = ApiKey(1, "shop-sync", "ak_7QabcdefghijklmnopQ9d", Scope.ALL, None, START)
    assert key.short == "ak_7Q…9d"
