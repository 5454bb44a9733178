"""When steps are due: the expected times are written by hand, with their offsets."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.sequence import ANY_TIME, DAY_MINUTES, EVERY_DAY, Delay, DelayUnit, Hours
from desktop.domain.step_times import due_after, is_open, next_open

TORONTO = "America/Toronto"
BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"
KOLKATA = "Asia/Kolkata"
CAIRO = "Africa/Cairo"

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
WORKDAYS = frozenset(range(5))


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def hours(opens: str, closes: str, *weekdays: int) -> Hours:
    return Hours(frozenset(weekdays) or EVERY_DAY, minutes(opens), minutes(closes))


DELAYS = [
    # The clock is put forward: Toronto, Sunday 8 March 2026, from 02:00 to 03:00.
    (TORONTO, "2026-03-07T09:00-05:00", "1 days", "2026-03-08T09:00-04:00"),
    (TORONTO, "2026-03-07T09:00-05:00", "24 hours", "2026-03-08T10:00-04:00"),
    (TORONTO, "2026-03-07T09:00-05:00", "1440 minutes", "2026-03-08T10:00-04:00"),
    (TORONTO, "2026-03-08T01:50-05:00", "20 minutes", "2026-03-08T03:10-04:00"),
    (TORONTO, "2026-03-01T18:30-05:00", "14 days", "2026-03-15T18:30-04:00"),
    # … a time of day that this day does not have.
    (TORONTO, "2026-03-07T02:00-05:00", "1 days", "2026-03-08T03:00-04:00"),
    (TORONTO, "2026-03-07T02:30-05:00", "1 days", "2026-03-08T03:30-04:00"),
    (TORONTO, "2026-03-07T02:30-05:00", "2 days", "2026-03-09T02:30-04:00"),
    # The clock is put back: Toronto, Sunday 1 November 2026, from 02:00 to 01:00.
    (TORONTO, "2026-10-31T09:00-04:00", "1 days", "2026-11-01T09:00-05:00"),
    (TORONTO, "2026-10-31T09:00-04:00", "24 hours", "2026-11-01T08:00-05:00"),
    (TORONTO, "2026-11-01T01:30-04:00", "60 minutes", "2026-11-01T01:30-05:00"),
    # … a time of day that this day has twice.
    (TORONTO, "2026-10-31T01:30-04:00", "1 days", "2026-11-01T01:30-04:00"),
    (TORONTO, "2026-11-01T01:30-04:00", "1 days", "2026-11-02T01:30-05:00"),
    (TORONTO, "2026-11-01T01:30-05:00", "1 days", "2026-11-02T01:30-05:00"),
    # Berlin, 29 March 2026 from 02:00 to 03:00, and 25 October 2026 from 03:00 to 02:00.
    (BERLIN, "2026-03-22T18:00+01:00", "7 days", "2026-03-29T18:00+02:00"),
    (BERLIN, "2026-03-28T02:15+01:00", "1 days", "2026-03-29T03:15+02:00"),
    (BERLIN, "2026-03-28T18:00+01:00", "24 hours", "2026-03-29T19:00+02:00"),
    (BERLIN, "2026-10-24T02:15+02:00", "1 days", "2026-10-25T02:15+02:00"),
    (BERLIN, "2026-10-24T12:00+02:00", "2 days", "2026-10-26T12:00+01:00"),
    (BERLIN, "2026-10-24T12:00+02:00", "48 hours", "2026-10-26T11:00+01:00"),
    # Lord Howe, by half an hour: 4 October 2026 from 02:00 to 02:30, and 5 April 2026 from 02:00 to 01:30.
    (LORD_HOWE, "2026-10-03T09:00+10:30", "1 days", "2026-10-04T09:00+11:00"),
    (LORD_HOWE, "2026-10-03T09:00+10:30", "24 hours", "2026-10-04T09:30+11:00"),
    (LORD_HOWE, "2026-10-03T02:10+10:30", "1 days", "2026-10-04T02:40+11:00"),
    (LORD_HOWE, "2026-04-04T09:00+11:00", "24 hours", "2026-04-05T08:30+10:30"),
    (LORD_HOWE, "2026-04-04T01:45+11:00", "1 days", "2026-04-05T01:45+11:00"),
    # Kolkata has no summer time.
    (KOLKATA, "2026-03-28T09:00+05:30", "1 days", "2026-03-29T09:00+05:30"),
    (KOLKATA, "2026-10-24T09:00+05:30", "24 hours", "2026-10-25T09:00+05:30"),
    # Ends of months and years, and the day that only leap years have.
    (TORONTO, "2026-01-31T09:00-05:00", "1 days", "2026-02-01T09:00-05:00"),
    (TORONTO, "2026-01-31T09:00-05:00", "28 days", "2026-02-28T09:00-05:00"),
    (TORONTO, "2026-01-31T09:00-05:00", "30 days", "2026-03-02T09:00-05:00"),
    (TORONTO, "2026-04-30T09:00-04:00", "31 days", "2026-05-31T09:00-04:00"),
    (TORONTO, "2027-02-28T09:00-05:00", "1 days", "2027-03-01T09:00-05:00"),
    (TORONTO, "2028-02-28T09:00-05:00", "1 days", "2028-02-29T09:00-05:00"),
    (TORONTO, "2028-02-29T09:00-05:00", "1 days", "2028-03-01T09:00-05:00"),
    (TORONTO, "2028-02-29T09:00-05:00", "365 days", "2029-02-28T09:00-05:00"),
    (TORONTO, "2028-02-28T23:30-05:00", "1 hours", "2028-02-29T00:30-05:00"),
    (TORONTO, "2026-12-31T23:30-05:00", "1 days", "2027-01-01T23:30-05:00"),
    (TORONTO, "2026-12-31T23:30-05:00", "45 minutes", "2027-01-01T00:15-05:00"),
    # Seconds are kept; nothing is nothing.
    (TORONTO, "2026-11-23T09:00:42-05:00", "3 days", "2026-11-26T09:00:42-05:00"),
    (TORONTO, "2026-11-01T01:30-05:00", "0 days", "2026-11-01T01:30-05:00"),
    (TORONTO, "2026-11-23T09:00-05:00", "0 minutes", "2026-11-23T09:00-05:00"),
]


@pytest.mark.parametrize(("zone", "before", "delay", "due"), DELAYS)
def test_a_delay_passes(zone: str, before: str, delay: str, due: str) -> None:
    count, unit = delay.split()
    found = due_after(datetime.fromisoformat(before), Delay(int(count), DelayUnit(unit)), ZoneInfo(zone))
    assert found == datetime.fromisoformat(due)
    assert found.tzinfo is UTC


OFFICE = hours("09:00", "18:00", *WORKDAYS)
DAYTIME = hours("09:00", "18:00")
FRIDAY_NIGHT = hours("22:00", "02:00", FRIDAY)
SATURDAY_NIGHT = hours("22:00", "02:00", SATURDAY)

OPENINGS = [
    # Office hours. 20 November 2026 is a Friday.
    (TORONTO, OFFICE, "2026-11-20T09:00-05:00", "2026-11-20T09:00-05:00"),
    (TORONTO, OFFICE, "2026-11-20T17:59:59-05:00", "2026-11-20T17:59:59-05:00"),
    (TORONTO, OFFICE, "2026-11-20T18:00-05:00", "2026-11-23T09:00-05:00"),
    (TORONTO, OFFICE, "2026-11-20T08:59:30-05:00", "2026-11-20T09:00-05:00"),
    (TORONTO, OFFICE, "2026-11-21T12:00-05:00", "2026-11-23T09:00-05:00"),
    (TORONTO, OFFICE, "2026-11-22T23:59-05:00", "2026-11-23T09:00-05:00"),
    (TORONTO, OFFICE, "2026-11-19T20:00-05:00", "2026-11-20T09:00-05:00"),
    # Whole days.
    (TORONTO, ANY_TIME, "2026-11-22T03:14:15-05:00", "2026-11-22T03:14:15-05:00"),
    (TORONTO, hours("00:00", "24:00", MONDAY), "2026-11-22T12:00-05:00", "2026-11-23T00:00-05:00"),
    (TORONTO, hours("00:00", "24:00", MONDAY), "2026-11-23T23:59-05:00", "2026-11-23T23:59-05:00"),
    (TORONTO, hours("00:00", "24:00", MONDAY), "2026-11-24T00:00-05:00", "2026-11-30T00:00-05:00"),
    # Until the same time of the next day; until midnight, written as the next day's.
    (TORONTO, hours("08:00", "08:00", MONDAY), "2026-11-24T07:59-05:00", "2026-11-24T07:59-05:00"),
    (TORONTO, hours("08:00", "08:00", MONDAY), "2026-11-24T08:00-05:00", "2026-11-30T08:00-05:00"),
    (TORONTO, hours("18:00", "00:00", MONDAY), "2026-11-23T23:59-05:00", "2026-11-23T23:59-05:00"),
    (TORONTO, hours("18:00", "00:00", MONDAY), "2026-11-24T00:00-05:00", "2026-11-30T18:00-05:00"),
    (TORONTO, hours("18:00", "24:00", MONDAY), "2026-11-24T00:00-05:00", "2026-11-30T18:00-05:00"),
    # Over midnight: the weekday is that on which the hours open.
    (TORONTO, FRIDAY_NIGHT, "2026-11-20T01:00-05:00", "2026-11-20T22:00-05:00"),
    (TORONTO, FRIDAY_NIGHT, "2026-11-20T21:59:59-05:00", "2026-11-20T22:00-05:00"),
    (TORONTO, FRIDAY_NIGHT, "2026-11-20T23:00-05:00", "2026-11-20T23:00-05:00"),
    (TORONTO, FRIDAY_NIGHT, "2026-11-21T01:59-05:00", "2026-11-21T01:59-05:00"),
    (TORONTO, FRIDAY_NIGHT, "2026-11-21T02:00-05:00", "2026-11-27T22:00-05:00"),
    (TORONTO, FRIDAY_NIGHT, "2026-11-21T23:00-05:00", "2026-11-27T22:00-05:00"),
    (TORONTO, hours("22:00", "02:00", SUNDAY), "2026-11-23T01:30-05:00", "2026-11-23T01:30-05:00"),
    (TORONTO, hours("22:00", "02:00", *WORKDAYS), "2026-11-23T01:30-05:00", "2026-11-23T22:00-05:00"),
    # One minute.
    (TORONTO, hours("10:00", "10:01"), "2026-11-23T10:00:59-05:00", "2026-11-23T10:00:59-05:00"),
    (TORONTO, hours("10:00", "10:01"), "2026-11-23T10:01-05:00", "2026-11-24T10:00-05:00"),
    (TORONTO, hours("23:59", "00:00", SUNDAY), "2026-11-23T00:00-05:00", "2026-11-29T23:59-05:00"),
    # The clock is put forward between closing and opening.
    (TORONTO, DAYTIME, "2026-03-07T18:00-05:00", "2026-03-08T09:00-04:00"),
    (BERLIN, DAYTIME, "2026-03-28T18:00+01:00", "2026-03-29T09:00+02:00"),
    (LORD_HOWE, DAYTIME, "2026-10-03T18:00+10:30", "2026-10-04T09:00+11:00"),
    (KOLKATA, DAYTIME, "2026-03-28T20:00+05:30", "2026-03-29T09:00+05:30"),
    # … hours that begin in the gap, lie in it whole, end in it.
    (TORONTO, hours("02:30", "05:00"), "2026-03-08T01:00-05:00", "2026-03-08T03:00-04:00"),
    (TORONTO, hours("02:00", "05:00"), "2026-03-08T01:59:30-05:00", "2026-03-08T03:00-04:00"),
    (BERLIN, hours("02:00", "04:00"), "2026-03-29T00:30+01:00", "2026-03-29T03:00+02:00"),
    (LORD_HOWE, hours("02:10", "09:00"), "2026-10-04T01:00+10:30", "2026-10-04T02:30+11:00"),
    (TORONTO, hours("02:15", "02:45"), "2026-03-08T00:00-05:00", "2026-03-09T02:15-04:00"),
    (TORONTO, hours("02:15", "02:45", SUNDAY), "2026-03-07T12:00-05:00", "2026-03-15T02:15-04:00"),
    (TORONTO, hours("01:30", "02:30"), "2026-03-08T03:00-04:00", "2026-03-09T01:30-04:00"),
    (TORONTO, SATURDAY_NIGHT, "2026-03-08T01:59-05:00", "2026-03-08T01:59-05:00"),
    (TORONTO, SATURDAY_NIGHT, "2026-03-08T03:00-04:00", "2026-03-14T22:00-04:00"),
    # … over the beginning of a day: Cairo, Friday 24 April 2026, from 00:00 to 01:00.
    (CAIRO, hours("00:00", "24:00", FRIDAY), "2026-04-23T12:00+02:00", "2026-04-24T01:00+03:00"),
    (CAIRO, hours("22:00", "00:30", FRIDAY - 1), "2026-04-24T01:00+03:00", "2026-04-30T22:00+03:00"),
    # The clock is put back between closing and opening.
    (TORONTO, DAYTIME, "2026-10-31T18:00-04:00", "2026-11-01T09:00-05:00"),
    (BERLIN, DAYTIME, "2026-10-24T18:00+02:00", "2026-10-25T09:00+01:00"),
    # … an hour that happens twice is open twice.
    (TORONTO, hours("01:00", "02:00"), "2026-11-01T01:30-04:00", "2026-11-01T01:30-04:00"),
    (TORONTO, hours("01:00", "02:00"), "2026-11-01T01:30-05:00", "2026-11-01T01:30-05:00"),
    (TORONTO, hours("01:00", "02:00"), "2026-11-01T02:00-05:00", "2026-11-02T01:00-05:00"),
    (TORONTO, hours("01:30", "01:45"), "2026-11-01T01:50-04:00", "2026-11-01T01:30-05:00"),
    (TORONTO, hours("23:00", "01:15"), "2026-11-01T01:20-04:00", "2026-11-01T01:00-05:00"),
    (LORD_HOWE, hours("01:40", "01:50"), "2026-04-05T01:55+11:00", "2026-04-05T01:40+10:30"),
    # Ends of months and years, and the day that only leap years have.
    (TORONTO, DAYTIME, "2026-01-31T18:00-05:00", "2026-02-01T09:00-05:00"),
    (TORONTO, DAYTIME, "2027-02-28T18:00-05:00", "2027-03-01T09:00-05:00"),
    (TORONTO, DAYTIME, "2028-02-28T18:00-05:00", "2028-02-29T09:00-05:00"),
    (TORONTO, DAYTIME, "2028-02-29T18:00-05:00", "2028-03-01T09:00-05:00"),
    (TORONTO, DAYTIME, "2026-12-31T18:00-05:00", "2027-01-01T09:00-05:00"),
    (TORONTO, hours("22:00", "02:00"), "2027-01-01T01:00-05:00", "2027-01-01T01:00-05:00"),
    # The zone counts, not where `at` was read: 23:00 in Berlin is 17:00 in Toronto.
    (TORONTO, OFFICE, "2026-11-20T23:00+01:00", "2026-11-20T17:00-05:00"),
    (BERLIN, OFFICE, "2026-11-20T17:00-05:00", "2026-11-23T09:00+01:00"),
]


@pytest.mark.parametrize(("zone", "when", "at", "opens"), OPENINGS)
def test_hours_open(zone: str, when: Hours, at: str, opens: str) -> None:
    found = next_open(datetime.fromisoformat(at), when, ZoneInfo(zone))
    assert found == datetime.fromisoformat(opens)
    assert found.tzinfo is UTC


def test_hours_without_a_weekday_never_open() -> None:
    with pytest.raises(ValueError, match="weekday"):
        next_open(datetime(2026, 11, 23, tzinfo=UTC), Hours(frozenset()), ZoneInfo(TORONTO))


def test_after_a_week_off_the_missed_step_goes_out_and_the_next_keeps_its_whole_delay() -> None:
    """Off from Monday 26 October to Monday 2 November 2026; the clock was put back in between."""
    toronto = ZoneInfo(TORONTO)
    missed = due_after(datetime.fromisoformat("2026-10-24T10:00-04:00"), Delay(3, DelayUnit.DAYS), toronto)
    assert missed == datetime.fromisoformat("2026-10-27T10:00-04:00")
    back_at = datetime.fromisoformat("2026-11-02T11:20-05:00")
    assert next_open(max(missed, back_at), OFFICE, toronto) == back_at
    following = due_after(back_at, Delay(3, DelayUnit.DAYS), toronto)
    assert following == datetime.fromisoformat("2026-11-05T11:20-05:00")
    assert next_open(following, OFFICE, toronto) == following


def test_back_in_the_night_the_missed_step_waits_for_the_morning() -> None:
    back_at = datetime.fromisoformat("2026-11-01T01:30-05:00")
    opens = next_open(back_at, OFFICE, ZoneInfo(TORONTO))
    assert opens == datetime.fromisoformat("2026-11-02T09:00-05:00")


CLOCK_CHANGES = {
    TORONTO: ("2026-03-08T07:00Z", "2026-11-01T06:00Z"),
    BERLIN: ("2026-03-29T01:00Z", "2026-10-25T01:00Z"),
    LORD_HOWE: ("2026-10-03T15:30Z", "2026-04-04T15:00Z"),
    CAIRO: ("2026-04-23T22:00Z", "2026-10-29T21:00Z"),
    KOLKATA: ("2026-03-29T00:00Z",),
    "America/Phoenix": ("2026-03-08T09:00Z",),
}
"""Where it is hard, in UTC."""


@st.composite
def moments(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    zone = draw(st.sampled_from(sorted(CLOCK_CHANGES)))
    change = datetime.fromisoformat(draw(st.sampled_from(CLOCK_CHANGES[zone])))
    away_s = draw(st.one_of(st.integers(-10_000, 10_000), st.integers(-8 * 86_400, 2 * 86_400)))
    return ZoneInfo(zone), change + timedelta(seconds=away_s)


any_hours = st.builds(
    Hours,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    start_minute=st.one_of(st.integers(0, 200), st.integers(0, DAY_MINUTES - 1)),
    end_minute=st.one_of(st.integers(0, 200), st.integers(0, DAY_MINUTES)),
)


def brute_open(at: datetime, when: Hours, zone: ZoneInfo) -> bool:
    """By the definition: some day's hours, counted in minutes from that day's midnight, hold this minute."""
    wall = at.astimezone(zone)
    end = when.end_minute if when.end_minute > when.start_minute else when.end_minute + DAY_MINUTES
    return any(
        (wall.date() - timedelta(days=days)).weekday() in when.weekdays
        and when.start_minute <= wall.hour * 60 + wall.minute + days * DAY_MINUTES < end
        for days in (0, 1)
    )


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(moments(), any_hours)
def test_the_next_opening_is_the_earliest_minute_that_is_open(
    moment: tuple[ZoneInfo, datetime], when: Hours
) -> None:
    zone, at = moment
    opens = next_open(at, when, zone)
    assert opens >= at
    assert is_open(opens, when, zone)
    assert next_open(opens, when, zone) == opens
    found = at
    for _ in range(14 * DAY_MINUTES):
        if brute_open(found, when, zone):
            break
        found = found.replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert opens == found


@settings(deadline=None)
@given(moments(), st.integers(1, 365))
def test_days_keep_the_time_of_day_but_for_the_hour_that_is_missing(
    moment: tuple[ZoneInfo, datetime], count: int
) -> None:
    zone, at = moment
    due = due_after(at, Delay(count, DelayUnit.DAYS), zone).astimezone(zone)
    wall, expected = due.replace(tzinfo=None), at.astimezone(zone).replace(tzinfo=None) + timedelta(count)
    assert due > at
    assert wall == expected or timedelta(0) < wall - expected <= timedelta(hours=1)
    there = expected.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    assert (wall == expected) is (there == expected)


@settings(deadline=None)
@given(moments(), st.integers(0, 10_000), st.sampled_from([DelayUnit.MINUTES, DelayUnit.HOURS]))
def test_minutes_and_hours_are_exact(moment: tuple[ZoneInfo, datetime], count: int, unit: DelayUnit) -> None:
    zone, at = moment
    passed = due_after(at, Delay(count, unit), zone) - at
    assert passed == (timedelta(minutes=count) if unit is DelayUnit.MINUTES else timedelta(hours=count))
