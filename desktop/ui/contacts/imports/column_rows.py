"""A row for each column of the file: its heading, its first values, what it becomes."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.filters import Attribute
from desktop.domain.importcolumns import Becomes
from desktop.ui.contacts.imports.becomes import BecomesField
from desktop.ui.contacts.imports.mapping import Mapping
from desktop.ui.parts.label import ElidedLabel, Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

SHARES = (160, 287, 365)
"""How the three columns share the card's width, in the design's pixels."""
GAP_PX = 12
END_PX = 10
PAD_PX = 8
LEAST_ROWS = 2
BLANK = "(blank)"


def _thirds(grid: QGridLayout) -> None:
    grid.setHorizontalSpacing(GAP_PX)
    grid.setVerticalSpacing(0)
    grid.setContentsMargins(0, 0, 0, 0)
    for at, share in enumerate(SHARES):
        grid.setColumnStretch(at, share)


class _Problem(Label):
    """What stands against a choice; the room it needs is that of its width, not of its longest word."""

    def __init__(self, name: str) -> None:
        super().__init__("", "muted", color="danger", wrap=True, name=name)
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())


class _Line:
    """The widgets of one row."""

    def __init__(self, theme: Theme, index: int, heading: str, values: Sequence[str]) -> None:
        self.heading = ElidedLabel(heading or "(no heading)", "strong", name=f"import_heading_{index}")
        self.values = ElidedLabel(
            " · ".join(one or BLANK for one in values) or BLANK, "muted", name=f"import_values_{index}"
        )
        for label in (self.heading, self.values):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.becomes = BecomesField(theme, f"import_becomes_{index}", heading or f"Column {index + 1}")
        self.room = QSpacerItem(END_PX, 0)
        self.problem = _Problem(f"import_problem_{index}")


class _Area(QScrollArea):
    """As high as its rows, or as the card has room."""

    bar_shown = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.verticalScrollBar().rangeChanged.connect(self._ranged)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        if inner is None:
            return super().sizeHint()
        width_px = max(1, self.viewport().width())
        needed_px = inner.heightForWidth(width_px)
        return QSize(inner.sizeHint().width(), needed_px if needed_px > 0 else inner.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        row_px = self._theme.px(34) + 2 * PAD_PX
        return QSize(0, min(self.sizeHint().height(), LEAST_ROWS * row_px))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _ranged(self, least: int, most: int) -> None:
        self.bar_shown.emit(most > least)


class ColumnRows(QWidget):
    """`becomes_requested(index, becomes, attribute)`, `country_requested(index)`, `new_attribute_requested(index)`."""

    becomes_requested = Signal(int, object, str)
    country_requested = Signal(int)
    new_attribute_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: dict[int, _Line] = {}
        self._offered: tuple[tuple[Attribute, ...], str] = ((), "")
        self._area = named(_Area(theme), "import_columns", "Columns of the file")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        grid = QGridLayout()
        _thirds(grid)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(0, 0, 0, PAD_PX)
        self._head.setSpacing(0)
        self._head.addLayout(grid, 1)
        self._room = QSpacerItem(0, 0)
        self._head.addSpacerItem(self._room)
        for at, title in enumerate(("Column in the file", "First values", "Becomes")):
            said = Label(f'<span style="font-weight: 600">{title}</span>', "muted", rich=True)
            said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            grid.addWidget(said, 0, at)
        column.addLayout(self._head)
        column.addWidget(Rule())
        column.addWidget(self._area, 1)
        self._area.bar_shown.connect(self._make_room)

    @property
    def fields(self) -> list[BecomesField]:
        return [line.becomes for line in self._lines.values()]

    def show_file(self, mapping: Mapping, first_values: Sequence[Sequence[str]]) -> None:
        """The rows of another file."""
        inner = QWidget()
        inner.setProperty("surface", "none")
        grid = QGridLayout(inner)
        _thirds(grid)
        self._lines = {}
        self._offered = ((), "")
        for at, column in enumerate(mapping.columns):
            values = first_values[at] if at < len(first_values) else ()
            line = self._lines[column.index] = _Line(self._theme, column.index, column.heading, values)
            self._listen(column.index, line.becomes)
            choice = QVBoxLayout()
            choice.setContentsMargins(0, PAD_PX, 0, PAD_PX)
            choice.setSpacing(3)
            choice.addWidget(line.becomes)
            choice.addWidget(line.problem)
            line.problem.hide()
            cell = QHBoxLayout()
            cell.setSpacing(0)
            cell.addLayout(choice, 1)
            cell.addSpacerItem(line.room)
            grid.addWidget(line.heading, 2 * at, 0)
            grid.addWidget(line.values, 2 * at, 1)
            grid.addLayout(cell, 2 * at, 2)
            if at + 1 < len(mapping.columns):
                grid.addWidget(Rule(), 2 * at + 1, 0, 1, len(SHARES))
        grid.setRowStretch(2 * len(mapping.columns), 1)
        self._area.setWidget(inner)
        self._area.updateGeometry()

    def show_mapping(self, mapping: Mapping, known: Sequence[Attribute]) -> None:
        """What each column becomes now, and what stands against it."""
        offered = (tuple(known), mapping.country)
        problems = mapping.problems()
        for column in mapping.columns:
            line = self._lines[column.index]
            if offered != self._offered:
                line.becomes.offer(known, mapping.country)
            line.becomes.show_becomes(column.becomes, column.attribute)
            sentence = problems.get(column.index, "")
            line.becomes.show_problem(sentence)
            line.problem.setText(sentence)
            line.problem.setVisible(bool(sentence))
            quiet = column.becomes is Becomes.LEAVE_OUT
            line.values.setEnabled(not quiet)
        self._offered = offered
        self._area.updateGeometry()

    def _make_room(self, bar: bool) -> None:
        """The bar takes the room at the rows' end, so that nothing moves when it comes."""
        self._room.changeSize(END_PX if bar else 0, 0)
        self._head.invalidate()
        for line in self._lines.values():
            line.room.changeSize(0 if bar else END_PX, 0)
        inner = self._area.widget()
        layout = inner.layout() if inner is not None else None
        if layout is not None:
            layout.invalidate()

    def _listen(self, index: int, field: BecomesField) -> None:
        field.becomes_requested.connect(
            lambda becomes, attribute: self.becomes_requested.emit(index, becomes, attribute)
        )
        field.country_requested.connect(lambda: self.country_requested.emit(index))
        field.new_attribute_requested.connect(lambda: self.new_attribute_requested.emit(index))
