"""Where the time of a message goes: processor time by thread, then the functions of each thread."""

import asyncio
import cProfile
import io
import pstats
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop.app import App
from desktop.store.engine import Tx
from tests.bench import sending, stores, whatsapp
from tests.bench.sizes import Place

_SHOWN_COUNT: Final = 30
_SEND_COUNT: Final = 20_000

_Function = tuple[str, int, str]
_Figures = tuple[int, int, float, float, object]
_Stats = dict[_Function, _Figures]
"""As pstats keeps them: file, line, name; primitive calls, calls, own s, s with what it calls, callers."""


@dataclass(frozen=True, slots=True)
class _Times:
    """Seconds: of the clock, of the loop's thread, of the writer's, of the process."""

    wall_s: float
    loop_s: float
    writer_s: float
    process_s: float


def send(place: Place) -> str:
    """Two broadcasts on the plain loop, the second under cProfile, which makes both threads slower."""
    count = min(place.sizes.send_count, _SEND_COUNT)
    prepared = stores.prepared(place.cache, count, 0, 0)
    folder = place.folder / "profile"
    with whatsapp.sandbox(folder) as url:
        plain = asyncio.run(_plain(stores.copied(prepared, folder / "plain"), url, count))
        loop, writer = asyncio.run(_profiled(stores.copied(prepared, folder / "profiled"), url, count))
    said = [f"{count:,} messages, launch and planning included; µs per message"]
    for name, seconds in (
        ("clock", plain.wall_s),
        ("loop thread", plain.loop_s),
        ("writer thread", plain.writer_s),
        ("process", plain.process_s),
    ):
        said.append(f"    {name:<14}{seconds / count * 1e6:8.1f}")
    said += [_told("loop thread", loop, count), _told("writer thread", writer, count)]
    return "\n".join(said)


async def _plain(path: Path, url: str, count: int) -> _Times:
    async with stores.opened(path, url) as app:
        before = await _now(app)
        await sending.broadcast(app, count)
        after = await _now(app)
    return _Times(
        after.wall_s - before.wall_s,
        after.loop_s - before.loop_s,
        after.writer_s - before.writer_s,
        after.process_s - before.process_s,
    )


async def _now(app: App) -> _Times:
    writer_s = await app.store.write(lambda tx: time.thread_time())
    return _Times(time.perf_counter(), time.thread_time(), writer_s, time.process_time())


async def _profiled(path: Path, url: str, count: int) -> tuple[cProfile.Profile, cProfile.Profile]:
    """A profile belongs to the thread that enables it: the writer's is enabled in a transaction."""
    loop, writer = cProfile.Profile(), cProfile.Profile()

    def begin(tx: Tx) -> None:
        writer.enable()

    def end(tx: Tx) -> None:
        writer.disable()

    async with stores.opened(path, url) as app:
        await app.store.write(begin)
        loop.enable()
        await sending.broadcast(app, count)
        loop.disable()
        await app.store.write(end)
    return loop, writer


def _told(name: str, profile: cProfile.Profile, count: int) -> str:
    """The functions in which most time passed, and ours by what they call too; µs per message.

    It is the clock's time: waiting for the disk, for events and for the interpreter's lock is in it.
    """
    found = pstats.Stats(profile, stream=io.StringIO())
    stats: _Stats = vars(found)["stats"]
    own = sorted(stats.items(), key=lambda one: -one[1][2])[:_SHOWN_COUNT]
    ours = [one for one in stats.items() if "desktop" in Path(one[0][0]).parts]
    whole = sorted(ours, key=lambda one: -one[1][3])[:_SHOWN_COUNT]
    head = "own µs, with what it calls, calls per message; waiting included"
    return "\n".join(
        [
            f"{name} under cProfile, by own time: {head}",
            *(_line(one, count) for one in own),
            f"{name} under cProfile, functions of the program: {head}",
            *(_line(one, count) for one in whole),
        ]
    )


def _line(one: tuple[_Function, _Figures], count: int) -> str:
    (file, line, function), (_, calls, own_s, whole_s, _callers) = one
    place = f"{'/'.join(Path(file).parts[-2:])}:{line}" if line else ""
    per_message = 1e6 / count
    return f"{own_s * per_message:9.2f}{whole_s * per_message:9.2f}{calls / count:8.2f}  {function}  {place}"
