"""*By path*: what was sent, failed and left out on each path; every figure leads to its messages."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.consent import Path
from desktop.domain.report import Group, PathLine
from desktop.domain.report_page import ReportPage
from desktop.ui.broadcasts.words import share
from desktop.ui.parts.bars import Segment, StackBar
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.reports import words
from desktop.ui.reports.figure import Figure
from desktop.ui.theme import Theme

ALWAYS: Final = (Group.SENT, Group.FAILED, Group.LEFT_OUT)
SOMETIMES: Final = (Group.WAITING, Group.CANCELLED, Group.NOT_CERTAIN)
"""Their columns are there only while they have messages."""
_COLUMN: Final = {
    Group.SENT: 1,
    Group.FAILED: 3,
    Group.LEFT_OUT: 4,
    Group.WAITING: 5,
    Group.CANCELLED: 6,
    Group.NOT_CERTAIN: 7,
}
_BAR, _ROW_PX = 2, 32


class _Line:
    """The widgets of one path."""

    def __init__(self, theme: Theme, path: Path) -> None:
        name = f"reports_path_{path.value}"
        self.path = path
        self.rule = Rule()
        self.title = Figure(theme, words.PATH[path], end=False, name=name)
        self.bar = StackBar(theme, label=words.PATH[path], name=f"{name}_bar")
        self.figures = {
            group: Figure(
                theme, color="text" if group is Group.SENT else words.GROUP[group][1], name=f"{name}_{group.value}"
            )
            for group in _COLUMN
        }  # fmt: skip

    def show(self, line: PathLine | None, most: int, page: ReportPage, shown: Sequence[Group]) -> None:
        for widget in (self.rule, self.title, self.bar):
            widget.setVisible(line is not None)
        for group, figure in self.figures.items():
            figure.setVisible(line is not None and group in shown)
        if line is None:
            return
        total, path = line.message_count, words.PATH[self.path]
        self.title.show_figure(path, f"{path}: {words.messages(total)}", words.messages(total), marked=page.marks(self.path, None))  # fmt: skip
        for group, figure in self.figures.items():
            count, word = line.count(group), words.GROUP[group][0]
            part = share(count, total, f"{path.lower() if path != 'API' else path} messages")
            figure.show_figure(
                f"{count:,}" if count else "–", f"{path}, {word.lower()}: {count:,}",
                f"{word}: {part}" if count else "", marked=page.marks(self.path, group),
            )  # fmt: skip
        parts = [
            Segment(words.GROUP[one][0], line.count(one), words.GROUP[one][1])
            for one in shown
            if line.count(one)
        ]
        said = ", ".join(f"{one.label} {one.value:,}" for one in parts)
        # What is missing to the longest line stays empty, so that lengths can be compared.
        self.bar.show_segments([*parts, Segment("", most - sum(one.value for one in parts), "bg")])
        self.bar.setAccessibleDescription(said)
        self.bar.setToolTip(said)


class ByPathCard(Card):
    """`figure_requested(Path or None, Group or None)`: a figure was followed; None stands for all."""

    figure_requested = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, name="reports_by_path")
        self._theme = theme
        self.body.addWidget(Label("By path", "strong"))
        table = QWidget()
        self._grid = QGridLayout(table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(_BAR, 1)
        self._heads = {group: Label(words.GROUP[group][0], "muted") for group in _COLUMN}
        head = Label("Path", "muted")
        for label in (head, *self._heads.values()):
            label.setContentsMargins(6, 0, 6, 6)
            font = label.font()
            font.setWeight(font.Weight.DemiBold)
            label.setFont(font)
        self._grid.addWidget(head, 0, 0)
        for group, label in self._heads.items():
            label.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(label, 0, _COLUMN[group])
        self.lines = {path: _Line(theme, path) for path in Path}
        for position, line in enumerate(self.lines.values()):
            self._add(line, 1 + 2 * position)
        self.body.addWidget(table)
        self.none = Label("Nothing matches.", "soft", name="reports_by_path_none")
        self.body.addWidget(self.none)
        self.body.addStretch(1)
        theme.changed.connect(self._rescale)
        self._rescale()
        named(self, "reports_by_path", "By path")

    def _add(self, line: _Line, row: int) -> None:
        self._grid.addWidget(line.rule, row, 0, 1, 8)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(line.title, row + 1, 0, Qt.AlignmentFlag.AlignLeading | middle)
        self._grid.addWidget(line.bar, row + 1, _BAR, middle)
        line.title.clicked.connect(lambda: self.figure_requested.emit(line.path, None))
        for group, figure in line.figures.items():
            self._grid.addWidget(figure, row + 1, _COLUMN[group], Qt.AlignmentFlag.AlignTrailing | middle)
            figure.clicked.connect(lambda _=False, group=group: self.figure_requested.emit(line.path, group))

    def show_lines(self, lines: Sequence[PathLine], page: ReportPage) -> None:
        sums = {group: sum(one.count(group) for one in lines) for group in _COLUMN}
        shown = [*ALWAYS, *(group for group in SOMETIMES if sums[group])]
        for group, label in self._heads.items():
            label.setVisible(group in shown and bool(lines))
        most = max((one.message_count for one in lines), default=0)
        known = {one.path: one for one in lines}
        for path, line in self.lines.items():
            line.show(known.get(path), most, page, shown)
        self.none.setVisible(not lines)
        self._rescale()

    def _rescale(self) -> None:
        for position, line in enumerate(self.lines.values()):
            height_px = 0 if line.title.isHidden() else self._theme.px(_ROW_PX)
            self._grid.setRowMinimumHeight(2 + 2 * position, height_px)
        self._grid.setColumnMinimumWidth(_BAR, self._theme.px(60))
