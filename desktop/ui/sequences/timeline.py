"""Steps below each other: the delay, a number on the line, and the card."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.sequences.step_card import StepCard
from desktop.ui.sequences.step_line import StepLine
from desktop.ui.theme import Theme

DELAY_PX, BULLET_PX, GAP_PX = 92, 24, 3
CENTRE_PX = 26
"""From the top of a card to the middle of its title, its number and its delay."""
BETWEEN_PX = 15


class Bullet(QWidget):
    """The line from top to bottom, and the number on it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.number = 0
        theme.changed.connect(self._rescale)
        self._rescale()

    def _rescale(self) -> None:
        self.setFixedWidth(self._theme.px(BULLET_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle_px = self.width() / 2
        painter.fillRect(QRectF(middle_px - 1, 0, 2, self.height()), theme.color("line"))
        side_px = theme.px(BULLET_PX)
        spot = QRectF(0, 0, side_px, side_px)
        spot.moveCenter(QPointF(middle_px, theme.px(CENTRE_PX)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(spot)
        painter.setPen(theme.color("onaccent"))
        painter.setFont(theme.font(12, 700))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, str(self.number))


class StepRow(QWidget):
    """One step in its line."""

    def __init__(self, theme: Theme, *, editing: bool, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.delay = Label("", "muted", wrap=True, tight=True, name=f"{name}_delay")
        self.delay.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignTop)
        self.bullet = Bullet(theme, self)
        self.card = StepCard(theme, editing=editing, name=name)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(0)
        self._cards.addWidget(self.card)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        row.addWidget(self.delay, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.bullet)
        row.addLayout(self._cards, 1)
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_line(self, line: StepLine, *, refused: str, silent: frozenset[str], last: bool) -> None:
        self.delay.setText(line.delay)
        self.delay.setToolTip(line.delay_tooltip)
        self.bullet.number = line.number
        self.bullet.update()
        self.card.show_line(line, refused=refused, silent=silent)
        self._cards.setContentsMargins(0, 0, 0, 0 if last else self._theme.px(BETWEEN_PX))

    def _rescale(self) -> None:
        self.delay.setFixedWidth(self._theme.px(DELAY_PX))
        up_px = self._theme.px(CENTRE_PX) - self.delay.fontMetrics().height() // 2
        self.delay.setContentsMargins(0, max(0, up_px), 0, 0)


class Timeline(QWidget):
    """`verb_requested(number, verb)`, see step_card.VERBS; numbers from 1.

    The cards are called `<name>_1`, `<name>_2` …. editing: cards take the focus, and have buttons. Figures go
    into card(number).set_foot().
    """

    verb_requested = Signal(int, str)

    def __init__(
        self, theme: Theme, *, editing: bool = False, name: str = "steps", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._editing, self._name = theme, editing, name
        self.rows: list[StepRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        named(self, name, "Steps")

    def show_steps(self, lines: Sequence[StepLine], *, refused: str = "") -> None:
        """Show these; cards that stay keep the focus. refused: why nothing can be changed."""
        while len(self.rows) > len(lines):
            row = self.rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(lines):
            self._add(len(self.rows) + 1)
        for at, (row, line) in enumerate(zip(self.rows, lines, strict=True)):
            last = at == len(lines) - 1
            silent = {"up"} if at == 0 else set()
            if last:
                silent.add("down")
            if line.category is None:
                silent.add("template")
            row.show_line(line, refused=refused, silent=frozenset(silent), last=last and not self._editing)

    def card(self, number: int) -> StepCard:
        """The card of a step, from 1. Raises IndexError."""
        return self.rows[number - 1].card

    def focus_step(self, number: int) -> None:
        """Give a card the keyboard; the nearest one if there are fewer."""
        if self.rows:
            self.card(max(1, min(number, len(self.rows)))).setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, number: int) -> None:
        row = StepRow(self._theme, editing=self._editing, name=f"{self._name}_{number}", parent=self)
        row.card.verb_requested.connect(partial(self._verb, number))
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()

    def _verb(self, number: int, verb: str) -> None:
        self.verb_requested.emit(number, verb)
