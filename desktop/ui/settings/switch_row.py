"""A switch with its words beside it; a click on the words turns it too."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.switch import Switch
from desktop.ui.theme import Theme


class SwitchRow(QWidget):
    """`switch` is the control; `title` and `sentence` stand beside it."""

    def __init__(self, theme: Theme, title: str, sentence: str, *, name: str) -> None:
        super().__init__()
        self.switch = Switch(theme, title, name=name)
        self.switch.setAccessibleDescription(sentence)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label(title, "title", wrap=True))
        self.sentence = Label(sentence, "soft", wrap=True, name=f"{name}_sentence")
        words.addWidget(self.sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        named(self, f"{name}_row", title)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.switch.isEnabled() and self.rect().contains(event.position().toPoint()):
            self.switch.toggle()
