"""The bar under the list while several conversations are chosen."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.people import Right
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Panel
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

_VERBS = (
    ("assign", "Assign…", "Give them to a colleague, or to nobody", Right.REPLY),
    ("close", "Close", "Close them; a customer’s next message opens one again", Right.REPLY),
    ("reopen", "Reopen", "Open them again", Right.REPLY),
    ("tag", "Tag…", "Give their contacts a tag", Right.EDIT_CONTACTS),
)


class BulkBar(Panel):
    """`verb_requested(key)`: assign, close, reopen, tag. `clear_requested` for one row again."""

    verb_requested = Signal(str)
    clear_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("footer", name="inbox_bulk")
        self.setAccessibleName("Chosen conversations")
        self.count = Label("", "strong", name="inbox_bulk_count")
        self.clear = IconButton(theme, "x", "Choose none (Esc)", name="inbox_bulk_clear")
        self.clear.clicked.connect(self.clear_requested)
        self.verbs: dict[str, Button] = {}
        holder = QWidget()
        flow = FlowLayout(holder, spacing_px=4, line_spacing_px=4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        for key, words, tip, _ in _VERBS:
            button = Button(theme, words, tooltip=tip, name=f"inbox_bulk-{key}")
            button.clicked.connect(lambda _=False, key=key: self.verb_requested.emit(key))
            self.verbs[key] = button
            flow.addWidget(button)
        head = QHBoxLayout()
        head.addWidget(self.count, 1)
        head.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(holder)
        self.hide()

    def show_state(self, count: int, refusal: Callable[[Right], str]) -> None:
        """How many are chosen; 0 hides it. refusal: why this person may not, or ""."""
        self.count.setText(f"{count:,} selected")
        for key, _, tip, right in _VERBS:
            no = refusal(right)
            self.verbs[key].setEnabled(not no)
            self.verbs[key].setToolTip(no or tip)
        self.setVisible(count > 0)

    def show_progress(self, words: str) -> None:
        """What is being done, in place of the count; its verbs wait."""
        self.count.setText(words)
        for button in self.verbs.values():
            button.setEnabled(False)
