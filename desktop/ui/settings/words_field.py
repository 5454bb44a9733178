"""A list of words as chips, with a field that adds one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.words import fold
from desktop.ui.parts.button import Button
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

FIELD_PX = 220


class WordsField(QWidget):
    """`changed` when a person adds or removes a word. Two words that customers' messages cannot tell apart
    are one."""

    changed = Signal()

    def __init__(self, theme: Theme, *, label: str, placeholder: str, name: str) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        self._words: tuple[str, ...] = ()
        self._chips = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._chips.setSizePolicy(policy)
        self._flow = FlowLayout(self._chips)
        self.entry = QLineEdit()
        self.entry.setPlaceholderText(placeholder)
        self.entry.setMaxLength(100)
        named(self.entry, f"{name}_entry", f"Add to {label}")
        self.add = Button(theme, "Add", name=f"{name}_add")
        self.add.setAccessibleName(f"Add to {label}")
        self.add.clicked.connect(self._add)
        self.entry.returnPressed.connect(self._add)
        self.entry.textChanged.connect(self._typed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.entry)
        row.addWidget(self.add)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._chips)
        column.addLayout(row)
        named(self, name, label)
        self.setFocusProxy(self.entry)
        theme.changed.connect(self._rescale)
        self._rescale()
        self._typed()

    def words(self) -> tuple[str, ...]:
        return self._words

    def show_words(self, words: tuple[str, ...]) -> None:
        if words == self._words and self._flow.count() == len(words):
            return
        self._words = words
        self._flow.clear()
        for position, word in enumerate(words):
            chip = Chip(self._theme, word, removable=True, name=f"{self._name}_{position}")
            chip.removed.connect(self._remove)
            self._flow.addWidget(chip)
            chip.show()
        self._chips.setVisible(bool(words))
        self._chips.updateGeometry()

    def _typed(self) -> None:
        self.add.setEnabled(bool(fold(self.entry.text())))

    def _add(self) -> None:
        word = " ".join(self.entry.text().split())
        if not fold(word):
            return
        self.entry.clear()
        if fold(word) in {fold(one) for one in self._words}:
            return
        self.show_words((*self._words, word))
        self.changed.emit()

    def _remove(self, word: str) -> None:
        self.show_words(tuple(one for one in self._words if one != word))
        self.entry.setFocus()
        self.changed.emit()

    def _rescale(self) -> None:
        self.entry.setMinimumWidth(self._theme.px(FIELD_PX))
