"""The surfaces things stand on: cards, panels of a page, grey insets."""

from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named

PAD_PX = 18


class Card(QFrame):
    """A surface with a line around it; fill `body`. With a title, `header` takes buttons at its far end."""

    def __init__(
        self, title: str = "", *, note: str = "", spacing_px: int = 10, pad_px: int = PAD_PX, name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(pad_px, pad_px, pad_px, pad_px)
        self.body.setSpacing(spacing_px)
        self.header = QHBoxLayout()
        self.header.setSpacing(8)
        if title:
            self.header.addWidget(Label(title, "title"))
            if note:
                self.header.addWidget(Label(note, "muted"))
            self.header.addStretch(1)
            self.body.addLayout(self.header)
        named(self, name, title, note)


class Inset(QFrame):
    """A grey panel inside a card: a template being written, a piece of code (`kind` "code")."""

    def __init__(self, *, kind: str = "inset", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 10, 12, 10)
        self.body.setSpacing(6)
        named(self, name)


class Panel(QFrame):
    """A part of the page with a line on its inner side: the header above, the footer below, a list, the side."""

    def __init__(
        self,
        kind: Literal["header", "footer", "list", "side"],
        *,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        named(self, name)
