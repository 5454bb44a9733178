"""A table that is read page by page while it is scrolled, never whole."""

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject

from desktop.ui.loads import Latest, OnProblem
from desktop.ui.parts.rows import Rows
from desktop.ui.parts.table import Table
from desktop.ui.tasks import Tasks

PAGE = 100
AHEAD_ROWS = 30
"""So many rows before the end the next page is asked for."""
T = TypeVar("T")
Read = Callable[[T | None, int], Coroutine[Any, Any, list[T]]]
"""Reads the page after a row (None: the first), at most so many."""


class Pages(QObject, Generic[T]):
    """start() reads the first page of another question; the rest comes as the table is scrolled.

    shown() is called after each page. A page of a question that was overtaken is never shown.
    """

    def __init__(
        self, tasks: Tasks, table: Table, rows: Rows[T], *, shown: Callable[[], object], on_problem: OnProblem
    ) -> None:
        super().__init__(table)
        self._table, self._rows, self._shown = table, rows, shown
        self._read: Read[T] | None = None
        self._loading = Latest(tasks, self, on_problem)
        self.is_whole = False
        bar = table.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._scrolled)

    @property
    def loading(self) -> bool:
        return self._loading.running

    def start(self, read: Read[T]) -> None:
        """Another question: its first page takes the place of what is shown when it comes."""
        self._read, self.is_whole = read, False
        self._loading.start(self._first(read))

    def stop(self) -> None:
        self._loading.cancel()

    async def _first(self, read: Read[T]) -> None:
        found = await read(None, PAGE)
        self.is_whole = len(found) < PAGE
        self._rows.set_rows(found)
        self._table.scrollToTop()
        self._shown()

    async def _next(self, read: Read[T], after: T) -> None:
        found = await read(after, PAGE)
        self.is_whole = len(found) < PAGE
        self._rows.append(found)
        self._shown()

    def _scrolled(self, *_: int) -> None:
        if self.is_whole or self._read is None or self.loading or not self._rows.rows:
            return
        bar = self._table.verticalScrollBar()
        ahead_px = AHEAD_ROWS * self._table.verticalHeader().defaultSectionSize()
        if bar.value() >= bar.maximum() - ahead_px:
            self._loading.start(self._next(self._read, self._rows.rows[-1]))
