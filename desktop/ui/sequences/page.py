"""The page of the sequences: all of them, or one."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.parts.naming import named
from desktop.ui.sequences.detail import SequenceDetail
from desktop.ui.sequences.head import REPORT
from desktop.ui.sequences.list_view import SequenceList, SequenceRow, rows_of
from desktop.ui.sequences.verbs import SequenceVerbs


class SequencesPage(QWidget):
    """`contact_requested(id)` for a contact's conversation, `event_requested(contact id, event id)` for an entry of its
    consent history; `template_requested(id)`."""

    contact_requested = Signal(int)
    event_requested = Signal(int, int)
    template_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.list = SequenceList(desk.theme, desk.app.clock.now)
        self.detail = SequenceDetail(desk)
        self._verbs = SequenceVerbs(desk, self)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.detail)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._reload = Reload(desk.tasks, self, self._load, on_problem=self._failed)
        self._wire()
        desk.live.follow(self, self._heard)
        self.setFocusProxy(self.list.table)
        named(self, "sequences_page", "Sequences")
        self.list.show_refusal(self._refused)
        self._reload.now()

    def _wire(self) -> None:
        self.list.open_requested.connect(lambda row: self.open_sequence(row.record.id))
        self.list.new_requested.connect(self.new_sequence)
        self.list.verb_requested.connect(self._verb)
        self.detail.left.connect(self.show_all)
        self.detail.other_requested.connect(lambda id: self.open_sequence(id))
        self.detail.contact_requested.connect(self.contact_requested)
        self.detail.event_requested.connect(self.event_requested)
        self.detail.template_requested.connect(self.template_requested)
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+N", self.new_sequence),
            ("Ctrl+F", self.focus_search),
        )
        for sequence, act in keys:
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # Going places.

    def open_sequence(self, sequence_id: int, contact_id: int | None = None) -> None:
        """Show one sequence: its report, or its steps while it is a draft. contact_id: where this one is in it."""
        self.list.choose(sequence_id)
        self.detail.open_sequence(sequence_id, contact_id)
        self.stack.setCurrentWidget(self.detail)
        self.setFocusProxy(self.detail)
        self.detail.setFocus()

    def show_all(self) -> None:
        """The list."""
        self.stack.setCurrentWidget(self.list)
        self.setFocusProxy(self.list.table)
        self.list.table.setFocus()
        self._reload.now()

    def focus_search(self) -> None:
        """Ctrl+F: the list's field, or the report's."""
        if self.stack.currentWidget() is self.list:
            self.list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.search.selectAll()
        elif self.detail.head.tab == REPORT:
            self.detail.report.focus_search()

    async def settle(self) -> None:
        """Return when every edit is kept; for the window before it closes."""
        await self.detail.settle()

    def refresh(self) -> None:
        """Another person sits here: what is shown is the same, what they may do is not."""
        self.list.show_refusal(self._refused)
        self.detail.refresh()
        self._reload.now()

    def new_sequence(self) -> None:
        """Ask for a name, then show the new draft's steps. Who may not is told so instead."""
        if self._refused:
            self._desk.toasts.show_toast(self._refused, "warn")
        else:
            self._spawn(self._create())

    # What is done.

    async def _create(self) -> None:
        await self.detail.settle()
        made = await self._verbs.create()
        if made is not None:
            self.open_sequence(made)

    def _verb(self, verb: str, row: SequenceRow) -> None:
        acts: dict[str, Callable[[SequenceRow], Coroutine[Any, Any, object]]] = {
            "rename": lambda one: self._verbs.rename(one.record),
            "copy": lambda one: self._verbs.copy(one.record),
            "delete": lambda one: self._verbs.delete(one.record),
        }
        self._spawn(acts[verb](row))

    @property
    def _refused(self) -> str:
        return self._desk.refusal(Right.SEQUENCES)

    async def _load(self) -> None:
        app = self._desk.app
        entries = await app.sequences.every()
        templates = {one.id: one for one in await app.templates.every()}
        self.list.show_refusal(self._refused)
        self.list.show_rows(rows_of(entries, templates, app.clock.now()))

    def _heard(self, changes: Changes) -> None:
        rights = changes.has(Topic.SETTINGS) or changes.has(Topic.PERSON)
        shown = self.stack.currentWidget() is self.list
        if rights or (shown and (changes.has(Topic.SEQUENCE) or changes.has(Topic.TEMPLATE))):
            self._reload.soon()

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        self._desk.tasks.spawn(self, work, on_problem=self._failed)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
