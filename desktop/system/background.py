"""Work that runs as long as the program: it begins again when it fails, and ends with the program."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final

_log = logging.getLogger("assent.background")
_BEGIN_AGAIN_S: Final = 1.0
_HEARD_WITHIN_S: Final = 0.5


async def kept_up(name: str, run: Callable[[], Coroutine[Any, Any, None]], ending: type[Exception]) -> None:
    """Work that must not end silently: what stops it is logged, and it begins again.

    ending: the exception that is its proper end.
    """
    while True:
        try:
            await run()
            return
        except ending:
            return
        except Exception:
            _log.exception("%s stopped and begins again", name)
            await asyncio.sleep(_BEGIN_AGAIN_S)


class Background:
    """Tasks that run as long as the program and are cancelled, newest first, when it closes."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)

        async def end() -> None:
            # WORKAROUND https://github.com/python/cpython/issues/86296: up to Python 3.11 wait_for() can swallow
            # a cancellation that meets its answer, so it is said until it is heard.
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=_HEARD_WITHIN_S)

        self._stack.push_async_callback(end)


class Wakers:
    """Called when there may be something to send; who listens is known only once the engine is built."""

    def __init__(self) -> None:
        self.called: list[Callable[[], None]] = []

    def __call__(self) -> None:
        for one in self.called:
            one()
