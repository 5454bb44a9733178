"""The HTTP API while a broadcast runs: how fast messages are taken in, and whether they wait behind it."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from fastapi import FastAPI, Header

from desktop.app import App
from desktop.domain.keys import Scope
from desktop.domain.settings import API_PER_MINUTE
from desktop.server import http
from desktop.server.devapi.message_models import AcceptedAnswer, MessageAsked
from desktop.services.demo import phones
from desktop.store import settings
from desktop.store.engine import Tx
from tests.bench import burst, loops, sending, stores, whatsapp
from tests.bench.burst import Told
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.loops import LoopKind
from tests.bench.sizes import Place

TEMPLATE: Final = "order_shipped"
SHARE: Final = 20
"""One message of the API for so many of the broadcast: 5,000 beside 100,000."""
GOAL_MS: Final = 1_000.0
_PARTS: Final = 4
_BEGUN: Final = 0.1
"""Of the broadcast, before the burst: it is well under way then."""
_LOOK_S: Final = 0.01
_STUCK_S: Final = 120.0
_SETTLE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Course:
    """ours, bare: during the broadcast. alone: ours without one. begun, over: messages of the broadcast that were
    settled when our burst began and when it ended."""

    ours: Told
    bare: list[float]
    alone: Told
    bare_alone: list[float]
    begun: int
    over: int


def rows(place: Place) -> list[Row]:
    """A burst without a broadcast and one in the middle of it, each beside a bare route on the same loop."""
    sizes = place.sizes
    folder = place.folder / "api"
    path = stores.copied(stores.prepared(place.cache, sizes.send_count, 0, 0), folder)
    with whatsapp.sandbox(folder) as url:
        course = loops.run(LoopKind.PLAIN, _measure(path, url, sizes.send_count))
    return _told(path, sizes.send_count, course)


async def _measure(path: Path, url: str, count: int) -> _Course:
    many = max(_PARTS, count // SHARE)
    async with stores.opened(path, url) as app, bare_route() as floor:
        headers = await _key(app)
        ours = _Burst(app.server_address, headers, _phones(count, many))
        beside = _Burst(floor, {}, ours.phones)
        # Half of the bare one before and half after, so that a change of the machine's load strikes both.
        bare_alone = await beside.rates("warm", many // 2)
        alone = await ours.run("alone", many)
        await _until_settled(app, many)
        bare_alone += await beside.rates("alone", many // 2)
        first = _done(app)
        await sending.launch(app)
        await _until_done(app, first + int(count * _BEGUN))
        bare = await beside.rates("beside", many // 2)
        begun = _done(app) - first
        during = await ours.run("during", many)
        over = _done(app) - first - many
        bare += await beside.rates("beside again", many // 2)
        await _until_done(app, first + count + many)
        await _check(app, count)
    return _Course(during, bare, alone, bare_alone, begun, over)


@dataclass(frozen=True, slots=True)
class _Burst:
    """Where to, and to whom."""

    url: str
    headers: Mapping[str, str]
    phones: list[str]

    async def run(self, mark: str, count: int) -> Told:
        return await burst.run(self.url, self.headers, TEMPLATE, self.phones[:count], mark)

    async def rates(self, mark: str, count: int) -> list[float]:
        return (await self.run(mark, count)).rates(max(1, _PARTS // 2))


@asynccontextmanager
async def bare_route() -> AsyncIterator[str]:
    """The floor: the same body, read and answered in the same shapes by a route that does nothing; its address."""
    app = FastAPI()

    @app.post(burst.PATH, status_code=202, response_model=AcceptedAnswer)
    async def take(
        asked: MessageAsked, key: Annotated[str, Header(alias="Idempotency-Key")]
    ) -> AcceptedAnswer:
        return AcceptedAnswer(id=f"{1:024x}", status="ACCEPTED", message="Taken")

    running = http.HttpServer(lambda: app, http.bind("127.0.0.1", 0))
    await running.start()
    try:
        yield running.address
    finally:
        await running.stop()


async def _key(app: App) -> dict[str, str]:
    """A key that may ask as often as it can."""

    def without_limit(tx: Tx) -> None:
        settings.save(tx, replace(settings.load(tx), api_per_minute=API_PER_MINUTE[1]), None)

    await app.store.write(without_limit)
    made = await app.keys.create("The bench", Scope.RESTRICTED, sending.BENCH)
    await asyncio.sleep(_SETTLE_S)  # the gate hears of the limit by the feed
    return {"apiKey": made.api_key.key_id, "apiSecret": made.api_secret}


def _phones(count: int, many: int) -> list[str]:
    """Contacts of the broadcast, from its whole length."""
    step = max(1, count // many)
    return [phone for number, phone in zip(range(count), phones(), strict=False) if number % step == 0][:many]


def _done(app: App) -> int:
    return app.engine_status().done_count


async def _until_done(app: App, wanted: int) -> None:
    seen, changed = _done(app), time.monotonic()
    while seen < wanted:  # the engine tells no one: it is looked at
        await asyncio.sleep(_LOOK_S)
        if (now := _done(app)) != seen:
            seen, changed = now, time.monotonic()
        elif time.monotonic() - changed > _STUCK_S:
            raise RuntimeError(f"stuck at {seen:,}: {app.engine_status().trouble or 'no trouble told'}")


async def _until_settled(app: App, many: int) -> None:
    await _until_done(app, many)
    await asyncio.sleep(_SETTLE_S)


async def _check(app: App, count: int) -> None:
    results = await app.broadcasts.verify_all()
    faults = [fault for one in results for fault in one.faults]
    sent = sum(one.figures.to_send_count for one in results)
    if faults or sent != count:
        raise RuntimeError(f"{sent:,} of {count:,} were to be sent; {faults}")


def _told(path: Path, count: int, course: _Course) -> list[Row]:
    many = len(course.ours.took_ms)
    with closing(sqlite3.connect(path)) as conn:
        waits = _waits_ms(conn, "m.api_key_id IS NOT NULL", course.ours)
        theirs = _waits_ms(conn, "m.broadcast_id IS NOT NULL", course.ours)
        alone = _waits_ms(conn, "m.api_key_id IS NOT NULL", course.alone)
    met = Spread.of(waits, 95)
    during = f"while a broadcast of {count:,} runs"
    reached = f"the broadcast stood at {course.begun / count:.0%} when it began, at {course.over / count:.0%} when it ended"
    answers = Spread.of(course.ours.took_ms, 95)
    return [
        _rates(f"API: {many:,} sends taken in, without a broadcast", course.alone, course.bare_alone, ""),
        _rates(f"API: {many:,} sends taken in {during}", course.ours, course.bare, reached),
        Row(
            f"API: from taken in to handed over, {during}",
            "ms",
            met,
            Baseline("the broadcast's own messages of the same time", Spread.of(theirs, 95))
            if theirs
            else None,
            goal=f"p95 at most {GOAL_MS:,.0f} ms",
            met=met.percent(95) <= GOAL_MS,
            note=f"without a broadcast: {Spread.of(alone, 95).told()}",
        ),
        Row(
            f"API: from asked to answered, {burst.AT_ONCE} at once, {during}",
            "ms",
            answers,
            Baseline("the same without a broadcast", Spread.of(course.alone.took_ms, 95)),
        ),
    ]


def _rates(name: str, told: Told, bare: list[float], note: str) -> Row:
    ours, beside = Spread.of(told.rates(_PARTS)), Spread.of(bare)
    what = "a bare FastAPI route, the same client, bodies and loop"
    return Row(
        name, "requests/s by quarter", ours, Baseline(what, beside), ours.median / beside.median, note=note
    )


def _waits_ms(conn: sqlite3.Connection, which: str, told: Told) -> list[float]:
    """From the transaction that made each message to the one that settled WhatsApp's answer: of the API's messages
    those of the burst, of the broadcast's those that were settled while it lasted."""
    began = int(told.began_at_s * 1_000_000)
    ended = began + int(told.ended_s[-1] * 1_000_000)
    asked = (
        f"SELECT (a.ended_at - m.created_at) / 1000.0 FROM message m JOIN attempt a ON a.message_id = m.id"
        f" WHERE {which} AND a.outcome = 'accepted'"
    )
    if "api_key_id" in which:
        asked += " AND m.created_at BETWEEN ? AND ?"
    else:
        asked += " AND a.ended_at BETWEEN ? AND ?"
    return [row[0] for row in conn.execute(asked, (began, ended))]
