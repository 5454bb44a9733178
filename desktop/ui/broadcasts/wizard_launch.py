"""The launch from the wizard: a second supervisor's yes where it is needed, the question, the test before."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.approval import Approval, ApprovalState, fingerprint
from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.settings import Settings
from desktop.domain.zones import zone
from desktop.services.broadcast_test import Tried
from desktop.ui.broadcasts.approval_card import ApprovalCard, ApprovalLook
from desktop.ui.broadcasts.draft_keeper import DraftKeeper
from desktop.ui.broadcasts.launch_dialogs import ask_before_launch
from desktop.ui.broadcasts.review_words import moment_words
from desktop.ui.broadcasts.trial_send import SendTestCard
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest
from desktop.ui.tasks import Once

WAITS = "A second supervisor has to say yes first."


class Launching(QObject):
    """`launched(broadcast id)`, `changed()` when the approval is another one. `running`: it is being launched now."""

    launched = Signal(int)
    changed = Signal()

    def __init__(
        self, desk: Desk, owner: QWidget, keeper: DraftKeeper, state: Callable[[], WizardState],
        settings: Callable[[], Settings | None], on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._desk, self._owner, self._keeper = desk, owner, keeper
        self._state, self._settings = state, settings
        self.approval: Approval | None = None
        self.running = False
        self._test: Once | None = None
        self._reading = Latest(desk.tasks, self, on_problem)

    # The second yes.

    @property
    def needs_yes(self) -> bool:
        """True if the workspace asks a second person about what is chosen now."""
        state, settings = self._state(), self._settings()
        if settings is None or not settings.second_approval or state.breakdown is None:
            return False
        off = state.shows_toggle and not state.draft.only_opted_in
        return off and state.breakdown.despite_count > 0

    @property
    def stands(self) -> bool:
        """True if a yes covers what is chosen now."""
        state, template = self._state(), self._state().template
        if self.approval is None or template is None or state.breakdown is None:
            return False
        mark = fingerprint(state.draft, template.revision)
        return self.approval.stands_for(mark, state.breakdown.despite_count)

    def look(self) -> ApprovalLook | None:
        """What the card shows; None: no second yes is needed."""
        counts = self._state().breakdown
        if not self.needs_yes or counts is None:
            return None
        mine = self.approval is not None and self.approval.asked_by == self._desk.user().id
        why_not = self._desk.refusal(Right.BROADCAST_TO_OPTED_OUT)
        return ApprovalLook(counts.despite_count, self.approval, self.stands, mine, why_not)

    def why_not(self) -> str:
        """Why it cannot be launched yet, "" when no second yes is missing."""
        return WAITS if self.needs_yes and not self.stands else ""

    def read_soon(self) -> None:
        if self._keeper.id is not None:
            self._reading.start(self._read(self._keeper.id))

    def heard(self, changes: Changes) -> None:
        if self._keeper.id is not None and changes.has(Topic.BROADCAST, self._keeper.id):
            self.read_soon()

    async def _read(self, broadcast_id: int) -> None:
        found = await self._desk.app.approvals.of(broadcast_id)
        self.approval = found[0] if found else None
        self.changed.emit()

    async def ask(self, reason: str) -> None:
        """Ask for the second yes to what is chosen now. Raises NotAllowed, Problem."""
        counts = self._state().breakdown
        if counts is None:
            return
        broadcast_id = await self._keeper.now(self._state().draft)
        await self._desk.app.approvals.ask(broadcast_id, self._desk.user(), reason, counts)
        await self._read(broadcast_id)
        self._desk.toasts.show_toast("Asked. Any other supervisor can answer it in this draft.", "done")

    async def decide(self, granted: bool, words: str) -> None:
        if self.approval is not None:
            await self._desk.app.approvals.decide(self.approval.id, self._desk.user(), granted, words)
            await self._read(self.approval.broadcast_id)

    async def take_back(self) -> None:
        if self.approval is not None:
            await self._desk.app.approvals.take_back(self.approval.id, self._desk.user())
            await self._read(self.approval.broadcast_id)

    def wire(self, card: ApprovalCard, start: Callable[..., object]) -> None:
        """start(begin, on_problem=…) runs one thing at a time."""

        def said(problem: Exception) -> None:
            card.show_problem(getattr(problem, "sentence", str(problem)))

        card.ask_requested.connect(lambda reason: start(lambda: self.ask(reason), on_problem=said))
        card.decide_requested.connect(
            lambda granted, words: start(lambda: self.decide(granted, words), on_problem=said)
        )
        card.take_back_requested.connect(lambda: start(self.take_back, on_problem=said))
        self.changed.connect(lambda: card.show_problem(""))

    # The launch and the test.

    async def launch(self) -> None:
        """Ask, and say yes to the draft as it stands. Raises NotAllowed, Problem."""
        state, settings = self._state(), self._settings()
        if state.breakdown is None or settings is None:
            return
        if (
            self.needs_yes
        ):  # a colleague may have taken it back; and it is compared with the draft that is kept
            await self._read(await self._keeper.now(state.draft))
            if not self.stands:
                return
        # The yes is to the draft that the question shows, and to no other one.
        broadcast_id = await self._keeper.now(state.draft)
        revision = self._keeper.revision
        at = state.draft.when.at
        when = f"on {moment_words(at, zone(settings.time_zone))}" if at is not None else ""
        known = self.approval.reason if self.approval is not None and self.stands else ""
        window = self._owner.window()
        reason = await ask_before_launch(self._desk.theme, window, state, when=when, reason=known)
        if reason is None:
            return
        self.running = True
        try:
            await self._desk.app.broadcasts.launch(
                broadcast_id, self._desk.user(), reason=reason, approved=state.breakdown, revision=revision
            )
        finally:
            self.running = False
        self.launched.emit(broadcast_id)

    def wire_test(self, card: SendTestCard) -> None:
        """Send a test of what is chosen now when the card asks for it."""

        async def send(phones: tuple[str, ...]) -> None:
            card.show_sent(await self.test(phones))

        def said(problem: Exception) -> None:
            card.show_problem(getattr(problem, "sentence", str(problem)))

        once = self._test = Once(self._desk.tasks, self, lambda busy: self.changed.emit())
        card.test_requested.connect(lambda phones: once.start(lambda: send(phones), on_problem=said))

    @property
    def testing(self) -> bool:
        return self._test is not None and self._test.running

    async def test(self, phones: tuple[str, ...]) -> Tried:
        """Send the message to a few numbers; whom it went to. Raises NotAllowed, Problem."""
        broadcast_id = await self._keeper.now(self._state().draft)
        return await self._desk.app.broadcasts.test(broadcast_id, phones, self._desk.user())


def waits_for(found: Approval | None, user_id: int) -> bool:
    """True if somebody else's request waits: this person may be the one to decide."""
    return found is not None and found.state is ApprovalState.ASKED and found.asked_by != user_id
