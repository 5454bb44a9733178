"""The card that answers *Why?*: numbered steps, the conclusion, what would change it, and the wire exchange."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Path
from desktop.domain.known import Explanation
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.services.why import Exchange
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.why.conclusion import Conclusion
from desktop.ui.why.step_line import StepLine
from desktop.ui.why.wire import WireView

FOLLOW_MS: Final = 400
"""Changes that may concern what is shown are gathered this long."""
LOADING: Final = "Looking it up…"
NOTHING: Final = "Choose a message to see why it went out, or why it did not."

Answer = tuple[Explanation, Sequence[Exchange]]
Ask = Callable[[], Coroutine[Any, Any, Answer]]


class WhyCard(QWidget):
    """Answers for one message, or for one that somebody is about to send; it has no frame of its own.

    `event_requested(id)`: a consent event was clicked; `contact_id()` says whose. `answered(Explanation)`: an
    answer is shown.
    """

    event_requested = Signal(int)
    answered = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ask: Ask | None = None
        self._shown: Explanation | None = None
        self._load = Latest(desk.tasks, self, self._failed)
        self._follow = Reload(desk.tasks, self, self._again, wait_ms=FOLLOW_MS, on_problem=self._failed)
        theme = desk.theme
        self.title = Label("", "strong", wrap=True, tight=True, name="why_title")
        self.copy = IconButton(theme, "copy", "Copy this answer", name="why_copy")
        self.copy.clicked.connect(self.copy_answer)
        kept = self.copy.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # the title stands still when the answer comes
        self.copy.setSizePolicy(kept)
        self.quiet = Label("", "soft", wrap=True, name="why_quiet")
        self.retry = Button(theme, "Try again", name="why_retry")
        self.retry.clicked.connect(self._start)
        self.answer = QWidget()
        self._steps = QVBoxLayout()
        self._steps.setContentsMargins(0, 0, 0, 0)
        self._steps.setSpacing(6)
        self.conclusion = Conclusion(theme)
        self.small = Label("", "muted", wrap=True, selectable=True, name="why_small")
        self.wire = WireView(theme)
        self.head = QWidget()
        self._lay_out()
        desk.live.follow(self, self._heard)
        named(self, "why_card", "Why?")
        self.clear()

    def contact_id(self) -> int | None:
        """The contact that the shown answer is about; None while nothing is shown."""
        return self._shown.contact_id if self._shown is not None else None

    def explanation(self) -> Explanation | None:
        """What is shown; None while there is nothing."""
        return self._shown

    def show_message(self, message_id: int) -> None:
        """Answer for a message; its later changes are followed."""
        whys = self._desk.app.whys

        async def ask() -> Answer:
            told = await whys.of_message(message_id, refused=self._refused())
            return told, await whys.exchanges(message_id)

        self._show(ask)

    def show_question(
        self,
        contact_id: int,
        template_id: int | None,
        path: Path,
        only_opted_in: bool = True,
        *,
        marketing: bool = False,
        before: Reason | None = None,
    ) -> None:
        """Answer for a message that somebody is about to send.

        template_id None: a text, or with `marketing` any marketing template. before: what stops it whatever consent says, such as an exclusion.
        """
        whys = self._desk.app.whys

        async def ask() -> Answer:
            told = await whys.of_contact(
                contact_id,
                template_id,
                path,
                only_opted_in=only_opted_in,
                marketing=marketing,
                before=before,
                refused=self._refused(),
            )
            return told, ()

        self._show(ask)

    def clear(self) -> None:
        """Show nothing but what to do."""
        self._load.cancel()
        self._follow.stop()
        self._ask = None
        self._show_quiet(NOTHING)

    def minimumSizeHint(self) -> QSize:
        """The width that is needed; the height follows from the width that is given.

        (The layout's own hint would be that of the narrowest card, and a scroll area would keep to it.)
        """
        return QSize(super().minimumSizeHint().width(), self._desk.theme.px(60))

    def _refused(self) -> str:
        """Why the person who sits here may not overrule an opt-out; "" when they may."""
        return self._desk.refusal(Right.OVERRIDE_OPT_OUT)

    # Reading.

    def _show(self, ask: Ask) -> None:
        self._ask = ask
        self._follow.stop()
        self.wire.fold_up()
        self._start()

    def _start(self) -> None:
        if self._ask is not None:
            if self._shown is None:
                self._show_quiet(LOADING)
            self._load.start(self._again())

    async def _again(self) -> None:
        asked = self._ask
        if asked is None:
            return
        explanation, exchanges = await asked()
        if asked is self._ask:
            self._show_answer(explanation, exchanges)

    def _heard(self, changes: Changes) -> None:
        """Reload what may have changed; the message's own contact, or changes that name none."""
        if self._ask is None or self._shown is None or self._load.running:
            return
        own = any(changes.has(topic, self._shown.contact_id) for topic in (Topic.MESSAGE, Topic.CONTACT))
        if own or any(changes.has(topic) for topic in (Topic.SEQUENCE, Topic.TEMPLATE, Topic.SETTINGS)):
            self._follow.soon()

    def _failed(self, wrong: Exception) -> None:
        words = f"{wrong.title}. {wrong.sentence}" if isinstance(wrong, Problem) else str(wrong)
        self._show_quiet(words, retry=True)

    # Showing.

    def _show_quiet(self, words: str, *, retry: bool = False) -> None:
        self._shown = None
        self.title.setText("Why?")
        self.quiet.setText(words)
        self.quiet.setVisible(True)
        self.retry.setVisible(retry)
        self.copy.setVisible(False)
        self.answer.setVisible(False)

    def _show_answer(self, told: Explanation, exchanges: Sequence[Exchange]) -> None:
        same = told == self._shown
        self._shown = told
        self.quiet.setVisible(False)
        self.retry.setVisible(False)
        self.copy.setVisible(True)
        self.answer.setVisible(True)
        if not same:
            self.title.setText(told.title)
            self._show_steps(told)
            self.conclusion.show_conclusion(f"{told.conclusion} {told.change}".strip(), told.tone)
            self.small.setText("\n".join(told.small))
            self.small.setVisible(bool(told.small))
            named(self, "why_card", told.title, told.text)
        self.wire.show_exchanges(exchanges)
        self.updateGeometry()
        self.answered.emit(told)

    def _show_steps(self, told: Explanation) -> None:
        while (item := self._steps.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, step in enumerate(told.steps, 1):
            line = StepLine(self._desk.theme, number, step)
            line.event_requested.connect(self.event_requested)
            self._steps.addWidget(line)

    def copy_answer(self) -> None:
        """Put the answer on the clipboard, as text."""
        if self._shown is not None:
            QGuiApplication.clipboard().setText(self._shown.text)
            self._desk.toasts.show_toast("Answer copied", "done")

    def _lay_out(self) -> None:
        head = QHBoxLayout(self.head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(self.title, 1)
        head.addWidget(self.copy)
        inner = QVBoxLayout(self.answer)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(10)
        inner.addLayout(self._steps)
        inner.addWidget(self.conclusion)
        inner.addWidget(self.small)
        inner.addWidget(self.wire)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.quiet)
        again = QHBoxLayout()
        again.addWidget(self.retry)
        again.addStretch(1)
        column.addLayout(again)
        column.addWidget(self.answer)
        column.addStretch(1)
