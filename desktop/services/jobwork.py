"""The child's side of a job: hear what is asked, do it, say how far it is and what came of it.

See `jobs` for the lines that pass between the two processes.
"""

import asyncio
import json
import logging
import os
import secrets
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TextIO

from desktop.domain.people import Role, User
from desktop.domain.problems import Problem
from desktop.services import jobs
from desktop.store import settings
from desktop.store.engine import Store
from desktop.system.clock import SystemClock

_TELL_EVERY_S: Final = 0.1
_NICENESS: Final = 5


@dataclass(slots=True)
class Talk:
    """What a job says and hears while it works. stop: asked to end, politely or not."""

    out: TextIO
    stop: threading.Event = field(default_factory=threading.Event)
    _told_at_s: float = 0.0
    _stage: str = ""

    def tell(self, done: int, total: int | None, stage: str = "") -> None:
        """Say how far it is, at most ten times a second; the last of a stage is always said."""
        now_s = time.monotonic()
        if stage != self._stage or done == total or now_s - self._told_at_s >= _TELL_EVERY_S:
            self._told_at_s, self._stage = now_s, stage
            self.say({"progress": [done, total], "stage": stage})

    def say(self, what: Mapping[str, Any]) -> None:
        self.out.write(json.dumps(what) + "\n")
        self.out.flush()


Work = Callable[[dict[str, Any], Talk], Awaitable[dict[str, Any]]]
"""One job: (what was asked, talk) to its result."""


def answer(work: Work) -> int:
    """Do the job that standard input asks for; returns the exit code. What the work prints goes to the log."""
    # A bundle without a console may have no sys.stdout, and has what it was started with all the same.
    out = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stdout = sys.stderr
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    lines = _lines(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
    talk = Talk(out)
    try:
        asked = json.loads(next(lines))
        result = asyncio.run(_work(work, asked, talk, lines))
    except Problem as problem:
        talk.say({"problem": jobs.problem_to_json(problem)})
        return 2
    except (StopIteration, asyncio.CancelledError, BrokenPipeError):
        return 130  # nobody is there any more
    talk.say({"result": result})
    return 0


async def _work(work: Work, asked: dict[str, Any], talk: Talk, lines: Iterator[bytes]) -> dict[str, Any]:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def listen() -> None:
        for line in lines:
            if line + b"\n" == jobs.STOP:
                talk.stop.set()
        talk.stop.set()
        if not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    threading.Thread(target=listen, name="job-input", daemon=True).start()
    return await work(asked, talk)


def _lines(number: int) -> Iterator[bytes]:
    """The lines of a file by its number. Not through `sys.stdin`: a thread that waits there would hold its lock
    when the interpreter ends."""
    kept = b""
    while block := os.read(number, 65_536):
        *whole, kept = (kept + block).split(b"\n")
        yield from whole


@contextmanager
def open_store(address: str, name: str) -> Iterator[Store]:
    """The store that the asking process has open, under a name of our own, at its business time."""
    clock = SystemClock()
    store = Store(address, clock, f"{name}-{os.getpid()}-{secrets.token_hex(3)}")
    try:
        ahead_s = store.submit_read(lambda tx: settings.meta(tx, "clock_offset_s")).result()
        clock.move(timedelta(seconds=max(0.0, float(ahead_s or 0))))
        yield store
    finally:
        store.close()


def user_to_json(user: User) -> list[Any]:
    return [user.id, user.name, user.role.value]


def user_from_json(found: list[Any]) -> User:
    id, name, role = found
    return User(id, name, Role(role))


def peak_bytes() -> int:
    """The most memory that this process ever held; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024
