"""A test to a few numbers before everybody gets it."""

import re
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from desktop.domain.phones import pretty
from desktop.services.broadcast_test import Tried
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme

MOST_NUMBERS: Final = 10
NOTE: Final = (
    "Goes at once, with the toggle on: whoever opted out gets no test either. A number that is no contact yet "
    "becomes one. It has a report of its own under this broadcast."
)


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers that were typed with commas, semicolons or line breaks between them, each once."""
    found = (one.strip() for one in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(one for one in found if one))


def sent_words(tried: Tried) -> str:
    """'The test went to 1 of 2 numbers. +1 604 555 0142 did not get it: opted out of marketing.'"""
    count, left = len(tried.phones), tried.left_out
    whole = f"{count} of {count + len(left)}" if left else f"{count}"
    numbers = "number" if count + len(left) == 1 else "numbers"
    not_sent = (
        f"{pretty(phone)} did not get it: {why.label[0].lower()}{why.label[1:]}." for phone, why in left
    )
    look = ("Look at your phone.",) if count else ()
    return " ".join((f"The test went to {whole} {numbers}.", *not_sent, *look))


class SendTestCard(Card):
    """`test_requested(numbers as typed)`."""

    test_requested = Signal(tuple)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Try it first", name="wizard_test_card")
        self._why_not = ""
        self.field = named(QLineEdit(), "wizard_test_numbers", "Numbers for the test", NOTE)
        self.field.setPlaceholderText(f"Up to {MOST_NUMBERS} numbers, with commas between them")
        self.send = Button(theme, "Send test", icon="paper-plane-tilt", name="wizard_test_send")
        self.said = Label(NOTE, "muted", wrap=True, name="wizard_test_said")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.send)
        self.body.addLayout(row)
        self.body.addWidget(self.said)
        self.field.textEdited.connect(lambda _: self._typed())
        self.field.returnPressed.connect(self._send)
        self.send.clicked.connect(self._send)
        self._typed()

    def show_ready(self, why_not: str, *, busy: bool = False) -> None:
        """why_not: what stands against any test; "" when one can be sent."""
        self._why_not = why_not
        self.field.setEnabled(not busy)
        self._fit(busy=busy)

    def show_sent(self, tried: Tried) -> None:
        self._say(sent_words(tried), "warn" if tried.left_out else "accent")

    def show_problem(self, sentence: str) -> None:
        self._say(sentence, "danger")

    def _typed(self) -> None:
        self._say(NOTE, None)
        self._fit()

    def _fit(self, *, busy: bool = False) -> None:
        count = len(numbers_in(self.field.text()))
        why = self._why_not or (
            f"A test goes to {MOST_NUMBERS} numbers at the most." if count > MOST_NUMBERS else ""
        )
        self.send.setEnabled(bool(count) and not why and not busy)
        self.send.setToolTip(why or ("" if count else "Write a number first."))
        restyle(self.field, problem=count > MOST_NUMBERS)

    def _say(self, text: str, color: str | None) -> None:
        self.said.setText(text)
        self.said.set_color(color)  # type: ignore[arg-type]  # one of the theme's

    def _send(self) -> None:
        if self.send.isEnabled():
            self.test_requested.emit(numbers_in(self.field.text()))
