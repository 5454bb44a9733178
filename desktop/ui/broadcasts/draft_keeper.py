"""Keeps the draft a moment after each change, and never as two rows."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.people import Right, User, may
from desktop.services.broadcasts import Broadcasts
from desktop.ui.tasks import Tasks

SAVE_MS = 600


class DraftKeeper(QObject):
    """`later(draft)` after each change; `now(draft)` before a launch and when leaving."""

    def __init__(
        self, tasks: Tasks, owner: QObject, broadcasts: Broadcasts, user: Callable[[], User],
        on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._tasks, self._broadcasts, self._user, self._on_problem = tasks, broadcasts, user, on_problem
        self.id: int | None = None
        self._kept = BroadcastDraft()
        self._wanted = BroadcastDraft()
        self._saving = asyncio.Lock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_MS)
        self._timer.timeout.connect(self._save_wanted)

    def opened(self, broadcast_id: int, draft: BroadcastDraft) -> None:
        """This draft is the one that the store has."""
        self.id, self._kept = broadcast_id, draft

    def worth_keeping(self, draft: BroadcastDraft) -> bool:
        """Nobody wants an empty draft, and an agent may not keep one."""
        chosen = self.id is not None or draft != BroadcastDraft()
        return chosen and may(self._user(), Right.BROADCAST)

    def differs(self, draft: BroadcastDraft) -> bool:
        """True while the store has another one."""
        return self.id is None or draft != self._kept

    def later(self, draft: BroadcastDraft) -> None:
        """Keep it when nothing has changed for a moment."""
        self._wanted = draft
        self._timer.start()

    async def now(self, draft: BroadcastDraft) -> int:
        """Keep it and return its id. One at a time: a second wish waits and finds the row of the first."""
        self._timer.stop()
        async with self._saving:
            if self.id is None or draft != self._kept:
                self.id = await self._broadcasts.save_draft(self.id, draft, self._user())
                self._kept = draft
            return self.id

    async def settle(self) -> None:
        """Return when what was wanted last is kept, without waiting for the moment of calm."""
        if self._timer.isActive() and self.worth_keeping(self._wanted):
            await self.now(self._wanted)
        async with self._saving:  # a save that is on its way
            pass

    def _save_wanted(self) -> None:
        if self.worth_keeping(self._wanted):
            self._tasks.spawn(self, self.now(self._wanted), on_problem=self._on_problem)
