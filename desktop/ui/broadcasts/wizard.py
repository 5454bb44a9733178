"""The wizard: five steps from a template to a launch. The state is a value; the steps show it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.domain.audience import Breakdown
from desktop.domain.broadcast import BroadcastDraft, Step, WizardState
from desktop.domain.changes import Changes, Topic
from desktop.domain.contacts import fields_of
from desktop.domain.filters import BadFilter, Filter
from desktop.domain.people import Right, may, require
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.settings import Settings
from desktop.domain.templates import Template, Variable, values_for
from desktop.ui.broadcasts.filter_builder import Vocabulary
from desktop.ui.broadcasts.frame import FOOTER_PX, HEADER_PX, Bar, Body, Pages, stacked
from desktop.ui.broadcasts.launch_dialogs import ask_despite, ask_launch, contacts_words
from desktop.ui.broadcasts.loads import Latest, Reload
from desktop.ui.broadcasts.step_audience import AudienceStep, Recipient
from desktop.ui.broadcasts.step_message import MessageStep
from desktop.ui.broadcasts.step_review import ReviewStep
from desktop.ui.broadcasts.step_template import TemplateStep
from desktop.ui.broadcasts.step_when import WhenStep
from desktop.ui.broadcasts.summary import NumberInfo, SummaryColumn
from desktop.ui.desk import Desk
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.steps import Steps
from desktop.ui.tasks import Once

SAVE_MS = 600
RECOUNT_MS = 500
TITLES = ("Template", "Audience", "Message", "When", "Review")
NumberSource = Callable[[], Awaitable[NumberInfo]]


class Wizard(QWidget):
    """`launched(broadcast id)` ends it, and so does `left` (the draft is kept)."""

    launched = Signal(int)
    left = Signal()
    contact_requested = Signal(int)

    def __init__(
        self, desk: Desk, number: NumberSource | None = None, *, draft_id: int | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._desk, self._number = desk, number
        self._id = draft_id
        self._state = WizardState()
        self._saved = BroadcastDraft()
        self._settings: Settings | None = None
        self._recipients: list[Recipient] = []
        self._at = 0
        self._problem = ""
        self._search = ""
        self._saving = asyncio.Lock()
        self._build()
        self._wire()
        tasks = desk.tasks
        self._counter = Latest(tasks, self, self._count_failed)
        self._people = Latest(tasks, self, self._count_failed)
        self._recount = Reload(tasks, self, self._count_again, wait_ms=RECOUNT_MS)
        self._retemplate = Reload(tasks, self, self._load_templates)
        self._once = Once(tasks, self, self._busy)
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(SAVE_MS)
        self._save_timer.timeout.connect(self._autosave)
        self._launching = False
        desk.live.follow(self, self._heard)
        self._show()
        tasks.spawn(self, self._begin(draft_id), on_problem=self._failed)
        if number is not None:
            tasks.spawn(self, self._load_number(number), on_problem=lambda _: None)

    # The screen.

    def _build(self) -> None:
        theme = self._desk.theme
        self.name = QLineEdit()
        self.name.setProperty("kind", "bare")
        self.name.setPlaceholderText("Name this broadcast")
        self.name.setMinimumWidth(theme.px(150))
        self.name.setMaximumWidth(theme.px(420))
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.name.setToolTip("The name, for you and your colleagues")
        named(self.name, "wizard_name", "Name of the broadcast")
        self._mute_name()
        theme.changed.connect(self._mute_name)
        self.steps = Steps(theme, TITLES, name="wizard_step")
        header = Bar(theme, "header", HEADER_PX, name="wizard_header")
        header.row.addWidget(Label("New broadcast", "h1"))
        header.row.addWidget(self.name, 1)
        header.row.addStretch(1)
        header.row.addWidget(self.steps)
        self.template_step = TemplateStep(theme)
        self.audience_step = AudienceStep(theme)
        self.message_step = MessageStep(theme)
        self.when_step = WhenStep(theme)
        self.review_step = ReviewStep(theme)
        self.pages = Pages()
        for page in self._step_pages:
            self.pages.addWidget(page)
        self.summary = SummaryColumn(theme)
        body = Body(name="wizard_body")
        across = QHBoxLayout()
        across.setSpacing(20)
        across.addWidget(self.pages, 1)
        across.addWidget(self.summary, 0)
        body.column.addLayout(across, 1)
        self.save_button = Button(theme, "Save draft", tooltip="Save draft (Ctrl+S)", name="wizard_save")
        self.back_button = Button(theme, "Back", name="wizard_back")
        self.next_button = Button(
            theme, "Continue", "primary", tooltip="Continue (Ctrl+Enter)", name="wizard_next"
        )
        self.why = Label("", "muted", name="wizard_why")
        footer = Bar(theme, "footer", FOOTER_PX, name="wizard_footer")
        footer.row.addWidget(self.save_button)
        footer.row.addStretch(1)
        for widget in (self.why, self.back_button, self.next_button):
            footer.row.addWidget(widget)
        self.setLayout(stacked(header, body, footer))
        named(self, "wizard", "New broadcast")

    @property
    def _step_pages(self) -> tuple[QWidget, ...]:
        return (self.template_step, self.audience_step, self.message_step, self.when_step, self.review_step)

    def _wire(self) -> None:
        self.name.textEdited.connect(lambda text: self._apply(self._state.rename(text)))
        self.name.returnPressed.connect(lambda: self.next_button.setFocus())
        self.steps.step_requested.connect(lambda index: self._go(self._state.go_to(Step(index + 1))))
        self.template_step.template_chosen.connect(self._choose_template)
        self.template_step.onward_requested.connect(self.go_on)
        self.template_step.refresh_requested.connect(self._refresh_templates)
        self.audience_step.filter_requested.connect(self._choose_audience)
        self.audience_step.toggle_requested.connect(lambda on: self._apply(self._state.toggle(on)))
        self.audience_step.recipients.search_requested.connect(self._search_recipients)
        self.audience_step.recipients.contact_requested.connect(self.contact_requested)
        self.message_step.variable_changed.connect(self._set_variable)
        self.message_step.message.step_requested.connect(self._turn)
        self.save_button.clicked.connect(self._save_clicked)
        self.back_button.clicked.connect(self.go_back)
        self.next_button.clicked.connect(self.go_on)
        for keys, act in (
            ("Ctrl+Return", self.go_on),
            ("Ctrl+Enter", self.go_on),
            ("Ctrl+S", self._save_clicked),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)

    def _mute_name(self) -> None:
        theme = self._desk.theme
        self.name.setStyleSheet(
            f"color: {theme.tokens.muted}; font-size: {theme.px(12)}px; min-height: {theme.px(22)}px"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    # What it knows.

    @property
    def state(self) -> WizardState:
        return self._state

    @property
    def draft_id(self) -> int | None:
        return self._id

    @property
    def _counts(self) -> Breakdown | None:
        return self._state.breakdown

    def _apply(self, state: WizardState) -> None:
        """Take a new state: count if it says so, show it, and keep the draft a moment later."""
        changed = state.draft != self._state.draft
        recount = state.counting and state is not self._state and state.template is not None
        self._state = state
        if recount and (changed or not self._counter.running):
            self._count()
        if changed and not self._launching:
            self._save_timer.start()
        self._show()

    def _go(self, state: WizardState) -> None:
        """Another step: its page, and the keyboard on it."""
        if state.step == self._state.step:
            self._apply(state)
            return
        self.review_step.show_problem("", "")
        self._apply(state)
        page = self._step_pages[state.step - 1]
        page.setFocus()

    def _show(self) -> None:
        state, settings = self._state, self._settings
        known, pace = settings is not None, settings.pace_per_s if settings else None
        if self.name.text() != state.draft.name:
            self.name.setText(state.draft.name)
        self.steps.show_step(state.step - 1)
        self.pages.setCurrentIndex(state.step - 1)
        self.summary.setVisible(state.step is not Step.TEMPLATE)
        self.summary.message.setVisible(state.step is not Step.MESSAGE)
        self.summary.counts.show_state(state, self._problem, self._unfinished_count)
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        self.summary.pace.show_pace(count, pace, known)
        self.audience_step.show_state(state)
        self.message_step.show_state(state)
        self.when_step.show_state(state, pace, known)
        self.review_step.show_state(state, pace, known)
        self._show_message()
        self._show_footer()

    def _show_message(self) -> None:
        template, variables = self._state.template, self._state.draft.variables
        values: dict[str, str] = {one.name: one.text for one in variables if not one.field}
        who = ""
        if self._recipients:
            contact = self._recipients[self._at][0]
            who = contact.shown_name
            values = values_for(variables, fields_of(contact.name, contact.phone, contact.attributes))
        self.summary.message.show_message(template, values, who, self._at, len(self._recipients))
        self.message_step.message.show_message(template, values, who, self._at, len(self._recipients))

    def _show_footer(self) -> None:
        state, why = self._state, self.blocked_by()
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        text = "Continue"
        if state.step is Step.AUDIENCE and count is not None:
            text = f"Continue with {contacts_words(count)}"
        if state.step is Step.REVIEW:
            text = f"Send to {contacts_words(count)}" if count is not None else "Send"
        if state.step in (Step.AUDIENCE, Step.REVIEW) and state.counting and not self._problem:
            text, why = "Counting…", why or " "
        self.next_button.setText(text)
        self.next_button.setAccessibleName(text)
        self.next_button.setEnabled(not why and not self._once.running)
        self.why.setText(why.strip())
        self.back_button.setToolTip("Back" if state.step > Step.TEMPLATE else "Back to all broadcasts (Esc)")
        allowed = may(self._desk.user(), Right.BROADCAST)
        self.save_button.setEnabled(allowed)
        self.save_button.setToolTip("Save draft (Ctrl+S)" if allowed else self._forbidden())

    @property
    def _unfinished_count(self) -> int:
        return self.audience_step.builder.unfinished_count

    def blocked_by(self) -> str:
        """Why one cannot go on from here, "" when one can."""
        why = self._state.blocked_by()
        if why or self._state.step < Step.AUDIENCE:
            return why
        if self._problem:
            return self._problem
        if self._unfinished_count and self._state.step in (Step.AUDIENCE, Step.REVIEW):
            return "A condition has no value yet. Finish it or remove it."
        return self._forbidden() if self._state.step is Step.REVIEW else ""

    def _forbidden(self) -> str:
        """Why this person may not launch, "" when they may. The service asks the same."""
        user, settings = self._desk.user(), self._settings or Settings()
        try:
            require(user, Right.BROADCAST)
            if self._state.shows_toggle and not self._state.draft.only_opted_in:
                require(user, Right.BROADCAST_TO_OPTED_OUT, settings.override_roles)
        except NotAllowed as refused:
            return refused.sentence
        return ""

    # Loading and counting.

    async def _begin(self, draft_id: int | None) -> None:
        app = self._desk.app
        self._settings = await app.workspace.settings()
        attributes = {one.name: one for one in await app.contacts.attributes()}
        now = app.clock.now().astimezone()
        vocabulary = Vocabulary(
            attributes, await app.contacts.tag_names(), QDate(now.year, now.month, now.day)
        )
        self.message_step.variables.show_fields(list(attributes))
        state = self._state
        if draft_id is not None:
            record = await app.broadcasts.get(draft_id)
            self._saved = record.draft
            chosen = record.draft.template_id
            template = await app.templates.get(chosen) if chosen is not None else None
            state = WizardState(
                record.draft,
                Step.AUDIENCE if template else Step.TEMPLATE,
                template,
                counting=template is not None,
            )
        self.audience_step.builder.show_filter(state.draft.audience, vocabulary)
        heard = self.audience_step.builder.group.filter()
        if heard != state.draft.audience:  # a condition on an attribute that is gone
            state = state.choose_audience(heard)
        await self._load_templates()
        self._apply(state)
        if state.step is Step.TEMPLATE:
            self.template_step.search.setFocus()

    async def _load_templates(self) -> None:
        templates = await self._desk.app.templates.every()
        self.template_step.show_templates(templates)
        chosen = self._state.template
        fresh = next((one for one in templates if chosen is not None and one.id == chosen.id), chosen)
        if fresh != chosen and fresh is not None:
            self._apply(replace(self._state, template=fresh, counting=True))
        self.template_step.show_template(self._state.template)

    async def _load_number(self, source: NumberSource) -> None:
        self.summary.pace.show_number(await source())

    async def _refresh(self) -> None:
        count = await self._desk.app.templates.refresh()
        self._desk.toasts.show_toast(f"{count:,} templates read from WhatsApp", "done")

    def _refresh_templates(self) -> None:
        self._desk.tasks.spawn(self, self._refresh(), on_problem=self._failed)

    def _count(self) -> None:
        self._problem = ""
        self._counter.start(self._load_counts())
        self._people.start(self._load_people())

    async def _load_counts(self) -> None:
        template, draft = self._state.template, self._state.draft
        if template is None:
            return
        counts = await self._desk.app.broadcasts.count(
            draft.audience, template.effective_category, draft.only_opted_in, draft.variables
        )
        self._state = self._state.counted(counts)
        self._show()

    async def _load_people(self) -> None:
        template, draft = self._state.template, self._state.draft
        if template is None:
            return
        asked = (draft.audience, template.effective_category, draft.only_opted_in, draft.variables)
        rows = await self._desk.app.broadcasts.people(*asked)
        receiving = [row for row in rows if row[1].is_sent]
        self._recipients = receiving or rows
        self._at = min(self._at, max(0, len(self._recipients) - 1))
        shown = rows
        if self._search.strip():
            shown = await self._desk.app.broadcasts.people(*asked, search=self._search)
        self.audience_step.recipients.show_recipients(shown)
        self._show_message()

    async def _count_again(self) -> None:
        """Something changed elsewhere: count anew without greying the number; a running count goes first."""
        if self._counter.running:
            self._recount.soon()
        elif self._state.template is not None:
            self._count()

    def _count_failed(self, problem: Exception) -> None:
        if not isinstance(problem, Problem):
            return
        self._problem = problem.sentence
        if isinstance(problem, BadFilter) and problem.field:
            self.audience_step.builder.group.show_problem(problem.field, problem.sentence)
        self._show()

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.TEMPLATE):
            self._retemplate.soon()
        if changes.has(Topic.SETTINGS):
            self._desk.tasks.spawn(self, self._load_settings())
        if changes.has(Topic.CONTACT) or changes.has(Topic.SETTINGS):
            self._recount.soon()

    async def _load_settings(self) -> None:
        self._settings = await self._desk.app.workspace.settings()
        self._show()

    # What a person does.

    def _choose_template(self, template: Template) -> None:
        if self._state.template is None or template.id != self._state.template.id:
            self._at = 0
            self._apply(self._state.choose_template(template))
        self.template_step.show_template(template)

    def _choose_audience(self, wanted: Filter) -> None:
        if wanted == self._state.draft.audience:
            self._show()
        else:
            self._at = 0
            self._apply(self._state.choose_audience(wanted))

    def _set_variable(self, variable: Variable) -> None:
        self._apply(self._state.set_variable(variable))

    def _turn(self, by: int) -> None:
        self._at = max(0, min(len(self._recipients) - 1, self._at + by))
        self._show_message()

    def _search_recipients(self, text: str) -> None:
        self._search = text
        self._people.start(self._load_people())

    def _find(self) -> None:
        fields = {
            Step.TEMPLATE: self.template_step.search,
            Step.AUDIENCE: self.audience_step.recipients.search,
        }
        field = fields.get(self._state.step)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def go_on(self) -> None:
        """The next step, or the launch."""
        self.audience_step.builder.flush_typing()
        if not self.next_button.isEnabled() or self.blocked_by():
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

    async def _leave(self) -> None:
        if self._worth_keeping:
            new = self._state.draft != self._saved
            await self._save()
            if new:
                self._desk.toasts.show_toast("Kept as a draft", "done")
        self.left.emit()

    # Keeping the draft.

    @property
    def _worth_keeping(self) -> bool:
        """Nobody wants an empty draft, and an agent may not keep one."""
        chosen = self._id is not None or self._state.draft != BroadcastDraft()
        return chosen and may(self._desk.user(), Right.BROADCAST)

    async def _save(self) -> int:
        """Keep the draft as it is now; one at a time, so that there is only ever one row."""
        self._save_timer.stop()
        async with self._saving:
            draft = self._state.draft
            if self._id is None or draft != self._saved:
                self._id = await self._desk.app.broadcasts.save_draft(self._id, draft, self._desk.user())
                self._saved = draft
            return self._id

    def _autosave(self) -> None:
        if self._worth_keeping and not self._launching:
            self._desk.tasks.spawn(self, self._save(), on_problem=self._failed)

    def _save_clicked(self) -> None:
        async def save() -> None:
            await self._save()
            self._desk.toasts.show_toast("Draft saved", "done")

        self._desk.tasks.spawn(self, save(), on_problem=self._failed)

    # The launch.

    async def _launch(self) -> None:
        counts, draft = self._state.breakdown, self._state.draft
        if counts is None:
            return
        theme, window = self._desk.theme, self.window()
        reason = ""
        if self._state.shows_toggle and not draft.only_opted_in:
            given = await ask_despite(theme, window, draft.name, counts)
            if given is None:
                return
            reason = given
        elif not await ask_launch(theme, window, draft.name, counts):
            return
        self._launching = True
        try:
            broadcast_id = await self._save()
            await self._desk.app.broadcasts.launch(
                broadcast_id, self._desk.user(), reason=reason, approved_count=counts.will_be_sent_count
            )
        finally:
            self._launching = False
        self.launched.emit(broadcast_id)

    def _launch_failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.review_step.show_problem(problem.title, problem.sentence)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self._desk.toasts.show_toast(f"{problem.title}. {problem.sentence}", "danger")

    def _busy(self, busy: bool) -> None:
        self._show_footer()
