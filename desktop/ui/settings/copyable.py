"""A value to read and to copy: an address, a path."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


class Copyable(QWidget):
    """A read-only field with a Copy button, which says that it has copied."""

    def __init__(self, theme: Theme, label: str, *, name: str) -> None:
        super().__init__()
        self.is_copied = False
        self.field = named(QLineEdit(), f"{name}_value", label)
        self.field.setReadOnly(True)
        self.copy = Button(theme, "Copy", icon="copy", name=f"{name}_copy")
        self.copy.setAccessibleName(f"Copy {label}")
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.copy)
        self.setFocusProxy(self.field)
        named(self, name, label)

    def show_value(self, value: str) -> None:
        self.is_copied = False
        self.field.setText(value)
        self.field.setCursorPosition(0)
        self.copy.setText("Copy")
        self.copy.setEnabled(bool(value))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.field.text())
        self.copy.setText("Copied")
        self.is_copied = True
