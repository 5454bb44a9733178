"""The 24-hour window, to the second."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import window

WROTE = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        (timedelta(), True),
        (12 * HOUR, True),
        (24 * HOUR - timedelta(microseconds=1), True),
        (24 * HOUR, False),
        (24 * HOUR + timedelta(seconds=1), False),
        (timedelta(days=400), False),
    ],
)
def test_the_window_is_open_for_a_day_and_its_last_instant_is_closed(later: timedelta, is_open: bool) -> None:
    assert window.is_open(WROTE, WROTE + later) is is_open


def test_who_never_wrote_has_no_window() -> None:
    assert window.closes_at(None) is None
    assert not window.is_open(None, WROTE)
    assert window.left(None, WROTE) == timedelta()


def test_the_window_is_a_length_of_time_not_a_wall_clock() -> None:
    """Eight in the morning in Vancouver, across the night in which the clocks change."""
    before_change = datetime(2026, 3, 7, 8, tzinfo=timezone(timedelta(hours=-8)))
    after_change = datetime(2026, 3, 8, 8, 59, tzinfo=timezone(timedelta(hours=-7)))

    assert window.is_open(before_change, after_change)
    assert window.closes_at(before_change) == datetime(2026, 3, 8, 16, tzinfo=UTC)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3)))
def test_what_is_left_is_positive_exactly_while_it_is_open(later: timedelta) -> None:
    now = WROTE + later
    left = window.left(WROTE, now)

    assert timedelta() <= left <= window.LENGTH
    assert (left > timedelta()) is window.is_open(WROTE, now)
    if left:
        assert now + left == window.closes_at(WROTE)
