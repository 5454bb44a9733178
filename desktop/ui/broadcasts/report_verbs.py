"""What a person does on a broadcast's report: pause, stop, take back, go on, try again, settle, export."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_report import Chosen, Retryable
from desktop.domain.people import Right
from desktop.domain.templates import wording
from desktop.services.broadcasts import Report, UnknownDecision
from desktop.ui.broadcasts import report_words
from desktop.ui.broadcasts.report_dialogs import ask_retry, ask_stop, show_texts
from desktop.ui.broadcasts.report_export import export_people, print_report
from desktop.ui.desk import Desk
from desktop.ui.parts.menu import drop
from desktop.ui.tasks import Once

GOING: Final = (
    BroadcastStatus.PREPARING,
    BroadcastStatus.RUNNING,
    BroadcastStatus.PAUSED,
    BroadcastStatus.HELD,
)


class ReportVerbs(QObject):
    """One at a time; `changed` when something was done, `busy_changed` when one begins or ends.

    `draft_requested(id)`: it was taken back. `broadcast_requested(id)`: a retry was started.
    """

    changed = Signal()
    busy_changed = Signal()
    draft_requested = Signal(int)
    broadcast_requested = Signal(int)

    def __init__(self, desk: Desk, page: QWidget, failed: Callable[[Exception], object]) -> None:
        super().__init__(page)
        self._desk, self._page, self._failed = desk, page, failed
        self._once = Once(desk.tasks, page, lambda busy: self.busy_changed.emit())
        self.report: Report | None = None
        """What is looked at."""

    @property
    def running(self) -> bool:
        return self._once.running

    @property
    def refusal(self) -> str:
        """Why the person may not change broadcasts; "" when they may."""
        return self._desk.refusal(Right.BROADCAST)

    def _start(self, verb: Callable[[Report], Coroutine[Any, Any, None]]) -> None:
        report = self.report
        if report is not None:
            self._once.start(lambda: verb(report), on_problem=self._failed)

    def pause_or_resume(self) -> None:
        report = self.report
        paused = report is not None and report.record.status is BroadcastStatus.PAUSED
        self._start(self._resume if paused else self._pause)

    def stop(self) -> None:
        self._start(self._stop)

    def take_back(self) -> None:
        self._start(self._take_back)

    def go_on(self) -> None:
        self._start(self._go_on)

    def retry(self, found: Retryable) -> None:
        self._start(partial(self._retry, found))

    async def _pause(self, report: Report) -> None:
        await self._desk.app.broadcasts.pause(report.record.id, self._desk.user())
        self.changed.emit()

    async def _resume(self, report: Report) -> None:
        await self._desk.app.broadcasts.resume(report.record.id, self._desk.user())
        self.changed.emit()

    async def _go_on(self, report: Report) -> None:
        await self._desk.app.broadcasts.go_on(report.record.id, self._desk.user())
        self.changed.emit()

    async def _take_back(self, report: Report) -> None:
        await self._desk.app.broadcasts.take_back(report.record.id, self._desk.user())
        self._desk.toasts.show_toast(f"“{report.record.name}” was taken back and is a draft again.", "done")
        self.draft_requested.emit(report.record.id)

    async def _stop(self, report: Report) -> None:
        record = report.record
        if await ask_stop(self._desk.theme, self._page.window(), record.name, report.figures):
            left = await self._desk.app.broadcasts.stop(record.id, self._desk.user())
            told = report_words.stopped_words(left.gone_count, left.on_the_way_count, left.never_count)
            self._desk.toasts.show_toast(told, "done")
            self.changed.emit()

    async def _retry(self, found: Retryable, report: Report) -> None:
        record = report.record
        if await ask_retry(self._desk.theme, self._page.window(), record.name, found):
            child_id = await self._desk.app.retries.retry(record.id, self._desk.user())
            self.broadcast_requested.emit(child_id)

    def show_texts(self) -> None:
        """Reading is no verb: the others can be pressed meanwhile."""
        if self.report is not None:
            self._desk.tasks.spawn(self._page, self._show_texts(self.report), on_problem=self._failed)

    async def _show_texts(self, report: Report) -> None:
        """What the template said when somebody said yes, and what it says now."""
        record = report.record
        known = await self._desk.app.templates.every()
        now = next((wording(one) for one in known if one.id == record.template_id), "")
        before = record.approved.text if record.approved is not None else ""
        await show_texts(self._desk.theme, self._page.window(), record.template_name, before, now)

    def decide(self, message_id: int, decision: UnknownDecision) -> None:
        """Settle a message that is not certain."""

        async def work() -> None:
            await self._desk.app.broadcasts.decide_unknown(message_id, decision, self._desk.user())
            self.changed.emit()

        self._desk.tasks.spawn(self._page, work(), on_problem=self._failed)

    def offer_files(self, button: QWidget, chosen: Chosen, told: str, search: str, count: int) -> None:
        """The menu of *Export*. told: what the tab that is looked at is called, count: of its messages."""
        report = self.report
        if report is None:
            return
        menu = QMenu(self._page.window())
        menu.setObjectName("report_export_menu")
        desk, page, record, total = self._desk, self._page, report.record, report.figures.selected_count
        everyone = menu.addAction(f"All messages ({total:,})…")
        everyone.setObjectName("report_export_all")
        everyone.triggered.connect(lambda: export_people(desk, page, record, Chosen(), "", "", total))
        if not chosen.is_everyone or search.strip():
            these = menu.addAction(f"{told} ({count:,})…")
            these.setObjectName("report_export_these")
            these.triggered.connect(lambda: export_people(desk, page, record, chosen, told, search, count))
        menu.addSeparator()
        paper = menu.addAction("This report as PDF…")
        paper.setObjectName("report_export_pdf")
        paper.triggered.connect(self._print)
        drop(menu, button)

    def _print(self) -> None:
        self._start(lambda report: print_report(self._desk, self._page, report.record))
