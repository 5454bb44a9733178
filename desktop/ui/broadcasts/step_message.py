"""Step 3: what stands in the template's variables."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.broadcasts.summary import MessageCard
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import stacked
from desktop.ui.parts.label import Label
from desktop.ui.templates.variables_grid import VariablesGrid
from desktop.ui.theme import Theme

BUBBLE_PX = 520


class VariablesCard(Card):
    """One line per variable: a field of the contact or a text; with a field, what stands in when it is empty."""

    variable_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("What stands in the variables?", name="wizard_variables_card")
        self.none = Label("This template has no variables: everyone gets the same words.", "soft", wrap=True)
        self.missing = Label("", "muted", wrap=True, color="warn", name="wizard_variables_missing")
        self.grid = VariablesGrid(theme, name="wizard_variable")
        self.grid.variable_changed.connect(self.variable_changed)
        self.body.addWidget(self.none)
        self.body.addWidget(self.grid)
        self.body.addWidget(self.missing)

    def show_fields(self, attributes: Sequence[str]) -> None:
        """The contact's fields that can stand in a variable."""
        self.grid.show_fields(attributes)

    def show_state(self, state: WizardState) -> None:
        template, variables = state.template, state.draft.variables
        self.grid.show_variables(template, variables, state.still_examples)
        self.none.setVisible(template is not None and not variables)
        count = state.breakdown.count(Line.MISSING_VARIABLE) if state.breakdown else 0
        people = "contact has" if count == 1 else "contacts have"
        self.missing.setText(
            f"{count:,} {people} no value for a variable and will be left out. A text for when it is missing "
            "lets them get the message."
        )
        self.missing.setVisible(bool(count) and not state.counting)


class MessageStep(QWidget):
    """The variables, and below the message of one real recipient after the other."""

    variable_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.variables = VariablesCard(theme)
        self.variables.variable_changed.connect(self.variable_changed)
        self.message = MessageCard(theme, name="wizard_preview", paging=True)
        self._narrow_bubble(theme.px(BUBBLE_PX))
        column = stacked(self.variables, self.message)
        column.setSpacing(16)
        column.setStretch(1, 0)
        column.addStretch(1)
        self.setLayout(column)

    def _narrow_bubble(self, most_px: int) -> None:
        """In a row of its own: a column asks for the height that the bubble has at the column's full width."""
        body, bubble = self.message.body, self.message.bubble
        at = body.indexOf(bubble)
        body.removeWidget(bubble)
        bubble.setMaximumWidth(most_px)
        row = QHBoxLayout()
        row.addWidget(bubble, 1)
        row.addStretch()
        body.insertLayout(at, row)

    def show_state(self, state: WizardState) -> None:
        self.variables.show_state(state)
