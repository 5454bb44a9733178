"""What is seen before the window: that it opens, or why it cannot."""

import asyncio

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme, resource

PATIENCE_MS = 300
"""Opening is usually quicker than this; a window that only flashes up would be noise."""
SIZE_PX = (460, 220)


def app_icon() -> QIcon:
    """Assent's own."""
    return QIcon(str(resource("icons", "assent.svg")))


class _Plain(QWidget):
    """A small window with the sign, a title and a sentence."""

    def __init__(self, theme: Theme, icon: str, title: str, sentence: str, *, name: str) -> None:
        super().__init__()
        self.setObjectName("window")  # the ground of windows comes from the style sheet by this name
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Assent")
        self.setWindowIcon(app_icon())
        self.resize(theme.px(SIZE_PX[0]), theme.px(SIZE_PX[1]))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(28, 28, 28, 24)
        self.column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(
            Glyph(theme, icon, "danger" if name == "refused" else "accent", 36), 0, Qt.AlignmentFlag.AlignTop
        )
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(Label(title, "h2", wrap=True, name=f"{name}_title"))
        words.addWidget(Label(sentence, wrap=True, selectable=True, name=f"{name}_sentence"))
        head.addLayout(words, 1)
        self.column.addLayout(head)
        self.column.addStretch(1)
        self.setAccessibleDescription(f"{title}. {sentence}")


class Opening(_Plain):
    """Shown when opening takes longer than a moment: an upgrade of the store, a slow disk."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme, "hourglass-medium", "Opening Assent…",
            "The store is being read. After an update it is first copied and then upgraded, which may take a minute.",
            name="opening",
        )  # fmt: skip
        self._is_done = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.show)
        self._timer.start(PATIENCE_MS)

    def done(self) -> None:
        """The window is there, or will never be. Said again, nothing happens."""
        if self._is_done:
            return
        self._is_done = True
        self._timer.stop()
        self.hide()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # an upgrade is not left half done


class Refused(_Plain):
    """Why the program does not open, until a person has read it."""

    def __init__(self, theme: Theme, problem: Problem, *, report: str = "") -> None:
        """report: copied in place of the sentence."""
        super().__init__(theme, "warning-circle-fill", problem.title, problem.sentence, name="refused")
        self._read = asyncio.Event()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.copy = named(Button(theme, "Copy report" if report else "Copy", icon="copy"), "refused_copy")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(report or f"{problem.title}. {problem.sentence}")
        )
        self.close_button = Button(theme, "Close", "primary", name="refused_close")
        self.close_button.clicked.connect(self.close)
        row.addWidget(self.copy)
        row.addWidget(self.close_button)
        self.column.addLayout(row)
        self.close_button.setFocus()

    async def read(self) -> None:
        """Show it and return when it has been closed."""
        self.show()
        await self._read.wait()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._read.set()
        super().closeEvent(event)
