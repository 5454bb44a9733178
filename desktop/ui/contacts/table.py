"""The table of contacts as a widget: sorted by its heads, selected by contact, followed by the keyboard."""

from collections.abc import Sequence, Set
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from desktop.domain.contact_table import ContactRow, SortBy
from desktop.ui.contacts.chosen import EVERYTHING, NOBODY, Chosen
from desktop.ui.contacts.columns import TAGS, ContactColumn
from desktop.ui.contacts.row_painter import RowPainter
from desktop.ui.contacts.rows import ContactRows
from desktop.ui.contacts.sorting_header import SortingHeader
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme

_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier


class ContactsTable(Table):
    """What is selected is kept by contact, not by row: it stays through sorting, reading and changes.

    `chosen_changed` after a person selected; `range_requested(first, last)` for rows that are not read yet;
    `open_requested(id)`; `tags_requested(id)`; `sort_requested(SortBy, descending)`; `sight_changed(first, last)`.
    """

    chosen_changed = Signal()
    range_requested = Signal(int, int)
    open_requested = Signal(int)
    tags_requested = Signal(int)
    sort_requested = Signal(object, bool)
    sight_changed = Signal(int, int)

    def __init__(self, theme: Theme, columns: list[ContactColumn]) -> None:
        self.chosen: Chosen = NOBODY
        self.rows = ContactRows(columns, lambda contact_id: self.chosen.holds(contact_id))
        self._anchor = 0
        self._sort, self._descending = SortBy.NAME, False
        self._hovered = -1
        super().__init__(theme, self.rows, label="Contacts", name="contacts_table")
        self._painter = RowPainter(theme)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        header = SortingHeader(theme, lambda at: self.rows.columns[at].sort is not None, self)
        self.setHorizontalHeader(header)
        self._rescale()
        header.sectionClicked.connect(self._head_clicked)
        self._sight = QTimer(self)
        self._sight.setSingleShot(True)
        self._sight.setInterval(0)
        self._sight.timeout.connect(self._tell_sight)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._sight.start())
        self.verticalScrollBar().rangeChanged.connect(lambda *_: self._sight.start())
        self.doubleClicked.connect(lambda index: self._open(index.row()))

    # What it shows.

    def show_columns(self, columns: list[ContactColumn]) -> None:
        current = self.currentIndex().row()
        scrolled = self.verticalScrollBar().value()
        self.rows.show_columns(columns)
        self._back_to(current, scrolled)
        self._fit()

    def show_answer(self, first: Sequence[ContactRow], count: int) -> None:
        """Another answer: from its beginning."""
        self._anchor = 0
        self.rows.show_answer(first, count)
        self.scrollToTop()
        self._sight.start()

    def grow(self, count: int) -> None:
        """The same answer is longer than what could be said at first."""
        current = self.currentIndex().row()
        scrolled = self.verticalScrollBar().value()
        self.rows.grow(count)
        self._back_to(current, scrolled)
        self._sight.start()

    def age(self, count: int) -> None:
        """The same question: the place and the selection stay."""
        current = self.currentIndex().row()
        scrolled = self.verticalScrollBar().value()
        self.rows.age(count)
        if self.currentIndex().row() != current:
            self._back_to(current, scrolled)
        self._sight.start()

    def age_contacts(self, contact_ids: Set[int]) -> None:
        """These are read again if they are in sight."""
        self.rows.age_pages_of(contact_ids)
        self._sight.start()

    def show_sort(self, sort: SortBy, descending: bool) -> None:
        self._sort, self._descending = sort, descending
        self.rows.show_sort(sort, descending)

    def choose(self, chosen: Chosen) -> None:
        """Select others, and tell."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.rows.repaint()
            self.chosen_changed.emit()

    def enter(self) -> None:
        """The keyboard comes from the search: to the first row. What is selected stays."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self._go(0, move=bool(self.chosen))

    def cell_of(self, contact_id: int, key: str) -> QRect:
        """Where a cell is, in the coordinates of the viewport; the row's, if the column is not shown."""
        position = self.rows.position(contact_id)
        columns = [at for at, column in enumerate(self.rows.columns) if column.key == key]
        if position is None:
            return QRect()
        return self.visualRect(self.rows.index(position, columns[0] if columns else 0))

    def sight(self) -> tuple[int, int]:
        """The first and the last position that can be seen."""
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else max(first, self.rows.rowCount() - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """All rows in sight at once; see RowPainter for why."""
        if not self.rows.rowCount():
            return
        columns, marked = self.rows.columns, self.currentIndex().row() if self.hasFocus() else -1
        height_px = self.verticalHeader().defaultSectionSize()
        sides = [(self.columnViewportPosition(at), self.columnWidth(at)) for at in range(len(columns))]
        left_px = min(left for left, _ in sides)
        width_px = sum(width for _, width in sides)
        first = max(0, self.rowAt(max(0, event.rect().top())))
        last = self.rowAt(event.rect().bottom())
        painter = QPainter(self.viewport())
        self._painter.begin(painter, mirrored=self.isRightToLeft())
        for position in range(first, (last if last >= 0 else self.rows.rowCount() - 1) + 1):
            top_px = self.rowViewportPosition(position)
            row = self.rows.row(position)
            chosen = row is not None and self.chosen.holds(row.contact.id)
            self._painter.paint_ground(
                painter, QRect(left_px, top_px, width_px, height_px),
                chosen=chosen, hovered=position == self._hovered, marked=position == marked,
            )  # fmt: skip

            def place(at: int, top_px: int = top_px) -> QRect:
                return QRect(sides[at][0], top_px, sides[at][1], height_px)

            if row is None:
                self._painter.paint_missing(painter, position, len(columns), place)
            else:
                cells = self.rows.cells(position, row)
                self._painter.paint_row(painter, row, cells, columns, place, chosen=chosen)
        painter.end()

    # What a person does.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        keys = event.modifiers()
        self._go(index.row(), reach=bool(keys & _SHIFT), toggle=bool(keys & _CONTROL))
        row = self.rows.row(index.row())
        plain = not keys & (_SHIFT | _CONTROL)
        if plain and row is not None and self.rows.columns[index.column()].key == TAGS:
            self.tags_requested.emit(row.contact.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(round(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        position = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.choose(EVERYTHING if self.rows.rowCount() else NOBODY)
        elif (to := self._target_of(event, position)) is not None:
            self._go(to, reach=bool(event.modifiers() & _SHIFT), move=bool(event.modifiers() & _CONTROL))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(position)
        elif event.key() == Qt.Key.Key_F2:
            row = self.rows.row(position)
            if row is not None:
                self.tags_requested.emit(row.contact.id)
        elif event.key() == Qt.Key.Key_Space:
            self._go(position, toggle=bool(event.modifiers() & _CONTROL))
        elif event.key() == Qt.Key.Key_Escape and self.chosen:
            self.choose(NOBODY)
        else:
            event.ignore()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: Qt would go through a million rows for a letter. The search field finds."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The current row stays in sight when the bar of the selection takes room below."""
        super().resizeEvent(event)
        self._sight.start()
        current = self.currentIndex().row()
        if current < 0 or event.size().height() >= event.oldSize().height():
            return
        end_px = self.rowViewportPosition(current) + self.rowHeight(current)
        hidden_px = end_px - self.viewport().height()
        if 0 < hidden_px <= event.oldSize().height() - event.size().height():
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + hidden_px)

    def _hover(self, position: int) -> None:
        before, self._hovered = self._hovered, position
        if before != position:
            self.viewport().update()

    def _target_of(self, event: QKeyEvent, position: int) -> int | None:
        """Where the key leads, or None if it leads nowhere."""
        newest = self.rows.rowCount() - 1
        rows_in_sight = max(
            1, self.viewport().height() // max(1, self.verticalHeader().defaultSectionSize()) - 1
        )
        here = max(position, 0)
        to = {
            Qt.Key.Key_Up: here - 1,
            Qt.Key.Key_Down: here + 1 if position >= 0 else 0,
            Qt.Key.Key_PageUp: here - rows_in_sight,
            Qt.Key.Key_PageDown: here + rows_in_sight,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: newest,
        }.get(Qt.Key(event.key()))
        return None if to is None or newest < 0 else min(max(to, 0), newest)

    def _go(self, position: int, *, reach: bool = False, toggle: bool = False, move: bool = False) -> None:
        """To a row: alone, with all from the anchor on, taken in or out of the selection, or only moved to."""
        if not 0 <= position < self.rows.rowCount():
            return
        self.setCurrentIndex(self.rows.index(position, 0))
        if move and not reach:
            return
        if reach:
            first, last = sorted((self._anchor, position))
            self._choose_range(first, last)
            return
        self._anchor = position
        row = self.rows.row(position)
        if row is None:
            self._choose_range(position, position)
        elif toggle:
            self.choose(self.chosen.toggled(row.contact.id))
        else:
            self.choose(Chosen(frozenset({row.contact.id})))

    def _choose_range(self, first: int, last: int) -> None:
        found = [self.rows.row(position) for position in range(first, min(last, first + 5_000) + 1)]
        ids = [row.contact.id for row in found if row is not None]
        if len(ids) == last - first + 1:
            self.choose(Chosen(frozenset(ids)))
        else:
            self.range_requested.emit(first, last)

    def _open(self, position: int) -> None:
        row = self.rows.row(position)
        if row is not None:
            self.open_requested.emit(row.contact.id)

    def _head_clicked(self, section: int) -> None:
        sort = self.rows.columns[section].sort
        if sort is not None:
            self.sort_requested.emit(sort, sort is self._sort and not self._descending)

    def _back_to(self, position: int, scrolled_px: int) -> None:
        if 0 <= position < self.rows.rowCount():
            self.selectionModel().setCurrentIndex(
                self.rows.index(position, 0), self.selectionModel().SelectionFlag.NoUpdate
            )
        self.verticalScrollBar().setValue(scrolled_px)

    def _tell_sight(self) -> None:
        self.sight_changed.emit(*self.sight())

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        """The mark of the current row is in its first column, wherever the mouse went."""
        super().currentChanged(current, previous)
        self.viewport().update()
