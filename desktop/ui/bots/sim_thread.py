"""What was said in a try-out: the customer's bubbles at the far side, the flow's at the near one, notes between."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.flow_simulation import SimLine, Who
from desktop.ui.parts.bubble import BubbleText, plain
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import Body
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

RADIUS_PX: Final = 10
PAD_X_PX, PAD_Y_PX = 12, 8
SHARE: Final = 0.86
"""So much of the line a bubble may take."""
MOST_LINES: Final = 300
_WHO: Final = {Who.CUSTOMER: "Customer", Who.BOT: "Bot", Who.NOTE: "Note"}


class SimThread(Body):
    """`pressed(payload)` of a button. Only lines that came are made; it stays at its end."""

    pressed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, name="simulator_thread")
        self._theme = theme
        self._lines: list[SimLine] = []
        self._rows: list[_Row] = []
        self.column.setContentsMargins(12, 4, 12, 12)
        self.column.addStretch(1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._to_end)
        theme.changed.connect(self._fit)
        self.setAccessibleName("What was said")

    @property
    def lines(self) -> Sequence[SimLine]:
        """Everything that is shown, from above."""
        return self._lines

    def show_lines(self, lines: Sequence[SimLine]) -> None:
        """From the first to the last. Of the messages with buttons, those of the last one can be pressed."""
        shown = list(lines[-MOST_LINES:])
        if shown[: len(self._lines)] != self._lines:
            self._clear()
        for line in shown[len(self._lines) :]:
            row = _Row(self._theme, line, f"simulator_line_{len(self._rows) + 1}")
            row.pressed.connect(self.pressed)
            self.column.insertWidget(self.column.count() - 1, row)
            self._rows.append(row)
        self._lines = shown
        last = max((at for at, one in enumerate(shown) if one.buttons), default=-1)
        for at, row in enumerate(self._rows):
            row.set_live(at == last)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _to_end(self, _: int, most: int) -> None:
        self.verticalScrollBar().setValue(most)

    def _fit(self) -> None:
        margins = self.column.contentsMargins()
        room_px = self.viewport().width() - margins.left() - margins.right()
        for row in self._rows:
            row.set_room(max(80, int(room_px * SHARE)))

    def _clear(self) -> None:
        for row in self._rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows, self._lines = [], []


class _Row(QWidget):
    """One line: a bubble with its buttons, or a note."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, line: SimLine, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.bubble: SimBubble | None = None
        self.note: Label | None = None
        self.buttons: list[Button] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if line.who is Who.NOTE:
            self._add_note(column, line)
        else:
            self._add_bubble(column, line, name)
        named(self, name, f"{_WHO[line.who]}: {plain(line.text)}")

    def set_live(self, live: bool) -> None:
        for button in self.buttons:
            button.setEnabled(live)

    def set_room(self, width_px: int) -> None:
        if self.bubble is not None:
            self.bubble.set_room(width_px)
        if self.note is not None:  # a label that may wrap asks for the height of a narrow one
            self.note.setMinimumWidth(width_px)

    def _add_bubble(self, column: QVBoxLayout, line: SimLine, name: str) -> None:
        is_customer = line.who is Who.CUSTOMER
        self.bubble = SimBubble(self._theme, line.text, "bubble_out" if is_customer else "bubble_in")
        named(self.bubble, f"{name}_bubble", plain(line.text))
        side = Qt.AlignmentFlag.AlignTrailing if is_customer else Qt.AlignmentFlag.AlignLeading
        column.addWidget(self.bubble, 0, side)
        for number, (payload, title) in enumerate(line.buttons, 1):
            button = Button(self._theme, title, name=f"{name}_button_{number}")
            button.setToolTip("Press it as the customer")
            button.clicked.connect(lambda _=False, payload=payload: self.pressed.emit(payload))
            column.addWidget(button, 0, side)
            self.buttons.append(button)

    def _add_note(self, column: QVBoxLayout, line: SimLine) -> None:
        ink: Color = "warn" if line.is_warning else "muted"
        row = QHBoxLayout()
        row.setSpacing(6)
        sign = QVBoxLayout()
        sign.setContentsMargins(0, 2, 0, 0)
        sign.addWidget(Glyph(self._theme, "warning" if line.is_warning else "info", ink, 13))
        sign.addStretch(1)
        row.addLayout(sign)
        self.note = Label(line.text, "muted", color=ink, wrap=True)
        row.addWidget(self.note, 1)
        column.addLayout(row)


class SimBubble(QWidget):
    """A message in its bubble, as wide as its words, at most as wide as set_room() says."""

    def __init__(self, theme: Theme, text: str, ground: Color) -> None:
        super().__init__()
        self._theme, self._text, self._ground = theme, text, ground
        self._laid_out = BubbleText(theme, text, 1_000)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_room(self, width_px: int) -> None:
        inner_px = width_px - 2 * self._theme.px(PAD_X_PX)
        self._laid_out = BubbleText(self._theme, self._text, max(20, inner_px))
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        size = self._laid_out.size
        width_px = int(size.width()) + 1 + 2 * self._theme.px(PAD_X_PX)
        return QSize(width_px, int(size.height()) + 1 + 2 * self._theme.px(PAD_Y_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_in = self._ground == "bubble_in"
        painter.setPen(QPen(self._theme.color("line"), 1) if is_in else Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(self._ground))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS_PX, RADIUS_PX)
        at = QPointF(self._theme.px(PAD_X_PX), self._theme.px(PAD_Y_PX))
        self._laid_out.paint(painter, at, self._theme.color("text"), self._theme.color("accent"))
