"""One condition of a filter: field, operator, value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain import filter_words as words
from desktop.domain.filters import ATTRIBUTE, FIELDS, OPERATORS, Attribute, Condition, Kind, Op, kind_of
from desktop.ui.filters.chips_field import ValueField
from desktop.ui.filters.value_fields import TextValue, editor_key, make_editor
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be asked: the workspace's attributes, tags and people, and which day it is."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    tags: Sequence[str] = ()
    today: QDate = field(default_factory=QDate)
    people: Sequence[str] = ()

    def choices(self, attribute: Attribute | None) -> Sequence[str]:
        """What an attribute can be: its own choices, or the names of the people who work here."""
        if attribute is None:
            return ()
        return self.people if attribute.kind is Kind.USER else attribute.choices


class ConditionRow(QWidget):
    """One condition. `changed(typing)`: True while a text is being typed."""

    changed = Signal(bool)
    removed = Signal()

    def __init__(
        self, theme: Theme, vocabulary: Vocabulary, name: str, wanted: Condition | None = None, *, narrow: bool = False
    ) -> None:  # fmt: skip
        """narrow: for a panel at the side; the operator and the value stand below the field."""
        super().__init__()
        self._theme, self._vocabulary, self._name = theme, vocabulary, name
        self.prefix = Label("", "muted", name=f"{name}_prefix")
        self.prefix.setMinimumSize(theme.px(60), theme.px(34))
        self.field = QComboBox()
        for key in (*FIELDS, *(f"{ATTRIBUTE}{one}" for one in vocabulary.attributes)):
            self.field.addItem(words.field_name(key), key)
        self.op = QComboBox()
        self.cross = IconButton(theme, "x", "Remove this condition", name=f"{name}_remove")
        self.note = Label("", "muted", wrap=True, tight=True, color="danger", name=f"{name}_problem")
        self.note.hide()
        named(self.field, f"{name}_field", "Field")
        named(self.op, f"{name}_op", "Condition")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self._row = self._narrow(column) if narrow else self._wide(column)
        self._value_at = self._row.count() - (0 if narrow else 1)
        column.addWidget(self.note)
        named(self, name, "Condition")
        self._key = ""
        self.value: ValueField = ValueField()
        self._choose(wanted or Condition("tag", Op.ANY_OF))
        self.field.currentIndexChanged.connect(self._field_changed)
        self.op.currentIndexChanged.connect(self._op_changed)
        self.cross.clicked.connect(self.removed)

    def _wide(self, column: QVBoxLayout) -> QHBoxLayout:
        """All in a line. Returns the row of the value."""
        self.field.setMinimumWidth(self._theme.px(170))
        self.op.setMinimumWidth(self._theme.px(130))
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.prefix, self.field, self.op, self.cross):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        return row

    def _narrow(self, column: QVBoxLayout) -> QHBoxLayout:
        """Three lines. Returns the row of the value."""
        for combo in (self.field, self.op):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.prefix.setMinimumWidth(0)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.prefix)
        head.addWidget(self.field, 1)
        head.addWidget(self.cross)
        row = QHBoxLayout()
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.op)
        column.addLayout(row)
        return row

    @property
    def kind(self) -> Kind:
        return kind_of(str(self.field.currentData()), self._vocabulary.attributes)

    def condition(self) -> Condition | None:
        """The condition, or None while its value is missing."""
        made = self.as_it_is()
        return made if made.values or made.op in (Op.EMPTY, Op.NOT_EMPTY) else None

    def as_it_is(self) -> Condition:
        """The condition, without values while they are missing."""
        return Condition(str(self.field.currentData()), Op(self.op.currentData()), self.value.values())

    @property
    def said(self) -> str:
        """'Tag is any of': the condition without its value, as it is read on the screen."""
        return f"{self.field.currentText()} {self.op.currentText()}"

    def show_problem(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))
        restyle(self.field, problem=bool(sentence))

    def _choose(self, wanted: Condition) -> None:
        at = self.field.findData(wanted.field)
        if at < 0:  # an attribute that is gone: said, not dropped
            self.field.addItem(f"{words.field_name(wanted.field)} (gone)", "tag")
            at = self.field.count() - 1
        self.field.setCurrentIndex(at)
        self._fill_ops()
        self.op.setCurrentIndex(max(0, self.op.findData(wanted.op.value)))
        self._fit_editor()
        self.value.set_values(wanted.values)

    def _fill_ops(self) -> None:
        self.op.blockSignals(True)
        self.op.clear()
        for op in OPERATORS[self.kind]:
            self.op.addItem(words.OPERATORS[op], op.value)
        self.op.blockSignals(False)

    def _field_changed(self) -> None:
        self._fill_ops()
        self._key = ""
        self._fit_editor()
        self._tell()

    def _op_changed(self) -> None:
        self._fit_editor()
        self._tell()

    def _fit_editor(self) -> None:
        """Keep the editor where it still fits, so that what was entered stays."""
        op = Op(self.op.currentData())
        key = f"{self.field.currentData()} {editor_key(self.kind, op)}"
        if key == self._key:
            return
        self._key = key
        attribute = self._vocabulary.attributes.get(str(self.field.currentData()).removeprefix(ATTRIBUTE))
        old = self.value
        self.value = make_editor(
            self._theme, self.kind, op, self._vocabulary.choices(attribute), self._vocabulary.tags,
            self._vocabulary.today, f"{self._name}_value",
        )  # fmt: skip
        self.value.changed.connect(self._tell)
        self._row.insertWidget(self._value_at, self.value, 1, Qt.AlignmentFlag.AlignTop)
        self._row.removeWidget(old)
        old.hide()
        old.deleteLater()

    def _tell(self) -> None:
        self.show_problem("")
        self.changed.emit(isinstance(self.value, TextValue) and self.value.edit.hasFocus())
