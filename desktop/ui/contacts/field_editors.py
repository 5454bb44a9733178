"""One editor per type of contact field; each reads and gives the text that is kept."""

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.filters import Attribute, Kind
from desktop.domain.text import fold
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.parts.when import date_words
from desktop.ui.theme import Theme

NOT_SET = "Not set"
_FORMS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d", "%d.%m.%Y")
"""Dates that can be typed; one whose day and month could be swapped (01/02/2026) is not among them."""


class FieldEditor(QWidget):
    """`value()` is the text that is kept, "" for none. `changed` when a person edits."""

    changed = Signal()

    def value(self) -> str:
        raise NotImplementedError

    def set_value(self, value: str) -> None:
        raise NotImplementedError

    def _alone(self, widget: QWidget) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(widget)
        self.setFocusProxy(widget)


class TextEditor(FieldEditor):
    """A text or a number."""

    def __init__(self, name: str, label: str, *, number: bool = False) -> None:
        super().__init__()
        self.edit = named(QLineEdit(), name, label)
        if number:
            validator = QDoubleValidator(self.edit)
            validator.setLocale(QLocale.c())
            validator.setNotation(QDoubleValidator.Notation.StandardNotation)
            self.edit.setValidator(validator)
        self._alone(self.edit)
        self.edit.textEdited.connect(self.changed)

    def value(self) -> str:
        return self.edit.text().strip()

    def set_value(self, value: str) -> None:
        self.edit.setText(value)


class DateEditor(FieldEditor):
    """A day, typed as people write it; shown as '13 Nov 2026' once it is left."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.edit = named(QLineEdit(), name, label, "A day, for example 2026-11-22 or 22 Nov 2026")
        self.edit.setPlaceholderText("22 Nov 2026")
        self._alone(self.edit)
        self.edit.textEdited.connect(self.changed)
        self.edit.editingFinished.connect(lambda: self.set_value(self.value()))

    def value(self) -> str:
        """'2026-11-13'; what cannot be read is given as it was typed, for the answer that names it."""
        read = read_day(self.edit.text())
        return read.isoformat() if read is not None else self.edit.text().strip()

    def set_value(self, value: str) -> None:
        self.edit.setText(date_words(value))


class ChoiceEditor(FieldEditor):
    """One of several, or nothing. choices: (value, words)."""

    def __init__(self, choices: Sequence[tuple[str, str]], name: str, label: str) -> None:
        super().__init__()
        self.combo = named(QComboBox(), name, label)
        self.combo.addItem(NOT_SET, "")
        for value, words in choices:
            self.combo.addItem(words, value)
        self._alone(self.combo)
        self.combo.activated.connect(lambda _: self.changed.emit())

    def value(self) -> str:
        return str(self.combo.currentData() or "")

    def set_value(self, value: str) -> None:
        known = [fold(str(self.combo.itemData(at))) for at in range(self.combo.count())]
        if fold(value) not in known:  # a choice that is gone stays until another one is made
            self.combo.addItem(value, value)
            known.append(fold(value))
        self.combo.setCurrentIndex(known.index(fold(value)))


class ChoicesEditor(FieldEditor):
    """Several of several, each with a tick."""

    def __init__(self, choices: Sequence[str], name: str, label: str) -> None:
        super().__init__()
        self._name, self._kept = name, ""
        self._flow = FlowLayout(self, spacing_px=16, line_spacing_px=4)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.boxes: dict[str, QCheckBox] = {}
        for choice in choices:
            self._add(choice)
        named(self, name, label)

    def value(self) -> str:
        return "|".join(choice for choice, box in self.boxes.items() if box.isChecked())

    def set_value(self, value: str) -> None:
        wanted = {fold(one): one for one in value.split("|") if one.strip()}
        known = {fold(choice) for choice in self.boxes}
        for folded, one in wanted.items():
            if folded not in known:
                self._add(one)
        for choice, box in self.boxes.items():
            box.setChecked(fold(choice) in wanted)

    def _add(self, choice: str) -> None:
        box = named(QCheckBox(choice), f"{self._name}_{len(self.boxes)}", choice)
        box.clicked.connect(self.changed)
        self.boxes[choice] = box
        self._flow.addWidget(box)


def make_field_editor(theme: Theme, attribute: Attribute, people: Sequence[str], name: str) -> FieldEditor:
    """The editor for an attribute; people: the names of those who work here."""
    label = attribute.name
    if attribute.kind is Kind.DATE:
        return DateEditor(name, label)
    if attribute.kind is Kind.CHOICE:
        return ChoiceEditor([(one, one) for one in attribute.choices], name, label)
    if attribute.kind is Kind.CHOICES:
        return ChoicesEditor(attribute.choices, name, label)
    if attribute.kind is Kind.YES_NO:
        return ChoiceEditor([("yes", "Yes"), ("no", "No")], name, label)
    if attribute.kind is Kind.USER:
        return ChoiceEditor([(one, one) for one in people], name, label)
    return TextEditor(name, label, number=attribute.kind is Kind.NUMBER)


def read_day(text: str) -> date | None:
    """The day that was typed, or None."""
    typed = " ".join(text.split())
    for form in _FORMS:
        try:
            return datetime.strptime(typed, form).date()  # noqa: DTZ007 - a day, in no zone
        except ValueError:
            continue
    return None
