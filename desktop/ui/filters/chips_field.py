"""The editor for several values: chips in a field, with completion."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QWidget

from desktop.domain.text import fold
from desktop.ui.filters.suggestions import Suggestions
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


class ValueField(QWidget):
    """What the editors have in common. `changed` comes after each change by a person."""

    changed = Signal()

    def values(self) -> tuple[str, ...]:
        """The values as a filter keeps them; () while nothing is entered."""
        return ()

    def set_values(self, values: Sequence[str]) -> None:
        """Show these values without telling."""

    def finish(self) -> None:
        """Keep what is still being typed."""


class _ChipEntry(QLineEdit):
    """Enter, comma and Tab keep what was typed; Backspace in the empty field takes the last one away."""

    kept = Signal()
    backspaced = Signal()
    focused = Signal()

    def __init__(self, *, commas: bool) -> None:
        super().__init__()
        self._keeping = (Qt.Key.Key_Return, Qt.Key.Key_Enter, *((Qt.Key.Key_Comma,) if commas else ()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self._keeping:
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
    """Several values as chips in a field, with completion. `choices` are (value, words); `free` allows others.

    commas: a comma ends a value; False where it may be part of one.
    """

    def __init__(
        self, theme: Theme, choices: Sequence[tuple[str, str]], name: str, *, free: bool, hint: str, commas: bool = True
    ) -> None:  # fmt: skip
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
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.entry = _ChipEntry(commas=commas)
        self.setFocusProxy(self.entry)
        self.entry.setProperty("kind", "bare")
        self.entry.setStyleSheet("min-height: 0")
        completer = QCompleter(QStringListModel([words for _, words in choices], self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._completed)
        self.entry.setCompleter(completer)
        self.suggestions = Suggestions(completer, self)
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

    def finish(self) -> None:
        self._keep()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The whole box is the field, not only the part of it that is written in."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.entry.setFocus(Qt.FocusReason.MouseFocusReason)
            event.accept()
        else:
            super().mousePressEvent(event)

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
        self.suggestions.close()
        if text.strip() and self.add(text):
            self.entry.clear()

    def _completed(self, words: str) -> None:
        self.add(words)
        # The completer writes its choice into the field after this signal.
        self.entry.setText("")
        self.suggestions.close()

    def _take_last(self) -> None:
        if self._values:
            self._remove(self._values[-1])

    def _remove(self, value: str) -> None:
        self._values.remove(value)
        self._show()
        self.entry.setFocus()
        self.changed.emit()
