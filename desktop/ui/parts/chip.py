"""Tags: a word in a pill, which can be taken away."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from desktop.ui.parts.button import IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

PAD_PX = 6


class Chip(QFrame):
    """`removed(text)` when its cross is used."""

    removed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        removable: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._text = theme, text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 1, 2, 1)
        row.setSpacing(0)
        label = Label(text)
        label.setProperty("role", "chip")
        row.addSpacing(PAD_PX)
        row.addWidget(label)
        row.addSpacing(0 if removable else PAD_PX)
        if removable:
            cross = IconButton(theme, "x", f"Remove {text}", name=f"{name}-remove" if name else "")
            cross.set_kind("chip-cross")
            cross.clicked.connect(self._cross)
            row.addWidget(cross)
        named(self, name, text)

    def text(self) -> str:
        return self._text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("bg"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)

    def _cross(self) -> None:
        self.removed.emit(self._text)
