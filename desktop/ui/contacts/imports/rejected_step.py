"""The rows that cannot be read: which, what stands in them, and why."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.importing import RejectedRow
from desktop.ui.contacts.imports import words
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme

LEAST_PX, MOST_PX = 130, 360
AROUND_PX = 300
"""What the card and its margins take besides the table."""


def _values(row: RejectedRow) -> Cell:
    said = " · ".join(value for value in row.values if value.strip())
    return Cell(said or "(blank)", small=True, color="muted", tooltip="\n".join(row.values))


_COLUMNS: tuple[Column[RejectedRow], ...] = (
    Column("Row", lambda row: Cell(f"{row.number:,}", bold=True), width_px=64),
    Column("What stands there", _values, width_px=250),
    Column("Why it cannot be read", lambda row: Cell(row.sentence, tooltip=row.sentence)),
)


class RejectedStep(QWidget):
    """`save_requested()`: all of them as a file; what is shown are the first."""

    save_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lead = Label("", "soft", wrap=True, name="import_rejected_lead")
        self.model: Rows[RejectedRow] = Rows(_COLUMNS)
        self.table = Table(theme, self.model, label="Rows that cannot be read", name="import_rejected")
        self.more = Label("", "muted", name="import_rejected_more")
        self.save = Button(
            theme, "Save these rows…", "link", icon="download-simple", name="import_save_rejected"
        )
        self.save.clicked.connect(self.save_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.lead)
        column.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.save)
        foot.addStretch(1)
        foot.addWidget(self.more)
        column.addLayout(foot)

    def show_rows(self, rejected: Sequence[RejectedRow], total: int) -> None:
        self.model.set_rows(list(rejected))
        self.lead.setText(
            f"{words.rows(total)} will be left out. Save, mend and import them later: what was imported "
            "before is known then and is not imported twice."
        )
        hidden = total - len(rejected)
        self.more.setText(f"and {hidden:,} more" if hidden > 0 else "")
        rows_px = (len(rejected) + 1) * self._theme.px(33) + 6
        room_px = self.window().height() - self._theme.px(AROUND_PX)
        most_px = min(self._theme.px(MOST_PX), max(room_px, self._theme.px(LEAST_PX)))
        self.table.setFixedHeight(min(max(rows_px, self._theme.px(LEAST_PX)), most_px))
