"""The wizard: five steps from a template to a launch. The state is a value; the view shows it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.broadcast_when import When
from desktop.domain.broadcast_wizard import Step, WizardState, stands_against
from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Path
from desktop.domain.filters import BadFilter, Filter
from desktop.domain.problems import Problem
from desktop.domain.selection import Source
from desktop.domain.settings import Settings
from desktop.domain.templates import Template, Variable
from desktop.services.broadcast_drafts import DraftChanged
from desktop.ui.broadcasts.colleagues import Colleagues
from desktop.ui.broadcasts.draft_keeper import DraftKeeper
from desktop.ui.broadcasts.header_hands import HeaderHands
from desktop.ui.broadcasts.line_people import LineOpener
from desktop.ui.broadcasts.reach import Reach
from desktop.ui.broadcasts.recipients import Recipient
from desktop.ui.broadcasts.rights import why_not_launch, why_not_save
from desktop.ui.broadcasts.segment_choice import SegmentChoice
from desktop.ui.broadcasts.step_review import ReviewLook
from desktop.ui.broadcasts.summary import NumberInfo
from desktop.ui.broadcasts.when_after import Named
from desktop.ui.broadcasts.wizard_hands import SourceHands, takers, vocabulary_of
from desktop.ui.broadcasts.wizard_launch import Launching, waits_for
from desktop.ui.broadcasts.wizard_view import WizardLook, WizardView
from desktop.ui.broadcasts.wizard_wiring import wire
from desktop.ui.desk import Desk
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.loads import Reload
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once
from desktop.ui.why.dialog import why_contact

NOT_ABOUT_CONSENT = (Line.DUPLICATE, Line.EXCLUDED, Line.NO_PHONE, Line.MISSING_VARIABLE)
NumberSource = Callable[[], Awaitable[NumberInfo]]


class Wizard(QWidget):
    """`launched(broadcast id)` ends it, and so does `left` (the draft is kept)."""

    launched = Signal(int)
    left = Signal()
    contact_requested = Signal(int)
    event_requested = Signal(int, int)

    def __init__(
        self, desk: Desk, number: NumberSource | None = None, *, draft_id: int | None = None,
        template_id: int | None = None, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._desk = desk
        self._state = WizardState()
        self._settings: Settings | None = None
        self._problem = ""
        self._takers: list[Named] = []
        self._vocabulary = Vocabulary()
        self.view = WizardView(desk.theme, desk.app.clock.now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        named(self, "wizard", "New broadcast")
        tasks = desk.tasks
        self.keeper = DraftKeeper(
            tasks, self, desk.app.broadcast_drafts, desk.app.broadcasts, desk.user, self._failed
        )
        self.reach = Reach(
            tasks, self, desk.app, lambda: self._state,
            on_counts=self._counted, on_people=self._people_read, on_problem=self._count_failed,
        )  # fmt: skip
        audience = self.view.audience_step
        SegmentChoice(desk, audience.segment, audience.builder, self._failed)
        self.hands = SourceHands(
            desk, audience.source, lambda: self._state.draft.selection.source, self._failed
        )
        self.launching = Launching(
            desk, self, self.keeper, lambda: self._state, lambda: self._settings, self._failed
        )
        self._retemplate = Reload(tasks, self, self._load_templates)
        self.once = Once(tasks, self, lambda busy: self.refresh())
        self.colleagues = Colleagues(
            desk, self.keeper, self.view.conflict, self.once, lambda: self._state, self._failed
        )
        self.file = HeaderHands(desk, self, self.view.message_step.file, self._header_kind)
        self.lines = LineOpener(desk, self, self.reach, lambda: self._state, self._failed)
        wire(self)
        desk.live.follow(self, self._heard)
        self.refresh()
        tasks.spawn(self, self._begin(draft_id, template_id), on_problem=self._failed)
        if number is not None:
            # A number that cannot be asked now stays a dash; nothing here depends on it.
            tasks.spawn(self, self._load_number(number), on_problem=lambda _: None)

    # What it knows.

    @property
    def state(self) -> WizardState:
        return self._state

    @property
    def draft_id(self) -> int | None:
        return self.keeper.id

    @property
    def counting(self) -> bool:
        """True while a count is being read."""
        return self._state.counting or self.reach.counting

    def blocked_by(self) -> str:
        """Why one cannot go on from here, "" when one can."""
        why, step = self._state.blocked_by(self._desk.app.clock.now()), self._state.step
        if why or step < Step.AUDIENCE:
            return why
        if self._problem:
            return self._problem
        if self.view.audience_step.builder.unfinished_count and step in (Step.AUDIENCE, Step.REVIEW):
            return "A condition has no value yet. Finish it or remove it."
        if step is not Step.REVIEW:
            return ""
        return why_not_launch(self._desk.user(), self._settings, self._state) or self.launching.why_not()

    def apply(self, state: WizardState) -> None:
        """Take a new state: count if it says so, show it, and keep the draft a moment later."""
        changed = state.draft != self._state.draft
        recount = state.counting and state is not self._state and state.template is not None
        self._state = state
        if recount and (changed or not self.reach.counting):
            self._count()
        if changed and not self.launching.running:
            self.keeper.later(state.draft)
        self.refresh()

    def go(self, state: WizardState) -> None:
        """Another step: its page, and the keyboard on it."""
        moved = state.step != self._state.step
        if moved:
            self.view.review_step.show_problem("", "")
        self.apply(state)
        if moved:
            self.view.step_pages[state.step - 1].setFocus()

    def refresh(self) -> None:
        busy = self.once.running
        review = ReviewLook(
            self._settings, self.reach.limits, self.launching.look(), self.hands.list_names,
            self.hands.broadcast_names, self._takers, busy,
        )  # fmt: skip
        look = WizardLook(
            self._problem, self.blocked_by(), why_not_save(self._desk.user(), self._settings),
            self.reach.recipients, self.reach.at, busy, self.reach.lately, self.file.busy,
            self.file.problem, self._no_test(), review, self.colleagues.last_changed(),
        )  # fmt: skip
        self.view.show_state(self._state, look)

    def _header_kind(self) -> str:
        return self._state.template.header_kind if self._state.template is not None else ""

    def _no_test(self) -> str:
        """Why no test can be sent now."""
        if self.launching.testing:
            return "The test is being sent."
        refused = why_not_save(self._desk.user(), self._settings)
        at_message = replace(self._state, step=Step.MESSAGE, breakdown=None)
        return refused or replace(at_message, step=Step.TEMPLATE).blocked_by() or at_message.blocked_by()

    # Loading and counting.

    async def _begin(self, draft_id: int | None, template_id: int | None = None) -> None:
        app = self._desk.app
        self._settings = await app.workspace.settings()
        self._vocabulary = await vocabulary_of(self._desk)
        self.view.message_step.variables.show_fields(list(self._vocabulary.attributes))
        state = self._state
        if draft_id is not None:
            state = await self._opened(await app.broadcasts.get(draft_id))
        elif template_id is not None:
            state = state.choose_template(await app.templates.get(template_id)).next()
        state = self._build_filter(state)
        await self._load_templates()
        self.apply(state)
        self.view.template_step.show_template(state.template)
        if state.step is Step.TEMPLATE:
            self.view.template_step.search.setFocus()
        people, bots = await takers(self._desk)
        self._takers = [*people, *bots]
        self.view.when_step.replies.show_choices(people, bots)
        await self.hands.load()
        self.refresh()

    async def _opened(self, record: BroadcastRecord) -> WizardState:
        """A draft to go on with: at its audience, or at the review where somebody waits for this person's yes."""
        self.colleagues.record = record
        self.keeper.opened(record)
        chosen = record.draft.template_id
        template = await self._desk.app.templates.get(chosen) if chosen is not None else None
        step = Step.AUDIENCE if template and not stands_against(template) else Step.TEMPLATE
        state = WizardState(record.draft, step, template, counting=template is not None)
        asked = await self._desk.app.approvals.of(record.id)
        self.launching.approval = asked[0] if asked else None
        if waits_for(self.launching.approval, self._desk.user().id):
            return state.go_to(Step.REVIEW)
        return state

    def _build_filter(self, state: WizardState) -> WizardState:
        """The builder with the draft's conditions; one on an attribute that is gone falls away."""
        builder = self.view.audience_step.builder
        builder.show_filter(state.draft.audience, self._vocabulary)
        if builder.group.filter() != state.draft.audience:
            return state.choose_audience(builder.group.filter())
        return state

    async def _load_templates(self) -> None:
        templates = await self._desk.app.templates.every()
        self.view.template_step.show_templates(templates)
        chosen = self._state.template
        fresh = next((one for one in templates if chosen is not None and one.id == chosen.id), chosen)
        if fresh != chosen and fresh is not None:
            self.apply(replace(self._state, template=fresh, counting=True))
        self.view.template_step.show_template(self._state.template)

    async def _load_number(self, source: NumberSource) -> None:
        self.view.summary.pace.show_number(await source())

    async def _load_settings(self) -> None:
        self._settings = await self._desk.app.workspace.settings()
        self.refresh()

    def _count(self) -> None:
        self._problem = ""
        self.reach.count()

    def _counted(self, counts: Breakdown) -> None:
        self._problem = ""
        self._state = self._state.counted(counts)
        self.refresh()

    def _people_read(self, shown: Sequence[Recipient]) -> None:
        self.view.audience_step.recipients.show_recipients(shown)
        self.refresh()

    def _count_failed(self, problem: Exception) -> None:
        if not isinstance(problem, Problem):
            return
        self._problem = problem.sentence
        if isinstance(problem, BadFilter) and problem.field:
            self.view.audience_step.builder.group.show_problem(problem.field, problem.sentence)
        self.refresh()

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.TEMPLATE):
            self._retemplate.soon()
        if changes.has(Topic.SETTINGS):
            self._desk.tasks.spawn(self, self._load_settings(), on_problem=self._failed)
        if changes.has(Topic.CONTACT) or changes.has(Topic.SETTINGS):
            self.reach.count_soon()
        self.hands.heard(changes)
        if not self.launching.running:
            self.keeper.heard(changes)
            self.launching.heard(changes)

    # What a person does.

    def choose_template(self, template: Template) -> None:
        if self._state.template is None or template.id != self._state.template.id:
            self.reach.at = 0
            self.apply(self._state.choose_template(template))
        self.view.template_step.show_template(template)

    def choose_audience(self, wanted: Filter) -> None:
        if wanted == self._state.draft.audience:
            self.refresh()
        else:
            self.reach.at = 0
            self.apply(self._state.choose_audience(wanted))

    def choose_source(self, source: Source) -> None:
        if source != self._state.draft.selection.source:
            self.reach.at = 0
            other = source.kind is not self._state.draft.selection.source.kind
            self.apply(self._state.choose_source(source))
            if other:
                self.hands.show_picked()

    def schedule(self, when: When) -> None:
        self.apply(self._state.schedule(when))
        self.reach.look_at_limits()

    def bring_file(self, media_id: str, name: str) -> None:
        self.apply(self._state.bring_file(media_id, name, self._desk.app.clock.now()))

    def set_variable(self, variable: Variable) -> None:
        self.apply(self._state.set_variable(variable))

    def turn(self, by: int) -> None:
        self.reach.turn(by)
        self.refresh()

    def why(self, contact_id: int, line: Line) -> None:
        """Why a person of the preview gets the message, or not."""

        async def ask_why(template_id: int) -> None:
            before = line.reason if line in NOT_ABOUT_CONSENT else None
            only = self._state.draft.only_opted_in
            wanted = await why_contact(
                self._desk, self, contact_id, template_id, Path.BROADCAST, only_opted_in=only, before=before
            )
            if wanted is not None:
                self.event_requested.emit(wanted.contact_id, wanted.event_id)

        if self._state.template is not None:
            self._desk.tasks.spawn(self, ask_why(self._state.template.id), on_problem=self._failed)

    def refresh_templates(self) -> None:
        async def refresh() -> None:
            count = await self._desk.app.templates.refresh()
            self._desk.toasts.show_toast(f"{count:,} templates read from WhatsApp", "done")

        self._desk.tasks.spawn(self, refresh(), on_problem=self._failed)

    def go_on(self) -> None:
        """The next step, or the launch."""
        self.view.audience_step.builder.flush_typing()
        if not self.view.next_button.isEnabled() or self.blocked_by():
            return
        if self._state.step is Step.REVIEW:
            self.once.start(self.launching.launch, on_problem=self._launch_failed)
        else:
            self.go(self._state.next())

    def go_back(self) -> None:
        """The step before, or all broadcasts."""
        if self._state.step is Step.TEMPLATE:
            self.leave()
        else:
            self.go(self._state.back())

    def leave(self) -> None:
        """Back to all broadcasts; what was chosen is kept as a draft."""
        self.once.start(self._leave, on_problem=self._failed)

    async def settle(self) -> None:
        """Return when what was chosen and typed so far is kept as a draft."""
        self.view.audience_step.builder.flush_typing()
        await self.keeper.settle()

    async def _leave(self) -> None:
        draft = self._state.draft
        if self.keeper.theirs is not None:
            await self.keeper.part(draft)
            self._desk.toasts.show_toast("Your version is kept as a draft of its own", "done")
        elif self.keeper.worth_keeping(draft):
            told = self.keeper.differs(draft)
            await self.keeper.now(draft)
            if told:
                self._desk.toasts.show_toast("Kept as a draft", "done")
        self.left.emit()

    def save(self) -> None:
        async def save() -> None:
            try:
                await self.keeper.now(self._state.draft)
            except DraftChanged:
                return
            self._desk.toasts.show_toast("Draft saved", "done")

        self._desk.tasks.spawn(self, save(), on_problem=self._failed)

    def take_up(self, record: BroadcastRecord, template: Template | None) -> None:
        """A colleague's version, in place of this one."""
        self._state = replace(self._state, draft=record.draft, template=template)
        self.view.message_step.variables.show_fields(list(self._vocabulary.attributes))
        state = self._build_filter(self._state)
        self.apply(replace(state, counting=template is not None))
        self.view.template_step.show_template(template)
        self.hands.show_picked()

    # The launch.

    def _launch_failed(self, problem: Exception) -> None:
        if isinstance(problem, DraftChanged):
            return  # said at the top, with what can be done
        if isinstance(problem, Problem):
            self.view.review_step.show_problem(problem.title, problem.sentence)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
