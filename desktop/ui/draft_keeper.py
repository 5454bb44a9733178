"""Keeps a draft a moment after each change: a flow's, a sequence's."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.people import User
from desktop.ui.tasks import Tasks

SAVE_MS: Final = 500
D = TypeVar("D")


class DraftKeeper(QObject, Generic[D]):
    """`later(id, definition)` after each change, settle() before leaving; `saved(definition)` when the store has it.

    save: the service's verb, with the id, the definition and who sits there. generation: grows with every wish and every save, so that a reading can tell whether it was overtaken.
    """

    saved = Signal(object)

    def __init__(
        self, tasks: Tasks, owner: QObject, save: Callable[[int, D, User], Awaitable[None]], user: Callable[[], User],
        on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._tasks, self._save, self._user, self._on_problem = tasks, save, user, on_problem
        self._wanted: tuple[int, D] | None = None
        self._saving = asyncio.Lock()
        self.generation = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_MS)
        self._timer.timeout.connect(self._due)

    @property
    def busy(self) -> bool:
        """True while the store does not have what was wanted last."""
        return self._wanted is not None or self._saving.locked()

    def later(self, id: int, definition: D) -> None:
        """Keep it when nothing has changed for a moment."""
        self._wanted = (id, definition)
        self.generation += 1
        self._timer.start()

    def drop(self) -> None:
        """What was wanted and is not kept yet is not wanted any more."""
        self._timer.stop()
        self._wanted = None

    async def settle(self) -> None:
        """Return when what was wanted last is kept. Raises the service's Problem; it is not tried again then."""
        self._timer.stop()
        async with self._saving:
            wanted, self._wanted = self._wanted, None
            if wanted is not None:
                await self._save(*wanted, self._user())
        if wanted is not None:
            self.generation += 1
            self.saved.emit(wanted[1])

    def _due(self) -> None:
        self._tasks.spawn(self, self.settle(), on_problem=self._on_problem)
