"""The first people of the audience, each with what it will get."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.domain.audience import Line
from desktop.domain.contacts import Contact
from desktop.domain.phones import pretty
from desktop.ui.broadcasts import words
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import ROW, Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme
from desktop.ui.why.on_rows import offer_why

Recipient = tuple[Contact, Line]


def recipient_columns() -> list[Column[Recipient]]:
    """Contact, phone, opt-in and what it gets: for the preview and for the people of a line."""
    return [
        Column("Contact", lambda row: Cell(row[0].shown_name)),
        Column("Phone", lambda row: pretty(row[0].phone) if row[0].phone else "–"),
        Column("Marketing opt-in", _opt_in),
        Column("Will receive", _will_receive),
    ]


class RecipientsCard(Card):
    """The first fifty, each with what it will get."""

    search_requested = Signal(str)
    contact_requested = Signal(int)
    why_requested = Signal(int, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Preview of recipients", note="first 50", name="wizard_recipients_card")
        self.search = SearchField(theme, "Search", hint="Ctrl F", name="wizard_recipient_search")
        self.search.setMinimumWidth(theme.px(190))
        self.search.search_requested.connect(self.search_requested)
        self.header.addWidget(self.search)
        self.rows = Rows(recipient_columns())
        self.table = LowTable(theme, self.rows, label="Preview of recipients", name="wizard_recipients")
        self.table.setMinimumHeight(theme.px(170))
        self.table.activated.connect(self._activated)
        self.nobody = Label("", "soft", wrap=True, name="wizard_recipients_none")
        self.nobody.hide()
        self.chosen = ChosenPerson(theme)
        self.chosen.why.clicked.connect(self._why)
        self.table.selectionModel().selectionChanged.connect(self._choose)
        offer_why(theme, self.table, "wizard_row_why", lambda row: self.why_requested.emit(row[0].id, row[1]))
        self.body.addWidget(self.nobody)
        self.body.addWidget(self.chosen)
        self.body.addWidget(self.table, 1)

    def show_recipients(self, rows: Sequence[Recipient]) -> None:
        self.rows.set_rows(rows)
        self._choose()
        searched = bool(self.search.text().strip())
        self.nobody.setText("Nobody selected has this name or phone." if searched else "Nobody matches.")
        self.nobody.setVisible(not rows)

    def _choose(self) -> None:
        selected = self.table.selectionModel().selectedRows()
        self.chosen.show_person(selected[0].data(ROW) if selected else None)

    def _why(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.why_requested.emit(row[0].id, row[1])

    def _activated(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.contact_requested.emit(row[0].id)


class ChosenPerson(QFrame):
    """What the chosen person gets, in a sentence, and *Why?*."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "inset")
        self.text = Label("", wrap=True, rich=True, tight=True, name="wizard_chosen_text")
        self.why = Button(theme, "Why?", "link", name="wizard_why")
        self.why.setToolTip("Why this contact gets the message or not, step by step (?)")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.why)
        named(self, "wizard_chosen", "The chosen contact")
        self.hide()

    def show_person(self, row: Recipient | None) -> None:
        self.setVisible(row is not None)
        if row is None:
            return
        sentence = "Gets the message." if row[1].is_sent else row[1].reason.sentence
        self.text.setText(f"<b>{escape(row[0].shown_name)}</b> · {escape(sentence)}")


def _opt_in(row: Recipient) -> Cell:
    text, kind = words.OPT_IN[row[0].opt_in]
    if row[0].facts.stopped_in_whatsapp:
        return Cell("Stopped in WhatsApp", BadgeKind.OUT)
    return Cell(text, kind)


def _will_receive(row: Recipient) -> Cell:
    text, quiet = words.will_receive(row[1])
    return Cell(
        text, color="muted" if quiet else "text", tooltip="" if row[1].is_sent else row[1].reason.sentence
    )
