"""Knows at the next start that the last window did not end as windows do, and what the system said of it.

While a window runs, `running-….log` lies in the data folder, locked by its process: a head line, and whatever Python's
faulthandler writes when the process dies. A clean end removes it. One whose lock is free was left by a crash. The lock
and not the process id decides: an id may belong to somebody else by now.
"""

import faulthandler
import json
import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from desktop.system.lock import is_free, lock
from desktop.system.redaction import redact
from desktop.system.version import version

_log = logging.getLogger("assent.crash")
_NAME: Final = "running-*.log"
_LAST: Final = "crash.log"
_HEAD_LINES, _THREAD_LINES = 6, 30


@dataclass(frozen=True, slots=True)
class Crash:
    """A window that ended unexpectedly. told: what the system said of it, redacted; "" after a kill."""

    path: Path
    version: str
    started_at: datetime
    seen_at: datetime
    """When it was last known to live; the moment of the crash if the system had the time to say something."""
    told: str = ""


class Running:
    """This process's mark in the data folder: begin() and end() around the life of a window."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / f"running-{os.getpid()}-{secrets.token_hex(4)}.log"
        self._file: IO[str] | None = None

    def begin(self) -> None:
        """Leave the mark. A data folder that cannot be written is told elsewhere: there is no mark then."""
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("x", encoding="utf-8")
            lock(self._file)
            # The head comes after the lock: a file without it is one that is just being made.
            head = {"pid": os.getpid(), "version": version(), "started_at": datetime.now(UTC).isoformat()}
            self._file.write(json.dumps(head) + "\n")
            self._file.flush()
        except OSError as wrong:
            _log.warning("no mark of this run: %s", wrong)
            self._file = None
            return
        faulthandler.enable(self._file)

    def beat(self) -> None:
        """Note that this process lives; now and then, from a thread."""
        if self._file is not None:
            os.utime(self._path)

    def end(self) -> None:
        """A clean end: nothing will be told."""
        if self._file is None:
            return
        faulthandler.disable()
        file, self._file = self._file, None
        # Removed first: between the two, another window would take it for a crash.
        if os.name == "nt":  # pragma: no cover - an open file cannot be removed there
            file.close()
        self._path.unlink(missing_ok=True)
        file.close()


def left_behind(home: Path) -> list[Crash]:
    """The crashes nobody was told of yet, oldest first. Blocks: call it in a thread."""
    found = [crash for path in home.glob(_NAME) if (crash := _read(path)) is not None]
    return sorted(found, key=lambda one: one.seen_at)


def forget(crashes: list[Crash]) -> None:
    """They were told: their marks go; the newest stays as crash.log. Blocks: call it in a thread."""
    for one in crashes:
        try:
            os.replace(one.path, one.path.with_name(_LAST))
        except OSError as wrong:  # another window told it at the same moment
            _log.info("a mark is gone already: %s", wrong)


def _read(path: Path) -> Crash | None:
    try:
        with path.open("r+", encoding="utf-8", errors="replace") as file:
            head = file.readline()
            if not head.endswith("\n") or not is_free(file):
                return None
            told = file.read()
            seen_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        known: dict[str, Any] = json.loads(head)
        started_at = datetime.fromisoformat(known["started_at"])
        # A file's time comes from a coarser clock, which may stand a tick behind.
        seen_at = max(seen_at, started_at)
        return Crash(path, str(known["version"]), started_at, seen_at, redact(_gist(told)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _gist(told: str) -> str:
    """What happened, and where the thread was that it happened to; the other threads are left out of a long one."""
    lines = told.splitlines()
    if len(lines) <= _HEAD_LINES + _THREAD_LINES:
        return "\n".join(lines)
    at = next((number for number, line in enumerate(lines) if line.startswith("Current thread")), 0)
    head = lines[: min(at, _HEAD_LINES)]
    return "\n".join([*head, *(["…"] if at > _HEAD_LINES else []), *lines[at : at + _THREAD_LINES]])


def hear_all(heard: Callable[[BaseException], object]) -> Callable[[], None]:
    """Errors that nobody caught, of the main thread's slots and of other threads, go to `heard`. Returns the undo.

    heard: called in the thread of the error.
    """

    def in_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        heard(error.with_traceback(trace))

    def in_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            heard(what.exc_value)

    before, threads_before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = in_main, in_thread

    def undo() -> None:
        sys.excepthook, threading.excepthook = before, threads_before

    return undo
