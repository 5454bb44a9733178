"""Loads of a screen: one at a time, and what was stopped is not in the way of the next."""

import asyncio

from PySide6.QtCore import QObject

from desktop.domain.problems import Problem
from desktop.ui.loads import Reload
from desktop.ui.tasks import Tasks


async def test_a_load_asked_for_right_after_a_stop_runs() -> None:
    errors: list[Exception] = []
    tasks = Tasks(errors.append, Problem)
    owner = QObject()
    done: list[int] = []
    loaded = asyncio.Event()

    async def load() -> None:
        await asyncio.sleep(0)
        done.append(1)
        loaded.set()

    reload = Reload(tasks, owner, load)
    reload.now()
    reload.stop()
    reload.now()
    await asyncio.wait_for(loaded.wait(), 5)
    assert done == [1]
    await tasks.close()
    assert errors == []
