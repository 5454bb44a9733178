"""What the page of the reports shows: days of a zone, columns of the plot, how a figure leads to its messages."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.consent import Category, Path
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Bucket, Cause, Cell, Choice, Cube, Group, Scope
from desktop.domain.report_page import (
    STATUSES_OF,
    STOPPED,
    Figures,
    Period,
    ReportPage,
    Span,
    Step,
    edges,
    oldest,
    step_of,
)

TORONTO = ZoneInfo("America/Toronto")
KOLKATA = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "zone", "since", "until"),
    [
        (Span(Period.TODAY), TORONTO, "2026-11-22T05:00", None),
        (Span(Period.TODAY), KOLKATA, "2026-11-22T18:30", None),
        (Span(), TORONTO, "2026-11-16T05:00", None),
        # The clocks went back on 1 November: midnight was UTC-4 then.
        (Span(Period.LAST_30), TORONTO, "2026-10-24T04:00", None),
        (Span(Period.EVERYTHING), TORONTO, None, None),
        (Span(Period.DAYS, date(2026, 11, 1), date(2026, 11, 1)), TORONTO, "2026-11-01T04:00", "2026-11-02T05:00"),
        (Span.between(None, None), TORONTO, None, None),
        (Span.between(at("2026-11-01T10:30"), None), TORONTO, "2026-11-01T10:30", None),
    ],
)  # fmt: skip
def test_days_are_those_of_the_zone(span: Span, zone: ZoneInfo, since: str | None, until: str | None) -> None:
    wanted = (at(since) if since else None, at(until) if until else None)
    assert span.bounds(NOW, zone) == wanted


def test_the_day_on_which_the_clocks_go_back_has_25_hours_and_forward_23() -> None:
    for day, hours in ((date(2026, 11, 1), 25), (date(2026, 3, 8), 23), (date(2026, 7, 1), 24)):
        since, until = Span(Period.DAYS, day, day).bounds(NOW, TORONTO)
        assert since is not None
        assert until is not None
        found = edges(since, until, Step.HOUR, TORONTO)
        assert (len(found) - 1, found[0], found[-1]) == (hours, since, until)


def test_columns_begin_at_midnight_on_monday_and_on_the_first() -> None:
    since, until = at("2026-10-29T12:00"), at("2026-11-10T12:00")
    days = edges(since, until, Step.DAY, TORONTO)
    assert days[0] == at("2026-10-29T04:00")
    assert days[-1] == at("2026-11-11T05:00")
    weeks = [one.astimezone(TORONTO) for one in edges(since, until, Step.WEEK, TORONTO)]
    assert [(one.day, one.hour, one.weekday()) for one in weeks] == [
        (26, 0, 0),
        (2, 0, 0),
        (9, 0, 0),
        (16, 0, 0),
    ]
    months = [one.astimezone(TORONTO) for one in edges(since, until, Step.MONTH, TORONTO)]
    assert [(one.month, one.day, one.hour) for one in months] == [(10, 1, 0), (11, 1, 0), (12, 1, 0)]


@given(
    st.timedeltas(timedelta(0), timedelta(days=2_500)),
    st.timedeltas(timedelta(0), timedelta(days=1_500)),
    st.sampled_from([TORONTO, KOLKATA, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_columns_ascend_and_hold_all_of_the_time(start: timedelta, length: timedelta, zone: ZoneInfo) -> None:
    since = NOW - start
    until = since + length
    found = edges(since, until, step_of(since, until), zone)
    assert found[0] <= since
    assert found[-1] >= until
    assert all(first < second for first, second in pairwise(found))
    assert 2 <= len(found) <= 140


CELLS = Cube(
    (
        Cell(Path.BROADCAST, Category.MARKETING, 1, Status.READ, Reason.OPTED_IN, None, 50),
        Cell(Path.BROADCAST, Category.MARKETING, 1, Status.DELIVERED, Reason.WHATSAPP_ERROR, 131026, 1),
        Cell(Path.BROADCAST, Category.MARKETING, 1, Status.FAILED, Reason.WHATSAPP_ERROR, 131026, 4),
        Cell(Path.BROADCAST, Category.MARKETING, 2, Status.LEFT_OUT, Reason.OPTED_OUT, None, 6),
        Cell(Path.API, Category.UTILITY, 3, Status.FAILED, Reason.WHATSAPP_ERROR, 131026, 2),
        Cell(Path.API, Category.MARKETING, 1, Status.QUEUED, Reason.OPTED_IN, None, 7),
    )
)


@pytest.mark.parametrize("start", [Choice(), Choice(categories=frozenset({Category.MARKETING}))])
def test_every_figure_counts_what_following_it_shows(start: Choice) -> None:
    page = ReportPage(choice=start)
    figures = Figures.of(CELLS, start)
    for line in figures.lines:
        for group in Group:
            then = page.toggled(line.path, group)
            assert Figures.of(CELLS, then.choice).chosen_count == line.count(group)
            assert then.marks(line.path, group)
            assert then.toggled(line.path, group) == page, "the same again takes it back"
        assert Figures.of(CELLS, page.toggled(line.path, None).choice).chosen_count == line.message_count
    for cause, count in figures.causes:
        assert Figures.of(CELLS, page.toggled_cause(cause, CELLS).choice).chosen_count == count
    for status, count in figures.statuses.items():
        assert Figures.of(CELLS, page.toggled_status(status).choice).chosen_count == count
    assert sum(figures.statuses.values()) == figures.now_count


def test_a_cause_leaves_out_messages_that_arrived_all_the_same() -> None:
    page = ReportPage().toggled_cause(Cause(Reason.WHATSAPP_ERROR, 131026), CELLS)
    assert page.choice.statuses == STOPPED
    assert Figures.of(CELLS, page.choice).chosen_count == 6


def test_each_breakdown_keeps_its_other_lines() -> None:
    page = ReportPage().toggled(Path.API, Group.FAILED)
    figures = Figures.of(CELLS, page.choice)
    assert [line.path for line in figures.lines] == [Path.BROADCAST, Path.API]
    assert figures.chosen_count == 2
    assert figures.statuses == {Status.FAILED: 2, Status.QUEUED: 7}


def test_clearing_keeps_the_time() -> None:
    page = ReportPage(Span(Period.TODAY), "ana", 7, Choice(paths=frozenset({Path.API})))
    assert page.is_narrowed
    assert page.cleared() == ReportPage(Span(Period.TODAY))
    assert not page.cleared().is_narrowed
    assert page.scope(NOW, TORONTO) == Scope(at("2026-11-22T05:00"), None, "ana", 7)


def test_every_status_is_of_one_group_and_the_oldest_column_is_the_first_with_messages() -> None:
    every = [status for statuses in STATUSES_OF.values() for status in statuses]
    assert sorted(every) == sorted(Status)
    days = edges(NOW - timedelta(days=3), NOW, Step.DAY, TORONTO)
    buckets = tuple(Bucket(first, second, {}) for first, second in pairwise(days))
    assert oldest(buckets) is None
    full = Bucket(days[1], days[2], {Group.SENT: 1})
    assert oldest((buckets[0], full, *buckets[2:])) == days[1]
