"""Light or dark, and the size of the text: put on the program at once, kept on this computer."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.system.machine import Machine
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Mode, Theme


class Appearance(QObject):
    """Changes the theme and remembers it."""

    def __init__(self, theme: Theme, machine: Machine | None, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._machine, self._tasks = theme, machine, tasks

    def set_mode(self, mode: Mode) -> None:
        self._theme.set_mode(mode)
        self._apply()

    def turn_over(self) -> None:
        """Light to dark and back."""
        self.set_mode("light" if self._theme.mode == "dark" else "dark")

    def set_text_scale(self, percent: int) -> None:
        """80 to 150. Raises ValueError."""
        self._theme.set_text_scale(percent)
        self._apply()

    def _apply(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._theme.apply(app)
        machine = self._machine
        if machine is not None:
            theme, percent = self._theme.mode, self._theme.text_scale_percent
            self._tasks.spawn(self, machine.keep(theme=theme, text_scale_percent=percent))
