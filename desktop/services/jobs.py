"""Work that is Python rather than SQL, done by a process of its own: `assent job NAME`.

The child is told what to do in one line of JSON on its standard input, never on the command line, where a
store's password could be read. It answers with lines of JSON. A line "stop" asks it to end politely; the end
of its input (we are gone, or nobody waits any more) to end at once, between two steps.
"""

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from desktop.domain.filters import BadFilter
from desktop.domain.importcolumns import NotATable
from desktop.domain.problems import NotAllowed, NotFound, Overtaken, Problem

_log = logging.getLogger("assent.jobs")
_STOP_POLL_S: Final = 0.1
_END_WITHIN_S: Final = 10.0
_KEPT_LINES: Final = 40
STOP: Final = b"stop\n"
_KINDS: Final[dict[str, type[Problem]]] = {
    kind.__name__: kind for kind in (Problem, NotAllowed, NotFound, Overtaken, NotATable, BadFilter)
}


@dataclass(frozen=True, slots=True)
class Told:
    """How far a job is. total None: not known yet. stage: the job's own word for what it does now."""

    done: int
    total: int | None
    stage: str


Tell = Callable[[Told], None]
"""Told in the loop's thread."""


class JobEnded(Problem):
    """The process ended before its work did: it was killed, or ran out of memory."""


async def run(
    name: str, asked: dict[str, Any], tell: Tell | None = None, stop: threading.Event | None = None
) -> dict[str, Any]:
    """Have a child do a job; returns its result. Raises the Problem that it met, or JobEnded.

    stop, once set, asks it to end politely: the result then says so. Cancelled, it ends at once; this
    returns when the child is gone.
    """
    child = _Child(asyncio.get_running_loop(), tell)
    starting = asyncio.ensure_future(asyncio.to_thread(child.start, name, asked, stop))
    try:
        await asyncio.shield(starting)
        return await asyncio.shield(child.ended)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(child.end)
            await asyncio.wait([child.ended])
        raise


def command(name: str) -> list[str]:
    """How this program is started for a job; a bundle is its own interpreter."""
    own = [] if getattr(sys, "frozen", False) else ["-m", "desktop"]
    return [sys.executable, *own, "job", name]


class _Child:
    """A running job. Its threads hand everything to the loop, which never waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tell: Tell | None) -> None:
        self._loop = loop
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._input = threading.Lock()
        self._over = threading.Event()
        self._unwanted = False
        self._last_said: deque[str] = deque(maxlen=_KEPT_LINES)
        self.ended: asyncio.Future[dict[str, Any]] = loop.create_future()
        # Nobody may be left to hear of it: then it was said in the log.
        self.ended.add_done_callback(lambda done: done.cancelled() or done.exception())

    def start(self, name: str, asked: dict[str, Any], stop: threading.Event | None) -> None:
        """Start the process and the threads that listen to it. Blocks."""
        try:
            self._process = subprocess.Popen(
                command(name),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                creationflags=_windows_flags(),
                # Ctrl+C at the shell is for us; a child hears of it by the end of its input.
                start_new_session=sys.platform != "win32",
            )
        except OSError as wrong:
            raise JobEnded(
                "The work could not start", f"A helper process cannot be started: {wrong.strerror or wrong}."
            ) from wrong
        errors = threading.Thread(target=self._hear_errors, name=f"job-{name}-errors", daemon=True)
        errors.start()
        threading.Thread(target=self._hear, args=(name, errors), name=f"job-{name}", daemon=True).start()
        self._write(json.dumps(asked).encode() + b"\n")
        if stop is not None:
            threading.Thread(target=self._pass_on, args=(stop,), name=f"job-{name}-stop", daemon=True).start()

    def end(self) -> None:
        """End it at once: its input closes, and if that is not heard it is killed. Blocks."""
        if self._process is None:
            return
        self._unwanted = True
        with self._input, contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            _log.warning("a job did not end when asked; it is killed")
            self._process.kill()
            self._process.wait()

    def _write(self, line: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        # A child that is gone is heard of by the end of its output.
        with self._input, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _pass_on(self, stop: threading.Event) -> None:
        while not self._over.is_set():
            if stop.wait(_STOP_POLL_S):
                self._write(STOP)
                return

    def _hear_errors(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._last_said.append(line.decode("utf-8", "replace").rstrip())

    def _hear(self, name: str, errors: threading.Thread) -> None:
        """Until the child is gone. Whatever happens here, whoever waits hears of the end."""
        last: dict[str, Any] = {}
        code = -1
        try:
            last = self._listen()
        except Exception:
            _log.exception("job %s cannot be heard; it is killed", name)
            self._kill()
        try:
            code = self._over_and_closed(errors)
            self._note(name, last, code)
        finally:
            self._to_loop(self._settle, last, code)

    def _listen(self) -> dict[str, Any]:
        """Pass its progress on until its output ends; returns its last word, {} if it had none.

        A library may print there, too: what is none of our lines goes to the log.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        last: dict[str, Any] = {}
        for line in self._process.stdout:
            said = _read(line)
            if said is None:
                self._last_said.append(line.decode("utf-8", "replace").rstrip())
            elif "progress" in said:
                self._to_loop(self._say, said)
            else:
                last = said
        return last

    def _over_and_closed(self, errors: threading.Thread) -> int:
        assert self._process is not None
        code = self._process.wait()
        self._over.set()
        errors.join()
        with self._input, contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        for output in (self._process.stdout, self._process.stderr):
            assert output is not None
            output.close()
        return code

    def _note(self, name: str, last: dict[str, Any], code: int) -> None:
        if "result" in last and self._last_said:
            _log.info("job %s: %s", name, "\n".join(self._last_said))
        elif not last and not self._unwanted:
            _log.error("job %s ended with %s:\n%s", name, code, "\n".join(self._last_said))

    def _kill(self) -> None:
        assert self._process is not None
        with contextlib.suppress(OSError):
            self._process.kill()

    def _to_loop(self, call: Callable[..., None], *values: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(call, *values)

    def _say(self, said: dict[str, Any]) -> None:
        if self._tell is not None and not self.ended.done():
            done, total = said["progress"]
            self._tell(Told(done, total, said.get("stage", "")))

    def _settle(self, last: dict[str, Any], code: int) -> None:
        if self.ended.done():
            return
        if isinstance(last.get("result"), dict):
            self.ended.set_result(last["result"])
        elif (problem := _problem_from(last.get("problem"))) is not None:
            self.ended.set_exception(problem)
        else:
            self.ended.set_exception(
                JobEnded(
                    "The work ended unexpectedly",
                    f"The process that did it is gone (code {code}). The log has the details; try again.",
                )
            )


def _read(line: bytes) -> dict[str, Any] | None:
    """A line of a child; None if it is none of ours."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    progress = said.get("progress")
    is_progress = isinstance(progress, list) and len(progress) == 2
    return said if is_progress or "result" in said or "problem" in said else None


def _problem_from(found: Any) -> Problem | None:
    """The Problem that a child met; None if it is not told as one."""
    if not isinstance(found, dict) or not {"kind", "title", "sentence", "field"} <= found.keys():
        return None
    kind = _KINDS.get(str(found["kind"]), Problem)
    return kind(str(found["title"]), str(found["sentence"]), str(found["field"]))


def problem_to_json(problem: Problem) -> dict[str, str]:
    """A Problem as the child says it; its kind is kept where callers tell kinds apart."""
    kinds = (kind.__name__ for kind in type(problem).__mro__ if kind.__name__ in _KINDS)
    return {
        "kind": next(kinds),
        "title": problem.title,
        "sentence": problem.sentence,
        "field": problem.field,
    }


def _windows_flags() -> int:
    """No console of its own, and a low priority; elsewhere the child lowers its priority itself."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return 0
