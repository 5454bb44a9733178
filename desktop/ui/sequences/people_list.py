"""Everyone who is or was in a sequence: searched, filtered, read page by page as far as somebody scrolls."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout

from desktop.domain.phones import pretty
from desktop.domain.sequence import Enrolment, EnrolmentStatus
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Index, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.sequences import words
from desktop.ui.sequences.figures import CROWDS
from desktop.ui.sequences.version_choice import VersionFilter
from desktop.ui.theme import Theme

PAGE: Final = 100
LEAST_PX: Final = 150


SHORT: Final = {
    EnrolmentStatus.IN_PROGRESS: "In progress",
    EnrolmentStatus.COMPLETED: "Completed",
    EnrolmentStatus.SUCCEEDED: "Goal met",
    EnrolmentStatus.GOAL_MISSED: "Goal missed",
    EnrolmentStatus.DROPPED: "Not delivered",
    EnrolmentStatus.TAKEN_OUT: "Taken out",
}
"""The states where there is little room."""


def state_cell(one: Enrolment) -> Cell:
    """The badge of a run's state."""
    tip = one.ended_because if one.ended_because else one.status.label
    return Cell(SHORT[one.status], words.ENROLMENT[one.status], tooltip=tip)


def next_words(one: Enrolment, now: datetime) -> str:
    """'Step 3 · 30 Nov 09:00', 'Step 3 · on its way', or when it ended."""
    if one.status is EnrolmentStatus.IN_PROGRESS:
        step = f"Step {one.step_number}"
        if one.due_at is None:
            return f"{step} · on its way"
        return f"{step} · {'due now' if one.due_at <= now else when.stamp(one.due_at, now)}"
    return f"Ended {when.stamp(one.ended_at, now)}" if one.ended_at else "Ended"


def next_cell(one: Enrolment, now: datetime) -> Cell:
    """The next step and when, small and quiet, with the whole time under the mouse."""
    at = one.due_at if one.status is EnrolmentStatus.IN_PROGRESS else one.ended_at
    return Cell(next_words(one, now), color="muted", small=True, tooltip=when.full(at) if at else "")


class PeopleRows(Rows[Enrolment]):
    """The newest first. `more()` is called when the view needs the next page."""

    def __init__(self, columns: Sequence[Column[Enrolment]], more: Callable[[], object]) -> None:
        super().__init__(columns)
        self._more = more
        self.complete = True
        self.reading = False

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self.complete and not self.reading

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self.reading = True
            self._more()

    def renew(self, fresh: Sequence[Enrolment], after_id: int | None, *, last: bool) -> None:
        """Put what was read anew, from behind an id on, in its place; what stands around it stays.

        Rows are in the order of their ids, so the place of each is known from its id alone. last: there is
        nothing behind what was read.
        """
        before = [one for one in self.rows if after_id is not None and one.id >= after_id]
        behind = [] if last else [one for one in self.rows if one.id < fresh[-1].id]
        wanted = [*before, *fresh, *behind]
        self.complete = self.complete or last
        if [one.id for one in wanted] != [one.id for one in self.rows]:
            self.set_rows(wanted)
            return
        for place, one in enumerate(wanted):
            if one != self.rows[place]:
                self.replace(place, one)


class PeopleTable(LowTable):
    """`everyone_wanted` by Ctrl+A: there may be more than has been read."""

    everyone_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
            self.everyone_wanted.emit()
        else:
            super().keyPressEvent(event)


class PeopleList(Card):
    """`wanted` when another search, state or version is asked for, `more_wanted(after_id)` for the next page.

    `chosen(enrolment)` when a row is; `contact_requested(id)` by a double click or Enter; `rest_wanted(after_id)`
    when everyone is selected, and `take_out_requested(enrolments)` for the selected ones who are in it.
    """

    wanted = Signal()
    more_wanted = Signal(int)
    chosen = Signal(object)
    contact_requested = Signal(int)
    rest_wanted = Signal(int)
    take_out_requested = Signal(object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(spacing_px=8, pad_px=14, name="sequence_people_card")
        self.setAccessibleName("Contacts of the sequence")
        self._now = now
        self._quiet = False
        self._refused = ""
        self.search = SearchField(theme, "Name or phone", hint="Ctrl F", name="sequence_people_search")
        self.state = named(QComboBox(), "sequence_people_state", "State")
        for crowd in CROWDS:
            said = "Everyone" if not crowd.statuses else crowd.words.capitalize()
            self.state.addItem(said, crowd.statuses)
        self.state.insertSeparator(self.state.count())
        for one in EnrolmentStatus:
            if one not in (EnrolmentStatus.IN_PROGRESS, EnrolmentStatus.COMPLETED):
                self.state.addItem(SHORT[one], (one,))
        self.state.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.state.setMinimumContentsLength(max(len(one) for one in SHORT.values()))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.search, 1)
        head.addWidget(self.state)
        self.versions = VersionFilter()
        self.versions.currentIndexChanged.connect(self._state_changed)
        self.take_out = Button(theme, "Take out…", "danger", name="sequence_people_take_out")
        self.take_out.clicked.connect(lambda: self.take_out_requested.emit(self.running()))
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.versions)
        below.addStretch(1)
        below.addWidget(self.take_out)
        columns: list[Column[Enrolment]] = [
            Column("Contact", self._contact),
            Column("State", state_cell, 104),
            Column("Next", lambda one: next_cell(one, self._now()), 142),
        ]
        self.rows = PeopleRows(columns, self._fetch)
        self.table = PeopleTable(theme, self.rows, label="Contacts of the sequence", name="sequence_people")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._fit())
        self.table.everyone_wanted.connect(self._everyone_wanted)
        self.table.setMinimumHeight(theme.px(LEAST_PX))
        self.none = EmptyState(theme, "users", "", "", name="sequence_people_none")
        self.body.addLayout(head)
        self.body.addLayout(below)
        self.body.addWidget(self.none, 1)
        self.body.addWidget(self.table, 1)
        self.none.hide()
        self.take_out.hide()
        self.search.search_requested.connect(lambda _: self.wanted.emit())
        self.state.currentIndexChanged.connect(self._state_changed)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self.table.activated.connect(self._activated)

    @property
    def statuses(self) -> tuple[EnrolmentStatus, ...]:
        """Which are asked for; () for all."""
        found: Any = self.state.currentData()
        return tuple(found or ())

    @property
    def text(self) -> str:
        return self.search.text().strip()

    @property
    def version_id(self) -> int | None:
        """The version that is asked for; None for all."""
        return self.versions.version_id

    @property
    def asked(self) -> tuple[object, ...]:
        """Everything that the list depends on."""
        return self.statuses, self.text, self.version_id

    def running(self) -> list[Enrolment]:
        """The selected ones who are in it."""
        selected = {index.row() for index in self.table.selectionModel().selectedRows()}
        rows = [self.rows.rows[at] for at in sorted(selected) if at < len(self.rows.rows)]
        return [one for one in rows if one.status is EnrolmentStatus.IN_PROGRESS]

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may take nobody out; "" when they may."""
        self._refused = refused
        self._fit()

    @property
    def current(self) -> Enrolment | None:
        """The chosen one."""
        row = self.table.chosen_row()
        return row if isinstance(row, Enrolment) else None

    def reset(self) -> None:
        """Everyone of another sequence is asked for, without telling."""
        self._quiet = True
        self.search.clear()
        self.state.setCurrentIndex(0)
        self.versions.clear()
        self.rows.set_rows([])
        self._quiet = False

    def ask_for(self, statuses: tuple[EnrolmentStatus, ...]) -> None:
        """As if this state had been chosen."""
        place = next(at for at in range(self.state.count()) if self.state.itemData(at) == statuses)
        self.state.setCurrentIndex(place)

    def show_first(self, people: Sequence[Enrolment], limit: int) -> None:
        """Another list from its beginning; the first of it is chosen."""
        self.rows.complete, self.rows.reading = len(people) < limit, False
        self.rows.set_rows(people)
        self.table.scrollToTop()
        self._say()
        if people:
            self.table.setCurrentIndex(self.rows.index(0, 0))
        else:
            self.chosen.emit(None)

    def show_more(self, people: Sequence[Enrolment], limit: int) -> None:
        """The next page."""
        self.rows.complete, self.rows.reading = len(people) < limit, False
        last = self.rows.rows[-1].id if self.rows.rows else None
        self.rows.append([one for one in people if last is None or one.id < last])

    def show_again(self, people: Sequence[Enrolment], limit: int, *, after_id: int | None = None) -> None:
        """What was read anew, from behind an id on; the chosen one stays chosen, the table where it was."""
        before = self.current
        selected = {self.rows.rows[index.row()].id for index in self.table.selectionModel().selectedRows()}
        scrolled = self.table.verticalScrollBar().value()
        self._quiet = True
        self.rows.renew(people, after_id, last=len(people) < limit)
        at = next((at for at, one in enumerate(self.rows.rows) if before and one.id == before.id), -1)
        if at >= 0 and self.table.currentIndex().row() != at:
            self.table.setCurrentIndex(self.rows.index(at, 0))
            self._select(selected)
        self._quiet = False
        self.table.verticalScrollBar().setValue(scrolled)
        self._say()
        if before is None or at < 0:
            self._choose_first()

    def show_rest(self, people: Sequence[Enrolment], limit: int) -> None:
        """What Ctrl+A asked for: read on, and all of it selected."""
        self.show_more(people, limit)
        self.table.selectAll()

    def choose_contact(self, contact_id: int) -> bool:
        """Choose the newest run of a contact; False where the list has none."""
        at = next((at for at, one in enumerate(self.rows.rows) if one.contact_id == contact_id), -1)
        if at >= 0:
            self.table.setCurrentIndex(self.rows.index(at, 0))
        return at >= 0

    def _everyone_wanted(self) -> None:
        if not self.rows.complete and not self.rows.reading and self.rows.rows:
            self.rows.reading = True
            self.rest_wanted.emit(self.rows.rows[-1].id)

    def _select(self, ids: set[int]) -> None:
        """Select these rows beside the current one."""
        if len(ids) < 2:
            return
        chosen, last = QItemSelection(), len(self.rows.columns) - 1
        for at, one in enumerate(self.rows.rows):
            if one.id in ids:
                chosen.select(self.rows.index(at, 0), self.rows.index(at, last))
        self.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _fit(self) -> None:
        """The verb for many is there while many are selected."""
        many = len(self.table.selectionModel().selectedRows()) > 1
        count = len(self.running()) if many else 0
        self.take_out.setVisible(many)
        self.take_out.setText(f"Take out {count:,}…" if count else "Take out…")
        self.take_out.setAccessibleName(self.take_out.text())
        why = self._refused or ("" if count else "None of the selected contacts is in the sequence now.")
        self.take_out.setEnabled(not why)
        self.take_out.setToolTip(why or "Take the selected contacts who are in progress out of the sequence")

    def _contact(self, one: Enrolment) -> Cell:
        """Two of the same name are told apart by their numbers."""
        phone = pretty(one.phone) if one.phone else "No phone number"
        name = one.contact_name
        shared = name and any(
            other.contact_name == name and other.contact_id != one.contact_id for other in self.rows.rows
        )
        return Cell(f"{name} · {phone}" if shared else name or phone, bold=True, tooltip=phone)

    def first_in_sight(self) -> int:
        """The row at the top of what is seen."""
        return max(0, self.table.rowAt(0))

    def _choose_first(self) -> None:
        if self.rows.rows:
            self.table.setCurrentIndex(self.rows.index(0, 0))
        else:
            self.chosen.emit(None)

    def _say(self) -> None:
        self.none.setVisible(not self.rows.rows)
        self.table.setVisible(bool(self.rows.rows))
        asked = self.text or self.statuses
        self.none.title.setText("Nobody is like that" if asked else "Nobody is in it yet")
        self.none.sentence.setText(NO_MATCH if asked else NOBODY)

    def _fetch(self) -> None:
        self.more_wanted.emit(self.rows.rows[-1].id if self.rows.rows else 0)

    def _row_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.chosen.emit(self.rows.rows[current.row()])

    def _state_changed(self, _: int) -> None:
        if not self._quiet:
            self.wanted.emit()

    def _activated(self) -> None:
        if self.current is not None:
            self.contact_requested.emit(self.current.contact_id)


NOBODY: Final = "“Enrol contacts…” puts somebody in; a trigger does so by itself."
NO_MATCH: Final = "Search for another name or phone, or choose another state."
