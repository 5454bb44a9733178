"""Dialogs that are opened and awaited, drawn inside their window."""

import asyncio
import math

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent, QTextDocumentFragment
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.button import Button, Kind
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

CARD_PX = 520
EDGE_PX = 24
RADIUS_PX = 14
# The design's shadow, "0 24px 60px rgba(0, 0, 0, .3)", in layers that add up to it.
SHADOW_DOWN_PX, SHADOW_PX, SHADOW_STEP_PX, SHADOW_PEAK = 24, 54, 3, 3.6


async def ask(dialog: QDialog) -> int:
    """Open `dialog` and return its result code (QDialog.DialogCode or the number given to done()).

    Rejected when its window goes away. If the caller is cancelled the dialog closes. The dialog is deleted later:
    read what was entered before the next await.
    """
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(result: int) -> None:
        if not answer.done():
            answer.set_result(result)

    def gone() -> None:
        if not answer.get_loop().is_closed():
            settle(QDialog.DialogCode.Rejected.value)

    dialog.finished.connect(settle)
    dialog.destroyed.connect(gone)
    dialog.open()
    try:
        return await answer
    finally:
        if shiboken6.isValid(dialog):
            dialog.finished.disconnect(settle)
            dialog.destroyed.disconnect(gone)
            if dialog.isVisible():
                dialog.reject()
            dialog.deleteLater()


class CardDialog(QDialog):
    """A card in the middle of `window`, with a veil over the rest of it.

    Fill `body`, add buttons with add_button(); the one with `safe` has the focus at first. Escape is reject().
    It is a child of the window, so it moves, scales and is drawn with it; keys and clicks do not pass it.
    """

    def __init__(
        self, theme: Theme, window: QWidget, title: str, *, icon: str = "", color: Color = "warn",
        width_px: int = CARD_PX, name: str = "dialog",
    ) -> None:  # fmt: skip
        super().__init__(window)
        self.setWindowFlags(
            Qt.WindowType.Widget
        )  # QDialog makes itself a window of its own if not told later
        self.hide()
        self._theme, self._width_px = theme, width_px
        self._first: QWidget | None = None
        self._before: QWidget | None = None
        self._before_name = ""
        self.setProperty("kind", "veil")
        self.card = QFrame(self)
        self.card.setProperty("kind", "dialog")
        outer = QHBoxLayout(self.card)
        outer.setContentsMargins(22, 22, 22, 22)
        outer.setSpacing(12)
        if icon:
            outer.addWidget(Glyph(theme, icon, color, 26), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(10)
        outer.addLayout(column, 1)
        self.title = Label(title, "dialog", wrap=True, name=f"{name}-title")
        column.addWidget(self.title)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        column.addLayout(self.body)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addStretch(1)
        column.addSpacing(6)
        column.addLayout(self.buttons)
        self.setWindowTitle(title)
        named(self, name, title)
        window.installEventFilter(self)

    def add_text(self, text: str, *, muted: bool = False, rich: bool = False) -> Label:
        """A paragraph of the body; `rich` may hold <b>, escape what people wrote."""
        label = Label(text, "soft" if muted else "body", wrap=True, rich=rich)
        self.body.addWidget(label)
        said = QTextDocumentFragment.fromHtml(text).toPlainText() if rich else text
        self.setAccessibleDescription(f"{self.accessibleDescription()} {said}".strip())
        return label

    def add_button(
        self, text: str, kind: Kind = "default", *, result: int, safe: bool = False, name: str = ""
    ) -> Button:
        """A button that ends the dialog with `result`; they stand in the order they are added."""
        button = Button(self._theme, text, kind, name=name)
        button.setProperty("result", result)
        button.clicked.connect(self._clicked)
        self.buttons.addWidget(button)
        if safe:
            self._first = button
        return button

    def focus_first(self, widget: QWidget) -> None:
        """Which control has the focus when the dialog opens, in place of the safe button."""
        self._first = widget

    def open(self) -> None:
        self._before = before = focused_in(self.window())
        self._before_name = before.objectName() if before is not None else ""
        self._fill()
        super().open()
        self.raise_()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()
        (self._first or self).setFocus(Qt.FocusReason.OtherFocusReason)
        _application().focusChanged.connect(self._keep_focus)

    def hideEvent(self, event: QHideEvent) -> None:
        _application().focusChanged.disconnect(self._keep_focus)
        super().hideEvent(event)

    def done(self, result: int) -> None:
        super().done(result)
        if self._before is not None and shiboken6.isValid(self._before) and self._before.isVisible():
            self._before.setFocus()
        elif self._before_name:  # its list was shown anew meanwhile
            again = self.window().findChildren(QWidget, self._before_name)
            next((one for one in again if one.isVisible()), self).setFocus()

    def event(self, event: QEvent) -> bool:
        if event.type() in _STOPPED:
            event.accept()
            return True
        if event.type() == QEvent.Type.LayoutRequest:
            self._fill()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fill()
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the dialog."""
        ring: list[QWidget] = []
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if takes_tab and self.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
                ring.append(widget)
            widget = widget.nextInFocusChain()
        if not ring:
            return True
        here = self.window().focusWidget()
        step = 1 if forward else -1
        at = ring.index(here) + step if here in ring else 0
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        ring[at % len(ring)].setFocus(reason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.color("veil"))
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.card.geometry()).translated(0, SHADOW_DOWN_PX)
        for grown_px in range(SHADOW_PX, -SHADOW_PX, -SHADOW_STEP_PX):
            painter.setBrush(QColor(0, 0, 0, round(SHADOW_PEAK * math.exp(-2 * (grown_px / SHADOW_PX) ** 2))))
            grown = box.adjusted(-grown_px, -grown_px, grown_px, grown_px)
            painter.drawRoundedRect(grown, RADIUS_PX + max(0, grown_px), RADIUS_PX + max(0, grown_px))

    def _fill(self) -> None:
        """Cover the window and put the card in its middle, never wider than the window."""
        window = self.parentWidget()
        if window is None:
            return
        self.setGeometry(window.rect())
        width_px = min(self._theme.px(self._width_px), window.width() - 2 * EDGE_PX)
        self.card.ensurePolished()
        height_px = min(self.card.heightForWidth(width_px), window.height() - 2 * EDGE_PX)
        place = QRect(0, 0, width_px, height_px)
        place.moveCenter(self.rect().center())
        if place != self.card.geometry():
            self.card.setGeometry(place)
            self.update()

    def _keep_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """The window behind gets no focus; a menu, a list that drops down and a dialog opened later may."""
        if new is None or new is self or self.isAncestorOf(new) or new.window() is not self.window():
            return
        siblings = self.window().findChildren(CardDialog, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if any(each is not self and each.isVisible() and each.isAncestorOf(new) for each in siblings):
            return
        (self._first or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self) -> None:
        self.done(int(self.sender().property("result")))


def focused_in(window: QWidget) -> QWidget | None:
    """What has the keyboard's focus there, or will when the window is in front again."""
    return window.focusWidget()


_STOPPED = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
    QEvent.Type.ContextMenu,
    QEvent.Type.DragEnter,
    QEvent.Type.ShortcutOverride,
)


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


async def confirm(
    theme: Theme, window: QWidget, title: str, text: str, *, do: str, keep: str = "Cancel", danger: bool = False,
    name: str = "confirm",
) -> bool:  # fmt: skip
    """Ask whether to go on; True for `do`. The safe choice, `keep`, has the focus."""
    dialog = CardDialog(theme, window, title, icon="warning-fill" if danger else "", name=name)
    dialog.add_text(text)
    refuse, accept = QDialog.DialogCode.Rejected.value, QDialog.DialogCode.Accepted.value
    dialog.add_button(keep, "default", result=refuse, safe=True, name=f"{name}-keep")
    dialog.add_button(do, "danger" if danger else "primary", result=accept, name=f"{name}-do")
    return await ask(dialog) == accept
