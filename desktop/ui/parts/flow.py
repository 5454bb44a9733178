"""A layout that fills lines from the reading side and begins a new one when the width is used up."""

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Items keep their size hint; height depends on the width. Mirrored in right-to-left layouts."""

    def __init__(
        self, parent: QWidget | None = None, *, spacing_px: int = 6, line_spacing_px: int = 6
    ) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._line_spacing_px = line_spacing_px
        self.setSpacing(spacing_px)
        self.setContentsMargins(0, 0, 0, 0)
        if parent is not None:
            parent.setLayout(self)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def clear(self) -> None:
        """Take out and delete every widget."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width_px = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        height_px = max((size.height() for size in shown), default=0)
        return self._with_margins(QSize(width_px, height_px))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size.grownBy(QMargins(margins.left(), margins.top(), margins.right(), margins.bottom()))

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the items (or only measure) and return the height used, margins included."""
        margins = self.contentsMargins()
        area = rect.marginsRemoved(margins)
        x, y = area.x(), area.y()
        line: list[tuple[QLayoutItem, QRect]] = []
        height_px = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(area.width(), item.minimumSize().width()), 1 << 20))
            if line and x + size.width() > area.right() + 1:
                self._place(line, area, height_px, move=move)
                y += height_px + self._line_spacing_px
                x, line, height_px = area.x(), [], 0
            line.append((item, QRect(QPoint(x, y), size)))
            x += size.width() + self.spacing()
            height_px = max(height_px, size.height())
        self._place(line, area, height_px, move=move)
        return y + height_px - rect.y() + margins.bottom()

    def _place(
        self, line: list[tuple[QLayoutItem, QRect]], area: QRect, height_px: int, *, move: bool
    ) -> None:
        if not move:
            return
        parent = self.parentWidget()
        mirrored = parent is not None and parent.isRightToLeft()
        for item, place in line:
            down_px = (height_px - place.height()) // 2
            spot = place.translated(0, down_px)
            if mirrored:
                spot.moveLeft(area.x() + area.right() - spot.right())
            item.setGeometry(spot)
