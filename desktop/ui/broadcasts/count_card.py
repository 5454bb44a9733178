"""The number of people who will get it, and one line for each kind of contact, which opens its people."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.domain.audience import Breakdown, Lately, Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.ui.broadcasts import words
from desktop.ui.parts.bars import Segment, StackBar
from desktop.ui.parts.card import Card
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, Rule, SectionLabel
from desktop.ui.theme import Color, Theme

_COLORS: Final[dict[Line, Color]] = {
    Line.WILL_OPTED_IN: "accent",
    Line.WILL_NO_CHOICE: "info",
    Line.WILL_DESPITE: "danger",
    Line.OPTED_OUT: "danger",
    Line.NO_CHOICE: "info",
    Line.STOPPED_IN_WHATSAPP: "danger",
}


def shown_lines(breakdown: Breakdown) -> list[tuple[Line, int]]:
    """The three lines of the opt-in always, then every other one that is not zero."""
    opted_out = Line.OPTED_OUT if breakdown.count(Line.OPTED_OUT) else Line.WILL_DESPITE
    if not breakdown.despite_count:
        opted_out = Line.OPTED_OUT
    no_choice = Line.NO_CHOICE if breakdown.count(Line.NO_CHOICE) else Line.WILL_NO_CHOICE
    first = [Line.WILL_OPTED_IN, no_choice, opted_out]
    more = [line for line in Line if line not in first and breakdown.count(line)]
    return [(line, breakdown.count(line)) for line in (*first, *more)]


def line_note(line: Line, count: int) -> str:
    """'left out', 'included' or nothing."""
    if line is Line.WILL_DESPITE:
        return "included"
    return "left out" if count and not line.is_sent else ""


class LineRow(KeyValue):
    """One line of the breakdown; a click, Enter or Space is `opened(line)` where there is anybody on it."""

    opened = Signal(object)

    def __init__(self, theme: Theme, line: Line, color: Color) -> None:
        super().__init__(theme, line.label, dot=color, strong=True, name=f"wizard_line_{line.value}")
        self._line = line
        self._count = 0
        self._theme = theme
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)

    def show_count(self, count: int) -> None:
        self._count = count
        self.show_value(f"{count:,}", note=line_note(self._line, count))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if count else Qt.FocusPolicy.NoFocus)
        shape = Qt.CursorShape.PointingHandCursor if count else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.setToolTip("Show these contacts (Enter)" if count else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._count and (self.hasFocus() or self.underMouse()):
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent" if self.hasFocus() else "line"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def _open(self) -> None:
        if self._count:
            self.opened.emit(self._line)


class CountCard(Card):
    """WILL BE SENT TO: the number, the bar, one line per kind of contact; `line_requested(line)` for its people."""

    line_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, pad_px=20, name="wizard_counts")
        self._theme = theme
        self.number = Label("–", "figure", name="wizard_will_be_sent")
        self.of = Label("", "muted", wrap=True, tight=True, name="wizard_selected")
        self.bar = StackBar(theme, label="Selected contacts", name="wizard_bar")
        self.note = Label("", "muted", wrap=True, name="wizard_count_note")
        self.lately = Label("", wrap=True, color="warn", name="wizard_lately")
        self.lines: dict[Line, LineRow] = {}
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.number)
        top.addWidget(self.of, 1, Qt.AlignmentFlag.AlignBottom)
        self.of.setContentsMargins(0, 0, 0, 6)
        self.body.addWidget(SectionLabel("Will be sent to"))
        self.body.addLayout(top)
        self.body.addWidget(self.bar)
        self.body.addLayout(self._lines)
        self.body.addWidget(Rule())
        self.body.addWidget(self.lately)
        self.body.addWidget(self.note)
        self.lately.hide()

    def show_lately(self, found: Lately | None, now: datetime) -> None:
        """Who of them got the same template in the last 24 hours."""
        self.lately.setVisible(found is not None)
        if found is not None:
            self.lately.setText(words.lately(found, now))
            self.lately.setToolTip(f"The last of them: {words.full(found.at)}")

    def show_state(self, state: WizardState, problem: str = "", unfinished_count: int = 0) -> None:
        counts = state.breakdown
        if counts is None:
            waiting = "counting…" if state.counting and state.template else "Choose a template first."
            self.number.setText("–")
            self.number.set_color("muted")
            self.of.setText(problem or waiting)
            self.bar.show_segments([])
            self._show_lines([])
            self.note.setText("")
            return
        self.number.setText(f"{counts.will_be_sent_count:,}")
        self.number.set_color(number_color(state) if not state.counting else "muted")
        self.of.setText(
            problem or ("counting…" if state.counting else f"of {counts.selected_count:,} selected")
        )
        self.number.setAccessibleName(
            f"Will be sent to {counts.will_be_sent_count:,} of {counts.selected_count:,} selected"
        )
        lines = shown_lines(counts)
        self.bar.show_segments(
            [Segment(line.label, count, _COLORS.get(line, "muted")) for line, count in lines if count]
        )
        self._show_lines(lines)
        self.note.setText(note_text(state, unfinished_count))

    def _show_lines(self, lines: list[tuple[Line, int]]) -> None:
        if list(self.lines) != [line for line, _ in lines]:
            for gone in self.lines.values():
                self._lines.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
            self.lines = {line: LineRow(self._theme, line, _COLORS.get(line, "muted")) for line, _ in lines}
            for row in self.lines.values():
                row.opened.connect(self.line_requested)
                self._lines.addWidget(row)
        for line, count in lines:
            self.lines[line].show_count(count)


def number_color(state: WizardState) -> Color:
    """Amber while the toggle is off: the number includes people who said no."""
    return "accent" if state.draft.only_opted_in or not state.shows_toggle else "warn"


def note_text(state: WizardState, unfinished_count: int = 0) -> str:
    """The small print under the counts."""
    counts = state.breakdown or Breakdown()
    if unfinished_count:
        return "A condition without a value is not counted. Finish it or remove it."
    if not state.shows_toggle:
        return "Counted just now. Only marketing templates ask for the opt-in; this one goes to everyone."
    if not state.draft.only_opted_in:
        covered = f"these {counts.despite_count:,}" if counts.despite_count else "nobody now"
        return (
            f"The reason you give covers {covered}. Anyone who opts out after the launch is still left out."
        )
    return "Counted just now. Anyone who opts out before their message leaves is left out too."
