"""The cards that ask what to change on many contacts; the button that does it says for how many."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.bulk import AddTags, BulkChange, RemoveTags, SetAttribute, SetOptIn
from desktop.domain.consent import OptIn
from desktop.domain.filters import Attribute
from desktop.ui.contacts.field_editors import FieldEditor, make_field_editor
from desktop.ui.dialog import CardDialog
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

LONGEST_REASON = 500
_ACCEPTED = 1


def contacts_words(count: int) -> str:
    """'1 contact', '1,204 contacts'."""
    return "1 contact" if count == 1 else f"{count:,} contacts"


class BulkDialog(CardDialog):
    """Cancel, and a button that does it once something is chosen. `change()` is what was asked for."""

    def __init__(self, theme: Theme, window: QWidget, title: str, count: int, do: str, *, name: str) -> None:
        super().__init__(theme, window, title, name=name)
        self._count = count
        self.add_button("Cancel", result=0, name=f"{name}-keep")
        self.do: Button = self.add_button(do, "primary", result=_ACCEPTED, name=f"{name}-do")

    def change(self) -> BulkChange | None:
        """None while something is missing."""
        raise NotImplementedError

    def _look(self) -> None:
        self.do.setEnabled(self.change() is not None)


class TagsDialog(BulkDialog):
    """Which tags to add or to take away."""

    def __init__(self, theme: Theme, window: QWidget, tags: Sequence[str], count: int, *, add: bool) -> None:
        of = contacts_words(count)
        title, do = ("Add tags", f"Add to {of}") if add else ("Remove tags", f"Remove from {of}")
        super().__init__(theme, window, title, count, do, name="bulk_tags")
        self._add = add
        self.field = ChipsValue(
            theme,
            [(tag, tag) for tag in tags],
            "bulk_tags_field",
            free=add,
            hint="Type a tag, Enter keeps it",
        )
        self.body.addWidget(self.field)
        self.add_text(
            "New tags are made on the fly. Who has a tag already keeps it."
            if add
            else "The tags themselves stay known, and other contacts keep theirs.",
            muted=True,
        )
        self.field.changed.connect(self._look)
        self.focus_first(self.field.entry)
        self._look()

    def change(self) -> BulkChange | None:
        names = self.field.values()
        if not names:
            return None
        return AddTags(names) if self._add else RemoveTags(names)


class FieldDialog(BulkDialog):
    """Which field, and what it becomes."""

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        attributes: Sequence[Attribute],
        people: Sequence[str],
        count: int,
    ) -> None:
        super().__init__(
            theme, window, "Set a contact field", count, f"Set for {contacts_words(count)}", name="bulk_field"
        )
        self._shades, self._attributes, self._people = theme, {one.name: one for one in attributes}, people
        self.field = named(QComboBox(), "bulk_field_name", "Field")
        for one in attributes:
            self.field.addItem(one.name)
        self.body.addWidget(FormRow("Field", self.field, name="bulk_field_row"))
        holder = QWidget()
        self._place = QVBoxLayout(holder)
        self._place.setContentsMargins(0, 0, 0, 0)
        self.body.addWidget(holder)
        self.note = Label("", "muted", wrap=True, name="bulk_field_note")
        self.body.addWidget(self.note)
        self.editor: FieldEditor | None = None
        self._row: FormRow | None = None
        self.field.currentTextChanged.connect(self._fit)
        self._fit()
        self.focus_first(self.field)

    def change(self) -> BulkChange | None:
        if self.editor is None:
            return None
        return SetAttribute(self.field.currentText(), self.editor.value())

    def _fit(self) -> None:
        if self._row is not None:
            self._place.removeWidget(self._row)
            self._row.hide()
            self._row.deleteLater()
        attribute = self._attributes.get(self.field.currentText())
        if attribute is None:
            self.note.setText(
                "There are no contact fields yet. They are defined in Settings → Contact fields."
            )
            self._look()
            return
        self.editor = make_field_editor(self._shades, attribute, self._people, "bulk_field_value")
        self._row = FormRow("Becomes", self.editor, name="bulk_field_value_row")
        self._place.addWidget(self._row)
        self.editor.changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        super()._look()
        cleared = self.editor is not None and not self.editor.value()
        said = contacts_words(self._count)
        self.do.setText(f"Clear for {said}" if cleared else f"Set for {said}")
        self.do.setAccessibleName(self.do.text())
        if self.editor is not None:
            self.note.setText(
                "Without a value the field is cleared." if cleared else "Values there are replaced."
            )


class OptInDialog(BulkDialog):
    """Which answer is recorded; for those who opted out only with a reason."""

    def __init__(self, theme: Theme, window: QWidget, count: int, opted_out_count: int) -> None:
        super().__init__(
            theme, window, "Record a marketing opt-in", count, f"Record for {contacts_words(count)}",
            name="bulk_opt_in",
        )  # fmt: skip
        self._opted_out_count = opted_out_count
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(24)
        self.answers: dict[OptIn, QRadioButton] = {}
        for value, words in ((OptIn.YES, "Yes"), (OptIn.NO, "No"), (OptIn.NONE, "No choice")):
            button = named(QRadioButton(words), f"bulk_opt_in_{value.value}", f"Opt-in: {words}")
            self.answers[value] = button
            self._group.addButton(button)
            button.toggled.connect(self._look)
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.warning = Banner(theme, "warn", "", name="bulk_opt_in_warning")
        self.body.addWidget(self.warning)
        self.reason = named(QLineEdit(), "bulk_opt_in_reason", "Reason")
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setPlaceholderText("Reason, e.g. “signed the form at the fair”")
        self.reason.textChanged.connect(self._look)
        self.reason.returnPressed.connect(lambda: self.do.isEnabled() and self.do.setFocus())
        self.body.addWidget(self.reason)
        self.add_text(
            "Your name is kept with each entry of the consent history. Whoever has this answer already keeps it "
            "as it is. A stop in WhatsApp itself stays: only the contact can lift it.",
            muted=True,
        )
        self.focus_first(self.answers[OptIn.YES])
        self._look()

    def change(self) -> BulkChange | None:
        value = next((value for value, button in self.answers.items() if button.isChecked()), None)
        reason = self.reason.text().strip()
        if value is None or (self._needs_reason(value) and not reason):
            return None
        return SetOptIn(value, reason)

    def _needs_reason(self, value: OptIn) -> bool:
        return value is not OptIn.NO and self._opted_out_count > 0

    def _look(self) -> None:
        super()._look()
        value = next((value for value, button in self.answers.items() if button.isChecked()), None)
        needed = value is not None and self._needs_reason(value)
        out = self._opted_out_count
        who = "<b>1 of them opted out.</b>" if out == 1 else f"<b>{out:,} of them opted out.</b>"
        asked = "asked for marketing again" if value is OptIn.YES else "withdrew that"
        self.warning.show_banner("warn", f"{who} Say where they {asked}: it is kept as the reason.")
        self.warning.setVisible(needed)
        self.reason.setVisible(needed)
