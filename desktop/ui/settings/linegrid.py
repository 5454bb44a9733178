"""A few lines in a card, each of widgets: a muted head, and a line of one pixel above each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.ui.dialog import focused_in
from desktop.ui.parts.label import Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

ROW_PX, GAP_PX = 28, 2


class LineGrid(QWidget):
    """For what is never many; long lists are tables. The last column stands at the far end.

    With Tab its controls come after `before`, line by line.
    """

    def __init__(
        self, theme: Theme, titles: Sequence[str], shares: Sequence[int], *, before: QWidget, name: str, label: str
    ) -> None:  # fmt: skip
        """shares: how the columns share the room that is left, 0 for as much as they need."""
        super().__init__()
        self._theme, self._titles = theme, tuple(titles)
        self._before, self._made = before, list[QWidget]()
        self._controls: list[list[QWidget]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(GAP_PX)
        for column, share in enumerate(shares):
            self._grid.setColumnStretch(column, share)
        named(self, name, label)

    def show_lines(self, lines: Sequence[Sequence[QWidget]]) -> None:
        """Show these instead; the keyboard's focus stays at a control of its name, or else in its line."""
        focus = focused_in(self.window())
        focused = focus if focus is not None and self.isAncestorOf(focus) else None
        name = focused.objectName() if focused is not None else ""
        at = next((at for at, line in enumerate(self._controls) if focused in line), 0)
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
        self._controls = [_controls(cells) for cells in lines]
        self._chain()
        if focused is not None:
            self._focus(name, at)

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

    def _chain(self) -> None:
        last = self._before
        for control in (control for line in self._controls for control in line):
            QWidget.setTabOrder(last, control)
            last = control

    def _focus(self, name: str, at: int) -> None:
        """Else Qt gives it to whatever comes next in the window, a note that goes away by itself, for one."""
        every = [control for line in self._controls for control in line if control.isEnabled()]
        here = [control for line in self._controls[at : at + 1] for control in line if control.isEnabled()]
        again = [control for control in every if control.objectName() == name]
        (again or here or [self._before])[0].setFocus()


def _controls(cells: Sequence[QWidget]) -> list[QWidget]:
    """What Tab stops at, in the order of the line."""
    parts = (part for cell in cells for part in (cell, *cell.findChildren(QWidget)))
    return [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus]


def _head(title: str) -> Label:
    """As the head of a table has it; a long one takes a second line, not the room of its neighbours."""
    label = Label(title, "muted", wrap=True, tight=True)
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
