"""Step 5: everything at a glance before it leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import FILE_NAME, WizardState
from desktop.domain.settings import Settings
from desktop.domain.zones import zone
from desktop.services.limits import LimitsNow
from desktop.ui.broadcasts import review_words as said
from desktop.ui.broadcasts.approval_card import ApprovalCard, ApprovalLook
from desktop.ui.broadcasts.step_template import told_of
from desktop.ui.broadcasts.when_after import Named, retry_words, route_words
from desktop.ui.broadcasts.when_pace import ends_words, takes_words
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.card import Card
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, Rule
from desktop.ui.templates import words as template_words
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class ReviewLook:
    """What the review shows beside the state. approval None: no second yes is needed. lists, earlier: names by id."""

    settings: Settings | None = None
    limits: LimitsNow | None = None
    approval: ApprovalLook | None = None
    lists: Mapping[int, str] = field(default_factory=dict)
    earlier: Mapping[int, str] = field(default_factory=dict)
    takers: Sequence[Named] = ()
    busy: bool = False


class ReviewStep(QWidget):
    """The choices, the counts, and what stands against the launch; `people_requested(line)`."""

    people_requested = Signal(object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.notices = NoticeBanners(theme, name="wizard_review_notices")
        self.problem = Banner(theme, "danger", "", icon="warning-circle", name="wizard_launch_problem")
        self.problem.hide()
        self.warning = Banner(theme, "warn", "", name="wizard_review_warning")
        self.warning.action_requested.connect(lambda: self.people_requested.emit(Line.WILL_DESPITE))
        self.warning.hide()
        self.approval = ApprovalCard(theme)
        self.approval.people_requested.connect(lambda: self.people_requested.emit(Line.WILL_DESPITE))
        self.category = Badge(theme, "Marketing")
        self.rows = {
            key: KeyValue(theme, words, "", name=f"wizard_review_{key}")
            for key, words in (
                ("template", "Template"),
                ("file", "File"),
                ("audience", "Who"),
                ("excluded", "But not"),
                ("counts", "Will be sent to"),
                ("left_out", "Left out"),
                ("toggle", "Only contacts who opted in"),
                ("missing", "Whoever lacks a value"),
                ("when", "When"),
                ("pace", "Takes about"),
                ("ends", "Ends"),
                ("replies", "Replies go to"),
                ("retry", "What failed"),
            )
        }
        card = Card("Is everything right?", name="wizard_review_card", spacing_px=4)
        card.header.setContentsMargins(0, 0, 0, 6)
        badge_row = QHBoxLayout()
        badge_row.setContentsMargins(0, 1, 0, 1)
        badge_row.addWidget(Label("Category", "muted"))
        badge_row.addStretch(1)
        badge_row.addWidget(self.category)
        card.body.addWidget(self.rows["template"])
        card.body.addLayout(badge_row)
        for keys in (
            ("file", "audience", "excluded"),
            ("counts", "left_out", "toggle", "missing"),
            ("when", "pace", "ends", "replies", "retry"),
        ):
            for key in keys:
                card.body.addWidget(self.rows[key])
            if "retry" not in keys:
                card.body.addWidget(Rule())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for widget in (self.problem, self.notices, self.warning, self.approval, card):
            column.addWidget(widget)
        column.addStretch(1)

    def show_state(self, state: WizardState, look: ReviewLook) -> None:
        template = state.template
        if template is None:
            return
        self.notices.show_notices(told_of(template, self._now()))
        text, kind = template_words.CATEGORY[template.effective_category]
        self.category.show_badge(text, kind)
        self._show("template", f"{template.name} · {template.language}")
        self._show("file", str(state.draft.asked.get(FILE_NAME, "")), optional=True)
        self._show("audience", said.who_words(state, look.lists, look.earlier))
        exclusions = state.draft.selection.exclusions
        self._show("excluded", "" if exclusions.are_none else said.exclusion_words(exclusions), optional=True)
        self._show("missing", said.missing_words(state), optional=True)
        self._show("replies", route_words(state.draft.afterwards, look.takers))
        self._show("retry", retry_words(state.draft.afterwards))
        self._show_counts(state)
        self._show_time(state, look)
        self._show_toggle(state, look)
        self.approval.show_look(look.approval, self._now(), busy=look.busy)

    def _show(self, key: str, value: str, *, optional: bool = False) -> None:
        self.rows[key].show_value(value)
        self.rows[key].setVisible(bool(value) or not optional)

    def _show_counts(self, state: WizardState) -> None:
        counts = state.breakdown
        sent = f"{counts.will_be_sent_count:,} of {counts.selected_count:,} selected" if counts else "–"
        self._show("counts", sent)
        self._show("left_out", said.left_out_words(state))

    def _show_time(self, state: WizardState, look: ReviewLook) -> None:
        if look.settings is None:
            return
        when, now = state.draft.when, self._now()
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        self._show("when", said.when_words(when, zone(look.settings.time_zone)))
        self._show("pace", takes_words(count, when, look.settings.pace_per_s, look.limits))
        self._show("ends", ends_words(count, when, look.limits, now), optional=True)

    def _show_toggle(self, state: WizardState, look: ReviewLook) -> None:
        on, despite = state.draft.only_opted_in, state.breakdown.despite_count if state.breakdown else 0
        toggle = self.rows["toggle"]
        toggle.setVisible(state.shows_toggle)
        off = "Off – contacts who opted out are included"
        toggle.show_value("On" if on else off, color=None if on else "warn")
        self.warning.setVisible(state.shows_toggle and not on and look.approval is None)
        if state.shows_toggle and not on:
            self.warning.show_banner(
                "warn",
                f"<b>{despite:,} contact{'' if despite == 1 else 's'} who opted out will get this message.</b> "
                "You will be asked to confirm and give a reason.",
                "Show them" if despite else "",
            )

    def show_problem(self, title: str, sentence: str) -> None:
        self.problem.setVisible(bool(title))
        if title:
            self.problem.show_banner("danger", f"<b>{escape(title)}.</b> {escape(sentence)}")
