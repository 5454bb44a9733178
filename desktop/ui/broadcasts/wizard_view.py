"""What the wizard shows: header, the step's page, the right column, footer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.domain.account_state import advice
from desktop.domain.audience import Lately
from desktop.domain.broadcast import LONGEST_NAME
from desktop.domain.broadcast_wizard import Step, WizardState
from desktop.domain.consent import Category
from desktop.domain.contacts import fields_of
from desktop.domain.templates import values_for
from desktop.ui.broadcasts.launch_dialogs import contacts_words
from desktop.ui.broadcasts.recipients import Recipient
from desktop.ui.broadcasts.step_audience import AudienceStep
from desktop.ui.broadcasts.step_message import MessageStep
from desktop.ui.broadcasts.step_review import ReviewLook, ReviewStep
from desktop.ui.broadcasts.step_template import TemplateStep
from desktop.ui.broadcasts.step_when import WhenStep
from desktop.ui.broadcasts.summary import SummaryColumn
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import FOOTER_PX, HEADER_PX, Bar, Body, Pages, stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.steps import Steps
from desktop.ui.theme import Theme

TITLES = ("Template", "Audience", "Message", "When", "Review")
HINT_LETTERS: Final = 17  # so many x are the hint of a QLineEdit
CARET_PX: Final = 6


@dataclass(frozen=True, slots=True)
class WizardLook:
    """What the wizard shows beside its state.

    problem: why the audience cannot be counted; blocked_by: why one cannot go on; cannot_save: why not;
    recipients and at: whose message is shown; lately: who of them got the template; uploading, file_problem: of the
    header's file; no_test: why no test can be sent; review: what the review shows; last_changed: by whom and when.
    """

    problem: str = ""
    blocked_by: str = ""
    cannot_save: str = ""
    recipients: Sequence[Recipient] = ()
    at: int = 0
    busy: bool = False
    lately: Lately | None = None
    uploading: bool = False
    file_problem: str = ""
    no_test: str = ""
    review: ReviewLook = ReviewLook()
    last_changed: str = ""


class NameField(QLineEdit):
    """As wide as its text. The first click takes the whole name: the one that stands there is a proposal."""

    def __init__(self) -> None:
        super().__init__()
        self._fresh = False
        self.setMaxLength(LONGEST_NAME)
        self.textChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        hint, metrics = super().sizeHint(), self.fontMetrics()
        around_px = hint.width() - HINT_LETTERS * metrics.horizontalAdvance("x")
        text_px = metrics.horizontalAdvance(self.text() or self.placeholderText())
        return QSize(text_px + around_px + CARET_PX, hint.height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._fresh = event.reason() == Qt.FocusReason.MouseFocusReason

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if self._fresh:
            self._fresh = False
            self.selectAll()


class WizardView(QWidget):
    """show_state(state, look); what a person wants is `…_requested`, here or at a step."""

    renamed = Signal(str)
    step_requested = Signal(int)
    save_requested = Signal()
    back_requested = Signal()
    next_requested = Signal()
    leave_requested = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._now = theme, now
        self._step = Step.TEMPLATE
        self.name = NameField()
        self.steps = Steps(theme, TITLES, name="wizard_step")
        self.template_step = TemplateStep(theme, now)
        self.audience_step = AudienceStep(theme)
        self.message_step = MessageStep(theme)
        self.when_step = WhenStep(theme, now)
        self.review_step = ReviewStep(theme, now)
        self.summary = SummaryColumn(theme)
        self.step_pages: tuple[QWidget, ...] = (
            self.template_step, self.audience_step, self.message_step, self.when_step, self.review_step,
        )  # fmt: skip
        self.pages = Pages()
        for page in self.step_pages:
            self.pages.add_page(page)
        self.save_button = Button(theme, "Save draft", name="wizard_save")
        self.back_button = Button(theme, "Back", name="wizard_back")
        self.next_button = Button(
            theme, "Continue", "primary", tooltip="Continue (Ctrl+Enter)", name="wizard_next"
        )
        self.why = Label("", "muted", name="wizard_why")
        self.changed = Label("", "muted", name="wizard_last_changed")
        self.conflict = ConflictBanner(theme)
        body = Body(name="wizard_body")
        across = QHBoxLayout()
        across.setSpacing(20)
        across.addWidget(self.pages, 1)
        across.addWidget(self.summary, 0)
        body.column.addWidget(self.conflict)
        body.column.addLayout(across, 1)
        inner = body.widget()
        assert inner is not None
        # Its hint counts each text that wraps as a narrow block; without one the height at the real width counts.
        inner.setMinimumHeight(1)
        self.setLayout(stacked(self._header(), body, self._footer()))
        self._wire()
        named(self, "wizard_view", "New broadcast")

    def show_state(self, state: WizardState, look: WizardLook) -> None:
        """Show everything; what has not changed is not touched where that would show."""
        settings, limits = look.review.settings, look.review.limits
        known, pace = settings is not None, settings.pace_per_s if settings else None
        self._step = state.step
        if self.name.text() != state.draft.name:
            self.name.setText(state.draft.name)
        self.steps.show_step(state.step - 1)
        self.pages.show_page(state.step - 1)
        self.summary.setVisible(state.step is not Step.TEMPLATE)
        self.summary.message.setVisible(state.step is not Step.MESSAGE)
        self.summary.counts.show_state(state, look.problem, self.audience_step.builder.unfinished_count)
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        when, now = state.draft.when, self._now()
        self.summary.pace.show_pace(count, when, pace, limits, now, known=known)
        category = state.template.effective_category if state.template else Category.MARKETING
        said = advice(limits.restriction, limits.refuses, category) if limits else ""
        self.summary.pace.show_restriction(said)
        self.summary.counts.show_lately(look.lately, now)
        self.template_step.show_lately(look.lately)
        self.audience_step.show_state(state)
        self.message_step.show_state(state, now, uploading=look.uploading, file_problem=look.file_problem)
        self.when_step.show_state(state, settings, limits)
        self.when_step.test.show_ready(look.no_test, busy=look.busy)
        self.review_step.show_state(state, look.review)
        self.changed.setText(look.last_changed)
        self._show_message(state, look)
        self._show_footer(state, look)

    def find_field(self) -> None:
        """Ctrl+F: the search of this step."""
        fields = {
            Step.TEMPLATE: self.template_step.search,
            Step.AUDIENCE: self.audience_step.recipients.search,
        }
        field = fields.get(self._step)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave_requested.emit()
        else:
            super().keyPressEvent(event)

    def _header(self) -> Bar:
        theme = self._theme
        self.name.setProperty("kind", "bare")
        self.name.setPlaceholderText("Name this broadcast")
        self.name.setMinimumWidth(theme.px(150))
        self.name.setMaximumWidth(theme.px(420))
        self.name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.name.setToolTip("The name, for you and your colleagues")
        named(self.name, "wizard_name", "Name of the broadcast")
        self._mute_name()
        theme.changed.connect(self._mute_name)
        header = Bar(theme, "header", HEADER_PX, name="wizard_header")
        header.row.addWidget(Label("New broadcast", "h1"))
        header.row.addWidget(self.name)
        header.row.addStretch(1)
        header.row.addWidget(self.steps)
        return header

    def _footer(self) -> Bar:
        footer = Bar(self._theme, "footer", FOOTER_PX, name="wizard_footer")
        footer.row.addWidget(self.save_button)
        footer.row.addWidget(self.changed)
        footer.row.addStretch(1)
        for widget in (self.why, self.back_button, self.next_button):
            footer.row.addWidget(widget)
        return footer

    def _wire(self) -> None:
        self.name.textEdited.connect(self.renamed)
        self.name.returnPressed.connect(lambda: self.next_button.setFocus())
        self.steps.step_requested.connect(self.step_requested)
        self.template_step.onward_requested.connect(self.next_requested)
        self.save_button.clicked.connect(self.save_requested)
        self.back_button.clicked.connect(self.back_requested)
        self.next_button.clicked.connect(self.next_requested)
        keys: tuple[tuple[QKeySequence, Callable[[], object]], ...] = (
            (QKeySequence("Ctrl+Return"), self.next_requested.emit),
            (QKeySequence("Ctrl+Enter"), self.next_requested.emit),
            (QKeySequence("Ctrl+S"), self.save_requested.emit),
            (QKeySequence(QKeySequence.StandardKey.Find), self.find_field),
        )
        for sequence, act in keys:
            shortcut = QShortcut(sequence, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _mute_name(self) -> None:
        theme = self._theme
        self.name.setStyleSheet(
            f"color: {theme.tokens.muted}; font-size: {theme.px(12)}px; min-height: {theme.px(22)}px"
        )

    def _show_message(self, state: WizardState, look: WizardLook) -> None:
        variables = state.draft.variables
        values: dict[str, str] = {one.name: one.text for one in variables if not one.field}
        who = ""
        if look.recipients:
            contact = look.recipients[look.at][0]
            who = contact.shown_name
            values = values_for(variables, fields_of(contact.name, contact.phone, contact.attributes))
        for card in (self.summary.message, self.message_step.message):
            card.show_message(state.template, values, who, look.at, len(look.recipients))

    def _show_footer(self, state: WizardState, look: WizardLook) -> None:
        why = look.blocked_by
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        text = "Continue"
        if state.step is Step.AUDIENCE and count is not None:
            text = f"Continue with {contacts_words(count)}"
        if state.step is Step.REVIEW:
            text = _launch_words(state, count)
        counted_step = state.step in (Step.AUDIENCE, Step.REVIEW)
        waiting = counted_step and state.counting and not look.problem
        text = "Counting…" if waiting else text
        self.next_button.setText(text)
        self.next_button.setAccessibleName(text)
        self.next_button.setEnabled(not why and not waiting and not look.busy)
        self.why.setText(why)
        self.back_button.setToolTip("Back" if state.step > Step.TEMPLATE else "Back to all broadcasts (Esc)")
        self.save_button.setEnabled(not look.cannot_save)
        self.save_button.setToolTip(look.cannot_save or "Save draft (Ctrl+S)")


def _launch_words(state: WizardState, count: int | None) -> str:
    """'Send to 990 contacts', 'Schedule for 990 contacts'."""
    scheduled = state.draft.when.at is not None
    if count is None:
        return "Schedule" if scheduled else "Send"
    return f"{'Schedule for' if scheduled else 'Send to'} {contacts_words(count)}"


class ConflictBanner(Banner):
    """A colleague changed the same draft: `theirs_requested()` or `mine_requested()`; the other one is kept too."""

    theirs_requested = Signal()
    mine_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "warn", "", action="Take theirs", name="wizard_conflict")
        self.mine = Button(theme, "Keep mine", "banner-warn", name="wizard_conflict_mine")
        row = self.layout()
        assert row is not None
        row.addWidget(self.mine)
        self.action_requested.connect(self.theirs_requested)
        self.mine.clicked.connect(self.mine_requested)
        self.hide()

    def show_conflict(self, by_name: str) -> None:
        who = escape(by_name or "A colleague")
        self.show_banner(
            "warn",
            f"<b>{who} changed this draft while you worked on it.</b> Yours is not kept until you choose. Whichever "
            "you take, the other one stays as a draft of its own.",
            "Take theirs",
        )
        self.show()
