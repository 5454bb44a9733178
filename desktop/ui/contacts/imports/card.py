"""The card of an import: one step at a time, and the buttons that go with it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.filters import Attribute
from desktop.domain.importing import Counts, RejectedRow
from desktop.domain.problems import Problem
from desktop.ui.contacts.imports import words
from desktop.ui.contacts.imports.column_rows import ColumnRows
from desktop.ui.contacts.imports.done_step import DoneStep
from desktop.ui.contacts.imports.file_step import FileStep
from desktop.ui.contacts.imports.mapping import Mapping
from desktop.ui.contacts.imports.options import OptionRows
from desktop.ui.contacts.imports.progress_step import ProgressStep
from desktop.ui.contacts.imports.rejected_step import RejectedStep
from desktop.ui.contacts.imports.steps import StepWords
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.button import Button, Kind
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.theme import Theme

WIDTH_PX = 880
FILE, COLUMNS, CHECK, DONE = range(4)
TITLE: Final = "Import contacts"
UNDOING: Final = "Taking back"
UNDONE: Final = "Taken back"
_NOWHERE: Final = frozenset[int]()


class ImportCard(CardDialog):
    """Shows what it is given; every wish goes out as a signal, Escape as `leave_requested`."""

    leave_requested = Signal()
    import_requested = Signal()
    back_requested = Signal()
    background_requested = Signal()
    step_requested = Signal(int)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, TITLE, width_px=WIDTH_PX, name="import")
        self.title.hide()
        self.subject = ElidedLabel("", "muted", name="import_subject")
        self.steps = StepWords(theme)
        self.steps.step_requested.connect(self.step_requested)
        self.file = FileStep(theme)
        self.columns = ColumnRows(theme)
        self.options = OptionRows(theme)
        self.rejected_step = RejectedStep(theme)
        self.progress = ProgressStep(theme)
        self.done_step = DoneStep(theme)
        self._choosing = QWidget()
        column = QVBoxLayout(self._choosing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.columns, 1)
        column.addWidget(self.options)
        self.body.addLayout(self._head())
        self._shown: QWidget = self.file
        for step in self._all():
            step.hide()
            self.body.addWidget(step)
        self._add_buttons()
        self.show_file("")

    # What is shown.

    def show_file(self, looking_at: str) -> None:
        """Choose a file; looking_at: the one that is being opened."""
        self.subject.setText("")
        self.file.show_looking(looking_at)
        self._show(self.file, FILE, [self.leave], self.file.drop.choose)

    def show_file_problem(self, problem: Problem) -> None:
        self.show_file("")
        self.file.show_problem(problem)

    def show_columns(
        self,
        file_name: str,
        mapping: Mapping,
        first_values: Sequence[Sequence[str]],
        known: Sequence[Attribute],
    ) -> None:
        """The columns of another file."""
        self.columns.show_file(mapping, first_values)
        before: QWidget = self.file.example  # the columns are younger than what stands below them
        for field in self.columns.fields:
            QWidget.setTabOrder(before, field)
            before = field
        self.subject.setText(file_name)
        self.options.strip.show_reading(0)
        self.show_mapping(mapping, known, None)
        self.back_to_columns()

    def back_to_columns(self) -> None:
        # Enter must not leave what is being filled in: no button has the focus before the check.
        first = self.go if self.go.isEnabled() else self
        self._show(self._choosing, COLUMNS, [self.leave, self.go], first, frozenset({FILE}))

    def show_mapping(self, mapping: Mapping, known: Sequence[Attribute], counts: Counts | None) -> None:
        """What the columns become; counts: of the check, None while there are none of these columns."""
        self.columns.show_mapping(mapping, known)
        self.options.show_mapping(mapping, counts)
        self.go.setText(words.import_words(counts))
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(counts is not None and counts.contacts > 0)
        if counts is not None:
            self.options.strip.show_counts(counts)
            if self.hasFocus():
                self.go.setFocus(Qt.FocusReason.OtherFocusReason)
        elif mapping.problem:
            self.options.strip.show_problem(mapping.problem)

    def show_rejected(self, rows: Sequence[RejectedRow], total: int) -> None:
        self.rejected_step.show_rows(rows, total)
        self._show(self.rejected_step, CHECK, [self.back, self.go], self.back, frozenset({FILE, COLUMNS}))

    def show_progress(
        self,
        what: str,
        done: int = 0,
        total: int | None = None,
        left_s: float | None = None,
        *,
        note: str = "",
        stoppable: bool = True,
        undoing: bool = False,
    ) -> None:
        """what: 'Importing'. stoppable: Cancel is offered. undoing: it goes backwards, past the steps."""
        self.progress.show_progress(what, done, total, left_s, note)
        self.stop.setEnabled(stoppable)
        if self._shown is not self.progress:
            self._show(self.progress, CHECK, [self.stop, self.behind], self.behind)
        self.stop.setVisible(not undoing)
        if undoing:
            self.steps.show_instead(UNDOING)

    def show_done(self, sentences: Sequence[str], *, undoable: bool, left_out: bool) -> None:
        self.done_step.show_done(sentences, undoable=undoable, left_out=left_out)
        self._end()

    def back_to_done(self) -> None:
        """What was done is still so."""
        self._end()

    def show_undone(self, sentences: Sequence[str]) -> None:
        self.done_step.show_undone(sentences)
        self._end()
        self.steps.show_instead(UNDONE)

    @property
    def shows_columns(self) -> bool:
        """True while the columns are being chosen."""
        return self._shown is self._choosing

    @property
    def shows_rejected(self) -> bool:
        """True while the rows that cannot be read are looked at."""
        return self._shown is self.rejected_step

    def _end(self) -> None:
        self._show(self.done_step, DONE, [self.close_button], self.close_button)

    def reject(self) -> None:
        """Escape and Cancel: what is under way is not ended without being asked for."""
        self.leave_requested.emit()

    # What it is made of.

    def _all(self) -> tuple[QWidget, ...]:
        return self.file, self._choosing, self.rejected_step, self.progress, self.done_step

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Label(TITLE, "dialog", name="import_heading"))
        row.addWidget(self.subject, 1)
        row.addWidget(self.steps)
        row.setContentsMargins(0, 0, 0, 12)
        return row

    def _add_buttons(self) -> None:
        self.back = self._button("Back", "import_back")
        self.leave = self._button("Cancel", "import_cancel")
        self.stop = self._button("Cancel", "import_stop")
        self.behind = self._button("Go on in the background", "import_background")
        self.close_button = self._button("Done", "import_close", "primary")
        self.go = self._button("Import", "import_go", "primary")
        self.back.clicked.connect(self.back_requested)
        self.behind.clicked.connect(self.background_requested)
        self.go.clicked.connect(self.import_requested)
        for button in (self.leave, self.stop, self.close_button):
            button.clicked.connect(self.leave_requested)

    def _button(self, text: str, name: str, kind: Kind = "default") -> Button:
        button = Button(self._theme, text, kind, name=name, parent=self.card)
        self.buttons.addWidget(button)
        return button

    def _show(
        self,
        step: QWidget,
        at: int,
        buttons: Sequence[Button],
        focus: QWidget,
        back: frozenset[int] = _NOWHERE,
    ) -> None:
        """Change to a step. The focus goes first: what is hidden gives it away as if Tab had been pressed."""
        self._shown = step
        step.show()
        for button in buttons:
            button.show()
        self.focus_first(focus)
        focus.setFocus(Qt.FocusReason.OtherFocusReason)
        for each in self._all():
            each.setVisible(each is step)
        for each in (self.back, self.leave, self.behind, self.stop, self.close_button, self.go):
            each.setVisible(each in buttons)
        self.steps.show_step(at, back)
