"""A row that says what something is: the word on one side, the value on the other."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme


class KeyValue(QWidget):
    """`dot` before the word, `value_dot` before the value, `note` small after it, `strong` a bold value."""

    def __init__(
        self, theme: Theme, key: str, value: str = "", *, note: str = "", dot: Color | None = None,
        value_dot: Color | None = None, color: Color | None = None, strong: bool = False, name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(6)
        if dot:
            row.addWidget(Dot(theme, dot), 0, Qt.AlignmentFlag.AlignVCenter)
        self.key = Label(key, "body" if dot or strong else "muted", wrap=True, tight=True)
        self.value = Label(
            value, "strong" if strong else "body", color=color, selectable=True, wrap=True, tight=True
        )
        self.value.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.note = Label(note, "muted")
        self.note.setVisible(bool(note))
        row.addWidget(self.key, 2)
        if value_dot:
            row.addStretch(1)
            row.addWidget(Dot(theme, value_dot), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.value, 0 if value_dot else 3)
        row.addWidget(self.note)
        named(self, name)
        self._say()

    def show_value(self, value: str, *, note: str = "", color: Color | None = None) -> None:
        self.value.setText(value)
        self.value.set_color(color)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._say()

    def _say(self) -> None:
        self.setAccessibleName(f"{self.key.text()}: {self.value.text()} {self.note.text()}".strip())
