"""The card of an export: which contacts, then how far it is."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.contact_table import Target
from desktop.domain.problems import Problem
from desktop.services.exports import ExportFormat
from desktop.ui.contacts.exports import words
from desktop.ui.contacts.imports.words import left_words
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.button import Button, Kind
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme


class _Ask(QWidget):
    """Which contacts, as what."""

    def __init__(self, theme: Theme, target: Target, count: int, format: ExportFormat) -> None:
        super().__init__()
        icon = "file-text" if format is ExportFormat.CSV else "table"
        who = Label(words.who_words(target, count), "title", wrap=True, name="export_who")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(14)
        row.addWidget(Glyph(theme, icon, "accent", 36), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(who)
        column.addWidget(Label(words.NOTES[format], "soft", wrap=True))
        column.addWidget(Label(words.HOLDS, "soft", wrap=True))
        row.addLayout(column, 1)


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
    """`choose_requested()`, `leave_requested()`: Cancel and Escape."""

    choose_requested = Signal()
    leave_requested = Signal()

    def __init__(
        self, theme: Theme, window: QWidget, target: Target, count: int, format: ExportFormat
    ) -> None:
        super().__init__(
            theme, window, f"Export contacts as {words.NAMES[format]}", width_px=words.WIDTH_PX, name="export"
        )
        self._asking = _Ask(theme, target, count, format)
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
        self.focus_first(self.choose)

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
