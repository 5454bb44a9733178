"""Times in the words of the screens: local time, with the day where it is not today."""

from datetime import date, datetime, timedelta
from typing import Final

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def local(at: datetime) -> datetime:
    """The same instant in the machine's zone."""
    return at.astimezone()


def clock(at: datetime) -> str:
    """'10:42'."""
    return f"{local(at):%H:%M}"


def day(at: datetime, now: datetime) -> str:
    """'22 Nov', with the year when it is another one."""
    here = local(at)
    year = "" if here.year == local(now).year else f" {here.year}"
    return f"{here.day} {_MONTHS[here.month - 1][:3]}{year}"


def stamp(at: datetime, now: datetime, joint: str = " ") -> str:
    """'22 Nov 10:42'; `joint` stands between day and time (', ' or ' at ')."""
    return f"{day(at, now)}{joint}{clock(at)}"


def short(at: datetime, now: datetime) -> str:
    """For the end of a row: '10:42' today, 'Yesterday', else the day."""
    days_ago = (local(now).date() - local(at).date()).days
    if days_ago == 0:
        return clock(at)
    return "Yesterday" if days_ago == 1 else day(at, now)


def day_title(at: datetime, now: datetime) -> str:
    """For a separator: 'Today', 'Yesterday', 'Sunday', 'Monday, 2 November'."""
    here = local(at)
    days_ago = (local(now).date() - here.date()).days
    if days_ago in (0, 1):
        return ("Today", "Yesterday")[days_ago]
    if 1 < days_ago < 7:
        return _DAYS[here.weekday()]
    year = "" if here.year == local(now).year else f" {here.year}"
    return f"{_DAYS[here.weekday()]}, {here.day} {_MONTHS[here.month - 1]}{year}"


def date_words(text: str) -> str:
    """'13 Nov 2026' for a date as it is kept, '2026-11-13' (a day, in no zone); any other text as it is."""
    try:
        kept = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{kept.day} {_MONTHS[kept.month - 1][:3]} {kept.year}"


def full(at: datetime) -> str:
    """For tooltips: 'Sunday, 22 November 2026, 10:42:05 PST (UTC-08:00)'."""
    here = local(at)
    zone = here.tzname() or ""
    offset = f"UTC{here:%z}"
    offset = f"{offset[:6]}:{offset[6:8]}"
    said = f"{_DAYS[here.weekday()]}, {here.day} {_MONTHS[here.month - 1]} {here.year}, {here:%H:%M:%S}"
    return f"{said} {zone} ({offset})" if zone and zone != "UTC" else f"{said} UTC"


def span(left: timedelta) -> str:
    """What is left, in the larger unit: '21 h', '40 min'."""
    minutes = int(left.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 60 else f"{max(1, minutes)} min"
