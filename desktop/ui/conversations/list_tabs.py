"""The five tabs of the list, with as many counts as fit beside each other."""

from collections.abc import Collection
from typing import Final

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.conversations import Box, BoxCounts
from desktop.ui.parts.naming import restyle
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

_WORDS: Final = {
    Box.MINE: ("Mine", "open conversations of yours"),
    Box.UNASSIGNED: ("Unassigned", "open conversations that nobody has"),
    Box.ALL: ("All", "open conversations"),
    Box.CLOSED: ("Closed", "closed conversations"),
    Box.BOT: ("Bot", "open conversations with a bot"),
}
_COUNTED: Final = (
    tuple(Box),
    (Box.MINE, Box.UNASSIGNED, Box.BOT),
    (Box.MINE, Box.UNASSIGNED),
    (Box.MINE,),
    (),
)
"""Which tabs show their count, the fullest row first; tooltips have them all."""
GAP_PX: Final = 2


class BoxTabs(Tabs):
    """`chosen(key)` with the key of a Box."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        tabs = [Tab(box.value, _WORDS[box][0]) for box in Box]
        super().__init__(theme, tabs, label="Which conversations", name="conversations_tab", parent=parent)
        self._counts = BoxCounts()
        self._room = (0, 0)
        theme.changed.connect(self._fit)

    def show_counts(self, counts: BoxCounts) -> None:
        """How many each holds, in the tabs or their tooltips."""
        self._counts = counts
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._room = (0, 0)
            self._fit()

    def _fit(self) -> None:
        room = (self.width(), self._theme.px(1_000))
        if room != self._room:  # style is asked again only when there is another room
            self._room = room
            self._press("true")
            self._show(())
            if not self._fits():
                self._press("most")
        for counted in _COUNTED:
            self._show(counted)
            if self._fits():
                break
        for box in Box:
            count = self._count(box)
            self.button(box.value).setToolTip(f"{count:,} {_WORDS[box][1]}")
            self.button(box.value).setAccessibleName(f"{_WORDS[box][0]} {count:,}")

    def _show(self, counted: Collection[Box]) -> None:
        self.show_tabs([Tab(box.value, self._caption(box, box in counted)) for box in Box])

    def _fits(self) -> bool:
        width_px = sum(self.button(box.value).sizeHint().width() for box in Box)
        return width_px + (len(Box) - 1) * GAP_PX <= self.width()

    def _press(self, tight: str) -> None:
        """Less room around the words ("true"), or the least ("most")."""
        self._flow.setSpacing(0 if tight == "most" else GAP_PX)
        for box in Box:
            if self.button(box.value).property("tight") != tight:
                restyle(self.button(box.value), tight=tight)

    def _caption(self, box: Box, counted: bool) -> str:
        words, count = _WORDS[box][0], self._count(box)
        return f"{words} {compact(count)}" if counted else words

    def _count(self, box: Box) -> int:
        return int(getattr(self._counts, box.value))


def compact(count: int) -> str:
    """A count in few letters: 812, 1.2k, 18k, 1.4M."""
    if count < 1_000:
        return str(count)
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            shown = count / size
            return f"{int(shown * 10) / 10:g}{letter}" if shown < 10 else f"{int(shown)}{letter}"
    return str(count)
