"""A field with its label above, help below, and the problem in its place when there is one."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named, restyle


class FormRow(QWidget):
    """Gives the field its accessible name; `show_problem("")` takes the problem away."""

    def __init__(
        self,
        label: str,
        field: QWidget,
        *,
        help_text: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._help = help_text
        heading = Label(label, "strong")
        heading.setBuddy(field)
        self.note = Label(help_text, "muted", wrap=True, name=f"{name}-note" if name else "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading)
        column.addWidget(field)
        column.addWidget(self.note)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.note.setVisible(bool(help_text))
        named(self, name, label)
        named(field, "", field.accessibleName() or label, help_text)

    def show_problem(self, text: str) -> None:
        self.note.setText(text or self._help)
        self.note.setVisible(bool(text or self._help))
        self.note.set_color("danger" if text else None)
        self.field.setAccessibleDescription(text or self._help)
        restyle(self.field, problem=bool(text))
