"""Push buttons of the design; the ring of the keyboard focus shows only to who uses the keyboard."""

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Color, Theme

Kind = Literal[
    "default", "primary", "danger", "link", "link-danger", "quiet", "icon", "tab", "nav",
    "banner-danger", "banner-warn", "banner-info", "toast", "chip-cross",
]  # fmt: skip

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_INK: dict[str, Color] = {
    "primary": "onaccent", "danger": "ondanger", "link": "accent", "link-danger": "danger", "quiet": "muted",
    "icon": "muted", "tab": "muted", "nav": "muted", "banner-danger": "danger", "banner-warn": "warn",
    "banner-info": "info", "toast": "accent",
}  # fmt: skip

_ICON_PX = {"icon": 18, "chip-cross": 10}


class Button(QPushButton):
    """A push button. `kind` picks the look, `icon` a Phosphor name, `color` the icon's colour if not the kind's."""

    def __init__(
        self, theme: Theme, text: str, kind: Kind = "default", *, icon: str = "", color: Color | None = None,
        tooltip: str = "", name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(text, parent)
        self._theme = theme
        self._ring = False
        self._icon_px = _ICON_PX.get(kind, 16)
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setToolTip(tooltip)
        named(self, name, text.replace("&", "") or tooltip)
        self.set_icon(icon, color)
        theme.changed.connect(self._rescale)

    def set_icon(self, icon: str, color: Color | None = None) -> None:
        """Show another icon; "" for none."""
        if icon:
            ink = color or _INK.get(str(self.property("kind")), "text")
            self.setIcon(self._theme.icon(icon, ink))
        self._rescale()

    def set_icon_px(self, side_px: int) -> None:
        """Another side of the icon than that of its kind; it grows with the text as well."""
        self._icon_px = side_px
        self._rescale()

    def set_kind(self, kind: Kind) -> None:
        restyle(self, kind=kind)
        self.set_icon_px(_ICON_PX.get(kind, 16))

    def setMenu(self, menu: QMenu) -> None:
        super().setMenu(menu)
        restyle(self, menued=True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is a click wherever the button stands; Qt knows that in dialogs only."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._ring and self.hasFocus():
            painter = QPainter(self)
            paint_ring(painter, self._theme, QRectF(self.rect()), 8)

    def _rescale(self) -> None:
        side_px = self._theme.px(self._icon_px)
        self.setIconSize(QSize(side_px, side_px))


class IconButton(Button):
    """A button that is only an icon: `label` is its tooltip and its accessible name."""

    def __init__(
        self, theme: Theme, icon: str, label: str, *, color: Color = "muted", name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(theme, "", "icon", icon=icon, color=color, tooltip=label, name=name, parent=parent)


def paint_ring(painter: QPainter, theme: Theme, rect: QRectF, radius_px: float) -> None:
    """The sign of keyboard focus, inside `rect`: two lines, so that it shows on any ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("text"), 1.5))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius_px, radius_px)
    painter.setPen(QPen(theme.color("surface"), 1))
    painter.drawRoundedRect(rect.adjusted(2.5, 2.5, -2.5, -2.5), radius_px - 1.5, radius_px - 1.5)
