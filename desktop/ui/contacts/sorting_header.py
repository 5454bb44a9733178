"""The heads of the contact table: only those that sort answer to the mouse."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop.ui.theme import Theme


class SortingHeader(QHeaderView):
    """sorts(section): True if a click on this head sorts; it has the hand and a ground under the mouse."""

    def __init__(self, theme: Theme, sorts: Callable[[int], bool], parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._sorts = theme, sorts
        self._hovered = -1
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(8)  # as in every table
        self.viewport().setMouseTracking(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = self.logicalIndexAt(event.position().toPoint())
        resizing = self.cursor().shape() is Qt.CursorShape.SplitHCursor
        self._hover(at if at >= 0 and not resizing and self._sorts(at) else -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if logicalIndex == self._hovered:
            painter.fillRect(rect, self._theme.color("raised"))
        super().paintSection(painter, rect, logicalIndex)

    def _hover(self, section: int) -> None:
        if section == self._hovered:
            return
        self._hovered = section
        if section >= 0:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()
        self.viewport().update()
