"""The table of contacts at a million, beside a bare Qt table over the same file, in the same run.

A verb is measured from the asking until every row in sight has been read and painted. The bare table works in
the window's own thread: what it takes, the window stands still.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from desktop.app import App
from desktop.domain.contact_table import SortBy, TableQuery
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.people import Role, User
from desktop.services.contacts import ContactEdit
from desktop.ui.contacts.page import ContactsPage
from desktop.ui.run import application
from desktop.ui.window import MainWindow
from tests.bench import breakdown, loops, stalls, stores
from tests.bench.bare_table import WHAT, BareTable
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.loops import LoopKind
from tests.bench.sizes import Place

_SEED: Final = 7
_JUMPS: Final = 20
_FLING_ROWS: Final = 40
_FLING_EVERY_S: Final = 0.05
_SORTED: Final = (("name", SortBy.NAME, "name_folded, id"), ("created", SortBy.CREATED, "created_at, id"))
_SHELL: Final = User(0, "The bench", Role.ADMIN)
_FOUND: Final = Filter((Condition("name", Op.CONTAINS, ("tom",)),))


def rows(place: Place) -> list[Row]:
    """Open, scroll, sort, filter, edit; and whether the window stands still meanwhile."""
    path = stores.copied(breakdown.store_of(place), place.folder / "contacts")
    count = place.sizes.contact_count
    jumps = random.Random(_SEED).sample(range(count), min(_JUMPS, count))
    ours, still = loops.run(LoopKind.WINDOW, _ours(path, place, jumps))
    bare = _bare(path, place.sizes.repeat_count, jumps)
    made = [
        Row(
            f"contacts: {verb} at {count:,}",
            "ms",
            Spread.of(ours[verb], 95),
            Baseline(WHAT, Spread.of(bare[verb], 95)),
            Spread.of(ours[verb]).median / max(Spread.of(bare[verb]).median, 1e-6),
        )
        for verb in ours
    ]
    return [*made, still]


async def _ours(path: Path, place: Place, jumps: list[int]) -> tuple[dict[str, list[float]], Row]:
    async with stores.opened(path, home=path.parent) as app, stalls.window(app, path.parent) as window:
        await _settle()
        took: dict[str, list[float]] = {}
        for _ in range(place.sizes.repeat_count):
            window.pages.forget_all()
            hands = await _open(app, window, took)
        for position in jumps:
            await _timed(took, "scroll to a row anywhere", lambda position=position: hands.go(position))  # type: ignore[misc]
        for descending in (True, False) * place.sizes.repeat_count:
            for name, sort, _ in _SORTED:
                asked = TableQuery(sort=sort, descending=descending)
                await _timed(took, f"sort by {name}", lambda asked=asked: hands.ask(asked))  # type: ignore[misc]
        for _ in range(place.sizes.repeat_count):
            await _timed(took, "filter: name contains tom", lambda: hands.ask(TableQuery(filter=_FOUND)))
            await hands.ask(TableQuery())
        for number in range(place.sizes.repeat_count):
            await _timed(took, "edit a name", lambda number=number: hands.rename(f"Aaron {number:04d}"))  # type: ignore[misc]
        meter = stalls.Meter()
        busy = await meter.during(hands.fling, place.sizes.stall_s)
        idle = await meter.during(lambda: asyncio.sleep(0.5), place.sizes.stall_s)
        name = f"stalls while scrolling {place.sizes.contact_count:,} contacts"
    return took, stalls.row(name, busy, idle)


async def _open(app: App, window: MainWindow, took: dict[str, list[float]]) -> "_Hands":
    began_s = time.perf_counter()
    page = window.go("contacts")
    assert isinstance(page, ContactsPage)
    hands = _Hands(app, page)
    await hands.shown()
    took.setdefault("open", []).append((time.perf_counter() - began_s) * 1000)
    return hands


async def _timed(took: dict[str, list[float]], verb: str, run: Callable[[], Awaitable[object]]) -> None:
    began_s = time.perf_counter()
    await run()
    took.setdefault(verb, []).append((time.perf_counter() - began_s) * 1000)


async def _settle() -> None:
    await asyncio.sleep(1.0)


class _Hands:
    """Uses the page as a person would, and knows when everything in sight is there."""

    def __init__(self, app: App, page: ContactsPage) -> None:
        self._app = app
        self._page = page
        self._table = page.everyone.view.table
        self._answers = 0
        self._news = asyncio.Event()
        self._table.rows.modelReset.connect(self._answered)
        self._table.rows.dataChanged.connect(self._news.set)

    def _answered(self) -> None:
        self._answers += 1
        self._news.set()

    async def shown(self) -> None:
        await self._until(self._is_shown)
        self._table.viewport().repaint()

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Asked anew whenever the table changes: the loop is not kept busy meanwhile."""
        while not condition():
            self._news.clear()
            await self._news.wait()

    def _is_shown(self) -> bool:
        rows, (first, last) = self._table.rows, self._table.sight()
        return rows.rowCount() > 0 and all(rows.row(at) is not None for at in range(first, last + 1))

    async def go(self, position: int) -> None:
        rows = self._table.rows
        await self._until(lambda: rows.rowCount() > position)  # the first page comes before the count
        self._table.scrollTo(rows.index(position, 0), self._table.ScrollHint.PositionAtTop)
        first, last = self._table.sight()
        assert first <= position <= last, f"row {position} is not in sight: {first} to {last} are"
        await self.shown()

    async def ask(self, query: TableQuery) -> None:
        before = self._answers
        self._page.everyone.ask(query)
        await self._until(lambda: self._answers != before)
        await self.shown()

    async def rename(self, name: str) -> None:
        """The first row gets a name with which it stays the first; done when the table says it."""
        row = self._table.rows.row(0)
        assert row is not None
        await self._app.contacts.edit(row.contact.id, ContactEdit(name, row.contact.phone), "CA", _SHELL)
        await self._until(lambda: self._first_name() == name)
        self._table.viewport().repaint()

    def _first_name(self) -> str:
        row = self._table.rows.row(0)
        return row.contact.name if row is not None else ""

    async def fling(self) -> None:
        """A second of the wheel turning, then a jump."""
        bar = self._table.verticalScrollBar()
        row_px = self._table.verticalHeader().defaultSectionSize()
        for _ in range(20):
            bar.setValue(bar.value() + _FLING_ROWS * row_px)
            await asyncio.sleep(_FLING_EVERY_S)
        bar.setValue(random.Random(bar.value()).randrange(bar.maximum() + 1))


def _bare(path: Path, repeat_count: int, jumps: list[int]) -> dict[str, list[float]]:
    application()
    took: dict[str, list[float]] = {}

    def timed(verb: str, run: Callable[[], object]) -> None:
        began_s = time.perf_counter()
        run()
        took.setdefault(verb, []).append((time.perf_counter() - began_s) * 1000)

    for _ in range(repeat_count):
        table = BareTable(path)
        timed("open", table.show_rows)
        table.close()
    table = BareTable(path)
    table.show_rows()
    for position in jumps:
        timed("scroll to a row anywhere", lambda position=position: table.go(position))  # type: ignore[misc]
    for ending in (" DESC", "") * repeat_count:
        for name, _, order in _SORTED:
            turned = ", ".join(f"{one.strip()}{ending}" for one in order.split(","))
            timed(f"sort by {name}", lambda turned=turned: table.show_rows(order=turned))  # type: ignore[misc]
    for _ in range(repeat_count):
        timed("filter: name contains tom", lambda: table.show_rows(where="name_folded LIKE '%tom%'"))
    for number in range(repeat_count):
        timed("edit a name", lambda number=number: table.rename(1, f"Aaron {number:04d}"))  # type: ignore[misc]
    table.close()
    return took
