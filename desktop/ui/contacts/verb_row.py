"""Buttons in one line; those there is no room for are folded into a menu at its end."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.theme import Theme

GAP_PX = 8


class VerbRow(QWidget):
    """`verb_requested(key)` by a button or by its line in the menu. What comes last is folded first."""

    verb_requested = Signal(str)

    def __init__(self, theme: Theme, verbs: Sequence[tuple[str, str]], *, name: str) -> None:
        """verbs: key and words of each, those that are used most first."""
        super().__init__()
        self._name = name
        self._offered = {key for key, _ in verbs}
        self._folded: list[str] = []
        self.menu: QMenu | None = None
        self.buttons: dict[str, Button] = {}
        for key, words in verbs:
            button = Button(theme, words, name=f"{name}_{key}", parent=self)
            button.clicked.connect(lambda _=False, key=key: self.verb_requested.emit(key))
            self.buttons[key] = button
        self.more = MenuButton(theme, "More", name=f"{name}_more", tooltip="What else can be done")
        self.more.setParent(self)
        self.more.clicked.connect(self._open)
        self.more.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def offer(self, key: str, offered: bool) -> None:
        """Whether a verb is there at all."""
        if offered != (key in self._offered):
            self._offered ^= {key}
            self.updateGeometry()
            self._arrange()

    def sizeHint(self) -> QSize:
        shown = [button.sizeHint() for key, button in self.buttons.items() if key in self._offered]
        width_px = sum(size.width() for size in shown) + GAP_PX * (len(shown) - 1)
        return QSize(width_px, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for the menu's button; the line is as high as a button."""
        return self.more.sizeHint().expandedTo(
            QSize(0, next(iter(self.buttons.values())).sizeHint().height())
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.LayoutDirectionChange):
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        offered = [key for key in self.buttons if key in self._offered]
        fitting = self._fitting(offered)
        self._folded = offered[fitting:]
        for key, button in self.buttons.items():
            button.setVisible(key in offered[:fitting])
        self.more.setVisible(bool(self._folded))
        x_px = 0
        for widget in [
            *(self.buttons[key] for key in offered[:fitting]),
            *([self.more] if self._folded else []),
        ]:
            size = widget.sizeHint()
            left_px = self.width() - x_px - size.width() if self.isRightToLeft() else x_px
            widget.setGeometry(left_px, (self.height() - size.height()) // 2, size.width(), size.height())
            x_px += size.width() + GAP_PX

    def _fitting(self, offered: Sequence[str]) -> int:
        """How many of them stand in the line."""
        if self.sizeHint().width() <= self.width():
            return len(offered)
        left_px = self.width() - self.more.sizeHint().width()
        for count, key in enumerate(offered):
            left_px -= self.buttons[key].sizeHint().width() + GAP_PX
            if left_px < 0:
                return count
        return len(offered)

    def _open(self) -> None:
        menu = self.menu = QMenu(self)
        menu.setObjectName(f"{self._name}_more_menu")
        menu.setToolTipsVisible(True)
        for key in self._folded:
            button = self.buttons[key]
            action = menu.addAction(button.text())
            action.setObjectName(button.objectName())
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
            action.triggered.connect(lambda _=False, key=key: self.verb_requested.emit(key))
        drop(menu, self.more)
