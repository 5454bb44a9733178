"""Whom to put in: a saved segment, a filter, or some contacts by name."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.contact_table import ContactRow, TableQuery, Target
from desktop.domain.contacts import Contact
from desktop.domain.filters import Filter
from desktop.domain.phones import pretty
from desktop.domain.segments import Segment
from desktop.ui.contacts.columns import opt_in_badge
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

SOME, SEGMENT, FILTER = "some", "segment", "filter"
FOUND_MOST: Final = 30
TABLE_PX: Final = 172
ADD_ONE: Final = "Add a condition. Everyone is found under “A segment”."
_TABS: Final = (
    Tab(SOME, "Some contacts"),
    Tab(SEGMENT, "A segment"),
    Tab(FILTER, "By a filter"),
)  # fmt: skip


class SomeContacts(QWidget):
    """Searched and added one by one: `changed()`; `search_requested(text)` asks for show_found()."""

    changed = Signal()
    search_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.chosen: dict[int, Contact] = {}
        self.search = _Search(theme, "Name or phone", name="enrol_search")
        self.search.search_requested.connect(self.search_requested)
        columns: list[Column[ContactRow]] = [
            Column("Contact", lambda row: Cell(row.contact.shown_name, bold=row.contact.id in self.chosen)),
            Column("Phone", lambda row: pretty(row.contact.phone) if row.contact.phone else "–"),
            Column("Marketing opt-in", lambda row: Cell(*opt_in_badge(row.contact)), 150),
            Column("", self._tick, 84),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Contacts found", name="enrol_found")
        self.table.setFixedHeight(theme.px(TABLE_PX))
        self.table.clicked.connect(lambda index: self._toggle(index.row()))
        self.table.activated.connect(lambda index: self._toggle(index.row()))
        self.search.entered.connect(lambda: self._toggle(0))
        self.search.down.connect(self._into_table)
        self.none = Label("", "soft", name="enrol_found_none")
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.search, self.table, self.none, self._chips):
            column.addWidget(widget)
        self.none.hide()
        self._chips.hide()

    def show_found(self, rows: Sequence[ContactRow]) -> None:
        """Who matches the search."""
        self.rows.set_rows(rows)
        self.none.setText("" if rows else "Nobody has this name or phone.")
        self.none.setVisible(not rows)
        self.table.setVisible(bool(rows))

    def target(self) -> Target | None:
        """Those who were added; None for nobody."""
        return Target(ids=tuple(sorted(self.chosen))) if self.chosen else None

    def _tick(self, row: ContactRow) -> Cell:
        return Cell("Added", icon="check", color="accent") if row.contact.id in self.chosen else Cell("")

    def _into_table(self) -> None:
        if self.rows.rows:
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            self.table.setCurrentIndex(self.rows.index(0, 0))

    def _toggle(self, at: int) -> None:
        if not 0 <= at < len(self.rows.rows):
            return
        contact = self.rows.rows[at].contact
        if contact.id in self.chosen:
            self._remove(contact.id)
        else:
            self.chosen[contact.id] = contact
            self._show()

    def _remove(self, contact_id: int) -> None:
        del self.chosen[contact_id]
        self._show()

    def _show(self) -> None:
        for at, row in enumerate(self.rows.rows):
            self.rows.replace(at, row)
        self._flow.clear()
        for contact in self.chosen.values():
            chip = Chip(
                self._theme,
                contact.shown_name,
                removable=True,
                name=f"enrol_chosen_{contact.id}",
                parent=self._chips,
            )
            chip.removed.connect(lambda _, id=contact.id: self._remove(id))
            self._flow.addWidget(chip)
            chip.show()
        self._chips.setVisible(bool(self.chosen))
        self.changed.emit()


class _Search(SearchField):
    """Enter adds the first one found, the arrow leads into the list."""

    entered = Signal()
    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._pause.isActive():
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class Whom(QWidget):
    """`changed()` when somebody else is meant; `target()` says who, None for nobody yet."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.tabs = Tabs(theme, _TABS, label="Whom", name="enrol_by")
        self.some = SomeContacts(theme)
        self.segment = named(QComboBox(), "enrol_segment", "Segment")
        self.segment_note = Label(
            "Whoever is in it now comes in. It is not followed later.", "muted", wrap=True
        )
        self.builder = FilterBuilder(theme, label="Who should come in?")
        self.filter_note = Label(ADD_ONE, "muted", wrap=True, name="enrol_filter_note")
        self._pages = QStackedWidget()  # as high as its highest: the tabs stay under the pointer
        for widgets in (
            (self.some,),
            (self.segment, self.segment_note),
            (self.builder, self.filter_note),
        ):
            self._pages.addWidget(_page(*widgets))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.tabs)
        column.addWidget(self._pages)
        self._segments: dict[int, Segment] = {}
        self.tabs.chosen.connect(self._tab_chosen)
        self.some.changed.connect(self.changed)
        self.segment.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.builder.filter_changed.connect(self._filtered)
        named(self, "enrol_whom", "Whom")

    def show_choices(self, segments: Sequence[Segment], vocabulary: Vocabulary) -> None:
        """What there is to choose from."""
        self._segments = {one.id: one for one in segments}
        self.segment.blockSignals(True)
        self.segment.clear()
        self.segment.setPlaceholderText("Choose a segment")
        for one in segments:
            self.segment.addItem(one.name, one.id)
        if segments:
            self.segment.insertSeparator(self.segment.count())
        self.segment.addItem("All contacts", 0)
        self.segment.setCurrentIndex(-1)
        self.segment.blockSignals(False)
        self.builder.show_filter(self.builder.group.filter(), vocabulary)
        if not self.builder.group.rows:
            self.builder.group.add_row()

    def target(self) -> Target | None:
        """Who is meant; a filter without a finished condition means nobody."""
        if self.tabs.current == SOME:
            return self.some.target()
        if self.tabs.current == SEGMENT:
            return self._segment_target()
        self.builder.flush_typing()
        wanted = self.builder.group.filter()
        if wanted.selects_everyone or self.builder.unfinished_count:
            return None  # without the condition that is being made it would mean more people
        return Target(TableQuery(wanted))

    def show_problem(self, field: str, sentence: str) -> None:
        """A condition that cannot be asked."""
        self.builder.group.show_problem(field, sentence)

    def _segment_target(self) -> Target | None:
        id = self.segment.currentData()
        if id is None:
            return None
        return Target(TableQuery(self._segments[id].filter)) if id else Target()

    def _tab_chosen(self, key: str) -> None:
        self._pages.setCurrentIndex([one.key for one in _TABS].index(key))
        self.changed.emit()

    def _filtered(self, wanted: Filter) -> None:
        unfinished = self.builder.unfinished_words()
        self.filter_note.setText(unfinished or ADD_ONE)
        self.filter_note.setVisible(bool(unfinished) or wanted.selects_everyone)
        self.changed.emit()


def _page(*widgets: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return page
