"""The card that adds a contact or changes one: name, number, and the workspace's fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.contacts import Contact
from desktop.domain.filters import ATTRIBUTE, Attribute, Kind
from desktop.domain.phones import pretty
from desktop.domain.problems import Problem
from desktop.services.contacts import ContactEdit
from desktop.ui.contacts.countries import country_combo
from desktop.ui.contacts.field_editors import FieldEditor, make_field_editor
from desktop.ui.contacts.tall_area import TallArea
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX = 600
AROUND_PX, LEAST_PX = 270, 220
"""What the window and the card need above and below the fields, and the least that is left for those."""
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class EditTexts:
    """What the card knows when it opens. country: the region of a number without +."""

    attributes: Sequence[Attribute]
    people: Sequence[str]
    country: str


class ContactDialog(CardDialog):
    """contact None: a new one. `save_requested` by its button; `open_requested(id)` for who has the number."""

    save_requested = Signal()
    open_requested = Signal(int)

    def __init__(self, theme: Theme, window: QWidget, contact: Contact | None, texts: EditTexts) -> None:
        title = "New contact" if contact is None else f"Edit {contact.shown_name}"
        super().__init__(theme, window, title, width_px=WIDTH_PX, name="contact_dialog")
        self._contact, self._theme_of_rows = contact, theme
        self._taken_id = 0
        self.name_field = named(QLineEdit(), "contact_name_field")
        self.name_field.setMaxLength(LONGEST_NAME)
        self.phone = named(QLineEdit(), "contact_phone_field")
        self.country = country_combo("contact_country")
        self.country.setCurrentIndex(max(0, self.country.findData(texts.country)))
        self.editors: dict[str, FieldEditor] = {}
        self._rows: dict[str, FormRow] = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.px(4), 0)
        column.setSpacing(12)
        column.addWidget(self._row("name", "Name", self.name_field))
        column.addLayout(self._phone_rows())
        column.addLayout(self._attribute_rows(texts))
        if contact is None:
            note = "New contacts have no opt-in choice: writing to us or being added is not a Yes."
            column.addWidget(Label(note, "muted", wrap=True, name="contact_no_choice"))
        self.area = TallArea(inside, max(theme.px(LEAST_PX), window.height() - theme.px(AROUND_PX)))
        self.body.addWidget(self.area)
        self.problem = Label("", color="danger", wrap=True, name="contact_problem")
        self.body.addWidget(self.problem)
        self.problem.hide()
        self.add_button("Cancel", result=0, name="contact_cancel")
        self.save = Button(
            theme, "Add contact" if contact is None else "Save", "primary", name="contact_save"
        )
        self.save.clicked.connect(self.save_requested)
        self.buttons.addWidget(self.save)
        self.focus_first(self.name_field)
        for field in inside.findChildren(QLineEdit):
            field.installEventFilter(self)
        self.name_field.textEdited.connect(lambda _: self._rows["name"].show_problem(""))
        self.phone.textEdited.connect(lambda _: self._phone_changed())
        self.country.activated.connect(lambda _: self._phone_changed())
        if contact is not None:
            self._show_contact(contact)

    def wanted(self) -> ContactEdit:
        """What was typed; of the fields only those that a person changed."""
        before: Mapping[str, str] = self._contact.attributes if self._contact is not None else {}
        values = {name: editor.value() for name, editor in self.editors.items()}
        changed = {name: value for name, value in values.items() if value != before.get(name, "")}
        return ContactEdit(self.name_field.text().strip(), self.phone.text().strip(), changed)

    @property
    def region(self) -> str:
        return str(self.country.currentData())

    def show_busy(self, busy: bool) -> None:
        self.save.setEnabled(not busy)

    def show_problem(self, problem: Problem) -> None:
        """Beside its field, or at the foot if it names none."""
        self._forget()
        row = self._rows.get(problem.field)
        if row is None:
            self.problem.setText(f"{problem.title}. {problem.sentence}")
            self.problem.show()
            return
        row.show_problem(problem.sentence)
        row.field.setFocus()
        self.area.ensureWidgetVisible(row)

    def show_taken(self, owner: Contact) -> None:
        """Somebody else has the number: say who, and offer to look."""
        self._forget()
        self._taken_id = owner.id
        self._rows["phone"].show_problem(f"{owner.shown_name} has this number already.")
        self.open_owner.setText(f"Open {owner.shown_name}")
        self.open_owner.setAccessibleName(self.open_owner.text())
        self.open_owner.show()
        self.phone.setFocus()

    def _forget(self) -> None:
        for row in self._rows.values():
            row.show_problem("")
        self.problem.hide()
        self.open_owner.hide()

    def _row(self, key: str, label: str, field: QWidget, help_text: str = "") -> FormRow:
        row = FormRow(label, field, help_text=help_text, name=f"contact_row_{key}")
        self._rows[key] = row
        return row

    def _phone_rows(self) -> QVBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._row("phone", "Phone", self.phone), 3)
        line.addWidget(self._row("country", "Country, if there is no +", self.country), 2)
        for row in (self._rows["phone"], self._rows["country"]):
            line.setAlignment(row, Qt.AlignmentFlag.AlignTop)
        self.open_owner = Button(self._theme_of_rows, "Open", "link", name="contact_open_owner")
        self.open_owner.clicked.connect(lambda: self.open_requested.emit(self._taken_id))
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.open_owner, 0, Qt.AlignmentFlag.AlignLeading)
        self.open_owner.hide()
        return column

    def _attribute_rows(self, texts: EditTexts) -> QGridLayout:
        """Two beside each other; several choices have the line for themselves."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        place = 0
        for number, attribute in enumerate(texts.attributes):
            editor = make_field_editor(
                self._theme_of_rows, attribute, texts.people, f"contact_field_{number}"
            )
            self.editors[attribute.name] = editor
            row = self._row(f"{ATTRIBUTE}{attribute.name}", attribute.name, editor)
            editor.changed.connect(lambda row=row: row.show_problem(""))
            wide = attribute.kind is Kind.CHOICES
            if wide and place % 2:
                place += 1
            line, column = divmod(place, 2)
            grid.addWidget(row, line, column, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
            place += 2 if wide else 1
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _show_contact(self, contact: Contact) -> None:
        self.name_field.setText(contact.name)
        self.phone.setText(pretty(contact.phone) if contact.phone else "")
        for name, editor in self.editors.items():
            editor.set_value(contact.attributes.get(name, ""))

    def _phone_changed(self) -> None:
        """A number may also be what was missing where there is no name."""
        for key in ("name", "phone", "country"):
            self._rows[key].show_problem("")
        self.open_owner.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter saves from every line, also from one whose text is no number (yet): the answer names it."""
        if isinstance(watched, QLineEdit) and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.save.isEnabled():
                    self.save_requested.emit()
                return True
        return super().eventFilter(watched, event)
