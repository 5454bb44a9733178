"""The settings' frame: the list of sections on the left, the chosen one's cards on the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Panel
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

NAV_PX = 220


class Section(QScrollArea):
    """One page of the settings: a heading and its cards, scrolled when there is no room.

    fills: the last card takes the whole height that is left, because it scrolls itself.
    """

    def __init__(self, key: str, title: str, cards: Sequence[QWidget], *, fills: bool = False) -> None:
        super().__init__()
        self.key, self.title = key, title
        inside = QWidget()
        inside.setProperty("surface", "none")
        inside.setObjectName(f"settings_{key}_content")
        column = QVBoxLayout(inside)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(16)
        column.addWidget(Label(title, "h2", name=f"settings_{key}_title"))
        for card in cards:
            column.addWidget(card)
        if fills:
            column.setStretchFactor(cards[-1], 1)
        else:
            column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        named(self, f"settings_{key}", title)


class Frame(QWidget):
    """`section_chosen(key)` when a person chooses one; the arrow keys move in the list."""

    section_chosen = Signal(str)

    def __init__(self, theme: Theme, sections: Sequence[Section], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        self._sections = {section.key: section for section in sections}
        self._buttons: dict[str, Button] = {}
        self._stack = QStackedWidget()
        self._nav = Panel("list", name="settings_nav")
        column = QVBoxLayout(self._nav)
        column.setContentsMargins(12, 18, 12, 12)
        column.setSpacing(2)
        title = Label("Settings", "h1", name="settings_title")
        title.setContentsMargins(8, 0, 0, 10)
        column.addWidget(title)
        for section in sections:
            button = Button(theme, section.title, "nav", name=f"settings_go_{section.key}")
            button.setCheckable(True)
            button.setProperty("key", section.key)
            self._buttons[section.key] = button
            self._group.addButton(button)
            column.addWidget(button)
            self._stack.addWidget(section)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._nav)
        row.addWidget(self._stack, 1)
        self._group.buttonToggled.connect(self._toggled)
        theme.changed.connect(self._rescale)
        self._rescale()
        self._buttons[sections[0].key].setChecked(True)

    @property
    def current(self) -> str:
        checked = self._group.checkedButton()
        return str(checked.property("key")) if checked else ""

    def choose(self, key: str) -> None:
        """Show a section. Raises KeyError."""
        self._buttons[key].setChecked(True)

    def mark(self, key: str, unsaved: bool) -> None:
        """Show in the list that a section has something unsaved."""
        title = self._sections[key].title
        button = self._buttons[key]
        button.setText(f"{title} •" if unsaved else title)
        button.setAccessibleName(f"{title}, not saved yet" if unsaved else title)

    def _toggled(self, button: Button, checked: bool) -> None:
        if checked:
            key = str(button.property("key"))
            self._stack.setCurrentWidget(self._sections[key])
            self.section_chosen.emit(key)

    def _rescale(self) -> None:
        """The design's 210 and the margins of the list."""
        self._nav.setFixedWidth(max(NAV_PX, self._theme.px(NAV_PX * 0.9)))
