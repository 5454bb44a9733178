"""Reading for a screen: the newest wish wins, and what changes often is read now and then, never twice at once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer

from desktop.ui.tasks import Tasks

Load = Callable[[], Coroutine[Any, Any, object]]
OnProblem = Callable[[Exception], object]


class Latest(QObject):
    """A load of which only the newest counts: starting it again cancels the one before."""

    def __init__(self, tasks: Tasks, owner: QObject, on_problem: OnProblem | None = None) -> None:
        super().__init__(owner)
        self._tasks = tasks
        self._on_problem = on_problem
        self._task: asyncio.Task[Any] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, load: Coroutine[Any, Any, object]) -> None:
        """Run `load`; one that was overtaken never gets past its next await."""
        self.cancel()
        self._task = self._tasks.spawn(self, load, on_problem=self._on_problem)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


class Reload(QObject):
    """A load that follows changes: one at a time, and at least `wait_ms` from one to the next."""

    def __init__(
        self, tasks: Tasks, owner: QObject, load: Load, *, wait_ms: int = 250, on_problem: OnProblem | None = None
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._tasks, self._load, self._on_problem = tasks, load, on_problem
        self._task: asyncio.Task[Any] | None = None
        self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(wait_ms)
        self._timer.timeout.connect(self.now)

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def now(self) -> None:
        """Load at once, or once more right after the load that runs."""
        self._timer.stop()
        if self.running:
            self._again = True
            return
        self._again = False
        self._task = self._tasks.spawn(self, self._load(), on_problem=self._on_problem)
        self._task.add_done_callback(self._ended)

    def soon(self) -> None:
        """Load after the wait; several wishes meanwhile are one."""
        if self.running:
            self._again = True
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Forget what was asked; a load that runs is cancelled, and one asked for from now on does not wait for it."""
        self._timer.stop()
        self._again = False
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if self._again and task is self._task:
            self._again = False
            self._timer.start()
