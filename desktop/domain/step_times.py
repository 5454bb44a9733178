"""When a step is due: delays and send hours in a time zone, summer time and all. Pure.

Hours are read off the clock on the wall. Where it is put forward, the hour that it jumps over does not happen:
hours that begin in it open when it is over, and hours that lie wholly in it open on their next day. Where it
is put back, an hour that happens twice is open twice.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain.sequence import Delay, DelayUnit, Hours

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


def due_after(before: datetime, delay: Delay, zone: ZoneInfo) -> datetime:
    """The moment a delay after `before` (aware), in UTC: days by the wall clock of the zone, the rest exact.

    A time of day that the day does not have (the clock is put forward over it) is as much later as the clock is
    put forward; of one that the day has twice it is the first. Source of both: RFC 5545, section 3.3.5.
    """
    start = before.astimezone(UTC)
    if not delay.count:
        return start
    if delay.unit is DelayUnit.MINUTES:
        return start + timedelta(minutes=delay.count)
    if delay.unit is DelayUnit.HOURS:
        return start + timedelta(hours=delay.count)
    wall = start.astimezone(zone).replace(tzinfo=None, fold=0) + timedelta(days=delay.count)
    # fold=0 reads a time that does not exist with the offset from before the gap, and one of two as the first.
    return wall.replace(tzinfo=zone).astimezone(UTC)


def is_open(at: datetime, hours: Hours, zone: ZoneInfo) -> bool:
    """True if messages may leave at `at` (aware)."""
    return hours.always or _is_open_at(_wall(at, zone), hours)


def next_open(at: datetime, hours: Hours, zone: ZoneInfo) -> datetime:
    """`at` itself if messages may leave then, else the beginning of the next minute at which they may, in UTC.

    at: aware. Raises ValueError for hours without a weekday, which never open.
    """
    if not hours.weekdays:
        raise ValueError("hours without a weekday never open")
    moment = at.astimezone(UTC)
    if is_open(moment, hours, zone):
        return moment
    moment = moment.replace(second=0, microsecond=0)
    while True:
        # As long as the clock is not put forward or back, the wall's time passes like any other.
        wall = _wall(moment, zone)
        opening = moment + (_opening(wall, hours) - wall)
        change = _clock_change(moment, opening, zone)
        if change is None:
            return opening
        if is_open(change, hours, zone):
            return change
        moment = change


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _is_open_at(wall: datetime, hours: Hours) -> bool:
    minute = wall.hour * 60 + wall.minute
    today = wall.weekday() in hours.weekdays
    if hours.start_minute < hours.end_minute:
        return today and hours.start_minute <= minute < hours.end_minute
    yesterday = (wall.weekday() - 1) % 7 in hours.weekdays
    return (today and minute >= hours.start_minute) or (yesterday and minute < hours.end_minute)


def _opening(wall: datetime, hours: Hours) -> datetime:
    """When hours that are closed at `wall` open next, on a clock that is never put forward or back."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    opens = midnight + timedelta(minutes=hours.start_minute)
    while opens < wall or opens.weekday() not in hours.weekdays:
        opens += _DAY
    return opens


def _clock_change(since: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """The first minute after `since`, up to `until`, at which the clock is put forward or back; None if none is.

    Looked for day by day: no zone has put its clock forward and back within one.
    """
    early, offset = since, _offset(since, zone)
    while early < until:
        late = min(early + _DAY, until)
        if _offset(late, zone) != offset:
            return _first_other(early, late, zone)
        early = late
    return None


def _first_other(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The first whole minute whose offset is not that of `early`; `late` has another one. Both whole minutes."""
    offset = _offset(early, zone)
    while late - early > _MINUTE:
        middle = early + (late - early) // _MINUTE // 2 * _MINUTE
        early, late = (middle, late) if _offset(middle, zone) == offset else (early, middle)
    return late


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
