"""Keeps the draft a moment after each change, never as two rows, and never over what a colleague wrote."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.broadcast import BroadcastDraft, BroadcastRecord, BroadcastStatus
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right, User, may
from desktop.services.broadcast_drafts import BroadcastDrafts, DraftChanged
from desktop.services.broadcasts import Broadcasts
from desktop.ui.tasks import Tasks

SAVE_MS = 600


class DraftKeeper(QObject):
    """`later(draft)` after each change; `now(draft)` before a launch and when leaving.

    A colleague's change of the same draft is `taken_up(record)` where nothing of one's own would be lost, else
    `overtaken(record)`: nothing is kept then until take_theirs() or keep_mine(). `gone(record)`: it is a draft no more.
    """

    taken_up = Signal(object)
    overtaken = Signal(object)
    gone = Signal(object)

    def __init__(
        self, tasks: Tasks, owner: QObject, drafts: BroadcastDrafts, broadcasts: Broadcasts,
        user: Callable[[], User], on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._tasks, self._drafts, self._broadcasts = tasks, drafts, broadcasts
        self._user, self._on_problem = user, on_problem
        self.id: int | None = None
        self.theirs: BroadcastRecord | None = None
        self._revision = 0
        self._kept = BroadcastDraft()
        self._wanted = BroadcastDraft()
        self._saving = asyncio.Lock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_MS)
        self._timer.timeout.connect(self._save_wanted)

    @property
    def revision(self) -> int:
        """Of the draft as it was kept or read last."""
        return self._revision

    def opened(self, record: BroadcastRecord) -> None:
        """This draft is the one that the store has."""
        self._timer.stop()
        self.id, self._revision, self.theirs = record.id, record.draft_revision, None
        self._kept = self._wanted = record.draft

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
        if self.theirs is None:
            self._timer.start()

    async def now(self, draft: BroadcastDraft) -> int:
        """Keep it and return its id. One at a time: a second wish waits and finds the row of the first.

        Raises DraftChanged when a colleague changed it since it was read.
        """
        self._timer.stop()
        self._wanted = draft
        async with self._saving:
            if self.theirs is not None:
                raise DraftChanged(self.theirs)
            if self.id is None or draft != self._kept:
                try:
                    kept = await self._drafts.keep(self.id, draft, self._user(), revision=self._revision)
                except DraftChanged as changed:
                    self._tell(changed.record)
                    raise
                self.id, self._revision, self._kept = kept.id, kept.revision, draft
            return self.id

    async def take_theirs(self, mine: BroadcastDraft) -> None:
        """Go on with the colleague's version; one's own is kept beside it."""
        record = self.theirs
        if record is not None:
            user = self._user()
            await self._drafts.keep_beside(mine, f"{user.name}’s version", user)
            self.opened(await self._broadcasts.get(record.id))
            self.taken_up.emit(await self._broadcasts.get(record.id))

    async def keep_mine(self, mine: BroadcastDraft) -> None:
        """Go on with one's own version; the colleague's is kept beside it."""
        record = self.theirs
        if record is not None:
            record = await self._broadcasts.get(record.id)
            whose = f"{record.updated_by_name or 'a colleague'}’s version"
            await self._drafts.keep_beside(record.draft, whose, self._user())
            self._revision, self._kept, self.theirs = record.draft_revision, record.draft, None
            await self.now(mine)

    async def settle(self) -> None:
        """Return when what was wanted last is kept, without waiting for the moment of calm."""
        if self.theirs is not None:
            await self.part(self._wanted)
        elif self._timer.isActive() and self.worth_keeping(self._wanted):
            await self.now(self._wanted)
        async with self._saving:  # a save that is on its way
            pass

    async def part(self, mine: BroadcastDraft) -> None:
        """Leave in the middle of a conflict: one's own version becomes a draft of its own."""
        if self.theirs is not None:
            self.theirs = None
            user = self._user()
            self._kept = mine
            await self._drafts.keep_beside(mine, f"{user.name}’s version", user)

    def heard(self, changes: Changes) -> None:
        """Look whether it was this draft that somebody changed."""
        if self.id is not None and self.theirs is None and changes.has(Topic.BROADCAST, self.id):
            self._tasks.spawn(self, self._look(self.id), on_problem=self._on_problem)

    async def _look(self, id: int) -> None:
        async with self._saving:
            record = await self._broadcasts.get(id)
            if record.status is BroadcastStatus.DRAFT and record.draft_revision == self._revision:
                return
            self._tell(record)

    def _tell(self, record: BroadcastRecord) -> None:
        """A change of somebody else's."""
        if record.status is not BroadcastStatus.DRAFT:
            self._timer.stop()
            self.gone.emit(record)
        elif self.differs(self._wanted) and self._wanted != record.draft:
            self._timer.stop()
            self.theirs = record
            self.overtaken.emit(record)
        else:
            self.opened(record)
            self.taken_up.emit(record)

    def _save_wanted(self) -> None:
        if self.worth_keeping(self._wanted):
            self._tasks.spawn(self, self._keep_wanted(), on_problem=self._on_problem)

    async def _keep_wanted(self) -> None:
        try:
            await self.now(self._wanted)
        except DraftChanged:
            return  # told by the signal
