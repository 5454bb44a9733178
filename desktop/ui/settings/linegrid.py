"""A few lines in a card, each of widgets: a muted head, and a line of one pixel above each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from desktop.ui.parts.label import Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

ROW_PX, GAP_PX = 28, 2


class LineGrid(QWidget):
    """For what is never many; long lists are tables. The last column stands at the far end."""

    def __init__(
        self, theme: Theme, titles: Sequence[str], shares: Sequence[int], *, name: str, label: str
    ) -> None:
        """shares: how the columns share the room that is left, 0 for as much as they need."""
        super().__init__()
        self._theme, self._titles = theme, tuple(titles)
        self._made: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(GAP_PX)
        for column, share in enumerate(shares):
            self._grid.setColumnStretch(column, share)
        named(self, name, label)

    def show_lines(self, lines: Sequence[Sequence[QWidget]]) -> None:
        """Show these instead; what had the keyboard's focus has it again, if there is one of its name."""
        focus = QApplication.focusWidget()
        focused = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        for old in self._made:
            old.hide()
            old.deleteLater()
        self._made.clear()
        if lines:
            self._put(0, [_head(title) for title in self._titles])
        for number, cells in enumerate(lines):
            self._rule(2 * number + 1)
            self._put(2 * number + 2, cells)
        self.setVisible(bool(lines))
        if focused:
            self._focus(focused)

    def _put(self, at: int, cells: Sequence[QWidget]) -> None:
        self._grid.setRowMinimumHeight(at, self._theme.px(ROW_PX))
        for column, cell in enumerate(cells):
            self._made.append(cell)
            last = column == len(self._titles) - 1
            side = Qt.AlignmentFlag.AlignTrailing if last else Qt.AlignmentFlag(0)
            self._grid.addWidget(cell, at, column, side | Qt.AlignmentFlag.AlignVCenter)

    def _rule(self, at: int) -> None:
        line = Rule()
        self._made.append(line)
        self._grid.addWidget(line, at, 0, 1, len(self._titles))

    def _focus(self, name: str) -> None:
        for cell in self._made:
            again = cell if cell.objectName() == name else cell.findChild(QWidget, name)
            if again is not None:
                again.setFocus()
                return


def _head(title: str) -> Label:
    """As the head of a table has it."""
    label = Label(title, "muted")
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
