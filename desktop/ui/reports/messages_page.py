"""The tab *Messages*: keeps what is chosen, reads it, and follows messages while they move."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from desktop.domain.conversations import MessageView
from desktop.domain.report import Cause, Choice, Cube, Scope
from desktop.domain.report_page import Figures, Period, ReportPage, Span
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.reports import loading
from desktop.ui.reports.export import export_messages
from desktop.ui.reports.loading import Counted
from desktop.ui.reports.messages import mark
from desktop.ui.reports.messages_view import MessagesView
from desktop.ui.reports.paging import PAGE

LIVE_MS: Final = 2_000
"""While messages move the figures are counted this often at most."""


class MessagesPage(QWidget):
    """`counted()`: there are other figures. `page` is what is chosen, `count` how many messages that is."""

    counted = Signal()
    contact_requested = Signal(int)
    contact_page_requested = Signal(int)
    event_requested = Signal(int, int)
    broadcast_requested = Signal(int)
    sequence_requested = Signal(int)
    flow_requested = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.page = ReportPage()
        self._counted: Counted | None = None
        self._figures = Figures.of(Cube(), Choice())
        self.view = MessagesView(desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        failed = self.view.show_problem
        self._counting = Latest(desk.tasks, self, failed)
        self._drawing = Latest(desk.tasks, self, failed)
        self._live = Reload(desk.tasks, self, self._look_again, wait_ms=LIVE_MS, on_problem=failed)
        self._wire()

    def _wire(self) -> None:
        view, filters, figures, table = self.view, self.view.filters, self.view.figures, self.view.messages
        filters.part_requested.connect(lambda part, chosen: self.show_page(self.page.with_part(part, chosen)))
        filters.search_requested.connect(lambda text: self.show_page(replace(self.page, search=text)))
        filters.anyone_requested.connect(lambda: self.show_page(replace(self.page, contact_id=None)))
        for source in (filters, table):
            source.clear_requested.connect(lambda: self.show_page(self.page.cleared()))
        figures.by_path.figure_requested.connect(
            lambda path, group: self._follow(self.page.toggled(path, group))
        )
        figures.by_reason.cause_requested.connect(self._follow_cause)
        figures.over_time.bucket_requested.connect(self._follow_bucket)
        view.now.status_requested.connect(lambda one: self._follow(self.page.toggled_status(one)))
        for everything in (view.everything_requested, table.everything_requested):
            everything.connect(lambda: self.show_span(Span(Period.EVERYTHING)))
        view.retry_requested.connect(self.read)
        table.fresh_requested.connect(self._read_messages)
        for name in ("contact", "contact_page", "event", "broadcast", "sequence", "flow"):
            getattr(table, f"{name}_requested").connect(getattr(self, f"{name}_requested"))

    @property
    def span(self) -> Span:
        return self.page.span

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's; UTC until it is known."""
        return (self._counted or Counted()).zone

    @property
    def count(self) -> int:
        return self._figures.chosen_count

    @property
    def table(self) -> QTableView:
        return self.view.messages.table

    @property
    def search(self) -> SearchField:
        return self.view.filters.search

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # Choosing.

    def show_page(self, page: ReportPage) -> None:
        """Show another choice. The store is asked where time, search or contact differ; all else is known."""
        before, self.page = self.page, page
        if page == before:
            return
        if self._counted is None or replace(page, choice=before.choice) != before:
            self.read()
        else:
            self._show()

    def show_span(self, span: Span) -> None:
        self.show_page(replace(self.page, span=span))

    def _follow(self, page: ReportPage) -> None:
        """A figure was clicked: its messages are brought into sight."""
        self.show_page(page)
        self.view.show_messages()

    def _follow_cause(self, cause: object) -> None:
        cube = (self._counted or Counted()).cube
        self._follow(self.page.toggled_cause(cast(Cause, cause), cube))

    def _follow_bucket(self, since: datetime, until: datetime) -> None:
        """Whole days are days, so that the button says so."""
        first, last = since.astimezone(self.zone), until.astimezone(self.zone)
        span = Span(Period.EXACT, since=since, until=until)
        if (first.hour, first.minute, last.hour, last.minute) == (0, 0, 0, 0):
            span = Span(Period.DAYS, first.date(), (last - timedelta(days=1)).date())
        self._follow(replace(self.page, span=span))

    # Reading.

    def read(self) -> None:
        """Count what is chosen, and read the first page of it; a count on its way is overtaken."""
        self.view.show_busy()
        self._live.stop()
        self._counting.start(self._count())
        self.counted.emit()

    async def _count(self) -> None:
        self._counted = await loading.count(self._desk.app, self.page)
        self._show()

    def read_soon(self) -> None:
        """Messages moved."""
        self._live.soon()

    def read_again(self) -> None:
        """Look at once whether messages moved."""
        self._live.now()

    def look_at_the_day(self) -> None:
        """Read again if what is shown is of days that are over."""
        counted = self._counted
        if counted is not None and self.page.scope(self._desk.app.clock.now(), counted.zone) != counted.scope:
            self.read_again()

    async def _look_again(self) -> None:
        """The figures as they are now. Rows stay where they are: new ones are announced."""
        page, before, table = self.page, self._counted, self.view.messages
        counted = await loading.count(self._desk.app, page)
        if page != self.page or self._counting.running:
            return  # something else was chosen meanwhile, and is on its way
        self._counted = counted
        # Another day has begun: "Today" is another one, and so are its rows.
        if before is None or not table.rows.rows or counted.scope != before.scope:
            self._show()
            return
        self._show_figures()
        if counted.cube != before.cube:
            self._draw()
        newest = await self._page_of(None, PAGE)
        if page == self.page and not table.pages.loading:
            table.show_newer(newest)

    async def _page_of(self, after: MessageView | None, limit: int) -> list[MessageView]:
        """A page of the messages that are chosen now."""
        cells = self._figures.chosen.cells
        if not cells:
            return []
        scope = (self._counted or Counted()).scope
        behind = mark(after) if after is not None else None
        return await self._desk.app.reports.messages(scope, cells, after=behind, limit=limit)

    async def _load_plot(self, counted: Counted) -> None:
        now, cells = self._desk.app.clock.now(), self._figures.chosen.cells
        buckets, step = await loading.over_time(self._desk.app, counted, cells, now)
        self.view.figures.over_time.show_buckets(buckets, step, counted.zone)

    # Showing.

    def _show(self) -> None:
        self._show_figures()
        self._draw()
        self._read_messages()

    def _show_figures(self) -> None:
        counted = self._counted
        if counted is not None:
            self._figures = Figures.of(counted.cube, self.page.choice)
            self.view.show_counted(counted, self._figures, self.page)
            self.counted.emit()

    def _draw(self) -> None:
        if self._counted is not None and self.count:
            self._drawing.start(self._load_plot(self._counted))
        else:
            self._drawing.cancel()
            self.view.figures.over_time.show_nothing()

    def _read_messages(self) -> None:
        self.view.messages.start(self._page_of)

    async def export(self, parent: QWidget) -> None:
        """Have what is listed written as a file."""
        scope = (self._counted or Counted()).scope
        await export_messages(self._desk, parent, scope, self.page.choice, self.count)

    def show_choice(self, scope: Scope, choice: Choice) -> None:
        """Show the messages of a scope and choice."""
        span = Span.between(scope.since, scope.until)
        self.show_page(ReportPage(span, scope.search, scope.contact_id, choice))
