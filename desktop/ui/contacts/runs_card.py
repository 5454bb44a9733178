"""The sequences that a contact is or was in."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, Signal

from desktop.domain.sequence import Enrolment, EnrolmentStatus
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.sequences.people_list import next_cell, state_cell
from desktop.ui.theme import Theme

SHOWN_ROWS = 3


class RunsCard(Card):
    """Runs, the newest first: `take_out_requested(enrolment)` for the chosen one that is in progress.

    `open_requested(enrolment)` by a double click or Enter.
    """

    take_out_requested = Signal(object)
    open_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Sequences", note="each run, the newest first", name="contact_sequences_card")
        self._theme = theme
        self._now: datetime | None = None
        self._refusal = ""
        self.out = Button(theme, "Take out…", "link-danger", name="contact_take_out")
        self.out.clicked.connect(self._ask)
        self.header.addWidget(self.out)
        columns: list[Column[Enrolment]] = [
            Column("Enrolled", self._since, 104),
            Column("Sequence", lambda one: Cell(one.sequence_name, bold=True)),
            Column("State", state_cell, 150),
            Column("Next step", lambda one: next_cell(one, self._at()), 200),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Sequences", name="contact_sequences")
        self.none = Label("In no sequence so far.", "soft", wrap=True, name="contact_no_sequences")
        self.body.addWidget(self.none)
        self.body.addWidget(self.table)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self.table.activated.connect(self._open)
        self._show_out()

    def show_runs(self, runs: Sequence[Enrolment], now: datetime, refusal: str) -> None:
        """refusal: why this person may not take anybody out; "" when they may."""
        self._now, self._refusal = now, refusal
        chosen = self.table.chosen_row()
        self.rows.set_rows(runs)
        at = next((at for at, one in enumerate(runs) if chosen and one.id == chosen.id), -1)
        if at < 0:
            going = (at for at, one in enumerate(runs) if one.status is EnrolmentStatus.IN_PROGRESS)
            at = next(going, -1)
        if at >= 0:
            self.table.setCurrentIndex(self.rows.index(at, 0))
        self.none.setVisible(not runs)
        self.table.setVisible(bool(runs))
        shown = min(max(len(runs), 1), SHOWN_ROWS)
        row_px = self.table.verticalHeader().defaultSectionSize()
        self.table.setMinimumHeight(
            self.table.horizontalHeader().sizeHint().height() + shown * row_px + self._theme.px(4)
        )
        self._show_out()

    def _chosen(self) -> Enrolment | None:
        row = self.table.chosen_row()
        return row if isinstance(row, Enrolment) else None

    def _show_out(self) -> None:
        run = self._chosen()
        self.out.setVisible(any(one.status is EnrolmentStatus.IN_PROGRESS for one in self.rows.rows))
        going = run is not None and run.status is EnrolmentStatus.IN_PROGRESS
        self.out.setEnabled(going and not self._refusal)
        self.out.setToolTip(self._refusal or ("" if going else "Choose a run that is in progress"))

    def _row_changed(self, _: QModelIndex, __: QModelIndex) -> None:
        self._show_out()

    def _open(self) -> None:
        run = self._chosen()
        if run is not None:
            self.open_requested.emit(run)

    def _ask(self) -> None:
        run = self._chosen()
        if run is not None:
            self.take_out_requested.emit(run)

    def _since(self, one: Enrolment) -> Cell:
        return Cell(
            when.stamp(one.enrolled_at, self._at()), color="muted", tooltip=when.full(one.enrolled_at)
        )

    def _at(self) -> datetime:
        assert self._now is not None
        return self._now
