"""The floor: an aiohttp client that sends and does nothing else."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence

import aiohttp

from desktop.options import SANDBOX_NUMBER_ID, SANDBOX_TOKEN
from desktop.whatsapp.connection import VERSION

IN_FLIGHT = 32
WHAT = f"bare aiohttp, {IN_FLIGHT} in flight, the same bytes to the same sandbox"


async def rates(url: str, bodies: Sequence[bytes], parts: int) -> list[float]:
    """Messages a second in each of `parts` equal parts. Raises RuntimeError if one is refused."""
    waiting = iter(bodies)
    ended: list[float] = []
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session:
        began = time.perf_counter()
        address = f"{url}/{VERSION}/{SANDBOX_NUMBER_ID}/messages"
        await asyncio.gather(*(_worker(session, address, waiting, ended) for _ in range(IN_FLIGHT)))
    return in_parts(began, ended, parts)


async def _worker(
    session: aiohttp.ClientSession, address: str, waiting: Iterator[bytes], ended: list[float]
) -> None:
    headers = {"Authorization": f"Bearer {SANDBOX_TOKEN}", "Content-Type": "application/json"}
    for body in waiting:
        async with session.post(address, data=body, headers=headers) as answer:
            said = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"HTTP {answer.status}: {said[:500]!r}")
        ended.append(time.perf_counter())


def in_parts(began: float, ended: Sequence[float], parts: int) -> list[float]:
    """Rates from the moments at which messages ended, in order."""
    size = len(ended) // parts
    marks = [began, *(ended[size * part - 1] for part in range(1, parts + 1))]
    return [size / (after - before) for before, after in itertools.pairwise(marks)]
