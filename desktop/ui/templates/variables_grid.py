"""Where a template's variables get their values: a line each, for every screen that fills one for many."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.filters import ATTRIBUTE
from desktop.domain.templates import Template, Variable, example_values
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

SOURCES = (("", "Fixed text"), ("first_name", "First name"), ("name", "Full name"), ("phone", "Phone"))


def variable_words(name: str) -> str:
    """'{{1}}', '{{1}} in the header', '{{1}} in a button's link'."""
    place, _, inner = name.rpartition(":")
    where = " in the header" if place == "header" else " in a button’s link" if place else ""
    return f"{{{{{inner}}}}}{where}"


class VariableRow:
    """The controls of one variable; `VariablesGrid` places them."""

    def __init__(
        self, theme: Theme, variable: Variable, fields: Sequence[tuple[str, str]], example: str, name: str
    ) -> None:
        self.name = variable.name
        called = f"{name}_{variable.name.replace(':', '_')}"
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
        self.example = Label(self._example, "muted", name=f"{called}_example")
        spoken = variable_words(variable.name)
        named(self.source, f"{called}_source", f"Where {spoken} comes from")
        named(self.text, f"{called}_text", f"Text for {spoken}")
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


class VariablesGrid(QWidget):
    """One line per variable: a field of the contact or a text; with a field, what stands in when it is empty.

    The controls are called `<name>_<variable>_source` and `…_text`.
    """

    variable_changed = Signal(object)

    def __init__(self, theme: Theme, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self._shown: tuple[object, ...] = ()
        self._fields: tuple[tuple[str, str], ...] = SOURCES
        self.rows: dict[str, VariableRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._holder = QWidget()
        self._column.addWidget(self._holder)
        named(self, f"{name}s", "Variables")

    def show_fields(self, attributes: Sequence[str]) -> None:
        """The contact's fields that can stand in a variable."""
        self._fields = (*SOURCES, *((f"{ATTRIBUTE}{name}", name) for name in attributes))
        self._shown = ()

    def show_variables(
        self, template: Template | None, variables: Sequence[Variable], still: Sequence[str] = ()
    ) -> None:
        """still: those whose text is still the example. Fields that are shown already keep what is typed."""
        shown = (template.id if template else None, tuple(one.name for one in variables), self._fields)
        if shown != self._shown:
            self._shown = shown
            self._build(variables, example_values(template) if template else {})
        for name, row in self.rows.items():
            row.show_example(name in still)

    def _build(self, variables: Sequence[Variable], examples: Mapping[str, str]) -> None:
        self._column.removeWidget(self._holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = QWidget()
        grid = QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        for column, title in enumerate(
            ("Variable", "Comes from", "Text, or what stands in when it is missing")
        ):
            grid.addWidget(Label(title, "muted", wrap=column == 2, tight=True), 0, column)
        self.rows = {}
        for line, variable in enumerate(variables, start=1):
            example = examples.get(variable.name, "")
            row = VariableRow(self._theme, variable, self._fields, example, self._name)
            for column, widget in enumerate((row.label, row.source, row.text, row.example)):
                grid.addWidget(widget, line, column)
            row.source.currentIndexChanged.connect(lambda _, row=row: self._tell(row))
            row.text.textEdited.connect(lambda _, row=row: self._tell(row))
            self.rows[variable.name] = row
        self._column.addWidget(self._holder)
        # In its place first: shown without a parent it would flash as a window of its own.
        self._holder.setVisible(bool(variables))

    def _tell(self, row: VariableRow) -> None:
        row.fit()
        self.variable_changed.emit(row.variable())
