"""Templates: what WhatsApp knows of each, how it looks, and where it is used."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.desk import Desk


class TemplatesPage(QWidget):
    """`broadcast_requested(broadcast_id)` when a person follows where a template is used."""

    broadcast_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("templates_page")
        self._desk = desk

    def focus_search(self) -> None:
        """Put the cursor into the search."""
