"""A figure that is a link: a number in a table that leads to what it counts."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.ui.parts.button import KEYBOARD, paint_ring
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

PAD_PX, HEIGHT_PX, RADIUS_PX = 6, 24, 6
SLACK_PX = 2  # widths of letters are no whole pixels; without it a text that fits would be cut


class Figure(QAbstractButton):
    """show_figure() gives it its words; none to follow is a dash. Underlined under the mouse and the focus.

    `marked`: what it counts is what is shown now. `end`: it stands at the end of its column.
    """

    def __init__(
        self, theme: Theme, text: str = "", *, color: Color = "text", weight: int = 400, size_px: int = 13,
        end: bool = True, name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._color, self._weight, self._size_px = theme, color, weight, size_px
        self._end, self._marked, self._ring = end, False, False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        named(self, name)
        self.setText(text)
        theme.changed.connect(self.updateGeometry)

    def show_figure(self, text: str, said: str, tooltip: str = "", *, marked: bool = False) -> None:
        """said: the whole of it for a screen reader. A text of "–" leads nowhere."""
        leads = text != "–"
        changed = (text, marked) != (self.text(), self._marked)
        self._marked = marked
        if changed:
            self.setText(text)
            self.updateGeometry()  # what is marked is bold, and wider
        self.setEnabled(leads)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if leads else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{said}, shown" if marked else said)
        self.setToolTip(tooltip)
        self.update()

    @property
    def is_marked(self) -> bool:
        return self._marked

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        height_px = max(self._theme.px(HEIGHT_PX), metrics.height() + 4)
        return QSize(
            metrics.horizontalAdvance(self.text()) + 2 * self._theme.px(PAD_PX) + SLACK_PX, height_px
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_weak"))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS_PX, RADIUS_PX)
        font = self._font()
        font.setUnderline(self.isEnabled() and (self.underMouse() or self._ring))
        painter.setFont(font)
        painter.setPen(theme.color(self._color if self.isEnabled() else "muted"))
        inner = self.rect().adjusted(theme.px(PAD_PX), 0, -theme.px(PAD_PX), 0)
        side = (
            Qt.AlignmentFlag.AlignRight if self._end != self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        )
        # By the direction of its own words: "1,204" and a name in brackets stay as they are written.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        text = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, int(flags | Qt.TextFlag.TextSingleLine), text)
        if self._ring and self.hasFocus():
            paint_ring(painter, theme, QRectF(self.rect()), RADIUS_PX)

    def _font(self) -> QFont:
        return self._theme.font(self._size_px, 600 if self._marked else self._weight)
