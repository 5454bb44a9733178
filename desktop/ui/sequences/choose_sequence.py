"""Which sequence: a card with those that take contacts now."""

from typing import Final

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QWidget

from desktop.domain.sequence import EnrolmentCounts, SequenceRecord
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import ROW_PX
from desktop.ui.sequences import words
from desktop.ui.sequences.enrol_dialog import closed_words

Entry = tuple[SequenceRecord, EnrolmentCounts]
HEAD_PX, LEAST_ROWS, MOST_ROWS = 34, 3, 10
_CHOSEN: Final = 1


class ChooseSequence(CardDialog):
    """`sequence` is the chosen one; Enter and a double click take it."""

    def __init__(self, desk: Desk, window: QWidget, entries: list[Entry]) -> None:
        super().__init__(desk.theme, window, "Put into which sequence?", width_px=620, name="choose_sequence")
        columns: list[Column[Entry]] = [
            Column("Sequence", lambda one: Cell(one[0].name, bold=True)),
            Column("Steps", lambda one: Cell(f"{len(one[0].definition.steps)}", end=True), 60, end=True),
            Column("In progress", lambda one: Cell(f"{one[1].in_progress_count:,}", end=True), 96, end=True),
            Column("State", _state, 110),
        ]
        self.rows = Rows(columns, [one for one in entries if not closed_words(one[0])])
        self.table = LowTable(desk.theme, self.rows, label="Sequences", name="choose_sequence_table")
        shown = min(max(len(self.rows.rows), LEAST_ROWS), MOST_ROWS)
        self.table.setMinimumHeight(desk.theme.px(HEAD_PX + shown * ROW_PX))
        self.body.addWidget(self.table)
        self.add_button("Cancel", result=0, name="choose_sequence_cancel")
        self.go = self.add_button("Continue", "primary", result=_CHOSEN, name="choose_sequence_do")
        if self.rows.rows:
            self.table.setCurrentIndex(self.rows.index(0, 0))
            self.focus_first(self.table)
        else:
            self.table.hide()
            self.add_text(
                "No sequence takes contacts now. Make one under Sequences (Ctrl+4) and activate it.",
                muted=True,
            )
            self.go.hide()
        self.table.activated.connect(self._activated)

    @property
    def sequence(self) -> SequenceRecord | None:
        row = self.table.chosen_row()
        return row[0] if row is not None else None

    def _activated(self, _: QModelIndex) -> None:
        self.done(_CHOSEN)


async def choose_sequence(desk: Desk, parent: QWidget) -> SequenceRecord | None:
    """Ask which; None for *Cancel*."""
    dialog = ChooseSequence(desk, parent.window(), await desk.app.sequences.every())
    return dialog.sequence if await ask(dialog) == _CHOSEN else None


def _state(one: Entry) -> Cell:
    text, kind = words.STATUS[one[0].status]
    return Cell(text, kind)
