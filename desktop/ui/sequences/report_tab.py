"""The *Report* of a sequence: what became of each step, who is where, and one contact's way through."""

from collections.abc import Coroutine
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.sequence import Enrolment, SequenceRecord
from desktop.domain.templates import Template
from desktop.services.sequences import SequenceReport
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import EDGE_PX, Body
from desktop.ui.parts.naming import named
from desktop.ui.sequences.crowd_card import CrowdCard
from desktop.ui.sequences.figure_button import FiguresRow
from desktop.ui.sequences.figures import PEOPLE, Figure, step_figures
from desktop.ui.sequences.journey_view import JourneyView
from desktop.ui.sequences.people_list import PAGE, PeopleList
from desktop.ui.sequences.step_line import step_line
from desktop.ui.sequences.step_messages import StepAsked, show_messages
from desktop.ui.sequences.step_people import show_people
from desktop.ui.sequences.taking_out import ask_take_out, ask_take_out_many
from desktop.ui.sequences.timeline import Timeline
from desktop.ui.sequences.version_choice import VersionChoice

INNER_PX, BETWEEN_PX, SIDE_PX = 6, 20, 430
MANY: Final = 5_000
"""Read at once where everyone is selected."""
MOST_ROWS: Final = 20_000
"""Not more are read to find one contact in the list."""
RELOAD_MS: Final = 500
"""While messages leave, the figures are read this long after each other at the least."""


class ReportTab(QWidget):
    """`show_sequence(record)`; follows what happens there while it is seen."""

    contact_requested = Signal(int)
    message_why_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._record: SequenceRecord | None = None
        self._version_id: int | None = None
        self._report: SequenceReport | None = None
        self._run_id: int | None = None
        self._contact_id: int | None = None
        self._dirty = False
        self._build()
        tasks = desk.tasks
        self._reload = Reload(tasks, self, self._load, wait_ms=RELOAD_MS, on_problem=self._failed)
        self._people = Latest(tasks, self, self._failed)
        self._more = Latest(tasks, self, self._failed)
        self._journey = Latest(tasks, self, self._failed)
        self._wire()
        desk.live.follow(self, self._heard)

    def _build(self) -> None:
        theme, now = self._desk.theme, self._desk.app.clock.now
        self.version = VersionChoice()
        self.timeline = Timeline(theme, name="report_step")
        self.nothing = EmptyState(
            theme,
            "list-numbers",
            "Not activated yet",
            "Once the sequence is active, each step shows here what was sent, what failed, and why.",
            name="sequence_report_empty",
        )
        self.crowds = CrowdCard(theme)
        self.people = PeopleList(theme, now)
        self.journey = JourneyView(theme)
        steps = Body(spacing_px=12, name="sequence_report_steps")
        steps.column.setContentsMargins(INNER_PX, EDGE_PX, INNER_PX, EDGE_PX)
        versions = QHBoxLayout()
        versions.addWidget(self.version)
        versions.addStretch(1)
        steps.column.addLayout(versions)
        steps.column.addWidget(self.timeline)
        steps.column.addWidget(self.nothing, 1)
        steps.column.addStretch(1)
        cards = QWidget()
        cards.setMinimumWidth(theme.px(SIDE_PX))
        side = QVBoxLayout(cards)
        side.setContentsMargins(0, EDGE_PX, 0, EDGE_PX)
        side.setSpacing(16)
        side.addWidget(self.crowds)
        side.addWidget(self.people, 1)
        side.addWidget(self.journey)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addSpacing(EDGE_PX - INNER_PX)  # not margins: those are not mirrored
        row.addWidget(steps, 60)
        row.addSpacing(BETWEEN_PX - INNER_PX)
        row.addWidget(cards, 40)
        row.addSpacing(EDGE_PX)
        self.nothing.hide()
        named(self, "sequence_report", "Report")

    def _wire(self) -> None:
        self.version.version_chosen.connect(self._version_chosen)
        self.crowds.chosen.connect(self.people.ask_for)
        self.people.wanted.connect(self._list_wanted)
        self.people.more_wanted.connect(lambda after: self._more.start(self._load_more(after)))
        self.people.rest_wanted.connect(lambda after: self._more.start(self._load_rest(after)))
        self.people.take_out_requested.connect(self._take_many_out_clicked)
        self.people.chosen.connect(self._run_chosen)
        self.people.contact_requested.connect(self.contact_requested)
        self.journey.contact_requested.connect(self.contact_requested)
        self.journey.why_requested.connect(self.message_why_requested)
        self.journey.take_out_requested.connect(self._take_out_clicked)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.focus_search)

    def choose_contact(self, contact_id: int) -> None:
        """Show where one contact is, wherever in the list of the sequence that is shown."""
        self._contact_id = contact_id
        self.people.reset()
        self._list_wanted()

    def show_sequence(self, record: SequenceRecord) -> None:
        """Show the report of a sequence; of another one from its beginning."""
        before, self._record = self._record, record
        if before is None or before.id != record.id:
            self._version_id, self._report, self._run_id = None, None, None
            self.people.reset()
            self.journey.clear()
            self._list_wanted()
        self._refresh(at_once=True)

    def focus_search(self) -> None:
        """Put the cursor into the search of the contacts."""
        self.people.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.people.search.selectAll()

    def look_again(self) -> None:
        """Somebody else sits here."""
        self._refresh(at_once=True)

    # Following.

    def _heard(self, changes: Changes) -> None:
        record = self._record
        if record is None:
            return
        run = self.people.current
        mine = changes.has(Topic.SEQUENCE, record.id) or changes.has(Topic.MESSAGE)
        about = run is not None and changes.has(Topic.CONTACT, run.contact_id)
        if mine or about or changes.has(Topic.TEMPLATE) or changes.has(Topic.PERSON):
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
        if self._dirty:
            self._reload.now()

    def hideEvent(self, event: QHideEvent) -> None:
        self._dirty = True  # what happens meanwhile is not read
        super().hideEvent(event)

    # Reading.

    async def _load(self) -> None:
        """The figures, then what is seen of the list, then the chosen contact."""
        record = self._record
        if record is None:
            return
        self._dirty = False
        app, version = self._desk.app, self._version_id
        report = await app.sequences.report(record.id, version)
        templates = {one.id: one for one in await app.templates.every()}
        if (self._record is None or self._record.id != record.id) or version != self._version_id:
            return
        self._report = report
        self._show(report, templates)
        if not self._people.running:
            await self._load_again(record.id)
        if self._run_id is not None and not self._journey.running:
            self._journey.start(self._load_journey(self._run_id))

    async def _load_again(self, sequence_id: int) -> None:
        """The rows in sight anew, and those at the top, where new ones come."""
        people, verbs = self.people, self._desk.app.sequences
        asked = people.asked
        first = people.first_in_sight()
        head = await verbs.people(
            sequence_id, people.statuses, search=people.text, version_id=people.version_id, limit=PAGE
        )
        seen: list[Enrolment] = []
        after = people.rows.rows[first - 1].id if first >= PAGE else None
        if after is not None:
            seen = await verbs.people(
                sequence_id, people.statuses, search=people.text, version_id=people.version_id, after_id=after,
                limit=PAGE,
            )  # fmt: skip
        if asked != people.asked or self._people.running:
            return
        people.show_again(head, PAGE)
        if after is not None:
            people.show_again(seen, PAGE, after_id=after)

    def _list_wanted(self) -> None:
        self.crowds.choose(self.people.statuses)
        self._more.cancel()
        if self._record is not None:
            self._people.start(self._load_people(self._record.id))

    async def _load_people(self, sequence_id: int) -> None:
        people, verbs = self.people, self._desk.app.sequences
        found = await verbs.people(
            sequence_id, people.statuses, search=people.text, version_id=people.version_id, limit=PAGE
        )
        wanted, self._contact_id = self._contact_id, None
        run = await self._run_of(sequence_id, wanted)
        while run is not None and len(found) >= PAGE and found[-1].id > run.id and len(found) < MOST_ROWS:
            more = await verbs.people(sequence_id, after_id=found[-1].id, limit=MANY)
            found += more
            if len(more) < MANY:
                break
        people.show_first(found, PAGE if run is None or len(found) < PAGE else len(found))
        if run is not None and not people.choose_contact(run.contact_id):
            self._run_chosen(run)

    async def _run_of(self, sequence_id: int, contact_id: int | None) -> Enrolment | None:
        """The newest run of a contact here."""
        if contact_id is None:
            return None
        runs = await self._desk.app.sequences.of_contact(contact_id)
        return next((one for one in runs if one.sequence_id == sequence_id), None)

    async def _load_more(self, after_id: int) -> None:
        self.people.show_more(await self._behind(after_id, PAGE), PAGE)

    async def _load_rest(self, after_id: int) -> None:
        self.people.show_rest(await self._behind(after_id, MANY), MANY)

    async def _behind(self, after_id: int, limit: int) -> list[Enrolment]:
        """What follows in the list."""
        people = self.people
        if self._record is None:
            return []
        return await self._desk.app.sequences.people(
            self._record.id,
            people.statuses,
            search=people.text,
            version_id=people.version_id,
            after_id=after_id,
            limit=limit,
        )

    async def _load_journey(self, enrolment_id: int) -> None:
        app = self._desk.app
        journey = await app.sequences.journey(enrolment_id)
        contact = await app.contacts.get(journey.enrolment.contact_id)
        history = await app.contacts.history(journey.enrolment.contact_id)
        if self._run_id == enrolment_id:
            refusal = self._desk.refusal(Right.SEQUENCES)
            self.journey.show_journey(journey, contact, history, app.clock.now(), refusal)

    # Showing.

    def _show(self, report: SequenceReport, templates: dict[int, Template]) -> None:
        self.version.show_versions(report, self._desk.app.clock.now())
        self.crowds.show_counts(report.counts, version_count=len(report.versions))
        self.people.versions.show_versions(report)
        self.people.show_refusal(self._desk.refusal(Right.SEQUENCES))
        definition = report.definition
        lines = [
            step_line(number, step, definition, templates)
            for number, step in enumerate(definition.steps, start=1)
        ]
        self.timeline.show_steps(lines)
        by_number = {one.number: one for one in report.steps}
        for number in range(1, len(lines) + 1):
            row = self.figures(number)
            figures = by_number.get(number)
            row.setVisible(figures is not None)
            if figures is not None:
                row.show_figures(step_figures(figures, last=number == len(lines)))
        self.timeline.setVisible(bool(lines))
        self.nothing.setVisible(not lines)

    def figures(self, number: int) -> FiguresRow:
        """The figures at the foot of a step's card; made when they are first asked for."""
        card = self.timeline.card(number)
        row = card.findChild(FiguresRow)
        if row is None:
            row = FiguresRow(self._desk.theme, name=f"report_step_{number}_figures")
            row.asked.connect(partial(self._figure_asked, number))
            card.set_foot(row)
        return row

    # What a person does.

    def _version_chosen(self, version_id: int | None) -> None:
        self._version_id = version_id
        shown = (
            version_id if version_id is not None or self._report is None else self._report.record.version_id
        )
        self.people.versions.choose(shown)
        self._reload.now()

    def _run_chosen(self, run: Enrolment | None) -> None:
        self._run_id = run.id if run is not None else None
        if run is None:
            self._journey.cancel()
            self.journey.clear()
        else:
            self._journey.start(self._load_journey(run.id))

    def _take_out_clicked(self, run: Enrolment) -> None:
        self._spawn(self._take_out(run))

    async def _take_out(self, run: Enrolment) -> None:
        if await ask_take_out(self._desk, self, run):
            self._reload.now()

    def _take_many_out_clicked(self, runs: list[Enrolment]) -> None:
        if self._record is not None and runs:
            self._spawn(self._take_many_out(self._record, runs))

    async def _take_many_out(self, record: SequenceRecord, runs: list[Enrolment]) -> None:
        if await ask_take_out_many(self._desk, self, record, runs):
            self._list_wanted()
            self._reload.now()

    def _figure_asked(self, number: int, figure: Figure) -> None:
        report = self._report
        if report is None or report.version_id is None:
            return
        name = self.timeline.card(number).title.text()
        asked = StepAsked(report.version_id, number, name, figure)
        if figure.key in PEOPLE:
            self._spawn(show_people(self._desk, self, asked, self.contact_requested))
            return
        self._spawn(
            show_messages(self._desk, self, asked, self.contact_requested, self.message_why_requested)
        )

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self._desk.tasks.spawn(self, work, on_problem=self._failed)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
