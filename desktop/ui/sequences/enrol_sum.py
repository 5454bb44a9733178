"""What enrolling a selection does, as a sum that a person can check."""

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.services.sequences import EnrolPreview
from desktop.ui.parts.card import Inset
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label, Rule
from desktop.ui.parts.naming import named
from desktop.ui.sequences.words import contacts_words
from desktop.ui.theme import Theme

_LEFT: Final = (
    ("running_count", "In it already"),
    ("been_count", "Been through it; it runs only once"),
    ("cooling_count", "Their last run ended too lately"),
    ("no_phone_count", "No phone number"),
)


def left_lines(preview: EnrolPreview) -> list[tuple[str, int]]:
    """Who does not come in, and how many; those that are not zero."""
    return [(words, count) for name, words in _LEFT if (count := getattr(preview, name))]


def opted_out_words(preview: EnrolPreview, *, marketing: bool) -> str:
    """What happens to those who opted out. marketing: the sequence has marketing steps."""
    count = preview.opted_out_count
    if not count or not marketing:
        return ""
    who = f"{count:,} of those opted out" if count > 1 else "One of those opted out"
    return f"{who}: their marketing steps will fail with the reason, and they move on to the next step."


class EnrolSum(Inset):
    """Selected, less who does not come in, is who does."""

    def __init__(self, theme: Theme, *, done: bool = False, marketing: bool = True) -> None:
        """done: it has happened."""
        super().__init__(name="enrol_sum")
        self._theme, self._done, self._marketing = theme, done, marketing
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self.body.addLayout(self._lines)
        self.opted_out = Label("", "muted", wrap=True, tight=True, color="warn", name="enrol_opted_out")
        self.sign = Glyph(theme, "prohibit", "warn", 15)
        self._note = QWidget()
        row = QHBoxLayout(self._note)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.sign)
        row.addWidget(self.opted_out, 1)
        self.body.addWidget(self._note)
        named(self, "enrol_sum", "What will happen")
        self.show_preview(None)

    def show_preview(self, preview: EnrolPreview | None, hint: str = "Nobody is chosen yet.") -> None:
        """None: nobody is chosen, or they are being counted; hint says which."""
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        told = opted_out_words(preview, marketing=self._marketing) if preview and not self._done else ""
        self.opted_out.setText(told)
        self._note.setVisible(bool(told))
        if preview is None:
            self._lines.addWidget(Label(hint, "soft", wrap=True, name="enrol_hint"))
            return
        self._add("Selected", f"{preview.selected_count:,}", "enrol_selected")
        for at, (words, count) in enumerate(left_lines(preview)):
            self._add(words, f"− {count:,}", f"enrol_left_{at}")
        self._lines.addWidget(Rule())
        last = "Came in" if self._done else "Will come in"
        self._add(last, contacts_words(preview.will_count), "enrol_will", strong=True)

    def _add(self, key: str, value: str, name: str, *, strong: bool = False) -> None:
        self._lines.addWidget(KeyValue(self._theme, key, value, strong=strong, name=name))
