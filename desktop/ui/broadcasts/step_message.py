"""Step 3: what stands in the template's variables, and the file it begins with."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.broadcasts.header_file import HeaderFileCard
from desktop.ui.broadcasts.summary import MessageCard
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.templates.variables_grid import VariablesGrid
from desktop.ui.theme import Theme

BUBBLE_PX = 520


class MissingChoice(QWidget):
    """What happens to whoever has no value and no text instead: `stop_requested(bool)`; `people_requested()`."""

    stop_requested = Signal(bool)
    people_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.count = Label("", "muted", wrap=True, name="wizard_variables_missing")
        self.who = Button(theme, "Show them", "link", name="wizard_missing_show")
        leave, stop = "Leave them out, with the reason", "Do not start while anybody lacks a value"
        self.leave = named(QRadioButton(leave), "wizard_missing_leave", leave)
        self.stop = named(QRadioButton(stop), "wizard_missing_stop", stop)
        group = QButtonGroup(self)
        group.addButton(self.leave)
        group.addButton(self.stop)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.count, 1)
        row.addWidget(self.who)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.leave)
        column.addWidget(self.stop)
        self.leave.clicked.connect(lambda: self.stop_requested.emit(False))
        self.stop.clicked.connect(lambda: self.stop_requested.emit(True))
        self.who.clicked.connect(self.people_requested)
        named(self, "wizard_missing", "Contacts without a value")

    def show_state(self, state: WizardState) -> None:
        """Shown where a variable can be empty: it comes from a field, and no text stands in for it."""
        open_ones = [one for one in state.draft.variables if one.field and not one.text.strip()]
        count = state.breakdown.count(Line.MISSING_VARIABLE) if state.breakdown else 0
        self.setVisible(bool(open_ones))
        stops = state.draft.stop_if_missing
        (self.stop if stops else self.leave).setChecked(True)
        people = "contact has" if count == 1 else "contacts have"
        then = ", so it does not start." if stops else " and will be left out."
        self.count.setText(
            f"{count:,} {people} no value for a variable{then} A text for when it is missing lets them get the message."
            if count
            else "Everybody has a value now. Should somebody have none when it starts:"
        )
        self.count.set_color("warn" if count else None)
        self.count.setEnabled(not state.counting)
        self.who.setVisible(bool(count))


class VariablesCard(Card):
    """One line per variable: a field of the contact or a text; with a field, what stands in when it is empty."""

    variable_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("What stands in the variables?", name="wizard_variables_card")
        self.none = Label("This template has no variables: everyone gets the same words.", "soft", wrap=True)
        self.missing = MissingChoice(theme)
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
        self.missing.show_state(state)


class MessageStep(QWidget):
    """The file, the variables, and below the message of one real recipient after the other."""

    variable_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.file = HeaderFileCard(theme)
        self.variables = VariablesCard(theme)
        self.variables.variable_changed.connect(self.variable_changed)
        self.message = MessageCard(theme, name="wizard_preview", paging=True)
        self._narrow_bubble(theme.px(BUBBLE_PX))
        column = stacked(self.file, self.variables, self.message)
        column.setSpacing(16)
        column.setStretch(1, 0)
        column.addStretch(1)
        self.setLayout(column)
        self.file.hide()

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

    def show_state(
        self, state: WizardState, now: datetime, *, uploading: bool = False, file_problem: str = ""
    ) -> None:
        self.file.show_state(state, now, busy=uploading, problem=file_problem)
        self.variables.show_state(state)
