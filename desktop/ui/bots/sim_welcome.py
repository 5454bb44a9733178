"""Before anything was said: what begins the flow, and buttons that do."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.flow import FlowDefinition
from desktop.domain.flow_words import trigger_words
from desktop.ui.bots.sim_openings import Opening
from desktop.ui.parts.button import Button
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WRITE: Final = "Write what a customer would write. The flow begins where one of its triggers takes it:"
NO_TRIGGER: Final = "No trigger begins this flow. A colleague starts it, or another flow jumps to it."
EMPTY: Final = "Nothing to try yet: the flow has no step."
MOST: Final = 8


class SimWelcome(QWidget):
    """`opening_chosen(Incoming)`; `by_hand_requested`: as a colleague starts it."""

    opening_chosen = Signal(object)
    by_hand_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Opening, ...] | None = None
        self.words = Label("", "soft", wrap=True, name="simulator_welcome_words")
        self.triggers = Label("", wrap=True, name="simulator_welcome_triggers")
        self.openings = QWidget()
        self._flow = FlowLayout(self.openings, spacing_px=6, line_spacing_px=6)
        self.by_hand = Button(theme, "Start it by hand", "link", name="simulator_by_hand")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(8)
        for part in (self.words, self.triggers, self.openings):
            column.addWidget(part)
        column.addWidget(self.by_hand, 0, Qt.AlignmentFlag.AlignLeading)
        self.by_hand.clicked.connect(self.by_hand_requested)
        named(self, "simulator_welcome")

    def show_openings(self, found: Sequence[Opening], definition: FlowDefinition) -> None:
        """What begins this flow."""
        told = "\n".join(f"• {trigger_words(one)}" for one in definition.triggers)
        empty = not definition.first_id
        self.words.setText(EMPTY if empty else WRITE if told else NO_TRIGGER)
        self.triggers.setText(told)
        self.triggers.setVisible(bool(told) and not empty)
        self.by_hand.setVisible(not empty)
        wanted = () if empty else tuple(found[:MOST])
        if wanted == self._shown:
            return
        self._shown = wanted
        self._flow.clear()
        for at, one in enumerate(wanted):
            button = Button(self._theme, one.words, name=f"simulator_opening_{at + 1}")
            button.clicked.connect(lambda _=False, one=one: self.opening_chosen.emit(one.incoming))
            self._flow.addWidget(button)
            button.show()
        self.openings.setVisible(bool(wanted))
