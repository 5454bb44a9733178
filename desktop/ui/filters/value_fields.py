"""The values of a condition: one editor per kind of field, all with `changed`, `values()` and `set_values()`."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QDate, QDateTime, QLocale, Qt, QTime
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.domain.filters import Kind, Op
from desktop.domain.text import fold
from desktop.ui.filters.chips_field import ChipsValue, ValueField
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import DateTimeField
from desktop.ui.theme import Theme

OPT_IN_CHOICES: Final = (("yes", "Yes"), ("no", "No"), ("none", "No choice recorded"))
YES_NO_CHOICES: Final = (("yes", "Yes"), ("no", "No"))
SET_OPS: Final = (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF)


class NoValue(ValueField):
    """For *is empty* and *is not empty*."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class TextValue(ValueField):
    """One text, or one number."""

    def __init__(self, theme: Theme, name: str, *, number: bool = False) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("A number" if number else "A text")
        if number:
            validator = QDoubleValidator(self.edit)
            validator.setLocale(QLocale.c())
            validator.setNotation(QDoubleValidator.Notation.StandardNotation)
            self.edit.setValidator(validator)
        named(self.edit, name, "Value")
        _alone(self, self.edit)
        self.edit.textEdited.connect(self.changed)

    def values(self) -> tuple[str, ...]:
        text = self.edit.text().strip()
        return (text,) if text and self.edit.hasAcceptableInput() else ()

    def set_values(self, values: Sequence[str]) -> None:
        self.edit.setText(values[0] if values else "")


class DateValue(ValueField):
    """One day, from a calendar or typed."""

    def __init__(self, theme: Theme, name: str, today: QDate) -> None:
        super().__init__()
        self.edit = DateTimeField(theme, QDateTime(today, QTime(0, 0)), label="Day", name=name)
        self.edit.setDisplayFormat("d MMM yyyy")
        # A date is written from left to right in every language the window speaks.
        self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        _alone(self, self.edit)
        self.edit.dateChanged.connect(lambda _: self.changed.emit())

    def values(self) -> tuple[str, ...]:
        return (self.edit.date().toString(Qt.DateFormat.ISODate),)

    def set_values(self, values: Sequence[str]) -> None:
        read = QDate.fromString(values[0], Qt.DateFormat.ISODate) if values else QDate()
        if read.isValid():
            self.edit.blockSignals(True)
            self.edit.setDate(read)
            self.edit.blockSignals(False)


class ChoiceValue(ValueField):
    """One of a few. `choices` are (value, words)."""

    def __init__(self, choices: Sequence[tuple[str, str]], name: str) -> None:
        super().__init__()
        self.combo = QComboBox()
        for value, words in choices:
            self.combo.addItem(words, value)
        named(self.combo, name, "Value")
        _alone(self, self.combo)
        self.combo.currentIndexChanged.connect(lambda _: self.changed.emit())

    def values(self) -> tuple[str, ...]:
        chosen = self.combo.currentData()
        return (str(chosen),) if chosen is not None else ()

    def set_values(self, values: Sequence[str]) -> None:
        known = [fold(str(self.combo.itemData(at))) for at in range(self.combo.count())]
        if values and fold(values[0]) in known:
            self.combo.blockSignals(True)
            self.combo.setCurrentIndex(known.index(fold(values[0])))
            self.combo.blockSignals(False)


def _alone(field: ValueField, widget: QWidget) -> None:
    row = QHBoxLayout(field)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(widget)
    field.setFocusProxy(widget)


def editor_key(kind: Kind, op: Op) -> str:
    """Which editor a kind and an operator need; the same key keeps the editor and what is in it."""
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return "none"
    if op in SET_OPS:
        return f"chips-{kind.value}"
    return "text" if kind is Kind.TEXT else kind.value


def make_editor(
    theme: Theme, kind: Kind, op: Op, choices: Sequence[str], tags: Sequence[str], today: QDate, name: str
) -> ValueField:
    """The editor for a kind and an operator."""
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return NoValue()
    if kind is Kind.DATE:
        return DateValue(theme, name, today)
    if kind in (Kind.TEXT, Kind.NUMBER):
        return TextValue(theme, name, number=kind is Kind.NUMBER)
    if kind is Kind.TAG:
        return ChipsValue(theme, [(tag, tag) for tag in tags], name, free=True, hint="Type a tag")
    pairs = {Kind.OPT_IN: OPT_IN_CHOICES, Kind.YES_NO: YES_NO_CHOICES}.get(kind) or tuple(
        (choice, choice) for choice in choices
    )
    if op in SET_OPS:
        return ChipsValue(theme, pairs, name, free=not pairs, hint="Type a choice")
    return ChoiceValue(pairs, name) if pairs else TextValue(theme, name)
