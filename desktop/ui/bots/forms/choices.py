"""Buttons or rows to choose from: add, write, move, take away."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_message_checks import LONGEST_ROW_NOTE
from desktop.domain.flow_nodes import Choice
from desktop.ui.bots.forms.boxes import LineBox
from desktop.ui.bots.forms.rows import Parted, Problem, detail
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


def new_choice(choices: Sequence[Choice]) -> Choice:
    """An empty one, whose id is no other's."""
    taken = {one.id for one in choices}
    return Choice(next(made for number in count(1) if (made := f"c{number}") not in taken), "")


class ChoiceLine(QFrame):
    """One button or row. `edited(choice, part)`, `moved(by)`, `removed()`; Enter in it asks for one more."""

    edited = Signal(object, str)
    moved = Signal(int)
    removed = Signal()
    more_requested = Signal()

    def __init__(
        self, theme: Theme, choice: Choice, number: int, word: str, most: int, *, noted: bool
    ) -> None:
        """word: 'Button' or 'Row'; most: characters of its title; noted: it has a second line."""
        super().__init__()
        self.choice, self._word, self._most = choice, word, most
        name = f"choice_{choice.id}"
        self.setProperty("kind", "inset")
        self.head = Label(f"{word} {number}", "muted", name=f"{name}_head")
        self.count = Label("", "muted", name=f"{name}_count")
        self.title = LineBox(hint="What stands on it", name=f"{name}_title", label=f"{word} {number}: title")
        self.title.edited.connect(lambda text: self._set("title", text))
        self.title.returnPressed.connect(self.more_requested)
        self.note = LineBox(hint="Second line, optional", name=f"{name}_note", label=f"{word} {number}: note")
        self.note.edited.connect(lambda text: self._set("note", text))
        self.note.returnPressed.connect(self.more_requested)
        self.up = IconButton(theme, "arrow-up", "Move up (Alt+Up)", name=f"{name}_up")
        self.down = IconButton(theme, "arrow-down", "Move down (Alt+Down)", name=f"{name}_down")
        self.cross = IconButton(theme, "x", f"Remove this {word.lower()}", name=f"{name}_remove")
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.cross.clicked.connect(self.removed)
        self.problem = Problem(f"{name}_problem")
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.head)
        head.addStretch(1)
        head.addWidget(self.count)
        head.addSpacing(4)
        for button in (self.up, self.down, self.cross):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self.title, self.note, self.problem):
            column.addWidget(widget)
        self.note.setVisible(noted)
        for keys, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(
                QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            shortcut.activated.connect(lambda by=by: self.moved.emit(by))
        named(self, name)

    def show_choice(self, choice: Choice, number: int, last: int) -> None:
        """Without telling. last: the number of the last one."""
        self.choice = choice
        said = f"{self._word} {number}"
        self.head.setText(said)
        self.title.show_text(choice.title)
        self.note.show_text(choice.note)
        self.title.setAccessibleName(f"{said}: title")
        self.note.setAccessibleName(f"{said}: note")
        self.setAccessibleName(f"{said}: {choice.title}")
        self.up.setEnabled(number > 1)
        self.down.setEnabled(number < last)
        self._show_lengths()

    def show_findings(self, findings: Sequence[FlowFinding]) -> None:
        self.problem.show_findings(findings)
        self.title.setAccessibleDescription(self.problem.text())

    def _show_lengths(self) -> None:
        title, note = len(self.choice.title), len(self.choice.note)
        told = f"{title} / {self._most}"
        if note:
            told += f" · {note} / {LONGEST_ROW_NOTE}"
        self.count.setText(told)
        self.count.set_color("danger" if title > self._most or note > LONGEST_ROW_NOTE else None)

    def _set(self, part: str, text: str) -> None:
        self.choice = replace(self.choice, **{part: text})
        self._show_lengths()
        self.edited.emit(self.choice, part)


class ChoicesField(Parted):
    """`choices_changed(choices, joint)`: joint names what is being typed in."""

    choices_changed = Signal(object, str)

    def __init__(
        self, theme: Theme, *, word: str, most: int, longest_title: int, noted: bool = False
    ) -> None:
        """most: how many there can be."""
        super().__init__()
        self._theme, self._word, self._most = theme, word, most
        self._longest_title, self._noted = longest_title, noted
        self._choices: tuple[Choice, ...] = ()
        self.lines: list[ChoiceLine] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.add = Button(theme, f"Add {word.lower()}", "link", icon="plus", name="choice_add")
        self.add.clicked.connect(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._list)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeading)
        named(self, "choices", f"{word}s")

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Without telling; lines that stay are left alone."""
        self._choices = choices
        before = {line.choice.id: line for line in self.lines}
        wanted = [
            before.pop(one.id) if one.id in before else self._line(one, at)
            for at, one in enumerate(choices, 1)
        ]
        for old in before.values():
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        if wanted != self.lines:
            self.lines = wanted
            for at, line in enumerate(wanted):
                self._list.insertWidget(at, line)
        for at, (line, choice) in enumerate(zip(self.lines, choices, strict=True), 1):
            line.show_choice(choice, at, len(choices))
        full = len(choices) >= self._most
        self.add.setEnabled(not full)
        self.add.setToolTip(f"WhatsApp takes at most {self._most} {self._word.lower()}s." if full else "")

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Those of one choice beside it; returns the others."""
        for line in self.lines:
            line.show_findings([one for one in findings if detail(one.part) == line.choice.id])
        ids = {line.choice.id for line in self.lines}
        return tuple(one for one in findings if detail(one.part) not in ids)

    def input_of(self, which: str) -> QWidget | None:
        return next((line.title for line in self.lines if line.choice.id == which), None)

    def _line(self, choice: Choice, number: int) -> ChoiceLine:
        line = ChoiceLine(
            self._theme, choice, number, self._word, self._longest_title, noted=self._noted or bool(choice.note)
        )  # fmt: skip
        line.edited.connect(self._edited)
        line.moved.connect(lambda by: self._move(line, by))
        line.removed.connect(lambda: self._remove(line))
        line.more_requested.connect(self._add)
        return line

    # What a person does.

    def _tell(self, choices: tuple[Choice, ...], joint: str = "") -> None:
        self.show_choices(choices)
        self.choices_changed.emit(choices, joint)

    def _edited(self, choice: Choice, part: str) -> None:
        changed = tuple(choice if one.id == choice.id else one for one in self._choices)
        self._tell(changed, f"choices:{choice.id}:{part}")

    def _add(self) -> None:
        if len(self._choices) < self._most:
            self._tell((*self._choices, new_choice(self._choices)))
            self.lines[-1].title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, line: ChoiceLine) -> None:
        at = self.lines.index(line)
        self._tell(tuple(one for one in self._choices if one.id != line.choice.id))
        near = self.lines[min(at, len(self.lines) - 1)].title if self.lines else self.add
        near.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, line: ChoiceLine, by: int) -> None:
        at = self.lines.index(line)
        if not 0 <= at + by < len(self._choices):
            return
        choices = list(self._choices)
        choices.insert(at + by, choices.pop(at))
        had = QApplication.focusWidget()
        self._tell(tuple(choices))
        if had is not None and line.isAncestorOf(had):
            (had if had.isEnabled() else line.title).setFocus(Qt.FocusReason.OtherFocusReason)
