"""The on/off toggle."""

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.ui.parts.button import KEYBOARD, paint_ring
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX, HEIGHT_PX, KNOB_PX = 44, 24, 18
SLIDE_MS = 120
DISABLED_ALPHA = 0.45  # tokens.css, .btn.off


class Switch(QAbstractButton):
    """44 × 24; space and Enter turn it. `label` is its accessible name (the visible text stands beside it)."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        *,
        checked: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ring = False
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._share = 1.0 if checked else 0.0
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.InOutQuad)
        self._slide.valueChanged.connect(self._move)
        self.toggled.connect(self._turn)
        named(self, name, label)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(WIDTH_PX), self._theme.px(HEIGHT_PX))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(DISABLED_ALPHA)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._mixed())
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        radius_px = self._theme.px(KNOB_PX) / 2
        edge_px = box.height() / 2
        share = 1 - self._share if self.isRightToLeft() else self._share
        painter.setBrush(self._theme.color("knob"))
        center = QPointF(edge_px + share * (box.width() - 2 * edge_px), edge_px)
        painter.drawEllipse(center, radius_px, radius_px)
        if self._ring and self.hasFocus():
            paint_ring(painter, self._theme, box, box.height() / 2)

    def nextCheckState(self) -> None:
        self.setChecked(not self.isChecked())

    def _turn(self, checked: bool) -> None:
        end = 1.0 if checked else 0.0
        self._slide.stop()
        if self._theme.motion and self.isVisible():
            self._slide.setStartValue(self._share)
            self._slide.setEndValue(end)
            self._slide.start()
        else:
            self._move(end)

    def _move(self, share: float) -> None:
        self._share = float(share)
        self.update()

    def _mixed(self) -> QColor:
        off, on, share = self._theme.color("muted"), self._theme.color("accent"), self._share
        return QColor.fromRgbF(
            off.redF() + (on.redF() - off.redF()) * share,
            off.greenF() + (on.greenF() - off.greenF()) * share,
            off.blueF() + (on.blueF() - off.blueF()) * share,
        )
