"""The list of suggestions below a field, clear of what it belongs to."""

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QWidget

GAP_PX = 2
EDGES_PX = 24


class Suggestions(QObject):
    """Keeps a completer's list below `anchor`, or above it where there is no room; Qt lays it over the field's edge."""

    def __init__(self, completer: QCompleter, anchor: QWidget) -> None:
        super().__init__(completer)
        self.anchor = anchor
        words = completer.popup()
        assert words is not None  # made when it is asked for
        self._list: QAbstractItemView = words
        words.setProperty("kind", "suggestions")
        words.installEventFilter(self)

    @property
    def shown(self) -> bool:
        return self._list.isVisible()

    def close(self) -> None:
        if shiboken6.isValid(self._list):  # it goes before the field when both are deleted
            self._list.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._list and event.type() in (QEvent.Type.Show, QEvent.Type.Move, QEvent.Type.Resize):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        anchor, words = self.anchor, self._list
        top_px = anchor.mapToGlobal(QPoint(0, anchor.height() + GAP_PX)).y()
        if top_px + words.height() > anchor.screen().availableGeometry().bottom():
            top_px = anchor.mapToGlobal(QPoint(0, 0)).y() - GAP_PX - words.height()
        # Qt makes it as wide as the field, which is narrow beside chips.
        width_px = max(words.width(), words.sizeHintForColumn(0) + EDGES_PX)
        left_px = min(words.x(), max(0, anchor.screen().availableGeometry().right() - width_px))
        wanted = QRect(left_px, top_px, width_px, words.height())
        if words.geometry() != wanted:
            words.setGeometry(wanted)
