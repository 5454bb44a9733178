"""An input with its label above, how much of its room is used, and what is wrong with it below."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.flow_findings import FlowFinding
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named, restyle


class Parted(QWidget):
    """An input of several parts, which shows what is wrong with each of them beside it."""

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Returns those that belong to none of its parts."""
        return tuple(findings)

    def input_of(self, which: str) -> QWidget | None:
        """Where one of its parts is set; None for none of them."""
        del which
        return None


class Problem(Label):
    """What is wrong with one thing, in red; in the colour of a warning where nothing of it blocks."""

    def __init__(self, name: str) -> None:
        super().__init__("", "muted", color="danger", wrap=True, tight=True, name=name)
        self.hide()

    def show_findings(self, findings: Sequence[FlowFinding]) -> None:
        self.say(
            " ".join(dict.fromkeys(one.sentence for one in findings)), blocks=any(one.blocks for one in findings)
        )  # fmt: skip

    def say(self, sentence: str, *, blocks: bool = True) -> None:
        self.setText(sentence)
        self.set_color("danger" if blocks else "warn")
        self.setVisible(bool(sentence))


def detail(part: str) -> str:
    """What a finding is about inside its part: '2' of 'choices:2'."""
    return part.partition(":")[2]


class Row(QWidget):
    """part: what findings call it. The field is named by the label, and described by its help and its findings."""

    def __init__(
        self, label: str, field: QWidget, *, name: str, part: str, most: int = 0, help_text: str = ""
    ) -> None:
        """most: how many characters WhatsApp takes; 0: there is no counter."""
        super().__init__()
        self.part, self.field, self._most, self._help = part, field, most, help_text
        self.heading = Label(label, "strong")
        self.heading.setBuddy(field)
        self.count = Label("", "muted", name=f"{name}_count")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.heading, 1)
        head.addWidget(self.count)
        self.help = Label(help_text, "muted", wrap=True, tight=True, name=f"{name}_help")
        self.problem = Problem(f"{name}_problem")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (field, self.help, self.problem):
            column.addWidget(widget)
        self.count.setVisible(bool(most))
        self.help.setVisible(bool(help_text))
        self._blocked = False
        named(self, f"{name}_row", label)
        named(field, "", field.accessibleName() or label, help_text)
        self.show_length(0)

    def show_length(self, length: int) -> None:
        """How many characters there are."""
        if self._most:
            self.count.setText(f"{length:,} / {self._most:,}")
            self.count.setAccessibleName(f"{length:,} of {self._most:,} characters")
            self.count.set_color("danger" if length > self._most else None)

    def show_help(self, text: str) -> None:
        self._help = text
        self.help.setText(text)
        self.help.setVisible(bool(text))

    def show_findings(self, findings: Sequence[FlowFinding]) -> None:
        """Only a warning where none of them blocks."""
        if isinstance(self.field, Parted):
            findings = self.field.show_findings(findings)
        self.problem.show_findings(findings)
        blocks = any(one.blocks for one in findings)
        box = self.field.focusProxy() or self.field
        box.setAccessibleDescription(f"{self.problem.text()} {self._help}".strip())
        if blocks != self._blocked:
            self._blocked = blocks
            restyle(box, problem=blocks)


class Choosing(QComboBox):
    """A list that drops down, as wide as there is room: its entries do not widen the panel."""

    def __init__(self, *, name: str, label: str) -> None:
        super().__init__()
        self._entries: tuple[tuple[object, str], ...] = ()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        named(self, name, label)

    def show_entries(
        self, entries: Sequence[tuple[object, str]], chosen: object, gone: str = "(gone)"
    ) -> None:
        """(what is kept, its words). What is chosen and no entry is added, in words that say so."""
        if chosen not in [value for value, _ in entries]:
            entries = (*entries, (chosen, gone))
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.clear()
            for at, (_, words) in enumerate(entries):
                self.addItem(words, at)
            for at, (_, words) in enumerate(entries):
                self.setItemData(at, words, Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(next(at for at, (value, _) in enumerate(entries) if value == chosen))
        self.setToolTip(self.currentText())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words that have no room end in an ellipsis."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        place = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        text: str = option.currentText
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width() - 2)
        option.currentText = shown
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    @property
    def value(self) -> object:
        """What is kept of the chosen entry."""
        return self._entries[self.currentIndex()][0]

    def take(self, value: object) -> None:
        """Choose as a person does. Raises ValueError for what is no entry."""
        at = [one for one, _ in self._entries].index(value)
        self.setCurrentIndex(at)
        self.activated.emit(at)
