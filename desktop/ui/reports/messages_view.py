"""The tab *Messages*: filters, figures, the line that adds up, the messages; and what stands there otherwise."""

from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.domain.report_page import Figures, Period, ReportPage
from desktop.ui.desk import Desk
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import Body
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.reports import words
from desktop.ui.reports.figures_row import FiguresRow
from desktop.ui.reports.filters import FilterRow
from desktop.ui.reports.loading import Counted
from desktop.ui.reports.messages import MessagesCard
from desktop.ui.reports.now_line import NowLine

BUSY_AFTER_MS = 200
"""A count that takes longer is told; figures that are not those of the filters are greyed."""


class MessagesView(QWidget):
    """Shows what it is given; its parts have the signals. `everything_requested()`, `retry_requested()`."""

    everything_requested = Signal()
    retry_requested = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        theme = desk.theme
        self._now = desk.app.clock.now
        self._known = False
        self.filters = FilterRow(theme)
        self.problem = Banner(theme, "danger", "", action="Try again", name="reports_problem")
        self.problem.hide()
        self.figures = FiguresRow(theme)
        self.now = NowLine(theme)
        self.messages = MessagesCard(desk, self.show_problem)
        self.empty = EmptyState(
            theme, "chart-bar", "No messages", "", action="Show everything", name="reports_empty"
        )
        self.loading = Label("Counting…", "soft", name="reports_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.figures)
        column.addSpacing(-8)
        column.addWidget(self.now)
        column.addSpacing(-8)
        column.addWidget(self.messages, 1)
        self._filled = filled
        self.stack = QStackedWidget()
        for page in (self.loading, filled, self.empty):
            self.stack.addWidget(page)
        body = Body(name="reports_body")
        body.column.setContentsMargins(24, 20, 24, 24)
        body.column.addWidget(self.filters)
        body.column.addWidget(self.problem)
        body.column.addWidget(self.stack, 1)
        self._body = body
        across = QVBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(body)
        self._busy = QTimer(self)
        self._busy.setSingleShot(True)
        self._busy.setInterval(BUSY_AFTER_MS)
        self._busy.timeout.connect(lambda: self._grey(True))
        self.problem.action_requested.connect(self.retry_requested)
        self.empty.action_requested.connect(self.everything_requested)
        named(self, "reports_messages_view", "Messages")

    def show_busy(self) -> None:
        """Other figures are being counted."""
        self._busy.start()

    def show_counted(self, counted: Counted, figures: Figures, page: ReportPage) -> None:
        """All figures; the table and the plot are filled by themselves."""
        self._known = True
        self._busy.stop()
        self._grey(False)
        self.problem.hide()
        self.filters.show_filters(
            counted.cube, page.choice, counted.templates, search=page.search, who=counted.who, narrowed=page.is_narrowed
        )  # fmt: skip
        self.figures.show_figures(figures, page)
        for part in (self.figures, self.now):
            part.setVisible(bool(figures.all_count))
        self.now.show_statuses(figures.statuses, figures.now_count, page)
        self.messages.show_zone(counted.zone)
        ever = page.span.period is Period.EVERYTHING
        self.messages.show_time("" if ever else words.in_the(page.span, self._now(), counted.zone))
        self.messages.show_counts(figures.chosen_count, figures.all_count)
        nothing = not figures.all_count and not page.is_narrowed
        if nothing:
            when = words.in_the(page.span, self._now(), counted.zone)
            self.empty.title.setText(f"No messages {when}")
            ever = counted.scope.since is None and counted.scope.until is None
            self.empty.sentence.setText(
                "What is sent, by whatever path, is counted here, and what is not sent with the reason."
                if ever
                else "Choose another time, or look at everything."
            )
            self.empty.action.setVisible(not ever)
        self.stack.setCurrentWidget(self.empty if nothing else self._filled)

    def show_problem(self, problem: Exception) -> None:
        """Why there are no figures, with what to do; figures that were there stay, greyed."""
        if not isinstance(problem, Problem):
            return
        self._busy.stop()
        self._grey(True)
        self.loading.setText("")
        said = f"<b>{escape(problem.title)}.</b> {escape(problem.sentence)}"
        self.problem.show_banner("danger", said, "Try again")
        self.problem.show()

    def show_messages(self) -> None:
        """Bring the table into sight."""
        self._body.ensureWidgetVisible(self.messages, 0, 24)

    def _grey(self, on: bool) -> None:
        self.figures.setEnabled(not on)
        self.now.setEnabled(not on)
        if not self._known:
            self.loading.setText("Counting…")
