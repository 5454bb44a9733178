"""Under the head of a conversation: which bot has it now, what it waits for, and taking it over."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop.domain.flow_session import Awaits
from desktop.services.bots import RunningSession
from desktop.ui.conversations import words
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Panel
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.theme import Theme

_AWAITS: Final = {
    Awaits.MESSAGE: "its message is on the way",
    Awaits.ANSWER: "waits for the customer’s answer",
    Awaits.REQUEST: "waits for another program",
    Awaits.TIME: "waits until it goes on by itself",
    Awaits.NOTHING: "goes on in a moment",
}
TAKE_OVER: Final = "End the bot here and answer yourself; writing a reply does so, too"


class BotStrip(Panel):
    """`take_over_requested()`. Gone while no bot has the conversation."""

    take_over_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("header", name="thread_bot", parent=parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 7)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, "robot", "info", 18))
        # What it waits for is always whole; a long name and since when give way to it.
        self.name = ElidedLabel("", "strong", name="thread_bot_name")
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.name)
        self.began = ElidedLabel("", "muted", name="thread_bot_began")
        self.began.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.began)
        self.line = Label("", "muted", name="thread_bot_line")
        row.addWidget(self.line)
        row.addStretch(1)
        self.take_over = Button(theme, "Take over", tooltip=TAKE_OVER, name="thread_bot_take_over")
        self.take_over.clicked.connect(self.take_over_requested)
        row.addWidget(self.take_over)
        self.hide()

    def show_session(self, session: RunningSession | None, now: datetime) -> None:
        """Show who has it; None: nobody but people."""
        if session is not None:
            name = words.bot_line(session.flow_name)
            by = f"started by {session.user_name}" if session.user_name else "since"
            began = f"{by} {when.short(session.started_at, now)}"
            self.name.setText(name)
            self.began.setText(began)
            self.line.setText(f"· {_AWAITS[session.awaits]}")
            self.setAccessibleName(f"{name}, {began} {self.line.text()}")
        self.setVisible(session is not None)
