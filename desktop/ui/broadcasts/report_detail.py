"""What happened to the chosen message of a report, and what can be done about one that is not certain."""

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.domain.broadcast_report import Person
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.phones import pretty
from desktop.services.broadcasts import UnknownDecision
from desktop.ui.broadcasts import report_words, words
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

_ASK: Final[dict[UnknownDecision, tuple[str, str]]] = {
    UnknownDecision.ARRIVED: ("It arrived", "Mark the message to {name} as arrived?"),
    UnknownDecision.SEND_AGAIN: (
        "Send again",
        "Send a new message to {name}? If the first one arrived, they get it twice. The opt-in is asked anew.",
    ),
    UnknownDecision.LEAVE_IT: (
        "Leave it",
        "Leave the message to {name} as it is, not knowing whether it arrived?",
    ),
}


class Detail(QFrame):
    """What happened to the chosen message; for one that is not certain, the three answers, each asked once more."""

    decided = Signal(int, object)
    why_requested = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.setProperty("kind", "inset")
        self._message: MessageView | None = None
        self._person: Person | None = None
        self._asking: UnknownDecision | None = None
        self.text = Label("", wrap=True, rich=True, tight=True, name="report_detail_text")
        self.answers = {
            decision: Button(theme, caption, name=f"report_unknown_{decision.value}")
            for decision, (caption, _) in _ASK.items()
        }
        self.confirm = Button(theme, "", "primary", name="report_unknown_confirm")
        self.keep = Button(theme, "Cancel", name="report_unknown_cancel")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        for decision, button in self.answers.items():
            button.clicked.connect(lambda _=False, decision=decision: self._ask(decision))
            row.addWidget(button)
        self.why = Button(theme, "Why?", "link", name="report_why")
        self.why.setToolTip("Why this message went out or did not, step by step (?)")
        self.why.clicked.connect(self._ask_why)
        row.addWidget(self.why)
        row.addWidget(self.keep)
        row.addWidget(self.confirm)
        self.confirm.clicked.connect(self._decide)
        self.keep.clicked.connect(self._cancel)
        named(self, "report_detail", "The chosen message")
        self.show_person(None)

    def show_person(self, person: Person | None) -> None:
        """What happened to the message, and what came back."""
        old, message = self._message, person.message if person else None
        self._person = person
        if message and old and (message.id, message.status) == (old.id, old.status):
            return  # a reload: a question that stands open stays open
        self._message, self._asking = message, None
        self._show()

    def _show(self) -> None:
        message = self._message
        sentence = self._sentence()
        self.setVisible(bool(sentence))
        unknown = message is not None and message.status is Status.UNKNOWN
        for button in self.answers.values():
            button.setVisible(unknown and self._asking is None)
        self.confirm.setVisible(self._asking is not None)
        self.keep.setVisible(self._asking is not None)
        self.why.setVisible(self._asking is None and (self._person is None or self._person.again is None))
        if message is None:
            return
        name = message.contact_name or pretty(message.phone)
        if self._asking is None:
            self.text.setText(f"<b>{escape(name)}</b> · {escape(sentence)}")
            return
        caption, question = _ASK[self._asking]
        self.text.setText(escape(question.format(name=name)))
        self.confirm.setText(caption)
        self.confirm.setAccessibleName(caption)

    def _sentence(self) -> str:
        """Why it did not arrive, what they answered, that they opted out since, how often it was tried."""
        one = self._person
        if one is None:
            return ""
        told = [words.message_sentence(one.message)]
        if one.reply:
            told.append(f"They replied: “{one.reply}”.")
        if one.opted_out is not None:
            told.append(f"Opted out since: {report_words.opted_out_words(one.opted_out, self._now())}.")
        if one.try_count > 1:
            told.append(f"{one.try_count} attempts.")
        return " ".join(part for part in told if part)

    def _ask(self, decision: UnknownDecision) -> None:
        self._asking = decision
        self._show()
        self.keep.setFocus()

    def _ask_why(self) -> None:
        if self._message is not None:
            self.why_requested.emit(self._message.id)

    def _cancel(self) -> None:
        asked, self._asking = self._asking, None
        self._show()
        if asked is not None:
            self.answers[asked].setFocus()

    def _decide(self) -> None:
        if self._message is not None and self._asking is not None:
            decision, self._asking = self._asking, None
            self._show()
            self.decided.emit(self._message.id, decision)
