"""Templates: what WhatsApp knows of each, how it looks, and where it is used."""

from datetime import datetime
from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import HEADER_PX, Bar
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once
from desktop.ui.templates import words
from desktop.ui.templates.detail import TemplateDetail
from desktop.ui.templates.list import TemplateList

AGE_MS = 15_000
_HOW = "Templates are written in WhatsApp Manager and reviewed by WhatsApp. When you have made one there, refresh."
_HOW_SANDBOX = "The sandbox has some of its own, and takes new ones as WhatsApp does. Refresh to read them."


class TemplatesPage(QWidget):
    """`broadcast_requested(broadcast_id)`, `sequence_requested(sequence_id)`, `flow_requested(flow_id)` when a person
    follows where a template is used.

    `new_broadcast_requested(template_id)` for a new broadcast with it.
    """

    broadcast_requested = Signal(int)
    sequence_requested = Signal(int)
    flow_requested = Signal(int)
    new_broadcast_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._every: list[Template] = []
        self._known = False
        self._current: int | None = None
        self._refreshed_at: datetime | None = None
        self._build()
        tasks = desk.tasks
        self._reload = Reload(tasks, self, self._load, wait_ms=100, on_problem=self._failed)
        self._uses = Latest(tasks, self, self._failed)
        self._once = Once(tasks, self, self._show_busy)
        self._wire()
        desk.live.follow(self, self._heard)
        self._reload.now()

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.list.focus_search()

    def show_template(self, template_id: int) -> None:
        """Show one template, whatever the list is narrowed to."""
        self._current = template_id
        if any(one.id == template_id for one in self._every):
            if all(one.id != template_id for one in self.list.shown):
                self.list.clear_filters()
            self._show_current()

    def refresh(self) -> None:
        """Another person sits here: the list is the same, what they may do is not."""
        self._show_current()

    def refresh_from_whatsapp(self) -> None:
        """Read the list from WhatsApp anew; a second wish meanwhile is the same one."""
        self._once.start(self._refresh, on_problem=self._not_refreshed)

    # What it is made of.

    def _build(self) -> None:
        theme, now = self._desk.theme, self._desk.app.clock.now
        self.count = Label("", "muted", name="templates_count")
        self.age = Label("", "muted", name="templates_age")
        self.refresh_button = Button(
            theme, "Refresh", icon="arrows-clockwise", color="text", tooltip="Read the list from WhatsApp (Ctrl+R)",
            name="templates_refresh",
        )  # fmt: skip
        header = Bar(theme, "header", HEADER_PX, name="templates_header")
        header.row.addWidget(Label("Templates", "h1"))
        header.row.addWidget(self.count)
        header.row.addStretch(1)
        header.row.addWidget(self.age)
        header.row.addWidget(self.refresh_button)
        self.problem = Banner(theme, "warn", "", action="Try again", name="templates_problem")
        self.problem.hide()
        self.list = TemplateList(theme)
        self.detail = TemplateDetail(theme, now, self._copied)
        how = _HOW_SANDBOX if self._desk.app.is_sandbox else _HOW
        self.empty = EmptyState(
            theme, "file-text", "No templates yet", how, action="Refresh", name="templates_empty"
        )
        self.unreadable = EmptyState(
            theme, "warning-circle", "The templates cannot be read", "", action="Try again",
            name="templates_unreadable",
        )  # fmt: skip
        self.none_chosen = EmptyState(
            theme, "file-text", "No template chosen", "Choose one of the list to see it as the customer does.",
            name="templates_none_chosen",
        )  # fmt: skip
        self.right = QStackedWidget()
        self.right.addWidget(QWidget())  # nothing is said before the first load
        self.right.addWidget(self.detail)
        self.right.addWidget(self.none_chosen)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.right, 1)
        self.stack = QStackedWidget()
        self._both = both
        for page in (both, self.empty, self.unreadable):
            self.stack.addWidget(page)
        told = QVBoxLayout()
        told.setContentsMargins(16, 12, 16, 0)
        self._told = QWidget()
        self._told.setLayout(told)
        told.addWidget(self.problem)
        self._told.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self._told)
        column.addWidget(self.stack, 1)
        self.setFocusProxy(self.list.view)
        named(self, "templates_page", "Templates")

    def _wire(self) -> None:
        self.list.template_chosen.connect(self._choose)
        self.list.filtered.connect(self._show_count)
        self.detail.broadcast_requested.connect(self.broadcast_requested)
        self.detail.sequence_requested.connect(self.sequence_requested)
        self.detail.flow_requested.connect(self.flow_requested)
        self.detail.new_broadcast_requested.connect(self.new_broadcast_requested)
        for wish in (self.refresh_button.clicked, self.empty.action_requested, self.problem.action_requested):
            wish.connect(self.refresh_from_whatsapp)
        self.unreadable.action_requested.connect(self._reload.now)
        for keys in ("Ctrl+R", "F5"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.refresh_from_whatsapp)
        self._ageing = QTimer(self)
        self._ageing.setInterval(AGE_MS)
        self._ageing.timeout.connect(self._show_age)
        self._ageing.start()

    # Loading.

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.TEMPLATE) or changes.has(Topic.SETTINGS):
            self._reload.soon()
        elif any(changes.has(one) for one in (Topic.BROADCAST, Topic.SEQUENCE, Topic.FLOW)):
            self._load_uses()

    async def _load(self) -> None:
        templates = self._desk.app.templates
        self._every = await templates.every()
        self._refreshed_at = await templates.last_refreshed_at()
        self._known = True
        self.stack.setCurrentWidget(self._both if self._every else self.empty)
        if not self._every:
            self._current = None
        self.list.show_templates(self._every)
        if self._current is None and self._every:
            self._current = (self.list.shown or self._every)[0].id
        self._show_current()
        self._show_age()

    def _load_uses(self) -> None:
        if self._current is not None:
            self._uses.start(self._read_uses(self._current))

    async def _read_uses(self, template_id: int) -> None:
        found = await self._desk.app.templates.uses(template_id)
        if template_id == self._current:
            self.detail.show_uses(found)

    async def _refresh(self) -> None:
        count = await self._desk.app.templates.refresh()
        self._told.hide()
        self.problem.hide()
        self._reload.now()
        said = "1 template" if count == 1 else f"{count:,} templates"
        self._desk.toasts.show_toast(f"{said} read from WhatsApp", "done")

    # Showing.

    def _choose(self, template_id: int) -> None:
        self._current = template_id
        self._show_current()

    def _show_current(self) -> None:
        template = next((one for one in self._every if one.id == self._current), None)
        self.list.mark_current(self._current)
        if not self._known:
            return
        self.right.setCurrentWidget(self.none_chosen if template is None else self.detail)
        if template is not None:
            self.detail.show_template(template, may_not=self._desk.refusal(Right.BROADCAST))
            self._load_uses()

    def _show_count(self) -> None:
        total, shown = len(self._every), len(self.list.shown)
        narrowed = self.list.is_filtered and total
        self.count.setText(f"{shown:,} of {total:,}" if narrowed else f"{total:,}" if total else "")

    def _show_age(self) -> None:
        self.age.setText(words.refreshed(self._refreshed_at, self._desk.app.clock.now()))

    def _show_busy(self, busy: bool) -> None:
        # Not disabled: the keyboard stays where it is, and a second wish is the same one.
        for button in (self.refresh_button, self.empty.action):
            button.setText("Refreshing…" if busy else "Refresh")
            button.setAccessibleName(button.text())

    def _not_refreshed(self, problem: Exception) -> None:
        """What is shown stays as it is, and says how old it is."""
        if not isinstance(problem, Problem):
            return
        self._show_age()
        at, now = self._refreshed_at, self._desk.app.clock.now()
        age = words.refreshed(at, now).removeprefix("Refreshed ")
        old = f" The list is as it was read {escape(age)}." if at is not None and self._every else ""
        self.problem.show_banner(
            "warn", f"<b>{escape(problem.title)}.</b> {escape(problem.sentence)}{old}", "Try again"
        )
        self.problem.show()
        self._told.show()

    def _copied(self) -> None:
        self._desk.toasts.show_toast("Copied", "done")

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.unreadable.sentence.setText(problem.sentence)
            self.stack.setCurrentWidget(self.unreadable)
