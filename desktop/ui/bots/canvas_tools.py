"""What lies on the canvas and does not move with it: the buttons for its size, the small map, the first hint."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout

from desktop.ui.bots.canvas import STEP, Canvas
from desktop.ui.bots.minimap import Minimap
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

EDGE_PX: Final = 12
HINT_PX: Final = 320
EMPTY: Final = "Click a step on the left, drag one here, or press Ctrl+K and type its name."


IN_ORDER: Final = "Put the cards in order (Ctrl+L)"


class ZoomBar(QFrame):
    """Smaller, larger, as it is, all of it, in order."""

    lay_out_requested = Signal()

    def __init__(self, theme: Theme, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setProperty("kind", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 4, 3)
        row.setSpacing(0)
        self.percent = Button(theme, "100 %", "quiet", tooltip="As it is (Ctrl+0)", name="bots_zoom_whole")
        acts: tuple[tuple[Button, Callable[[], object]], ...] = (
            (IconButton(theme, "minus", "Smaller (Ctrl+−)", name="bots_zoom_out"), lambda: canvas.zoom_by(1 / STEP)),
            (self.percent, lambda: canvas.set_zoom(1.0)),
            (IconButton(theme, "plus", "Larger (Ctrl++)", name="bots_zoom_in"), lambda: canvas.zoom_by(STEP)),
            (IconButton(theme, "corners-out", "All of it (Ctrl+9)", name="bots_zoom_fit"), canvas.fit),
            (
                IconButton(theme, "tree-structure", IN_ORDER, name="bots_lay_out"),
                self.lay_out_requested.emit,
            ),
        )  # fmt: skip
        for button, act in acts:
            button.clicked.connect(act)
            row.addWidget(button)
        self.lay_out = acts[-1][0]
        canvas.view_changed.connect(self._show)
        named(self, "bots_zoom", "Size of the canvas")

    def show_refusal(self, refused: str) -> None:
        """refused: why this person may not move the cards; "" where they may."""
        self.lay_out.setEnabled(not refused)
        self.lay_out.setToolTip(refused or IN_ORDER)

    def _show(self) -> None:
        words = f"{self._canvas.zoom * 100:.0f} %"
        mirrored = QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        shown = f"\u200e{words}\u200e" if mirrored else words  # the sign stays behind the number
        if shown != self.percent.text():
            self.percent.setText(shown)
            self.percent.setAccessibleName(f"{words}, as it is")
            self.adjustSize()


class CanvasTools(QObject):
    """Keeps them in their corners."""

    def __init__(self, theme: Theme, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._theme, self._canvas = theme, canvas
        self.zoom = ZoomBar(theme, canvas)
        self.map = Minimap(theme, canvas)
        self.hint = Label(EMPTY, "muted", wrap=True, name="bots_empty", parent=canvas)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.hide()
        canvas.installEventFilter(self)
        theme.changed.connect(self._place)
        self._place()

    def show_empty(self, on: bool) -> None:
        """There is no step yet."""
        self.hint.setVisible(on)
        self.map.setVisible(not on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def _place(self) -> None:
        canvas = self._canvas
        self.zoom.adjustSize()
        self.map.resize(self.map.sizeHint())
        low = canvas.height() - EDGE_PX
        self.zoom.move(EDGE_PX, low - self.zoom.height())
        self.map.move(canvas.width() - EDGE_PX - self.map.width(), low - self.map.height())
        width = min(self._theme.px(HINT_PX), canvas.width() - 2 * EDGE_PX)
        self.hint.resize(width, self.hint.heightForWidth(width))
        self.hint.move((canvas.width() - width) // 2, canvas.height() // 2 - self.hint.height())
