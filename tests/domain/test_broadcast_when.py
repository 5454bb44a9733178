"""When a broadcast begins, and when each contact's message is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.domain.broadcast_when import When

TORONTO, VANCOUVER, TOKYO = (
    ZoneInfo(f"{name}") for name in ("America/Toronto", "America/Vancouver", "Asia/Tokyo")
)
NINE = datetime(2026, 12, 1, 9, tzinfo=TORONTO)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_nine_on_each_wall() -> None:
    when = When(NINE, in_each_zone=True)
    start = when.starts_at(NOW, TORONTO)
    assert start <= datetime(2026, 12, 1, 9, tzinfo=TOKYO)
    for zone in (TOKYO, TORONTO, VANCOUVER):
        assert when.due_at(start, TORONTO, zone, 0) == datetime(2026, 12, 1, 9, tzinfo=zone)


def test_nobody_is_due_before_the_start() -> None:
    late = datetime(2026, 12, 1, 13, tzinfo=UTC)
    when = When(NINE, in_each_zone=True)
    assert when.starts_at(late, TORONTO) == late
    assert when.due_at(late, TORONTO, TOKYO, 0) == late


def test_the_rest_comes_a_day_later_each() -> None:
    when = When(per_day_count=1_000)
    days = [(when.due_at(NOW, TORONTO, TORONTO, before) - NOW).days for before in (0, 999, 1_000, 2_500)]
    assert days == [0, 0, 1, 2]
    assert When().starts_at(NOW, TORONTO) == NOW
    assert When(NINE).starts_at(NOW, TORONTO) - NOW == timedelta(hours=26)
