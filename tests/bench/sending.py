"""Sending a broadcast through the whole engine, beside a bare client on the same loop."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.app import App
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.people import Role, User
from desktop.domain.variables import suggest
from tests.bench import bare, loops, stores, whatsapp
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.loops import LoopKind
from tests.bench.sizes import Place

PARTS = 4
BENCH = User(0, "The bench", Role.ADMIN)
_LOOK_S = 0.005
_STUCK_S = 60.0
"""Nothing more sent for so long: something is wrong, and the bench ends."""


@dataclass(frozen=True, slots=True)
class Course:
    """One broadcast: rates by quarter in messages a second, and the seconds before its first message."""

    rates: list[float]
    prepared_s: float


def row(place: Place, kind: LoopKind) -> Row:
    """Ours between two halves of the bare client, so that a change of the machine's load strikes both."""
    sizes = place.sizes
    prepared = stores.prepared(place.cache, sizes.send_count, 0, 0)
    folder = place.folder / f"send-{kind}"
    path = stores.copied(prepared, folder)
    with whatsapp.sandbox(folder) as url:
        course, floor = loops.run(kind, _measure(path, url, sizes.send_count))
    ours, beside = Spread.of(course.rates), Spread.of(floor)
    return Row(
        f"sending {sizes.send_count:,} on the {kind} loop",
        "messages/s by quarter",
        ours,
        Baseline(f"{bare.WHAT}, on the same loop", beside),
        ours.median / beside.median,
        note=f"quarters in order: {', '.join(f'{one:,.0f}' for one in course.rates)}; "
        f"launch and planning before the first message: {course.prepared_s:.1f} s",
    )


async def _measure(path: Path, url: str, count: int) -> tuple[Course, list[float]]:
    async with stores.opened(path, url) as app:
        made = await whatsapp.bodies(app, count)
    half = len(made) // 2
    before = await bare.rates(url, made[:half], PARTS // 2)
    async with stores.opened(path, url) as app:
        course = await broadcast(app, count)
        await _check(app, count)
    return course, before + await bare.rates(url, made[half:], PARTS // 2)


async def launch(app: App) -> int:
    """Everyone gets the template; returns the broadcast."""
    template = await app.templates.by_name(whatsapp.TEMPLATE)
    variables = tuple(suggest(name, template) for name in template.variables)
    draft = BroadcastDraft("Bench", template.id, variables=variables)
    broadcast_id = await app.broadcasts.save_draft(None, draft, BENCH)
    await app.broadcasts.launch(broadcast_id, BENCH, now=True)
    return broadcast_id


async def broadcast(app: App, count: int, launched: Callable[[int], object] | None = None) -> Course:
    """Send one broadcast to `count` contacts and return when all are settled. launched: told its id."""
    began = time.perf_counter()
    first = _done(app)
    broadcast_id = await launch(app)
    if launched is not None:
        launched(broadcast_id)
    await _until_done(app, first + 1)
    started = time.perf_counter()
    marks = [(started, _done(app) - first)]
    for part in range(1, PARTS + 1):
        await _until_done(app, first + count * part // PARTS)
        marks.append((time.perf_counter(), _done(app) - first))
    rates = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.pairwise(marks)]
    return Course(rates, started - began)


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


async def _check(app: App, count: int) -> None:
    """The ledger is green and everyone was sent to: a quick engine that loses messages measures nothing."""
    results = await app.broadcasts.verify_all()
    faults = [fault for one in results for fault in one.faults]
    sent = sum(one.figures.to_send_count for one in results)
    if faults or sent != count:
        raise RuntimeError(f"{sent:,} of {count:,} were to be sent; {faults}")
