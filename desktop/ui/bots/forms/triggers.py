"""What starts a flow: its triggers, a message to try them with, and how long an answer may take."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.flow import LONGEST_TIMEOUT_MINUTES, Trigger, TriggerKind
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.domain.sequence import Delay
from desktop.ui.bots.forms.form import input_of
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Row
from desktop.ui.bots.forms.span_field import MINUTES_OF, SpanField, as_span
from desktop.ui.bots.forms.trigger_card import TriggerCard
from desktop.ui.bots.forms.trigger_trial import TryTriggers
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

ORDER: Final = (
    "Among all flows the order is: advertisement, button, whole message, pattern, any message; in each, the flow "
    "that was published last."
)


class StartForm(QWidget):
    """`triggers_changed(triggers, joint)` and `timeout_changed(minutes)`."""

    triggers_changed = Signal(object, str)
    timeout_changed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._triggers: tuple[Trigger, ...] = ()
        self._known = Known()
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
                help_text="After that the bot ends, and people go on: whoever has the conversation keeps it, else whoever takes it.",
            ),
        ]  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for widget in (self.rows[0], self.attempt, self.rows[1]):
            column.addWidget(widget)
        named(self, "start_form", "Trigger")

    def show_start(self, place: Place) -> None:
        self._known = place.known
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
        self.attempt.show_triggers(triggers, self._known)

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
