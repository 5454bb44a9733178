"""What starts a flow: its triggers, a message to try them with, and how long an answer may take."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.flow import LONGEST_TIMEOUT_MINUTES, Trigger, TriggerKind
from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_triggers import Incoming, fires
from desktop.domain.sequence import Delay
from desktop.ui.bots.forms.boxes import LineBox
from desktop.ui.bots.forms.form import input_of
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Choosing, Problem, Row
from desktop.ui.bots.forms.span_field import MINUTES_OF, SpanField, as_span
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

KINDS: Final = (
    (TriggerKind.KEYWORD, "Whole message is"),
    (TriggerKind.PATTERN, "Message matches"),
    (TriggerKind.PAYLOAD, "Button’s payload is"),
    (TriggerKind.ADVERTISEMENT, "From an advertisement"),
    (TriggerKind.ANY, "Any message"),
)
_HINTS: Final = {
    TriggerKind.KEYWORD: "Type a word",
    TriggerKind.PATTERN: "Type a pattern",
    TriggerKind.PAYLOAD: "Type a payload",
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
ORDER: Final = (
    "Among all flows the order is: advertisement, button, whole message, pattern, any message; in each, the flow "
    "that was published last."
)
AS_MESSAGE, AS_PAYLOAD, AS_ADVERTISEMENT = "message", "payload", "advertisement"


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


class TryTriggers(QWidget):
    """A message to try: which trigger takes it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._triggers: tuple[Trigger, ...] = ()
        self.how = Choosing(name="trigger_try_how", label="What comes in")
        self.how.show_entries(
            ((AS_MESSAGE, "A message"), (AS_PAYLOAD, "A pressed button"), (AS_ADVERTISEMENT, "An advertisement")),
            AS_MESSAGE,
        )  # fmt: skip
        self.how.activated.connect(lambda _: self._show())
        self.said = LineBox(hint="Write as the customer…", name="trigger_try", label="Try a message")
        self.said.edited.connect(lambda _: self._show())
        self.result = Label("", "muted", wrap=True, tight=True, name="trigger_try_result")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (SectionLabel("Try a message"), self.how, self.said, self.result):
            column.addWidget(widget)
        named(self, "trigger_try_box", "Try a message")
        self._show()

    def show_triggers(self, triggers: tuple[Trigger, ...]) -> None:
        self._triggers = triggers
        self._show()

    def incoming(self) -> Incoming:
        """What was written, as it would come in."""
        text = self.said.text()
        if self.how.value == AS_PAYLOAD:
            return Incoming(text, payload=text)
        if self.how.value == AS_ADVERTISEMENT:
            return Incoming(advertisement=text)
        return Incoming(text)

    def _show(self) -> None:
        if not self.said.text() and self.how.value != AS_ADVERTISEMENT:
            self.result.setText("")
            self.result.hide()
            return
        incoming = self.incoming()
        found = next((at for at, one in enumerate(self._triggers, 1) if fires(one, incoming)), 0)
        if found:
            taken = self._triggers[found - 1]
            self.result.setText(f"Starts this flow: trigger {found}, “{trigger_name(taken)}”.")
        else:
            self.result.setText("Does not start this flow.")
        self.result.set_color("accent" if found else "warn")
        self.result.show()


class StartForm(QWidget):
    """`triggers_changed(triggers, joint)` and `timeout_changed(minutes)`."""

    triggers_changed = Signal(object, str)
    timeout_changed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._triggers: tuple[Trigger, ...] = ()
        self.cards: list[TriggerCard] = []
        self.none = Label(
            "No trigger yet. Without one, a colleague can start it by hand.", "muted", wrap=True, tight=True,
            name="triggers_none",
        )  # fmt: skip
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.add = Button(theme, "Add trigger", "link", icon="plus", name="trigger_add")
        self.add.clicked.connect(self._add)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.none)
        inside.addLayout(self._list)
        inside.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeading)
        named(holder, "triggers", "Triggers")
        self.timeout = SpanField(
            theme, name="flow_timeout", label="An answer may take", most_minutes=LONGEST_TIMEOUT_MINUTES
        )
        self.timeout.span_changed.connect(self._timeout_chosen)
        self.attempt = TryTriggers(theme)
        self.rows = [
            Row("Started by", holder, name="triggers", part="triggers", help_text=ORDER),
            Row(
                "An answer may take", self.timeout, name="flow_timeout", part="timeout_minutes",
                help_text="After that the conversation is Unassigned, for whoever takes it.",
            ),
        ]  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for widget in (self.rows[0], self.attempt, self.rows[1]):
            column.addWidget(widget)
        named(self, "start_form", "Trigger")

    def show_start(self, place: Place) -> None:
        self._show_triggers(place.definition.triggers)
        self.timeout.show_span(as_span(place.definition.timeout_minutes))

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Each beside its trigger or field. Returns those that belong to none."""
        rest: list[FlowFinding] = []
        by_part = {row.part for row in self.rows}
        by_card: dict[int, list[FlowFinding]] = {}
        by_row: dict[str, list[FlowFinding]] = {}
        for one in findings:
            root, _, number = one.part.partition(":")
            if root == "triggers" and number.isdigit() and int(number) < len(self.cards):
                by_card.setdefault(int(number), []).append(one)
            elif root in by_part:
                by_row.setdefault(root, []).append(one)
            else:
                rest.append(one)
        for at, card in enumerate(self.cards):
            card.show_findings(by_card.get(at, ()))
        for row in self.rows:
            row.show_findings(by_row.get(row.part, ()))
        self.none.setVisible(not self.cards and "triggers" not in by_row)
        return tuple(rest)

    def input_of(self, part: str) -> QWidget | None:
        """Where a part is set, a trigger by its place from 0; the first input for what has none of its own."""
        card = next((one for at, one in enumerate(self.cards) if part == f"triggers:{at}"), None)
        if card is not None:
            return card.values.entry if card.values is not None else card.kind
        return input_of(self.rows, part)

    def finish(self) -> None:
        """Tell what is still being typed."""
        for card in self.cards:
            card.finish()

    def _show_triggers(self, triggers: tuple[Trigger, ...]) -> None:
        self._triggers = triggers
        while len(self.cards) > len(triggers):
            old = self.cards.pop()
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        while len(self.cards) < len(triggers):
            self._append(triggers[len(self.cards)])
        for at, (card, trigger) in enumerate(zip(self.cards, triggers, strict=True)):
            card.show_trigger(trigger, first=at == 0, last=at == len(triggers) - 1)
        self.none.setVisible(not triggers)
        self.attempt.show_triggers(triggers)

    def _append(self, trigger: Trigger) -> None:
        at = len(self.cards)
        card = TriggerCard(self._theme, at + 1, trigger)
        card.edited.connect(lambda new: self._replace(at, new))
        card.moved.connect(lambda by: self._move(at, by))
        card.removed.connect(lambda: self._remove(at))
        self.cards.append(card)
        self._list.addWidget(card)

    # What a person does.

    def _tell(self, triggers: tuple[Trigger, ...], joint: str = "") -> None:
        self._show_triggers(triggers)
        self.triggers_changed.emit(triggers, joint)

    def _add(self) -> None:
        kind = TriggerKind.KEYWORD
        self._tell((*self._triggers, Trigger(kind)))
        values = self.cards[-1].values
        if values is not None:
            values.setFocus(Qt.FocusReason.OtherFocusReason)

    def _replace(self, at: int, trigger: Trigger) -> None:
        self._tell((*self._triggers[:at], trigger, *self._triggers[at + 1 :]))

    def _remove(self, at: int) -> None:
        self._tell((*self._triggers[:at], *self._triggers[at + 1 :]))
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, at: int, by: int) -> None:
        to = at + by
        if not 0 <= to < len(self._triggers):
            return
        triggers = list(self._triggers)
        triggers.insert(to, triggers.pop(at))
        self._tell(tuple(triggers))
        card = self.cards[to]
        button = card.up if by < 0 else card.down
        (button if button.isEnabled() else card.kind).setFocus(Qt.FocusReason.OtherFocusReason)

    def _timeout_chosen(self, span: Delay) -> None:
        self.timeout_changed.emit(span.count * MINUTES_OF[span.unit])
