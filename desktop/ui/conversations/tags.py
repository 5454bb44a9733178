"""A contact's tags, with a cross on each and a plus that becomes a field."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QWidget

from desktop.ui.actions import action
from desktop.ui.filters.suggestions import Suggestions
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.chip import Chip
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

LONGEST_TAG = 64


class Tags(QWidget):
    """`add_requested(name)` and `remove_requested(name)`."""

    add_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._flow = FlowLayout(self, spacing_px=6, line_spacing_px=6)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._shown: tuple[str, ...] | None = None
        self._known: list[str] = []
        self._suggestions: Suggestions | None = None
        self.plus = IconButton(theme, "plus", action("tag").tooltip, name="tag_add")
        self.plus.setParent(self)
        self.plus.setProperty("kind", "chip-cross")
        self.plus.set_icon_px(14)
        self.plus.clicked.connect(self.begin)
        self.field = QLineEdit(self)
        self.field.setMaxLength(LONGEST_TAG)
        self.field.setPlaceholderText("New tag")
        self.field.setMaximumWidth(theme.px(150))
        named(self.field, "tag_field", "Name of the new tag")
        self.field.returnPressed.connect(self._add)
        self.field.installEventFilter(self)
        self.field.hide()
        named(self, "tags", "Tags")

    def show_state(self, tags: Sequence[str], known: Sequence[str]) -> None:
        """tags: the contact's; known: all of the workspace, offered while typing."""
        if list(known) != self._known:
            self._known = list(known)
            completer = QCompleter(self._known, self.field)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            self.field.setCompleter(completer)
            self._suggestions = Suggestions(completer, self.field)
        if tuple(tags) == self._shown:
            return
        self._shown = tuple(tags)
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if isinstance(widget, Chip):
                widget.hide()
                widget.deleteLater()
        for tag in tags:
            chip = Chip(self._theme, tag, removable=True, name=f"tag_{tag}")
            chip.removed.connect(self.remove_requested)
            self._flow.addWidget(chip)
        self._flow.addWidget(self.plus)
        self._flow.addWidget(self.field)
        self._flow.invalidate()
        self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self._end()
                return True
        if watched is self.field and event.type() == QEvent.Type.FocusOut and not self.field.text().strip():
            self._swap(editing=False)
        return super().eventFilter(watched, event)

    def begin(self) -> None:
        """Open the field for a new tag, with the keyboard in it."""
        self.field.clear()
        self._swap(editing=True)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        name = self.field.text().strip()
        if name:
            self.add_requested.emit(name)
        self._end()

    def _end(self) -> None:
        if self._suggestions is not None:
            self._suggestions.close()
        self.field.clear()
        self._swap(editing=False)
        self.plus.setFocus(Qt.FocusReason.OtherFocusReason)

    def _swap(self, *, editing: bool) -> None:
        self.field.setVisible(editing)
        self.plus.setVisible(not editing)
        self._flow.invalidate()
        self.updateGeometry()
