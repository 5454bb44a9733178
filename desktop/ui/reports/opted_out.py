"""Contacts who opted out: when, how, by what evidence, and who recorded it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.consent import Source
from desktop.domain.phones import pretty
from desktop.services.reports import Mark, OptedOut
from desktop.ui.desk import Desk
from desktop.ui.parts import when
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import EDGE_PX, LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.reports import words
from desktop.ui.reports.choosing import OneMenu
from desktop.ui.reports.paging import Pages, Read


def mark(one: OptedOut) -> Mark:
    """Where the page ends that this contact is the last of."""
    return Mark(one.at, one.contact_id)


class OptedOutView(QWidget):
    """`wanted()`: another source or search, see `source` and `text`; `contact_requested`, `contact_page_requested`."""

    wanted = Signal()
    clear_requested = Signal()
    contact_requested = Signal(int)
    contact_page_requested = Signal(int)

    def __init__(self, desk: Desk, failed: Callable[[Exception], object]) -> None:
        super().__init__()
        theme = desk.theme
        self._theme, self._now = theme, desk.app.clock.now
        self.source: Source | None = None
        self.by_source = MenuButton(theme, "Source: all", name="opted_out_source", tooltip="Filter by source")
        self.by_source.clicked.connect(self._choose_source)
        self.search = SearchField(theme, "Contact or phone", hint="Ctrl F", name="opted_out_search")
        self.search.setToolTip("Search by contact or phone (Ctrl+F)")
        self.search.search_requested.connect(lambda _: self.wanted.emit())
        self.clear = Button(theme, "Clear", "link", tooltip="Take every filter away", name="opted_out_clear")
        self.clear.clicked.connect(self.clear_requested)
        self.clear.hide()
        self.title = Label("Contacts who opted out", "strong", name="opted_out_count")
        self.conversation = Button(theme, "Open conversation", name="opted_out_conversation")
        self.contact = Button(theme, "Open contact", tooltip="Enter", name="opted_out_contact")
        columns: list[Column[OptedOut]] = [
            Column("Since", self._when, 120),
            Column("Contact", lambda one: Cell(one.name or pretty(one.phone) or "–")),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–", 150),
            Column("Answer", lambda one: Cell(words.answer_of(one), badge=BadgeKind.OUT, tooltip=words.answers_told(one)), 210),
            Column("Source", lambda one: Cell(words.source_of(one), tooltip=words.answers_told(one)), 130),
            Column("Evidence", lambda one: Cell(words.evidence_of(one), color="muted" if words.evidence_of(one) == "–" else "text", tooltip=words.answers_told(one))),
            Column("Recorded by", lambda one: Cell(one.by_name or "–", color="text" if one.by_name else "muted"), 150),
        ]  # fmt: skip
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Contacts who opted out", name="opted_out_table")
        self.none = EmptyState(
            theme, "check-circle", "Nobody opted out", "When somebody says no to marketing, they are listed here with the evidence.",
            name="opted_out_none",
        )  # fmt: skip
        self.none_found = EmptyState(
            theme, "magnifying-glass", "Nothing matches", "Nobody who opted out is of this choice.",
            action="Clear the filters", name="opted_out_none_found",
        )  # fmt: skip
        self.none_found.action_requested.connect(self.clear_requested)
        self.pages = Pages(desk.tasks, self.table, self.rows, shown=self._page_shown, on_problem=failed)
        self._narrowed = False
        self._keep: int | None = None
        self._lay_out()
        self.table.activated.connect(lambda: self._lead(self.contact_page_requested))
        self.contact.clicked.connect(lambda: self._lead(self.contact_page_requested))
        self.conversation.clicked.connect(lambda: self._lead(self.contact_requested))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_links())
        self._show_links()
        named(self, "opted_out", "Opted-out contacts")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.by_source)
        row.addWidget(self.search, 1)
        row.addWidget(self.clear)
        card = Card(spacing_px=6, name="opted_out_card")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.conversation)
        head.addWidget(self.contact)
        self.stack = QStackedWidget()
        for page in (self.table, self.none, self.none_found):
            self.stack.addWidget(page)
        card.body.addLayout(head)
        card.body.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, 20, EDGE_PX, EDGE_PX)
        column.setSpacing(16)
        column.addLayout(row)
        column.addWidget(card, 1)

    @property
    def text(self) -> str:
        return self.search.text().strip()

    def start(self, read: Read[OptedOut], *, narrowed: bool) -> None:
        self._narrowed = narrowed
        self.clear.setVisible(narrowed)
        self.pages.start(read)

    def show_counts(self, count: int, everything: int) -> None:
        """How many match, of all who opted out."""
        if self._narrowed:
            self.title.setText(f"{count:,} of {words.contacts(everything)} who opted out")
        else:
            self.title.setText(f"{words.contacts(everything)} opted out")

    def forget_filters(self) -> None:
        self.set_source(None)
        self.search.clear()

    def set_source(self, source: Source | None) -> None:
        self.source = source
        self.by_source.show_words(f"Source: {words.SOURCE[source] if source else 'all'}")

    def _choose_source(self) -> None:
        def choose(source: Source | None) -> None:
            self.set_source(source)
            self.wanted.emit()

        lines = [(one, words.SOURCE[one]) for one in Source]
        drop(OneMenu(self.by_source, lines, self.source, choose, name="opted_out_source"), self.by_source)

    def _page_shown(self) -> None:
        rows = self.rows.rows
        self.stack.setCurrentWidget(self.table if rows else self.none_found if self._narrowed else self.none)
        if rows and not self.table.selectionModel().hasSelection():
            place = next((at for at, one in enumerate(rows) if one.contact_id == self._keep), 0)
            self.table.setCurrentIndex(self.rows.index(place, 0))
            self.table.selectRow(place)
        self._show_links()

    def _show_links(self) -> None:
        chosen = self.table.chosen_row()
        if isinstance(chosen, OptedOut):
            self._keep = chosen.contact_id
        for button in (self.conversation, self.contact):
            button.setVisible(isinstance(chosen, OptedOut))

    def _lead(self, signal: SignalInstance) -> None:
        row = self.table.chosen_row()
        if isinstance(row, OptedOut):
            signal.emit(row.contact_id)

    def _when(self, one: OptedOut) -> Cell:
        return Cell(when.stamp(one.at, self._now()), tooltip=when.full(one.at))

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
