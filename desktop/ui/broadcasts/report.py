"""The report of one broadcast: live while it runs, checked while it rests."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right, may
from desktop.domain.problems import Problem
from desktop.domain.template_notices import warnings
from desktop.services.broadcasts import Report, UnknownDecision
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.launch_dialogs import ask_stop
from desktop.ui.broadcasts.report_cards import (
    LedgerLine,
    ProgressCard,
    ReasonsCard,
    Speed,
    Tiles,
    TimeCard,
    approved_words,
    held_html,
)
from desktop.ui.broadcasts.report_messages import MessagesCard
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import HEADER_PX, Bar, Body, stacked
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.why.dialog import why_message

RELOAD_MS = 250
VERIFY_MS = 3_000
_GOING: Final = (BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, BroadcastStatus.HELD)


class ReportPage(QWidget):
    """One report at a time: show_broadcast(id). `back_requested` leads to all broadcasts."""

    back_requested = Signal()
    contact_requested = Signal(int)
    event_requested = Signal(int, int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._id = 0
        self._report: Report | None = None
        self._faults: tuple[str, ...] = ()
        self._verified = False
        self._missed = False
        """Something has changed while nobody looked."""
        self._speed = Speed()
        self._build()
        tasks = desk.tasks
        self._reload = Reload(tasks, self, self._load, wait_ms=RELOAD_MS, on_problem=self._gone)
        self._messages = Latest(tasks, self, self._failed)
        self._verifying = Latest(tasks, self, self._failed)
        self._once = Once(tasks, self, lambda busy: self._show_buttons())
        self._verify_timer = QTimer(self)
        self._verify_timer.setInterval(VERIFY_MS)
        self._verify_timer.timeout.connect(self._verify_when_idle)
        self._wire()
        desk.live.follow(self, self._heard)

    def _build(self) -> None:
        theme, now = self._desk.theme, self._desk.app.clock.now
        self.back = IconButton(theme, "arrow-left", "All broadcasts (Esc)", name="report_back")
        self.title = ElidedLabel("", "h1", name="report_name")
        self.badge = Badge(theme, "", name="report_status")
        self.pause = Button(theme, "Pause", icon="pause-fill", color="text", name="report_pause")
        self.stop = Button(theme, "Stop", name="report_stop")
        header = Bar(theme, "header", HEADER_PX, name="report_header")
        header.row.addWidget(self.back)
        header.row.addWidget(self.title)
        header.row.addWidget(self.badge)
        header.row.addStretch(1)
        header.row.addWidget(self.pause)
        header.row.addWidget(self.stop)
        self.held = Banner(theme, "warn", "", action="Go on", name="report_held")
        self.held.hide()
        self.notices = NoticeBanners(theme, name="report_notices")
        self.progress = ProgressCard(theme)
        self.tiles = Tiles()
        self.ledger = LedgerLine(theme)
        self.approved = Label("", "muted", wrap=True, tight=True, color="warn", name="report_approved")
        self.approved.hide()
        self.time = TimeCard(theme)
        self.why = ReasonsCard()
        self.messages = MessagesCard(theme, now)
        self.missing = EmptyState(
            theme, "megaphone", "This broadcast is not there", "It may have been removed meanwhile.",
            action="All broadcasts", name="report_missing",
        )  # fmt: skip
        self.missing.hide()
        body = Body(name="report_body")
        for widget in (self.held, self.notices, self.progress, self.tiles):
            body.column.addWidget(widget)
        body.column.addSpacing(-6)
        body.column.addWidget(self.ledger)
        body.column.addWidget(self.approved)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.time, 11)
        middle.addWidget(self.why, 8)
        body.column.addLayout(middle)
        body.column.addWidget(self.messages, 1)
        self.body = body
        self.setLayout(stacked(header, body, self.missing))
        named(self, "report", "Report")

    def _wire(self) -> None:
        self.back.clicked.connect(self.back_requested)
        self.missing.action_requested.connect(self.back_requested)
        self.pause.clicked.connect(self._pause_clicked)
        self.stop.clicked.connect(lambda: self._once.start(self._stop, on_problem=self._failed))
        self.held.action_requested.connect(lambda: self._once.start(self._resume, on_problem=self._failed))
        self.messages.wanted.connect(self._load_messages_now)
        self.messages.contact_requested.connect(self.contact_requested)
        self.messages.why_requested.connect(
            lambda message_id: self._desk.tasks.spawn(self, self._why(message_id), on_problem=self._failed)
        )
        self.messages.detail.decided.connect(self._decide)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_requested.emit()
        else:
            super().keyPressEvent(event)

    @property
    def broadcast_id(self) -> int:
        """Which one is shown; 0 before the first."""
        return self._id

    def show_broadcast(self, broadcast_id: int, search: str = "") -> None:
        """Show the report of a broadcast, from its beginning; search: for which name or number in its messages."""
        if broadcast_id != self._id:
            self._id, self._report, self._faults, self._verified = broadcast_id, None, (), False
            self._speed.forget()
            self._verifying.cancel()
            self.title.setText("")
            self.messages.show_messages([])
        self._missed = False
        self.messages.look_for(search)
        self.missing.hide()
        self.body.show()
        self._show_buttons()
        self._reload.now()
        self._load_messages_now()
        self._verify_timer.start()

    def leave(self) -> None:
        """Nobody looks any more: nothing is read."""
        self._verify_timer.stop()
        self._reload.stop()
        self._messages.cancel()
        self._verifying.cancel()

    # Loading.

    def _heard(self, changes: Changes) -> None:
        # An opt-out changes *opted out since*, which belongs to contacts.
        mine = (
            changes.has(Topic.BROADCAST, self._id)
            or changes.has(Topic.CONTACT)
            or changes.has(Topic.TEMPLATE)
        )
        if self._id and mine and self.isVisible():
            self._reload.soon()
        elif mine:
            self._missed = True

    def showEvent(self, event: QShowEvent) -> None:
        """Looked at again: what was missed meanwhile is read, also when nothing changes any more."""
        super().showEvent(event)
        if self._id and self._missed:
            self._missed = False
            self._reload.now()

    async def _load(self) -> None:
        wanted = self._id
        report = await self._desk.app.broadcasts.report(wanted)
        template_id = report.record.template_id
        known = [] if report.record.status.is_over else await self._desk.app.templates.every()
        if wanted != self._id:
            return
        template = next((one for one in known if one.id == template_id), None)
        self.notices.show_notices(warnings(template, self._desk.app.clock.now()) if template else ())
        self._show(report)
        if not self._messages.running:
            self._load_messages_now()

    def _load_messages_now(self) -> None:
        self._messages.start(self._load_messages())

    async def _why(self, message_id: int) -> None:
        wanted = await why_message(self._desk, self, message_id)
        if wanted is not None:
            self.event_requested.emit(wanted.contact_id, wanted.event_id)

    async def _load_messages(self) -> None:
        card = self.messages
        found = await self._desk.app.broadcasts.messages(
            self._id, card.statuses, search=card.text, limit=card.limit
        )
        card.show_messages(found)

    def _verify_when_idle(self) -> None:
        if self._id and self.isVisible() and not self._reload.running and not self._verifying.running:
            self._verifying.start(self._verify())

    async def _verify(self) -> None:
        wanted = self._id
        result = await self._desk.app.broadcasts.verify(wanted)
        if wanted == self._id and self._report is not None:
            self._faults, self._verified = result.faults, True
            self._show_ledger(self._report)

    # Showing.

    def _show(self, report: Report) -> None:
        self._report = report
        record, now = report.record, self._desk.app.clock.now()
        if record.status is BroadcastStatus.RUNNING:
            self._speed.saw(report.figures.gone_count, self._desk.app.clock.monotonic_s())
        else:
            self._speed.forget()
        self.title.setText(record.name)
        self.badge.show_badge(
            words.BROADCAST_STATUS[record.status][0], words.BROADCAST_STATUS[record.status][1], ""
        )
        self.held.setVisible(record.status is BroadcastStatus.HELD)
        if record.status is BroadcastStatus.HELD:
            self.held.show_banner("warn", held_html(record), "Go on")
        self.progress.show_report(report, self._speed.per_s, now)
        self.tiles.show_report(report)
        self._show_ledger(report)
        approved = approved_words(record, report.figures, report.reasons)
        self.approved.setText(approved)
        self.approved.setVisible(bool(approved))
        self.time.show_report(report)
        self.why.show_reasons(report.reasons)
        self.messages.show_figures(report.figures)
        self._show_buttons()

    def _show_ledger(self, report: Report) -> None:
        self.ledger.show_ledger(report.figures, self._faults, self._verified)

    @property
    def _record(self) -> BroadcastRecord | None:
        return self._report.record if self._report else None

    def _show_buttons(self) -> None:
        record = self._record
        going = record is not None and record.status in _GOING
        paused = record is not None and record.status is BroadcastStatus.PAUSED
        held = record is not None and record.status is BroadcastStatus.HELD
        user = self._desk.user()
        allowed = may(user, Right.BROADCAST)
        why = "" if allowed else f"{user.name} ({user.role.value.title()}) may not {Right.BROADCAST.value}."
        self.pause.setVisible(going and not held)
        self.pause.setText("Resume" if paused else "Pause")
        self.pause.setAccessibleName(self.pause.text())
        self.pause.set_icon("play-fill" if paused else "pause-fill", "text")
        self.stop.setVisible(going)
        for button in (self.pause, self.stop, self.held.action):
            button.setEnabled(allowed and not self._once.running)
            button.setToolTip(why)
        for answer in self.messages.detail.answers.values():
            answer.setEnabled(allowed)
            answer.setToolTip(why)

    def _gone(self, problem: Exception) -> None:
        """The broadcast is not there (any more)."""
        self.body.hide()
        self.missing.show()
        self._verify_timer.stop()

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
            self._reload.soon()

    def _find(self) -> None:
        self.messages.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.messages.search.selectAll()

    # What a person does.

    def _pause_clicked(self) -> None:
        record = self._record
        paused = record is not None and record.status is BroadcastStatus.PAUSED
        self._once.start(self._resume if paused else self._pause, on_problem=self._failed)

    async def _pause(self) -> None:
        await self._desk.app.broadcasts.pause(self._id, self._desk.user())
        self._reload.now()

    async def _resume(self) -> None:
        await self._desk.app.broadcasts.resume(self._id, self._desk.user())
        self._reload.now()

    async def _stop(self) -> None:
        report, stopped = self._report, self._id
        if report is None:
            return
        if await ask_stop(self._desk.theme, self.window(), report.record.name, report.figures):
            await self._desk.app.broadcasts.stop(stopped, self._desk.user())
            self._reload.now()

    def _decide(self, message_id: int, decision: UnknownDecision) -> None:
        async def decide() -> None:
            await self._desk.app.broadcasts.decide_unknown(message_id, decision, self._desk.user())
            self._reload.now()
            self._load_messages_now()

        self._desk.tasks.spawn(self, decide(), on_problem=self._failed)
