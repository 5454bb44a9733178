"""The contacts behind a figure of a step: who skipped it, and for whom it is the next one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.phones import pretty
from desktop.domain.sequence import Enrolment
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.loads import Reload
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.sequences.figures import SKIPPED
from desktop.ui.sequences.people_list import next_cell, state_cell
from desktop.ui.sequences.step_messages import LEAST_PX, PAGE, RELOAD_MS, WIDTH_PX, StepAsked
from desktop.ui.theme import Theme

NONE: Final = "None any more: they have gone on."


class StepPeople(CardDialog):
    """`contact_requested(id)`, `more_requested` for a longer list."""

    contact_requested = Signal(int)
    more_requested = Signal()

    def __init__(
        self, theme: Theme, window: QWidget, title: str, sentence: str, now: Callable[[], datetime]
    ) -> None:
        super().__init__(theme, window, title, width_px=WIDTH_PX, name="step_people")
        self.limit = PAGE
        self._sentence = sentence
        columns: list[Column[Enrolment]] = [
            Column("Contact", lambda one: Cell(one.contact_name or "No name", bold=bool(one.contact_name))),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–", 140),
            Column("State", state_cell, 112),
            Column("Next", lambda one: next_cell(one, now())),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label=title, name="step_people_table")
        self.table.setMinimumHeight(theme.px(LEAST_PX))
        self.sentence = Label("Reading…", "soft", wrap=True, name="step_people_sentence")
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.table, 1)
        self.more = Button(theme, "Show more", "link", name="step_people_more")
        self.buttons.insertWidget(0, self.more)
        self.talk = Button(theme, "Open conversation", name="step_people_conversation")
        self.talk.setEnabled(False)
        self.buttons.addWidget(self.talk)
        self.add_button("Close", "primary", result=0, name="step_people_close")
        self.more.hide()
        self.focus_first(self.table)
        self.more.clicked.connect(self._more)
        self.talk.clicked.connect(self._talk)
        self.table.activated.connect(self._talk)

    def show_people(self, people: Sequence[Enrolment], *, more: bool) -> None:
        """The newest first. more: the list may go on."""
        before = self.table.chosen_row()
        self.rows.set_rows(people)
        at = next((at for at, one in enumerate(people) if before is not None and one.id == before.id), 0)
        if people:
            self.table.setCurrentIndex(self.rows.index(at, 0))
        self.more.setVisible(more)
        self.talk.setEnabled(bool(people))
        self.sentence.setText(self._sentence if people else NONE)

    def _more(self) -> None:
        self.limit += 2 * PAGE
        self.more_requested.emit()

    def _talk(self) -> None:
        one = self.table.chosen_row()
        if isinstance(one, Enrolment):
            self.contact_requested.emit(one.contact_id)
            self.done(0)


async def show_people(desk: Desk, owner: QWidget, asked: StepAsked, contact: SignalInstance) -> None:
    """Show the contacts behind a figure; contact: emitted with one's id for their conversation."""
    figure = asked.figure
    title = f"Step {asked.number} · {asked.name}: {figure.count:,} {figure.words}"
    dialog = StepPeople(desk.theme, owner.window(), title, figure.tip, desk.app.clock.now)

    async def read() -> None:
        found = await desk.app.sequences.step_people(
            asked.version_id, asked.number, skipped=figure.key == SKIPPED, limit=dialog.limit
        )
        dialog.show_people(found, more=len(found) == dialog.limit)

    def heard(changes: Changes) -> None:
        if changes.has(Topic.SEQUENCE):
            reading.soon()

    reading = Reload(desk.tasks, dialog, read, wait_ms=RELOAD_MS)
    dialog.more_requested.connect(reading.now)
    dialog.contact_requested.connect(contact)
    desk.live.follow(dialog, heard)
    reading.now()
    await ask(dialog)
