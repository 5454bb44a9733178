"""The wizard: five steps from a template to a launch. The state is a value; the view shows it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast_wizard import Step, WizardState
from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Path
from desktop.domain.filters import BadFilter, Filter
from desktop.domain.problems import Problem
from desktop.domain.settings import Settings
from desktop.domain.template_notices import not_sendable
from desktop.domain.templates import Template, Variable
from desktop.ui.broadcasts.draft_keeper import DraftKeeper
from desktop.ui.broadcasts.launch_dialogs import ask_before_launch
from desktop.ui.broadcasts.reach import Reach
from desktop.ui.broadcasts.rights import why_not_launch, why_not_save
from desktop.ui.broadcasts.segment_choice import SegmentChoice
from desktop.ui.broadcasts.step_audience import Recipient
from desktop.ui.broadcasts.summary import NumberInfo
from desktop.ui.broadcasts.wizard_view import WizardLook, WizardView
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
        self._launching = False
        self.view = WizardView(desk.theme, desk.app.clock.now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        named(self, "wizard", "New broadcast")
        tasks = desk.tasks
        self.keeper = DraftKeeper(tasks, self, desk.app.broadcasts, desk.user, self._failed)
        self.reach = Reach(
            tasks, self, desk.app.broadcasts, lambda: self._state,
            on_counts=self._counted, on_people=self._people_read, on_problem=self._count_failed,
        )  # fmt: skip
        audience = self.view.audience_step
        SegmentChoice(desk, audience.segment, audience.builder, self._failed)
        self._retemplate = Reload(tasks, self, self._load_templates)
        self._once = Once(tasks, self, lambda busy: self._show())
        self._wire()
        desk.live.follow(self, self._heard)
        self._show()
        tasks.spawn(self, self._begin(draft_id, template_id), on_problem=self._failed)
        if number is not None:
            # A number that cannot be asked now stays a dash; nothing here depends on it.
            tasks.spawn(self, self._load_number(number), on_problem=lambda _: None)

    def _wire(self) -> None:
        view, tasks = self.view, self._desk.tasks
        view.renamed.connect(lambda text: self._apply(self._state.rename(text)))
        view.step_requested.connect(lambda index: self._go(self._state.go_to(Step(index + 1))))
        view.save_requested.connect(self._save_clicked)
        view.back_requested.connect(self.go_back)
        view.next_requested.connect(self.go_on)
        view.leave_requested.connect(self.leave)
        view.template_step.template_chosen.connect(self._choose_template)
        view.template_step.refresh_requested.connect(self._refresh_templates)
        view.audience_step.filter_requested.connect(self._choose_audience)
        view.audience_step.toggle_requested.connect(lambda on: self._apply(self._state.toggle(on)))
        view.audience_step.recipients.search_requested.connect(self._search_recipients)
        view.audience_step.recipients.contact_requested.connect(self.contact_requested)
        view.audience_step.recipients.why_requested.connect(
            lambda contact_id, line: tasks.spawn(self, self._why(contact_id, line), on_problem=self._failed)
        )
        view.message_step.variable_changed.connect(self._set_variable)
        view.message_step.message.step_requested.connect(self._turn)

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
        why, step = self._state.blocked_by(), self._state.step
        if why or step < Step.AUDIENCE:
            return why
        if self._problem:
            return self._problem
        if self.view.audience_step.builder.unfinished_count and step in (Step.AUDIENCE, Step.REVIEW):
            return "A condition has no value yet. Finish it or remove it."
        return why_not_launch(self._desk.user(), self._settings, self._state) if step is Step.REVIEW else ""

    def _apply(self, state: WizardState) -> None:
        """Take a new state: count if it says so, show it, and keep the draft a moment later."""
        changed = state.draft != self._state.draft
        recount = state.counting and state is not self._state and state.template is not None
        self._state = state
        if recount and (changed or not self.reach.counting):
            self._count()
        if changed and not self._launching:
            self.keeper.later(state.draft)
        self._show()

    def _go(self, state: WizardState) -> None:
        """Another step: its page, and the keyboard on it."""
        moved = state.step != self._state.step
        if moved:
            self.view.review_step.show_problem("", "")
        self._apply(state)
        if moved:
            self.view.step_pages[state.step - 1].setFocus()

    def _show(self) -> None:
        look = WizardLook(
            self._problem, self.blocked_by(), why_not_save(self._desk.user(), self._settings),
            self.reach.recipients, self.reach.at, self._settings, self._once.running,
        )  # fmt: skip
        self.view.show_state(self._state, look)

    # Loading and counting.

    async def _begin(self, draft_id: int | None, template_id: int | None = None) -> None:
        app = self._desk.app
        self._settings = await app.workspace.settings()
        attributes = {one.name: one for one in await app.contacts.attributes()}
        now = app.clock.now().astimezone()
        vocabulary = Vocabulary(
            attributes, await app.contacts.tag_names(), QDate(now.year, now.month, now.day),
            [one.name for one in await app.workspace.people()],
        )  # fmt: skip
        self.view.message_step.variables.show_fields(list(attributes))
        state = self._state
        if draft_id is not None:
            record = await app.broadcasts.get(draft_id)
            self.keeper.opened(draft_id, record.draft)
            chosen = record.draft.template_id
            template = await app.templates.get(chosen) if chosen is not None else None
            step = Step.AUDIENCE if template and not not_sendable(template) else Step.TEMPLATE
            state = WizardState(record.draft, step, template, counting=template is not None)
        elif template_id is not None:
            state = state.choose_template(await app.templates.get(template_id)).next()
        builder = self.view.audience_step.builder
        builder.show_filter(state.draft.audience, vocabulary)
        if builder.group.filter() != state.draft.audience:  # a condition on an attribute that is gone
            state = state.choose_audience(builder.group.filter())
        await self._load_templates()
        self._apply(state)
        self.view.template_step.show_template(state.template)
        if state.step is Step.TEMPLATE:
            self.view.template_step.search.setFocus()

    async def _load_templates(self) -> None:
        templates = await self._desk.app.templates.every()
        self.view.template_step.show_templates(templates)
        chosen = self._state.template
        fresh = next((one for one in templates if chosen is not None and one.id == chosen.id), chosen)
        if fresh != chosen and fresh is not None:
            self._apply(replace(self._state, template=fresh, counting=True))
        self.view.template_step.show_template(self._state.template)

    async def _load_number(self, source: NumberSource) -> None:
        self.view.summary.pace.show_number(await source())

    async def _load_settings(self) -> None:
        self._settings = await self._desk.app.workspace.settings()
        self._show()

    def _count(self) -> None:
        self._problem = ""
        self.reach.count()

    def _counted(self, counts: Breakdown) -> None:
        self._problem = ""
        self._state = self._state.counted(counts)
        self._show()

    def _people_read(self, shown: Sequence[Recipient]) -> None:
        self.view.audience_step.recipients.show_recipients(shown)
        self._show()

    def _count_failed(self, problem: Exception) -> None:
        if not isinstance(problem, Problem):
            return
        self._problem = problem.sentence
        if isinstance(problem, BadFilter) and problem.field:
            self.view.audience_step.builder.group.show_problem(problem.field, problem.sentence)
        self._show()

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.TEMPLATE):
            self._retemplate.soon()
        if changes.has(Topic.SETTINGS):
            self._desk.tasks.spawn(self, self._load_settings(), on_problem=self._failed)
        if changes.has(Topic.CONTACT) or changes.has(Topic.SETTINGS):
            self.reach.count_soon()

    # What a person does.

    def _choose_template(self, template: Template) -> None:
        if self._state.template is None or template.id != self._state.template.id:
            self.reach.at = 0
            self._apply(self._state.choose_template(template))
        self.view.template_step.show_template(template)

    def _choose_audience(self, wanted: Filter) -> None:
        if wanted == self._state.draft.audience:
            self._show()
        else:
            self.reach.at = 0
            self._apply(self._state.choose_audience(wanted))

    def _set_variable(self, variable: Variable) -> None:
        self._apply(self._state.set_variable(variable))

    def _turn(self, by: int) -> None:
        self.reach.turn(by)
        self._show()

    async def _why(self, contact_id: int, line: Line) -> None:
        """Why a person of the preview gets the message, or not."""
        template = self._state.template
        if template is None:
            return
        before = line.reason if line in NOT_ABOUT_CONSENT else None
        only = self._state.draft.only_opted_in
        wanted = await why_contact(
            self._desk, self, contact_id, template.id, Path.BROADCAST, only_opted_in=only, before=before
        )
        if wanted is not None:
            self.event_requested.emit(wanted.contact_id, wanted.event_id)

    def _search_recipients(self, text: str) -> None:
        self.reach.look_for(text)

    def _refresh_templates(self) -> None:
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
            self._once.start(self._launch, on_problem=self._launch_failed)
        else:
            self._go(self._state.next())

    def go_back(self) -> None:
        """The step before, or all broadcasts."""
        if self._state.step is Step.TEMPLATE:
            self.leave()
        else:
            self._go(self._state.back())

    def leave(self) -> None:
        """Back to all broadcasts; what was chosen is kept as a draft."""
        self._once.start(self._leave, on_problem=self._failed)

    async def settle(self) -> None:
        """Return when what was chosen and typed so far is kept as a draft."""
        self.view.audience_step.builder.flush_typing()
        await self.keeper.settle()

    async def _leave(self) -> None:
        draft = self._state.draft
        if self.keeper.worth_keeping(draft):
            told = self.keeper.differs(draft)
            await self.keeper.now(draft)
            if told:
                self._desk.toasts.show_toast("Kept as a draft", "done")
        self.left.emit()

    def _save_clicked(self) -> None:
        async def save() -> None:
            await self.keeper.now(self._state.draft)
            self._desk.toasts.show_toast("Draft saved", "done")

        self._desk.tasks.spawn(self, save(), on_problem=self._failed)

    # The launch.

    async def _launch(self) -> None:
        counts, draft = self._state.breakdown, self._state.draft
        if counts is None:
            return
        reason = await ask_before_launch(self._desk.theme, self.window(), self._state)
        if reason is None:
            return
        self._launching = True
        try:
            broadcast_id = await self.keeper.now(draft)
            await self._desk.app.broadcasts.launch(
                broadcast_id, self._desk.user(), reason=reason, approved_count=counts.will_be_sent_count
            )
        finally:
            self._launching = False
        self.launched.emit(broadcast_id)

    def _launch_failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.view.review_step.show_problem(problem.title, problem.sentence)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")
