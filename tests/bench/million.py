"""A broadcast to everyone of a large store, planned and sent to the end without a window, and the memory that it takes.

Each size runs in a process of its own, so that what one took is not counted for the other. Pages of the store's file
that are mapped belong to the system and are not counted.
"""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import update

from desktop.app import App
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.messages import Status
from desktop.store import tables
from desktop.store.engine import Tx
from tests.bench import sending, stores, whatsapp
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.sizes import Place

ROOT: Final = Path(__file__).parents[2]
MEMORY_GOAL: Final = 1.2
_LOOK_S: Final = 0.25
_STUCK_S: Final = 120.0
_PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """One broadcast. snapshot_s: until the launch was kept; planned_s: until each recipient had a row, from the launch;
    sent_s: until nothing was left to send; rates: messages a second by quarter; peak_mb: of the process."""

    selected_count: int
    left_out_count: int
    snapshot_s: float
    planned_s: float
    sent_s: float
    verify_s: float
    rates: tuple[float, ...]
    peak_mb: float
    faults: tuple[str, ...]


def rows(place: Place) -> list[Row]:
    """The counted store's size beside the tenth of it that is sent elsewhere."""
    small, large = (_apart(place, count) for count in (place.sizes.send_count, place.sizes.contact_count))
    ratio = large.peak_mb / small.peak_mb
    name = f"{large.selected_count:,} recipients without a window"
    beside = f"{small.selected_count:,} recipients"
    quarters = ", ".join(f"{one:,.0f}" for one in large.rates)
    return [
        Row(
            f"memory of {name}", "MB at most", Spread.of([large.peak_mb]),
            Baseline(beside, Spread.of([small.peak_mb])), ratio,
            f"ratio at most {MEMORY_GOAL}", ratio <= MEMORY_GOAL,
        ),
        Row(
            f"sending {name}", "messages/s by quarter", Spread.of(list(large.rates)),
            Baseline(beside, Spread.of(list(small.rates))),
            goal="sent to the end, ledger green", met=not large.faults,
            note=f"quarters in order: {quarters}; all of it took {large.sent_s:,.0f} s; {large.left_out_count:,} left out"
            + "".join(f"; {one}" for one in large.faults),
        ),
        Row(
            f"snapshot of {name}", "s of the writer", Spread.of([large.snapshot_s]),
            Baseline(beside, Spread.of([small.snapshot_s])),
        ),
        Row(
            f"planning of {name}", "s", Spread.of([large.planned_s]),
            Baseline(beside, Spread.of([small.planned_s])), note="while the first of them are being sent",
        ),
        Row(
            f"ledger of {name}", "s", Spread.of([large.verify_s]),
            Baseline(beside, Spread.of([small.verify_s])),
        ),
    ]  # fmt: skip


def _apart(place: Place, count: int) -> Sent:
    path = stores.copied(stores.counted(place.cache, count), place.folder / f"million-{count}")
    told = path.with_suffix(".json")
    subprocess.run([sys.executable, "-m", "tests.bench.million", str(path), str(told)], cwd=ROOT, check=True)
    found = json.loads(told.read_text(encoding="utf-8"))
    path.unlink()
    return Sent(**{**found, "rates": tuple(found["rates"]), "faults": tuple(found["faults"])})


def main() -> None:
    path, told = Path(sys.argv[1]), Path(sys.argv[2])
    with whatsapp.sandbox(path.parent) as url:
        found = asyncio.run(_measure(path, url))
    told.write_text(json.dumps(asdict(found)), encoding="utf-8")


async def _measure(path: Path, url: str) -> Sent:
    async with stores.opened(path, url) as app:
        await app.store.write(_alone)
        peak = asyncio.create_task(_watch_memory())
        sent = await _send(app, peak)
    return sent


def _alone(tx: Tx) -> None:
    """What else is under way waits."""
    tx.conn.execute(update(tables.broadcast).values(status=BroadcastStatus.PAUSED.value))


async def _send(app: App, peak: "asyncio.Task[float]") -> Sent:
    began_s = time.perf_counter()
    broadcast_id = await sending.launch(app)
    snapshot_s = time.perf_counter() - began_s
    selected_count = (await app.broadcasts.get(broadcast_id)).selected_count or 0
    planned_s, marks = 0.0, [(time.perf_counter(), 0)]
    done, changed_s = 0, time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_S)
        status = (await app.broadcasts.get(broadcast_id)).status
        if not planned_s and status is not BroadcastStatus.PREPARING:
            planned_s = time.perf_counter() - began_s
        if (now := app.engine_status().done_count) != done:
            done, changed_s = now, time.monotonic()
            marks.append((time.perf_counter(), done))
        if status is BroadcastStatus.DONE:
            break
        if time.monotonic() - changed_s > _STUCK_S:
            raise RuntimeError(f"stuck at {done:,}: {app.engine_status().trouble or 'no trouble told'}")
    sent_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    ledger = await app.broadcasts.verify(broadcast_id)
    verify_s = time.perf_counter() - began_s
    peak.cancel()
    left_out_count = ledger.figures.count(Status.LEFT_OUT)
    return Sent(
        selected_count,
        left_out_count,
        snapshot_s,
        planned_s,
        sent_s,
        verify_s,
        _rates(marks),
        _Peak.mb,
        ledger.faults,
    )


def _rates(marks: list[tuple[float, int]]) -> tuple[float, ...]:
    """By quarter of what was sent."""
    total, first_s = marks[-1][1], marks[0][0]
    ends = [next(mark for mark in marks if mark[1] >= total * part / _PARTS) for part in range(1, _PARTS + 1)]
    made, before = [], (first_s, 0)
    for end in ends:
        made.append((end[1] - before[1]) / max(end[0] - before[0], 1e-3))
        before = end
    return tuple(made)


class _Peak:
    mb = 0.0


async def _watch_memory() -> float:
    while True:
        _Peak.mb = max(_Peak.mb, _own_mb())
        await asyncio.sleep(_LOOK_S)


def _own_mb() -> float:
    """What the process holds itself."""
    if sys.platform == "linux":
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        held = next(line for line in lines if line.startswith("RssAnon:"))
        return int(held.split()[1]) / 1024
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


if __name__ == "__main__":
    main()
