"""What an import did, and its way back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme


class DoneStep(QWidget):
    """`undo_requested()`, `save_requested()`."""

    undo_requested = Signal()
    save_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.glyph = Glyph(theme, "check-circle", "accent", 30)
        self.title = Label("", "title", wrap=True, name="import_done_title")
        self.summary = Label("", "soft", wrap=True, name="import_done_summary")
        self.problem = Label("", color="danger", wrap=True, name="import_done_problem")
        self.undo = Button(theme, "Undo the whole import", icon="arrow-counter-clockwise", name="import_undo")
        self.undo.clicked.connect(self.undo_requested)
        self.save = Button(
            theme, "Save the rows that were left out…", icon="download-simple", name="import_save_left_out"
        )
        self.save.clicked.connect(self.save_requested)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.summary)
        column.addWidget(self.problem)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.undo)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        column.addSpacing(8)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 4)
        row.setSpacing(14)
        row.addWidget(self.glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self.problem.hide()

    def show_done(self, sentences: Sequence[str], *, undoable: bool, left_out: bool) -> None:
        """The first sentence is the title."""
        self._show("check-circle", sentences)
        self.undo.setVisible(undoable)
        self.save.setVisible(left_out)

    def show_undone(self, sentences: Sequence[str]) -> None:
        self._show("arrow-counter-clockwise", ["The import was undone.", *sentences])
        self.undo.hide()
        self.save.hide()

    def show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _show(self, icon: str, sentences: Sequence[str]) -> None:
        self.glyph.show_icon(icon, "accent")
        self.title.setText(sentences[0])
        self.summary.setText("\n".join(sentences[1:]))
        self.summary.setVisible(len(sentences) > 1)
        self.show_problem("")
