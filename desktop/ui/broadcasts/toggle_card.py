"""The toggle of marketing templates, and what turning it off means."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.switch import Switch
from desktop.ui.theme import Theme

TOGGLE = "Send message to contacts who opted-in for marketing"


class ToggleCard(Card):
    """The toggle of marketing templates, on unless a person turns it off; off, the warning."""

    toggle_requested = Signal(bool)
    people_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=14, name="wizard_toggle_card")
        self.switch = Switch(theme, TOGGLE, checked=True, name="wizard_toggle")
        self.before = Label("", "muted", name="wizard_toggle_template")
        self.badge = Badge(theme, "Marketing", BadgeKind.MARKETING)
        self.warning = Banner(theme, "warn", "", name="wizard_toggle_warning")
        title = Label(TOGGLE, "title", wrap=True, tight=True)
        title.setBuddy(self.switch)
        small = QHBoxLayout()
        small.setSpacing(4)
        small.addWidget(self.before)
        small.addWidget(self.badge)
        small.addWidget(Label("template. Recommended: keep this on.", "muted"))
        small.addStretch(1)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(title)
        text.addLayout(small)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.warning)
        self.warning.action_requested.connect(lambda: self.people_requested.emit(Line.WILL_DESPITE))
        self.switch.clicked.connect(lambda: self.toggle_requested.emit(self.switch.isChecked()))

    def show_state(self, state: WizardState) -> None:
        self.setVisible(state.shows_toggle)
        if not state.shows_toggle or state.template is None:
            return
        on = state.draft.only_opted_in
        if self.switch.isChecked() != on:
            self.switch.setChecked(on)
        self.before.setText(f"“{state.template.name}” is a")
        self.warning.setVisible(not on)
        if not on:
            count = state.breakdown.despite_count if state.breakdown else 0
            shown = "Show them" if count else ""
            self.warning.show_banner("warn", warning_html(count, counting=state.counting), shown)


def warning_html(despite_count: int, *, counting: bool = False) -> str:
    """What stands under the toggle while it is off."""
    people = (
        f"{despite_count:,} contact{'' if despite_count == 1 else 's'} who opted out will get this message."
    )
    if counting:
        people = "Contacts who opted out will get this message."
    elif not despite_count:
        people = "Contacts who opted out are not left out any more; nobody selected has opted out now."
    return (
        f"<b>{escape(people)}</b> Blocks and reports from them can lower the quality rating of your number. "
        "You will be asked to confirm and give a reason."
    )
