"""The reports over a million messages, beside bare SQL over the same file, in the same run.

A filter by path, category, template, status or reason asks the store nothing: its figures are sums over what the
opening counted. The SQL by hand counts anew each time, which is what such a page does without that.
"""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from desktop.domain.consent import Category, Source
from desktop.domain.consent import Path as SendPath
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, Choice, Cube, Mark, Scope
from desktop.services.reports import Reports
from desktop.store.tables import micros
from tests.bench import messages, stores
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.report_cost import cost
from tests.bench.sizes import Place

GOAL_MS: Final = 100.0
WHAT: Final = "SQL by hand, over the same file"
PAGE: Final = 100
_SIX: Final = "path, category, template_id, status, reason, error_code"
_LIST: Final = (
    "SELECT m.*, c.name, c.phone, t.name FROM message m JOIN contact c ON c.id = m.contact_id"
    " LEFT JOIN template t ON t.id = m.template_id WHERE m.outgoing"
)
_REFUSED: Final = (
    "SELECT max(e.at) AS said_at, c.id, c.name, c.phone, e.source, e.evidence FROM contact c"
    " JOIN consent_event e ON e.contact_id = c.id AND e.value IN ('no', 'stop')"
    " WHERE c.merged_into IS NULL AND (c.facts & 3 = 2 OR c.facts & 4) GROUP BY c.id"
)
CHOICES: Final[Sequence[tuple[str, Choice, str]]] = (
    ("path", Choice(paths=frozenset({SendPath.BROADCAST})), "path = 'broadcast'"),
    ("category", Choice(categories=frozenset({Category.MARKETING})), "category = 'marketing'"),
    ("template", Choice(template_ids=frozenset({3})), "template_id = 3"),
    (
        "status",
        Choice(statuses=frozenset({Status.FAILED, Status.LEFT_OUT})),
        "status IN ('failed', 'left_out')",
    ),
    (
        "reason",
        Choice(causes=frozenset({Cause(Reason.WHATSAPP_ERROR, 131026)})),
        "reason = 'whatsapp_error' AND error_code = 131026",
    ),
)


@dataclass(slots=True)
class _Timed:
    """What is asked in both ways; each answers with something to compare."""

    told: str
    ours: Callable[[], Awaitable[Any]]
    by_hand: Callable[[], Any]


def rows(place: Place) -> list[Row]:
    count = place.sizes.contact_count
    path = messages.prepared(place.cache, count)
    found = asyncio.run(_measure(path, place.sizes.repeat_count))
    return [*(_row(count, *one) for one in found), *cost(path, place)]


def _row(count: int, told: str, ours_ms: list[float], hand_ms: list[float]) -> Row:
    ours, hand = Spread.of(ours_ms), Spread.of(hand_ms)
    met = ours.median <= GOAL_MS
    goal = f"at most {GOAL_MS:.0f} ms"
    name = f"reports: {told} at {count:,} messages"
    return Row(name, "ms", ours, Baseline(WHAT, hand), ours.median / max(hand.median, 1e-6), goal, met)


async def _measure(path: Path, repeat_count: int) -> list[tuple[str, list[float], list[float]]]:
    async with stores.looked_at(path) as store:
        reports = Reports(store)
        with closing(messages.looked_into(path)) as conn:
            made = []
            for one in await _asked(reports, conn):
                took = await _one(one, repeat_count)
                print(
                    f"  {one.told}: {statistics.median(took[0]):.1f} / {statistics.median(took[1]):.1f} ms",
                    flush=True,
                )
                made.append((one.told, *took))
            return made


async def _one(one: _Timed, repeat_count: int) -> tuple[list[float], list[float]]:
    """In turns, after one of each that is not timed but compared."""
    ours_ms: list[float] = []
    hand_ms: list[float] = []
    for number in range(repeat_count + 1):
        began = time.perf_counter()
        ours = await one.ours()
        between = time.perf_counter()
        hand = one.by_hand()
        ended = time.perf_counter()
        if number == 0:
            if ours != hand:
                raise RuntimeError(f"{one.told}: {ours} here, {hand} by hand")
            continue
        ours_ms.append((between - began) * 1000)
        hand_ms.append((ended - between) * 1000)
    return ours_ms, hand_ms


async def _asked(reports: Reports, conn: sqlite3.Connection) -> list[_Timed]:
    cube = await reports.cube(Scope())
    now = datetime.now(UTC)
    print(f"  {cube.message_count:,} messages in {len(cube.cells):,} cells", flush=True)
    return [
        *_openings(reports, conn, now),
        *_filters(cube, conn),
        *_plots(reports, conn, cube, now),
        *_pages(reports, conn, cube, now),
        *_searches(reports, conn),
        *_opted_out(reports, conn),
    ]


def _openings(reports: Reports, conn: sqlite3.Connection, now: datetime) -> list[_Timed]:
    made = []
    for told, days in (("everything", None), ("the last 90 days", 90), ("the last 7 days", 7)):
        scope = Scope(since=now - timedelta(days=days) if days else None)
        time_too = f"AND created_at >= {micros(scope.since)}" if scope.since else ""
        sql = f"SELECT {_SIX}, count(*) FROM message WHERE outgoing {time_too} GROUP BY {_SIX}"
        made.append(
            _Timed(
                f"opening, {told}",
                lambda scope=scope: _counted(reports, scope),  # type: ignore[misc]
                lambda sql=sql: sum(row[-1] for row in conn.execute(sql)),  # type: ignore[misc]
            )
        )
    return made


async def _counted(reports: Reports, scope: Scope) -> int:
    return (await reports.cube(scope)).message_count


def _filters(cube: Cube, conn: sqlite3.Connection) -> list[_Timed]:
    async def figures(choice: Choice) -> tuple[int, int]:
        some = cube.chosen(choice)
        causes = some.by_cause()
        return sum(line.message_count for line in some.by_path()), sum(count for _, count in causes)

    def by_hand(where: str) -> tuple[int, int]:
        asked = f"FROM message WHERE outgoing AND {where}"
        paths = conn.execute(f"SELECT path, status, count(*) {asked} GROUP BY 1, 2").fetchall()
        stopped = "('failed', 'left_out', 'cancelled', 'unknown')"
        causes = conn.execute(
            f"SELECT reason, error_code, count(*) {asked} AND status IN {stopped} GROUP BY 1, 2"
        ).fetchall()
        return sum(row[-1] for row in paths), sum(row[-1] for row in causes)

    return [
        _Timed(f"figures, filter by {told}", lambda c=choice: figures(c), lambda w=where: by_hand(w))  # type: ignore[misc]
        for told, choice, where in CHOICES
    ]


def _plots(reports: Reports, conn: sqlite3.Connection, cube: Cube, now: datetime) -> list[_Timed]:
    edges = [now - timedelta(days=10 * number) for number in range(30, -1, -1)]
    first, width = micros(edges[0]), 10 * 86_400_000_000

    async def plot(choice: Choice) -> list[int]:
        buckets = await reports.timeline(Scope(), cube.chosen(choice).cells, edges)
        return [sum(one.counts.values()) for one in buckets]

    def by_hand(where: str) -> list[int]:
        found = [0] * 30
        sql = (
            f"SELECT (created_at - {first}) / {width}, status, count(*) FROM message WHERE outgoing AND {where}"
            f" AND created_at >= {first} AND created_at < {micros(edges[-1])} GROUP BY 1, 2"
        )
        for number, _, count in conn.execute(sql):
            found[number] += count
        return found

    wanted = [("everything", Choice(), "1"), *((f"by {told}", *more) for told, *more in CHOICES[3:])]
    return [
        _Timed(f"plot of 30 columns, {told}", lambda c=choice: plot(c), lambda w=where: by_hand(w))  # type: ignore[misc]
        for told, choice, where in wanted
    ]


def _pages(reports: Reports, conn: sqlite3.Connection, cube: Cube, now: datetime) -> list[_Timed]:
    deep = Mark(now - timedelta(days=150), 0)

    async def page(choice: Choice, after: Mark | None) -> list[int]:
        found = await reports.messages(Scope(), cube.chosen(choice).cells, after=after, limit=PAGE)
        return [one.id for one in found]

    wanted = [("everything", Choice(), "1"), *((f"by {told}", *more) for told, *more in CHOICES[3:])]
    return [
        _Timed(
            f"{where_told}, {told}",
            lambda c=choice, a=after: page(c, a),  # type: ignore[misc]
            lambda w=where, a=after: _by_hand(conn, w, a),  # type: ignore[misc]
        )
        for where_told, after in (("first page", None), ("a page halfway down", deep))
        for told, choice, where in wanted
    ]


def _by_hand(conn: sqlite3.Connection, where: str, after: Mark | None = None) -> list[int]:
    behind = f"AND (created_at, id) < ({micros(after.at)}, {after.message_id})" if after else ""
    ids = f"SELECT id FROM message WHERE outgoing AND {where} {behind} ORDER BY created_at DESC, id DESC LIMIT {PAGE}"
    sql = f"{_LIST} AND m.id IN ({ids}) ORDER BY m.created_at DESC, m.id DESC"
    return [row[0] for row in conn.execute(sql)]


def _searches(reports: Reports, conn: sqlite3.Connection) -> list[_Timed]:
    phone = conn.execute("SELECT phone FROM contact WHERE id = 77").fetchone()[0]
    wamid = conn.execute("SELECT wamid FROM message WHERE wamid IS NOT NULL ORDER BY id LIMIT 1").fetchone()[
        0
    ]
    whose = "contact_id IN (SELECT id FROM contact WHERE {})"
    asked = (
        ("a name", "noémie gill", whose.format("name_folded LIKE '%noémie gill%'")),
        ("a frequent name", "tom", whose.format("name_folded LIKE '%tom%'")),
        ("one letter", "o", whose.format("name_folded LIKE '%o%'")),
        ("a phone", phone, whose.format(f"phone LIKE '%{phone}%'")),
        ("a message id", wamid, f"wamid = '{wamid}'"),
    )

    async def page(search: str) -> tuple[int, int]:
        scope = Scope(search=search)
        cube = await reports.cube(scope)
        return cube.message_count, len(await reports.messages(scope, cube.cells, limit=PAGE))

    def by_hand(where: str) -> tuple[int, int]:
        counted = f"SELECT {_SIX}, count(*) FROM message WHERE outgoing AND {where} GROUP BY {_SIX}"
        return sum(row[-1] for row in conn.execute(counted)), len(_by_hand(conn, where))

    return [
        _Timed(
            f"search for {told}, figures and first page",
            lambda s=said: page(s),  # type: ignore[misc]
            lambda w=where: by_hand(w),  # type: ignore[misc]
        )
        for told, said, where in asked
    ]


def _opted_out(reports: Reports, conn: sqlite3.Connection) -> list[_Timed]:
    listed = f"{_REFUSED} ORDER BY said_at DESC, c.id DESC LIMIT {PAGE}"

    async def page() -> list[int]:
        return [one.contact_id for one in await reports.opted_out(limit=PAGE)]

    async def count_of_source() -> int:
        return await reports.opted_out_count(source=Source.IMPORT)

    return [
        _Timed("opted out, first page", page, lambda: [row[1] for row in conn.execute(listed)]),
        _Timed(
            "opted out, how many",
            reports.opted_out_count,
            lambda: conn.execute(f"SELECT count(*) FROM ({_REFUSED})").fetchone()[0],
        ),
        _Timed(
            "opted out, how many of a source",
            count_of_source,
            lambda: conn.execute(f"SELECT count(*) FROM ({_REFUSED}) WHERE source = 'import'").fetchone()[0],
        ),
    ]
