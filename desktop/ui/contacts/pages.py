"""Reading the table while it is looked at: what is in sight first, what was scrolled past not at all."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from desktop.domain.contact_table import ContactRow
from desktop.ui.contacts.rows import PAGE, ContactRows
from desktop.ui.tasks import Tasks

AT_ONCE = 2
"""Pages that are read at the same time."""

Read = Callable[[int, int], Coroutine[Any, Any, list[ContactRow]]]


class PageReader(QObject):
    """read(first position, limit): the rows there. `on_problem` gets what a person should be told."""

    def __init__(
        self, tasks: Tasks, owner: QObject, rows: ContactRows, read: Read, on_problem: Callable[[Exception], object]
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._tasks, self._rows, self._read, self._on_problem = tasks, rows, read, on_problem
        self._running: dict[int, asyncio.Task[None]] = {}
        self._sight = (0, 0)

    def look(self, first: int, last: int) -> None:
        """These positions are in sight now."""
        self._sight = (first, last)
        wanted = self._rows.lacking(first, last)
        for page in [page for page in self._running if page not in wanted]:
            self._running.pop(page).cancel()
        for page in wanted:
            if len(self._running) >= AT_ONCE:
                break
            if page not in self._running:
                self._begin(page)

    def stop(self) -> None:
        """Another question is asked: nothing of the old one arrives any more."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()

    def _begin(self, page: int) -> None:
        task = self._tasks.spawn(self, self._fetch(page), on_problem=self._on_problem)
        self._running[page] = task
        task.add_done_callback(lambda task: self._ended(page, task))

    async def _fetch(self, page: int) -> None:
        self._rows.keep(page, await self._read(page * PAGE, PAGE))

    def _ended(self, page: int, task: "asyncio.Task[None]") -> None:
        if self._running.get(page) is not task:
            return
        del self._running[page]
        if not task.cancelled() and task.exception() is None:
            self.look(*self._sight)
