"""A button that opens a list, and the list under it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.theme import Theme

GAP_PX = 4


def drop(menu: QMenu, button: QWidget) -> None:
    """Open a menu under a button, from the side where reading begins, and return; it is deleted when it closes.

    The button itself may be turned round for the sake of its caret; the menu is not.
    """
    direction = QApplication.layoutDirection()
    menu.setLayoutDirection(direction)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    mirrored = direction == Qt.LayoutDirection.RightToLeft
    left_px = button.width() - menu.sizeHint().width() if mirrored else 0
    menu.popup(button.mapToGlobal(QPoint(left_px, button.height() + GAP_PX)))


class MenuButton(Button):
    """A button that opens a list: its caret stands after the words."""

    def __init__(self, theme: Theme, text: str, *, name: str, tooltip: str = "") -> None:
        super().__init__(theme, "", icon="caret-down", tooltip=tooltip, name=name)
        self.set_icon_px(12)
        mirrored = QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setLayoutDirection(
            Qt.LayoutDirection.LeftToRight if mirrored else Qt.LayoutDirection.RightToLeft
        )
        self.show_words(text)

    def show_words(self, words: str) -> None:
        self.setText(f"{words} ")  # room before the caret
        self.setAccessibleName(words)
