"""One contact's page: reads what it shows, follows changes, and does what a person asks there."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import NotFound
from desktop.domain.sequence import Enrolment
from desktop.ui.contacts.bulk_verbs import problem_words
from desktop.ui.contacts.contact_view import ContactState, ContactView
from desktop.ui.contacts.editing import Editing
from desktop.ui.contacts.merging import Merging
from desktop.ui.conversations.contact_verbs import ContactVerbs
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.sequences.taking_out import ask_take_out

REFRESH_MS = 250


class ContactPage(QWidget):
    """`show_contact(id)`; then `shown` once it can be seen. `left` by Escape or Back.

    `broadcast_requested(broadcast, contact)` and `sequence_requested(sequence, contact)` for a row of theirs.
    """

    shown = Signal()
    left = Signal()
    conversation_requested = Signal(int)
    broadcast_requested = Signal(int, int)
    sequence_requested = Signal(int, int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.contact_id: int | None = None
        self.state: ContactState | None = None
        self.view = ContactView(desk.theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._verbs = ContactVerbs(desk, self, self._changed, self._toast)
        self.editing = Editing(desk, self, self.show_contact)
        self.merging = Merging(desk, self, lambda kept: self.show_contact(kept.id))
        self._asking = Latest(desk.tasks, self, self._gone)
        self._reload = Reload(desk.tasks, self, self._again, wait_ms=REFRESH_MS, on_problem=self._gone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()
        desk.live.follow(self, self._heard)

    def show_contact(self, contact_id: int, *, event_id: int | None = None) -> None:
        """Read it and show it, with one entry of its history marked if it is given. Not there any more: a sentence
        says so and the page is left."""
        self.contact_id = contact_id
        self._asking.start(self._begin(contact_id, event_id))

    def look_again(self) -> None:
        """Somebody else sits here."""
        self._show()
        self._reload.now()

    def forget(self) -> None:
        """Nobody looks any more."""
        self.contact_id = None
        self._asking.cancel()
        self._reload.stop()

    async def _begin(self, contact_id: int, event_id: int | None) -> None:
        await self._read(contact_id)
        self.shown.emit()
        if event_id is not None:
            self.view.show_event(event_id)

    async def _again(self) -> None:
        if self.contact_id is not None:
            await self._read(self.contact_id)

    async def _read(self, contact_id: int) -> None:
        app = self._desk.app
        opened = await app.conversations.open(contact_id, self._desk.user())
        state = ContactState(
            opened,
            await app.contacts.broadcasts(contact_id),
            await app.contacts.duplicates(contact_id),
            await app.contacts.attributes(),
            await app.contacts.tag_names(),
            await app.sequences.of_contact(contact_id),
        )
        if contact_id == self.contact_id:
            self.state = state
            self._show()

    def _show(self) -> None:
        if self.state is not None:
            refusal = {right: self._desk.refusal(right) for right in Right}
            self.view.show_state(self.state, self._desk.app.clock.now(), refusal)

    def _connect(self) -> None:
        view = self.view
        view.back_requested.connect(self.left)
        view.message_requested.connect(self._message)
        view.edit_requested.connect(lambda: self._with(self._edit))
        view.merge_requested.connect(lambda: self._with(self._merge))
        view.broadcast_requested.connect(self._open_broadcast)
        view.runs.open_requested.connect(
            lambda run: self.sequence_requested.emit(run.sequence_id, run.contact_id)
        )
        view.runs.take_out_requested.connect(self._take_out)
        view.opt_in.change_requested.connect(
            lambda value: self._with(lambda state: self._verbs.change_opt_in(state.opened, value))
        )
        view.tags.add_requested.connect(lambda name: self._with(lambda state: self._add_tag(state, name)))
        view.tags.remove_requested.connect(
            lambda name: self._with(lambda state: self._verbs.remove_tag(state.opened, name))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_F2 and self.view.edit.isEnabled():
            self._with(self._edit)
        else:
            super().keyPressEvent(event)

    def _with(self, run: Callable[[ContactState], Coroutine[Any, Any, None]]) -> None:
        if self.state is not None:
            self._desk.tasks.spawn(self, run(self.state), on_problem=self._toast)

    async def _edit(self, state: ContactState) -> None:
        if await self.editing.edit(state.contact) is not None:
            self._changed()

    async def _add_tag(self, state: ContactState, name: str) -> None:
        await self._verbs.add_tag(state.opened, name)
        contact_id = state.contact.id
        tags = (await self._desk.app.contacts.get(contact_id)).tags
        added = next((tag for tag in tags if tag not in state.contact.tags), "")
        if not added:
            return

        def undo() -> None:
            self._desk.tasks.spawn(self, self._take_tag(contact_id, added), on_problem=self._toast)

        self._desk.toasts.show_toast(f"Tag “{added}” added", "done", action="Undo", on_action=undo)

    async def _take_tag(self, contact_id: int, name: str) -> None:
        await self._desk.app.contacts.remove_tag(contact_id, name, self._desk.user())
        self._changed()

    async def _merge(self, state: ContactState) -> None:
        await self.merging.merge([state.contact.id, *(one.id for one in state.twins[:4])])

    def _take_out(self, run: Enrolment) -> None:
        self._desk.tasks.spawn(self, self._take_out_of(run), on_problem=self._toast)

    async def _take_out_of(self, run: Enrolment) -> None:
        if await ask_take_out(self._desk, self, run):
            self._changed()

    def _message(self) -> None:
        if self.contact_id is not None:
            self.conversation_requested.emit(self.contact_id)

    def _open_broadcast(self, broadcast_id: int) -> None:
        self.broadcast_requested.emit(broadcast_id, self.contact_id or 0)

    def _changed(self) -> None:
        self._reload.now()

    def _heard(self, changes: Changes) -> None:
        if self.contact_id is None:
            return
        if any(changes.has(topic, self.contact_id) for topic in (Topic.CONTACT, Topic.CONVERSATION)) or (
            changes.has(Topic.MESSAGE) or changes.has(Topic.SEQUENCE)
        ):
            self._reload.soon()

    def _gone(self, problem: Exception) -> None:
        self._toast(problem)
        if isinstance(problem, NotFound):
            self.left.emit()

    def _toast(self, problem: Exception) -> None:
        self._desk.toasts.show_toast(problem_words(problem), "danger")
