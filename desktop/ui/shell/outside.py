"""What the window tells where it is not seen: the system's tray, a sound, a number on the program's icon."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from desktop.ui.shell.opening import app_icon

SHOWN_MS = 8_000


class Outside(QObject):
    """`clicked` when a person answers a message of the tray. Where a system has none of this, nothing happens."""

    clicked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._tray = QSystemTrayIcon(app_icon(), self)
            self._tray.setToolTip("Assent")
            self._tray.messageClicked.connect(self.clicked)
            self._tray.activated.connect(lambda _reason: self.clicked.emit())
            self._tray.show()

    def tell(self, title: str, text: str) -> bool:
        """Show a message beside the system's clock, and ask for a look at the window; False where there is no tray."""
        QApplication.alert(self._window)
        if self._tray is None:
            return False
        self._tray.showMessage(title, text, app_icon(), SHOWN_MS)
        return True

    def beep(self) -> None:
        QApplication.beep()

    def show_count(self, count: int) -> None:
        """A number on the program's icon; 0 for none."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setBadgeNumber(count)
        if self._tray is not None:
            self._tray.setToolTip(f"Assent: {count:,} waiting" if count else "Assent")

    def close(self) -> None:
        self.show_count(0)
        if self._tray is not None:
            self._tray.hide()
