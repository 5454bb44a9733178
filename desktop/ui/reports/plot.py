"""Over time: columns of stacked groups, each a link to its time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.ui.parts.bars import Segment
from desktop.ui.parts.button import KEYBOARD
from desktop.ui.parts.chart import ticks
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

GAP_SHARE, MOST_PX, SLIVER_PX = 0.28, 34, 2


def whole_marks(top: int) -> list[int]:
    """Round whole numbers from 0 up to the first that is not less than `top`: there are no half messages."""
    step = math.ceil(ticks(top, 3)[1])
    return [step * number for number in range(max(1, -(-top // step)) + 1)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: its words ('Tue 17 Nov'), its label under the plot, and its groups from below."""

    said: str
    label: str
    segments: tuple[Segment, ...]

    @property
    def total(self) -> int:
        return sum(one.value for one in self.segments)

    @property
    def words(self) -> str:
        """'Tue 17 Nov: 1,204 sent, 8 failed'."""
        parts = [f"{one.value:,} {one.label.lower()}" for one in self.segments if one.value]
        return f"{self.said}: {', '.join(parts) or 'no messages'}"


class Columns(QWidget):
    """show_bars() draws. `bar_requested(position)` by a click, or by Enter after the arrow keys.

    `pointed(words)`: of the column under the mouse or the keys; "" for none.
    """

    bar_requested = Signal(int)
    pointed = Signal(str)

    def __init__(self, theme: Theme, *, label: str, name: str) -> None:
        super().__init__()
        self._theme, self._label = theme, label
        self.bars: tuple[Bar, ...] = ()
        self._at: int | None = None
        self._ring = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        named(self, name, label)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        if len(bars) != len(self.bars):
            self._at = None
        self.bars = tuple(bars)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if bars else Qt.FocusPolicy.NoFocus)
        self._say()
        self.update()

    def _say(self) -> None:
        if self._at is not None:
            self.setAccessibleDescription(self.bars[self._at].words)
        else:
            full = [one.words for one in self.bars if one.total]
            self.setAccessibleDescription("; ".join(full) or "No messages")

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(260), self._theme.px(150))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px(110))

    # Where things are.

    def _plot(self) -> tuple[QRectF, list[int]]:
        metrics = QFontMetrics(self._theme.font(11))
        marks = whole_marks(max((one.total for one in self.bars), default=0))
        side_px = max(metrics.horizontalAdvance(f"{mark:,}") for mark in marks) + self._theme.px(8)
        bottom_px = metrics.height() + 4
        box = QRectF(self.rect()).adjusted(0, metrics.height() / 2 + 1, 0, -bottom_px)
        return box.adjusted(0, 0, -side_px, 0) if self.isRightToLeft() else box.adjusted(
            side_px, 0, 0, 0
        ), marks

    def _slot(self, plot: QRectF, position: int) -> QRectF:
        """The whole height of a column's place."""
        width_px = plot.width() / max(1, len(self.bars))
        at = len(self.bars) - 1 - position if self.isRightToLeft() else position
        return QRectF(plot.left() + at * width_px, plot.top(), width_px, plot.height())

    def bar_box(self, position: int) -> QRectF:
        """Where a column can be clicked."""
        return self._slot(self._plot()[0], position)

    def _under(self, spot: QPointF) -> int | None:
        plot, _ = self._plot()
        return next((at for at in range(len(self.bars)) if self._slot(plot, at).contains(spot)), None)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # "22 Nov" stays as it is written
        metrics = QFontMetrics(painter.font())
        if not any(one.total for one in self.bars):
            painter.setPen(theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No messages")
            return
        plot, marks = self._plot()
        for mark in marks:
            y_px = plot.bottom() - mark / marks[-1] * plot.height()
            self._grid(painter, metrics, plot, y_px, f"{mark:,}")
        for position, bar in enumerate(self.bars):
            self._column(painter, plot, position, bar, marks[-1])
        self._labels(painter, metrics, plot)

    def _grid(self, painter: QPainter, metrics: QFontMetrics, plot: QRectF, y_px: float, text: str) -> None:
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QPointF(plot.left(), y_px), QPointF(plot.right(), y_px))
        painter.setPen(self._theme.color("muted"))
        gap_px = self._theme.px(8)
        width_px = metrics.horizontalAdvance(text)
        start_px = plot.right() + gap_px if self.isRightToLeft() else plot.left() - gap_px - width_px
        painter.drawText(QPointF(start_px, y_px + metrics.ascent() / 2 - 1), text)

    def _column(self, painter: QPainter, plot: QRectF, position: int, bar: Bar, top: float) -> None:
        slot = self._slot(plot, position)
        if position == self._at:
            painter.fillRect(slot, self._theme.color("bg"))
            if self._ring:
                painter.setPen(QPen(self._theme.color("text"), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(slot.adjusted(1, 0, -1, 0))
        width_px = min(slot.width() * (1 - GAP_SHARE), float(self._theme.px(MOST_PX)))
        y_px = plot.bottom()
        for one in bar.segments:
            if one.value:
                height_px = max(SLIVER_PX, one.value / top * plot.height())
                y_px -= height_px
                box = QRectF(slot.center().x() - width_px / 2, y_px, width_px, height_px)
                painter.fillRect(box, self._theme.color(one.color))

    def _labels(self, painter: QPainter, metrics: QFontMetrics, plot: QRectF) -> None:
        painter.setPen(self._theme.color("muted"))
        for position, start_px, _ in self.label_places(metrics, plot):
            painter.drawText(
                QPointF(start_px, self.height() - metrics.descent() - 1), self.bars[position].label
            )

    def label_places(
        self, metrics: QFontMetrics | None = None, plot: QRectF | None = None
    ) -> list[tuple[int, float, float]]:
        """The columns that have a label, with where it begins and ends: as many as have room, from the first on, evenly.

        Those at the edges are moved inside, towards their neighbours.
        """
        metrics = metrics or QFontMetrics(self._theme.font(11))
        plot = plot or self._plot()[0]
        found: list[tuple[int, float, float]] = []
        for every in range(1, len(self.bars) + 1):
            found = [self._label_place(metrics, plot, at) for at in range(0, len(self.bars), every)]
            across = sorted((start, end) for _, start, end in found)
            gap_px = self._theme.px(10)
            if all(end + gap_px <= start for (_, end), (start, _) in pairwise(across)):
                break
        return found

    def _label_place(self, metrics: QFontMetrics, plot: QRectF, position: int) -> tuple[int, float, float]:
        width_px = metrics.horizontalAdvance(self.bars[position].label)
        middle_px = self._slot(plot, position).center().x()
        start_px = min(max(middle_px - width_px / 2, plot.left()), plot.right() - width_px)
        return position, start_px, start_px + width_px

    # Mouse and keys.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._under(event.position()), ring=False)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._choose(None, ring=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._under(event.position())
        if at is not None and event.button() is Qt.MouseButton.LeftButton and self.bars[at].total:
            self.bar_requested.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        at = self._at
        if event.key() in keys and self.bars:
            step = -keys[Qt.Key(event.key())] if self.isRightToLeft() else keys[Qt.Key(event.key())]
            start = (-1 if step > 0 else len(self.bars)) if at is None else at
            self._choose(min(max(start + step, 0), len(self.bars) - 1), ring=True)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and at is not None:
            if self.bars[at].total:
                self.bar_requested.emit(at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in KEYBOARD and self.bars:
            self._choose(self._at if self._at is not None else len(self.bars) - 1, ring=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._choose(None, ring=False)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._under(QPointF(event.pos()))
            if at is not None:
                QToolTip.showText(event.globalPos(), self.bars[at].words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _choose(self, at: int | None, *, ring: bool) -> None:
        if (at, ring) != (self._at, self._ring):
            self._at, self._ring = at, ring
            link = at is not None and bool(self.bars[at].total)
            self.setCursor(Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor)
            self._say()
            self.pointed.emit("" if at is None else self.bars[at].words)
            self.update()
