"""Coroutines that belong to a widget: kept while they run, cancelled when it goes, heard when they fail."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject

T = TypeVar("T")


class Tasks:
    """All coroutines the window started.

    `expected` is the class of the errors meant for a person: the `on_problem` of spawn() gets them. Everything
    else, and an expected one nobody asked for, goes to `unexpected`.
    """

    def __init__(self, unexpected: Callable[[Exception], object], expected: type[Exception]) -> None:
        self._unexpected = unexpected
        self._expected = expected
        self._owned: dict[int, set[asyncio.Task[Any]]] = {}

    @property
    def running_count(self) -> int:
        return sum(len(tasks) for tasks in self._owned.values())

    def spawn(
        self,
        owner: QObject,
        coro: Coroutine[Any, Any, T],
        *,
        on_problem: Callable[[Exception], object] | None = None,
        name: str | None = None,
    ) -> asyncio.Task[T]:
        """Start `coro`; it is cancelled when `owner` is destroyed. The loop must be running (RuntimeError).

        The task holds the result or the exception as usual; an exception has been handed on already.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            coro.close()  # nothing will ever await it
            raise
        key = self._leash(owner)
        task = loop.create_task(coro, name=name)
        self._owned[key].add(task)

        def ended(task: asyncio.Task[T]) -> None:
            self._owned.get(key, set()).discard(task)
            self._hand_on(task, on_problem)

        task.add_done_callback(ended)
        return task

    def cancel(self, owner: QObject) -> None:
        """Cancel what `owner` started and still runs."""
        for task in list(self._owned.get(_address(owner), ())):
            task.cancel()

    async def drain(self) -> None:
        """Return when nothing spawned here runs any more, what was spawned meanwhile included."""
        me = asyncio.current_task()
        while running := [task for tasks in self._owned.values() for task in tasks if task is not me]:
            await asyncio.wait(running)

    async def close(self) -> None:
        """Cancel everything and wait for its end."""
        for tasks in list(self._owned.values()):
            for task in list(tasks):
                task.cancel()
        await self.drain()

    def _leash(self, owner: QObject) -> int:
        """One connection to `destroyed` per owner, kept by the address Qt knows it by: it is unique while it lives."""
        key = _address(owner)
        if key not in self._owned:
            self._owned[key] = set()
            owner.destroyed.connect(lambda: self._gone(key))
        return key

    def _gone(self, key: int) -> None:
        for task in self._owned.pop(key, set()):
            if not task.get_loop().is_closed():
                task.cancel()

    def _hand_on(self, task: asyncio.Task[Any], on_problem: Callable[[Exception], object] | None) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if not isinstance(error, Exception):
            return
        if on_problem is not None and isinstance(error, self._expected):
            on_problem(error)
        else:
            self._unexpected(error)


class Once:
    """Something that must not be started twice at a time: a send, a save.

    `busy` is told True at the start and False at the end (to disable a button).
    """

    def __init__(self, tasks: Tasks, owner: QObject, busy: Callable[[bool], object] | None = None) -> None:
        self._tasks = tasks
        self._owner = owner
        self._busy = busy
        self._task: asyncio.Task[Any] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(
        self,
        begin: Callable[[], Coroutine[Any, Any, Any]],
        *,
        on_problem: Callable[[Exception], object] | None = None,
    ) -> bool:
        """Call `begin` and run its coroutine; False, and nothing is called, while the last one runs."""
        if self.running:
            return False
        if self._busy is not None:
            self._busy(True)
        self._task = self._tasks.spawn(self._owner, begin(), on_problem=on_problem)
        self._task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if self._busy is not None and shiboken6.isValid(self._owner):
            self._busy(False)


def _address(owner: QObject) -> int:
    address: int = shiboken6.getCppPointer(owner)[0]
    return address
