"""One step of a flow's report: by which exits customers left it, who is there, whose way ended there."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.flow import SessionStatus
from desktop.ui.bots.report_words import StepLine, exit_lines, exit_reasons, percent
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.card import Card
from desktop.ui.parts.label import ElidedLabel, Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.reports.figure import Figure
from desktop.ui.theme import Color, Theme

COUNT_PX = 92


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the card. statuses: of the sessions that it leads to; None: it leads nowhere."""

    key: str
    label: str
    count: int
    whole: int
    statuses: tuple[SessionStatus, ...] | None = None


class _Line(QWidget):
    """A label, its bar, its number; `asked` when the number leads somewhere and is pressed."""

    asked = Signal(object)

    def __init__(self, theme: Theme, name: str, color: Color) -> None:
        super().__init__()
        self._part: _Part | None = None
        self.label = ElidedLabel("", name=f"{name}_label")
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.bar = ProgressBar(theme, label="", name=f"{name}_bar")
        self.figure = Figure(theme, "–", color=color, name=f"{name}_figure")
        self.figure.setMinimumWidth(theme.px(COUNT_PX))
        self.figure.clicked.connect(self._clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label, 3)
        row.addWidget(self.bar, 2)
        row.addWidget(self.figure)
        named(self, name)

    def show_part(self, part: _Part) -> None:
        self._part = part
        self.label.setText(part.label)
        self.bar.show_progress(part.count, part.whole)
        text = f"{part.count:,} · {percent(part.count, part.whole)}" if part.whole else f"{part.count:,}"
        leads = part.statuses is not None and part.count > 0
        self.figure.show_figure(text, f"{part.label}: {text}", "Show these sessions" if leads else "")
        self.figure.setEnabled(leads)
        self.figure.setFocusPolicy(Qt.FocusPolicy.StrongFocus if leads else Qt.FocusPolicy.NoFocus)
        self.figure.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def _clicked(self) -> None:
        if self._part is not None and self._part.statuses is not None:
            self.asked.emit(self._part.statuses)


class StepCard(Card):
    """`sessions_requested(node id, statuses)` for those who are at the step, or ended there."""

    sessions_requested = Signal(str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, name="bot_step_card")
        self._theme = theme
        self._node_id = ""
        self.title = Label("", "title", wrap=True, name="bot_step_title")
        self.came = Label("", "soft", wrap=True, name="bot_step_came")
        self.body.addWidget(self.title)
        self.body.addWidget(self.came)
        self.exits = _Group(theme, "Left by", "bot_step_exit", "text", self._asked)
        self.ends = _Group(theme, "Now and at the end", "bot_step_end", "accent", self._asked)
        self.because = Label("", "soft", wrap=True, name="bot_step_because")
        self.body.addWidget(self.exits)
        self.body.addWidget(self.because)
        self.body.addWidget(self.ends)
        self.body.addStretch(1)
        self.setAccessibleName("One step")

    def show_line(self, line: StepLine) -> None:
        """Show a step; the same one keeps its lines, and with them the focus."""
        self._node_id = line.node_id
        figures = line.figures
        self.title.setText(line.title)
        times = "once" if figures.entered_count == 1 else f"{figures.entered_count:,} times"
        nobody = "Nobody has come to this step yet."
        self.came.setText(f"Customers came to it {times}." if figures.entered_count else nobody)
        exits = [
            _Part(f"exit:{name}", label, count, figures.entered_count)
            for name, label, count in exit_lines(line)
        ]
        self.exits.show_parts(exits)
        self.because.setText("\n".join(f"{label}: {said}" for label, said in exit_reasons(line)))
        self.because.setVisible(bool(self.because.text()))
        waiting = (SessionStatus.RUNNING,)
        ends = [_Part("here", "Waiting here now", figures.here_count, figures.entered_count, waiting)]
        for status in SessionStatus:
            if count := figures.ended.get(status, 0):
                said = f"Ended here: {status.label.lower()}"
                ends.append(_Part(f"end:{status.value}", said, count, figures.entered_count, (status,)))
        self.ends.show_parts(ends)
        self.setAccessibleName(line.title)

    def _asked(self, statuses: object) -> None:
        self.sessions_requested.emit(self._node_id, statuses)


class _Group(QWidget):
    """Lines under a small heading; gone while there are none."""

    def __init__(
        self, theme: Theme, title: str, name: str, color: Color, asked: Callable[[object], object]
    ) -> None:
        super().__init__()
        self._theme, self._name, self._color, self._asked = theme, name, color, asked
        self.lines: list[_Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 6, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(SectionLabel(title))

    def show_parts(self, parts: list[_Part]) -> None:
        while len(self.lines) < len(parts):
            line = _Line(self._theme, f"{self._name}_{len(self.lines) + 1}", self._color)
            line.asked.connect(self._asked)
            self.lines.append(line)
            self._column.addWidget(line)
        for at, line in enumerate(self.lines):
            line.setVisible(at < len(parts))
            if at < len(parts):
                line.show_part(parts[at])
        self.setVisible(bool(parts))
