"""Loads that overtake each other: only the newest one is shown."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from desktop.ui.tasks import Tasks

Begin = Callable[[], Coroutine[Any, Any, None]]


def loop_runs() -> bool:
    """False in the last turn that Qt gets when the loop has ended: a timer may fall there, and nothing begins."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Latest:
    """Runs one load at a time. `on_problem` gets what a person should be told."""

    def __init__(self, tasks: Tasks, owner: QObject, on_problem: Callable[[Exception], object]) -> None:
        self._tasks, self._owner, self._on_problem = tasks, owner, on_problem
        self._task: asyncio.Task[None] | None = None
        self._next: Begin | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, begin: Begin) -> None:
        """The person asked for something else: what runs is cancelled."""
        self._next = None
        if self._task is not None:
            self._task.cancel()
        self._run(begin)

    def again(self, begin: Begin) -> None:
        """The same, anew: after what runs, so that a stream of changes never starves the screen."""
        if self.running:
            self._next = begin
        else:
            self._run(begin)

    def _run(self, begin: Begin) -> None:
        if not loop_runs():
            return
        task = self._tasks.spawn(self._owner, begin(), on_problem=self._on_problem)
        self._task = task
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if task is not self._task or self._next is None or task.cancelled():
            return
        begin, self._next = self._next, None
        self._run(begin)
