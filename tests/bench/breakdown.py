"""Counting an audience of a million beside the same count in SQL written by hand, in the same run."""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from desktop.domain.audience import Breakdown, Line, Rule, line_for
from desktop.domain.consent import Category, Policy
from desktop.domain.selection import EVERYBODY
from desktop.store import audience_count, facts
from desktop.store.engine import Store
from tests.bench import crowd, filters, hand, stores
from tests.bench.figures import Baseline, Row, Spread, share
from tests.bench.filters import Asked
from tests.bench.sizes import Place

RULE: Final = Rule(Category.MARKETING, Policy(), True)
RATIO_GOAL: Final = 1.3
CONSENT_GOAL_MS: Final = 100.0
ALL_GOAL_MS: Final = 300.0
WHAT: Final = "SQL by hand, one statement with GROUP BY"


@dataclass(frozen=True, slots=True)
class Measured:
    """One filter, in ms per repetition: ours complete, by hand, ours without variables and exclusions, the bare count."""

    told: str
    ours_ms: list[float]
    hand_ms: list[float]
    consent_ms: list[float]
    bare_ms: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours_ms) / statistics.median(self.hand_ms)


def store_of(place: Place) -> Path:
    """The counted store: one per cent NO, twelve without a choice, 40 tags, 6 attributes."""
    return stores.counted(place.cache, place.sizes.contact_count)


def rows(place: Place) -> list[Row]:
    path = store_of(place)
    found = asyncio.run(_measure(path, place.sizes.filter_count, place.sizes.repeat_count))
    worst = max(found, key=lambda one: one.ratio)
    ratio = statistics.median(one.ratio for one in found)
    name = f"at {place.sizes.contact_count:,} contacts, {len(found)} filters"
    consent = [ms for one in found for ms in one.consent_ms]
    complete = [ms for one in found for ms in one.ours_ms]
    bare = [ms for one in found for ms in one.bare_ms]
    over = [one.told for one in found if statistics.median(one.consent_ms) > CONSENT_GOAL_MS]
    return [
        Row(
            f"complete breakdown {name}",
            "ms",
            Spread.of([statistics.median(one.ours_ms) for one in found], 95),
            Baseline(WHAT, Spread.of([statistics.median(one.hand_ms) for one in found], 95)),
            ratio,
            f"ratio at most {RATIO_GOAL}",
            ratio <= RATIO_GOAL,
            f"the ratio is the median filter's; the worst is {worst.ratio:.2f}: {worst.told}",
        ),
        Row(
            f"all lines {name}",
            "ms",
            Spread.of(complete, 95),
            Baseline("the bare count of the selected, by hand", Spread.of(bare, 95)),
            goal=f"p95 at most {ALL_GOAL_MS:.0f} ms",
            met=share(sorted(complete), 95) <= ALL_GOAL_MS,
        ),
        Row(
            f"consent lines {name}",
            "ms",
            Spread.of(consent, 95),
            goal=f"p95 at most {CONSENT_GOAL_MS:.0f} ms",
            met=share(sorted(consent), 95) <= CONSENT_GOAL_MS,
            note=f"slower: {'; '.join(over)}" if over else "",
        ),
        *(_filter_row(one) for one in found),
    ]


def _filter_row(one: Measured) -> Row:
    return Row(one.told, "ms", Spread.of(one.ours_ms), Baseline(WHAT, Spread.of(one.hand_ms)), one.ratio)


async def _measure(path: Path, filter_count: int, repeat_count: int) -> list[Measured]:
    async with stores.looked_at(path, crowd.Still()) as store:
        with closing(_connect(path)) as conn:
            ids = _ids(conn)
            return [await _one(store, conn, one, ids, repeat_count) for one in filters.kept()[:filter_count]]


def _connect(path: Path) -> sqlite3.Connection:
    """As a reader of the program: the same caches."""
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("query_only=ON", "cache_size=-65536", "mmap_size=2147418112", "temp_store=MEMORY"):
        conn.execute(f"PRAGMA {pragma}")
    return conn


def _ids(conn: sqlite3.Connection) -> dict[str, Any]:
    tags = {f"tag {name}": id for id, name in conn.execute("SELECT id, name FROM tag")}
    return tags | {name: id for id, name in conn.execute("SELECT id, name FROM attribute")}


async def _one(
    store: Store, conn: sqlite3.Connection, asked: Asked, ids: dict[str, Any], repeat_count: int
) -> Measured:
    """In turns, after one of each that is not timed."""
    by_hand, bare = hand.sql(asked, ids), hand.bare(asked, ids)
    made = Measured(asked.told, [], [], [], [])
    for number in range(repeat_count + 1):
        hand_ms, groups = _timed(lambda: conn.execute(by_hand).fetchall())
        ours_ms, counted = await _ours(store, asked)
        consent_ms, _ = await _ours(store, Asked(asked.wanted, EVERYBODY, ()))
        bare_ms, _ = _timed(lambda: conn.execute(bare).fetchall())
        if number == 0:
            _check(asked, counted, groups)
            continue
        made.hand_ms.append(hand_ms)
        made.ours_ms.append(ours_ms)
        made.consent_ms.append(consent_ms)
        made.bare_ms.append(bare_ms)
    return made


def _timed(work: Callable[[], list[Any]]) -> tuple[float, list[Any]]:
    began = time.perf_counter()
    found = work()
    return (time.perf_counter() - began) * 1000, found


async def _ours(store: Store, asked: Asked) -> tuple[float, Breakdown]:
    began = time.perf_counter()
    counted = await audience_count.breakdown(
        store, asked.wanted, lambda _tx: RULE, asked.variables, asked.selection
    )
    return (time.perf_counter() - began) * 1000, counted


def _check(asked: Asked, counted: Breakdown, groups: list[Any]) -> None:
    """Both counted the same, line by line; a comparison of different answers would mean nothing."""
    by_line: dict[Line, int] = {}
    for packed, out, lacking, count in groups:
        has_phone = facts.has_phone(packed)
        line = line_for(RULE, facts.unpack(packed), has_phone=has_phone, missing_variable=bool(lacking))
        line = Line.EXCLUDED if out else line
        by_line[line] = by_line.get(line, 0) + count
    ours = {line: counted.count(line) for line in Line if counted.count(line)}
    if ours != by_line:
        raise RuntimeError(f"{asked.told}: counted {ours}, by hand {by_line}")
