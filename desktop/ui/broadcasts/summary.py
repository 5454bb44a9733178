"""The right column of the wizard: to whom, how fast, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.templates import Quality, Template
from desktop.ui.broadcasts import words
from desktop.ui.parts.bars import Segment, StackBar
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, Rule, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.templates import words as template_words
from desktop.ui.templates.message_bubble import MessageBubble
from desktop.ui.theme import Color, Theme

WIDTH_PX = 340
_GROWTH = 0.4
_COLORS: Final[dict[Line, Color]] = {
    Line.WILL_OPTED_IN: "accent",
    Line.WILL_NO_CHOICE: "info",
    Line.WILL_DESPITE: "danger",
    Line.OPTED_OUT: "danger",
    Line.NO_CHOICE: "info",
    Line.STOPPED_IN_WHATSAPP: "danger",
}


@dataclass(frozen=True, slots=True)
class NumberInfo:
    """What is known of the number that sends. limit: WhatsApp's tier, 'TIER_10K'; "" where it is not known."""

    phone: str = ""
    quality: Quality = Quality.UNKNOWN
    limit: str = ""


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


class CountCard(Card):
    """WILL BE SENT TO: the number, the bar, one line per kind of contact."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, pad_px=20, name="wizard_counts")
        self._theme = theme
        self.number = Label("–", "figure", name="wizard_will_be_sent")
        self.of = Label("", "muted", wrap=True, tight=True, name="wizard_selected")
        self.bar = StackBar(theme, label="Selected contacts", name="wizard_bar")
        self.note = Label("", "muted", wrap=True, name="wizard_count_note")
        self.lines: dict[Line, KeyValue] = {}
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
        self.body.addWidget(self.note)

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
            self.lines = {
                line: KeyValue(
                    self._theme, line.label, dot=_COLORS.get(line, "muted"), strong=True,
                    name=f"wizard_line_{line.value}",
                )
                for line, _ in lines
            }  # fmt: skip
            for row in self.lines.values():
                self._lines.addWidget(row)
        for line, count in lines:
            self.lines[line].show_value(f"{count:,}", note=line_note(line, count))


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


class PaceCard(Card):
    """NUMBER AND PACE; what is not known is a dash."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=0, pad_px=20, name="wizard_pace")
        self.number = KeyValue(theme, "From", "–", name="wizard_from")
        self.quality_dot = Dot(theme, "muted")
        self.quality = Label("–", name="wizard_quality")
        self.limit = KeyValue(theme, "24 h limit", name="wizard_limit")
        self.takes = KeyValue(theme, "Takes about", "–", name="wizard_takes")
        heading = SectionLabel("Number and pace")
        heading.setContentsMargins(0, 0, 0, 8)
        row = QHBoxLayout()
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(6)
        row.addWidget(Label("Quality", "muted"))
        row.addStretch(1)
        row.addWidget(self.quality_dot, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.quality)
        self.body.addWidget(heading)
        self.body.addWidget(self.number)
        self.body.addLayout(row)
        self.body.addWidget(self.limit)
        self.limit.hide()  # until it is known
        self.body.addWidget(self.takes)

    def show_number(self, number: NumberInfo) -> None:
        self.number.show_value(number.phone or "–")
        text, color = template_words.QUALITY[number.quality]
        self.quality.setText(text)
        self.quality.set_color(color)
        self.quality.setAccessibleName(f"Quality: {text}")
        self.quality_dot.set_color(color)
        self.quality_dot.setVisible(number.quality is not Quality.UNKNOWN)
        limit = words.daily_limit(number.limit)
        self.limit.show_value(limit)
        self.limit.setVisible(bool(limit))

    def show_pace(self, to_send_count: int | None, pace_per_s: int | None, known: bool) -> None:
        self.takes.show_value(pace_words(to_send_count, pace_per_s) if known else "–")


def pace_words(to_send_count: int | None, pace_per_s: int | None) -> str:
    """'13 s at 80 / s'."""
    if pace_per_s is None:
        return "as fast as it goes"
    if to_send_count is None:
        return f"– at {pace_per_s:,} / s"
    return f"{words.duration(to_send_count / pace_per_s)} at {pace_per_s:,} / s"


class MessageCard(Card):
    """MESSAGE: the bubble with one recipient's values, and the way to the next one."""

    step_requested = Signal(int)

    def __init__(self, theme: Theme, *, name: str = "wizard_message", paging: bool = False) -> None:
        super().__init__(spacing_px=10, pad_px=20, name=name)
        self.bubble = MessageBubble(theme, name=f"{name}_bubble")
        self.who = Label("", "muted", wrap=True, tight=True, name=f"{name}_who")
        self.back = IconButton(theme, "caret-left", "Previous recipient (Alt+Left)", name=f"{name}_back")
        self.next = IconButton(theme, "caret-right", "Next recipient (Alt+Right)", name=f"{name}_next")
        self.back.clicked.connect(lambda: self.step_requested.emit(-1))
        self.next.clicked.connect(lambda: self.step_requested.emit(1))
        if paging:
            self.back.setShortcut("Alt+Left")
            self.next.setShortcut("Alt+Right")
        self.body.addWidget(SectionLabel("Message"))
        self.body.addWidget(self.bubble)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.who, 1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        if paging:
            self.body.addLayout(row)
        else:
            for widget in (self.who, self.back, self.next):
                widget.setParent(self)
                widget.hide()

    def show_message(
        self, template: Template | None, values: Mapping[str, str], who: str = "", at: int = 0, count: int = 0
    ) -> None:
        self.bubble.show_template(template, values)
        self.who.setText(
            f"As {who} gets it · {at + 1:,} of the first {count:,}" if who else "No recipient yet"
        )
        self.back.setEnabled(at > 0)
        self.next.setEnabled(at + 1 < count)


def column_px(theme: Theme) -> int:
    """The width of the right column: it grows less than the text, whose lines wrap."""
    return round(WIDTH_PX + (theme.px(WIDTH_PX) - WIDTH_PX) * _GROWTH)


class SummaryColumn(QWidget):
    """The three cards."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.counts = CountCard(theme)
        self.pace = PaceCard(theme)
        self.message = MessageCard(theme)
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for card in (self.counts, self.pace, self.message):
            column.addWidget(card)
        column.addStretch(1)
        theme.changed.connect(self._rescale)
        self._rescale()
        named(self, "wizard_summary", "Summary")

    def _rescale(self) -> None:
        self.setFixedWidth(column_px(self._theme))
