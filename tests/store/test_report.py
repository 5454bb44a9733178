"""What a report counts is what the append-only events say, message by message, on both databases."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from desktop.domain import report_words
from desktop.domain.consent import Category, Path, Source
from desktop.domain.messages import Status
from desktop.domain.report import GROUP_OF, Cause, Cell, Choice, Cube, Mark, OptedOutScope, Scope
from desktop.store import opted_out, report, report_scope
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read
from tests.store import report_history
from tests.store.report_history import History
from tests.store.report_world import live

LONG_S: Final = 800
QUICK: Final = 40
FULL: Final = 1_000


# What can be asked.


def _moments(history: History) -> st.SearchStrategy[datetime]:
    """The very moments at which messages were asked for, a microsecond beside them, and any other."""
    known = sorted({one.at for one in history.sent})
    beside = st.sampled_from([timedelta(microseconds=us) for us in (-1, 0, 0, 1)])
    anywhere = st.integers(-30, 900).map(lambda hours: START + timedelta(hours=hours))
    return st.builds(lambda at, by: at + by, st.sampled_from(known), beside) | anywhere


def _searches(history: History) -> st.SearchStrategy[str]:
    parts = [
        "",
        " ",
        "ana",
        "Ana",
        "ANAÏS",
        "%",
        "_",
        "1",
        "12",
        "555-01",
        "+1604",
        "zzz",
        "o",
        "Gone",
        "SPRING",
        "welcome, an",
        "nudge",
        "x" * 300,
    ]
    phones = [one.phone for one in history.people.values() if one.phone]
    named = [str(one.id) for one in history.sent] + [one.wamid for one in history.sent if one.wamid]
    named += [f"Message {one.id}" for one in history.sent] + [str(10**30), "wamid.none"]
    return st.sampled_from(parts) | st.sampled_from(phones) | st.sampled_from(named)


def _scopes(history: History) -> st.SearchStrategy[Scope]:
    moment = st.none() | _moments(history)
    contact = st.sampled_from([*history.people, 10**9])
    return st.builds(
        Scope,
        moment,
        moment,
        st.just("") | _searches(history),
        st.none() | st.none() | contact,
    )


def _choices(history: History) -> st.SearchStrategy[Choice]:
    def some(values: Any) -> Any:
        return st.just(frozenset()) | st.frozensets(st.sampled_from(sorted(values, key=str)), max_size=3)

    cells = {one.cell for one in history.sent}
    return st.builds(
        Choice,
        some(Path),
        some(Category),
        some({cell.template_id for cell in cells} | {999}),
        some(Status),
        some({cell.cause for cell in cells} | {Cause(None, 1)}),
    )


# The counts, the plot and the pages.


def _check(tx: Tx, history: History, scope: Scope, choice: Choice, edges: list[datetime], page: int) -> None:
    sent = history.asked(scope)
    cube = report.cube(tx, scope)
    assert Counter(
        {report_history.uncounted(cell): cell.count for cell in cube.cells}
    ) == report_history.cells(sent)
    assert len({report_history.uncounted(cell) for cell in cube.cells}) == len(cube.cells)

    sent = report_history.chosen(sent, choice)
    cube = cube.chosen(choice)
    assert cube.message_count == len(sent)
    _check_sums(cube, sent)

    buckets = report.timeline(tx, scope, cube.cells, edges)
    assert [(one.since, one.until) for one in buckets] == list(pairwise(edges))
    for one in buckets:
        assert dict(one.counts) == report_history.groups(sent, one.since, one.until)

    assert _paged(tx, scope, cube.cells, page) == [one.id for one in sent]


def _check_sums(cube: Cube, sent: list[report_history.Sent]) -> None:
    by_path = Counter((one.cell.path, GROUP_OF[one.cell.status]) for one in sent)
    lines = {(line.path, group): count for line in cube.by_path() for group, count in line.counts.items()}
    assert lines == by_path
    assert [line.path for line in cube.by_path()] == [
        path for path in Path if any(path is at for at, _ in by_path)
    ]
    gone = {Status.QUEUED, Status.SENDING, Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ}
    assert dict(cube.by_cause()) == Counter(one.cell.cause for one in sent if one.cell.status not in gone)
    assert cube.by_status() == Counter(one.cell.status for one in sent)


def _paged(tx: Tx, scope: Scope, cells: tuple[Cell, ...], page: int) -> list[int]:
    """Every id, a page after the other."""
    found: list[int] = []
    mark = None
    while rows := report.messages(tx, scope, cells, after=mark, limit=page):
        assert len(rows) <= page
        found += [row.id for row in rows]
        mark = Mark(rows[-1].at, rows[-1].id)
    return found


def _compare(history: History, tx: Tx, few: pytest.MonkeyPatch, examples: int) -> None:
    @settings(max_examples=examples, phases=(Phase.explicit, Phase.generate))
    @given(
        _scopes(history),
        _choices(history),
        st.lists(_moments(history), max_size=6, unique=True).map(sorted),
        st.sampled_from([90, 1_000]),
        # So many contacts are few: with 0 every search is one for many.
        st.sampled_from([0, 3, 2_000]),
    )
    def examine(scope: Scope, choice: Choice, edges: list[datetime], page: int, few_count: int) -> None:
        few.setattr(report_scope, "FEW_COUNT", few_count)
        _check(tx, history, scope, choice, edges, page)

    examine()


def _check_merged(tx: Tx, history: History) -> None:
    """The page of one who was merged away: what is looked for may be the other one's name or phone."""
    for person in history.people.values():
        kept = history.people.get(person.merged_into or 0)
        if kept is not None:
            scope = Scope(search=kept.phone[:5], contact_id=person.id)
            assert history.asked(scope)
            _check(tx, history, scope, Choice(), [], 1_000)


def _compare_opted_out(history: History, tx: Tx, examples: int) -> None:
    moment = st.none() | _moments(history)
    source = st.none() | st.sampled_from(Source)
    scopes = st.builds(OptedOutScope, moment, moment, source, st.just("") | _searches(history))

    @settings(max_examples=examples, phases=(Phase.explicit, Phase.generate))
    @given(scopes, st.sampled_from([1, 4, 100]))
    def examine(asked: OptedOutScope, page: int) -> None:
        found = []
        mark = None
        while rows := opted_out.rows(tx, asked, after=mark, limit=page):
            found += rows
            mark = Mark(rows[-1].at, rows[-1].contact_id)
        assert found == history.opted_out(asked)
        assert opted_out.count(tx, asked) == len(found)

    examine()


def _holds_everything(history: History) -> None:
    """The comparison would prove little about a status, a path or a NULL that never occurs."""
    cells = {one.cell for one in history.sent}
    assert {cell.status for cell in cells} == set(Status)
    assert {cell.path for cell in cells} == set(Path)
    for nullable in ("template_id", "error_code", "reason"):
        assert {getattr(cell, nullable) is None for cell in cells} == {True, False}
    assert len({one.at for one in history.sent}) < len(history.sent)
    assert any(history.people[one.contact_id].merged_into for one in history.sent)
    refusals = [one for both in history.refusals for one in both]
    assert {one.stopped_in_whatsapp for one in refusals} == {True, False}
    assert {one.also is None for one in refusals} == {True, False}


@pytest.mark.parametrize(
    "examples", [QUICK, pytest.param(FULL, marks=(pytest.mark.slow, pytest.mark.timeout(900)))]
)
def test_reports_say_what_the_events_say(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    live(store, clock)

    def run(tx: Tx) -> None:
        history = report_history.read_back(tx)
        _holds_everything(history)
        _check_merged(tx, history)
        _compare(history, tx, monkeypatch, examples)
        _compare_opted_out(history, tx, examples // 4)

    store.submit_read(run).result(LONG_S)


# Nothing there.


def test_an_empty_store_has_empty_reports(store: Store) -> None:
    def look(tx: Tx) -> None:
        for scope in (Scope(), Scope(search="ana"), Scope(contact_id=1)):
            assert report.cube(tx, scope) == Cube()
            assert report.messages(tx, scope, ()) == []
            assert report.timeline(tx, scope, (), ()) == ()
            (bucket,) = report.timeline(tx, scope, (), (START, START + timedelta(days=1)))
            assert not bucket.counts
        assert opted_out.rows(tx, OptedOutScope()) == []
        assert opted_out.count(tx, OptedOutScope()) == 0

    read(store, look)


# The indexes answer.


def _plans(tx: Tx, run: Callable[[], object]) -> list[str]:
    """How SQLite goes about each statement that `run` executes."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(tx.conn, "before_cursor_execute", note)
    run()
    event.remove(tx.conn, "before_cursor_execute", note)
    return [
        " | ".join(row[3] for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
        for sql, values in asked
    ]


def test_counts_plots_and_pages_come_out_of_their_index(sqlite_store: Store, clock: FakeClock) -> None:
    live(sqlite_store, clock)

    def look(tx: Tx) -> None:
        cube = report.cube(tx, Scope())
        edges = [START, START + timedelta(days=2), START + timedelta(days=5)]
        (counted,) = _plans(tx, lambda: report.cube(tx, Scope(since=START)))
        assert "COVERING INDEX ix_message_report" in counted
        assert "TEMP B-TREE" not in counted
        for plan in _plans(tx, lambda: report.timeline(tx, Scope(), cube.cells, edges)):
            assert "SEARCH message USING COVERING INDEX ix_message_report (path=? AND category=?" in plan
            assert "created_at>? AND created_at<?" in plan
        *pages, _views = _plans(
            tx, lambda: report.messages(tx, Scope(), cube.cells, after=Mark(clock.now(), 9), limit=2)
        )
        for plan in pages:
            assert "ix_message_report" in plan
            assert "created_at<?" in plan
            assert "ORDER BY" not in plan
        of_few = _plans(tx, lambda: report.cube(tx, Scope(contact_id=1)))
        assert "ix_message_contact_id_id" in of_few[-1]
        listed = _plans(tx, lambda: opted_out.rows(tx, OptedOutScope(), after=Mark(clock.now(), 9)))[0]
        assert "ix_consent_event_said_no" in listed
        assert "ORDER BY" not in listed

    read(sqlite_store, look)


def test_a_step_says_its_version_where_a_sequence_has_several(sqlite_store: Store, clock: FakeClock) -> None:
    live(sqlite_store, clock)

    def look(tx: Tx) -> None:
        rows = report.messages(tx, Scope(search="nudge"), report.cube(tx, Scope()).cells, limit=900)
        of_it = [one for one in rows if one.sequence_name]
        assert {report_words.of_words(one) for one in of_it} >= {"Winter nudge, step 1 (version 2)"}
        assert all(one.version_number is None for one in rows if not one.sequence_name)

    read(sqlite_store, look)
