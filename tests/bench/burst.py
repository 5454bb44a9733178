"""Another program that sends many messages at once, as a process of its own: `python -m tests.bench.burst`.

It is told what to do in one line of JSON on its standard input, and answers with one line: see `Told`.
"""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

AT_ONCE = 64
PATH = "/devapi/messages/whatsapp"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Told:
    """When it began, and of each request, in the order of ending: when it ended (seconds since it began) and how long
    it took (ms)."""

    began_at_s: float
    ended_s: list[float] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)

    def rates(self, parts: int) -> list[float]:
        """Requests a second in each of `parts` equal parts."""
        size = len(self.ended_s) // parts
        marks = [0.0, *(self.ended_s[size * part - 1] for part in range(1, parts + 1))]
        return [size / (after - before) for before, after in itertools.pairwise(marks)]


async def run(url: str, headers: Mapping[str, str], template: str, phones: list[str], mark: str) -> Told:
    """Have a process send the template to each phone. mark: begins the Idempotency-Keys.

    Raises RuntimeError if one is not taken in.
    """
    asked = {"url": url, "headers": dict(headers), "template": template, "phones": phones, "mark": mark}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.burst",
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    said, errors = await process.communicate(json.dumps(asked).encode() + b"\n")
    if process.returncode:
        raise RuntimeError(errors.decode()[-2_000:])
    return Told(**json.loads(said))


async def _send(asked: Mapping[str, Any]) -> Told:
    told = Told(time.time())
    numbers = iter(range(len(asked["phones"])))
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout
    ) as session:
        began = time.perf_counter()
        await asyncio.gather(*(_worker(session, asked, numbers, told, began) for _ in range(AT_ONCE)))
    return told


async def _worker(
    session: aiohttp.ClientSession, asked: Mapping[str, Any], numbers: Iterator[int], told: Told, began: float
) -> None:
    for number in numbers:
        body = json.dumps(_body(asked["template"], asked["phones"][number], number)).encode()
        headers = {
            **asked["headers"],
            "Content-Type": "application/json",
            "Idempotency-Key": f"{asked['mark']}-{number}",
        }
        asked_at = time.perf_counter()
        async with session.post(asked["url"] + PATH, data=body, headers=headers) as answer:
            said = await answer.read()
            if answer.status != 202:
                raise RuntimeError(f"HTTP {answer.status}: {said[:500]!r}")
        ended = time.perf_counter()
        told.ended_s.append(ended - began)
        told.took_ms.append((ended - asked_at) * 1_000)


def _body(template: str, phone: str, number: int) -> dict[str, Any]:
    values = {"1": "Noémie", "2": f"A-{number}", "3": "Thursday"}
    return {
        "channelId": "61a87f1e",
        "channelType": "whatsapp",
        "recipient": {"name": "Noémie Tremblay", "phone": phone.lstrip("+")},
        "whatsapp": {"type": "template", "template": {"templateName": template, "bodyValues": values}},
    }


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_send(json.loads(sys.stdin.readline()))))))
