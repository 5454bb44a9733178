"""The list of conversations: search, tabs, order and conditions, rows, and what stands there when there are none."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.conversations import Box, BoxCounts, ConversationRow
from desktop.domain.inbox import Order, Wanted
from desktop.domain.people import Right
from desktop.ui.conversations.list_bulk import BulkBar
from desktop.ui.conversations.list_filter import FilterCard
from desktop.ui.conversations.list_menus import SortMenu
from desktop.ui.conversations.list_strip import ORDERS, ConditionStrip, conditions
from desktop.ui.conversations.list_tabs import BoxTabs
from desktop.ui.conversations.list_view import ListView
from desktop.ui.conversations.row_delegate import RowDelegate
from desktop.ui.conversations.rows import Entry, FoundMessage, Heading, RowsModel
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Panel
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import drop
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

WIDTH_PX = 320
HEADER_PX = 56
PAGE_COUNT = 200
"""Rows that are read at first, and that each scroll to the end brings."""
MOST_COUNT = 2_000
_BOXES = {
    Box.MINE: "yours",
    Box.UNASSIGNED: "unassigned",
    Box.ALL: "all open ones",
    Box.CLOSED: "closed ones",
    Box.BOT: "with a bot",
}
_EMPTY = {
    Box.MINE: ("check-circle", "Nothing assigned to you", "Take a conversation from Unassigned or All."),
    Box.UNASSIGNED: ("check-circle", "Nobody is waiting", "Every open conversation has someone who answers."),
    Box.ALL: ("chat-circle-dots", "No open conversations", "They begin when a customer writes to you."),
    Box.CLOSED: ("archive-box", "Nothing closed yet", "Close a conversation when it is done."),
    Box.BOT: ("robot", "No bot is talking", "Conversations stand here while a flow answers them."),
}


class ConversationList(Panel):
    """`contact_requested` when a person chooses a row, `peek_requested` when they come by it with an arrow key.

    `message_requested(contact id, message id)` for a message that was found. `filter_requested` when search, tab,
    order or conditions change; `more_requested` at the end of the rows. `views_requested` and
    `verb_requested(key of BulkBar)` are done by whoever owns the list.
    """

    contact_requested = Signal(int)
    peek_requested = Signal(int)
    message_requested = Signal(int, int)
    filter_requested = Signal()
    more_requested = Signal()
    retry_requested = Signal()
    views_requested = Signal()
    verb_requested = Signal(str)

    def __init__(
        self, theme: Theme, refusal: Callable[[Right], str] = lambda _: "", parent: QWidget | None = None
    ) -> None:
        super().__init__("list", name="conversations_panel", parent=parent)
        self._theme, self._refusal = theme, refusal
        self._wanted = Wanted()
        self._tags: Sequence[str] = ()
        self._current: int | None = None
        self.limit = PAGE_COUNT
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        column.addLayout(self._top())
        self.rows = RowsModel(self)
        self.view = ListView(self.rows, self)
        self._delegate = RowDelegate(theme, self.view, self.rows, lambda: bool(self.view.many))
        self._delegate.shows_holder = False
        self.view.setItemDelegate(self._delegate)
        self.view.chosen.connect(self._chosen)
        self.view.peeked.connect(self._peeked)
        self.view.many_changed.connect(self.show_bulk)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        icon, title, sentence = _EMPTY[Box.MINE]
        self.empty = EmptyState(theme, icon, title, sentence, name="conversations_empty")
        self.failed = EmptyState(
            theme, "warning-circle", "", "", action="Try again", name="conversations_failed"
        )
        self.failed.action_requested.connect(self.retry_requested)
        self.stack = QStackedWidget()
        self.stack.addWidget(QWidget())  # nothing is said before the first load
        self.stack.addWidget(self.failed)
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.empty)
        column.addWidget(self.stack, 1)
        self.bulk = BulkBar(theme)
        self.bulk.clear_requested.connect(self.view.clear_many)
        self.bulk.verb_requested.connect(self.verb_requested)
        column.addWidget(self.bulk)
        theme.changed.connect(self.view.scheduleDelayedItemsLayout)

    # What is wanted.

    @property
    def box(self) -> Box:
        return self._wanted.box

    @property
    def wanted(self) -> Wanted:
        """Box, order and conditions."""
        return self._wanted

    @property
    def searched(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    @property
    def many(self) -> tuple[int, ...]:
        """The contacts whose conversations are chosen while it is more than one; else ()."""
        return self.view.many

    def ask_for(self, wanted: Wanted) -> None:
        """Show another box, order or other conditions; `filter_requested` follows if it is another."""
        if wanted == self._wanted:
            return
        self.show_wanted(wanted)
        self.filter_requested.emit()

    def show_wanted(self, wanted: Wanted) -> None:
        """The same without telling."""
        self._wanted = wanted
        self.limit = PAGE_COUNT
        self.view.clear_many()
        self._delegate.shows_holder = wanted.box is not Box.MINE
        self.tabs.choose(wanted.box.value)
        self.strip.show_wanted(wanted)
        count = wanted.condition_count
        self.filter.set_icon("funnel-fill" if count else "funnel", "accent" if count else "muted")
        self.filter.setAccessibleName(f"Filter, {count} on" if count else "Filter")
        usual = wanted.order is Order.NEWEST
        self.sort.set_icon("sort-ascending", "muted" if usual else "accent")
        self.sort.setToolTip(f"Sorted: {ORDERS[wanted.order]}")
        self.sort.setAccessibleName(f"Sort, {ORDERS[wanted.order]}")

    def told(self, wanted: Wanted) -> str:
        """What is wanted, as a sentence: 'Conversations: unassigned. Waiting longest, VIP.'"""
        some = ", ".join(words for _, words, _ in conditions(wanted))
        return f"Conversations: {_BOXES[wanted.box]}." + (f" {some}." if some else "")

    # What is shown.

    def show_tags(self, tags: Sequence[str]) -> None:
        """The tags that the filter offers."""
        self._tags = tags

    def show_state(
        self,
        rows: Sequence[ConversationRow],
        counts: BoxCounts,
        now: datetime,
        found: Sequence[FoundMessage] = (),
    ) -> None:
        """Show the rows of the chosen tab, what was found in messages, and the counts of all."""
        self.total.setText(f"{counts.all + counts.closed:,}")
        self.tabs.show_counts(counts)
        entries: list[Entry] = [*rows]
        if found:
            entries += [Heading("Messages"), *found]
        many, bar = self.view.many, self.view.verticalScrollBar()
        place = bar.value()
        if self.rows.show_rows(entries, now):
            self.view.doItemsLayout()
            bar.setValue(place)
            there = tuple(one for one in many if self.rows.row_of(one) >= 0)
            if many:
                self.view.choose_again(there)
        else:
            self.view.scheduleDelayedItemsLayout()
        self.view.mark(self._current)
        if not entries:
            self._show_empty()
        self.stack.setCurrentWidget(self.view if entries else self.empty)

    def show_problem(self, title: str, sentence: str) -> None:
        """In place of the rows that could not be read."""
        self.failed.title.setText(title)
        self.failed.sentence.setText(sentence)
        self.stack.setCurrentWidget(self.failed)

    def show_bulk(self) -> None:
        """The bar with what can be done with several, while several are chosen."""
        self.bulk.show_state(len(self.many), self._refusal)

    def mark_current(self, contact_id: int | None) -> None:
        """Which conversation is open."""
        self._current = contact_id
        self.view.mark(contact_id)

    def beside(self, step: int) -> int | None:
        """The contact so many rows below (or, with −1, above) the open one; the first where none is open."""
        rows = self.rows.rows
        if not rows:
            return None
        here = next((at for at, one in enumerate(rows) if one.contact_id == self._current), None)
        at = 0 if here is None else here + step
        return rows[at].contact_id if 0 <= at < len(rows) else None

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def focus_rows(self) -> None:
        """The keyboard goes to the rows."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self.view.currentIndex().isValid() and self.rows.rowCount():
            self.view.setCurrentIndex(self.rows.index(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.rows.rowCount():
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.view.currentIndex().isValid():
                    self.view.setCurrentIndex(self.rows.index(0))
                return True
            if (
                event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
                and self.rows.rowCount()
                and self.searched
            ):
                first = next(one for one in self.rows.entries if not isinstance(one, Heading))
                self._chosen(first)
                return True
        return super().eventFilter(watched, event)

    # How it is made.

    def _header(self) -> QWidget:
        header = Panel("header", name="conversations_header")
        header.setMinimumHeight(self._theme.px(HEADER_PX))
        row = QHBoxLayout(header)
        row.setContentsMargins(16, 0, 10, 1)
        row.addWidget(Label("Conversations", "h1", name="conversations_title"))
        row.addStretch(1)
        self.total = Label("", "muted", name="conversations_total")
        row.addWidget(self.total)
        self.views = IconButton(self._theme, "bookmark-simple", "Your views", name="inbox_views")
        self.views.clicked.connect(self.views_requested)
        row.addWidget(self.views)
        return header

    def _top(self) -> QVBoxLayout:
        inner = QVBoxLayout()
        inner.setContentsMargins(10, 12, 10, 8)
        inner.setSpacing(8)
        self.search = SearchField(self._theme, "Search", hint="Ctrl F", name="conversations_search")
        self.search.setToolTip("Search names, phones and messages (Ctrl+F)")
        self.search.search_requested.connect(self._searched)
        self.search.installEventFilter(self)
        self.sort = IconButton(self._theme, "sort-ascending", "Sort", name="inbox_sort")
        self.sort.clicked.connect(self._sort)
        self.filter = IconButton(self._theme, "funnel", "Filter", name="inbox_filter_button")
        self.filter.clicked.connect(self.open_filter)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.search, 1)
        row.addWidget(self.sort)
        row.addWidget(self.filter)
        inner.addLayout(row)
        self.tabs = BoxTabs(self._theme)
        self.tabs.chosen.connect(lambda key: self.ask_for(replace(self._wanted, box=Box(key))))
        inner.addWidget(self.tabs)
        self.strip = ConditionStrip(self._theme)
        self.strip.wanted_changed.connect(self.ask_for)
        inner.addWidget(self.strip)
        return inner

    def _sort(self) -> None:
        def choose(order: Order) -> None:
            self.ask_for(replace(self._wanted, order=order))

        drop(SortMenu(self, self._wanted.order, choose), self.sort)

    def open_filter(self) -> None:
        """The card with the conditions, under its button."""
        card = FilterCard(self._theme, self.window(), self._wanted, self._tags)
        card.wanted_changed.connect(
            lambda asked: self.ask_for(replace(asked, box=self._wanted.box, order=self._wanted.order))
        )
        card.open_under(self.filter)

    def _show_empty(self) -> None:
        icon, title, sentence = _EMPTY[self.box]
        if self.searched:
            icon, title = "magnifying-glass", "Nobody found"
            sentence = f"No name, phone or message here contains “{self.searched}”."
        elif self._wanted.condition_count:
            icon, title = "funnel", "Nothing fits"
            sentence = "No conversation of this box meets the conditions above."
        self.empty.glyph.show_icon(icon)
        self.empty.title.setText(title)
        self.empty.sentence.setText(sentence)
        self.empty.setAccessibleName(title)

    def _searched(self) -> None:
        self.limit = PAGE_COUNT
        self.view.clear_many()
        self.filter_requested.emit()

    def _scrolled(self, value: int) -> None:
        near = value >= self.view.verticalScrollBar().maximum() - self.view.viewport().height()
        if near and value > 0 and self.limit <= len(self.rows.rows) < MOST_COUNT:
            self.limit += PAGE_COUNT
            self.more_requested.emit()

    def _chosen(self, row: Entry) -> None:
        if isinstance(row, ConversationRow):
            self.contact_requested.emit(row.contact_id)
        elif isinstance(row, FoundMessage):
            self.message_requested.emit(row.hit.contact_id, row.hit.message_id)

    def _peeked(self, row: Entry) -> None:
        if isinstance(row, ConversationRow):
            self.peek_requested.emit(row.contact_id)
