"""The *Steps* tab: the timeline to edit, and beside it what is missing and what will happen."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.sequence import SequenceStep
from desktop.domain.sequence_checks import Finding, Part
from desktop.domain.sequence_edit import SequenceEdit
from desktop.domain.template_notices import warnings
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.sequences.around import Around
from desktop.ui.sequences.step_line import Note, opt_out_note, step_line
from desktop.ui.sequences.timeline import BULLET_PX, DELAY_PX, GAP_PX, Timeline
from desktop.ui.sequences.what_happens import what_happens
from desktop.ui.theme import Theme

LEFT, RIGHT = 3, 2
ADD_TIP: Final = "Add step (Ctrl+Shift+A)"


class StepsTab(QWidget):
    """`verb_requested(number, verb)`, see step_card.VERBS; `add_requested`; `place_requested(place)` of a finding."""

    verb_requested = Signal(int, str)
    add_requested = Signal()
    place_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.timeline = Timeline(theme, editing=True, name="step")
        self.timeline.verb_requested.connect(self.verb_requested)
        self.none = Label(
            "No steps yet. A step is one approved template and how long after the step before it leaves.",
            "soft", wrap=True, name="steps_none",
        )  # fmt: skip
        self.add = Button(theme, "Add step", "link", icon="plus", tooltip=ADD_TIP, name="steps_add")
        self.add.clicked.connect(self.add_requested)
        self.why_full = Label("", "muted", name="steps_full")
        self.ready = ReadyCard(theme)
        self.ready.place_requested.connect(self.place_requested)
        self.happens = HappensCard(theme)
        self._indent = QWidget()
        add = QHBoxLayout()
        add.setSpacing(0)
        add.addWidget(self._indent)
        add.addWidget(self.add, 0, Qt.AlignmentFlag.AlignTop)
        add.addSpacing(12)
        add.addWidget(self.why_full, 0, Qt.AlignmentFlag.AlignVCenter)
        add.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.none)
        left.addWidget(self.timeline)
        left.addLayout(add)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(16)
        right.addWidget(self.ready)
        right.addWidget(self.happens)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        row.addLayout(left, LEFT)
        row.addLayout(right, RIGHT)
        theme.changed.connect(self._rescale)
        self._rescale()
        named(self, "sequence_steps", "Steps")

    def show_edit(self, edit: SequenceEdit, around: Around, found: tuple[Finding, ...], refused: str) -> None:
        """refused: why the person who sits here may not change it; "" when they may."""
        definition = edit.definition
        lines = [
            step_line(
                number, step, definition, around.templates, notes=self._notes(number, step, around, found)
            )
            for number, step in enumerate(definition.steps, 1)
        ]
        self.timeline.show_steps(lines, refused=refused)
        self.timeline.setVisible(bool(lines))
        self.none.setVisible(not lines)
        self._indent.setVisible(bool(lines))
        why = refused or edit.why_not_add
        self.add.setEnabled(not why)
        self.add.setToolTip(why or ADD_TIP)
        self.why_full.setText(edit.why_not_add)
        self.why_full.setVisible(bool(edit.why_not_add))
        self.ready.show_findings(found)
        self.happens.show_sentences(what_happens(definition, around) if definition.steps else ())

    @staticmethod
    def _notes(
        number: int, step: SequenceStep, around: Around, found: tuple[Finding, ...]
    ) -> tuple[Note, ...]:
        """What is missing first, what is only to be known of the template, then the quiet line."""
        own = [one for one in found if one.step_number == number]
        said = [
            Note(one.sentence, "warning-circle", "danger")
            if one.blocks
            else Note(one.sentence, "warning", "warn")
            for one in own
        ]
        template = around.template_of(step)
        blocked = any(one.part is Part.TEMPLATE for one in own)
        if template is not None and not blocked:
            said += [Note(one.label, "warning", "warn") for one in warnings(template, around.now)]
        return (*said, *opt_out_note(step, around.templates))

    def _rescale(self) -> None:
        theme = self._theme
        self._indent.setFixedWidth(theme.px(DELAY_PX) + theme.px(BULLET_PX) + 2 * GAP_PX)


class ReadyCard(Card):
    """Everything that stands in the way, each with the way to it."""

    place_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=6, name="sequence_ready")
        self._theme = theme
        self._shown: tuple[Finding, ...] | None = None
        self._rows: list[QWidget] = []
        self.heading = SectionLabel("Still missing", name="sequence_ready_heading")
        self.body.addWidget(self.heading)

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        if found == self._shown:
            return
        self._shown = found
        for row in self._rows:
            self.body.removeWidget(row)
            row.hide()
            row.deleteLater()
        blocked = any(one.blocks for one in found)
        self.heading.setText("Still missing" if blocked else "To know")
        self._rows = [self._row(at, one) for at, one in enumerate(found, 1)]
        self.setVisible(bool(found))

    def _row(self, at: int, one: Finding) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        icon = Glyph(
            self._theme, "warning-circle" if one.blocks else "warning", "danger" if one.blocks else "warn", 16
        )
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(Label(one.spoken, wrap=True, tight=True, name=f"sequence_ready_{at}"), 1)
        go = Button(self._theme, "Show", "link", name=f"sequence_ready_{at}_show")
        go.setAccessibleName(f"Show: {one.spoken}")
        go.clicked.connect(partial(self._go, one.place))
        row.addWidget(go, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addWidget(line)
        line.show()
        return line

    def _go(self, place: str) -> None:
        self.place_requested.emit(place)


class HappensCard(Card):
    """What it does, in sentences."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=8, name="sequence_happens")
        self.body.addWidget(SectionLabel("What happens"))
        self.words = Label("", wrap=True, rich=False, name="sequence_happens_words")
        self.body.addWidget(self.words)

    def show_sentences(self, sentences: tuple[str, ...]) -> None:
        self.words.setText("\n\n".join(sentences))
        self.setVisible(bool(sentences))
