"""The contact panel beside the conversation; where there is no room for both it lies over it when wanted."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStyle, QWidget

from desktop.ui.theme import Theme

LEAST_PX = 500
"""What a conversation needs beside the panel, at the usual size of text."""


class Beside(QWidget):
    """`main` has at least LEAST_PX (scaled) or the whole width; `top` of it stays free when the panel is over it.

    `folded` with True when the panel gives way, with False when it has its place again.
    """

    folded = Signal(bool)

    def __init__(self, theme: Theme, main: QWidget, panel: QWidget, top: QWidget) -> None:
        super().__init__()
        self._theme, self._main, self._panel, self._top = theme, main, panel, top
        self._is_folded = False
        self._opened = False
        main.setParent(self)
        panel.setParent(self)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.put_away)
        theme.changed.connect(self._arrange)

    @property
    def is_folded(self) -> bool:
        """True while there is no room for both."""
        return self._is_folded

    def bring(self) -> None:
        """Show the panel, over the conversation if need be."""
        self._opened = True
        self._arrange()

    def put_away(self) -> None:
        """Take the panel from over the conversation; beside it, it stays."""
        self._opened = False
        self._arrange()

    def turn_over(self) -> None:
        """Bring it, or put it away."""
        self.put_away() if self._opened else self.bring()

    def minimumSizeHint(self) -> QSize:
        return self._main.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        panel_px = self._panel.minimumWidth()
        folded = self.width() - panel_px < self._theme.px(LEAST_PX)
        if folded != self._is_folded:
            self._is_folded, self._opened = folded, False
            self.folded.emit(folded)
        over = folded and self._opened
        self._escape.setEnabled(over)
        self._panel.setVisible(over or not folded)
        self._place(self._main, 0, 0, self.width() if folded else self.width() - panel_px)
        top_px = self._top.height() if folded else 0
        self._place(self._panel, self.width() - panel_px, top_px, panel_px)
        if over:
            self._panel.raise_()

    def _place(self, widget: QWidget, left_px: int, top_px: int, width_px: int) -> None:
        spot = QRect(left_px, top_px, width_px, self.height() - top_px)
        widget.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), spot))
