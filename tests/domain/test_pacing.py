"""The pace: never faster than the limit over any stretch, slower after a throttle, then slowly back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.pacing import LARGEST_CLAIM, LONGEST_SLICE_S, Pace, pair_wait_s

NEVER_MIND_S = 1e-6
"""Rounding of machine time."""

limits = st.sampled_from([1.0, 5.0, 80.0, 250.0, 1000.0])
pauses_s = st.lists(st.floats(0.0, 3.0), min_size=1, max_size=40)


def burst(limit_per_s: float) -> float:
    """What may start at once: a quarter of a second's worth, one at least."""
    return max(1.0, limit_per_s * LONGEST_SLICE_S)


def fastest(pace: Pace, pauses: list[float], start_s: float) -> list[tuple[float, int]]:
    """When and how many messages are claimed by someone who always takes all there is."""
    now_s, claims = start_s, []
    for pause_s in pauses:
        now_s += pause_s
        count = pace.available(now_s)
        pace = pace.take(count, now_s)
        claims.append((now_s, count))
    return claims


@given(limits, pauses_s, st.floats(0, 1e6))
def test_no_stretch_of_time_sees_more_than_the_rate_and_one_burst(
    limit_per_s: float, pauses: list[float], start_s: float
) -> None:
    claims = fastest(Pace.start(limit_per_s, start_s), pauses, start_s)

    for first, (from_s, _) in enumerate(claims):
        total = 0
        for until_s, count in claims[first:]:
            total += count
            allowed = burst(limit_per_s) + limit_per_s * (until_s - from_s + NEVER_MIND_S)
            assert total <= allowed


@given(limits, pauses_s)
def test_a_restart_never_bursts(limit_per_s: float, pauses: list[float]) -> None:
    claims = fastest(Pace.start(limit_per_s, 50.0), pauses, 50.0)

    total = 0
    for now_s, count in claims:
        total += count
        assert total <= limit_per_s * (now_s - 50.0 + NEVER_MIND_S)


@given(limits, pauses_s)
def test_one_claim_is_at_most_a_quarter_second_and_at_most_thirty_two(
    limit_per_s: float, pauses: list[float]
) -> None:
    for _, count in fastest(Pace.start(limit_per_s, 0.0), pauses, 0.0):
        assert 0 <= count <= min(LARGEST_CLAIM, burst(limit_per_s))


def test_the_full_rate_is_reached() -> None:
    claims = fastest(Pace.start(80, 0.0), [0.1] * 100, 0.0)

    assert sum(count for _, count in claims) == pytest.approx(800, abs=1)


def test_claims_given_back_do_not_make_a_larger_burst() -> None:
    """The bucket filled again while the claims waited; giving them back must not overfill it."""
    pace = Pace.start(80, 0.0).take(20, 10.0).take(0, 11.0)

    assert pace.available(11.0) == 20
    assert pace.give_back(20).available(11.0) == 20


def test_claims_given_back_can_be_taken_again() -> None:
    pace = Pace.start(80, 0.0).take(20, 10.0)

    assert pace.available(10.0) == 0
    assert pace.give_back(5).available(10.0) == 5


def test_a_throttle_halves_the_pace_and_holds_it() -> None:
    pace = Pace.start(80, 0.0).take(20, 10.0).throttled(10.0, wait_s=2.0)

    assert pace.current_per_s == 40
    assert pace.available(11.999) == 0
    assert pace.available(12.0) > 0
    assert pace.wait_s(10.0) == 2.0


def test_calls_on_the_way_are_throttled_once() -> None:
    once = Pace.start(80, 0.0).throttled(10.0)

    assert once.throttled(10.2) == once
    assert once.throttled(11.0).current_per_s < once.current_per_s


def test_the_pace_recovers_slowly_to_its_limit_and_no_further() -> None:
    pace = Pace.start(80, 0.0).throttled(0.0)

    assert 40 < pace.refill(5.0).current_per_s < 80
    assert pace.refill(25.0).current_per_s == pytest.approx(80)
    assert pace.refill(1000.0).current_per_s == 80


def test_many_throttles_never_stop_it_for_good() -> None:
    pace = Pace.start(80, 0.0)
    for second in range(20):
        pace = pace.throttled(float(2 * second))

    assert pace.current_per_s >= 1.0
    assert pace.available(60.0) >= 1


@given(
    limits,
    pauses_s,
    st.lists(st.sampled_from(["take", "throttle", "hold"]), min_size=1, max_size=40),
)
def test_the_wait_is_long_enough_and_a_hold_is_not_cut_short(
    limit_per_s: float, pauses: list[float], doings: list[str]
) -> None:
    pace, now_s = Pace.start(limit_per_s, 0.0), 0.0
    for pause_s, doing in zip(pauses, doings, strict=False):
        now_s += pause_s
        if doing == "take":
            pace = pace.take(pace.available(now_s), now_s)
        elif doing == "throttle":
            pace = pace.throttled(now_s)
        else:
            pace = pace.held(now_s + 0.5)
        wait_s = pace.wait_s(now_s)
        assert (wait_s == 0) is (pace.available(now_s) >= 1)
        assert pace.available(now_s + wait_s + NEVER_MIND_S) >= 1
        if now_s < pace.held_until_s - NEVER_MIND_S:
            assert pace.available(pace.held_until_s - NEVER_MIND_S) == 0


def test_a_hold_lasts_until_its_time_and_a_shorter_one_does_not_shorten_it() -> None:
    pace = Pace.start(80, 0.0).held(30.0).held(20.0)

    assert pace.available(29.9) == 0
    assert pace.wait_s(20.0) == 10.0
    assert 0 < pace.available(30.0) <= 20


def test_a_clock_that_stands_still_gives_nothing() -> None:
    pace = Pace.start(80, 10.0)

    assert pace.available(10.0) == 0
    assert pace.available(9.0) == 0
    assert pace.refill(9.0) == pace


def test_without_a_limit_every_claim_is_full_unless_held() -> None:
    pace = Pace.start(None, 0.0)

    assert pace.available(0.0) == LARGEST_CLAIM
    assert pace.take(LARGEST_CLAIM, 0.0).available(0.0) == LARGEST_CLAIM
    assert pace.wait_s(0.0) == 0
    assert pace.throttled(0.0).available(0.5) == 0
    assert pace.throttled(0.0).wait_s(0.25) == 0.75
    assert pace.throttled(0.0).available(1.0) == LARGEST_CLAIM


def test_one_recipient_waits_four_times_longer_each_time_up_to_a_bound() -> None:
    assert [pair_wait_s(tries) for tries in range(4)] == [1.0, 4.0, 16.0, 64.0]
    assert pair_wait_s(6) == pair_wait_s(60) == 4096.0
