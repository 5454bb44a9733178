"""A second supervisor's yes: asked for, waited for, given, refused or void."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from desktop.domain.approval import Approval, ApprovalState
from desktop.ui.broadcasts import words
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class ApprovalLook:
    """approval: the newest request, None if there is none that counts. stands: granted, and for what is chosen now.

    is_mine: the person who sits here asked for it. despite_count: who opted out and would get it now. why_not_decide: of
    the person who sits here; "" when they may.
    """

    despite_count: int
    approval: Approval | None = None
    stands: bool = False
    is_mine: bool = False
    why_not_decide: str = ""

    @property
    def state(self) -> ApprovalState | None:
        """What it comes to now: one that was asked or granted for something else is void."""
        if self.approval is None:
            return None
        if self.approval.state is ApprovalState.GRANTED and not self.stands:
            return ApprovalState.EXPIRED
        return self.approval.state


_BADGES = {
    ApprovalState.ASKED: ("Waiting", BadgeKind.WARN),
    ApprovalState.GRANTED: ("Approved", BadgeKind.DONE),
    ApprovalState.REFUSED: ("Refused", BadgeKind.DANGER),
    ApprovalState.EXPIRED: ("Expired", BadgeKind.NEUTRAL),
    ApprovalState.TAKEN_BACK: ("Taken back", BadgeKind.NEUTRAL),
}


class ApprovalCard(Card):
    """`ask_requested(reason)`, `decide_requested(granted, words)`, `take_back_requested()`, `people_requested()`."""

    ask_requested = Signal(str)
    decide_requested = Signal(bool, str)
    take_back_requested = Signal()
    people_requested = Signal()

    def __init__(self, theme: Theme, *, name: str = "wizard_approval") -> None:
        super().__init__("A second supervisor’s yes", name=name)
        self._look = ApprovalLook(0)
        self.badge = Badge(theme, "Waiting", BadgeKind.WARN, name=f"{name}_state")
        self.header.addWidget(self.badge)
        self.said = Label("", wrap=True, rich=True, name=f"{name}_said")
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme.px(64))
        named(self.text, f"{name}_text", "In your words")
        self.row = FormRow("In your words", self.text, name=f"{name}_row")
        self.ask = Button(theme, "Ask for approval", "primary", name=f"{name}_ask")
        self.approve = Button(theme, "Approve", "primary", name=f"{name}_approve")
        self.refuse = Button(theme, "Refuse", "danger", name=f"{name}_refuse")
        self.back = Button(theme, "Take back", name=f"{name}_take_back")
        self.people = Button(theme, "Show these contacts", "link", name=f"{name}_people")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.ask, self.approve, self.refuse, self.back, self.people):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.body.addWidget(self.said)
        self.body.addWidget(self.row)
        self.body.addLayout(buttons)
        self.text.textChanged.connect(self._fit)
        self.ask.clicked.connect(lambda: self.ask_requested.emit(self.written))
        self.approve.clicked.connect(lambda: self.decide_requested.emit(True, self.written))
        self.refuse.clicked.connect(lambda: self.decide_requested.emit(False, self.written))
        self.back.clicked.connect(self.take_back_requested)
        self.people.clicked.connect(self.people_requested)
        self.hide()

    @property
    def written(self) -> str:
        return self.text.toPlainText().strip()

    def show_look(self, look: ApprovalLook | None, now: datetime, *, busy: bool = False) -> None:
        """None: no second yes is needed."""
        self.setVisible(look is not None)
        if look is None:
            return
        before, self._look = self._look, look
        state = look.state
        if before.state is not state:
            self.text.clear()
        asks = state not in (ApprovalState.ASKED, ApprovalState.GRANTED)
        decides = state is ApprovalState.ASKED and not look.is_mine and not look.why_not_decide
        self.badge.setVisible(state is not None)
        if state is not None:
            self.badge.show_badge(*_BADGES[state])
        self.said.setText(_sentence(look, now))
        self.row.setVisible(asks or decides)
        words_for = "Why do these contacts have to get it?" if asks else "What you want to add; a no needs it"
        self.text.setPlaceholderText(words_for)
        _show(self.ask, asks)
        _show(self.approve, decides)
        _show(self.refuse, decides)
        _show(self.back, look.is_mine and not asks)
        self._busy = busy
        self._fit()

    _busy = False

    def _fit(self) -> None:
        given = bool(self.written)
        self.ask.setEnabled(given and not self._busy and bool(self._look.despite_count))
        self.ask.setToolTip("" if given else "Write the reason first.")
        self.refuse.setEnabled(given and not self._busy)
        self.refuse.setToolTip("" if given else "Say what has to change first.")
        for button in (self.approve, self.back):
            button.setEnabled(not self._busy)

    def show_problem(self, sentence: str) -> None:
        self.row.show_problem(sentence)


def _show(widget: QWidget, shown: bool) -> None:
    if widget.isHidden() == shown:
        widget.setVisible(shown)


def _people(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'} who opted out"


def _sentence(look: ApprovalLook, now: datetime) -> str:
    kept, state = look.approval, look.state
    if kept is None or state in (None, ApprovalState.TAKEN_BACK):
        return (
            f"This workspace asks a second supervisor before <b>{_people(look.despite_count)}</b> get a broadcast. "
            "The yes names this number, and is void when audience, message or template change."
        )
    asked = f"Asked by {escape(kept.asked_by_name)} · {words.when(kept.asked_at, now)}"
    reason = f"“{escape(kept.reason)}”"
    if state is ApprovalState.ASKED:
        head = f"<b>{_people(kept.despite_count)}</b> of {kept.selected_count:,} selected would get it. {asked}: {reason}"
        tail = "Somebody else has to decide." if look.is_mine else look.why_not_decide
        return f"{head}<br>{escape(tail)}" if tail else head
    given = f"{escape(kept.decided_by_name)} · {words.when(kept.decided_at, now)}"
    added = f": “{escape(kept.words)}”" if kept.words else ""
    if state is ApprovalState.GRANTED:
        return f"Approved for <b>{_people(kept.despite_count)}</b>, and no more. {given}{added}<br>{asked}: {reason}"
    if state is ApprovalState.REFUSED:
        return f"<b>Refused</b> by {given}{added}. Change what is asked for, and ask again."
    what = "Audience, message or template changed since."
    if look.despite_count > kept.despite_count:
        what = f"{kept.despite_count:,} had opted out then; {look.despite_count:,} have now."
    by = escape(kept.decided_by_name or "a colleague")
    if kept.decided_by is None:
        return f"<b>What was asked is void.</b> {what} Ask again for {_people(look.despite_count)}."
    return f"<b>The yes of {by} is void.</b> {what} Ask again for {_people(look.despite_count)}."
