"""Under the head of a conversation: the reminder that the person set on it, and taking it away."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.reminders import Reminder
from desktop.ui.conversations.reminder_words import strip_words
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Panel
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.theme import Theme


class ReminderStrip(Panel):
    """`remove_requested()`. Gone while none is set; one that is due stands out."""

    remove_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("header", name="thread_reminder", parent=parent)
        self._reminder: Reminder | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 5)
        row.setSpacing(8)
        self.coming = Glyph(theme, "clock", "muted", 18)
        self.due = Glyph(theme, "bell-ringing-fill", "warn", 18)
        row.addWidget(self.coming)
        row.addWidget(self.due)
        self.line = ElidedLabel("", "strong", name="thread_reminder_line")
        row.addWidget(self.line, 1)
        self.remove = Button(theme, "Remove", "link", name="thread_reminder_remove")
        self.remove.clicked.connect(self.remove_requested)
        row.addWidget(self.remove)
        self.hide()

    def show_reminder(self, reminder: Reminder | None, now: datetime) -> None:
        """None: nothing is set."""
        self._reminder = reminder
        if reminder is not None:
            is_due = reminder.due_at <= now
            self.coming.setVisible(not is_due)
            self.due.setVisible(is_due)
            self.line.setText(strip_words(reminder, now))
            self.line.setToolTip(when.full(reminder.due_at))
            self.remove.setText("Done" if is_due else "Remove")
            told = "You have come back to it" if is_due else "Take the reminder away"
            self.remove.setToolTip(told)
            self.remove.setAccessibleName(self.remove.text())
            self.setAccessibleName(self.line.text())
        self.setVisible(reminder is not None)

    def tick(self, now: datetime) -> None:
        """Time has passed."""
        self.show_reminder(self._reminder, now)
