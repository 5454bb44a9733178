"""A field for a password: hidden until somebody asks to see it, made up on request."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.system.passwords import start_password
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme


class PasswordField(QWidget):
    """`makes` adds Generate, which shows the password this once, and Copy. `edited` when a person changed it."""

    edited = Signal()

    def __init__(self, theme: Theme, label: str, *, name: str, makes: bool = False) -> None:
        super().__init__()
        self.entry = named(QLineEdit(), f"{name}_entry", label)
        self.entry.setEchoMode(QLineEdit.EchoMode.Password)
        self.eye = IconButton(theme, "eye", f"Show the {label.lower()}", name=f"{name}_eye")
        self.eye.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.entry, 1)
        row.addWidget(self.eye)
        self.copy = Button(theme, "Copy", icon="copy", name=f"{name}_copy")
        self.generate = Button(theme, "Generate", icon="arrows-clockwise", name=f"{name}_generate")
        for one in (self.generate, self.copy):
            one.setParent(self)
            if makes:
                row.addWidget(one)
            else:
                one.hide()
        self.copy.setEnabled(False)
        self.setFocusProxy(self.entry)
        self.eye.toggled.connect(self._show_letters)
        self.entry.textChanged.connect(self._changed)
        self.generate.clicked.connect(self._make)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.entry.text()))
        named(self, name, label)

    def text(self) -> str:
        return self.entry.text()

    def show_wrong(self, wrong: bool) -> None:
        restyle(self.entry, problem=wrong)

    def _changed(self) -> None:
        self.copy.setEnabled(bool(self.entry.text()))
        self.edited.emit()

    def _make(self) -> None:
        self.entry.setText(start_password())
        self.eye.setChecked(True)
        self.copy.setFocus()

    def _show_letters(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.entry.setEchoMode(mode)
