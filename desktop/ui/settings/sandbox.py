"""Sandbox: where the pretend WhatsApp is, and the way back to the beginning."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.settings.copyable import Copyable
from desktop.ui.theme import Theme

START_OVER = (
    "Brings the demo back: 1,000 contacts (970 opted in, 20 without a choice, 10 opted out) and a dozen "
    "conversations. Everything done in this workspace since then is gone; what the log of the pretend WhatsApp holds "
    "too. People and API keys stay."
)


class SandboxCard(Card):
    """A pretend WhatsApp on this computer. Nothing leaves it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Pretend WhatsApp", note="on this computer. Nothing leaves it.", name="sandbox_card")
        self.body.setSpacing(14)
        self.address = Copyable(theme, "Address", name="sandbox_address")
        help_text = "Speaks WhatsApp’s Cloud API; its control pages are below the same address."
        self.body.addWidget(FormRow("Address", self.address, help_text=help_text, name="row_sandbox_address"))


class StartOverCard(Card):
    """`start_over_requested` from its button."""

    start_over_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("Start over", name="start_over_card", spacing_px=14)
        self.body.addWidget(Label(START_OVER, "soft", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(12)
        self.note = Label("", "muted", wrap=True, name="start_over_note")
        self.button = Button(theme, "Start over", icon="arrow-counter-clockwise", name="sandbox_start_over")
        self.button.clicked.connect(self.start_over_requested)
        row.addWidget(self.note, 1)
        row.addWidget(self.button)
        self.body.addLayout(row)

    def show_state(self, *, busy: bool, refusal: str) -> None:
        self.button.setEnabled(not busy and not refusal)
        self.button.setText("Starting over…" if busy else "Start over")
        self.note.setText(refusal)
