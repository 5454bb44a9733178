"""The search box: 34 pixels, a magnifying glass, and the keys that lead to it."""

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

PAUSE_MS = 150  # long enough not to search at each key, short enough to feel at once


class SearchField(QLineEdit):
    """`search_requested` comes when typing pauses or at Enter. `hint` is the shortcut ("Ctrl F"); Escape clears."""

    search_requested = Signal(str)

    def __init__(
        self, theme: Theme, placeholder: str = "Search", *, hint: str = "", name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme = theme
        self._hint = hint
        self._asked = ""
        self.setProperty("kind", "search")
        self.setPlaceholderText(placeholder)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(self._ask)
        theme.changed.connect(self._margins)
        named(self, name, placeholder, f"Shortcut {hint}" if hint else "")
        self._margins()

    def whole_px(self) -> int:
        """The width in which the placeholder is not cut, at the theme's size."""
        margins, words = self.textMargins(), QFontMetrics(self._theme.font(13))
        beside_px = margins.left() + margins.right() + self._theme.px(28)  # the sheet's padding and border
        return words.horizontalAdvance(self.placeholderText()) + beside_px

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._ask()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        side_px = self._theme.px(16)
        y_px = (self.height() - side_px) // 2
        inset_px = self._theme.px(10)
        self._theme.icon("magnifying-glass", "muted").paint(
            painter, self._spot(inset_px, y_px, side_px, side_px)
        )
        if self._hint and not self.text():
            self._paint_hint(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        size = self._hint_size()
        spot = self._spot(self.width() - size.width() - self._theme.px(10), 0, size.width(), size.height())
        spot.moveTop((self.height() - size.height()) // 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("surface"))
        painter.drawRoundedRect(spot.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._theme.font(11))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, self._hint)

    def _spot(self, x: int, y: int, width: int, height: int) -> QRect:
        return QRect(self.width() - x - width if self.isRightToLeft() else x, y, width, height)

    def _hint_size(self) -> QSize:
        metrics = QFontMetrics(self._theme.font(11))
        return QSize(
            metrics.horizontalAdvance(self._hint) + self._theme.px(10), metrics.height() + self._theme.px(4)
        )

    def _margins(self) -> None:
        end_px = self._hint_size().width() + self._theme.px(4) if self._hint else 0
        start_px = self._theme.px(22)
        if self.isRightToLeft():
            start_px, end_px = end_px, start_px
        self.setTextMargins(start_px, 0, end_px, 0)

    def _typed(self) -> None:
        self._pause.start()

    def _ask(self) -> None:
        self._pause.stop()
        if self.text() != self._asked:
            self._asked = self.text()
            self.search_requested.emit(self._asked)
