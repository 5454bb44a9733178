"""A list at the side of a page: a click or the arrow keys choose a row, and the page follows."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

BAR_PX: Final = 3
"""The bar before the chosen row."""


class PickList(QListView):
    """`chosen(row)` with what the model has under `role` for the row."""

    chosen = Signal(object)

    def __init__(self, role: int, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        named(self, name, label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(before)
            return
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self._choose(self.currentIndex())

    def _choose(self, index: QModelIndex | QPersistentModelIndex) -> None:
        row = index.data(self._role) if index.isValid() else None
        if row is not None:
            self.chosen.emit(row)


def paint_row_ground(painter: QPainter, theme: Theme, view: QWidget, option: QStyleOptionViewItem) -> None:
    """What a row stands on: chosen with a bar where reading begins, under the pointer, with the keyboard's focus."""
    rect = option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, theme.color("accent_weak"))
        bar = QRect(rect.left(), rect.top(), BAR_PX, rect.height())
        if view.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            bar.moveRight(rect.right())
        painter.fillRect(bar, theme.color("accent"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, theme.color("bg"))
    if option.state & QStyle.StateFlag.State_HasFocus and view.hasFocus():
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
