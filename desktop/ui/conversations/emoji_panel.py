"""Choosing an emoji by its name or by eye; by keyboard alone."""

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QRawFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.emoji import Emoji, matching
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.listrows import ROW, ListRows
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

CELL_PX: Final = 34
SIGN_PX: Final = 20
ROWS: Final = 5
MOST: Final = 600

Index = QModelIndex | QPersistentModelIndex


class EmojiPanel(QWidget):
    """`chosen(str)` for each one that is taken, the panel stays; `closed()` when the person goes back to the text."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(8)
        self.search = SearchField(theme, "Search emoji", name="emoji_search")
        self.search.setAccessibleName("Search emoji by name")
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        top.addWidget(self.search, 1)
        self.close_button = IconButton(theme, "x", "Back to the text (Esc)", name="emoji_close")
        self.close_button.clicked.connect(self.closed)
        top.addWidget(self.close_button)
        column.addLayout(top)
        self.rows = ListRows[Emoji](
            lambda one: one.text,
            name=lambda one: one.name,
            spoken=lambda one: one.name,
            tip=lambda one: one.name.capitalize(),
            parent=self,
        )
        self.view = named(QListView(), "emoji_grid", "Emoji")
        self.view.setModel(self.rows)
        self.view.setItemDelegate(_Cells(theme, self.view))
        self.view.setFlow(QListView.Flow.LeftToRight)
        self.view.setWrapping(True)
        self.view.setUniformItemSizes(True)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setProperty("surface", "raised")
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.installEventFilter(self)
        self.view.clicked.connect(self._take)
        self.view.selectionModel().currentChanged.connect(self._name)
        column.addWidget(self.view)
        self.name = Label("", "muted", name="emoji_name")
        column.addWidget(self.name)
        named(self, "emoji_panel", "Choose an emoji")
        self.hide()

    def open(self) -> None:
        """Show it anew, with the keyboard in its search."""
        self.search.clear()
        self.view.setFixedHeight(self._theme.px(CELL_PX) * ROWS + 2)
        self._find()
        self.show()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        assert isinstance(event, QKeyEvent)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif key == Qt.Key.Key_Escape and not self.search.text():
            self.closed.emit()
        elif watched is self.search and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        elif watched is self.view and key == Qt.Key.Key_Escape:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            return super().eventFilter(watched, event)
        return True

    def _find(self) -> None:
        font = _font_of_emoji(self._theme)
        found = [one for one in matching(self.search.text()) if _is_drawn(font, one)]
        self.rows.set_rows(found[:MOST])
        self.view.setCurrentIndex(self.rows.index(0) if self.rows.rowCount() else QModelIndex())
        self._name()

    def _name(self) -> None:
        one = self.view.currentIndex().data(ROW)
        self.name.setText(one.name.capitalize() if isinstance(one, Emoji) else "No emoji has this name.")

    def _take(self) -> None:
        one = self.view.currentIndex().data(ROW)
        if isinstance(one, Emoji):
            self.chosen.emit(one.text)


def _font_of_emoji(theme: Theme) -> QRawFont:
    font = theme.font(SIGN_PX)
    font.setFamilies(["Noto Color Emoji"])
    return QRawFont.fromFont(font)


def _is_drawn(font: QRawFont, one: Emoji) -> bool:
    """Whether the font of emoji has a picture of it: a newer Python knows signs that it does not have yet."""
    return not font.isValid() or bool(font.glyphIndexesForString(one.text)[0])


class _Cells(QStyledItemDelegate):
    """One sign in the middle of its cell."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._theme.px(CELL_PX), self._theme.px(CELL_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one = index.data(ROW)
        if not isinstance(one, Emoji):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak"))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), 8, 8)
        painter.setFont(self._theme.font(SIGN_PX))
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRect(option.rect), Qt.AlignmentFlag.AlignCenter, one.text)
        painter.restore()
