"""What many ask for at the same moment is done in one go.

A transaction costs as much as what is done in it. Whatever is asked for while one is under way forms the next group;
a single one therefore waits for nobody, and a burst shares the costs.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")


@dataclass(slots=True)
class _Waiting(Generic[A, R]):
    """What is asked for, and who waits for its end."""

    asked: A
    answer: "asyncio.Future[R]"


class Together(Generic[A, R]):
    """Groups of at most `most_count`, in the order of asking, one after the other.

    do: gets a group that is asked for from now on, and returns how the first of it ended, each with a result or with
    what went wrong; those that it left out come first in the next group. What it raises is told to the whole group.
    """

    def __init__(
        self, name: str, most_count: int, do: Callable[[list[A]], Awaitable[Sequence[R | Exception]]]
    ) -> None:
        self._name = name
        self._most_count = most_count
        self._do = do
        self._waiting: deque[_Waiting[A, R]] = deque()
        self._unanswered: set[asyncio.Future[R]] = set()
        self._work: asyncio.Task[None] | None = None

    async def ask(self, asked: A) -> R:
        """The result of this one, or raises what went wrong with it. Cancelled before its group begins, it is not done."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._waiting.append(_Waiting(asked, answer))
        self._unanswered.add(answer)
        if self._work is None:
            self._work = loop.create_task(self._run(), name=self._name)
        try:
            return await answer
        finally:
            self._unanswered.discard(answer)

    async def _run(self) -> None:
        try:
            while self._waiting:
                if group := self._next():
                    await self._do_group(group)
        finally:
            self._work = None
            self._waiting.clear()
            for answer in self._unanswered:  # there are some only where this task was cancelled
                answer.cancel()

    def _next(self) -> list[_Waiting[A, R]]:
        count = min(self._most_count, len(self._waiting))
        return [one for one in (self._waiting.popleft() for _ in range(count)) if not one.answer.done()]

    async def _do_group(self, group: list[_Waiting[A, R]]) -> None:
        ends: Sequence[R | Exception]
        try:
            ends = await self._do([one.asked for one in group])
        except Exception as wrong:
            ends = [wrong] * len(group)
        self._waiting.extendleft(reversed(group[len(ends) :]))
        for one, end in zip(group, ends, strict=False):
            if one.answer.done():  # nobody waits any more
                continue
            if isinstance(end, Exception):
                one.answer.set_exception(end)
            else:
                one.answer.set_result(end)
