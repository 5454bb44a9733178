"""The bar at the foot while contacts are selected: how many, all that match, and what can be done with them."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop.domain.people import Right
from desktop.ui.contacts.chosen import MERGED_AT_ONCE, Chosen
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Panel
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

_VERBS = (
    ("add_tag", "Add tag…", Right.CHANGE_MANY),
    ("remove_tag", "Remove tag…", Right.CHANGE_MANY),
    ("set_field", "Set field…", Right.CHANGE_MANY),
    ("opt_in", "Opt-in…", Right.CHANGE_MANY),
    ("export", "Export…", Right.EXPORT),
    ("merge", "Merge…", Right.MERGE),
)


class SelectionBar(Panel):
    """`verb_requested(key)`: add_tag, remove_tag, set_field, opt_in, export, merge."""

    verb_requested = Signal(str)
    all_requested = Signal()
    clear_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("footer", name="selection_bar")
        self.setAccessibleName("Selected contacts")
        self.count = Label("", "strong", name="selection_count")
        self.all = Button(theme, "Select all", "link", tooltip="Ctrl+A", name="selection_all")
        self.all.clicked.connect(self.all_requested)
        holder = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        flow = FlowLayout(holder, spacing_px=8, line_spacing_px=6)
        self.verbs: dict[str, Button] = {}
        for key, text, _ in _VERBS:
            button = Button(theme, text, name=f"selection_{key}")
            button.clicked.connect(lambda _=False, key=key: self.verb_requested.emit(key))
            self.verbs[key] = button
            flow.addWidget(button)
        self.clear = Button(theme, "Clear", "quiet", icon="x", tooltip="Clear the selection (Esc)", name="selection_clear")  # fmt: skip
        self.clear.clicked.connect(self.clear_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 11, 16, 11)
        row.setSpacing(10)
        row.addWidget(self.count)
        row.addWidget(self.all)
        row.addSpacing(theme.px(6))
        row.addWidget(holder, 1)
        row.addWidget(self.clear)
        self.hide()

    def show_state(self, chosen: Chosen, matching_count: int | None, refusal: Callable[[Right], str]) -> None:
        """matching_count: None while they are counted. refusal: why this person may not, or ""."""
        count = chosen.count(matching_count or 0)
        self.setVisible(bool(chosen))
        counting = chosen.everything and matching_count is None
        self.count.setText("All selected" if counting else f"{count:,} selected")
        self.all.setText(f"Select all {matching_count or 0:,} that match")
        self.all.setAccessibleName(self.all.text())
        self.all.setVisible(not chosen.everything and count < (matching_count or 0))
        for key, _, right in _VERBS:
            no = refusal(right)
            self.verbs[key].setEnabled(not no)
            self.verbs[key].setToolTip(no)
        self.verbs["merge"].setVisible(chosen.can_merge)
        if chosen.can_merge and not self.verbs["merge"].toolTip():
            most = MERGED_AT_ONCE.stop - 1
            self.verbs["merge"].setToolTip(f"Make one contact of these (up to {most})")
