"""Quiet hours: spans over midnight, and the days on which they begin."""

from datetime import UTC, datetime

import pytest

from desktop.domain.quiet import QuietHours, Span

EVENINGS = QuietHours(week=Span(20 * 60, 8 * 60), weekend=Span(0, 0))
NOON = QuietHours(week=Span(12 * 60, 13 * 60), weekend=Span(22 * 60, 6 * 60))


@pytest.mark.parametrize(
    ("hours", "day", "clock", "quiet"),
    [
        (EVENINGS, 2, "19:59", False),  # Monday, 2 November 2026
        (EVENINGS, 2, "20:00", True),
        (EVENINGS, 3, "07:59", True),
        (EVENINGS, 3, "08:00", False),
        (EVENINGS, 7, "12:00", True),  # Saturday, the whole day
        (EVENINGS, 8, "23:59", True),
        (EVENINGS, 9, "00:00", False),  # Monday: Sunday's span has ended, and Monday's begins at 20:00
        (NOON, 4, "12:30", True),
        (NOON, 4, "13:00", False),
        (NOON, 7, "12:30", False),
        (NOON, 8, "05:59", True),  # Saturday's night
        (NOON, 9, "05:59", True),  # Sunday's night lasts into Monday
        (NOON, 9, "06:00", False),
        (NOON, 7, "05:00", False),  # Friday has no night
    ],
)
def test_quiet_by_day_and_clock(hours: QuietHours, day: int, clock: str, quiet: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    assert hours.holds(datetime(2026, 11, day, hour, minute, tzinfo=UTC)) is quiet
