"""The register of *bot: consent not asked*: reads what its panel asks for, and follows what happens."""

from collections.abc import Coroutine
from typing import Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.bot_report import RegisterRow, RegisterScope
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.zones import UTC, zone
from desktop.ui.bots.export import export_register
from desktop.ui.bots.register_view import RegisterPanel
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.parts.naming import named
from desktop.ui.reports.paging import Pages
from desktop.ui.reports.spans import ask_days
from desktop.ui.why.dialog import why_message

LIVE_MS: Final = 1_000
"""While messages leave, the register is read this long after each other at the least."""
_TOPICS: Final = (Topic.MESSAGE, Topic.BOT_SESSION, Topic.FLOW, Topic.SETTINGS, Topic.CONTACT, Topic.TEMPLATE)


class RegisterView(QWidget):
    """`contact_requested(id)`, `event_requested(contact id, event id)`; `settings_requested()` for the switch.

    Read when it is first seen; refresh() reads it anew.
    """

    contact_requested = Signal(int)
    event_requested = Signal(int, int)
    settings_requested = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._zone: ZoneInfo = UTC
        self._dirty = True
        self.panel = RegisterPanel(desk.theme, desk.app.clock.now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self._reload = Reload(desk.tasks, self, self._load, wait_ms=LIVE_MS, on_problem=self._not_read)
        self.pages = Pages(
            desk.tasks, self.panel.table, self.panel.rows, shown=self.panel.page_shown, on_problem=self._not_read
        )  # fmt: skip
        self._wire()
        named(self, "bot_register", "Register")
        desk.live.follow(self, self._heard)

    def refresh(self) -> None:
        """Read it anew; also when another person sits here."""
        self._dirty = True
        if self.isVisible():
            self._reload.now()

    @property
    def scope(self) -> RegisterScope:
        """What is asked for."""
        since, until = self.panel.span.bounds(self._desk.app.clock.now(), self._zone)
        return RegisterScope(self.panel.flow_id, since, until)

    def _wire(self) -> None:
        panel = self.panel
        panel.wanted.connect(self._wanted)
        panel.retry_requested.connect(self.refresh)
        panel.days_requested.connect(lambda: self._spawn(self._ask_days()))
        panel.contact_requested.connect(self.contact_requested)
        panel.settings_requested.connect(self.settings_requested)
        panel.why_requested.connect(lambda message_id: self._spawn(self._why(message_id)))
        panel.export_requested.connect(lambda: self._spawn(self._export()))

    # Following.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self._reload.now()

    def _heard(self, changes: Changes) -> None:
        if not any(changes.has(topic) for topic in _TOPICS):
            return
        self._dirty = True
        if self.isVisible():
            self._reload.soon()

    # Reading.

    async def _load(self) -> None:
        """The switch, the figures, and the rows while nobody is on the way through them."""
        app, panel = self._desk.app, self.panel
        self._dirty = False
        settings = await app.workspace.settings()
        self._zone = zone(settings.time_zone)
        flows = await app.flows.names()
        scope = self.scope
        counts = await app.bot_reports.register_counts(scope.flow_id, scope.since, scope.until)
        panel.show_problem(None)
        panel.show_switch(settings.bots_ask)
        panel.show_filters(flows, self._zone)
        panel.show_counts(counts)
        panel.show_export(self._desk.refusal(Right.EXPORT))
        if not panel.table.verticalScrollBar().value():
            self.pages.start(self._page)

    async def _page(self, after: RegisterRow | None, limit: int) -> list[RegisterRow]:
        scope, after_id = self.scope, after.message_id if after else None
        page = await self._desk.app.bot_reports.register(
            scope.flow_id, scope.since, scope.until, after_id, limit
        )
        return list(page.rows)

    def _wanted(self) -> None:
        """Other filters: at once, from the top."""
        self.panel.table.scrollToTop()
        self._reload.stop()
        self._reload.now()

    # What a person does.

    async def _ask_days(self) -> None:
        desk = self._desk
        span = await ask_days(desk.theme, self.window(), self.panel.span, desk.app.clock.now(), self._zone)
        if span is not None:
            self.panel.set_span(span)

    async def _why(self, message_id: int) -> None:
        wanted = await why_message(self._desk, self, message_id)
        if wanted is not None:
            self.event_requested.emit(wanted.contact_id, wanted.event_id)

    async def _export(self) -> None:
        await export_register(self._desk, self, self.scope, self.panel.counts.total_count)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self._desk.tasks.spawn(self, work, on_problem=self._failed)

    def _not_read(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.panel.show_problem(problem)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
