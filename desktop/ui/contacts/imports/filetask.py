"""One open file and everything that is asked of it, in turn: its own folder lives as long as this task."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QObject

from desktop.domain.problems import Problem
from desktop.services.importruns import ImportRun
from desktop.ui.desk import Desk

Work = Callable[[ImportRun], Awaitable[None]]


class FileTask:
    """`refused(task, problem)` if the file cannot be opened; `ended(task)` when the last work is done or something broke.

    A work handles its own Problems; anything else it raises ends the task and is the window's to show.
    """

    def __init__(
        self,
        desk: Desk,
        owner: QObject,
        path: Path,
        *,
        first: Work,
        refused: Callable[["FileTask", Problem], object],
        ended: Callable[["FileTask"], object],
    ) -> None:
        self.path = path
        self._refused, self._ended = refused, ended
        self._work: asyncio.Queue[Work | None] = asyncio.Queue()
        self._desk = desk
        self.ask(first)
        desk.tasks.spawn(owner, self._serve())

    def ask(self, work: Work) -> None:
        """Have it done when what was asked before is done."""
        self._work.put_nowait(work)

    def leave(self) -> None:
        """Nothing more is asked."""
        self._work.put_nowait(None)

    async def _serve(self) -> None:
        try:
            async with self._desk.app.imports.open(self.path, self._desk.user()) as run:
                while (work := await self._work.get()) is not None:
                    await work(run)
        except Problem as problem:
            self._refused(self, problem)
        except Exception:
            self._ended(self)
            raise
        else:
            self._ended(self)
