"""Contacts: the table of everyone, and one contact's own page."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.contacts.contact_page import ContactPage
from desktop.ui.contacts.everyone import Everyone
from desktop.ui.contacts.imports.drops import FileDrops
from desktop.ui.desk import Desk
from desktop.ui.parts.naming import named


class ContactsPage(QWidget):
    """`conversation_requested(contact_id)` when a person wants to write to a contact.

    `broadcast_requested(broadcast_id, contact_id)` when a broadcast that a contact was in is opened,
    `sequence_requested(sequence_id, contact_id)` when one of its sequences is. `back_requested` when a
    contact's page is left that was opened from elsewhere.
    """

    conversation_requested = Signal(int)
    broadcast_requested = Signal(int, int)
    sequence_requested = Signal(int, int)
    back_requested = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._from_conversation = False
        self.everyone = Everyone(desk)
        self._contact: ContactPage | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self.everyone)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.everyone.contact_requested.connect(self.open_contact)
        named(self, "contacts_page", "Contacts")
        self.setFocusProxy(self.everyone)
        FileDrops(desk, self)

    @property
    def contact(self) -> ContactPage:
        """The page of one contact; made when it is looked at first, so that the table is there sooner."""
        if self._contact is None:
            made = self._contact = ContactPage(self._desk)
            self.stack.addWidget(made)
            made.shown.connect(self._contact_shown)
            made.left.connect(self._left)
            made.conversation_requested.connect(self.conversation_requested)
            made.broadcast_requested.connect(self.broadcast_requested)
            made.sequence_requested.connect(self.sequence_requested)
        return self._contact

    def open_contact(
        self, contact_id: int, *, from_conversation: bool = False, event_id: int | None = None
    ) -> None:
        """Show a contact's own page. from_conversation: that is where Back leads. event_id: of its consent history,
        the entry to mark."""
        self._from_conversation = from_conversation
        self.contact.view.show_way_back("Back to the conversation" if from_conversation else "All contacts")
        self.contact.show_contact(contact_id, event_id=event_id)

    def show_everyone(self) -> None:
        """Back to the table, where it was left."""
        if self._contact is not None:
            self._contact.forget()
        self.setFocusProxy(self.everyone)
        self.stack.setCurrentWidget(self.everyone)
        self.everyone.view.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.show_everyone()
        self.everyone.focus_search()

    def refresh(self) -> None:
        """Another person sits here: the place stays, what they may do is theirs."""
        self.everyone.look_again()
        if self._contact is not None:
            self._contact.look_again()

    def new_contact(self) -> None:
        """Open the card that adds one."""
        self.everyone.new_contact()

    def _left(self) -> None:
        self.show_everyone()
        if self._from_conversation:
            self._from_conversation = False
            self.back_requested.emit()

    def _contact_shown(self) -> None:
        self.setFocusProxy(self.contact)
        self.stack.setCurrentWidget(self.contact)
        self.contact.setFocus(Qt.FocusReason.OtherFocusReason)
