"""One trigger of a flow: its kind, its values, and its place among the others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout

from desktop.domain.flow import Trigger, TriggerKind
from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_words import TRIGGERS
from desktop.ui.bots.forms.rows import Choosing, Problem
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

KINDS: Final = (
    *TRIGGERS.items(),
    (TriggerKind.ADVERTISEMENT, "From an advertisement"),
    (TriggerKind.ANY, "Any message"),
)
_HINTS: Final = {
    TriggerKind.KEYWORD: "Type a word",
    TriggerKind.PATTERN: "Type a pattern",
    TriggerKind.PAYLOAD: "Type what the button sends",
    TriggerKind.ADVERTISEMENT: "Part of its link or title",
}
_NOTES: Final = {
    TriggerKind.KEYWORD: "Spaces and punctuation aside. Opt-out and opt-in words never reach a bot.",
    TriggerKind.PATTERN: "A regular expression, found anywhere in the message.",
    TriggerKind.PAYLOAD: "What a template’s button sends when it is pressed.",
    TriggerKind.ADVERTISEMENT: "Without a value: any advertisement that leads to WhatsApp.",
    TriggerKind.ANY: "Whatever nothing else takes, in every flow.",
}
EXACTLY: Final = "Letter by letter. Opt-out and opt-in words never reach a bot."
_CASED: Final = (TriggerKind.KEYWORD, TriggerKind.PATTERN)


def trigger_name(trigger: Trigger) -> str:
    """'Whole message is', for a sentence."""
    return dict(KINDS)[trigger.kind]


class TriggerCard(QFrame):
    """One way in. `edited(trigger)`, `moved(by)`, `removed()`."""

    edited = Signal(object)
    moved = Signal(int)
    removed = Signal()

    def __init__(self, theme: Theme, number: int, trigger: Trigger) -> None:
        super().__init__()
        self._theme, self._number, self.trigger = theme, number, trigger
        self.setProperty("kind", "inset")
        name = f"trigger_{number}"
        self.kind = Choosing(name=f"{name}_kind", label=f"Trigger {number}: kind")
        self.kind.activated.connect(lambda _: self._set(kind=self.kind.value))
        self.up = IconButton(theme, "arrow-up", "Move up (Alt+Up)", name=f"{name}_up")
        self.down = IconButton(theme, "arrow-down", "Move down (Alt+Down)", name=f"{name}_down")
        self.cross = IconButton(theme, "x", "Remove this trigger", name=f"{name}_remove")
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.cross.clicked.connect(self.removed)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.kind, 1)
        head.addSpacing(4)
        for button in (self.up, self.down, self.cross):
            head.addWidget(button)
        self.values: ChipsValue | None = None
        self._values_kind: TriggerKind | None = None
        self.match_case = QCheckBox("Match upper and lower case")
        self.match_case.clicked.connect(lambda on: self._set(match_case=on))
        named(self.match_case, f"{name}_case", "Match upper and lower case")
        self.note = Label("", "muted", wrap=True, tight=True, name=f"{name}_note")
        self.problem = Problem(f"{name}_problem")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 6, 8)
        self._column.setSpacing(6)
        self._column.addLayout(head)
        for widget in (self.match_case, self.note, self.problem):
            self._column.addWidget(widget)
        for keys, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(
                QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            shortcut.activated.connect(lambda by=by: self.moved.emit(by))
        named(self, name, f"Trigger {number}")

    def show_trigger(self, trigger: Trigger, *, first: bool, last: bool) -> None:
        """Without telling."""
        self.trigger = trigger
        self.kind.show_entries(KINDS, trigger.kind)
        self._fit_values(trigger.kind)
        if self.values is not None and self.values.values() != trigger.values:
            self.values.set_values(trigger.values)
        self.match_case.setVisible(trigger.kind in _CASED)
        self.match_case.setChecked(trigger.match_case)
        exactly = trigger.match_case and trigger.kind is TriggerKind.KEYWORD
        self.note.setText(EXACTLY if exactly else _NOTES[trigger.kind])
        self.up.setEnabled(not first)
        self.down.setEnabled(not last)

    def show_findings(self, findings: Sequence[FlowFinding]) -> None:
        self.problem.show_findings(findings)
        if self.values is not None:
            self.values.entry.setAccessibleDescription(self.problem.text())

    def finish(self) -> None:
        if self.values is not None:
            self.values.finish()

    def _fit_values(self, kind: TriggerKind) -> None:
        if kind is self._values_kind:
            return
        self._values_kind = kind
        if self.values is not None:
            self._column.removeWidget(self.values)
            self.values.hide()
            self.values.deleteLater()
            self.values = None
        if kind is TriggerKind.ANY:
            return
        name = f"trigger_{self._number}_values"
        self.values = ChipsValue(
            self._theme, (), name, free=True, hint=_HINTS[kind], commas=kind is not TriggerKind.PATTERN
        )
        self.values.changed.connect(self._values_changed)
        self._column.insertWidget(1, self.values)

    def _values_changed(self) -> None:
        if self.values is not None:
            self._set(values=self.values.values())

    def _set(self, **changed: object) -> None:
        trigger = replace(self.trigger, **changed)  # type: ignore[arg-type]  # fields of a trigger
        if trigger != self.trigger:
            self.trigger = trigger
            self.edited.emit(trigger)
