"""A sentence across the page that must not be missed."""

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme

BannerKind = Literal["danger", "warn", "info"]
_ICON = {"danger": "prohibit", "warn": "warning-fill", "info": "info"}


class Banner(QFrame):
    """`html` may hold <b>; escape what people wrote. `attached` joins it to the box below (the compose box)."""

    action_requested = Signal()

    def __init__(
        self, theme: Theme, kind: BannerKind, html: str, *, action: str = "", icon: str = "",
        attached: bool = False, name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setProperty("kind", f"banner-{kind}")
        self.setProperty("attached", attached)
        self._glyph = Glyph(theme, icon or _ICON[kind], kind, 16)
        self.text = Label(html, wrap=True, rich=True, name=f"{name}-text" if name else "")
        self.action = Button(
            theme, action, f"banner-{kind}", name=f"{name}-action" if name else ""  # type: ignore[arg-type]
        )  # fmt: skip
        self.action.clicked.connect(self.action_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 14, 9)
        row.setSpacing(10)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        row.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.action.setVisible(bool(action))
        named(self, name)
        self._say()

    def show_banner(self, kind: BannerKind, html: str, action: str = "") -> None:
        self._glyph.show_icon(_ICON[kind], kind)
        self.text.setText(html)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self.action.setProperty("kind", f"banner-{kind}")
        restyle(self, kind=f"banner-{kind}")
        self._say()

    def _say(self) -> None:
        self.setAccessibleName(QTextDocumentFragment.fromHtml(self.text.text()).toPlainText())
