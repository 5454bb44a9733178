"""Figures that lead to who or what they count."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.ui.parts.button import paint_ring
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.naming import named
from desktop.ui.sequences.figures import PEOPLE, Figure
from desktop.ui.theme import Theme

PAD_PX: Final = 8
_GAP_PX: Final = 5
_RING_PX: Final = 5
"""Room at both sides for the ring of the focus."""


class FigureButton(QAbstractButton):
    """A number with its words: beside it, or `tall` below it. A figure that leads nowhere cannot be pressed."""

    def __init__(
        self, theme: Theme, figure: Figure, *, tall: bool = False, name: str = "", parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._tall = theme, tall
        self.figure = figure
        self.setCheckable(tall)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.updateGeometry)
        named(self, name)
        self.show_figure(figure)

    def show_figure(self, figure: Figure) -> None:
        """Another count; the words may differ, too."""
        self.figure = figure
        leads = self._tall or bool(figure.count and (figure.statuses or figure.key in PEOPLE))
        self.setEnabled(leads)
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)
        said = f"{figure.count:,} {figure.words}"
        self.setAccessibleName(said)
        shows = "Show these contacts" if self._tall or figure.key in PEOPLE else "Show these messages"
        self.setToolTip(figure.tip or (shows if leads else ""))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        number, words = QFontMetrics(self._number_font()), QFontMetrics(self._words_font())
        number_px = number.horizontalAdvance(f"{self.figure.count:,}")
        words_px = words.horizontalAdvance(self.figure.words)
        if self._tall:
            height_px = number.height() + words.height() + self._theme.px(10)
            return QSize(max(number_px, words_px) + self._theme.px(2 * PAD_PX), height_px)
        width_px = number_px + self._theme.px(_GAP_PX) + words_px + 2 * self._theme.px(_RING_PX) + 2
        return QSize(width_px, number.height() + self._theme.px(4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, over = self._theme, self.underMouse() and self.isEnabled()
        if self._tall and (self.isChecked() or over):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_weak" if self.isChecked() else "bg"))
            painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        number_at, words_at = self._places()
        side = Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._number_font())
        painter.setPen(theme.color("accent" if self.isChecked() else self.figure.color))
        painter.drawText(number_at, flags, f"{self.figure.count:,}")
        font = self._words_font()
        font.setUnderline(over and not self._tall)
        painter.setFont(font)
        painter.setPen(theme.color("accent" if self.isChecked() else "muted"))
        painter.drawText(words_at, flags, self.figure.words)
        if self.hasFocus():
            paint_ring(painter, theme, QRectF(self.rect()), 6)

    def _places(self) -> tuple[QRect, QRect]:
        """Where the number and its words stand."""
        rect = self.rect()
        number = QFontMetrics(self._number_font())
        if self._tall:
            pad_px = self._theme.px(PAD_PX)
            rect = rect.adjusted(pad_px, self._theme.px(3), -pad_px, -self._theme.px(3))
            upper = QRect(rect.left(), rect.top(), rect.width(), number.height())
            return upper, QRect(rect.left(), upper.bottom(), rect.width(), rect.bottom() - upper.bottom())
        rect = rect.adjusted(self._theme.px(_RING_PX), 0, -self._theme.px(_RING_PX), 0)
        first_px = number.horizontalAdvance(f"{self.figure.count:,}") + 1
        step_px = first_px + self._theme.px(_GAP_PX)
        if self.isRightToLeft():
            return rect, rect.adjusted(0, 0, -step_px, 0)
        return rect, rect.adjusted(step_px, 0, 0, 0)

    def _number_font(self) -> QFont:
        return self._theme.font(22 if self._tall else 14, 700)

    def _words_font(self) -> QFont:
        return self._theme.font(12, 400)


class FiguresRow(QWidget):
    """The figures of one step side by side, in lines where there is no room: `asked(figure)` when one is pressed."""

    asked = Signal(object)

    def __init__(self, theme: Theme, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self.buttons: dict[str, FigureButton] = {}
        self._flow = FlowLayout(self, spacing_px=theme.px(18 - 2 * _RING_PX), line_spacing_px=2)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        named(self, name, "What became of it")

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """The same figures keep their buttons, and with them the focus."""
        if list(self.buttons) != [one.key for one in figures]:
            self._flow.clear()
            self.buttons = {one.key: self._make(one) for one in figures}
            for button in self.buttons.values():
                self._flow.addWidget(button)
                button.show()
        for one in figures:
            self.buttons[one.key].show_figure(one)
        self._flow.invalidate()

    def _make(self, figure: Figure) -> FigureButton:
        button = FigureButton(self._theme, figure, name=f"{self._name}_{figure.key}", parent=self)
        button.clicked.connect(lambda: self.asked.emit(button.figure))
        return button
