"""All broadcasts in one table: found by name, put away, and by the month."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.templates import Template
from desktop.services.broadcast_list import PAGE_COUNT, Page
from desktop.ui.broadcasts.calendar import BroadcastCalendar
from desktop.ui.broadcasts.row import BAR_COLUMN, BroadcastRow, OutcomeDelegate, columns
from desktop.ui.broadcasts.row_menu import row_menu
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import HEADER_PX, Bar, Body, stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

NEW_TIP: Final = "New broadcast (Ctrl+N)"
WHAT_FOR: Final = (
    "Send one approved template to many contacts. Whoever opted out of marketing is left out, and the "
    "report accounts for everyone."
)
HEAD_PX: Final = 34  # the tabs stay where they are where there is no search beside them
NONE_CHOSEN: Final = "Choose a broadcast first."
UNDER_WAY: Final = "It is not over yet. Stop it first, then it can be put away."
CURRENT, ARCHIVED, CALENDAR = "current", "archived", "calendar"
_NOTHING: Final = {
    CURRENT: "No broadcast has these words.",
    ARCHIVED: "Nothing is put away. A broadcast that is over can be: it leaves the list, and its report stays.",
}


class BroadcastTable(Table):
    """`verb_requested(verb)` by Ctrl+D (duplicate), Del (put away) and Ctrl+C (copy its link)."""

    verb_requested = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        verbs = {
            (True, Qt.Key.Key_D): "duplicate",
            (True, Qt.Key.Key_C): "link",
            (False, Qt.Key.Key_Delete): "archive",
        }
        verb = verbs.get((control, Qt.Key(event.key())), "")
        if verb and (control or event.modifiers() == Qt.KeyboardModifier.NoModifier):
            self.verb_requested.emit(verb)
        else:
            super().keyPressEvent(event)


class BroadcastList(QWidget):
    """`open_requested(row)` by Enter or double click, `new_requested` by Ctrl+N or a button, `verb_requested(verb, row)`:
    duplicate, archive, link. `load_requested` when other lines are wanted: another tab, other words, more of them."""

    open_requested = Signal(object)
    new_requested = Signal()
    verb_requested = Signal(str, object)
    load_requested = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme = theme
        self._refused = ""
        self._has_any = False
        self._zone: ZoneInfo | None = None
        self.limit = PAGE_COUNT
        """How many lines are wanted."""
        self._build(theme, now)
        self._wire()
        self._fit()
        named(self, "broadcasts_list", "Broadcasts")

    def _build(self, theme: Theme, now: Callable[[], datetime]) -> None:
        self.count = Label("", "muted", name="broadcasts_count")
        self.new_button = Button(
            theme, "New broadcast", "primary", icon="plus", tooltip=NEW_TIP, name="broadcasts_new"
        )
        header = Bar(theme, "header", HEADER_PX, name="broadcasts_header")
        header.row.addWidget(Label("Broadcasts", "h1"))
        header.row.addWidget(self.count)
        header.row.addStretch(1)
        header.row.addWidget(self.new_button)
        tabs = (Tab(CURRENT, "Broadcasts"), Tab(CALENDAR, "Calendar"), Tab(ARCHIVED, "Put away"))
        self.tabs = Tabs(theme, tabs, label="Which broadcasts", name="broadcasts_tabs")
        self.search = SearchField(theme, "Name or template", hint="Ctrl F", name="broadcasts_search")
        self.search.setMinimumWidth(theme.px(220))
        self.duplicate = Button(theme, "Duplicate", "quiet", icon="copy", name="broadcasts_duplicate")
        self.archive = Button(theme, "Put away", "quiet", icon="archive", name="broadcasts_archive")
        self.link = Button(theme, "Copy link", "quiet", icon="link", name="broadcasts_link")
        self.rows = Rows(columns(now, lambda: self._zone))
        self.table = BroadcastTable(theme, self.rows, label="Broadcasts", name="broadcasts_table")
        self.table.setItemDelegateForColumn(BAR_COLUMN, OutcomeDelegate(theme, self.table))
        self.more = Button(theme, "Show more", "link", name="broadcasts_more")
        self.more.hide()
        self.more_text = Label("", "muted", name="broadcasts_more_text")
        self.more_text.hide()
        self.none_found = Label("", "soft", wrap=True, name="broadcasts_none_found")
        self.calendar = BroadcastCalendar(theme, now)
        self._card = Card(name="broadcasts_card", pad_px=12)
        self._card.header.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.search, self.duplicate, self.archive, self.link):
            self._card.header.addWidget(widget)
        self._card.header.addStrut(theme.px(HEAD_PX))
        self._card.body.addLayout(self._card.header)
        self._card.body.addWidget(self.none_found)
        self._card.body.addWidget(self.table, 1)
        more_row = QHBoxLayout()
        more_row.setSpacing(12)
        more_row.addWidget(self.more_text)
        more_row.addWidget(self.more)
        more_row.addStretch(1)
        self._card.body.addLayout(more_row)
        self._card.body.addWidget(self.calendar, 1)
        self.empty = EmptyState(
            theme, "megaphone", "No broadcasts yet", WHAT_FOR, action="New broadcast", name="broadcasts_empty"
        )
        self.loading = Label("Loading…", "soft", name="broadcasts_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        for page in (self.loading, self._card, self.empty):
            self.stack.addWidget(page)
        body = Body(name="broadcasts_body")
        body.column.addWidget(self.stack, 1)
        self.setLayout(stacked(header, body))

    def _wire(self) -> None:
        self.new_button.clicked.connect(self.new_requested)
        self.empty.action_requested.connect(self.new_requested)
        self.tabs.chosen.connect(lambda _: self._turned())
        self.search.search_requested.connect(lambda _: self._searched())
        self.more.clicked.connect(self._show_more)
        self.calendar.open_requested.connect(lambda record: self.open_requested.emit(BroadcastRow(*record)))
        self.calendar.month_requested.connect(lambda _: self.load_requested.emit())
        self.duplicate.clicked.connect(lambda: self._ask("duplicate"))
        self.archive.clicked.connect(lambda: self._ask("archive"))
        self.link.clicked.connect(lambda: self._ask("link"))
        self.table.activated.connect(self._activated)
        self.table.verb_requested.connect(self._ask)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._fit())
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)

    @property
    def tab(self) -> str:
        """CURRENT, ARCHIVED or CALENDAR."""
        return self.tabs.current

    def show_rows(
        self,
        found: Page,
        templates: Mapping[int, Template],
        *,
        waiting: Collection[int] = (),
        granted: Collection[int] = (),
        any_at_all: bool,
    ) -> None:
        """The newest first, each with its tests and retries; the chosen line stays chosen.

        found: without lines while the calendar is shown. waiting: those that ask a second supervisor. granted: drafts that one said yes to. any_at_all: the workspace has broadcasts, whatever is shown of them.
        """
        made: list[BroadcastRow] = []
        for one in found.lines:
            for record, figures in ((one.record, one.figures), *one.children):
                template = templates.get(record.template_id or 0)
                asks, given = record.id in waiting, record.id in granted
                made.append(BroadcastRow(record, figures, template, asks, given))
        chosen, scrolled = self.chosen(), self.table.verticalScrollBar().value()
        if made != list(self.rows.rows):
            self.rows.set_rows(made)
            for position, row in enumerate(made):
                if chosen is not None and row.record.id == chosen.record.id:
                    self.table.setCurrentIndex(self.rows.index(position, 0))
            self.table.verticalScrollBar().setValue(scrolled)
        self._has_any = any_at_all
        self.count.setText(f"{found.total_count:,}" if found.lines and self.tab == CURRENT else "")
        more = self.tab != CALENDAR and found.total_count > len(found.lines)
        self.more.setVisible(more)
        self.more_text.setVisible(more)
        self.more_text.setText(f"The {len(found.lines):,} newest of {found.total_count:,} are shown.")
        self._show_what_there_is()

    def _show_what_there_is(self) -> None:
        by_month, lines = self.tab == CALENDAR, bool(self.rows.rows)
        self.stack.setCurrentWidget(self._card if self._has_any else self.empty)
        self.new_button.setVisible(self._has_any)
        self.calendar.setVisible(by_month)
        self.table.setVisible(not by_month and lines)
        searching = bool(self.search.text().strip())
        self.none_found.setText(_NOTHING[CURRENT if searching else self.tab] if not by_month else "")
        self.none_found.setVisible(not by_month and not lines)
        self._card.body.setAlignment(
            self.none_found, Qt.AlignmentFlag.AlignTop if not lines else Qt.AlignmentFlag(0)
        )
        self.search.setVisible(not by_month)
        self._fit()

    def show_zone(self, zone: ZoneInfo) -> None:
        """The workspace's: by its clock broadcasts start."""
        if zone != self._zone:
            self._zone = zone
            self.calendar.show_zone(zone)
            self.table.viewport().update()

    def _show_more(self) -> None:
        self.limit += PAGE_COUNT
        self.load_requested.emit()

    def _searched(self) -> None:
        self.limit = PAGE_COUNT
        self.load_requested.emit()

    def _turned(self) -> None:
        self.limit = PAGE_COUNT
        for widget in (self.more, self.more_text):
            widget.hide()
        self.rows.set_rows([])
        self._show_what_there_is()
        self.load_requested.emit()

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may not begin one; "" when they may."""
        self._refused = refused
        for button in (self.new_button, self.empty.action):
            button.setEnabled(not refused)
            button.setToolTip(refused or NEW_TIP)
        sentence = f"{WHAT_FOR} {refused}".rstrip()
        self.empty.sentence.setText(sentence)
        self.empty.setAccessibleDescription(sentence)
        self._fit()

    def chosen(self) -> BroadcastRow | None:
        row = self.table.chosen_row()
        return row if isinstance(row, BroadcastRow) else None

    def why_not(self, verb: str) -> str:
        """Why a verb is not for the chosen line; "" if it is."""
        row = self.chosen()
        if row is None:
            return NONE_CHOSEN
        if verb == "link":
            return "" if row.record.status is not BroadcastStatus.DRAFT else "A draft has no report yet."
        over = row.record.status.is_over or row.record.status is BroadcastStatus.DRAFT
        return self._refused or (UNDER_WAY if verb == "archive" and not over else "")

    def _fit(self) -> None:
        """The verbs, by the line that is chosen and the person who sits here."""
        away = self.tab == ARCHIVED
        self.archive.setText("Put back" if away else "Put away")
        self.archive.setAccessibleName(self.archive.text())
        tips = {
            "duplicate": "Duplicate (Ctrl+D)",
            "archive": f"{self.archive.text()} (Del)",
            "link": "Copy link (Ctrl+C)",
        }
        for verb, button in (("duplicate", self.duplicate), ("archive", self.archive), ("link", self.link)):
            button.setVisible(self.tab != CALENDAR)
            reason = self.why_not(verb)
            button.setEnabled(not reason)
            button.setToolTip(reason or tips[verb])

    def _ask(self, verb: str) -> None:
        row = self.chosen()
        if row is not None and not self.why_not(verb):
            self.verb_requested.emit(verb, row)

    def _show_menu(self, point: QPoint) -> None:
        if self.chosen() is not None:
            menu = row_menu(self.table, self.tab == ARCHIVED, self.why_not, self._ask, self._activated)
            menu.popup(self.table.viewport().mapToGlobal(point))

    def _activated(self) -> None:
        row = self.chosen()
        if row is not None:
            self.open_requested.emit(row)
