"""Reports: what was sent, what was not, and why, over all paths; and who opted out."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.report import Choice, Scope
from desktop.domain.report_page import Span
from desktop.ui.desk import Desk
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import HEADER_PX, Bar, stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.reports.messages_page import MessagesPage
from desktop.ui.reports.opted_out_page import OptedOutPage
from desktop.ui.reports.spans import SpanButton, ask_days

MESSAGES, OPTED_OUT = "messages", "opted_out"
DAY_LOOK_MS: Final = 60_000
"""How often to look whether another day has begun."""
_MOVES: Final = (Topic.MESSAGE, Topic.BROADCAST, Topic.SEQUENCE, Topic.TEMPLATE, Topic.SETTINGS)


class ReportsPage(QWidget):
    """The signals ask for a contact's conversation or page, a broadcast, a sequence, a flow, each by id; or
    an entry of a contact's consent history (contact id, event id)."""

    contact_requested = Signal(int)
    contact_page_requested = Signal(int)
    event_requested = Signal(int, int)
    broadcast_requested = Signal(int)
    sequence_requested = Signal(int)
    flow_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stale = False
        self._build()
        self._wire()
        desk.live.follow(self, self._heard)
        days = QTimer(self)
        days.timeout.connect(lambda: self.messages.look_at_the_day() if self.isVisible() else None)
        days.start(DAY_LOOK_MS)
        self.read()

    def show_choice(self, scope: Scope, choice: Choice) -> None:
        """Show the messages of a scope and choice."""
        self.tabs.choose(MESSAGES)
        self._show_tab()
        self.messages.show_choice(scope, choice)

    def focus_search(self) -> None:
        """Ctrl+F."""
        self._shown.focus_search()

    def refresh(self) -> None:
        """Another person sits here: the figures are the same, what they may do is not."""
        self._show_head()

    def read(self) -> None:
        """Both tabs anew (F5)."""
        self.messages.read()
        self.opted_out.read()

    def _build(self) -> None:
        theme = self._desk.theme
        tabs = [Tab(MESSAGES, "Messages"), Tab(OPTED_OUT, "Opted-out contacts")]
        self.tabs = Tabs(theme, tabs, label="Reports", name="reports_tab")
        self.span = SpanButton(theme)
        self.export = Button(theme, "Export", icon="download-simple", color="text", name="reports_export")
        header = Bar(theme, "header", HEADER_PX, name="reports_header")
        header.row.addWidget(Label("Reports", "h1"))
        header.row.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        header.row.addWidget(self.span)
        header.row.addWidget(self.export)
        self.messages = MessagesPage(self._desk)
        self.opted_out = OptedOutPage(self._desk)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.messages)
        self.stack.addWidget(self.opted_out)
        self.setLayout(stacked(header, self.stack))
        self.setFocusProxy(self.messages.table)
        named(self, "reports_page", "Reports")

    def _wire(self) -> None:
        self.tabs.chosen.connect(self._show_tab)
        self.span.chosen.connect(self._show_span)
        tasks = self._desk.tasks
        self.span.days_requested.connect(lambda: tasks.spawn(self, self._ask_days(), on_problem=self._failed))
        self.export.clicked.connect(
            lambda: tasks.spawn(self, self._shown.export(self), on_problem=self._failed)
        )
        for tab in (self.messages, self.opted_out):
            tab.counted.connect(self._show_head)
            tab.contact_requested.connect(self.contact_requested)
            tab.contact_page_requested.connect(self.contact_page_requested)
        self.messages.event_requested.connect(self.event_requested)
        self.messages.broadcast_requested.connect(self.broadcast_requested)
        self.messages.sequence_requested.connect(self.sequence_requested)
        self.messages.flow_requested.connect(self.flow_requested)
        for key, act in (("F5", self.read), ("F6", self._to_table)):
            again = QShortcut(QKeySequence(key), self)
            again.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            again.activated.connect(act)
        for tab in (self.messages, self.opted_out):
            down = QShortcut(QKeySequence("Down"), tab.search)
            down.setContext(Qt.ShortcutContext.WidgetShortcut)
            down.activated.connect(self._to_table)

    def _to_table(self) -> None:
        """F6, or the arrow down from the search: what was found, without every menu and figure between."""
        self._shown.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Following.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.messages.read_again()
            self.opted_out.read_again()
        else:
            self.messages.look_at_the_day()

    def _heard(self, changes: Changes) -> None:
        moved, people = any(changes.has(topic) for topic in _MOVES), changes.has(Topic.CONTACT)
        if not self.isVisible():
            self._stale = self._stale or moved or people
            return
        if moved or people:
            self.messages.read_soon()
        if people:
            self.opted_out.read_soon()

    # Showing.

    @property
    def _shown(self) -> MessagesPage | OptedOutPage:
        return self.opted_out if self.tabs.current == OPTED_OUT else self.messages

    def _show_tab(self) -> None:
        self.stack.setCurrentWidget(self._shown)
        self.setFocusProxy(self._shown.table)
        self._show_head()

    def _show_span(self, span: Span) -> None:
        self._shown.show_span(span)
        self._show_head()

    async def _ask_days(self) -> None:
        now, zone = self._desk.app.clock.now(), self.messages.zone
        span = await ask_days(self._desk.theme, self.window(), self._shown.span, now, zone)
        if span is not None:
            self._show_span(span)

    def _show_head(self) -> None:
        zone, shown = self.messages.zone, self._shown
        self.opted_out.show_zone(zone)
        self.span.show_span(shown.span, self._desk.app.clock.now(), zone)
        self.tabs.show_tabs(
            [Tab(MESSAGES, "Messages"), Tab(OPTED_OUT, "Opted-out contacts", self.opted_out.total)]
        )
        refusal = self._desk.refusal(Right.EXPORT)
        what = "contacts" if shown is self.opted_out else "messages"
        told = (
            f"These {shown.count:,} {what} as CSV or Excel" if shown.count else "There is nothing to export"
        )
        self.export.setEnabled(bool(shown.count) and not refusal)
        self.export.setToolTip(refusal or told)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
