"""The tab of who opted out: reads what its view asks for."""

from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.domain.report_page import Period, Span
from desktop.domain.zones import UTC
from desktop.services.reports import OptedOut
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.reports.export import export_opted_out
from desktop.ui.reports.opted_out import OptedOutView, mark

LIVE_MS: Final = 2_000


class OptedOutPage(QWidget):
    """`counted()`: total and count are known anew. read(): all of it; show_span(): of another time."""

    counted = Signal()
    contact_requested = Signal(int)
    contact_page_requested = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.span = Span(Period.EVERYTHING)
        self._zone: ZoneInfo = UTC
        self.total: int | None = None
        self.count = 0
        self.view = OptedOutView(desk, self._failed)
        self._counting = Latest(desk.tasks, self, self._failed)
        self._live = Reload(desk.tasks, self, self._look_again, wait_ms=LIVE_MS, on_problem=self._failed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.view.wanted.connect(self.read)
        self.view.clear_requested.connect(self._clear)
        self.view.contact_requested.connect(self.contact_requested)
        self.view.contact_page_requested.connect(self.contact_page_requested)

    @property
    def table(self) -> QTableView:
        return self.view.table

    @property
    def search(self) -> SearchField:
        return self.view.search

    def focus_search(self) -> None:
        self.view.focus_search()

    def show_zone(self, zone: ZoneInfo) -> None:
        """Whose days count; what was read by another zone's is read again."""
        before, self._zone = self._zone, zone
        if zone != before and self.span.period is not Period.EVERYTHING:
            self.read()

    def show_span(self, span: Span) -> None:
        self.span = span
        self.read()

    def read(self) -> None:
        """Count, and read the first page."""
        self._counting.start(self._count())
        self.view.start(self._page_of, narrowed=self._is_narrowed)

    def read_soon(self) -> None:
        """Contacts changed."""
        self._live.soon()

    def read_again(self) -> None:
        """Look at once whether somebody opted out or in."""
        self._live.now()

    async def _look_again(self) -> None:
        """The counts, and the rows while nobody is on the way through them."""
        await self._count()
        if not self.view.table.verticalScrollBar().value():
            self.view.start(self._page_of, narrowed=self._is_narrowed)

    @property
    def _is_narrowed(self) -> bool:
        return (
            self.span.period is not Period.EVERYTHING or self.view.source is not None or bool(self.view.text)
        )

    def _clear(self) -> None:
        self.span = Span(Period.EVERYTHING)
        self.view.forget_filters()
        self.read()

    async def _count(self) -> None:
        reports, view = self._desk.app.reports, self.view
        since, until = self.span.bounds(self._desk.app.clock.now(), self._zone)
        self.total = await reports.opted_out_count()
        self.count = self.total
        if self._is_narrowed:
            self.count = await reports.opted_out_count(
                since=since, until=until, source=view.source, search=view.text
            )
        view.show_counts(self.count, self.total)
        self.counted.emit()

    async def _page_of(self, after: OptedOut | None, limit: int) -> list[OptedOut]:
        since, until = self.span.bounds(self._desk.app.clock.now(), self._zone)
        return await self._desk.app.reports.opted_out(
            since=since, until=until, source=self.view.source, search=self.view.text,
            after=mark(after) if after is not None else None, limit=limit,
        )  # fmt: skip

    async def export(self, parent: QWidget) -> None:
        """Have what is listed written as a file."""
        since, until = self.span.bounds(self._desk.app.clock.now(), self._zone)
        await export_opted_out(
            self._desk, parent, self.count, since=since, until=until, source=self.view.source, search=self.view.text
        )  # fmt: skip

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
