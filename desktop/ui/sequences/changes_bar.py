"""What is edited and not published yet, and the two ways from there."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.domain.sequence import SequenceRecord
from desktop.ui.parts.button import Button
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


class ChangesBar(QFrame):
    """Seen while a started sequence has a draft; `publish_requested`, `discard_requested`."""

    publish_requested = Signal()
    discard_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "banner-info")
        self.words = Label("", wrap=True, tight=True, name="sequence_changes_words")
        self.publish = Button(theme, "Publish changes", "banner-info", name="sequence_publish_changes")
        self.discard = Button(theme, "Discard changes", "banner-info", name="sequence_discard_changes")
        self.publish.clicked.connect(self.publish_requested)
        self.discard.clicked.connect(self.discard_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 14, 9)
        row.setSpacing(14)
        row.addWidget(Glyph(theme, "pencil-simple", "info", 16))
        row.addWidget(self.words, 1)
        row.addWidget(self.discard)
        row.addWidget(self.publish)
        named(self, "sequence_changes", "Changes that are not published")

    def show_record(self, record: SequenceRecord, *, changed: bool, refused: str, busy: bool) -> None:
        """changed: what is shown differs from the version that is followed. busy: one of the two ways is being gone."""
        number = record.version_number
        self.words.setText(
            f"Your changes are saved as a draft. New enrolments follow version {number} until you publish; whoever "
            "is in it goes on with the version they came in with."
        )
        for button in (self.publish, self.discard):
            button.setEnabled(not refused and not busy)
            button.setToolTip(refused)
        self.setVisible(changed and record.version_id is not None)
