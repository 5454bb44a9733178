"""The header of a wizard: where you are, and the way back."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from desktop.ui.parts.button import paint_ring
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

CIRCLE_PX = 24
GAP_PX = 8


class _Step(QAbstractButton):
    def __init__(self, theme: Theme, number: int, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._number, self._title = theme, number, title
        self.state = "ahead"
        self.brief = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def take(self, state: str) -> None:
        self.state = state
        self.setEnabled(state == "done")
        self.setAccessibleName(f"Step {self._number}, {self._title}, {state}")
        self.updateGeometry()
        self.update()

    def width_px(self, *, brief: bool) -> int:
        circle_px = self._theme.px(CIRCLE_PX)
        if brief and self.state != "now":
            return circle_px
        return (
            circle_px + self._theme.px(GAP_PX) + QFontMetrics(self._font()).horizontalAdvance(self._title) + 1
        )

    def sizeHint(self) -> QSize:
        return QSize(self.width_px(brief=self.brief), self._theme.px(CIRCLE_PX + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side_px = theme.px(CIRCLE_PX)
        left_px = self.width() - side_px if self.isRightToLeft() else 0
        circle = QRect(left_px, (self.height() - side_px) // 2, side_px, side_px)
        filled = {"now": "accent", "done": "accent_weak", "ahead": "surface"}[self.state]
        painter.setPen(QPen(theme.color("line"), 1) if self.state == "ahead" else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(filled))  # type: ignore[arg-type]  # one of three tokens
        painter.drawEllipse(QRectF(circle).adjusted(0.5, 0.5, -0.5, -0.5))
        if self.state == "done":
            inset_px = side_px // 4
            theme.icon("check-bold", "accent").paint(
                painter, circle.adjusted(inset_px, inset_px, -inset_px, -inset_px)
            )
        else:
            painter.setPen(theme.color("onaccent" if self.state == "now" else "text"))
            painter.setFont(theme.font(11, 700))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        if not (self.brief and self.state != "now"):
            self._paint_title(painter, side_px)
        if self.hasFocus():
            paint_ring(painter, theme, QRectF(self.rect()), 6)

    def _paint_title(self, painter: QPainter, side_px: int) -> None:
        room_px = side_px + self._theme.px(GAP_PX)
        box = (
            self.rect().adjusted(0, 0, -room_px, 0)
            if self.isRightToLeft()
            else self.rect().adjusted(room_px, 0, 0, 0)
        )
        painter.setFont(self._font())
        painter.setPen(self._theme.color("text" if self.state == "now" else "muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, self._title)

    def _font(self) -> QFont:
        return self._theme.font(weight=600 if self.state == "now" else 400)


class Steps(QWidget):
    """`step_requested(index)` for a step already done. Where there is no room, only the current title is shown."""

    step_requested = Signal(int)

    def __init__(
        self,
        theme: Theme,
        titles: Sequence[str],
        current: int = 0,
        *,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP_PX)
        self._steps: list[_Step] = []
        self._dashes: list[Label] = []
        for index, title in enumerate(titles):
            if index:
                dash = Label("—", "soft")
                self._dashes.append(dash)
                self._row.addWidget(dash)
            step = _Step(theme, index + 1, title, self)
            step.setObjectName(f"{name}-{index + 1}" if name else "")
            step.clicked.connect(self._clicked)
            self._steps.append(step)
            self._row.addWidget(step)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        named(self, name, "Steps")
        self.show_step(current)

    def show_step(self, current: int) -> None:
        """`current` counts from 0; those before it are done."""
        for index, step in enumerate(self._steps):
            step.take("now" if index == current else "done" if index < current else "ahead")
        self.setAccessibleDescription(f"Step {current + 1} of {len(self._steps)}")
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._needed_px(brief=False), self._theme.px(CIRCLE_PX + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._needed_px(brief=True), self._theme.px(CIRCLE_PX + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _needed_px(self, *, brief: bool) -> int:
        steps_px = sum(step.width_px(brief=brief) for step in self._steps)
        dashes_px = sum(dash.sizeHint().width() for dash in self._dashes)
        return steps_px + dashes_px + GAP_PX * (len(self._steps) + len(self._dashes) - 1)

    def _fit(self) -> None:
        brief = self.width() < self._needed_px(brief=False)
        for step in self._steps:
            if step.brief != brief:
                step.brief = brief
                step.updateGeometry()

    def _clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, _Step):
            self.step_requested.emit(self._steps.index(sender))
