"""The strip that says which conditions are on, and takes them away."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.inbox import Order, Wanted
from desktop.ui.parts.button import Button
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

ORDERS: Final = {
    Order.NEWEST: "Newest",
    Order.OLDEST: "Oldest",
    Order.WAITING: "Waiting longest",
    Order.WINDOW: "Window closes first",
}
OPT_IN: Final = {OptIn.YES: "Opted in", OptIn.NO: "Opted out", OptIn.NONE: "No choice"}
UNREAD: Final = "Unread"
CLOSING: Final = "Closes within 2 h"


def conditions(wanted: Wanted) -> Iterator[tuple[str, str, Wanted]]:
    """Each condition that is on: a key, its words, and what is wanted without it."""
    if wanted.order is not Order.NEWEST:
        yield "order", ORDERS[wanted.order], replace(wanted, order=Order.NEWEST)
    if wanted.unread:
        yield "unread", UNREAD, replace(wanted, unread=False)
    if wanted.closing:
        yield "closing", CLOSING, replace(wanted, closing=False)
    if wanted.opt_in is not None:
        yield "opt_in", OPT_IN[wanted.opt_in], replace(wanted, opt_in=None)
    for tag in wanted.tags:
        yield f"tag_{tag}", tag, replace(wanted, tags=tuple(one for one in wanted.tags if one != tag))


class ConditionStrip(QWidget):
    """`wanted_changed(Wanted)` when a cross or *Clear* is used; not there while nothing is on."""

    wanted_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Wanted | None = None
        self.flow = FlowLayout(self, spacing_px=4, line_spacing_px=4)
        self.flow.setContentsMargins(6, 0, 0, 0)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        named(self, "inbox_conditions", "Conditions of the list")
        self.hide()

    def show_wanted(self, wanted: Wanted) -> None:
        """A chip for each condition."""
        if wanted == self._shown:
            return
        self._shown = wanted
        found = list(conditions(wanted))
        self.flow.clear()
        for key, words, without in found:
            chip = Chip(self._theme, words, removable=True, name=f"inbox_condition-{key}")
            chip.removed.connect(lambda _=None, without=without: self.wanted_changed.emit(without))
            self.flow.addWidget(chip)
        if found:
            clear = Button(self._theme, "Clear", "link", name="inbox_conditions_clear")
            clear.setToolTip("Show everything in this box, newest first")
            clear.clicked.connect(lambda: self.wanted_changed.emit(Wanted(wanted.box)))
            self.flow.addWidget(clear)
        self.setVisible(bool(found))
        self.setAccessibleDescription(", ".join(words for _, words, _ in found))
        self.updateGeometry()
