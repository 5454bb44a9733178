"""The little editor that opens over a row's tags."""

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

LEAST_PX = 300


class TagPopup(QFrame):
    """`add_requested(name)` and `remove_requested(name)` as they happen; `left` when it closes.

    A child of the window over the cell. Escape, Enter in the empty field and the focus elsewhere close it.
    """

    add_requested = Signal(str)
    remove_requested = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, window: QWidget, tags: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(window)
        self._tags = tuple(tags)
        self.setProperty("kind", "toast")
        self.field = ChipsValue(
            theme, [(tag, tag) for tag in known], "tag_popup_field", free=True, hint="Type a tag"
        )
        self.field.set_values(tags)
        self.field.suggestions.anchor = self  # below the hint
        self.hint = Label("Enter keeps a tag, Esc closes", "muted", name="tag_popup_hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 6)
        column.setSpacing(4)
        column.addWidget(self.field)
        column.addWidget(self.hint)
        self._least_px = theme.px(LEAST_PX)
        self.field.changed.connect(self._changed)
        self.field.entry.installEventFilter(self)
        named(self, "tag_popup", "Tags")

    def open_at(self, cell: QRect) -> None:
        """Show it over `cell`, given in the coordinates of the window, and take the keyboard."""
        window = self.window()
        width_px = min(max(cell.width(), self._least_px), window.width() - 16)
        self.ensurePolished()
        self.resize(width_px, max(self.sizeHint().height(), self.heightForWidth(width_px)))
        left_px = cell.right() - width_px if self.isRightToLeft() else cell.left() - 8
        place = QPoint(min(max(8, left_px), window.width() - width_px - 8), cell.top() - 4)
        place.setY(min(place.y(), window.height() - self.height() - 8))
        self.move(place)
        self.show()
        self.raise_()
        self.field.entry.setFocus(Qt.FocusReason.OtherFocusReason)
        _application().focusChanged.connect(self._focus_moved)

    def close_popup(self) -> None:
        if self.isVisible():
            self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            _application().focusChanged.disconnect(self._focus_moved)
            self.left.emit()
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.field.entry
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            done = (
                event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.field.entry.text().strip()
            )
            if done or event.key() == Qt.Key.Key_Escape:
                if not done:
                    self.field.entry.clear()
                self.close_popup()
                return True
        return super().eventFilter(watched, event)

    def _changed(self) -> None:
        before, now = self._tags, self.field.values()
        self._tags = now
        for tag in now:
            if tag not in before:
                self.add_requested.emit(tag)
        for tag in before:
            if tag not in now:
                self.remove_requested.emit(tag)
        self._grow()

    def _grow(self) -> None:
        self.layout().activate()  # type: ignore[union-attr]
        self.resize(self.width(), max(self.sizeHint().height(), self.heightForWidth(self.width())))

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not shiboken6.isValid(self):
            return
        if new is not self and not self.isAncestorOf(new) and new.window() is self.window():
            self.close_popup()


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
