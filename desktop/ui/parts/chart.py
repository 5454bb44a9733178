"""Lines over time, each with its name at its end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme


@dataclass(frozen=True, slots=True)
class Line:
    """`points` are (x, y), sorted by x; both in any unit, from the same zero for all lines."""

    label: str
    color: Color
    points: tuple[tuple[float, float], ...]


def ticks(top: float, wanted: int = 4) -> list[float]:
    """Round numbers from 0 up to the first that is not less than `top`."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / wanted
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    if step < 1 and top >= 1:
        step = 1.0
    return [step * number for number in range(math.ceil(top / step) + 1)]


class LineChart(QWidget):
    """show_lines() draws; `x_labels` are (x, text) below. The last values are told to a screen reader."""

    def __init__(
        self, theme: Theme, lines: Sequence[Line] = (), *, x_labels: Sequence[tuple[float, str]] = (),
        label: str = "Chart", name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self._x_labels: tuple[tuple[float, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        named(self, name, label)
        self.show_lines(lines, x_labels)

    def show_lines(self, lines: Sequence[Line], x_labels: Sequence[tuple[float, str]] = ()) -> None:
        self._lines, self._x_labels = tuple(lines), tuple(x_labels)
        ends = [f"{each.label} {each.points[-1][1]:,.0f}" for each in lines if each.points]
        self.setAccessibleDescription(", ".join(ends) or "No data yet")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(420), self._theme.px(180))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(200), self._theme.px(110))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        metrics = QFontMetrics(painter.font())
        marks = ticks(max((y for line in self._lines for _, y in line.points), default=0))
        left_px = max(metrics.horizontalAdvance(f"{mark:,.0f}") for mark in marks) + theme.px(10)
        right_px = max((metrics.horizontalAdvance(line.label) for line in self._lines), default=0) + theme.px(
            12
        )
        bottom_px = metrics.height() + 4 if self._x_labels else theme.px(6)
        plot = QRectF(self.rect()).adjusted(left_px, metrics.height() / 2 + 1, -right_px, -bottom_px)
        xs = [x for line in self._lines for x, _ in line.points] + [x for x, _ in self._x_labels]
        low, high = min(xs, default=0.0), max(xs, default=1.0)
        span = (high - low) or 1.0

        def at(x: float, y: float) -> QPointF:
            return QPointF(
                plot.left() + (x - low) / span * plot.width(), plot.bottom() - y / marks[-1] * plot.height()
            )

        for mark in marks:
            self._grid(painter, metrics, plot, at(low, mark).y(), f"{mark:,.0f}")
        for x, text in self._x_labels:
            width_px = metrics.horizontalAdvance(text)
            spot_px = min(max(at(x, 0).x() - width_px / 2, plot.left()), plot.right() - width_px)
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(spot_px, self.height() - metrics.descent() - 1), text)
        for line in self._lines:
            painter.setPen(QPen(theme.color(line.color), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline(QPolygonF([at(x, y) for x, y in line.points]))
        self._names(painter, metrics, [(line, at(*line.points[-1])) for line in self._lines if line.points])

    def _grid(self, painter: QPainter, metrics: QFontMetrics, plot: QRectF, y_px: float, text: str) -> None:
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QPointF(plot.left(), y_px), QPointF(plot.right(), y_px))
        painter.setPen(self._theme.color("muted"))
        start_px = plot.left() - self._theme.px(10) - metrics.horizontalAdvance(text)
        painter.drawText(QPointF(start_px, y_px + metrics.ascent() / 2 - 1), text)

    def _names(self, painter: QPainter, metrics: QFontMetrics, ends: list[tuple[Line, QPointF]]) -> None:
        """Names at the lines' ends, pushed apart where they would touch."""
        ends = sorted(ends, key=lambda pair: pair[1].y())
        heights = [end.y() for _, end in ends]
        for upper, lower in pairwise(range(len(heights))):
            heights[lower] = max(heights[lower], heights[upper] + metrics.height())
        painter.setPen(self._theme.color("muted"))
        for (line, end), y_px in zip(ends, heights, strict=True):
            painter.drawText(
                QPointF(end.x() + self._theme.px(8), y_px + metrics.ascent() / 2 - 1), line.label
            )
