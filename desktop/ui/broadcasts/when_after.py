"""What happens afterwards: who takes the replies, and what is tried again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.ui.parts.card import Card
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme

ROUTES: Final[dict[RouteKind, str]] = {
    RouteKind.AS_ALWAYS: "As always",
    RouteKind.UNASSIGNED: "Unassigned: whoever is free takes them",
    RouteKind.PERSON: "A person",
    RouteKind.BOT: "A bot",
}
_NOTES: Final[dict[RouteKind, str]] = {
    RouteKind.AS_ALWAYS: "A conversation stays with whoever has it; bots begin as their triggers say.",
    RouteKind.UNASSIGNED: "A reply takes the conversation out of anybody’s hands.",
    RouteKind.PERSON: "Every conversation in which somebody replies becomes theirs.",
    RouteKind.BOT: "The bot begins with the reply. STOP and its like never reach it.",
}
MOST_TRIES, LONGEST_H = 3, 24 * 14
Named = tuple[int, str]


class RepliesCard(Card):
    """`afterwards_requested(Afterwards)` when the route of replies changes."""

    afterwards_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Who takes the replies?", name="wizard_replies_card")
        self._shown = Afterwards()
        self._people: Sequence[Named] = ()
        self._bots: Sequence[Named] = ()
        self.route = named(QComboBox(), "wizard_route", "Who takes the replies")
        for kind, said in ROUTES.items():
            self.route.addItem(said, kind.value)
        self.whom = named(QComboBox(), "wizard_route_whom", "Which person or bot")
        for combo in (self.route, self.whom):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(14)
        self.note = Label("", "muted", wrap=True, name="wizard_route_note")
        for widget in (self.route, self.whom, self.note):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.route.activated.connect(self._route_told)
        self.whom.activated.connect(self._whom_told)
        self.show_afterwards(Afterwards())

    def show_choices(self, people: Sequence[Named], bots: Sequence[Named]) -> None:
        """Who can take replies, by id and name."""
        self._people, self._bots = people, bots
        self.show_afterwards(self._shown)

    def show_afterwards(self, shown: Afterwards) -> None:
        self._shown = shown
        self.route.setCurrentIndex(self.route.findData(shown.route.value))
        choices = {RouteKind.PERSON: self._people, RouteKind.BOT: self._bots}.get(shown.route)
        self.whom.setVisible(choices is not None)
        self.whom.clear()
        for id, said in choices or ():
            self.whom.addItem(said, id)
        if shown.route_id and self.whom.findData(shown.route_id) < 0:
            self.whom.addItem("(gone)", shown.route_id)
        self.whom.setPlaceholderText("Choose a bot" if shown.route is RouteKind.BOT else "Choose a person")
        self.whom.setCurrentIndex(self.whom.findData(shown.route_id))
        empty = shown.route is RouteKind.BOT and not self._bots
        self.note.setText("No bot is published yet." if empty else _NOTES[shown.route])

    def _route_told(self) -> None:
        kind = RouteKind(self.route.currentData())
        if kind is not self._shown.route:
            self.afterwards_requested.emit(replace(self._shown, route=kind, route_id=0))

    def _whom_told(self) -> None:
        self.afterwards_requested.emit(replace(self._shown, route_id=int(self.whom.currentData() or 0)))


class RetryCard(Card):
    """`afterwards_requested(Afterwards)` when the plan changes."""

    afterwards_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("And what failed?", name="wizard_retry_card")
        self._shown = Afterwards()
        again = "Try it again by itself"
        self.again = named(QCheckBox(again), "wizard_retry", again)
        self.times = NumberField(
            theme, 1, MOST_TRIES, 1, suffix=" time", label="How often", name="wizard_retry_times"
        )
        self.after = NumberField(
            theme, 1, LONGEST_H, 24, suffix=" hours later", label="Hours between tries",
            name="wizard_retry_after",
        )  # fmt: skip
        holder = QWidget()
        row = FlowLayout(holder, spacing_px=8, line_spacing_px=4)
        row.addWidget(self.times)
        row.addWidget(self.after)
        note = (
            "Only what WhatsApp allows to be tried again, and each contact is asked anew. Whoever opted out "
            "never is; where WhatsApp’s limit for marketing was reached, not before 24 hours."
        )
        self.body.addWidget(self.again)
        self.body.addWidget(holder)
        self.body.addWidget(Label(note, "muted", wrap=True, name="wizard_retry_note"))
        self.body.addStretch(1)
        self.again.clicked.connect(self._told)
        self.times.valueChanged.connect(self._told)
        self.after.valueChanged.connect(self._told)
        self.show_afterwards(Afterwards())

    def show_afterwards(self, shown: Afterwards) -> None:
        self._shown = shown
        self.again.setChecked(shown.retry_count > 0)
        for field, value in ((self.times, shown.retry_count), (self.after, shown.after_h)):
            field.setEnabled(shown.retry_count > 0)
            field.blockSignals(True)
            field.setValue(max(1, value))
            field.blockSignals(False)
        self.times.setSuffix(" time" if self.times.value() == 1 else " times")
        self.after.setSuffix(" hour later" if self.after.value() == 1 else " hours later")

    def _told(self, *_: object) -> None:
        count = self.times.value() if self.again.isChecked() else 0
        wanted = replace(self._shown, retry_count=count, after_h=self.after.value())
        if wanted != self._shown:
            self.afterwards_requested.emit(wanted)


def route_words(after: Afterwards, names: Sequence[Named]) -> str:
    """'As always', 'Unassigned', 'Mira Patel', 'Bot “Returns”'."""
    name = dict(names).get(after.route_id, "–")
    if after.route is RouteKind.BOT:
        return f"Bot “{name}”"
    return name if after.route is RouteKind.PERSON else ROUTES[after.route].partition(":")[0]


def retry_words(after: Afterwards) -> str:
    """'Tried again twice, 24 h after each other'."""
    if not after.retry_count:
        return "Not tried again by itself"
    often = {1: "once", 2: "twice"}.get(after.retry_count, f"{after.retry_count} times")
    return f"Tried again {often}, {after.after_h} h later"
