"""The page of all contacts as a picture: head, tools, filter, table, and the bar of what is selected."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.contact_table import TableQuery
from desktop.domain.people import Right
from desktop.domain.segments import Segment
from desktop.ui.actions import action
from desktop.ui.contacts.columns import ContactColumn
from desktop.ui.contacts.recent import InterruptedBanner
from desktop.ui.contacts.selection_bar import SelectionBar
from desktop.ui.contacts.table import ContactsTable
from desktop.ui.contacts.tall_area import TallArea
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import EDGE_PX, HEADER_PX, Bar
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import MenuButton
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

FILTER_MOST_PX = 260
SEARCH_PX = 300


@dataclass(frozen=True, slots=True)
class EveryoneState:
    """What the page shows around the table. total_count: of all contacts, whatever is asked."""

    query: TableQuery = TableQuery()
    segment: Segment | None = None
    matching_count: int | None = None
    total_count: int = 0
    filter_open: bool = False
    problem: str = ""

    @property
    def count_words(self) -> str:
        """'1,000', or '1,204 of 1,000,000'."""
        if self.matching_count is None:
            return ""
        if self.query.selects_everyone:
            return f"{self.matching_count:,}"
        return f"{self.matching_count:,} of {self.total_count:,}"

    @property
    def segment_words(self) -> str:
        if self.segment is None:
            return "All contacts" if self.query.filter.selects_everyone else "Filtered"
        changed = self.segment.filter != self.query.filter
        return f"{self.segment.name} (changed)" if changed else self.segment.name


class FilterPanel(Card):
    """The builder, and what can be done with what it says."""

    save_requested = Signal()
    clear_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("Filter contacts", pad_px=14, spacing_px=10, name="contacts_filter_panel")
        self.builder = FilterBuilder(theme, label="Which contacts?")
        self.save = Button(
            theme, "Save as segment…", "link", icon="bookmark-simple", name="contacts_save_segment"
        )
        self.clear = Button(theme, "Clear", "link", icon="x", name="contacts_clear_filter")
        self.save.clicked.connect(self.save_requested)
        self.clear.clicked.connect(self.clear_requested)
        self.header.setSpacing(16)
        self.header.addWidget(self.save)
        self.header.addWidget(self.clear)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.builder)
        column.addStretch(1)
        self.area: QScrollArea = TallArea(inside, theme.px(FILTER_MOST_PX))
        self.body.addWidget(self.area)
        self.note = Label("", "muted", color="danger", wrap=True, name="contacts_filter_problem")
        self.body.addWidget(self.note)
        self.note.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)


class EveryoneView(QWidget):
    """`…_requested` for everything a person can ask; `show_state` for everything that is known."""

    import_requested = Signal()
    export_requested = Signal()
    new_requested = Signal()
    recent_requested = Signal()
    search_requested = Signal(str)
    segments_requested = Signal()
    columns_requested = Signal()
    filter_open_requested = Signal(bool)
    retry_requested = Signal()

    def __init__(self, theme: Theme, columns: list[ContactColumn]) -> None:
        super().__init__()
        self._theme = theme
        self.table = ContactsTable(theme, columns)
        self.bar = SelectionBar(theme)
        self.interrupted = InterruptedBanner(theme)
        self.panel = FilterPanel(theme)
        self.stack = self._make_stack()
        holder = QWidget()
        holding = QVBoxLayout(holder)
        holding.setContentsMargins(EDGE_PX, 0, EDGE_PX, 8)
        holding.addWidget(self.panel)
        self._panel_holder = holder
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_head())
        column.addWidget(self.interrupted)
        column.addWidget(self._make_tools())
        column.addWidget(holder)
        column.addWidget(self.stack, 1)
        column.addWidget(self.bar)
        holder.hide()
        named(self, "contacts_everyone", "Contacts")

    def show_state(self, state: EveryoneState, refusal: Callable[[Right], str]) -> None:
        """refusal: why this person may not, in a sentence, or ""."""
        self.count.setText(state.count_words)
        self.segment.show_words(state.segment_words)
        self.segment.setAccessibleName(f"Segment: {state.segment_words}")
        conditions = len(state.query.filter.items)
        self.filter.setText(f"Filter {conditions}" if conditions else "Filter")
        self.filter.setAccessibleName(self.filter.text())
        self.filter.setChecked(state.filter_open)
        self._panel_holder.setVisible(state.filter_open)
        self.panel.note.setText(state.problem)
        self.panel.note.setVisible(bool(state.problem))
        self.panel.clear.setEnabled(bool(state.query.filter.items) or bool(self.panel.builder.group.rows))
        no = refusal(Right.SEGMENTS)
        self.panel.save.setEnabled(not no and bool(conditions))
        self.panel.save.setToolTip(no or "Keep this filter under a name, for everyone")
        self._show_rights(refusal)
        self.table.show_sort(state.query.sort, state.query.descending)
        self.bar.show_state(self.table.chosen, state.matching_count, refusal)
        self._show_page(state)

    def show_problem(self, title: str, sentence: str) -> None:
        """The table cannot be read at all."""
        self.broken.title.setText(title)
        self.broken.sentence.setText(sentence)
        self.stack.setCurrentWidget(self.broken)

    def _show_rights(self, refusal: Callable[[Right], str]) -> None:
        for button, right, usual in (
            (self.import_button, Right.IMPORT, action("import").tooltip),
            (self.export, Right.EXPORT, "Export what is shown, or what is selected"),
            (self.new, Right.EDIT_CONTACTS, action("new_contact").tooltip),
        ):
            no = refusal(right)
            button.setEnabled(not no)
            button.setToolTip(no or usual)
        self.empty.action.setEnabled(not refusal(Right.IMPORT))
        self.empty.action.setToolTip(refusal(Right.IMPORT))
        self.empty_new.setEnabled(not refusal(Right.EDIT_CONTACTS))
        self.empty_new.setToolTip(refusal(Right.EDIT_CONTACTS))

    def _show_page(self, state: EveryoneState) -> None:
        if state.matching_count is None:
            if self.table.rows.rowCount():
                self.stack.setCurrentWidget(self._table_page)
            return
        self._tools.setVisible(bool(state.matching_count) or not state.query.selects_everyone)
        if state.matching_count:
            self.stack.setCurrentWidget(self._table_page)
        elif state.query.selects_everyone:
            self.stack.setCurrentWidget(self._empty_page)
        else:
            searched = state.query.search.strip()
            words = (
                f"Nobody is called or has a number like “{searched}”"
                if searched
                else "Nobody matches the filter"
            )
            self.nothing.sentence.setText(f"{words}. Try fewer letters or another condition.")
            self.stack.setCurrentWidget(self.nothing)

    def _make_head(self) -> Bar:
        theme = self._theme
        head = Bar(theme, "header", HEADER_PX, name="contacts_header")
        self.count = Label("", "muted", name="contacts_count")
        self.recent = IconButton(theme, "clock-counter-clockwise", "Recent changes", name="contacts_recent")
        self.import_button = Button(theme, "Import…", name="contacts_import")
        self.export = MenuButton(theme, "Export", name="contacts_export")
        self.new = Button(theme, "New contact", "primary", name="contacts_new")
        self.recent.clicked.connect(self.recent_requested)
        self.import_button.clicked.connect(self.import_requested)
        self.export.clicked.connect(self.export_requested)
        self.new.clicked.connect(self.new_requested)
        head.row.addWidget(Label("Contacts", "h1"))
        head.row.addWidget(self.count)
        head.row.addStretch(1)
        for widget in (self.recent, self.import_button, self.export, self.new):
            head.row.addWidget(widget)
        return head

    def _make_tools(self) -> QWidget:
        theme = self._theme
        self.search = SearchField(theme, "Name or phone", hint="Ctrl F", name="contacts_search")
        self.search.setMinimumWidth(theme.px(SEARCH_PX * 0.7))
        self.search.setMaximumWidth(theme.px(SEARCH_PX))
        self.segment = MenuButton(
            theme, "All contacts", name="contacts_segment", tooltip="Segments: saved filters"
        )
        self.filter = Button(theme, "Filter", icon="funnel", name="contacts_filter")
        self.filter.setCheckable(True)
        self.columns = MenuButton(
            theme, "Columns", name="contacts_columns", tooltip="What is shown and how it is sorted"
        )
        self.search.search_requested.connect(self.search_requested)
        self.segment.clicked.connect(self.segments_requested)
        self.filter.clicked.connect(self.filter_open_requested)
        self.columns.clicked.connect(self.columns_requested)
        holder = QWidget()
        tools = QHBoxLayout(holder)
        tools.setContentsMargins(EDGE_PX, 12, EDGE_PX, 10)
        tools.setSpacing(8)
        tools.addWidget(self.search, 1)
        tools.addWidget(self.segment)
        tools.addWidget(self.filter)
        tools.addStretch(1)
        tools.addWidget(self.columns)
        self._tools = holder
        return holder

    def _make_stack(self) -> QStackedWidget:
        theme = self._theme
        self.loading = Label("Loading…", "soft", name="contacts_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._table_page = QWidget()
        inside = QVBoxLayout(self._table_page)
        inside.setContentsMargins(EDGE_PX, 0, EDGE_PX, 8)
        inside.addWidget(self.table)
        self.empty = EmptyState(
            theme, "users", "Bring your contacts",
            "Import a file, or add one. Whoever has no recorded choice stays without one.",
            action="Import a file", name="contacts_empty",
        )  # fmt: skip
        self.empty.action_requested.connect(self.import_requested)
        self.empty_new = Button(theme, "Add one", "link", name="contacts_empty-new")
        self.empty_new.clicked.connect(self.new_requested)
        empty_column = self.empty.layout()
        assert isinstance(empty_column, QVBoxLayout)
        empty_column.insertWidget(empty_column.count() - 1, self.empty_new, 0, Qt.AlignmentFlag.AlignHCenter)
        self._empty_page = self.empty
        self.nothing = EmptyState(
            theme,
            "magnifying-glass",
            "Nobody found",
            "",
            action="Clear search and filter",
            name="contacts_no_match",
        )
        self.broken = EmptyState(theme, "warning-circle", "", "", action="Try again", name="contacts_problem")
        self.broken.action_requested.connect(self.retry_requested)
        stack = QStackedWidget()
        for page in (self.loading, self._table_page, self._empty_page, self.nothing, self.broken):
            stack.addWidget(page)
        return stack
