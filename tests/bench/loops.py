"""The two loops that the program runs on: asyncio's own, and the window's in Qt's."""

import asyncio
import os
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class LoopKind(StrEnum):
    PLAIN = "asyncio"
    WINDOW = "window"


def run(kind: LoopKind, work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in the main thread."""
    if kind is LoopKind.PLAIN:
        return asyncio.run(work)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop.ui.loop import loop_factory
    from desktop.ui.run import application

    with asyncio.Runner(loop_factory=loop_factory(application())) as runner:
        return runner.run(work)
