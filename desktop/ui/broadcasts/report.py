"""The report of one broadcast: live while it runs, checked while it rests."""

from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_report import Chosen, Extras
from desktop.domain.changes import Changes, Topic
from desktop.domain.problems import NotFound, Problem
from desktop.domain.template_notices import warnings
from desktop.domain.zones import zone
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import report_words, words
from desktop.ui.broadcasts.ledger_check import LedgerCheck
from desktop.ui.broadcasts.report_approval import HeldApproval
from desktop.ui.broadcasts.report_bar import ReportBar
from desktop.ui.broadcasts.report_beneath import Beneath
from desktop.ui.broadcasts.report_cards import LedgerLine, ProgressCard, Speed, Tiles
from desktop.ui.broadcasts.report_messages import MessagesCard
from desktop.ui.broadcasts.report_side import ReasonsCard, TimeCard
from desktop.ui.broadcasts.report_verbs import GOING, ReportVerbs
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import HEADER_PX, Bar, Body, stacked
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.parts.menu import MenuButton
from desktop.ui.parts.naming import named
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.why.dialog import why_message

RELOAD_MS = 250
SLOW_MS = 2_000
"""Between two readings of what takes longer: messages of a large broadcast, hours, replies, retries."""
_LARGE_COUNT: Final = 20_000


class ReportPage(QWidget):
    """One report at a time: show_broadcast(id). `back_requested` leads to all broadcasts.

    `draft_requested(id)`: it was taken back.
    """

    back_requested = Signal()
    draft_requested = Signal(int)
    contact_requested = Signal(int)
    event_requested = Signal(int, int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._id = 0
        self._report: Report | None = None
        self._extras = Extras()
        self._faults: tuple[str, ...] = ()
        self._verified = False
        self._missed = False
        """Something has changed while nobody looked."""
        self._zone: ZoneInfo | None = None
        self._troubled = False
        """It was told that it could not be read; not again before it could."""
        self._speed = Speed()
        self.verbs = ReportVerbs(desk, self, self._failed)
        self.second_yes = HeldApproval(desk, self, self._failed)
        self._build()
        tasks = desk.tasks
        self._reload = Reload(tasks, self, self._load, wait_ms=RELOAD_MS, on_problem=self._not_read)
        self._slow = Reload(tasks, self, self._load_slow, wait_ms=SLOW_MS, on_problem=self._failed)
        self._people_soon = Reload(tasks, self, self._load_people, wait_ms=SLOW_MS, on_problem=self._failed)
        self._people = Latest(tasks, self, self._failed)
        self.check = LedgerCheck(desk, self, self._rests, self._failed)
        self.check.checked.connect(self._checked)
        self.check.looked.connect(self._look_for_retries)
        self._wire()
        desk.live.follow(self, self._heard)

    def _build(self) -> None:
        theme, now = self._desk.theme, self._desk.app.clock.now
        back = "arrow-right" if self.isRightToLeft() else "arrow-left"
        self.back = IconButton(theme, back, "All broadcasts (Esc)", name="report_back")
        self.title = ElidedLabel("", "h1", name="report_name")
        self.badge = Badge(theme, "", name="report_status")
        self.parent_link = Button(theme, "", "link", name="report_parent")
        self.parent_link.hide()
        self.pause = Button(theme, "Pause", icon="pause-fill", color="text", name="report_pause")
        self.stop = Button(theme, "Stop", name="report_stop")
        self.export = MenuButton(theme, "Export", name="report_export")
        header = Bar(theme, "header", HEADER_PX, name="report_header")
        for widget in (self.back, self.title, self.badge, self.parent_link):
            header.row.addWidget(widget)
        header.row.addStretch(1)
        for button in (self.pause, self.stop, self.export):
            header.row.addWidget(button)
        self.bar = ReportBar(theme)
        self.notices = NoticeBanners(theme, name="report_notices")
        self.progress = ProgressCard(theme)
        self.tiles = Tiles(theme)
        self.ledger = LedgerLine(theme)
        self.beneath = Beneath(theme)
        self.time = TimeCard(theme, now)
        self.why = ReasonsCard(theme, now)
        self.messages = MessagesCard(theme, now)
        self.missing = EmptyState(
            theme, "megaphone", "This broadcast is not there", "It may have been removed meanwhile.",
            action="All broadcasts", name="report_missing",
        )  # fmt: skip
        self.missing.hide()
        body = Body(name="report_body")
        for part in (self.bar, self.second_yes.card, self.notices, self.progress, self.tiles):
            body.column.addWidget(part)
        body.column.addSpacing(-6)
        body.column.addWidget(self.ledger)
        body.column.addWidget(self.beneath)
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
        verbs, card = self.verbs, self.messages
        self.back.clicked.connect(self.back_requested)
        self.missing.action_requested.connect(self.back_requested)
        self.pause.clicked.connect(verbs.pause_or_resume)
        self.stop.clicked.connect(verbs.stop)
        self.export.clicked.connect(self._offer_files)
        self.parent_link.clicked.connect(self._open_parent)
        self.bar.take_back_requested.connect(verbs.take_back)
        self.bar.go_on_requested.connect(verbs.go_on)
        self.bar.stop_requested.connect(verbs.stop)
        self.bar.tick.connect(self._tick)
        self.why.retry_requested.connect(lambda: verbs.retry(self._extras.retryable))
        self.second_yes.changed.connect(self._show_buttons)
        self.second_yes.contact_requested.connect(self.contact_requested)
        self.bar.texts_requested.connect(verbs.show_texts)
        verbs.changed.connect(self._read_anew)
        verbs.busy_changed.connect(self._show_buttons)
        verbs.draft_requested.connect(self.draft_requested)
        verbs.broadcast_requested.connect(self.show_broadcast)
        for part in (self.tiles, self.ledger, self.beneath, self.why, self.time):
            part.opened.connect(self._open_people)
        self.time.tab_chosen.connect(self._slow.now)
        self.time.broadcast_opened.connect(self.show_broadcast)
        self.why.broadcast_opened.connect(self.show_broadcast)
        card.wanted.connect(self._load_people_now)
        card.contact_requested.connect(self.contact_requested)
        card.why_requested.connect(
            lambda message_id: self._desk.tasks.spawn(self, self._why(message_id), on_problem=self._failed)
        )
        card.detail.decided.connect(verbs.decide)
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
            self.verbs.report, self._extras = None, Extras()
            self._speed.forget()
            self._slow.stop()
            self._people_soon.stop()
            self.title.setText("")
            self.bar.show_record(None, self._desk.app.clock.now())
            self.second_yes.show_record(None)
            self.why.show_extras(self._extras, "")
            self.tiles.show_opted_out(None)
            self.beneath.show_override(None, None)
            self.messages.begin()
        self._missed = self._troubled = False
        self.messages.look_for(search)
        self.missing.hide()
        self.body.show()
        self._show_buttons()
        self._read_anew()
        self.check.begin(broadcast_id)

    def leave(self) -> None:
        """Nobody looks any more: nothing is read."""
        self.check.leave()
        self.second_yes.leave()
        self.bar.leave()
        for load in (self._reload, self._slow, self._people_soon):
            load.stop()
        self._people.cancel()

    # Loading.

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.BROADCAST, self._id):
            self.check.changed()
        if changes.has(Topic.SETTINGS):
            self._zone = None
        # An opt-out changes *opted out since*, which belongs to contacts; what a child does, its parent shows.
        mine = (
            changes.has(Topic.BROADCAST, self._id)
            or any(changes.has(Topic.BROADCAST, one.record.id) for one in self._extras.tries)
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

    def _read_anew(self) -> None:
        self._reload.now()
        self._slow.now()
        self._load_people_now()

    async def _load(self) -> None:
        wanted = self._id
        report = await self._desk.app.broadcasts.report(wanted, opted_out=False)
        if self._zone is None:
            self._zone = zone((await self._desk.app.workspace.settings()).time_zone)
            self.time.show_zone(self._zone)
            self.messages.show_zone(self._zone)
        template_id = report.record.template_id
        known = [] if report.record.status.is_over else await self._desk.app.templates.every()
        if wanted != self._id:
            return
        template = next((one for one in known if one.id == template_id), None)
        self.notices.show_notices(warnings(template, self._desk.app.clock.now()) if template else ())
        self._show(report)
        self._slow.soon()
        if report.figures.selected_count > _LARGE_COUNT:
            self._people_soon.soon()
        elif not self._people.running:
            self._load_people_now()

    async def _load_slow(self) -> None:
        """Replies, retries, and what the chosen tab over time needs."""
        wanted, reports = self._id, self._desk.app.broadcast_reports
        if not wanted:
            return
        extras = await reports.extras(wanted)
        if wanted != self._id:
            return
        self._extras = extras
        self._show_extras()
        if self.time.current == "hours":
            hours = await reports.hours(wanted)
            if wanted == self._id:
                self.time.show_hours(hours)
        elif self.time.current == "compare":
            own, others = await reports.compare(wanted)
            if wanted == self._id:
                self.time.show_others(own, others)

    def _load_people_now(self) -> None:
        self._people.start(self._load_people())

    async def _load_people(self) -> None:
        card, wanted = self.messages, self._id
        chosen = card.chosen
        people, total = await self._desk.app.broadcast_reports.people(
            wanted, chosen, search=card.text, limit=card.limit
        )
        if (wanted, chosen) == (self._id, card.chosen):
            card.show_people(people, total)

    async def _why(self, message_id: int) -> None:
        wanted = await why_message(self._desk, self, message_id)
        if wanted is not None:
            self.event_requested.emit(wanted.contact_id, wanted.event_id)

    def _rests(self) -> bool:
        counted = self._report is not None and self._report.record.selected_count is not None
        return counted and self.isVisible() and not self._reload.running

    def _checked(self, faults: tuple[str, ...]) -> None:
        self._faults, self._verified = faults, True
        if self._report is not None:
            self._show_ledger(self._report)

    def _look_for_retries(self) -> None:
        """What had to wait can be tried again: nothing else tells so."""
        later = self._extras.retryable.later
        if later and later[0][0] <= self._desk.app.clock.now() and self.isVisible():
            self._slow.soon()

    # Showing.

    def _show(self, report: Report) -> None:
        self._report = self.verbs.report = report
        self._troubled = False
        self.missing.hide()
        self.body.show()
        record = report.record
        if record.status is BroadcastStatus.RUNNING:
            self._speed.saw(report.figures.gone_count, self._desk.app.clock.monotonic_s())
        else:
            self._speed.forget()
        self.title.setText(record.name)
        self.badge.show_badge(*words.BROADCAST_STATUS[record.status], "")
        self._tick()
        self.second_yes.show_record(record)
        self.tiles.show_report(report)
        self._show_ledger(report)
        self.beneath.show_report(report)
        self.time.show_report(report)
        self.why.show_reasons(report.reasons)
        self.messages.show_figures(report.figures)
        self._show_buttons()

    def _tick(self) -> None:
        """What says how long it is until something."""
        report, now = self._report, self._desk.app.clock.now()
        if report is not None:
            self.bar.show_record(report.record, now, self._zone)
            share = self._extras.planned_share
            self.progress.show_report(report, self._speed.per_s, now, share, self._zone)

    def _show_extras(self) -> None:
        self.messages.show_replies(self._extras.replies)
        self.why.show_extras(self._extras, self.verbs.refusal)
        parent, record = self._extras.parent, self._record
        self.beneath.show_override(record, self._extras.override)
        if record is not None and record.selected_count is not None:
            self.tiles.show_opted_out(self._extras.opted_out_since_count)
        self.parent_link.setVisible(parent is not None)
        if parent is not None and record is not None:
            told = f"{report_words.KINDS.get(record.kind, 'Of')} “{parent.name}”"
            self.parent_link.setText(told)
            self.parent_link.setAccessibleName(told)
        self._tick()

    def _show_ledger(self, report: Report) -> None:
        self.ledger.setVisible(report.record.selected_count is not None)
        self.ledger.show_ledger(report.figures, self._faults, self._verified)

    @property
    def _record(self) -> BroadcastRecord | None:
        return self._report.record if self._report else None

    def _show_buttons(self) -> None:
        record = self._record
        going = record is not None and record.status in GOING
        paused = record is not None and record.status is BroadcastStatus.PAUSED
        held = record is not None and record.status is BroadcastStatus.HELD
        why = self.verbs.refusal
        free = not why and not self.verbs.running
        self.pause.setVisible(going and not held)
        self.pause.setText("Resume" if paused else "Pause")
        self.pause.setAccessibleName(self.pause.text())
        self.pause.set_icon("play-fill" if paused else "pause-fill", "text")
        self.stop.setVisible(going)
        self.export.setVisible(record is not None and record.selected_count is not None)
        for button in (self.pause, self.stop):
            button.setEnabled(free)
            button.setToolTip(why)
        self.bar.let(free, why, self.second_yes.why_not)
        for answer in self.messages.detail.answers.values():
            answer.setEnabled(not why)
            answer.setToolTip(why)

    def _not_read(self, problem: Exception) -> None:
        """It is not there (any more), or could not be read just now: then what is shown stays."""
        if isinstance(problem, NotFound):
            self.body.hide()
            self.missing.show()
            self.check.leave()
        elif isinstance(problem, Problem) and not self._troubled:
            self._troubled = True
            said = f"{problem.title}. {problem.sentence}"
            self._desk.toasts.show_toast(said, "danger", action="Read again", on_action=self._read_anew)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
            self._reload.soon()

    def _find(self) -> None:
        self.messages.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.messages.search.selectAll()

    # What a person opens.

    def _open_people(self, chosen: Chosen) -> None:
        self.messages.open(chosen)
        self.body.ensureWidgetVisible(self.messages)

    def _open_parent(self) -> None:
        if self._extras.parent is not None:
            self.show_broadcast(self._extras.parent.id)

    def _offer_files(self) -> None:
        card = self.messages
        self.verbs.offer_files(self.export, card.chosen, card.told, card.text, card.count)
