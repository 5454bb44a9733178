"""An import of a million rows as the window makes it: how fast, in how much memory, and what the loop notices.

Each row's cells and the contact it must leave behind follow from the row's number alone; nothing here asks the
code under test. The import is compared with that, undone, compared with before, and stopped half-way.
"""

import asyncio
import csv
import hashlib
import shutil
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select

from desktop.domain.consent import OptIn
from desktop.domain.filters import Kind
from desktop.domain.importing import Options
from desktop.domain.people import Role, User
from desktop.services.bulk import BulkChanges
from desktop.services.demo import phones
from desktop.services.importruns import ImportRuns
from desktop.services.importwriting import Progress, Stage
from desktop.store import contacts, people, seeds, settings, tables
from desktop.store.engine import Store, Tx
from desktop.store.opening import open_store
from desktop.store.seeds import SeedContact
from desktop.system.clock import SystemClock
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.sizes import Place

TICK_S: Final = 0.016
_KNOWN_EVERY: Final = 20
_AGAIN_EVERY: Final = 50
_BAD_EVERY: Final = 97
_PAGE_ROWS: Final = 1_000
_WRITE_EVERY_S: Final = 0.05
_CITIES: Final = ("Vancouver", "Kraków", "", "東京")
_CELLS: Final = {OptIn.YES: "TRUE", OptIn.NO: "no", OptIn.NONE: ""}
_SAID: Final = (OptIn.YES, OptIn.YES, OptIn.NONE, OptIn.NO, OptIn.YES, OptIn.NONE, OptIn.NONE)
_HAD: Final = (OptIn.YES, OptIn.NO, OptIn.NONE)

State = tuple[str, OptIn, tuple[str, ...], dict[str, str]]


class Key:
    """What row `at` (from 0) says, and what must stand in the store afterwards."""

    def __init__(self, row_count: int) -> None:
        self.row_count = row_count

    def is_bad(self, at: int) -> bool:
        return at % _BAD_EVERY == 5

    def is_again(self, at: int) -> bool:
        """A second row of the number before it, which says No."""
        return at % _AGAIN_EVERY == _AGAIN_EVERY - 1 and not self.is_bad(at) and not self.is_bad(at - 1)

    def is_known(self, at: int) -> bool:
        return at % _KNOWN_EVERY == 0

    def had(self, at: int) -> State:
        return "Known before", _HAD[at // _KNOWN_EVERY % 3], (), {"City": "Halifax"}

    def cells(self, at: int, phone: str, earlier: str) -> list[str]:
        if self.is_bad(at):
            return ["12345", "Nobody", "TRUE", "", ""]
        if self.is_again(at):
            return [earlier, "Somebody else", "no", "late", "Toronto"]
        name, tags = f"Person {at}" if at % 3 else "", "spring; VIP" if at % 4 == 1 else ""
        return [phone, name, _CELLS[_SAID[at % 7]], tags, _CITIES[at % 4]]

    def after(self, at: int) -> State | None:
        """The contact of this row; None if the row makes none."""
        known = self.is_known(at)
        if self.is_bad(at):
            return self.had(at) if known else None
        if self.is_again(at):
            return None
        name, opt_in, _, had = self.had(at) if known else ("", OptIn.NONE, (), {})
        said = OptIn.NO if at + 1 < self.row_count and self.is_again(at + 1) else _SAID[at % 7]
        if said is OptIn.NO or (said is OptIn.YES and opt_in is not OptIn.NO):
            opt_in = said
        city = _CITIES[at % 4] or had.get("City", "")
        tags = ("spring", "VIP") if at % 4 == 1 else ()
        return (f"Person {at}" if at % 3 else name), opt_in, tags, {"City": city} if city else {}

    def rows(self) -> Iterator[list[str]]:
        earlier = ""
        for at, phone in enumerate(islice(phones(), self.row_count)):
            yield self.cells(at, phone, earlier)
            earlier = phone


def rows(place: Place) -> list[Row]:
    """Import, compare, undo, compare, stop half-way, compare."""
    folder, key = place.folder / "imports", Key(place.sizes.contact_count)
    folder.mkdir(parents=True)
    path = folder / "leads.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["Phone", "Name", "Opt-in", "Tags", "City"])
        csv.writer(file).writerows(key.rows())
    store = open_store(str(folder / "store.db"), SystemClock(), "bench").store
    try:
        return asyncio.run(_measure(store, key, path, place.sizes.stall_s))
    finally:
        store.close()
        shutil.rmtree(folder)


async def _measure(store: Store, key: Key, path: Path, idle_s: float) -> list[Row]:
    (user_id,) = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.SUPERVISOR)]))
    user = User(user_id, "Meera Rao", Role.SUPERVISOR)
    await _put_known(store, key)
    before = await _digest(store)
    idle = Meter(store)
    await idle.during(lambda: asyncio.sleep(idle_s))
    busy, began_s, read_s, imported_s = Meter(store), time.perf_counter(), 0.0, 0.0
    bulk_id = 0

    async def bring_in() -> None:
        nonlocal read_s, imported_s, bulk_id

        def tell(progress: Progress) -> None:
            nonlocal read_s
            if progress.stage is Stage.WRITING and not read_s:
                read_s = time.perf_counter() - began_s

        async with ImportRuns(store).open(path, user) as run:
            result = await run.run(Options("CA"), user, tell)
        imported_s = time.perf_counter() - began_s
        assert result.bulk_id is not None
        bulk_id = result.bulk_id
        _tell(f"read in {read_s:.0f} s, written in {imported_s - read_s:.0f} s: {result.counts}")

    await busy.during(bring_in)
    wrong = await _compare(store, key)
    _tell(f"compared with the key: {wrong or 'equal'}")
    assert not wrong
    undo_s = await _timed(lambda: BulkChanges(store, rest_s=0.0).undo(bulk_id, user))
    assert await _digest(store) == before, "the undo did not bring back what stood before"
    _tell(f"undone in {undo_s:.0f} s: as before")
    await _stopped_half_way(store, key, path, user)
    assert await _digest(store) == before, "the stopped import left something"
    _tell("stopped half-way: as before")
    return _figures(key, busy, idle, read_s, imported_s, undo_s)


def _figures(
    key: Key, busy: "Meter", idle: "Meter", read_s: float, imported_s: float, undo_s: float
) -> list[Row]:
    name = f"import of {key.row_count:,} rows"
    per_s = key.row_count / imported_s
    stalls = Spread.of(busy.stalls_ms, 99)
    quiet = Baseline("the same loop, idle", Spread.of(idle.stalls_ms, 99))
    waits = Spread.of(busy.waits_ms, 99)
    alone = Baseline("the same writes, idle", Spread.of(idle.waits_ms, 99))
    goal = "p99 at most 5 ms, none over 50 ms"
    met = stalls.percent(99) <= 5 and stalls.max <= 50
    note = f"reading {read_s:.0f} s of {imported_s:.0f} s"
    return [
        Row(name, "rows/s", Spread.of([per_s]), goal="at least 3,000", met=per_s >= 3_000, note=note),
        Row(f"{name}, undone", "rows/s", Spread.of([key.row_count / undo_s])),
        Row(f"{name}, its process", "MB at most", Spread.of([_peak_mb()])),
        Row(f"stalls during the {name}", "ms over 16", stalls, quiet, None, goal, met),
        Row(
            f"a person's write during the {name}",
            "ms",
            waits,
            alone,
            None,
            "p99 under 50 ms",
            waits.percent(99) < 50,
        ),
    ]


class Meter:
    """Ticks of a plain loop, and how long a small write waits meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.stalls_ms: list[float] = []
        self.waits_ms: list[float] = []

    async def during(self, work: Callable[[], Awaitable[object]]) -> None:
        watching = [asyncio.create_task(one) for one in (self._tick(), self._write())]
        try:
            await work()
        finally:
            for one in watching:
                one.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def _tick(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK_S)
            now = time.perf_counter()
            self.stalls_ms.append(max(0.0, (now - last - TICK_S) * 1000))
            last = now

    async def _write(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(_WRITE_EVERY_S)
            number += 1
            began_s = time.perf_counter()
            await self._store.write(lambda tx, at=number: settings.set_meta(tx, "bench", str(at)))  # type: ignore[misc]
            self.waits_ms.append((time.perf_counter() - began_s) * 1000)


async def _put_known(store: Store, key: Key) -> None:
    def write(tx: Tx, some: list[tuple[int, str]]) -> None:
        made = []
        for at, phone in some:
            name, opt_in, _, attributes = key.had(at)
            made.append(
                SeedContact(name, phone, opt_in, tx.now, "START", attributes=tuple(attributes.items()))
            )
        seeds.add_contacts(tx, made)

    await store.write(lambda tx: contacts.make_attribute(tx, "City", Kind.TEXT))
    every = ((at, phone) for at, phone in enumerate(islice(phones(), key.row_count)) if key.is_known(at))
    while some := list(islice(every, _PAGE_ROWS)):
        await store.write(lambda tx, some=some: write(tx, some))  # type: ignore[misc]


async def _everyone(store: Store) -> AsyncIterator[tuple[str, State]]:
    """Everyone as (phone, state), read page by page."""
    last = 0

    def read(tx: Tx) -> tuple[int, list[tuple[str, State]]]:
        row = tables.contact.c
        asked = select(row.id).where(row.merged_into.is_(None), row.id > last)
        ids = list(tx.conn.scalars(asked.order_by(row.id).limit(_PAGE_ROWS)))
        found = contacts.many(tx, ids)
        states = [(one.phone, (one.name, one.opt_in, one.tags, dict(one.attributes))) for one in found]
        return (ids[-1] if ids else 0), states

    while (page := await store.read(read))[0]:
        last = page[0]
        for one in page[1]:
            yield one


async def _compare(store: Store, key: Key) -> list[object]:
    """At most five differences from the key."""
    row_of = {phone: at for at, phone in enumerate(islice(phones(), key.row_count))}
    wrong = list[object]()
    async for phone, state in _everyone(store):
        at = row_of.pop(phone, None)
        expected = None if at is None else key.after(at)
        if expected != state:
            wrong.append((phone, expected, state))
    missing = ((phone, key.after(at)) for phone, at in row_of.items())
    return [*wrong, *(one for one in missing if one[1] is not None)][:5]


async def _digest(store: Store) -> tuple[int, int]:
    """All that stands in the store: how many, and a sum over them that no other set has."""
    count = total = 0
    async for one in _everyone(store):
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(one).encode()).digest())
    return count, total % (1 << 256)


async def _stopped_half_way(store: Store, key: Key, path: Path, user: User) -> None:
    stop = threading.Event()

    def tell(progress: Progress) -> None:
        if progress.stage is Stage.WRITING and progress.done_rows > key.row_count // 2:
            stop.set()

    async with ImportRuns(store).open(path, user) as run:
        result = await run.run(Options("CA"), user, tell, stop)
    if not result.stopped:  # a tiny one was written before anyone could stop it
        assert result.bulk_id is not None
        await BulkChanges(store).undo(result.bulk_id, user)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began_s = time.perf_counter()
    await work()
    return time.perf_counter() - began_s


def _peak_mb() -> float:
    """The most that any child held."""
    if sys.platform == "win32":
        return 0.0
    import resource

    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return held / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _tell(what: str) -> None:
    print(f"  {what}", flush=True)
