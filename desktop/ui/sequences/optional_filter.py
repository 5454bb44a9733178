"""A switch with its sentence; turned on, conditions can be built below it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.filters import EVERYONE, Filter
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.settings.switch_row import SwitchRow
from desktop.ui.theme import Theme


class OptionalFilter(QWidget):
    """`filter_changed(Filter)`, or None when it is switched off.

    A condition without a value is part of it, and does not pass the check of what is to be activated: what somebody
    began to narrow never goes to everyone. Without its last condition it is off.
    """

    filter_changed = Signal(object)

    def __init__(self, theme: Theme, title: str, sentence: str, *, name: str) -> None:
        super().__init__()
        self._vocabulary: Vocabulary | None = None
        self._silent = False
        self._shown: Filter | None = None
        self.row = SwitchRow(theme, title, sentence, name=name)
        self.row.switch.toggled.connect(self._turned)
        self.builder = FilterBuilder(theme, label=title, name=f"{name}_filter")
        self.builder.filter_changed.connect(self._changed)
        self.problem = Label("", "muted", color="danger", wrap=True, tight=True, name=f"{name}_problem")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.row)
        column.addWidget(self.builder)
        column.addWidget(self.problem)
        self.builder.hide()
        self.problem.hide()
        named(self, f"{name}_box", title)

    def show_filter(self, wanted: Filter | None, vocabulary: Vocabulary) -> None:
        """None: switched off. What is built already stays as it is typed while the filter is the same."""
        same = wanted == self._shown and vocabulary == self._vocabulary
        self._shown = wanted
        self._turn(wanted is not None)
        if not same or self._vocabulary is None:
            self._vocabulary = vocabulary
            self.builder.show_filter(wanted or EVERYONE, vocabulary)
        self.builder.setVisible(wanted is not None)

    def show_condition(self, wanted: Filter, vocabulary: Vocabulary) -> None:
        """The same where no condition and everyone are one: a condition that is still unfinished stays."""
        pending = self.row.switch.isChecked() and vocabulary == self._vocabulary and self.filter() == wanted
        if not (wanted.selects_everyone and pending):
            self.show_filter(None if wanted.selects_everyone else wanted, vocabulary)

    def forget(self) -> None:
        """Something else is going to be shown: nothing of what was typed stays."""
        self._vocabulary = None
        self._turn(False)

    def show_problem(self, sentence: str) -> None:
        """What is wrong; a condition without a value is named first."""
        sentence = self.unfinished_words() or sentence
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def filter(self) -> Filter | None:
        """What is built now."""
        return self.builder.group.whole() if self.row.switch.isChecked() else None

    @property
    def unfinished_count(self) -> int:
        """Conditions that still need a value."""
        return self.builder.unfinished_count if self.row.switch.isChecked() else 0

    def unfinished_words(self) -> str:
        """Which condition still needs a value; "" when all have theirs, or it is off."""
        return self.builder.unfinished_words() if self.row.switch.isChecked() else ""

    def focus_unfinished(self) -> None:
        """Put the cursor where the value is missing."""
        found = self.builder.group.unfinished()
        if found:
            found[0].value.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Tell what is still being typed."""
        self.builder.finish()

    def _turn(self, on: bool) -> None:
        """Without telling."""
        self._silent = True
        self.row.switch.setChecked(on)
        self._silent = False

    def _turned(self, on: bool) -> None:
        if self._silent:
            return
        if on and not self.builder.group.rows:
            self.builder.group.add_row()
        self.builder.setVisible(on)
        self._shown = self.filter()
        self.filter_changed.emit(self._shown)

    def _changed(self, _: Filter) -> None:
        if not self.builder.group.rows:
            self._turn(False)
            self.builder.hide()
        self._shown = self.filter()
        self.filter_changed.emit(self._shown)
