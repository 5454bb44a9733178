"""What a page says when there is nothing on it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

SENTENCE_PX = 380


class EmptyState(QWidget):
    """Icon, title, a sentence about what to do, and the button that does it."""

    action_requested = Signal()

    def __init__(
        self, theme: Theme, icon: str, title: str, sentence: str, *, action: str = "", name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.glyph = Glyph(theme, icon, "muted", 36)
        self.title = Label(title, "title", wrap=True)
        self.sentence = Label(sentence, "soft", wrap=True)
        self._theme = theme
        theme.changed.connect(self._rescale)
        self._rescale()
        self.action = Button(theme, action, "primary", name=f"{name}-action" if name else "")
        self.action.clicked.connect(self.action_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(1)
        for label in (self.title, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        center = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self.glyph, 0, center)
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.sentence, 100)  # as wide as it may be; what is left goes to both sides
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(6)
        column.addWidget(self.action, 0, center)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.action.setVisible(bool(action))
        column.addStretch(2)
        named(self, name, title, sentence)

    def _rescale(self) -> None:
        self.sentence.setMaximumWidth(self._theme.px(SENTENCE_PX))
