"""The bar at the foot while contacts are selected: how many, all that match, and what can be done with them."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop.domain.people import Right
from desktop.ui.contacts.chosen import MERGED_AT_ONCE, Chosen
from desktop.ui.contacts.verb_row import VerbRow
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Panel
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

_VERBS = (
    ("add_tag", "Add tag…", Right.CHANGE_MANY),
    ("remove_tag", "Remove tag…", Right.CHANGE_MANY),
    ("set_field", "Set field…", Right.CHANGE_MANY),
    ("opt_in", "Opt-in…", Right.CHANGE_MANY),
    ("enrol", "Put into a sequence…", Right.SEQUENCES),
    ("export", "Export…", Right.EXPORT),
    ("merge", "Merge…", Right.MERGE),
)


class SelectionBar(Panel):
    """`verb_requested(key)`: add_tag, remove_tag, set_field, opt_in, enrol, export, merge."""

    verb_requested = Signal(str)
    all_requested = Signal()
    clear_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("footer", name="selection_bar")
        self.setAccessibleName("Selected contacts")
        self.count = Label("", "strong", name="selection_count")
        self.all = Button(theme, "Select all", "link", tooltip="Ctrl+A", name="selection_all")
        self.all.clicked.connect(self.all_requested)
        self.row = VerbRow(theme, [(key, text) for key, text, _ in _VERBS], name="selection")
        self.row.verb_requested.connect(self.verb_requested)
        self.verbs = self.row.buttons
        self.clear = Button(theme, "Clear", "quiet", icon="x", tooltip="Clear the selection (Esc)", name="selection_clear")  # fmt: skip
        self.clear.clicked.connect(self.clear_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 11, 16, 11)
        row.setSpacing(10)
        row.addWidget(self.count)
        row.addWidget(self.all)
        row.addSpacing(theme.px(6))
        row.addWidget(self.row, 1)
        row.addWidget(self.clear)
        self.hide()

    @property
    def more_menu(self) -> QMenu | None:
        """What the line had no room for, as it was last opened."""
        return self.row.menu

    def verb_place(self, key: str) -> QWidget:
        """Where a menu of this verb opens: at its button, or at the one it is folded into."""
        return self.verbs[key] if self.verbs[key].isVisible() else self.row.more

    def show_state(self, chosen: Chosen, matching_count: int | None, refusal: Callable[[Right], str]) -> None:
        """matching_count: None while they are counted. refusal: why this person may not, or ""."""
        count = chosen.count(matching_count or 0)
        alone = count == 1 and not counting(chosen, matching_count)
        self.setVisible(bool(chosen) and not (alone and refusal(Right.CHANGE_MANY)))
        self.count.setText("All selected" if counting(chosen, matching_count) else f"{count:,} selected")
        self.all.setText(f"Select all {matching_count or 0:,} that match")
        self.all.setAccessibleName(self.all.text())
        self.all.setVisible(not chosen.everything and count < (matching_count or 0))
        for key, _, right in _VERBS:
            no = refusal(right)
            self.verbs[key].setEnabled(not no)
            self.verbs[key].setToolTip(no)
        self.row.offer("merge", chosen.can_merge)
        if chosen.can_merge and not self.verbs["merge"].toolTip():
            most = MERGED_AT_ONCE.stop - 1
            self.verbs["merge"].setToolTip(f"Make one contact of these (up to {most})")


def counting(chosen: Chosen, matching_count: int | None) -> bool:
    """True while nobody knows yet how many *all* are."""
    return chosen.everything and matching_count is None
