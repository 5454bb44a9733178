"""Step 5: everything at a glance before it leaves."""

from collections.abc import Callable
from datetime import datetime
from html import escape

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.filter_words import filter_sentence
from desktop.domain.template_notices import warnings
from desktop.ui.broadcasts.summary import line_note, pace_words, shown_lines
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.card import Card
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, Rule
from desktop.ui.templates import words as template_words
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.theme import Theme


class ReviewStep(QWidget):
    """The choices, the counts, and what stands against the launch."""

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.notices = NoticeBanners(theme, name="wizard_review_notices")
        self.problem = Banner(theme, "danger", "", icon="warning-circle", name="wizard_launch_problem")
        self.problem.hide()
        self.warning = Banner(theme, "warn", "", name="wizard_review_warning")
        self.warning.hide()
        self.template = KeyValue(theme, "Template", "", name="wizard_review_template")
        self.category = Badge(theme, "Marketing")
        self.audience = KeyValue(theme, "Who", "", name="wizard_review_audience")
        self.counts = KeyValue(theme, "Will be sent to", "", name="wizard_review_counts")
        self.left_out = KeyValue(theme, "Left out", "", name="wizard_review_left_out")
        self.toggle = KeyValue(theme, "Only contacts who opted in", "", name="wizard_review_toggle")
        self.starts = KeyValue(theme, "When", "Now, after you confirm", name="wizard_review_when")
        self.pace = KeyValue(theme, "Takes about", "–", name="wizard_review_pace")
        card = Card("Is everything right?", name="wizard_review_card", spacing_px=6)
        badge_row = QHBoxLayout()
        badge_row.addWidget(Label("Category", "muted"))
        badge_row.addStretch(1)
        badge_row.addWidget(self.category)
        card.body.addWidget(self.template)
        card.body.addLayout(badge_row)
        card.body.addWidget(self.audience)
        card.body.addWidget(Rule())
        for row in (self.counts, self.left_out, self.toggle):
            card.body.addWidget(row)
        card.body.addWidget(Rule())
        card.body.addWidget(self.starts)
        card.body.addWidget(self.pace)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for widget in (self.problem, self.notices, self.warning, card):
            column.addWidget(widget)
        column.addStretch(1)

    def show_state(self, state: WizardState, pace_per_s: int | None, known: bool) -> None:
        template, counts = state.template, state.breakdown
        if template is None:
            return
        self.notices.show_notices(warnings(template, self._now()))
        self.template.show_value(f"{template.name} · {template.language}")
        text, kind = template_words.CATEGORY[template.effective_category]
        self.category.show_badge(text, kind)
        self.audience.show_value(filter_sentence(state.draft.audience))
        self.toggle.setVisible(state.shows_toggle)
        on = state.draft.only_opted_in
        self.toggle.show_value(
            "On" if on else "Off – contacts who opted out are included", color=None if on else "warn"
        )
        if counts is not None:
            self.counts.show_value(f"{counts.will_be_sent_count:,} of {counts.selected_count:,} selected")
            self.left_out.show_value(left_out_words(state))
            self.pace.show_value(pace_words(counts.will_be_sent_count, pace_per_s) if known else "–")
        despite = counts.despite_count if counts else 0
        self.warning.setVisible(state.shows_toggle and not on)
        if state.shows_toggle and not on:
            self.warning.show_banner(
                "warn",
                f"<b>{despite:,} contact{'' if despite == 1 else 's'} who opted out will get this message.</b> "
                "You will be asked to confirm and give a reason.",
            )

    def show_problem(self, title: str, sentence: str) -> None:
        self.problem.setVisible(bool(title))
        if title:
            self.problem.show_banner("danger", f"<b>{escape(title)}.</b> {escape(sentence)}")


def left_out_words(state: WizardState) -> str:
    """'10 opted out, 2 no phone number', or 'Nobody'."""
    if state.breakdown is None:
        return "–"
    parts = [
        f"{count:,} {line.label[0].lower()}{line.label[1:]}"
        for line, count in shown_lines(state.breakdown)
        if line_note(line, count) == "left out"
    ]
    return ", ".join(parts) or "Nobody"
