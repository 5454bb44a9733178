"""What is done with a whole flow, with its question and what is said afterwards."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.flow import LONGEST_NAME, FlowRecord, FlowStatus, SessionStatus
from desktop.domain.problems import Problem
from desktop.services.flows import FlowShown, Leading
from desktop.ui.bots.flow_files import export_flow
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask, confirm
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once

GO: Final = 1
GONE_FOR_GOOD: Final = (
    "Its steps, its versions and its draft are gone for good. Export it first if you want to keep it."
)


class RenameDialog(CardDialog):
    """Gives a flow another name; what stands against it is said below the field."""

    def __init__(self, desk: Desk, window: QWidget, record: FlowRecord) -> None:
        super().__init__(desk.theme, window, f"Rename “{record.name}”", name="flow_rename")
        self._desk, self._record = desk, record
        self.field = named(QLineEdit(record.name), "flow_rename_field")
        self.field.setMaxLength(LONGEST_NAME)
        self.field.selectAll()
        self.row = FormRow("Name", self.field, name="flow_rename_row")
        self.body.addWidget(self.row)
        self.add_button("Cancel", result=0, name="flow_rename_cancel")
        self.go = Button(desk.theme, "Rename", "primary", name="flow_rename_do")
        self.buttons.addWidget(self.go)
        self._once = Once(desk.tasks, self, lambda busy: self.go.setEnabled(not busy))
        self.go.clicked.connect(self._start)
        self.field.returnPressed.connect(self._start)
        self.field.textEdited.connect(lambda _: self.row.show_problem(""))
        self.focus_first(self.field)

    def _start(self) -> None:
        self._once.start(self._do, on_problem=self._failed)

    async def _do(self) -> None:
        await self._desk.app.flows.rename(self._record.id, self.field.text(), self._desk.user())
        self.done(GO)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.row.show_problem(problem.sentence)
            self.field.setFocus()


def leading_words(leading: Sequence[Leading]) -> str:
    """Which flows would lead nowhere without it; "" where none does."""
    if not leading:
        return ""
    named = ", ".join(f"“{one.name}”" for one in leading)
    leads = (
        f"{named} leads here and has a problem without it."
        if len(leading) == 1
        else f"{named} lead here and have a problem without it."
    )
    return f"{leads} "


class FlowVerbs:
    """Awaited by the list. Each raises the service's Problem."""

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        self._desk, self._owner = desk, owner

    async def rename(self, shown: FlowShown) -> None:
        await ask(RenameDialog(self._desk, self._owner.window(), shown.record))

    async def export(self, shown: FlowShown) -> None:
        await export_flow(self._desk, self._owner.window(), shown.record)

    async def copy(self, shown: FlowShown) -> int:
        """The id of the copy, which is a draft."""
        made = await self._desk.app.flows.copy(shown.record.id, self._desk.user())
        self._desk.toasts.show_toast(f"“{shown.record.name}” is copied. The copy is a draft.", "done")
        return made

    async def switch(self, shown: FlowShown) -> None:
        """On or off, whichever it is not; before it is turned off, who is in it now is said."""
        record, user = shown.record, self._desk.user()
        if record.status is FlowStatus.OFF:
            await self._desk.app.flows.turn_on(record.id, user)
            said = f"“{record.name}” is on: it answers again, in version {record.version_number}."
            self._desk.toasts.show_toast(said, "done")
            return
        running_count = shown.counts.of(SessionStatus.RUNNING)
        if not await self._ask_off(record, running_count):
            return
        await self._desk.app.flows.turn_off(record.id, user)
        self._desk.toasts.show_toast(f"“{record.name}” is off: it starts with nobody anew.", "done")

    async def delete(self, shown: FlowShown) -> bool:
        """True if it is gone."""
        record = shown.record
        leading = await self._desk.app.flows.leading_to(record.id)
        words = f"{leading_words(leading)}{GONE_FOR_GOOD}"
        sure = await confirm(
            self._desk.theme, self._owner.window(), f"Delete “{record.name}”?", words, do="Delete", keep="Keep it",
            danger=True, name="flow_delete",
        )  # fmt: skip
        if sure:
            await self._desk.app.flows.delete(record.id, self._desk.user())
            self._desk.toasts.show_toast(f"“{record.name}” is deleted.", "done")
        return sure

    async def _ask_off(self, record: FlowRecord, running_count: int) -> bool:
        stay = "1 customer is" if running_count == 1 else f"{running_count:,} customers are"
        goes = "goes on to the end" if running_count == 1 else "go on to the end"
        who = f"{stay} in it now and {goes}." if running_count else "Nobody is in it now."
        words = f"It starts with nobody anew, and its triggers are not asked any more. {who}"
        return await confirm(
            self._desk.theme, self._owner.window(), f"Turn “{record.name}” off?", words, do="Turn off",
            keep="Leave it on", name="flow_off",
        )  # fmt: skip
