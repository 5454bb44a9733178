"""Contacts: the table of everyone, and one contact's own page."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.desk import Desk


class ContactsPage(QWidget):
    """`conversation_requested(contact_id)` when a person wants to write to a contact."""

    conversation_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contacts_page")
        self._desk = desk

    def open_contact(self, contact_id: int) -> None:
        """Show a contact's own page."""

    def focus_search(self) -> None:
        """Put the cursor into the search."""

    def new_contact(self) -> None:
        """Open the card that adds one."""
