"""An area as high as what is in it, up to a limit; beyond that it scrolls."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class TallArea(QScrollArea):
    """`inside` grows and shrinks, and the area with it, up to `most_px`."""

    def __init__(self, inside: QWidget, most_px: int) -> None:
        super().__init__()
        self._inside, self._most_px = inside, most_px
        inside.setProperty("surface", "none")
        # The least height of lines that may wrap is that of a narrow block: their height goes by their width.
        inside.setMinimumHeight(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        inside.installEventFilter(self)

    def sizeHint(self) -> QSize:
        hint = self._inside.sizeHint()
        height_px = hint.height()
        if self._inside.hasHeightForWidth() and self.viewport().width() > 0:
            height_px = max(self._inside.heightForWidth(self.viewport().width()), 1)
        return QSize(hint.width(), min(height_px, self._most_px))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, min(self.sizeHint().height(), self._most_px // 2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._inside.hasHeightForWidth():
            self.updateGeometry()
