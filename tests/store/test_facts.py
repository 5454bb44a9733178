"""The packed facts: every combination survives packing, and each bit changes alone."""

from itertools import product

import pytest

from desktop.domain.consent import Facts, OptIn
from desktop.store import facts
from tests.store.world import US_PHONE, phone

PHONES = (None, phone(0), US_PHONE)
EVERY = list(product(OptIn, (False, True), PHONES))


@pytest.mark.parametrize(("opt_in", "stopped", "number"), EVERY)
def test_what_was_packed_is_unpacked(opt_in: OptIn, stopped: bool, number: str | None) -> None:
    packed = facts.pack(opt_in, number, stopped=stopped)

    assert facts.unpack(packed, 5) == Facts(opt_in, stopped, number == US_PHONE, 5)
    assert facts.has_phone(packed) is (number is not None)


def test_no_two_combinations_share_a_number() -> None:
    packed = {facts.pack(opt_in, number, stopped=stopped) for opt_in, stopped, number in EVERY}

    assert len(packed) == len(EVERY)
    assert all(0 <= one < 32 for one in packed)


@pytest.mark.parametrize(("opt_in", "stopped", "number"), EVERY)
def test_each_fact_changes_without_the_others(opt_in: OptIn, stopped: bool, number: str | None) -> None:
    packed = facts.pack(opt_in, number, stopped=stopped)

    for other in OptIn:
        assert facts.with_opt_in(packed, other) == facts.pack(other, number, stopped=stopped)
    for stop in (False, True):
        assert facts.with_stop(packed, stop) == facts.pack(opt_in, number, stopped=stop)
    for new in PHONES:
        # Who loses a number from the United States is still there.
        still = facts.US if new is None and number == US_PHONE else 0
        assert facts.with_phone(packed, new) == facts.pack(opt_in, new, stopped=stopped) | still
