"""Where the people of a broadcast come from, when it is not everyone: lists, picked contacts, an earlier broadcast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.contacts import Contact
from desktop.domain.phones import pretty
from desktop.domain.selection import Outcome, Source, SourceKind
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.tick_table import TickRows, TickTable
from desktop.ui.parts.button import Button
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import MenuButton
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

MOST_ROWS: Final = 5
NO_LIST: Final = "There is no list yet. Import a file: the contacts of its rows become one, and nobody’s No becomes a Yes by it."
NOBODY_PICKED: Final = "Nobody is picked yet. Search a name or a phone number, and tick who should get it."
FIRST_OUTCOMES: Final = (Outcome.DELIVERED, Outcome.READ, Outcome.NOT_READ, Outcome.REPLIED)


@dataclass(frozen=True, slots=True)
class ListChoice:
    """A contact list to choose. row_count: of its file, with those that name somebody again."""

    id: int
    name: str
    row_count: int
    contact_count: int
    made: str = ""


@dataclass(frozen=True, slots=True)
class BroadcastChoice:
    """An earlier broadcast to choose. words: what stands in the list."""

    id: int
    words: str


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    return column


class ListsPanel(QWidget):
    """Lists to tick, and the import that makes one: `import_requested()`, `earlier_requested()` for its menu."""

    source_requested = Signal(object)
    import_requested = Signal()
    earlier_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._ids: tuple[int, ...] = ()
        columns: list[Column[ListChoice]] = [
            Column("List", lambda one: Cell(one.name, bold=one.id in self._ids, tooltip=one.name)),
            Column("Rows", lambda one: Cell(f"{one.row_count:,}", end=True), 90, end=True),
            Column("Contacts", lambda one: Cell(f"{one.contact_count:,}", end=True), 90, end=True),
            Column("Made", lambda one: Cell(one.made, color="muted")),
        ]
        self.rows = TickRows(columns, lambda one: one.id)
        self.table = TickTable(
            theme, self.rows, self._toggle, label="Lists", name="wizard_lists", most_count=MOST_ROWS
        )
        self.none = Label(NO_LIST, "soft", wrap=True, name="wizard_lists_none")
        self.add = Button(theme, "Import a file…", icon="upload-simple", name="wizard_list_import")
        self.earlier = MenuButton(
            theme, "From an earlier import", name="wizard_list_earlier",
            tooltip="Make a list of the contacts that an import wrote",
        )  # fmt: skip
        self.add.clicked.connect(self.import_requested)
        self.earlier.clicked.connect(self.earlier_requested)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.add)
        row.addWidget(self.earlier)
        row.addStretch(1)
        column = _column(self)
        column.addWidget(self.none)
        column.addWidget(self.table)
        column.addLayout(row)
        named(self, "wizard_source_lists", "Lists")
        self.show_lists([])

    def show_lists(self, lists: Sequence[ListChoice]) -> None:
        self.rows.set_rows(lists)
        self.none.setVisible(not lists)
        self.table.setVisible(bool(lists))

    def show_source(self, source: Source) -> None:
        self._ids = source.ids
        self.rows.show_ticked(source.ids)

    def _toggle(self, id: int) -> None:
        ids = tuple(one for one in self._ids if one != id) if id in self._ids else (*self._ids, id)
        self.source_requested.emit(Source(SourceKind.LISTS, ids))


class PickedPanel(QWidget):
    """Contacts picked one by one. Without a search the picked ones are listed: `search_requested(text)` for show_found()."""

    source_requested = Signal(object)
    search_requested = Signal(str)
    keep_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._ids: tuple[int, ...] = ()
        self.search = SearchField(theme, "Name or phone", name="wizard_pick_search")
        self.search.search_requested.connect(self.search_requested)
        columns: list[Column[Contact]] = [
            Column("Contact", lambda one: Cell(one.shown_name, bold=one.id in self._ids)),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–"),
            Column("Marketing opt-in", lambda one: Cell(*words.OPT_IN[one.opt_in]), 150),
        ]
        self.rows = TickRows(columns, lambda one: one.id)
        self.table = TickTable(
            theme, self.rows, self._toggle, label="Contacts to pick", name="wizard_pick", most_count=MOST_ROWS
        )
        self.none = Label(NOBODY_PICKED, "soft", wrap=True, name="wizard_pick_none")
        self.count = Label("", "muted", name="wizard_pick_count")
        self.keep = Button(theme, "Keep as a list…", "link", name="wizard_pick_keep")
        self.keep.setToolTip("A list can be used again, by colleagues too")
        self.keep.clicked.connect(self.keep_requested)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        row.addWidget(self.keep)
        column = _column(self)
        column.addLayout(row)
        column.addWidget(self.none)
        column.addWidget(self.table)
        named(self, "wizard_source_picked", "Contacts picked by hand")
        self.show_found([])
        self.show_source(Source(SourceKind.PICKED))

    def show_found(self, contacts: Sequence[Contact]) -> None:
        self.rows.set_rows(contacts)
        searched = bool(self.search.text().strip())
        self.none.setText("Nobody has this name or phone." if searched else NOBODY_PICKED)
        self.none.setVisible(not contacts)
        self.table.setVisible(bool(contacts))

    def show_source(self, source: Source) -> None:
        self._ids = source.ids
        self.rows.show_ticked(source.ids)
        self.count.setText(f"{len(source.ids):,} picked")
        self.keep.setVisible(bool(source.ids))

    def _toggle(self, id: int) -> None:
        ids = tuple(one for one in self._ids if one != id) if id in self._ids else (*self._ids, id)
        self.source_requested.emit(Source(SourceKind.PICKED, ids))


class OutcomePanel(QWidget):
    """An earlier broadcast, and what became of its people there."""

    source_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._source = Source(SourceKind.OUTCOME)
        self.broadcast = named(QComboBox(), "wizard_outcome_broadcast", "Earlier broadcast")
        self.broadcast.setPlaceholderText("Choose an earlier broadcast")
        self.broadcast.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.broadcast.setMinimumContentsLength(24)
        self.broadcast.activated.connect(self._told)
        self.boxes: dict[Outcome, QCheckBox] = {}
        holder = QWidget()
        flow = FlowLayout(holder, spacing_px=18, line_spacing_px=6)
        for outcome in Outcome:
            box = named(QCheckBox(outcome.label), f"wizard_outcome_{outcome.value}", outcome.label)
            box.clicked.connect(self._told)
            self.boxes[outcome] = box
            flow.addWidget(box)
        self.none = Label("No broadcast has been sent yet.", "soft", wrap=True, name="wizard_outcome_none")
        self.note = Label(
            "Whoever has one of these, as its report counts it now. It is asked again when this one starts.",
            "muted", wrap=True,
        )  # fmt: skip
        column = _column(self)
        for widget in (self.none, self.broadcast, holder, self.note):
            column.addWidget(widget)
        named(self, "wizard_source_outcome", "From an earlier broadcast")
        self.show_broadcasts([])

    def show_broadcasts(self, choices: Sequence[BroadcastChoice]) -> None:
        self.broadcast.clear()
        for one in choices:
            self.broadcast.addItem(one.words, one.id)
        self.none.setVisible(not choices)
        self.broadcast.setEnabled(bool(choices))
        self.show_source(self._source)

    def show_source(self, source: Source) -> None:
        self._source = source
        if source.broadcast_id and self.broadcast.findData(source.broadcast_id) < 0:
            self.broadcast.addItem(f"Broadcast {source.broadcast_id}", source.broadcast_id)
        self.broadcast.setCurrentIndex(self.broadcast.findData(source.broadcast_id))
        for outcome, box in self.boxes.items():
            box.setChecked(outcome in source.outcomes)
            box.setEnabled(bool(source.broadcast_id))

    def _told(self, *_: object) -> None:
        chosen = tuple(one for one, box in self.boxes.items() if box.isChecked())
        id = self.broadcast.currentData() or 0
        self.source_requested.emit(Source(SourceKind.OUTCOME, (), id, chosen))

    def keyboard_first(self) -> None:
        self.broadcast.setFocus(Qt.FocusReason.OtherFocusReason)
