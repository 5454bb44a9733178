"""The messages behind a figure of a step: who, what became of it, why, and with which code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import QModelIndex, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.conversations import MessageView
from desktop.domain.journey import told_reason
from desktop.domain.messages import Status
from desktop.domain.phones import pretty
from desktop.ui.broadcasts import words
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.loads import Reload
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.sequences.figures import MOVES_ON, Figure
from desktop.ui.theme import Theme
from desktop.ui.why.on_rows import offer_why

PAGE: Final = 200
RELOAD_MS: Final = 500
WIDTH_PX, LEAST_PX = 900, 380


class StepMessages(CardDialog):
    """`contact_requested(id)`, `why_requested(message id)`, `more_requested` for a longer list."""

    contact_requested = Signal(int)
    why_requested = Signal(int)
    more_requested = Signal()

    def __init__(self, theme: Theme, window: QWidget, title: str, now: Callable[[], datetime]) -> None:
        super().__init__(theme, window, title, width_px=WIDTH_PX, name="step_messages")
        self._now = now
        self.limit = PAGE
        columns: list[Column[MessageView]] = [
            Column(
                "Contact",
                lambda one: Cell(
                    one.contact_name or "No name", color="text" if one.contact_name else "muted"
                ),
            ),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–", 140),
            Column("Status", _status, 112),
            Column("Reason", _reason),
            Column("Last change", self._changed, 132),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label=title, name="step_messages_table")
        self.table.setMinimumHeight(theme.px(LEAST_PX))
        self.sentence = Label("Reading…", "soft", wrap=True, name="step_messages_sentence")
        self.more = Button(theme, "Show more", "link", name="step_messages_more")
        self.why = Button(theme, "Why?", tooltip="The verdict, step by step", name="step_messages_why")
        self.talk = Button(theme, "Open conversation", name="step_messages_conversation")
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.table, 1)
        self.buttons.insertWidget(0, self.more)
        self.buttons.addWidget(self.why)
        self.buttons.addWidget(self.talk)
        self.add_button("Close", "primary", result=0, name="step_messages_close")
        self.more.hide()
        self.focus_first(self.table)
        offer_why(theme, self.table, "step_messages_row_why", lambda row: self.why_requested.emit(row.id))
        self.more.clicked.connect(self._more)
        self.why.clicked.connect(self._why)
        self.talk.clicked.connect(self._talk)
        self.table.activated.connect(self._why)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self._show_chosen()

    def show_messages(self, messages: Sequence[MessageView], *, more: bool) -> None:
        """The newest first. more: the list may go on."""
        chosen = self._chosen
        self.rows.set_rows(messages)
        at = next((at for at, one in enumerate(messages) if chosen and one.id == chosen.id), 0)
        if messages:
            self.table.setCurrentIndex(self.rows.index(at, 0))
        self.more.setVisible(more)
        self._show_chosen()

    @property
    def _chosen(self) -> MessageView | None:
        row = self.table.chosen_row()
        return row if isinstance(row, MessageView) else None

    def _row_changed(self, _: QModelIndex, __: QModelIndex) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        one = self._chosen
        for button in (self.why, self.talk):
            button.setEnabled(one is not None)
        if one is None:
            self.sentence.setText("None any more: they have gone on." if self.rows.rows == [] else "")
            return
        name = one.contact_name or pretty(one.phone)
        said = words.message_sentence(one) or words.MESSAGE_STATUS[one.status or Status.QUEUED][0] + "."
        self.sentence.setText(f"{name}: {said}")

    def _more(self) -> None:
        self.limit += 2 * PAGE
        self.more_requested.emit()

    def _why(self) -> None:
        if self._chosen is not None:
            self.why_requested.emit(self._chosen.id)

    def _talk(self) -> None:
        if self._chosen is not None:
            self.contact_requested.emit(self._chosen.contact_id)
            self.done(0)

    def _changed(self, one: MessageView) -> Cell:
        at = words.clock(one.changed_at, self._now())
        return Cell(at, color="muted", small=True, tooltip=words.full(one.changed_at))


def _status(one: MessageView) -> Cell:
    text, icon, color = words.status_of(one)
    if one.status is Status.FAILED and told_reason(one.reason, one.error_code) in MOVES_ON:
        icon, color = "prohibit", "danger"
    return Cell(text, icon=icon, color=color)


def _reason(one: MessageView) -> Cell:
    return Cell(words.message_reason(one), tooltip=words.message_sentence(one))


@dataclass(frozen=True, slots=True)
class StepAsked:
    """The messages of one step of a version that a figure counts. name: of its template."""

    version_id: int
    number: int
    name: str
    figure: Figure


async def show_messages(
    desk: Desk, owner: QWidget, asked: StepAsked, contact: SignalInstance, why: SignalInstance
) -> None:
    """Show the messages behind a figure; the list follows what happens while it is open.

    contact, why: emitted with a contact's id for their conversation, and with a message's for its *Why?*.
    """
    figure = asked.figure
    title = f"Step {asked.number} · {asked.name}: {figure.count:,} {figure.words}"
    dialog = StepMessages(desk.theme, owner.window(), title, desk.app.clock.now)

    async def read() -> None:
        found = await desk.app.sequences.messages(
            asked.version_id,
            asked.number,
            figure.statuses,
            takes=figure.takes,
            leaves=figure.leaves,
            limit=dialog.limit,
        )
        dialog.show_messages(found, more=len(found) == dialog.limit)

    def heard(changes: Changes) -> None:
        if changes.has(Topic.MESSAGE):
            reading.soon()

    reading = Reload(desk.tasks, dialog, read, wait_ms=RELOAD_MS)
    dialog.more_requested.connect(reading.now)
    dialog.contact_requested.connect(contact)
    dialog.why_requested.connect(why)
    desk.live.follow(dialog, heard)
    reading.now()
    await ask(dialog)
