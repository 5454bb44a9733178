"""The card that asks for a new attribute: its name, and of which type it is."""

from typing import Final

from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QWidget

from desktop.domain.filters import Kind
from desktop.domain.text import fold
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

TYPES: Final = (
    (Kind.TEXT, "Text"),
    (Kind.NUMBER, "Number"),
    (Kind.DATE, "Date"),
    (Kind.YES_NO, "Yes or No"),
)


class NewAttributeCard(CardDialog):
    """Accepted only with a name that no attribute has yet."""

    def __init__(self, theme: Theme, window: QWidget, suggested: str, taken: frozenset[str]) -> None:
        super().__init__(theme, window, "New attribute", name="import_attribute")
        self._taken = taken
        self.edit = named(QLineEdit(suggested), "import_attribute_name", "Name")
        self.kind = named(QComboBox(), "import_attribute_type", "Type")
        for value, said in TYPES:
            self.kind.addItem(said, value)
        self.row = FormRow("Name", self.edit, name="import_attribute_row")
        self.body.addWidget(self.row)
        self.body.addWidget(
            FormRow(
                "Type", self.kind, help_text="Contacts get it with this import.", name="import_attribute_kind"
            )
        )
        refused, accepted = QDialog.DialogCode.Rejected.value, QDialog.DialogCode.Accepted.value
        self.add_button("Cancel", result=refused, name="import_attribute_cancel")
        self.add_button("Use it", "primary", result=accepted, name="import_attribute_use")
        self.edit.returnPressed.connect(lambda: self.done(accepted))
        self.edit.textEdited.connect(lambda: self.row.show_problem(""))
        self.focus_first(self.edit)

    def done(self, result: int) -> None:
        name = " ".join(self.edit.text().split())
        if result == QDialog.DialogCode.Accepted.value and (problem := self._problem(name)):
            self.row.show_problem(problem)
            self.edit.setFocus()
            return
        super().done(result)

    def _problem(self, name: str) -> str:
        if not name:
            return "Write a name."
        return f"There is an attribute “{name}” already." if fold(name) in self._taken else ""


async def ask_attribute(
    theme: Theme, window: QWidget, suggested: str, taken: frozenset[str]
) -> tuple[str, Kind] | None:
    """The name and type of a new attribute; None if it was left. taken: the folded names there are."""
    card = NewAttributeCard(theme, window, suggested, taken)
    if await ask(card) != QDialog.DialogCode.Accepted.value:
        return None
    return " ".join(card.edit.text().split()), Kind(card.kind.currentData())
