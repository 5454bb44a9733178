"""A card of settings with a Save button of its own, which knows whether something is unsaved."""

from dataclasses import fields, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.domain.settings import Settings
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.theme import Color, Theme

SAVED, UNSAVED, SAVING = "", "Not saved yet", "Saving…"


class SaveCard(Card):
    """A title, a sentence, rows, and at the foot Discard and Save.

    `save_requested` and `discard_requested` come from the buttons. A subclass calls `changed()` when a
    person edits, and says in `is_changed` whether that made a difference.
    """

    save_requested = Signal()
    discard_requested = Signal()

    def __init__(
        self, theme: Theme, title: str, sentence: str = "", *, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, name=name, spacing_px=14, parent=parent)
        self.theme = theme
        self._rows: dict[str, FormRow] = {}
        self._wrong: list[FormRow] = []
        self._filling = False
        self._busy = False
        self._editable = True
        self._refusal = ""
        if sentence:
            self.body.addWidget(Label(sentence, "soft", wrap=True, name=f"{name}_sentence"))
        self.content = QWidget()
        self.content.setObjectName(f"{name}_content")
        self.body.addWidget(self.content)
        self.note = Label("", "muted", wrap=True, name=f"{name}_note")
        self.discard = Button(theme, "Discard", name=f"{name}_discard")
        self.save = Button(theme, "Save", "primary", name=f"{name}_save")
        self.save.setAccessibleName(f"Save {title}")
        self.discard.setAccessibleName(f"Discard changes of {title}")
        self.discard.clicked.connect(self.discard_requested)
        self.save.clicked.connect(self.save_requested)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.foot.addWidget(self.note, 1)
        self.foot.addWidget(self.discard)
        self.foot.addWidget(self.save)
        self.body.addLayout(self.foot)
        self._show_foot()

    @property
    def is_changed(self) -> bool:
        """True if what stands here differs from what is kept."""
        raise NotImplementedError

    def row(self, field: str, row: FormRow) -> FormRow:
        """Register the place where a Problem of this field is shown."""
        self._rows[field] = row
        return row

    def changed(self) -> None:
        """A person edited something."""
        if self._filling:
            return
        self._forget_problems()
        self._show_foot()

    def show_busy(self, busy: bool) -> None:
        """While it is being saved nothing can be edited."""
        self._busy = busy
        self._show_foot()

    def show_editable(self, refusal: str) -> None:
        """refusal: "" or the sentence why this person may not change it."""
        self._editable = not refusal
        self._refusal = refusal
        self._show_foot()

    def show_problem(self, problem: Problem) -> None:
        """Beside its field, or at the foot if it names none of this card."""
        row = self._rows.get(problem.field)
        if row is None:
            self._say(f"{problem.title}. {problem.sentence}", problem=True)
            return
        self._wrong.append(row)
        row.show_problem(problem.sentence)
        row.field.setFocus()

    def _forget_problems(self) -> None:
        for row in self._wrong:
            row.show_problem("")
        self._wrong.clear()
        self._say("")

    def _say(self, text: str, *, problem: bool = False) -> None:
        color: Color | None = "danger" if problem else None
        self.note.setText(text)
        if self.note.property("color") != color:
            self.note.set_color(color)

    def _show_foot(self) -> None:
        changed = self._editable and self.is_changed
        self.content.setEnabled(self._editable and not self._busy)
        self.save.setVisible(self._editable)
        self.discard.setVisible(changed or self._busy)
        self.save.setEnabled(changed and not self._busy)
        self.discard.setEnabled(changed and not self._busy)
        if not self._editable:
            self._say(self._refusal)
        elif self._busy:
            self._say(SAVING)
        elif self.note.text() in (SAVED, UNSAVED, SAVING, self._refusal):
            self._say(UNSAVED if changed else SAVED)


class SettingsCard(SaveCard):
    """A SaveCard for some of the workspace's settings: `fill` puts them in, `wanted` takes them out."""

    def __init__(self, theme: Theme, title: str, sentence: str = "", *, name: str) -> None:
        self.kept: Settings | None = None
        super().__init__(theme, title, sentence, name=name)

    @property
    def is_changed(self) -> bool:
        return self.kept is not None and self.wanted(self.kept) != self.kept

    def wanted(self, kept: Settings) -> Settings:
        """`kept` with what stands in this card."""
        raise NotImplementedError

    def fill(self, settings: Settings) -> None:
        """Put the settings into the fields."""
        raise NotImplementedError

    def show_settings(self, settings: Settings) -> None:
        """What is kept now. What is edited here and not saved yet stays."""
        edited = self.merged(settings)
        self.kept = settings
        self._fill(edited)
        self._show_foot()

    def merged(self, now: Settings) -> Settings:
        """`now` with what was edited in this card, and only that: somebody may have changed the rest."""
        if self.kept is None:
            return now
        mine = self.wanted(self.kept)
        names = [one.name for one in fields(now)]
        edits = {
            name: getattr(mine, name) for name in names if getattr(mine, name) != getattr(self.kept, name)
        }
        return replace(now, **edits)

    def show_saved(self, settings: Settings) -> None:
        """What was just saved, or what is kept after Discard."""
        self.kept = settings
        self._fill(settings)
        self._forget_problems()
        self._show_foot()

    def _fill(self, settings: Settings) -> None:
        self._filling = True
        try:
            self.fill(settings)
        finally:
            self._filling = False
