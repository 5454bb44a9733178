"""The values of a condition: one editor per kind of field, all with `changed`, `values()` and `set_values()`."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QDate, QDateTime, QLocale, QRectF, QStringListModel, Qt, QTime, Signal
from PySide6.QtGui import QDoubleValidator, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.domain.filters import Kind, Op
from desktop.domain.text import fold
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import DateTimeField
from desktop.ui.theme import Theme

OPT_IN_CHOICES: Final = (("yes", "Yes"), ("no", "No"), ("none", "No choice recorded"))
YES_NO_CHOICES: Final = (("yes", "Yes"), ("no", "No"))
SET_OPS: Final = (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF)


class ValueField(QWidget):
    """What the editors have in common. `changed` comes after each change by a person."""

    changed = Signal()

    def values(self) -> tuple[str, ...]:
        """The values as a filter keeps them; () while nothing is entered."""
        return ()

    def set_values(self, values: Sequence[str]) -> None:
        """Show these values without telling."""


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


class _ChipEntry(QLineEdit):
    """Enter, comma and Tab keep what was typed; Backspace in the empty field takes the last one away."""

    kept = Signal()
    backspaced = Signal()
    focused = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Comma):
            self.kept.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.backspaced.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit()
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.kept.emit()


class ChipsValue(ValueField):
    """Several values as chips in a field, with completion. `choices` are (value, words); `free` allows others."""

    def __init__(
        self, theme: Theme, choices: Sequence[tuple[str, str]], name: str, *, free: bool, hint: str
    ) -> None:
        super().__init__()
        self._theme, self._choices, self._free, self._hint, self._name = (
            theme,
            tuple(choices),
            free,
            hint,
            name,
        )
        self._values: list[str] = []
        self.flow = FlowLayout(self, spacing_px=4, line_spacing_px=4)
        self.flow.setContentsMargins(theme.px(10), theme.px(7), theme.px(6), theme.px(7))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumHeight(theme.px(34))
        self.entry = _ChipEntry()
        self.entry.setProperty("kind", "bare")
        self.entry.setStyleSheet("min-height: 0")
        completer = QCompleter(QStringListModel([words for _, words in choices], self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._completed)
        self.entry.setCompleter(completer)
        self.entry.kept.connect(self._keep)
        self.entry.backspaced.connect(self._take_last)
        self.entry.focused.connect(self.update)
        named(self.entry, name, "Values", f"{hint}. Enter keeps one, Backspace takes the last one away.")
        self.flow.addWidget(self.entry)
        self._chips: list[Chip] = []
        self._show()

    def values(self) -> tuple[str, ...]:
        return tuple(self._values)

    def set_values(self, values: Sequence[str]) -> None:
        self._values = list(values)
        self._show()

    def add(self, words: str) -> bool:
        """Keep a value by its words; False if it is not one of the choices."""
        wanted = fold(words)
        known = {fold(shown): value for value, shown in self._choices}
        value = known.get(wanted) or (words.strip() if self._free else "")
        if not value:
            return False
        if fold(value) not in {fold(one) for one in self._values}:
            self._values.append(value)
            self._show()
            self.changed.emit()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent" if self.entry.hasFocus() else "line"), 1))
        painter.setBrush(self._theme.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _show(self) -> None:
        for chip in self._chips:
            self.flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.flow.removeWidget(self.entry)
        words = dict(self._choices)
        self._chips = []
        for position, value in enumerate(self._values):
            chip = Chip(
                self._theme, words.get(value, value), removable=True, name=f"{self._name}_chip_{position}", parent=self
            )  # fmt: skip
            chip.setProperty("value", value)
            chip.removed.connect(lambda _, value=value: self._remove(value))
            chip.show()
            self._chips.append(chip)
            self.flow.addWidget(chip)
        self.flow.addWidget(self.entry)
        self.entry.setPlaceholderText("" if self._values else self._hint)
        width_px = self.entry.fontMetrics().horizontalAdvance(self._hint) + self._theme.px(16)
        self.entry.setFixedWidth(width_px if not self._values else self._theme.px(64))
        self.flow.invalidate()
        self.updateGeometry()

    def _keep(self) -> None:
        text = self.entry.text()
        if text.strip() and self.add(text):
            self.entry.clear()

    def _completed(self, words: str) -> None:
        self.add(words)
        # The completer writes its choice into the field after this signal.
        self.entry.setText("")
        completer = self.entry.completer()
        if completer is not None:
            _hide_list(completer)

    def _take_last(self) -> None:
        if self._values:
            self._remove(self._values[-1])

    def _remove(self, value: str) -> None:
        self._values.remove(value)
        self._show()
        self.entry.setFocus()
        self.changed.emit()


def _hide_list(completer: QCompleter) -> None:
    popup = completer.popup()
    if popup is not None:
        popup.hide()


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
