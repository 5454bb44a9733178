"""All sequences in one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.domain.sequence import EnrolmentCounts, SequenceRecord, SequenceStatus
from desktop.domain.template_notices import Notice, Severity, spoken, warnings
from desktop.domain.templates import Template
from desktop.domain.text import fold
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import HEADER_PX, Bar, Body, stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.sequences import words
from desktop.ui.sequences.head import sequence_menu
from desktop.ui.theme import Color, Theme

NEW_TIP: Final = "New sequence (Ctrl+N)"
WHAT_FOR: Final = (
    "A sequence sends templates one after the other, each some time after the one before: a welcome, a reminder, "
    "an offer. A marketing step to someone who opted out fails with the reason, and they move on to the next step."
)
WAS_USED: Final = "Contacts were in this sequence, and its report is kept. Pause it instead."
NONE_CHOSEN: Final = "Choose a sequence first."


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """One line of the list. notices: of the templates that its steps use, by the template's name."""

    record: SequenceRecord
    counts: EnrolmentCounts
    notices: tuple[tuple[str, Notice], ...] = ()
    template_names: tuple[str, ...] = ()

    @property
    def why_not_delete(self) -> str:
        return WAS_USED if self.counts.enrolled_count else ""


def rows_of(
    entries: Sequence[tuple[SequenceRecord, EnrolmentCounts]],
    templates: Mapping[int, Template],
    now: datetime,
) -> list[SequenceRow]:
    """The lines, with what has to be known of the templates."""
    made = []
    for record, counts in entries:
        ids = [one.template_id for one in record.shown.steps if one.template_id is not None]
        used = [templates[id] for id in ids if id in templates]
        notices = [(template.name, notice) for template in used for notice in warnings(template, now)]
        names = dict.fromkeys(one.name for one in used)
        made.append(SequenceRow(record, counts, tuple(dict.fromkeys(notices)), tuple(names)))
    return made


class SequenceTable(Table):
    """`verb_requested(verb)` by F2, Ctrl+D and Del; `menu_requested(point)` by a right click or the menu key."""

    verb_requested = Signal(str)
    menu_requested = Signal(QPoint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        verb = {Qt.Key.Key_F2: "rename", Qt.Key.Key_Delete: "delete"}.get(Qt.Key(event.key()), "")
        if event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.verb_requested.emit("copy")
        elif plain and verb:
            self.verb_requested.emit(verb)
        else:
            super().keyPressEvent(event)


class SequenceList(QWidget):
    """`open_requested(row)` by Enter or a double click, `new_requested`, `verb_requested(verb, row)`."""

    open_requested = Signal(object)
    new_requested = Signal()
    verb_requested = Signal(str, object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self._every: list[SequenceRow] = []
        self._refused = ""
        self._wanted_id = 0
        self._build(theme)
        self._wire()
        self._fit()
        named(self, "sequences_list", "Sequences")

    def _build(self, theme: Theme) -> None:
        self.count = Label("", "muted", name="sequences_count")
        self.new_button = Button(
            theme, "New sequence", "primary", icon="plus", tooltip=NEW_TIP, name="sequences_new"
        )
        header = Bar(theme, "header", HEADER_PX, name="sequences_header")
        header.row.addWidget(Label("Sequences", "h1"))
        header.row.addWidget(self.count)
        header.row.addStretch(1)
        header.row.addWidget(self.new_button)
        self.search = SearchField(theme, "Name or template", hint="Ctrl F", name="sequences_search")
        self.search.setMinimumWidth(theme.px(260))
        self.rename = Button(theme, "Rename", "quiet", icon="pencil-simple", name="sequences_rename")
        self.copy = Button(theme, "Copy", "quiet", icon="copy", name="sequences_copy")
        self.delete = Button(theme, "Delete", "quiet", icon="trash", name="sequences_delete")
        self.rows = Rows(self._columns())
        self.table = SequenceTable(theme, self.rows, label="Sequences", name="sequences_table")
        self.none_found = Label(
            "No sequence has these words.", "soft", wrap=True, name="sequences_none_found"
        )
        self._card = Card(name="sequences_card", pad_px=12)
        self._card.header.addWidget(self.search)
        self._card.header.addStretch(1)
        for button in (self.rename, self.copy, self.delete):
            self._card.header.addWidget(button)
        self._card.body.addLayout(self._card.header)
        self._card.body.addWidget(self.none_found)
        self._card.body.addWidget(self.table, 1)
        self.empty = EmptyState(
            theme, "list-numbers", "No sequences yet", WHAT_FOR, action="New sequence", name="sequences_empty"
        )
        self.loading = Label("Loading…", "soft", name="sequences_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        for page in (self.loading, self._card, self.empty):
            self.stack.addWidget(page)
        body = Body(name="sequences_body")
        body.column.addWidget(self.stack, 1)
        self.setLayout(stacked(header, body))

    def _wire(self) -> None:
        self.new_button.clicked.connect(self.new_requested)
        self.empty.action_requested.connect(self.new_requested)
        self.search.search_requested.connect(lambda _: self._fill())
        self.rename.clicked.connect(lambda: self._ask("rename"))
        self.copy.clicked.connect(lambda: self._ask("copy"))
        self.delete.clicked.connect(lambda: self._ask("delete"))
        self.table.activated.connect(self._activated)
        self.table.verb_requested.connect(self._ask)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._fit())
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)

    def _columns(self) -> list[Column[SequenceRow]]:
        return [
            Column("Name", lambda row: Cell(row.record.name, bold=True)),
            Column("Status", _status, 104),
            Column("", _changes, 136),
            Column("Steps", lambda row: Cell(f"{len(row.record.shown.steps):,}", end=True), 60, end=True),
            Column("Enrolled", lambda row: _number(row.counts.enrolled_count), 84, end=True),
            Column("In progress", lambda row: _number(row.counts.in_progress_count), 96, end=True),
            Column("Completed", lambda row: _number(row.counts.completed_count), 92, end=True),
            Column("Ended otherwise", lambda row: _number(row.counts.ended_otherwise_count), 124, end=True),
            Column("", lambda _: "", 16),
            Column("Templates", _templates),
            Column("Who", lambda row: Cell(row.record.created_by_name or "–", color="muted"), 110),
        ]

    def show_rows(self, rows: Sequence[SequenceRow]) -> None:
        """By name; the chosen line stays chosen."""
        self._every = list(rows)
        self.count.setText(f"{len(rows):,}" if rows else "")
        self.new_button.setVisible(bool(rows))
        self._fill()
        self.stack.setCurrentWidget(self._card if rows else self.empty)

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may change nothing; "" when they may."""
        self._refused = refused
        for button in (self.new_button, self.empty.action):
            button.setEnabled(not refused)
            button.setToolTip(refused or NEW_TIP)
        self.empty.sentence.setText(f"{WHAT_FOR} {refused}".rstrip())
        self._fit()

    def chosen(self) -> SequenceRow | None:
        row = self.table.chosen_row()
        return row if isinstance(row, SequenceRow) else None

    def choose(self, sequence_id: int) -> None:
        """The line of this sequence, also one that is not read yet."""
        self._wanted_id = sequence_id
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        for at, row in enumerate(self.rows.rows):
            if row.record.id == self._wanted_id:
                self.table.setCurrentIndex(self.rows.index(at, 0))
                self._wanted_id = 0

    def _fill(self) -> None:
        chosen, wanted = self.chosen(), fold(self.search.text())
        found = [row for row in self._every if wanted in fold(_words_of(row))]
        scrolled = self.table.verticalScrollBar().value()
        if found != list(self.rows.rows):
            self.rows.set_rows(found)
            for at, row in enumerate(found):
                if chosen is not None and row.record.id == chosen.record.id:
                    self.table.setCurrentIndex(self.rows.index(at, 0))
            self.table.verticalScrollBar().setValue(scrolled)
        self._choose_wanted()
        self.none_found.setVisible(bool(self._every) and not found)
        self._fit()

    def _fit(self) -> None:
        """The three verbs, by the line that is chosen and the person who sits here."""
        row = self.chosen()
        why = self._refused or ("" if row is not None else NONE_CHOSEN)
        why_not_delete = why or (row.why_not_delete if row is not None else "")
        for button, reason, tip in (
            (self.rename, why, "Rename (F2)"), (self.copy, why, "Copy (Ctrl+D)"),
            (self.delete, why_not_delete, "Delete (Del)"),
        ):  # fmt: skip
            button.setEnabled(not reason)
            button.setToolTip(reason or tip)

    def _ask(self, verb: str) -> None:
        button = {"rename": self.rename, "copy": self.copy, "delete": self.delete}[verb]
        row = self.chosen()
        if row is not None and button.isEnabled():
            self.verb_requested.emit(verb, row)

    def _show_menu(self, point: QPoint) -> None:
        row = self.chosen()
        if row is not None:
            menu = sequence_menu(self.table, self._refused, row.why_not_delete, self._ask)
            menu.popup(self.table.viewport().mapToGlobal(point))

    def _activated(self) -> None:
        row = self.chosen()
        if row is not None:
            self.open_requested.emit(row)


def _words_of(row: SequenceRow) -> str:
    names = " ".join(row.template_names)
    return f"{row.record.name} {names} {names.replace('_', ' ')}"


def _status(row: SequenceRow) -> Cell:
    text, kind = words.STATUS[row.record.status]
    return Cell(text, kind, tooltip=row.record.held_because)


def _changes(row: SequenceRow) -> Cell:
    if not row.record.has_changes:
        return Cell("")
    tip = "Edited, and not published: new enrolments follow the version before."
    return Cell("Draft has changes", BadgeKind.NEUTRAL, tooltip=tip)


def _number(count: int) -> Cell:
    return Cell(f"{count:,}", color="text" if count else "muted", end=True)


def _templates(row: SequenceRow) -> Cell:
    """A sign where WhatsApp took a template away or turned it, as long as that still matters."""
    if not row.notices:
        return Cell(", ".join(row.template_names), color="muted", small=True)
    found = tuple(notice for _, notice in row.notices)
    danger = any(one.severity is Severity.DANGER for one in found)
    matters = danger and row.record.status is not SequenceStatus.DRAFT
    icon: tuple[str, Color] = ("warning-circle-fill", "danger") if matters else ("warning-fill", "warn")
    name, first = row.notices[0]
    more = f" +{len(row.notices) - 1}" if len(row.notices) > 1 else ""
    return Cell(
        f"{name}: {first.label}{more}", icon=icon[0], color=icon[1], small=True, tooltip=spoken(found)
    )
