"""The card of an export: what of it and as which kind of file, then how far it is."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.services.exports import ExportFormat
from desktop.ui.contacts.imports.words import left_words
from desktop.ui.dialog import CardDialog
from desktop.ui.exports import words
from desktop.ui.exports.words import Subject
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.button import Button, Kind
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

_ICONS = {ExportFormat.CSV: "file-text", ExportFormat.XLSX: "table"}


class _Ask(QWidget):
    """What is written, and as what."""

    def __init__(self, theme: Theme, subject: Subject, format: ExportFormat | None) -> None:
        super().__init__()
        who = Label(subject.who, "title", wrap=True, name="export_who")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(14)
        self._format = format or ExportFormat.CSV
        self._icon = Glyph(theme, _ICONS[self._format], "accent", 36)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(who)
        self.formats: dict[ExportFormat, QRadioButton] = {}
        if format is None:
            column.addLayout(self._choices())
        self.note = Label(words.NOTES[self._format], "soft", wrap=True, name="export_note")
        column.addWidget(self.note)
        column.addWidget(Label(f"{subject.holds} {words.DEFUSED}", "soft", wrap=True))
        row.addLayout(column, 1)

    @property
    def format(self) -> ExportFormat:
        return self._format

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 2)
        row.setSpacing(24)
        group = QButtonGroup(self)
        for format, name in words.NAMES.items():
            button = named(QRadioButton(name), f"export_as_{format}", f"As {name}")
            button.setChecked(format is ExportFormat.CSV)
            button.toggled.connect(lambda on, chosen=format: self._choose(chosen) if on else None)
            group.addButton(button)
            self.formats[format] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _choose(self, format: ExportFormat) -> None:
        self._format = format
        self._icon.show_icon(_ICONS[format])
        self.note.setText(words.NOTES[format])


class _Progress(QWidget):
    """How far it is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.said = Label("", "title", wrap=True, name="export_progress_words")
        self.left = Label("", "soft", name="export_progress_left")
        self.bar = ProgressBar(theme, label="Progress", name="export_progress")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(self.said, 1)
        head.addWidget(self.left)
        column.addLayout(head)
        column.addWidget(self.bar)


class ExportCard(CardDialog):
    """`choose_requested()`, `leave_requested()`: Cancel and Escape. format None: a person chooses it here."""

    choose_requested = Signal()
    leave_requested = Signal()

    def __init__(self, theme: Theme, window: QWidget, subject: Subject, format: ExportFormat | None) -> None:
        as_what = f" as {words.NAMES[format]}" if format is not None else ""
        super().__init__(
            theme, window, f"Export {subject.name}{as_what}", width_px=words.WIDTH_PX, name="export"
        )
        self._asking = _Ask(theme, subject, format)
        self._progress = _Progress(theme)
        self.problem = Banner(theme, "danger", "", name="export_problem")
        for part in (self._asking, self._progress, self.problem):
            self.body.addWidget(part)
        self._progress.hide()
        self.problem.hide()
        self.leave = self._button("Cancel", "export_cancel")
        self.leave.clicked.connect(self.leave_requested)
        self.choose = self._button("Choose where to save…", "export_choose", "primary")
        self.choose.clicked.connect(self.choose_requested)
        self._first_control = next(iter(self._asking.formats.values()), self.choose)
        self.focus_first(self._first_control)

    @property
    def format(self) -> ExportFormat:
        """What was chosen, CSV at first."""
        return self._asking.format

    def show_progress(
        self, done: int, total: int, left_s: float | None = None, *, stopping: bool = False
    ) -> None:
        what = "Stopping" if stopping else "Exporting"
        self._progress.said.setText(f"{what}… {done:,} of {total:,}" if total else f"{what}…")
        self._progress.left.setText(left_words(left_s))
        self._progress.bar.show_progress(done, total)
        self.leave.setEnabled(not stopping)
        if self._progress.isHidden():
            self._progress.show()
            self.focus_first(self.leave)
            self.leave.setFocus(Qt.FocusReason.OtherFocusReason)
            for widget in (self._asking, self.problem, self.choose):
                widget.hide()

    def show_problem(self, problem: Problem) -> None:
        """Why nothing was written; another place can be chosen."""
        self.problem.show_banner("danger", f"<b>{escape(problem.title)}.</b> {escape(problem.sentence)}")
        for widget in (self._asking, self.problem, self.choose):
            widget.show()
        self.choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self.focus_first(self.choose)
        self.leave.setEnabled(True)
        self._progress.hide()

    def reject(self) -> None:
        """Escape is Cancel."""
        self.leave_requested.emit()

    def _button(self, text: str, name: str, kind: Kind = "default") -> Button:
        button = Button(self._theme, text, kind, name=name, parent=self.card)
        self.buttons.addWidget(button)
        return button
