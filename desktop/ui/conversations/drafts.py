"""Keeps what stands in the compose box: a moment after a key, and at once when the person goes elsewhere."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

from desktop.domain.compose import ComposeState
from desktop.domain.people import User
from desktop.services.conversations import Conversations
from desktop.ui.conversations.loading import loop_runs
from desktop.ui.tasks import Tasks

_log = logging.getLogger("assent.window")
PAUSE_MS: Final = 400


def body_of(state: ComposeState) -> dict[str, Any] | None:
    """What is kept of a draft; None when nothing stands there."""
    stands = not state.is_empty or state.note or state.note_text.strip() or state.answered
    return state.to_json() if stands else None


class DraftKeeper(QObject):
    """Saves drafts in the order they were written."""

    def __init__(
        self, verbs: Conversations, tasks: Tasks, on_problem: Callable[[Exception], object], owner: QObject
    ) -> None:
        super().__init__(owner)
        self._verbs, self._tasks, self._on_problem, self._owner = verbs, tasks, on_problem, owner
        self._waiting: tuple[User, ComposeState] | None = None
        self._saving: set[asyncio.Task[None]] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)

    @property
    def clean(self) -> bool:
        """True when the store has everything."""
        return self._waiting is None and not self._saving

    def keep(self, user: User, state: ComposeState) -> None:
        """Save this draft in a moment: also of somebody who types without a pause, little is lost if the program dies."""
        if self._waiting is not None and self._waiting[1].contact_id != state.contact_id:
            self.flush()
        self._waiting = (user, state)
        if not self._pause.isActive():
            self._pause.start()

    def flush(self) -> None:
        """Save now what waits."""
        self._pause.stop()
        if self._waiting is None or not loop_runs():
            return
        (user, state), self._waiting = self._waiting, None
        task = self._tasks.spawn(
            self._owner,
            self._verbs.save_draft(state.contact_id, user, body_of(state)),
            on_problem=self._not_kept,
        )
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)

    def _not_kept(self, problem: Exception) -> None:
        """The account was closed meanwhile, or the store is gone: also kept where it outlives the window."""
        _log.error("a draft was not kept: %s", problem)
        self._on_problem(problem)

    def forget(self) -> None:
        """What waits has become a message."""
        self._pause.stop()
        self._waiting = None

    async def settle(self) -> None:
        """Save what waits and return when the store has it."""
        self.flush()
        while self._saving:
            await asyncio.wait(set(self._saving))
