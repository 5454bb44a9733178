"""The rows themselves: one is open, or several are chosen to do something with them at once."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.domain.conversations import ConversationRow
from desktop.ui.conversations.rows import RowsModel
from desktop.ui.parts.listrows import ROW
from desktop.ui.parts.picklist import PickList

_MANY = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
FACE_PX = 64
"""The part of a row, where reading begins, that holds the face, or the check box while several are chosen."""


class ListView(PickList):
    """`chosen(entry)` by a click or Enter, `peeked(entry)` by the arrow keys; `many_changed` when several are chosen.

    Ctrl and Shift with a click or an arrow, and Ctrl+A, choose several; Escape goes back to the open one.
    """

    peeked = Signal(object)
    many_changed = Signal()

    def __init__(self, model: RowsModel, parent: QWidget | None = None) -> None:
        self._held = Qt.KeyboardModifier.NoModifier
        self._by_arrow = self._swallows = self._restoring = False
        self._many: tuple[int, ...] = ()
        super().__init__(ROW, name="conversations_list", label="Conversations", parent=parent)
        self._rows = model
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(self._selected)

    @property
    def many(self) -> tuple[int, ...]:
        """The contacts whose conversations are chosen, while it is more than one; else ()."""
        return self._many

    def clear_many(self) -> None:
        """Only the current row is chosen again."""
        self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def mark(self, contact_id: int | None) -> None:
        """Show which conversation is open; what several are chosen stays so, as far as it is still shown."""
        row = self._rows.row_of(contact_id) if contact_id is not None else -1
        index = self._rows.index(row) if row >= 0 else QModelIndex()
        if not self._many:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, flag if index.isValid() else QItemSelectionModel.SelectionFlag.Clear)  # fmt: skip
            return
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def choose_again(self, contact_ids: tuple[int, ...]) -> None:
        """Choose these, of those that are shown: the model was filled anew."""
        wanted = QItemSelection()
        for contact_id in contact_ids:
            row = self._rows.row_of(contact_id)
            if row >= 0:
                wanted.select(self._rows.index(row), self._rows.index(row))
        self._many = contact_ids
        self.selectionModel().select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._selected()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._many:
            self.clear_many()
            return
        self._held = event.modifiers() & _MANY
        self._by_arrow = event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        super().keyPressEvent(event)
        self._held, self._by_arrow = Qt.KeyboardModifier.NoModifier, False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = index.data(ROW) if index.isValid() else None
        left = event.button() == Qt.MouseButton.LeftButton
        self._swallows = bool(
            left and self._many and self._on_face(event) and isinstance(row, ConversationRow)
        )
        if self._swallows:
            flags = QItemSelectionModel.SelectionFlag.Toggle
            self.selectionModel().setCurrentIndex(index, flags)
            return
        if event.button() == Qt.MouseButton.RightButton and index.row() in self._selected_rows():
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._swallows:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._swallows:
            self._swallows = False
            return
        self._held = event.modifiers() & _MANY
        super().mouseReleaseEvent(event)
        self._held = Qt.KeyboardModifier.NoModifier

    def _on_face(self, event: QMouseEvent) -> bool:
        x_px = event.position().x()
        return (self.viewport().width() - x_px if self.isRightToLeft() else x_px) <= FACE_PX

    def _choose(self, index: QModelIndex | QPersistentModelIndex) -> None:
        row = index.data(ROW) if index.isValid() else None
        if row is None or self._held or self._many:
            return
        (self.peeked if self._by_arrow else self.chosen).emit(row)

    def _selected_rows(self) -> set[int]:
        return {index.row() for index in self.selectionModel().selectedIndexes()}

    def _selected(self) -> None:
        """Several conversations, or none of them: a message that was found is no part of it."""
        entries = self._rows.entries
        ids = [
            one.contact_id
            for one in (entries[row] for row in sorted(self._selected_rows()) if row < len(entries))
            if isinstance(one, ConversationRow)
        ]
        many = tuple(ids) if len(ids) > 1 else ()
        if many != self._many:
            self._many = many
            self.viewport().update()
            self.many_changed.emit()
