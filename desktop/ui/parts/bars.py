"""Bars of ten pixels: parts of a whole, and how far something has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

HEIGHT_PX = 10
SLIVER_PX = 3  # a part that is not zero is never invisible


@dataclass(frozen=True, slots=True)
class Segment:
    label: str
    value: int
    color: Color


def widths(values: Sequence[int], room_px: float) -> list[float]:
    """Share `room_px` by value; what is not zero gets at least SLIVER_PX, taken from the largest."""
    total = sum(values)
    if not total:
        return [0.0] * len(values)
    shares = [room_px * value / total for value in values]
    shown = [max(share, SLIVER_PX) if value else 0.0 for share, value in zip(shares, values, strict=True)]
    largest = max(range(len(shown)), key=shown.__getitem__)
    shown[largest] -= sum(shown) - room_px
    return shown


class StackBar(QWidget):
    """The segments side by side, in their order; the numbers are said in text beside it and to a screen reader."""

    def __init__(
        self, theme: Theme, segments: Sequence[Segment] = (), *, label: str = "", name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme = theme
        self._segments: tuple[Segment, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        named(self, name, label)
        self.show_segments(segments)

    def show_segments(self, segments: Sequence[Segment]) -> None:
        self._segments = tuple(segments)
        said = ", ".join(f"{each.label} {each.value:,}" for each in segments)
        self.setAccessibleDescription(said)
        self.setToolTip(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._theme.px(HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._theme.px(HEIGHT_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_track(painter, self._theme, QRectF(self.rect()))
        x_px = 0.0
        for each, width_px in zip(
            self._segments, widths([s.value for s in self._segments], self.width()), strict=True
        ):
            left_px = self.width() - x_px - width_px if self.isRightToLeft() else x_px
            painter.fillRect(QRectF(left_px, 0, width_px, self.height()), self._theme.color(each.color))
            x_px += width_px


class ProgressBar(QWidget):
    """`show_progress(done, total)`; a total of 0 is an empty bar."""

    def __init__(
        self, theme: Theme, done: int = 0, total: int = 0, *, label: str = "Progress", color: Color = "accent",
        name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._color = theme, color
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        named(self, name, label)
        self.show_progress(done, total)

    def show_progress(self, done: int, total: int) -> None:
        self._share = min(1.0, done / total) if total else 0.0
        self.setAccessibleDescription(f"{done:,} of {total:,}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._theme.px(HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._theme.px(HEIGHT_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(self.rect())
        paint_track(painter, self._theme, box)
        full_px = box.width() * self._share
        left_px = box.width() - full_px if self.isRightToLeft() else 0.0
        painter.fillRect(QRectF(left_px, 0, full_px, box.height()), self._theme.color(self._color))


def paint_track(painter: QPainter, theme: Theme, box: QRectF) -> None:
    """The empty bar; what is painted next is cut to its round ends."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    round_ends = QPainterPath()
    round_ends.addRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setClipPath(round_ends)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(box, theme.color("bg"))
