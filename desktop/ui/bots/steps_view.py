"""The steps of a flow with what became of each: a table, and the chosen step beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.bots.report_words import StepLine
from desktop.ui.bots.step_card import StepCard
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.theme import Theme

CARD_PX = 360


class StepsView(QWidget):
    """`sessions_requested(node id, statuses)`: of those at a step; no statuses: all who stood there last."""

    sessions_requested = Signal(str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        columns: list[Column[StepLine]] = [
            Column("Step", _step),
            Column("Came here", lambda one: _count(one.figures.entered_count), 88, end=True),
            Column("Here now", lambda one: _count(one.figures.here_count), 80, end=True),
            Column("Ended here", lambda one: _count(sum(one.figures.ended.values())), 88, end=True),
            Column("Dropped here", _dropped, 104, end=True),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Steps of the flow", name="bot_steps")
        self.card = StepCard(theme)
        left = Card(pad_px=14, name="bot_steps_card")
        left.body.addWidget(self.table, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("surface", "none")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        area.setWidget(inside)
        area.setMinimumWidth(theme.px(CARD_PX))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(left, 3)
        row.addWidget(area, 2)
        self.card.sessions_requested.connect(self.sessions_requested)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.activated.connect(self._activated)
        named(self, "bot_steps_view", "Steps")

    def show_lines(self, lines: Sequence[StepLine]) -> None:
        """The same steps keep the choice; others begin at the first."""
        before = self.current
        if [one.node_id for one in lines] == [one.node_id for one in self.rows.rows]:
            for at, one in enumerate(lines):
                self.rows.replace(at, one)
        else:
            self.rows.set_rows(lines)
        kept = next((at for at, one in enumerate(lines) if before and one.node_id == before.node_id), 0)
        if lines:
            self.table.setCurrentIndex(self.rows.index(kept, 0))
            self.card.show_line(lines[kept])
        self.card.setVisible(bool(lines))

    @property
    def current(self) -> StepLine | None:
        """The chosen step."""
        row = self.table.chosen_row()
        return row if isinstance(row, StepLine) else None

    def _chosen(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid():
            self.card.show_line(self.rows.rows[current.row()])

    def _activated(self) -> None:
        if self.current is not None:
            self.sessions_requested.emit(self.current.node_id, ())


def _step(one: StepLine) -> Cell:
    return Cell(one.title, color="text" if one.node is not None else "muted", tooltip=one.title)


def _count(count: int) -> Cell:
    return Cell(f"{count:,}", color="text" if count else "muted", end=True)


def _dropped(one: StepLine) -> Cell:
    count = one.figures.dropped_count
    parts = (
        f"{many:,} {status.label.lower()}" for status, many in one.figures.ended.items() if status.is_dropped
    )
    return Cell(
        f"{count:,}", color="danger" if count else "muted", bold=count > 0, end=True, tooltip=", ".join(parts)
    )
