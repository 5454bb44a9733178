"""When a conversation comes back: a menu of the usual times."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.reminders import LABELS
from desktop.ui.parts.naming import named


class ReminderMenu(QMenu):
    """`later_chosen(desktop.domain.reminders.Later)`, `time_requested` for any other, `removed`."""

    later_chosen = Signal(object)
    time_requested = Signal()
    removed = Signal()

    def __init__(self, *, is_set: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "thread_reminder_menu", "Remind me of this conversation")
        for later, text in LABELS.items():
            made = self.addAction(text)
            made.setObjectName(f"remind_{later.value}")
            made.triggered.connect(lambda _=False, one=later: self.later_chosen.emit(one))
        self.addAction("Choose a time…", self.time_requested.emit).setObjectName("remind_time")
        if is_set:
            self.addSeparator()
            self.addAction("Remove the reminder", self.removed.emit).setObjectName("remind_remove")
        self.setActiveAction(self.actions()[0])
