"""Short notes at the lower end corner that go away by themselves."""

from collections.abc import Callable, Sequence
from typing import Literal

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QCursor, QEnterEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QWidget

from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

ToastKind = Literal["info", "done", "warn", "danger"]
_SIGN: dict[ToastKind, tuple[str, Color]] = {
    "info": ("info", "info"), "done": ("check-circle", "accent"),
    "warn": ("warning-fill", "warn"), "danger": ("warning-circle-fill", "danger"),
}  # fmt: skip
SHOWN_MS = 6_000
ACTION_MS = 8_000
"""What went well and can be taken back or looked at."""
WARNING_MS = 12_000
"""What went wrong is read to its end."""
_URGENT: frozenset[ToastKind] = frozenset({"warn", "danger"})
WIDTH_PX = 360
GAP_PX = 8
EDGE_PX = 16
HEAD_PX = 56
"""The height of a page's head."""
MOST = 4
LOOK_MS = 250


class Toast(QFrame):
    """One note; made by Toasts."""

    gone = Signal()

    def __init__(
        self, theme: Theme, text: str, kind: ToastKind, action: str, on_action: Callable[[], object] | None,
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.key = (text, kind, action)
        self.text = text
        self._on_action = on_action
        self.setProperty("kind", "toast")
        icon, color = _SIGN[kind]
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(Glyph(theme, icon, color, 18), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(Label(text, wrap=True, tight=True), 1)
        self.action = Button(theme, action, "toast", name="toast-action")
        self.action.clicked.connect(self._act)
        row.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.action.setVisible(bool(action))
        cross = IconButton(theme, "x", "Dismiss", name="toast-dismiss")
        cross.clicked.connect(self.go)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignVCenter)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 6)
        shadow.setColor(theme.color("veil"))
        self.setGraphicsEffect(shadow)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_shown_ms(kind, with_action=bool(action)))
        self._timer.timeout.connect(self.go)
        named(self, "toast", text)
        self.again()

    @property
    def urgent(self) -> bool:
        """It says that something went wrong."""
        return self.key[1] in _URGENT

    def again(self) -> None:
        """Begin the time anew; under the mouse it stays."""
        if not self._is_hovered():
            self._timer.start()

    def go(self) -> None:
        """Leave now."""
        self._timer.stop()
        self.hide()
        self.deleteLater()
        self.gone.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def _is_hovered(self) -> bool:
        """Asked of the mouse: a toast comes up in another place than it ends up in, and Qt's flag stays set."""
        return self.isVisible() and self.rect().contains(self.mapFromGlobal(QCursor.pos()))

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()
        self.go()


def _shown_ms(kind: ToastKind, *, with_action: bool) -> int:
    if kind in _URGENT:
        return WARNING_MS
    return ACTION_MS if kind == "done" and with_action else SHOWN_MS


def _seen(widget: QWidget, window: QWidget) -> QRect:
    """The part of a widget that is not scrolled away, in the window's coordinates."""
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    around = widget.parentWidget()
    while around is not None and around is not window:
        place &= QRect(around.mapTo(window, QPoint(0, 0)), around.size())
        around = around.parentWidget()
    return place


def _free_px(place: QRect, buttons: Sequence[QRect], lowest_px: int) -> int:
    """The upper edge at which a note covers no button, from where it would stand down to `lowest_px`; else there."""
    top_px = place.top()
    while top_px <= lowest_px:
        here = QRect(place.left(), top_px, place.width(), place.height())
        under = [one for one in buttons if one.intersects(here)]
        if not under:
            return top_px
        top_px = max(one.bottom() for one in under) + GAP_PX
    return place.top()


class Toasts(QObject):
    """The stack of a window. The same words twice are one toast, shown longer.

    More than four push the oldest out, one that warns only when all do.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._stack: list[Toast] = []
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)
        window.installEventFilter(self)

    def show_toast(
        self,
        text: str,
        kind: ToastKind = "info",
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
    ) -> Toast:
        for toast in self.shown:
            if toast.key == (text, kind, action):
                toast.again()
                return toast
        while len(shown := self.shown) >= MOST:
            next((one for one in shown if not one.urgent), shown[0]).go()
        toast = Toast(self._theme, text, kind, action, on_action, self._window)
        self._stack.append(toast)
        toast.gone.connect(self._arrange)
        toast.show()
        self._arrange()
        self._looking.start()
        said = QAccessibleAnnouncementEvent(toast, text)
        if kind in ("warn", "danger"):
            said.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(said)
        return toast

    @property
    def shown(self) -> list[Toast]:
        """Oldest first."""
        self._stack = [toast for toast in self._stack if shiboken6.isValid(toast) and not toast.isHidden()]
        return list(self._stack)

    def clear(self) -> None:
        for toast in self.shown:
            toast.go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange):
            self._arrange()
        return False

    def _look(self) -> None:
        """Another page may have buttons where a note stands."""
        if not self.shown:
            self._looking.stop()
        elif any(toast.geometry().intersects(one) for toast in self.shown for one in self._buttons()):
            self._arrange()

    def _buttons(self) -> list[QRect]:
        """Where buttons stand in the window, those of the notes left out, and the one figure that a page is about."""
        found: list[QWidget] = list(self._window.findChildren(QAbstractButton))
        found += [one for one in self._window.findChildren(QLabel) if one.property("role") == "figure"]
        shown = (one for one in found if one.isVisible() and not isinstance(one.parentWidget(), Toast))
        return [place for one in shown if not (place := _seen(one, self._window)).isEmpty()]

    def _arrange(self) -> None:
        """Oldest on top, in the upper corner under the page's head: below stand the buttons that go on.

        A note gives way downwards to a button that it would cover, as long as there is room.
        """
        window, buttons = self._window, self._buttons() if self.shown else []
        top_px = EDGE_PX + self._theme.px(HEAD_PX)
        for toast in self.shown:
            width_px = min(self._theme.px(WIDTH_PX), window.width() - 2 * EDGE_PX)
            toast.setFixedWidth(width_px)
            height_px = toast.heightForWidth(width_px)
            toast.resize(width_px, height_px)
            left_px = EDGE_PX if window.isRightToLeft() else window.width() - EDGE_PX - width_px
            top_px = _free_px(QRect(left_px, top_px, width_px, height_px), buttons, 3 * window.height() // 4)
            toast.move(left_px, top_px)
            toast.raise_()
            top_px += height_px + GAP_PX
