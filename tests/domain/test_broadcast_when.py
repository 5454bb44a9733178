"""When a broadcast begins, and when each of its messages is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.domain.broadcast_when import When

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TORONTO, VANCOUVER, PARIS = (
    ZoneInfo("America/Toronto"),
    ZoneInfo("America/Vancouver"),
    ZoneInfo("Europe/Paris"),
)
TEN = datetime(2026, 5, 5, 10, tzinfo=TORONTO)
"""Ten in the morning where the workspace is."""


def test_at_once() -> None:
    assert When().starts_at(NOW, TORONTO) == NOW
    assert When().due_at(NOW, TORONTO, PARIS, 900) == NOW


def test_at_a_time_for_everybody() -> None:
    when = When(TEN)
    assert when.starts_at(NOW, TORONTO) == TEN
    assert when.due_at(TEN, TORONTO, VANCOUVER, 0) == TEN


def test_a_time_that_is_past_is_now() -> None:
    assert When(NOW - timedelta(hours=3)).starts_at(NOW, TORONTO) == NOW


def test_each_on_their_own_wall() -> None:
    when = When(TEN, in_each_zone=True)
    start = when.starts_at(NOW, TORONTO)
    assert start == datetime(2026, 5, 4, 20, tzinfo=UTC)  # ten on the 5th, where it is ten first
    assert when.due_at(start, TORONTO, PARIS, 0) == datetime(2026, 5, 5, 8, tzinfo=UTC)
    assert when.due_at(start, TORONTO, TORONTO, 0) == TEN
    assert when.due_at(start, TORONTO, VANCOUVER, 0) == datetime(2026, 5, 5, 17, tzinfo=UTC)


def test_whose_hour_has_passed_gets_it_when_it_starts() -> None:
    when = When(TEN, in_each_zone=True)
    assert when.due_at(TEN, TORONTO, PARIS, 0) == TEN


def test_so_many_a_day() -> None:
    when = When(per_day_count=1_000)
    due = [when.due_at(NOW, TORONTO, PARIS, before) for before in (0, 999, 1_000, 2_500)]
    assert due == [NOW, NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)]
