"""The *Report* of a flow: who came in, who came through, where customers were dropped, what they answered."""

from collections.abc import Coroutine
from html import escape
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.bot_report import AnswerRow, FlowReport, SessionRow
from desktop.domain.changes import Changes, Topic
from desktop.domain.flow import FlowRecord, SessionStatus
from desktop.domain.flow_checks import Known
from desktop.domain.problems import Problem
from desktop.ui.bots import report_words as words
from desktop.ui.bots.answers_view import AnswersView
from desktop.ui.bots.export import export_answers
from desktop.ui.bots.sessions_view import SessionsView
from desktop.ui.bots.steps_view import StepsView
from desktop.ui.bots.tile import Tile
from desktop.ui.bots.versions_choice import VersionsChoice
from desktop.ui.desk import Desk
from desktop.ui.loads import Reload
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import EDGE_PX
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.stat import TileRow
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Color

STEPS, SESSIONS, ANSWERS = "steps", "sessions", "answers"
RELOAD_MS: Final = 1_000
"""While customers go through, the figures are read this long after each other at the least."""
_TOPICS: Final = (Topic.BOT_SESSION, Topic.FLOW, Topic.TEMPLATE, Topic.PERSON)


class FlowReportTab(QWidget):
    """`show_flow(id)`; follows what happens while it is seen. `contact_requested(id)` for a conversation."""

    contact_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._flow_id: int | None = None
        self._version_id: int | None = None
        self._record: FlowRecord | None = None
        self._dirty = False
        self._build()
        self._lay_out()
        self._reload = Reload(desk.tasks, self, self._load, wait_ms=RELOAD_MS, on_problem=self._not_read)
        self._wire()
        desk.live.follow(self, self._heard)

    # What it is made of.

    def _build(self) -> None:
        theme = self._desk.theme
        self.tiles = {one.key: Tile(theme, one.title, name=f"bot_tile_{one.key}") for one in words.CROWDS}
        self._group = QButtonGroup(self)
        for tile in self.tiles.values():
            self._group.addButton(tile)
        self.tabs = Tabs(
            theme, [Tab(STEPS, "Steps"), Tab(SESSIONS, "Sessions"), Tab(ANSWERS, "Answers")],
            label="Of the report", name="bot_report_part",
        )  # fmt: skip
        self.version = VersionsChoice()
        self.problem = Banner(theme, "danger", "", name="bot_report_problem")
        self.problem.hide()
        self.steps = StepsView(theme)
        self.sessions = SessionsView(self._desk, self._failed)
        self.answers = AnswersView(self._desk, self._failed)
        self.loading = Label("Counting…", "muted", name="bot_report_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.never = EmptyState(
            theme, "chart-bar", "Not published yet",
            "Once the flow is published, its report counts here who came in, who came through, and where customers "
            "were dropped.",
            name="bot_report_never",
        )  # fmt: skip
        self.nobody = EmptyState(
            theme, "robot", "Nobody has been in this flow yet",
            "It begins when a customer’s message fits one of its triggers in a conversation that nobody has, or when a "
            "colleague starts it from the compose box.",
            name="bot_report_nobody",
        )  # fmt: skip

    def _lay_out(self) -> None:
        self.parts = QStackedWidget()
        for part in (self.steps, self.sessions, self.answers, self.nobody):
            self.parts.addWidget(part)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.version)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(EDGE_PX, 20, EDGE_PX, EDGE_PX)
        column.setSpacing(16)
        column.addWidget(TileRow(list(self.tiles.values()), name="bot_tiles"))
        column.addLayout(line)
        column.addWidget(self.parts, 1)
        self.stack = QStackedWidget()
        for page in (self.loading, self.never, filled):
            self.stack.addWidget(page)
        self._filled = filled
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.problem)
        whole.addWidget(self.stack, 1)
        named(self, "bot_report", "Report")

    def _wire(self) -> None:
        for crowd in words.CROWDS:
            self.tiles[crowd.key].clicked.connect(
                lambda _=False, crowd=crowd: self._show_sessions(crowd.statuses, "")
            )
        self.tabs.chosen.connect(self._show_part)
        self.version.version_chosen.connect(self._version_chosen)
        self.problem.action_requested.connect(self._try_again)
        self.steps.sessions_requested.connect(
            lambda node_id, statuses: self._show_sessions(statuses, node_id)
        )
        self.sessions.wanted.connect(self._sessions_wanted)
        self.answers.export_requested.connect(self._export)
        for part in (self.sessions, self.answers):
            part.contact_requested.connect(self.contact_requested)

    # Following.

    def show_flow(self, flow_id: int) -> None:
        """Show the report of a flow; of another one from its beginning."""
        if flow_id != self._flow_id:
            self._flow_id, self._version_id, self._record = flow_id, None, None
            self._reload.stop()
            self.sessions.reset()
            self.answers.reset()
            self._mark(frozenset(), "")
            self.tabs.choose(STEPS)
            self.problem.hide()
            self.stack.setCurrentWidget(self.loading)
        self._refresh(at_once=True)

    def look_again(self) -> None:
        """Somebody else sits here."""
        self._refresh(at_once=True)

    def _heard(self, changes: Changes) -> None:
        if self._flow_id is not None and any(changes.has(topic) for topic in _TOPICS):
            self._refresh()

    def _refresh(self, *, at_once: bool = False) -> None:
        if not self.isVisible():
            self._dirty = True
        elif at_once:
            self._reload.now()
        else:
            self._reload.soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty and self._flow_id is not None:
            self._reload.now()

    def hideEvent(self, event: QHideEvent) -> None:
        self._dirty = True  # what happens meanwhile is not read
        super().hideEvent(event)

    # Reading.

    async def _load(self) -> None:
        """The figures, and the lists while nobody is on the way through them."""
        flow_id, version_id = self._flow_id, self._version_id
        if flow_id is None:
            return
        self._dirty = False
        app = self._desk.app
        record, known = await app.flows.get(flow_id), await app.flows.known()
        report = await app.bot_reports.report(flow_id, version_id)
        answer_count = await app.bot_reports.answer_count(flow_id)
        if (flow_id, version_id) != (self._flow_id, self._version_id):
            return
        self._record = record
        self.problem.hide()
        self._show(report, known, answer_count)
        for part in (self.sessions, self.answers):
            if not part.table.verticalScrollBar().value():
                self._start(part)

    def _start(self, part: SessionsView | AnswersView) -> None:
        if part is self.sessions:
            self.sessions.start(self._sessions_page)
        else:
            self.answers.start(self._answers_page)

    async def _sessions_page(self, after: SessionRow | None, limit: int) -> list[SessionRow]:
        if self._flow_id is None:
            return []
        return await self._desk.app.bot_reports.sessions(
            self._flow_id, tuple(self.sessions.statuses), self.sessions.node_id, after.id if after else None,
            limit, version_id=self._version_id,
        )  # fmt: skip

    async def _answers_page(self, after: AnswerRow | None, limit: int) -> list[AnswerRow]:
        if self._flow_id is None:
            return []
        return await self._desk.app.bot_reports.answers(self._flow_id, after.id if after else None, limit)

    # Showing.

    def _show(self, report: FlowReport, known: Known, answer_count: int) -> None:
        counts = report.counts
        for crowd in words.CROWDS:
            count = words.crowd_count(crowd, counts)
            color: Color | None = "danger" if crowd.key == "dropped" and count else None
            told = f"Show {words.sessions(count)}" if count else ""
            note = words.crowd_note(crowd, counts)
            self.tiles[crowd.key].show_count(count, note, color=color, tooltip=told)
        self.tabs.show_tabs(
            [Tab(STEPS, "Steps"), Tab(SESSIONS, "Sessions", counts.started_count), Tab(ANSWERS, "Answers", answer_count)]
        )  # fmt: skip
        self.version.show_versions(report.versions, self._version_id, self._desk.app.clock.now())
        shown = next((one for one in report.versions if one.id == self._version_id), None)
        newest = shown or (report.versions[0] if report.versions else None)
        lines = words.step_lines(newest.definition, report, known) if newest is not None else []
        self.steps.show_lines(lines)
        self.sessions.show_around(dict(counts.by_status), {one.node_id: one.title for one in lines})
        self.answers.show_count(answer_count)
        self.stack.setCurrentWidget(self._filled if report.versions else self.never)
        self._show_part()

    def _show_part(self) -> None:
        tile_counts = self.tiles["started"].number.text()
        key = self.tabs.current
        empty = tile_counts == "0" and key != ANSWERS
        part = {STEPS: self.steps, SESSIONS: self.sessions, ANSWERS: self.answers}[key]
        self.parts.setCurrentWidget(self.nobody if empty else part)
        self.version.setVisible(
            key != ANSWERS and self.version.count() > 2
        )  # answers are those of all versions

    def _show_sessions(self, statuses: tuple[SessionStatus, ...], node_id: str) -> None:
        """A figure leads to whom it counts."""
        self.tabs.choose(SESSIONS)
        self._show_part()
        self.sessions.ask_for(frozenset(statuses), node_id)
        self.sessions.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sessions_wanted(self) -> None:
        self._mark(self.sessions.statuses, self.sessions.node_id)
        self.sessions.start(self._sessions_page)

    def _mark(self, statuses: frozenset[SessionStatus], node_id: str) -> None:
        """Which tile the list is about; none where it is of another part."""
        self._group.setExclusive(False)
        for crowd in words.CROWDS:
            about = bool(statuses) and frozenset(crowd.statuses) == statuses and not node_id
            self.tiles[crowd.key].setChecked(about)
        self._group.setExclusive(True)

    # What a person does.

    def _version_chosen(self, version_id: int | None) -> None:
        self._version_id = version_id
        for part in (self.sessions, self.answers):
            part.table.scrollToTop()
        self._reload.now()

    def _export(self) -> None:
        if self._flow_id is not None and self._record is not None:
            self._spawn(
                export_answers(self._desk, self, self._flow_id, self._record.name, self.answers.count)
            )

    def _try_again(self) -> None:
        self._refresh(at_once=True)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self._desk.tasks.spawn(self, work, on_problem=self._failed)

    def _not_read(self, problem: Exception) -> None:
        """Figures that were there stay."""
        if isinstance(problem, Problem):
            self.loading.setText("")
            said = f"<b>{escape(problem.title)}.</b> {escape(problem.sentence)}"
            self.problem.show_banner("danger", said, "Try again")
            self.problem.show()

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
