"""The little card under the filter button: which conversations of the box are shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import shiboken6
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.inbox import Wanted
from desktop.ui.conversations.list_strip import OPT_IN
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX: Final = 288


class FilterCard(QFrame):
    """`wanted_changed(Wanted)` at each change. A child of the window; Escape and the focus elsewhere close it."""

    wanted_changed = Signal(object)

    def __init__(self, theme: Theme, window: QWidget, wanted: Wanted, tags: Sequence[str]) -> None:
        super().__init__(window)
        self._theme, self._wanted = theme, wanted
        self.setProperty("kind", "toast")
        self.unread = named(QCheckBox("Unread"), "inbox_filter_unread")
        self.closing = named(QCheckBox("Reply window closes within 2 h"), "inbox_filter_closing")
        self.opt_in = named(QComboBox(), "inbox_filter_opt_in", "Marketing opt-in")
        self.opt_in.addItem("Any", "")
        for value, words in OPT_IN.items():
            self.opt_in.addItem(words, value.value)
        known = list(dict.fromkeys((*tags, *wanted.tags)))
        self.tags = ChipsValue(
            theme, [(tag, tag) for tag in known], "inbox_filter_tags", free=False, hint="Any of these"
        )
        self.clear = Button(theme, "Clear", "link", name="inbox_filter_clear")
        self.done = Button(theme, "Done", name="inbox_filter_done")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(Label("Show only", "title"))
        column.addWidget(self.unread)
        column.addWidget(self.closing)
        column.addWidget(Label("Marketing opt-in", "muted"))
        column.addWidget(self.opt_in)
        column.addWidget(Label("Tags", "muted"))
        column.addWidget(self.tags)
        row = QHBoxLayout()
        row.addWidget(self.clear)
        row.addStretch(1)
        row.addWidget(self.done)
        column.addLayout(row)
        named(self, "inbox_filter", "Filter the conversations")
        self._show(wanted)
        self.unread.toggled.connect(self._changed)
        self.closing.toggled.connect(self._changed)
        self.opt_in.currentIndexChanged.connect(self._changed)
        self.tags.changed.connect(self._changed)
        self.clear.clicked.connect(self._clear)
        self.done.clicked.connect(self.hide)

    def open_under(self, button: QWidget) -> None:
        """Show it under a button, and take the keyboard."""
        window = self.window()
        width_px = min(self._theme.px(WIDTH_PX), window.width() - 16)
        self.ensurePolished()
        self.resize(width_px, max(self.sizeHint().height(), self.heightForWidth(width_px)))
        spot = button.mapTo(window, QPoint(0, button.height() + 4))
        if self.isRightToLeft():
            spot.setX(spot.x() + button.width() - width_px)
        spot.setX(max(8, min(spot.x(), window.width() - width_px - 8)))
        spot.setY(max(8, min(spot.y(), window.height() - self.height() - 8)))
        self.move(spot)
        self.show()
        self.raise_()
        self.unread.setFocus(Qt.FocusReason.TabFocusReason)
        _application().focusChanged.connect(self._focus_moved)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            _application().focusChanged.disconnect(self._focus_moved)
            self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _show(self, wanted: Wanted) -> None:
        self.unread.setChecked(wanted.unread)
        self.closing.setChecked(wanted.closing)
        value = wanted.opt_in.value if wanted.opt_in is not None else ""
        self.opt_in.setCurrentIndex(max(0, self.opt_in.findData(value)))
        self.tags.set_values(wanted.tags)

    def _clear(self) -> None:
        controls = (self.unread, self.closing, self.opt_in)
        for one in controls:
            one.blockSignals(True)
        self._show(self._wanted.without_conditions)
        for one in controls:
            one.blockSignals(False)
        self._changed()

    def _changed(self) -> None:
        chosen = self.opt_in.currentData()
        self._wanted = replace(
            self._wanted,
            unread=self.unread.isChecked(),
            closing=self.closing.isChecked(),
            opt_in=OptIn(chosen) if chosen else None,
            tags=self.tags.values(),
        )
        self._grow()
        self.wanted_changed.emit(self._wanted)

    def _grow(self) -> None:
        self.layout().activate()  # type: ignore[union-attr]
        self.resize(self.width(), max(self.sizeHint().height(), self.heightForWidth(self.width())))

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not shiboken6.isValid(self):
            return
        if new is not self and not self.isAncestorOf(new) and new.window() is self.window():
            self.hide()


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
