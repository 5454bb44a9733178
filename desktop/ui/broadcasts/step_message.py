"""Step 3: what stands in the template's variables."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from desktop.domain.audience import Line
from desktop.domain.broadcast import WizardState
from desktop.domain.filters import ATTRIBUTE
from desktop.domain.templates import Template, Variable, example_values
from desktop.ui.broadcasts.frame import stacked
from desktop.ui.broadcasts.summary import MessageCard
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

SOURCES = (("", "Fixed text"), ("first_name", "First name"), ("name", "Full name"), ("phone", "Phone"))

BUBBLE_PX = 520


def variable_words(name: str) -> str:
    """'{{1}}', '{{1}} in the header', '{{1}} in a button's link'."""
    place, _, inner = name.rpartition(":")
    where = " in the header" if place == "header" else " in a button’s link" if place else ""
    return f"{{{{{inner}}}}}{where}"


class VariableRow:
    """The controls of one variable; `Variables` places them."""

    def __init__(
        self, theme: Theme, variable: Variable, fields: Sequence[tuple[str, str]], example: str
    ) -> None:
        self.name = variable.name
        called = variable.name.replace(":", "_")
        self.label = Label(variable_words(variable.name), "strong")
        self.source = QComboBox()
        for key, words in fields:
            self.source.addItem(words, key)
        if self.source.findData(variable.field) < 0:
            self.source.addItem(f"{variable.field.removeprefix(ATTRIBUTE)} (gone)", variable.field)
        self.source.setCurrentIndex(self.source.findData(variable.field))
        self.source.setMinimumWidth(theme.px(170))
        self.text = QLineEdit(variable.text)
        self.text.setMinimumWidth(theme.px(180))
        self._example = f"e.g. {example}" if example else ""
        self.example = Label(self._example, "muted", name=f"wizard_variable_{called}_example")
        spoken = variable_words(variable.name)
        named(self.source, f"wizard_variable_{called}_source", f"Where {spoken} comes from")
        named(self.text, f"wizard_variable_{called}_text", f"Text for {spoken}")
        self.fit()

    def show_example(self, still: bool) -> None:
        """still: the text is WhatsApp's example, which hardly anybody means to send."""
        self.example.setText("Still the example from WhatsApp" if still else self._example)
        self.example.set_color("warn" if still else None)

    def fit(self) -> None:
        fixed = not self.source.currentData()
        self.text.setPlaceholderText("The same for everyone" if fixed else "If it is missing")
        self.text.setAccessibleDescription(
            "The same for everyone" if fixed else "Used where the field is empty"
        )

    def variable(self) -> Variable:
        return Variable(self.name, str(self.source.currentData()), self.text.text())


class VariablesCard(Card):
    """One line per variable: a field of the contact or a text; with a field, what stands in when it is empty."""

    variable_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("What stands in the variables?", name="wizard_variables_card")
        self._theme = theme
        self._shown: tuple[object, ...] = ()
        self._fields: tuple[tuple[str, str], ...] = SOURCES
        self.rows: dict[str, VariableRow] = {}
        self.none = Label("This template has no variables: everyone gets the same words.", "soft", wrap=True)
        self.missing = Label("", "muted", wrap=True, color="warn", name="wizard_variables_missing")
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self.body.addWidget(self.none)
        self.body.addWidget(self._holder)
        self.body.addWidget(self.missing)

    def show_fields(self, attributes: Sequence[str]) -> None:
        """The contact's fields that can stand in a variable."""
        self._fields = (*SOURCES, *((f"{ATTRIBUTE}{name}", name) for name in attributes))
        self._shown = ()

    def show_state(self, state: WizardState) -> None:
        template, variables = state.template, state.draft.variables
        shown = (template.id if template else None, tuple(one.name for one in variables), self._fields)
        if shown != self._shown:
            self._shown = shown
            self._build(template, variables)
        still = state.still_examples
        for name, row in self.rows.items():
            row.show_example(name in still)
        self.none.setVisible(template is not None and not variables)
        count = state.breakdown.count(Line.MISSING_VARIABLE) if state.breakdown else 0
        people = "contact has" if count == 1 else "contacts have"
        self.missing.setText(
            f"{count:,} {people} no value for a variable and will be left out. A text for when it is missing "
            "lets them get the message."
        )
        self.missing.setVisible(bool(count) and not state.counting)

    def _build(self, template: Template | None, variables: Sequence[Variable]) -> None:
        self.body.removeWidget(self._holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(2, 1)
        for column, title in enumerate(
            ("Variable", "Comes from", "Text, or what stands in when it is missing")
        ):
            self._grid.addWidget(Label(title, "muted", wrap=column == 2, tight=True), 0, column)
        self.rows = {}
        examples = example_values(template) if template else {}
        for line, variable in enumerate(variables, start=1):
            row = VariableRow(self._theme, variable, self._fields, examples.get(variable.name, ""))
            for column, widget in enumerate((row.label, row.source, row.text, row.example)):
                self._grid.addWidget(widget, line, column)
            row.source.currentIndexChanged.connect(lambda _, row=row: self._tell(row))
            row.text.textEdited.connect(lambda _, row=row: self._tell(row))
            self.rows[variable.name] = row
        self.body.insertWidget(2, self._holder)
        # In its place first: shown without a parent it would flash as a window of its own.
        self._holder.setVisible(bool(variables))

    def _tell(self, row: VariableRow) -> None:
        row.fit()
        self.variable_changed.emit(row.variable())


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
