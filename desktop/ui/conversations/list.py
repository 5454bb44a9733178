"""The list of conversations: search, tabs, rows, and what stands there when there are none."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.conversations import Box, BoxCounts, ConversationRow
from desktop.ui.conversations.row_delegate import RowDelegate
from desktop.ui.conversations.rows import RowsModel
from desktop.ui.parts.card import Panel
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import Label
from desktop.ui.parts.listrows import ROW
from desktop.ui.parts.picklist import PickList
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

WIDTH_PX = 320
HEADER_PX = 56
_EMPTY = {
    Box.MINE: ("check-circle", "Nothing assigned to you", "Take a conversation from Unassigned or All."),
    Box.UNASSIGNED: ("check-circle", "Nobody is waiting", "Every open conversation has someone who answers."),
    Box.ALL: ("chat-circle-dots", "No open conversations", "They begin when a customer writes to you."),
    Box.CLOSED: ("archive-box", "Nothing closed yet", "Close a conversation when it is done."),
}


class ConversationList(Panel):
    """`contact_requested` when a person chooses a row, `filter_requested` when search or tab change."""

    contact_requested = Signal(int)
    filter_requested = Signal()
    retry_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("list", name="conversations_panel", parent=parent)
        self._theme = theme
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 12, 16, 8)
        inner.setSpacing(8)
        self.search = SearchField(theme, "Search", hint="Ctrl F", name="conversations_search")
        self.search.setToolTip("Search by name or phone (Ctrl+F)")
        self.search.search_requested.connect(self.filter_requested)
        self.search.installEventFilter(self)
        inner.addWidget(self.search)
        self.tabs = Tabs(theme, _tabs(BoxCounts()), label="Which conversations", name="conversations_tab")
        self.tabs.chosen.connect(self.filter_requested)
        inner.addWidget(self.tabs)
        column.addLayout(inner)
        self.rows = RowsModel(self)
        self.view = PickList(ROW, name="conversations_list", label="Conversations", parent=self)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(RowDelegate(theme, self.view, self.rows))
        self.view.chosen.connect(self._chosen)
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
        self._current: int | None = None
        theme.changed.connect(self.view.scheduleDelayedItemsLayout)

    @property
    def box(self) -> Box:
        return Box(self.tabs.current)

    @property
    def wanted(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    def show_state(self, rows: Sequence[ConversationRow], counts: BoxCounts, now: datetime) -> None:
        """Show the rows of the chosen tab and the counts of all."""
        self.total.setText(f"{counts.all + counts.closed:,}")
        self.tabs.show_tabs(_tabs(counts))
        self.tabs.button("all").setToolTip(f"{counts.all:,} open conversations")
        self.tabs.button("closed").setToolTip(f"{counts.closed:,} closed conversations")
        self.rows.show_rows(rows, now)
        self.view.scheduleDelayedItemsLayout()
        self._mark()
        if not rows:
            icon, title, sentence = _EMPTY[self.box]
            if self.wanted:
                icon, title = "magnifying-glass", "Nobody found"
                sentence = f"No name or phone here contains “{self.wanted}”."
            self.empty.glyph.show_icon(icon)
            self.empty.title.setText(title)
            self.empty.sentence.setText(sentence)
            self.empty.setAccessibleName(title)
        self.stack.setCurrentWidget(self.view if rows else self.empty)

    def show_problem(self, title: str, sentence: str) -> None:
        """In place of the rows that could not be read."""
        self.failed.title.setText(title)
        self.failed.sentence.setText(sentence)
        self.stack.setCurrentWidget(self.failed)

    def mark_current(self, contact_id: int | None) -> None:
        """Which conversation is open."""
        self._current = contact_id
        self._mark()

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.rows.rowCount():
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.view.currentIndex().isValid():
                    self.view.setCurrentIndex(self.rows.index(0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.rows.rowCount() and self.wanted:
                self._chosen(self.rows.rows[0])
                return True
        return super().eventFilter(watched, event)

    def _header(self) -> QWidget:
        header = Panel("header", name="conversations_header")
        header.setMinimumHeight(self._theme.px(HEADER_PX))
        row = QHBoxLayout(header)
        row.setContentsMargins(16, 0, 16, 1)
        row.addWidget(Label("Conversations", "h1", name="conversations_title"))
        row.addStretch(1)
        self.total = Label("", "muted", name="conversations_total")
        row.addWidget(self.total)
        return header

    def _mark(self) -> None:
        row = self.rows.row_of(self._current) if self._current is not None else -1
        if row >= 0:
            self.view.setCurrentIndex(self.rows.index(row))
        else:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())

    def _chosen(self, row: ConversationRow) -> None:
        self.contact_requested.emit(row.contact_id)


def _tabs(counts: BoxCounts) -> list[Tab]:
    """As many counts as fit beside each other; the others are in the header and in tooltips."""
    return [
        Tab("mine", "Mine", counts.mine),
        Tab("unassigned", "Unassigned", counts.unassigned),
        Tab("all", "All"),
        Tab("closed", "Closed"),
    ]
