"""The frame of a page: a header of 56 pixels, a body that scrolls when it must, a footer of 64."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme

HEADER_PX, FOOTER_PX, EDGE_PX = 56, 64, 24


class Bar(QFrame):
    """The header or the footer; fill `row`."""

    def __init__(self, theme: Theme, kind: str, height_px: int, *, name: str = "") -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.setMinimumHeight(theme.px(height_px))
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(EDGE_PX, 0, EDGE_PX, 0)
        self.row.setSpacing(8)
        named(self, name)


class Body(QScrollArea):
    """What stands between them; fill `column`. It scrolls only where the window is too small."""

    def __init__(self, *, spacing_px: int = 16, name: str = "") -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setProperty("surface", "none")
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        self.column.setSpacing(spacing_px)
        self.setWidget(inner)
        named(self, name)


class Pages(QWidget):
    """Pages of which one is shown, as large as that one needs: a short page does not scroll for a long one.

    (A QStackedWidget asks for the height of its highest page, whichever is shown.)
    """

    def __init__(self) -> None:
        super().__init__()
        self._pages: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def add_page(self, page: QWidget) -> None:
        self._column.addWidget(page)  # first: shown without a parent it would flash as a window of its own
        page.setVisible(not self._pages)
        self._pages.append(page)

    def show_page(self, index: int) -> None:
        for position, page in enumerate(self._pages):
            page.setVisible(position == index)


class LowTable(Table):
    """A table that asks for its least height and takes what is left: a page that fits does not scroll."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())


def stacked(*widgets: QWidget) -> QVBoxLayout:
    """A page of these, without space between them; the second takes the room."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for position, widget in enumerate(widgets):
        column.addWidget(widget, 1 if position == 1 else 0)
    return column
