"""When colleagues work on the same draft: what they changed is taken up, or it is asked whose version goes on."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.draft_keeper import DraftKeeper
from desktop.ui.broadcasts.wizard_view import ConflictBanner
from desktop.ui.desk import Desk
from desktop.ui.tasks import Once


class Colleagues(QObject):
    """`taken_up(record, template)`: their version is to be shown. `left_behind(broadcast id)`: it is a draft no more."""

    taken_up = Signal(object, object)
    left_behind = Signal(int)

    def __init__(
        self, desk: Desk, keeper: DraftKeeper, banner: ConflictBanner, once: Once, state: Callable[[], WizardState],
        on_problem: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        super().__init__(keeper)
        self._desk, self._keeper, self._banner = desk, keeper, banner
        self._state, self._on_problem = state, on_problem
        self.record: BroadcastRecord | None = None
        keeper.overtaken.connect(lambda record: banner.show_conflict(record.updated_by_name))
        keeper.taken_up.connect(
            lambda record: desk.tasks.spawn(self, self._take_up(record), on_problem=on_problem)
        )
        keeper.gone.connect(self._gone)
        banner.theirs_requested.connect(
            lambda: once.start(lambda: keeper.take_theirs(state().draft), on_problem=on_problem)
        )
        banner.mine_requested.connect(lambda: once.start(self._keep_mine, on_problem=on_problem))

    def last_changed(self) -> str:
        """'Last changed by Mira Patel, 10:42', of a draft that somebody else worked on last; "" otherwise."""
        record = self.record
        if record is None or record.updated_by_name in ("", self._desk.user().name):
            return ""
        now = self._desk.app.clock.now()
        return f"Last changed by {record.updated_by_name}, {words.when(record.updated_at, now)}"

    async def _keep_mine(self) -> None:
        await self._keeper.keep_mine(self._state().draft)
        self._banner.hide()

    async def _take_up(self, record: BroadcastRecord) -> None:
        """Their version in place of this one; nothing of one's own is lost by it."""
        template, wanted = self._state().template, record.draft.template_id
        if wanted is not None and (template is None or template.id != wanted):
            template = await self._desk.app.templates.get(wanted)
        self.record = record
        self._banner.hide()
        self.taken_up.emit(record, template if wanted is not None else None)
        who = record.updated_by_name or "A colleague"
        self._desk.toasts.show_toast(f"{who} changed this draft", "info")

    def _gone(self, record: BroadcastRecord) -> None:
        self._desk.toasts.show_toast(f"“{record.name}” is {record.status.label.lower()} meanwhile", "info")
        self.left_behind.emit(record.id)
