"""The asyncio loop that lives in Qt's: one heap behind one precise timer, and one queue of what is ready.

WORKAROUND for qasync 0.28 (https://github.com/CabbageDevelopment/qasync): it starts one Qt timer per handle and
keeps cancelled ones until they are due, returns handles without when(), overflows beyond 24.8 days, and drops the
context of call_soon_threadsafe.
"""

import asyncio
import heapq
import itertools
import math
import os
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_API", "pyside6")  # qasync would take PyQt6 if that were there too

from qasync import QEventLoop

THREADS = 4
SLICE_S = 0.008  # then the window gets its turn: half of a 16 ms frame
LONGEST_MS = 24 * 3_600_000  # a Qt timer holds 2**31 ms; a longer wait is armed again each day
RESOLUTION_S = time.get_clock_info("monotonic").resolution
MANY_CANCELLED = 64


class _Wake(QObject):
    """Receives, in the loop's thread, the events other threads post."""

    def __init__(self, woken: Callable[[], None]) -> None:
        super().__init__()
        self._woken = woken

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            self._woken()
            return True
        return super().event(event)


class Loop(QEventLoop):  # type: ignore[misc]  # qasync has no types
    """An asyncio loop run by `app.exec()`. Callbacks run in the order asyncio promises.

    While a callback is running, a nested Qt loop runs no other callback: they wait, and none is lost.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ready_now: deque[asyncio.Handle] = deque()
        self._waiting: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self._cancelled_count = 0
        self._stepping = False
        self._escaped: BaseException | None = None
        self._wake = _Wake(self._arm_soon)
        self._soon = QTimer(self._wake)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._turn)
        self._later = QTimer(self._wake)
        self._later.setSingleShot(True)
        self._later.setTimerType(Qt.TimerType.PreciseTimer)
        self._later.timeout.connect(self._turn)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="assent")
        self.set_default_executor(self._pool)

    @property
    def held_count(self) -> int:
        """Timers in the heap, cancelled ones that were not dropped yet included."""
        return len(self._waiting)

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._add_callback(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready_now.append(handle)
        QCoreApplication.postEvent(self._wake, QEvent(QEvent.Type.User))
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self._check_closed()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._waiting, (when, next(self._order), handle))
        handle._scheduled = True  # type: ignore[attr-defined]  # what BaseEventLoop does: cancel() then tells us
        if self._waiting[0][2] is handle:
            self._arm_later()
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """asyncio tells each cancelled timer; when most of the heap is such, it is made anew."""
        self._cancelled_count += 1
        if self._cancelled_count > MANY_CANCELLED and self._cancelled_count * 2 > len(self._waiting):
            self._waiting = [entry for entry in self._waiting if not entry[2].cancelled()]
            heapq.heapify(self._waiting)
            self._cancelled_count = 0

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        """qasync's own way in, also used by its Windows half."""
        if delay > 0:
            self.call_later(delay, handle._run)
        else:
            self._ready_now.append(handle)
            self._arm_soon()
        return handle

    def _arm_soon(self) -> None:
        if self._ready_now and not self._stepping and not self._soon.isActive():
            self._soon.start()

    def _arm_later(self) -> None:
        while self._waiting and self._waiting[0][2].cancelled():
            heapq.heappop(self._waiting)
            self._cancelled_count = max(0, self._cancelled_count - 1)
        if not self._waiting:
            self._later.stop()
        elif not self._stepping:
            left_ms = math.ceil(max(0.0, self._waiting[0][0] - self.time()) * 1000)
            self._later.start(min(left_ms, LONGEST_MS))

    def _turn(self) -> None:
        """Run what is ready and due, for one slice of time."""
        if self._stepping:  # a nested Qt loop inside a callback: wait for its end
            self._soon.stop()
            return
        self._stepping = True
        self._soon.stop()
        # Qt events may be processed while `run_forever` is not in: a task must find its loop even then.
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            self._take_due()
            self._run_slice()
        except (SystemExit, KeyboardInterrupt) as escaped:
            self._escaped = escaped
            self.stop()
        finally:
            asyncio._set_running_loop(before)
            self._stepping = False
            if not self.is_closed():
                self._arm_soon()
                self._arm_later()

    def _take_due(self) -> None:
        limit = self.time() + RESOLUTION_S
        while self._waiting and self._waiting[0][0] <= limit:
            handle = heapq.heappop(self._waiting)[2]
            handle._scheduled = False  # type: ignore[attr-defined]
            if handle.cancelled():
                self._cancelled_count = max(0, self._cancelled_count - 1)
            else:
                self._ready_now.append(handle)

    def _run_slice(self) -> None:
        """At most what is ready now: what it adds comes after Qt had its turn."""
        end = self.time() + SLICE_S
        for _ in range(len(self._ready_now)):
            handle = self._ready_now.popleft()
            if not handle.cancelled():
                handle._run()
            if self.time() > end:
                return

    def run_forever(self) -> None:
        self._check_closed()
        self._arm_soon()
        self._arm_later()
        super().run_forever()
        if self._escaped is not None:
            escaped, self._escaped = self._escaped, None
            raise escaped

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads without holding up the window; `timeout` in seconds, then they are left."""
        done = asyncio.Event()
        closer = ThreadPoolExecutor(1, thread_name_prefix="assent-close")
        closing = closer.submit(self._pool.shutdown)
        closing.add_done_callback(lambda _: self.call_soon_threadsafe(done.set))
        try:
            async with asyncio.timeout(timeout):
                await done.wait()
        except TimeoutError:
            self._pool.shutdown(wait=False, cancel_futures=True)
        finally:
            closer.shutdown(wait=False)

    def close(self) -> None:
        if self.is_closed():
            return
        self._soon.stop()
        self._later.stop()
        super().close()
        self._ready_now.clear()
        self._waiting.clear()
        self._wake.deleteLater()  # with its timers, here and now, and not when Python comes to collect the loop


def loop_factory(app: QApplication) -> Callable[[], Loop]:
    """For asyncio.Runner(loop_factory=loop_factory(app))."""
    return lambda: Loop(app)
