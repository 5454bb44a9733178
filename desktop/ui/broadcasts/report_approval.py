"""The second supervisor's yes that a held broadcast needs to go on, in its report."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.people import Right
from desktop.services.approvals import SecondYes
from desktop.ui.broadcasts.approval_card import ApprovalCard, ApprovalLook
from desktop.ui.broadcasts.line_people import show_line
from desktop.ui.broadcasts.wizard_launch import WAITS
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.tasks import Once


class HeldApproval(QObject):
    """`card` is the wizard's; `changed` when another yes is needed, or is there. What goes on is the service's word.

    `contact_requested(id)`: one of those whom the yes is about.
    """

    changed = Signal()
    contact_requested = Signal(int)

    def __init__(self, desk: Desk, owner: QWidget, on_problem: Callable[[Exception], object]) -> None:
        super().__init__(owner)
        self._desk, self._owner = desk, owner
        self._on_problem = on_problem
        self._id = 0
        self._needed: SecondYes | None = None
        self._reload = Reload(desk.tasks, self, self._load, on_problem=on_problem)
        self._busy = False
        self._once = Once(desk.tasks, self, self._set_busy)
        card = self.card = ApprovalCard(desk.theme, name="report_approval")
        card.ask_requested.connect(self._ask)
        card.decide_requested.connect(self._decide)
        card.take_back_requested.connect(self._take_back)
        card.people_requested.connect(self._open_people)

    @property
    def why_not(self) -> str:
        """Why it cannot go on yet; "" when no second yes is missing."""
        return WAITS if self._needed is not None and not self._needed.stands else ""

    def show_record(self, record: BroadcastRecord | None) -> None:
        """Read anew what is needed, of one that is held with the toggle off; nothing is for any other."""
        held = record is not None and record.status is BroadcastStatus.HELD and not record.only_opted_in
        before, self._id = self._id, record.id if record is not None and held else 0
        if self._id != before:
            self._reload.stop()
            self._set(None)
            self.card.show_problem("")
        if self._id:
            self._reload.now()

    def leave(self) -> None:
        """Nobody looks any more."""
        self._reload.stop()
        self._id = 0

    async def _load(self) -> None:
        wanted = self._id
        needed = await self._desk.app.approvals.to_go_on(wanted) if wanted else None
        if wanted == self._id:
            self._set(needed)

    def _set(self, needed: SecondYes | None) -> None:
        self._needed = needed
        self._show()
        self.changed.emit()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._show()

    def _show(self) -> None:
        needed, user = self._needed, self._desk.user()
        look = None
        if needed is not None:
            kept = needed.approval
            look = ApprovalLook(
                needed.counts.despite_count,
                kept,
                needed.stands,
                kept is not None and kept.asked_by == user.id,
                self._desk.refusal(Right.BROADCAST_TO_OPTED_OUT),
            )
        self.card.show_look(look, self._desk.app.clock.now(), busy=self._busy)

    def _ask(self, reason: str) -> None:
        if self._needed is not None:
            asked = (self._id, self._desk.user(), reason, self._needed.counts)
            self._do(partial(self._desk.app.approvals.ask, *asked))

    def _decide(self, granted: bool, words: str) -> None:
        if self._needed is not None and self._needed.approval is not None:
            answer = (self._needed.approval.id, self._desk.user(), granted, words)
            self._do(partial(self._desk.app.approvals.decide, *answer))

    def _take_back(self) -> None:
        if self._needed is not None and self._needed.approval is not None:
            self._do(partial(self._desk.app.approvals.take_back, self._needed.approval.id, self._desk.user()))

    def _open_people(self) -> None:
        self._desk.tasks.spawn(self, self._show_people(), on_problem=self._on_problem)

    async def _show_people(self) -> None:
        if self._needed is not None:
            read, count = (
                partial(self._desk.app.approvals.people, self._id),
                self._needed.counts.despite_count,
            )
            window = self._owner.window()
            contact_id = await show_line(self._desk, window, Line.WILL_DESPITE, count, read)
            if contact_id is not None:
                self.contact_requested.emit(contact_id)

    def _do(self, verb: Callable[[], Coroutine[Any, Any, object]]) -> None:
        async def work() -> None:
            self.card.show_problem("")
            await verb()
            await self._load()

        def said(problem: Exception) -> None:
            self.card.show_problem(getattr(problem, "sentence", str(problem)))
            self._reload.now()

        self._once.start(work, on_problem=said)
