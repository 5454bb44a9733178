"""How far an import or its undo is."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.contacts.imports.words import left_words
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme

NOTE = "You can go on working meanwhile: the import says when it is done."


class ProgressStep(QWidget):
    """A sentence, a bar, and the time that is left."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counted = ""
        self.said = Label("", "title", name="import_progress_words")
        self.left = Label("", "soft", name="import_progress_left")
        self.bar = ProgressBar(theme, label="Progress", name="import_progress")
        self.note = Label("", "soft", wrap=True, name="import_progress_note")
        head = QHBoxLayout()
        head.addWidget(self.said, 1)
        head.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 6)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.note)

    def show_progress(
        self, what: str, done: int = 0, total: int | None = None, left_s: float | None = None, note: str = ""
    ) -> None:
        """what: 'Importing'. total None: it is not known how much there is."""
        self.counted = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        self.said.setText(f"{what}… {self.counted}".strip())
        self.bar.show_progress(done if total else 0, total or 0)
        self.left.setText(left_words(left_s))
        self.note.setText(note or NOTE)
