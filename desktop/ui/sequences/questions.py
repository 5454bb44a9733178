"""The questions of the sequences' pages: a name, activate, publish, discard, delete."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.problems import Problem
from desktop.domain.sequence import Definition, SequenceRecord
from desktop.domain.sequence_checks import LONGEST_NAME, Finding, blockers
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask, confirm
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.sequences.around import Around
from desktop.ui.sequences.what_happens import what_happens
from desktop.ui.sequences.words import contacts_words
from desktop.ui.tasks import Once

T = TypeVar("T")
GO = 1


class NameDialog(CardDialog, Generic[T]):
    """Asks for a name and does `act` with it; what stands against it is said below the field."""

    def __init__(
        self, desk: Desk, window: QWidget, title: str, before: str, do: str, act: Callable[[str], Awaitable[T]]
    ) -> None:  # fmt: skip
        super().__init__(desk.theme, window, title, name="sequence_name_dialog")
        self._act = act
        self.made: T | None = None
        self.field = named(QLineEdit(before), "sequence_name_field")
        self.field.setMaxLength(LONGEST_NAME)
        self.field.selectAll()
        self.row = FormRow("Name", self.field, name="sequence_name_row")
        self.body.addWidget(self.row)
        self.add_button("Cancel", result=0, name="sequence_name_cancel")
        self.go = Button(desk.theme, do, "primary", name="sequence_name_do")
        self.buttons.addWidget(self.go)
        self._once = Once(desk.tasks, self, lambda busy: self.go.setEnabled(not busy))
        self.go.clicked.connect(self._start)
        self.field.returnPressed.connect(self._start)
        self.field.textEdited.connect(lambda _: self.row.show_problem(""))
        self.focus_first(self.field)

    def _start(self) -> None:
        self._once.start(self._do, on_problem=self._failed)

    async def _do(self) -> None:
        self.made = await self._act(self.field.text())
        self.done(GO)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.row.show_problem(problem.sentence)
            self.field.setFocus()


async def ask_name(
    desk: Desk, window: QWidget, title: str, before: str, do: str, act: Callable[[str], Awaitable[T]]
) -> T | None:
    """What `act` returned; None when the person does not go on. Problems are shown beside the field."""
    dialog: NameDialog[T] = NameDialog(desk, window, title, before, do, act)
    return dialog.made if await ask(dialog) == GO else None


class MissingDialog(CardDialog):
    """What has to be put right before it can be activated; `place` of the first is where one goes from here."""

    def __init__(self, desk: Desk, window: QWidget, found: tuple[Finding, ...], *, publish: bool) -> None:
        what = "published" if publish else "activated"
        super().__init__(
            desk.theme, window, f"This cannot be {what} yet", icon="warning-circle-fill", name="sequence_missing"
        )  # fmt: skip
        for one in found:
            self.add_text(f"• {one.spoken}")
        self.add_button("Close", result=0, name="sequence_missing_close")
        go = self.add_button("Show the first", "primary", result=GO, name="sequence_missing_show")
        self.focus_first(go)


async def missing(
    desk: Desk, window: QWidget, found: tuple[Finding, ...], *, publish: bool = False
) -> str | None:
    """Say what is missing; the place of the first where the person wants to see it. None: nothing is missing.

    "" where something is, and the person closed the card.
    """
    blocking = blockers(found)
    if not blocking:
        return None
    go = await ask(MissingDialog(desk, window, blocking, publish=publish)) == GO
    return blocking[0].place if go else ""


async def ask_activate(
    desk: Desk, window: QWidget, record: SequenceRecord, definition: Definition, around: Around
) -> bool:
    """What will happen, before it does."""
    dialog = CardDialog(desk.theme, window, f"Activate “{record.name}”?", name="sequence_activate")
    for sentence in what_happens(definition, around):
        dialog.add_text(sentence)
    for one in around.findings(definition):
        if not one.blocks:
            dialog.add_text(one.sentence, muted=True)
    dialog.add_text(
        "It can be paused at any time. Messages that have left cannot be called back.", muted=True
    )
    dialog.add_button("Not yet", result=0, name="sequence_activate_keep")
    go = dialog.add_button("Activate", "primary", result=GO, name="sequence_activate_do")
    dialog.focus_first(go)
    return await ask(dialog) == GO


async def ask_publish(
    desk: Desk, window: QWidget, record: SequenceRecord, definition: Definition, around: Around, in_progress_count: int
) -> bool:  # fmt: skip
    """Only those who come in from now on follow the new version."""
    number = record.version_number + 1
    dialog = CardDialog(
        desk.theme, window, f"Publish version {number} of “{record.name}”?", name="sequence_publish"
    )
    stay = contacts_words(in_progress_count)
    verb = "goes" if in_progress_count == 1 else "go"
    who = f"The {stay} in it now {verb} on with theirs." if in_progress_count else "Nobody is in it now."
    dialog.add_text(f"Only new enrolments follow it. {who}")
    for sentence in what_happens(definition, around):
        dialog.add_text(sentence, muted=True)
    dialog.add_button("Not yet", result=0, name="sequence_publish_keep")
    go = dialog.add_button("Publish changes", "primary", result=GO, name="sequence_publish_do")
    dialog.focus_first(go)
    return await ask(dialog) == GO


async def ask_resume(desk: Desk, window: QWidget, record: SequenceRecord, overdue_count: int) -> bool:
    """Whether to go on, where that lets steps leave at once."""
    one = overdue_count == 1
    steps = "1 step is overdue and leaves" if one else f"{overdue_count:,} steps are overdue and leave"
    words = f"{steps} now at the number’s pace. A step with send hours waits until they open."
    return await confirm(
        desk.theme, window, f"Resume “{record.name}”?", words, do="Resume", keep="Not yet", danger=True,
        name="sequence_resume",
    )  # fmt: skip


async def ask_discard(desk: Desk, window: QWidget, record: SequenceRecord) -> bool:
    """Whether to go back to the version that is followed."""
    return await confirm(
        desk.theme, window, "Discard the changes?",
        f"The draft goes back to version {record.version_number}. What was changed since is gone.",
        do="Discard changes", keep="Keep them", danger=True, name="sequence_discard",
    )  # fmt: skip


async def ask_delete(desk: Desk, window: QWidget, record: SequenceRecord) -> bool:
    """Whether to delete one that nobody was in."""
    steps = len(record.shown.steps)
    words = f"Its {steps} steps and settings are gone for good." if steps > 1 else "It is gone for good."
    return await confirm(
        desk.theme, window, f"Delete “{record.name}”?", words, do="Delete", keep="Keep it", danger=True,
        name="sequence_delete",
    )  # fmt: skip
