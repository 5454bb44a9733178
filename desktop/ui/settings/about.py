"""About: which version this is, where its files are, and what they are written in."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout

from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label, Role, Rule
from desktop.ui.settings.copyable import Copyable
from desktop.ui.theme import Theme

PROMISE = (
    "No marketing message leaves, by any path, without a recorded verdict: what was asked, what was answered, or "
    "why it was not asked."
)
LICENCES = (
    "Assent is free software under the MIT licence. It is built with Qt for Python (LGPL), and shows Inter, Noto "
    "Sans and Noto Color Emoji (SIL Open Font License) and Phosphor icons (MIT)."
)

LONG = 60
"""Letters; a shorter value stays on its line at every text size."""
COPIED = "What is copied holds no phone numbers, addresses or secrets. Read a log before you send it: a name may have stayed."


def _text(text: str, role: Role = "body") -> Label:
    """A paragraph that asks for no more height than it needs at its width: it fits without scrolling."""
    made = Label(text, role, wrap=True)
    policy = made.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    made.setSizePolicy(policy)
    return made


class AboutCard(Card):
    """`open_folder_requested` and `copy_requested` from its buttons; the latter's value: with the log, too."""

    open_folder_requested = Signal()
    copy_requested = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="about_card", spacing_px=14)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(Glyph(theme, "check-circle-fill", "accent", 36))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label("Assent", "h2"))
        self.version = Label("", "soft", name="about_version")
        words.addWidget(self.version)
        head.addLayout(words)
        head.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(_text(PROMISE))
        self.body.addWidget(Rule())
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(24)
        self._facts.setVerticalSpacing(6)
        self._facts.setColumnStretch(1, 1)
        self.body.addLayout(self._facts)
        self.folder = Copyable(theme, "Data folder", name="about_folder")
        self.body.addWidget(FormRow("Data folder", self.folder, name="row_about_folder"))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.open_folder = Button(theme, "Open folder", icon="folder-open", name="about_open_folder")
        self.open_folder.clicked.connect(self.open_folder_requested)
        self.copy = Button(theme, "Copy diagnostics", icon="copy", name="about_copy")
        self.copy.clicked.connect(lambda: self.copy_requested.emit(False))
        self.copy_log = Button(theme, "Copy diagnostics with the log", icon="copy", name="about_copy_log")
        self.copy_log.clicked.connect(lambda: self.copy_requested.emit(True))
        for button in (self.open_folder, self.copy, self.copy_log):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(_text(COPIED, "muted"))
        self.body.addWidget(Rule())
        self.body.addWidget(_text(LICENCES, "muted"))
        self._values: dict[str, Label] = {}

    def show_facts(self, version: str, folder: str, facts: dict[str, str]) -> None:
        self.version.setText(version)
        self.folder.show_value(folder)
        self.open_folder.setEnabled(bool(folder))
        for key, value in facts.items():
            if key not in self._values:
                name = f"about_{key.lower().replace(' ', '_')}"
                self._values[key] = Label(wrap=len(value) > LONG, tight=True, selectable=True, name=name)
                self._facts.addWidget(Label(key, "muted"), len(self._values), 0)
                self._facts.addWidget(self._values[key], len(self._values), 1)
            self._values[key].setText(value)
