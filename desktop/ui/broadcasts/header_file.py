"""The file that a template's message begins with."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from desktop.domain.broadcast_wizard import FILE_KINDS, FILE_NAME, WizardState, lasts_until
from desktop.ui.broadcasts import words
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.theme import Theme

_ICONS: Final = {"image": "image", "video": "video-camera", "document": "file-text"}
ENDINGS: Final = {
    "image": ("jpg", "jpeg", "png"),
    "video": ("mp4", "3gp"),
    "document": ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt"),
}
MIMES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
    "3gp": "video/3gpp",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain",
}
MEGABYTE: Final = 1024 * 1024
LARGEST_BYTES: Final = {"image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "document": 100 * MEGABYTE}
"""What WhatsApp takes at the most (the Cloud API's page on supported media types)."""


class HeaderFileCard(Card):
    """`choose_requested()`, and `remove_requested()` for the one that is there; shown where the template has such a header."""

    choose_requested = Signal()
    remove_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("Which file does it begin with?", name="wizard_file_card")
        self._theme = theme
        self.glyph = Glyph(theme, "image", "accent", 20)
        self.name = ElidedLabel("", "strong", name="wizard_file_name")
        self.choose = Button(theme, "Choose…", name="wizard_file_choose")
        self.remove = Button(theme, "Remove", "link", name="wizard_file_remove")
        self.note = Label("", "muted", wrap=True, name="wizard_file_note")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.glyph)
        row.addWidget(self.name, 1)
        row.addWidget(self.remove)
        row.addWidget(self.choose)
        self.body.addLayout(row)
        self.body.addWidget(self.note)
        self.choose.clicked.connect(self.choose_requested)
        self.remove.clicked.connect(self.remove_requested)

    def show_state(self, state: WizardState, now: datetime, *, busy: bool = False, problem: str = "") -> None:
        kind = state.template.header_kind if state.template is not None else ""
        self.setVisible(kind in FILE_KINDS)
        if kind not in FILE_KINDS:
            return
        there = "header" in state.draft.content
        self.glyph.show_icon(_ICONS[kind], "accent" if there else "muted")
        name = str(state.draft.asked.get(FILE_NAME, "The file of this broadcast"))
        article = "An" if kind == "image" else "A"
        self.name.setText(name if there else f"{article} {kind}, the same for everyone")
        self.choose.setText("Uploading…" if busy else "Choose another…" if there else f"Choose {kind}…")
        self.choose.setAccessibleName(self.choose.text())
        self.choose.setEnabled(not busy)
        self.remove.setVisible(there and not busy)
        self.note.setText(problem or _note(state, kind, now))
        self.note.set_color("danger" if problem else None)


def _note(state: WizardState, kind: str, now: datetime) -> str:
    ends = lasts_until(state.draft)
    if ends is not None:
        return f"WhatsApp has it, and keeps it until {words.when(ends, now)}."
    endings = ", ".join(ENDINGS[kind])
    return f"{endings}; up to {LARGEST_BYTES[kind] // MEGABYTE} MB. It is uploaded to WhatsApp when you choose it."


def filters_for(kind: str) -> list[str]:
    """What the file dialog offers."""
    return [f"{kind.capitalize()} ({' '.join(f'*.{one}' for one in ENDINGS[kind])})", "All files (*)"]
