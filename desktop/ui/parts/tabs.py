"""Pill tabs with counts; the arrow keys move between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    text: str
    count: int | None = None

    @property
    def caption(self) -> str:
        return self.text if self.count is None else f"{self.text} {self.count:,}"


class _TabButton(Button):
    """As wide when it is not chosen as when it is, in the bolder letters: so its neighbours stay where they are."""

    def sizeHint(self) -> QSize:
        # Qt measures in the letters of a tab that is not chosen, whichever is.
        hint = super().sizeHint()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        wider_px = QFontMetrics(bold).horizontalAdvance(self.text()) - self.fontMetrics().horizontalAdvance(
            self.text()
        )
        return hint + QSize(max(0, wider_px), 0)


class Tabs(QWidget):
    """One of `tabs` is chosen; `chosen(key)` when a person chooses another. Lines wrap when there is no room."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        tabs: Sequence[Tab],
        *,
        label: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._buttons: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        self._flow = FlowLayout(self, spacing_px=4, line_spacing_px=4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        named(self, name, label)
        for tab in tabs:
            button = _TabButton(theme, tab.caption, "tab", name=f"{name}-{tab.key}" if name else "")
            button.setCheckable(True)
            button.setProperty("key", tab.key)
            self._buttons[tab.key] = button
            self._group.addButton(button)
            self._flow.addWidget(button)
        self._group.buttonToggled.connect(self._toggled)
        self._silent = False
        if tabs:
            self.choose(tabs[0].key)

    @property
    def current(self) -> str:
        checked = self._group.checkedButton()
        return str(checked.property("key")) if checked else ""

    def choose(self, key: str) -> None:
        """Choose without telling. Raises KeyError."""
        self._silent = True
        self._buttons[key].setChecked(True)
        self._silent = False

    def show_tabs(self, tabs: Sequence[Tab]) -> None:
        """New words and counts for tabs that exist."""
        for tab in tabs:
            button = self._buttons[tab.key]
            button.setText(tab.caption)
            button.setAccessibleName(tab.caption)
        self._flow.invalidate()

    def button(self, key: str) -> Button:
        return self._buttons[key]

    def _toggled(self, button: Button, checked: bool) -> None:
        button.updateGeometry()  # Qt keeps the size that it measured first
        if checked and not self._silent:
            self.chosen.emit(str(button.property("key")))
