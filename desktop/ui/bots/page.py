"""The page of the bots: all flows, the order of their triggers, the register; or one flow in its editor."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.services.flows import FlowShown
from desktop.ui.bots.flow_files import import_flow
from desktop.ui.bots.flow_verbs import FlowVerbs
from desktop.ui.bots.flows_list import FlowsList
from desktop.ui.bots.new_flow import new_flow
from desktop.ui.bots.page_head import FLOWS, REGISTER, TRIGGERS, BotsHead
from desktop.ui.bots.trigger_order import TriggerOrder
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.parts.frame import stacked
from desktop.ui.parts.naming import named

if TYPE_CHECKING:
    from desktop.ui.bots.editor import Editor
    from desktop.ui.bots.register import RegisterView

COUNTS_MS: Final = 1_000
"""Figures of running sessions are read at most so often."""


class BotsPage(QWidget):
    """`contact_requested(id)` for a contact's conversation, `event_requested(contact id, event id)` for an entry of its
    consent history; `template_requested(id)`."""

    contact_requested = Signal(int)
    event_requested = Signal(int, int)
    template_requested = Signal(int)
    settings_requested = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stale = False
        self._verbs = FlowVerbs(desk, self)
        self.editor: Editor | None = None
        self.register: RegisterView | None = None
        self.head = BotsHead(desk.theme)
        self.list = FlowsList(desk.theme)
        self.order = TriggerOrder(desk)
        self.tabs = QStackedWidget()
        self.tabs.addWidget(self.list)
        self.tabs.addWidget(self.order)
        self.every = named(QWidget(), "bots_every", "Bots")
        self.every.setLayout(stacked(self.head, self.tabs))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.every)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._reload = Reload(desk.tasks, self, self._load, wait_ms=COUNTS_MS, on_problem=self._unread)
        self._wire()
        desk.live.follow(self, self._heard)
        self.setFocusProxy(self.list.table)
        named(self, "bots_page", "Bots")
        self._show_rights()
        self._reload.now()

    def _wire(self) -> None:
        self.head.new_requested.connect(self.new_flow)
        self.head.import_requested.connect(self.import_flow)
        self.head.tab_chosen.connect(self._turned)
        self.list.begin_requested.connect(self.new_flow)
        self.list.import_requested.connect(self.import_flow)
        self.list.open_requested.connect(lambda shown: self.open_flow(shown.record.id))
        self.list.verb_requested.connect(self._verb)
        self.list.unread.action_requested.connect(self._reload.now)
        self.order.flow_requested.connect(self.open_flow)
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+N", self.new_flow),
            ("Ctrl+F", self.focus_search),
            ("F5", self.read),
        )
        for sequence, act in keys:
            shortcut = QShortcut(QKeySequence(sequence), self.every)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # Going places.

    def open_flow(self, flow_id: int) -> None:
        """Show one flow in its editor."""
        self._forget_file()
        editor = self._editor()
        self.list.choose(flow_id)
        editor.show_flow(flow_id)
        self.stack.setCurrentWidget(editor)
        self.setFocusProxy(editor)
        editor.setFocus()

    def show_all(self) -> None:
        """The tabs, on the one that was left."""
        self.stack.setCurrentWidget(self.every)
        self._show_tab(self.head.tab)
        self.setFocus()

    def show_tab(self, key: str) -> None:
        """FLOWS, TRIGGERS or REGISTER of page_head, as if it had been clicked."""
        self.head.choose(key)
        self._turned(key)

    def focus_search(self) -> None:
        """Ctrl+F: the field of what is shown."""
        if self.head.tab == FLOWS:
            self.list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.search.selectAll()
        elif self.head.tab == TRIGGERS:
            self.order.focus_text()

    async def settle(self) -> None:
        """Return when every edit is kept; for the window before it closes."""
        if self.editor is not None:
            await self.editor.settle()

    def refresh(self) -> None:
        """Another person sits here: what is shown is the same, what they may do is not."""
        self._show_rights()
        self._reload.now()
        if self.editor is not None:
            self.editor.refresh()
        if self.register is not None:
            self.register.refresh()

    def read(self) -> None:
        """What is shown, anew (F5)."""
        self._show_tab(self.head.tab)

    # What is done.

    def new_flow(self, key: str = "") -> None:
        """Ask what to begin from, then open the new draft. Who may not is told so instead."""
        if self._refused:
            self._desk.toasts.show_toast(self._refused, "warn")
        else:
            self._forget_file()
            self._spawn(self._create(key))

    async def _create(self, key: str) -> None:
        made = await new_flow(self._desk, self.window(), key)
        if made is not None:
            self.open_flow(made)

    def import_flow(self) -> None:
        """A draft from a file. What is wrong with it is said beside the button."""
        self._forget_file()
        self._desk.tasks.spawn(self, self._import(), on_problem=self._not_imported)

    async def _import(self) -> None:
        made = await import_flow(self._desk, self.window())
        if made is not None:
            self.open_flow(made)

    def _not_imported(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            on_list = self.list.stack.currentWidget() is self.list.begin and self.head.tab == FLOWS
            (self.list.begin if on_list else self.head).show_problem(problem)

    def _forget_file(self) -> None:
        """What was wrong with a file is told until something else is done here."""
        self.head.show_problem(None)
        self.list.begin.show_problem(None)

    def _turned(self, key: str) -> None:
        self._forget_file()
        self._show_tab(key)

    def _verb(self, verb: str, shown: FlowShown) -> None:
        self._forget_file()
        acts: dict[str, Callable[[FlowShown], Coroutine[Any, Any, object]]] = {
            "switch": self._verbs.switch,
            "rename": self._verbs.rename,
            "copy": self._verbs.copy,
            "export": self._verbs.export,
            "delete": self._verbs.delete,
        }
        self._spawn(acts[verb](shown))

    # Reading.

    @property
    def _refused(self) -> str:
        return self._desk.refusal(Right.BOTS)

    def _show_rights(self) -> None:
        self.head.show_refusal(self._refused)
        self.list.show_refusal(self._refused)

    async def _load(self) -> None:
        found = await self._desk.app.flows.every()
        self._show_rights()
        self.head.show_count(len(found))
        self.list.show_flows(found)

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.SETTINGS) or changes.has(Topic.PERSON):
            self._show_rights()
        if not changes.has(Topic.FLOW) and not changes.has(Topic.BOT_SESSION):
            return
        if not self.every.isVisible():
            self._stale = True
        elif changes.has(Topic.FLOW):
            self._reload.now()
        elif self.head.tab == FLOWS:
            self._reload.soon()

    def showEvent(self, event: QShowEvent) -> None:
        """What was heard elsewhere is read when the page is shown again."""
        super().showEvent(event)
        if self._stale and self.stack.currentWidget() is self.every:
            self._stale = False
            self.read()

    def _show_tab(self, key: str) -> None:
        shown: QWidget = self.list
        if key == REGISTER:
            register = self._register()
            register.refresh()
            shown = register
        elif key == TRIGGERS:
            self.order.refresh()
            shown = self.order
        else:
            self._reload.now()
        self.tabs.setCurrentWidget(shown)
        self.setFocusProxy(self.list.table if shown is self.list else shown)

    def _editor(self) -> "Editor":
        """Made when a flow is opened for the first time."""
        if self.editor is None:
            from desktop.ui.bots.editor import Editor

            self.editor = editor = Editor(self._desk)
            self.stack.addWidget(editor)
            editor.back_requested.connect(self.show_all)
            editor.flow_requested.connect(self.open_flow)
            editor.contact_requested.connect(self.contact_requested)
        return self.editor

    def _register(self) -> "RegisterView":
        """Made when its tab is shown for the first time."""
        if self.register is None:
            from desktop.ui.bots.register import RegisterView

            self.register = register = RegisterView(self._desk)
            self.tabs.addWidget(register)
            register.contact_requested.connect(self.contact_requested)
            register.event_requested.connect(self.event_requested)
            register.settings_requested.connect(self.settings_requested)
        return self.register

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        self._desk.tasks.spawn(self, work, on_problem=self._failed)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")

    def _unread(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.list.show_failure("The flows cannot be read", problem.sentence)
