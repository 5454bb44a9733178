"""The answers that a flow collected, page by page, and as a file."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.bot_report import AnswerRow
from desktop.domain.people import Right
from desktop.domain.phones import pretty
from desktop.ui.bots import report_words as words
from desktop.ui.desk import Desk
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.reports.paging import Pages, Read


class AnswersView(QWidget):
    """`contact_requested(id)`, `export_requested()`."""

    contact_requested = Signal(int)
    export_requested = Signal()

    def __init__(self, desk: Desk, failed: Callable[[Exception], object]) -> None:
        super().__init__()
        theme = desk.theme
        self._desk, self._now = desk, desk.app.clock.now
        self._keep: int | None = None
        self.count = 0
        self.title = Label("Answers", "strong", name="bot_answers_count")
        self.conversation = Button(
            theme, "Open conversation", tooltip="Enter", name="bot_answers_conversation"
        )
        self.conversation.clicked.connect(self._lead)
        self.export = Button(theme, "Export", icon="download-simple", color="text", name="bot_answers_export")
        self.export.clicked.connect(self.export_requested)
        columns: list[Column[AnswerRow]] = [
            Column("When", self._when, 120),
            Column("Contact", lambda one: Cell(words.who(one), bold=True)),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–", 150),
            Column("Answer", lambda one: Cell(one.name, color="muted", tooltip=one.name), 150),
            Column("Value", lambda one: Cell(" ".join(one.value.split()), tooltip=one.value)),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Answers", name="bot_answers")
        self.none = EmptyState(
            theme, "chat-circle-dots", "No answers yet",
            "What customers answer to questions, buttons and lists is listed here under the names that the flow gives it.",
            name="bot_answers_none",
        )  # fmt: skip
        self.pages = Pages(desk.tasks, self.table, self.rows, shown=self._page_shown, on_problem=failed)
        self.table.activated.connect(self._lead)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_links())
        self._lay_out()
        self.show_count(0)
        self._show_links()
        named(self, "bot_answers_view", "Answers")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.conversation)
        head.addWidget(self.export)
        card = Card(spacing_px=8, pad_px=14, name="bot_answers_card")
        self.stack = QStackedWidget()
        for page in (self.table, self.none):
            self.stack.addWidget(page)
        card.body.addLayout(head)
        card.body.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)

    def start(self, read: Read[AnswerRow]) -> None:
        """Read the first page."""
        self.pages.start(read)

    def reset(self) -> None:
        """Another flow."""
        self._keep = None
        self.pages.stop()
        self.rows.set_rows([])
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """How many there are in all; whether they can be exported."""
        self.count = count
        self.title.setText(words.answers(count))
        refusal = self._desk.refusal(Right.EXPORT)
        self.export.setEnabled(bool(count) and not refusal)
        told = (
            f"{'This' if count == 1 else 'These'} {words.answers(count)} as CSV or Excel"
            if count
            else "There is nothing to export"
        )
        self.export.setToolTip(refusal or told)

    def _page_shown(self) -> None:
        rows = self.rows.rows
        self.stack.setCurrentWidget(self.table if rows else self.none)
        if rows and not self.table.selectionModel().hasSelection():
            place = next((at for at, one in enumerate(rows) if one.id == self._keep), 0)
            self.table.setCurrentIndex(self.rows.index(place, 0))
        self._show_links()

    def _show_links(self) -> None:
        one = self.table.chosen_row()
        self.conversation.setEnabled(isinstance(one, AnswerRow))
        if isinstance(one, AnswerRow):
            self._keep = one.id

    def _lead(self) -> None:
        one = self.table.chosen_row()
        if isinstance(one, AnswerRow):
            self.contact_requested.emit(one.contact_id)

    def _when(self, one: AnswerRow) -> Cell:
        return Cell(when.stamp(one.at, self._now()), tooltip=when.full(one.at))
