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


def test_the_first_day_may_have_a_number_of_its_own() -> None:
    when = When(per_day_count=1_000, first_day_count=23)
    days = [(when.due_at(NOW, TORONTO, TORONTO, before) - NOW).days for before in (0, 22, 23, 1_022, 1_023)]
    assert days == [0, 0, 1, 1, 2]
    assert [when.days_for(count) for count in (0, 23, 24, 1_000, 1_023, 1_024)] == [1, 1, 2, 2, 2, 3]
    none_today = When(per_day_count=5, first_day_count=0)
    assert [none_today.days_for(count) for count in (1, 5, 6)] == [2, 2, 3]
    assert When.from_json(when.to_json()) == when
    assert "first_day_count" not in When(per_day_count=5).to_json()
    assert When().days_for(7) == 1
