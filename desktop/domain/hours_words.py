"""Hours of the week in words. Pure."""

from typing import Final

from desktop.domain.sequence import DAY_MINUTES, EVERY_DAY, Hours

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RUN: Final = 3
"""So many days in a row are told as a stretch: 'Mon–Wed', but 'Mon, Tue'."""


def hours_words(hours: Hours) -> str:
    """'9–18 h', 'Mon–Fri 9–18 h', 'Sat, Sun', 'no day'; "" for any time."""
    days = _weekdays(hours.weekdays)
    whole = (hours.start_minute, hours.end_minute) == (0, DAY_MINUTES)
    span = "" if whole else f"{_clock(hours.start_minute)}–{_clock(hours.end_minute)} h"
    return f"{days} {span}".strip()


def _clock(minute: int) -> str:
    """'9' or '9:30' of a minute of the day; the end of the day is '24'."""
    hour, rest = divmod(minute, 60)
    return f"{hour}:{rest:02}" if rest else str(hour)


def _weekdays(days: frozenset[int]) -> str:
    """'Mon–Fri', 'Sat, Sun', 'no day'; "" for every day."""
    if days >= EVERY_DAY:
        return ""
    runs: list[list[int]] = []
    for day in sorted(days & EVERY_DAY):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told = [
        f"{DAYS[run[0]]}–{DAYS[run[-1]]}" if len(run) >= _RUN else ", ".join(DAYS[day] for day in run)
        for run in runs
    ]
    return ", ".join(told) or "no day"
