"""Which tag several conversations get."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from desktop.domain.importing import LONGEST_TAG
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme


class TagDialog(CardDialog):
    """`name` is the tag that was written or chosen."""

    def __init__(self, theme: Theme, window: QWidget, tags: Sequence[str], count: int) -> None:
        super().__init__(theme, window, f"Tag {count:,} conversations", name="inbox_tag")
        self.field = named(QLineEdit(), "inbox_tag_field")
        self.field.setMaxLength(LONGEST_TAG)
        completer = QCompleter(list(tags), self.field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        help_text = "A new tag is made on the fly. Who has it already keeps it."
        self.body.addWidget(FormRow("Tag", self.field, help_text=help_text, name="inbox_tag_row"))
        self.focus_first(self.field)
        self.add_button("Cancel", result=0, name="inbox_tag_cancel")
        self.add = self.add_button("Add tag", "primary", result=1, name="inbox_tag_add")
        self.add.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self.add.click)

    @property
    def name(self) -> str:
        return self.field.text().strip()
