"""Step 4: when it leaves."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.broadcasts.summary import pace_words
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme


class WhenStep(QWidget):
    """Now; and how long it will take."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        card = Card("When should it go?", name="wizard_when_card")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Glyph(theme, "paper-plane-tilt", "accent", 20), 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(Label("Now", "strong", name="wizard_when_now"))
        text.addWidget(
            Label(
                "The messages start to leave as soon as you confirm on the next page. Until the last one has "
                "left you can pause or stop it.",
                "soft",
                wrap=True,
            )
        )
        row.addLayout(text, 1)
        card.body.addLayout(row)
        self.pace = Card("How fast?", spacing_px=4, name="wizard_when_pace")
        self.limit = KeyValue(theme, "Pace of this workspace", "–", name="wizard_when_limit")
        self.takes = KeyValue(theme, "Takes about", "–", name="wizard_when_takes")
        self.note = Label(
            "A reply that a colleague writes goes before the broadcast’s next messages. When WhatsApp asks to "
            "slow down, the pace is halved and grows again by itself.",
            "muted",
            wrap=True,
        )
        for widget in (self.limit, self.takes, self.note):
            self.pace.body.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(card)
        column.addWidget(self.pace)
        column.addStretch(1)

    def show_state(self, state: WizardState, pace_per_s: int | None, known: bool) -> None:
        count = state.breakdown.will_be_sent_count if state.breakdown else None
        if not known:
            return
        limit = "no limit (sandbox)" if pace_per_s is None else f"{pace_per_s:,} messages a second"
        self.limit.show_value(limit)
        self.takes.show_value(pace_words(count, pace_per_s))
