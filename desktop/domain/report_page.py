"""What the page of the reports shows: the time, the search, what is filtered; and how one figure leads to the next.

Pure: days are those of a zone that is given, and the moment is an argument.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain.consent import Path
from desktop.domain.messages import Status
from desktop.domain.report import GROUP_OF, Bucket, Cause, Choice, Cube, Group, PathLine, Scope

STATUSES_OF: Final[Mapping[Group, frozenset[Status]]] = {
    group: frozenset(status for status in Status if GROUP_OF[status] is group) for group in Group
}
STOPPED: Final = frozenset(status for status in Status if GROUP_OF[status] not in (Group.SENT, Group.WAITING))
"""Statuses for which a report says why."""
BEGAN: Final = date(2009, 1, 1)
"""No message is older than WhatsApp."""


class Period(StrEnum):
    """How a time is chosen. DAYS: from a day to a day; EXACT: from a moment to a moment."""

    TODAY = "today"
    LAST_7 = "last_7"
    LAST_30 = "last_30"
    LAST_90 = "last_90"
    EVERYTHING = "everything"
    DAYS = "days"
    EXACT = "exact"


_DAYS_BACK: Final = {Period.TODAY: 0, Period.LAST_7: 6, Period.LAST_30: 29, Period.LAST_90: 89}


@dataclass(frozen=True, slots=True)
class Span:
    """A time to look at. first, last: days of DAYS, both included; since, until: moments of EXACT."""

    period: Period = Period.LAST_7
    first: date | None = None
    last: date | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def between(cls, since: datetime | None, until: datetime | None) -> "Span":
        """The span of two moments; everything where both are open."""
        if since is None and until is None:
            return cls(Period.EVERYTHING)
        return cls(Period.EXACT, since=since, until=until)

    def bounds(self, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """since ≤ t < until, aware UTC; None: open. *Last 7 days* are today and the six days before it."""
        if self.period is Period.EXACT:
            return self.since, self.until
        if self.period is Period.DAYS and self.first and self.last:
            return midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone)
        back = _DAYS_BACK.get(self.period)
        if back is None:
            return None, None
        return midnight(now.astimezone(zone).date() - timedelta(days=back), zone), None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in a zone, UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything that is chosen. search and contact_id go to the store with the span; choice is filtered here."""

    span: Span = Span()
    search: str = ""
    contact_id: int | None = None
    choice: Choice = Choice()

    def scope(self, now: datetime, zone: ZoneInfo) -> Scope:
        since, until = self.span.bounds(now, zone)
        return Scope(since, until, self.search.strip(), self.contact_id)

    @property
    def is_narrowed(self) -> bool:
        """Anything but the time is set."""
        return bool(self.search.strip()) or self.contact_id is not None or not self.choice.is_all

    def cleared(self) -> "ReportPage":
        """All of the same time."""
        return ReportPage(self.span)

    def with_part(self, part: str, chosen: frozenset[object]) -> "ReportPage":
        """One part of the choice (paths, categories …) set anew."""
        return replace(self, choice=replace(self.choice, **{part: chosen}))  # type: ignore[arg-type]

    def toggled(self, path: Path | None, group: Group | None) -> "ReportPage":
        """The messages of one figure of *By path*, None for all; the same figure again takes it back."""
        paths = frozenset({path}) if path is not None else frozenset()
        statuses = STATUSES_OF[group] if group is not None else frozenset()
        wanted = replace(self.choice, paths=paths, statuses=statuses)
        if wanted == self.choice:
            wanted = replace(self.choice, paths=frozenset(), statuses=frozenset())
        return replace(self, choice=wanted)

    def toggled_status(self, status: Status) -> "ReportPage":
        """The messages of one figure of the line *Now*; the same again takes it back."""
        chosen = frozenset({status})
        if self.choice.statuses == chosen:
            chosen = frozenset()
        return replace(self, choice=replace(self.choice, statuses=chosen))

    def toggled_cause(self, cause: Cause, cube: Cube) -> "ReportPage":
        """The messages of one line of *By reason*; the same again takes it back.

        A cause may stand with messages that went out all the same; these are not on the line.
        """
        if self.choice.causes == frozenset({cause}):
            return replace(self, choice=replace(self.choice, causes=frozenset()))
        wanted = replace(self.choice, causes=frozenset({cause}))
        if any(cell.status not in STOPPED for cell in cube.chosen(wanted).cells):
            wanted = replace(wanted, statuses=(wanted.statuses & STOPPED) or STOPPED)
        return replace(self, choice=wanted)

    def marks(self, path: Path | None, group: Group | None) -> bool:
        """True if this figure of *By path* is what is chosen."""
        paths = frozenset({path}) if path is not None else frozenset()
        statuses = STATUSES_OF[group] if group is not None else frozenset()
        return bool(paths or statuses) and (self.choice.paths, self.choice.statuses) == (paths, statuses)


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of the page. Each breakdown leaves its own part open, so that its other lines stay to choose.

    lines: by path, statuses and paths open. causes: causes open. statuses: the line *Now*, statuses open; it adds
    up to now_count. chosen: what the table shows.
    """

    lines: tuple[PathLine, ...]
    causes: tuple[tuple[Cause, int], ...]
    statuses: Mapping[Status, int]
    now_count: int
    chosen: Cube
    chosen_count: int
    all_count: int

    @classmethod
    def of(cls, cube: Cube, choice: Choice) -> "Figures":
        now = cube.chosen(choice.without("statuses"))
        chosen = cube.chosen(choice)
        return cls(
            cube.chosen(choice.without("paths").without("statuses")).by_path(),
            cube.chosen(choice.without("causes")).by_cause(),
            now.by_status(),
            now.message_count,
            chosen,
            chosen.message_count,
            cube.message_count,
        )


class Step(StrEnum):
    """How wide a column of the plot is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def step_of(since: datetime, until: datetime) -> Step:
    """At most 50 hours, 31 days, some 130 weeks; months for what is longer."""
    span = until - since
    if span <= timedelta(hours=50):
        return Step.HOUR
    if span <= timedelta(days=31, hours=2):
        return Step.DAY
    return Step.WEEK if span <= timedelta(days=913) else Step.MONTH


def edges(since: datetime, until: datetime, step: Step, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The edges of the columns from the one that holds `since` to the first that is not before `until`, UTC.

    Days, weeks (from Monday) and months begin at midnight of the zone, whatever the clock did between.
    """
    if step is Step.HOUR:
        start = since.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        hours = max(1, -((start - until) // timedelta(hours=1)))
        return tuple(start + timedelta(hours=number) for number in range(hours + 1))
    day = since.astimezone(zone).date()
    if step is Step.WEEK:
        day -= timedelta(days=day.weekday())
    elif step is Step.MONTH:
        day = day.replace(day=1)
    found = [midnight(day, zone)]
    while len(found) < 2 or found[-1] < until:
        day = _next(day, step)
        found.append(midnight(day, zone))
    return tuple(found)


def _next(day: date, step: Step) -> date:
    if step is Step.MONTH:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if step is Step.WEEK else 1)


def oldest(buckets: tuple[Bucket, ...]) -> datetime | None:
    """When the first column that is not empty begins."""
    return next((one.since for one in buckets if any(one.counts.values())), None)
