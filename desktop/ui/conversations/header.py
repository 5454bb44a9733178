"""The head of a conversation: who it is, what is left of the reply window, who answers, close or reopen."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain import phones
from desktop.domain.contacts import Contact
from desktop.domain.conversations import ConversationRow
from desktop.domain.people import User
from desktop.domain.reminders import Reminder
from desktop.ui.actions import action
from desktop.ui.conversations import words
from desktop.ui.conversations.assign_menu import AssignMenu
from desktop.ui.conversations.list import HEADER_PX
from desktop.ui.conversations.reminder_menu import ReminderMenu
from desktop.ui.conversations.reminder_words import strip_words
from desktop.ui.parts.avatar import Avatar
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Panel
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.parts.menu import drop
from desktop.ui.theme import Theme

LEAST_PX = 490
"""With less than this, at the usual size of text, the picture leaves its place to the words."""


class ThreadHeader(Panel):
    """`assign_requested(user id)`, 0 for nobody; `open_requested(True)` to reopen, False to close.

    `later_requested(Later)`, `time_requested` and `reminder_removed` by the clock.

    `panel_requested` by the button that is there while the contact panel has no room.
    """

    assign_requested = Signal(int)
    open_requested = Signal(bool)
    panel_requested = Signal()
    later_requested = Signal(object)
    time_requested = Signal()
    reminder_removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("header", name="thread_header", parent=parent)
        self._theme = theme
        self._people: Sequence[User] = ()
        self._me = 0
        self._assigned_to: int | None = None
        self._is_open = True
        self.setMinimumHeight(theme.px(HEADER_PX))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(8)
        self.avatar = Avatar(theme, "", 32, name="thread_avatar")
        row.addWidget(self.avatar)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(6)
        self.name = ElidedLabel("", "strong", name="thread_name")
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        top.addWidget(self.name)
        self.badge = Badge(theme, "Opted out of marketing", BadgeKind.OUT, name="thread_opted_out")
        top.addWidget(self.badge)
        top.addStretch(1)
        names.addLayout(top)
        self.line = ElidedLabel("", "muted", name="thread_line")
        names.addWidget(self.line)
        names.addStretch(1)
        row.addLayout(names, 1)
        self.assigned = Button(
            theme,
            "Assigned: Me",
            icon="caret-down",
            tooltip=f"Who answers this conversation ({action('assign').shortcut})",
            name="thread_assigned",
        )
        self.assigned.clicked.connect(self.open_assign)
        row.addWidget(self.assigned)
        self.remind = IconButton(theme, "clock", action("remind").tooltip, name="thread_remind")
        self.remind.clicked.connect(self.open_reminders)
        row.addWidget(self.remind)
        self.close_button = Button(theme, "Close", icon="check", name="thread_close")
        self.close_button.clicked.connect(self.toggle_open)
        row.addWidget(self.close_button)
        self.panel_button = IconButton(theme, "user", "The contact", name="thread_contact")
        self.panel_button.clicked.connect(self.panel_requested)
        row.addWidget(self.panel_button)
        self.panel_button.hide()
        self._reminder: Reminder | None = None

    def show_state(
        self, contact: Contact, row: ConversationRow | None, people: Sequence[User], me: User, now: datetime
    ) -> None:
        """Show a conversation; row None: the contact has none yet."""
        self._people, self._me = people, me.id
        self._assigned_to = row.assigned_to if row else None
        self._is_open = row.open if row else True
        shown = contact.name or phones.pretty(contact.phone) or contact.shown_name
        self.avatar.set_person(shown)
        self.name.setText(shown)
        self.badge.setVisible(contact.facts.says_no)
        self.show_window(contact, now)
        self.assigned.setText(f"{self._assigned_words()} ")
        self.assigned.setAccessibleName(self._assigned_words())
        flipped = not self.isRightToLeft()  # the caret stands after the word
        self.assigned.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if flipped else Qt.LayoutDirection.LeftToRight
        )
        self.assigned.setVisible(row is not None)
        self.close_button.setVisible(row is not None)
        self.close_button.setText("Close" if self._is_open else "Reopen")
        self.close_button.set_icon("check" if self._is_open else "arrow-counter-clockwise")
        self.close_button.setAccessibleName(self.close_button.text())
        means = "Close; the customer’s next message opens it again" if self._is_open else "Open it again"
        self.close_button.setToolTip(f"{means} ({action('close_conversation').shortcut})")
        self.remind.setVisible(row is not None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.avatar.setVisible(self.width() >= self._theme.px(LEAST_PX))  # the first to go where it is narrow

    def show_folded(self, folded: bool) -> None:
        """Whether the contact panel has no room and comes by a button."""
        self.panel_button.setVisible(folded)

    def show_window(self, contact: Contact, now: datetime) -> None:
        """What is left of the reply window; it grows less by itself."""
        parts = [phones.pretty(contact.phone) if contact.phone else "no phone number"]
        parts.append(words.window_line(contact.last_inbound_at, now))
        self.line.setText(" · ".join(parts))

    def _assigned_words(self) -> str:
        if self._assigned_to is None:
            return "Unassigned"
        if self._assigned_to == self._me:
            return "Assigned: Me"
        name = next((one.first_name for one in self._people if one.id == self._assigned_to), "a colleague")
        return f"Assigned: {name}"

    def show_reminder(self, reminder: Reminder | None, now: datetime) -> None:
        """Whether the person set a reminder here."""
        self._reminder = reminder
        self.remind.set_icon(
            "clock" if reminder is None else "clock-fill", "muted" if reminder is None else "info"
        )
        told = action("remind").tooltip if reminder is None else strip_words(reminder, now)
        self.remind.setToolTip(told)
        self.remind.setAccessibleDescription("" if reminder is None else told)

    def open_assign(self) -> None:
        """Open the menu of people under its button."""
        if self.assigned.isVisible():
            menu = AssignMenu(self._people, self._me, self._assigned_to, self)
            menu.chosen.connect(self.assign_requested)
            drop(menu, self.assigned)

    def open_reminders(self) -> None:
        """Open the menu of times under the clock."""
        if self.remind.isVisible():
            menu = ReminderMenu(is_set=self._reminder is not None, parent=self)
            menu.later_chosen.connect(self.later_requested)
            menu.time_requested.connect(self.time_requested)
            menu.removed.connect(self.reminder_removed)
            drop(menu, self.remind)

    def toggle_open(self) -> None:
        """Close it, or reopen it."""
        if self.close_button.isVisible():
            self.open_requested.emit(not self._is_open)
