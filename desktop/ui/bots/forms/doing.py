"""Forms of what changes the contact: a field, the opt-in, tags."""

from collections.abc import Sequence
from typing import Final

from desktop.domain.consent import OptIn
from desktop.domain.filters import Kind
from desktop.domain.flow_nodes import SetAttribute, SetOptIn, SetTags
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.rows import Row
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.label import Label

_FORMATS: Final = {
    Kind.NUMBER: "A number, like 12.5.",
    Kind.DATE: "A date, like 2026-11-23.",
    Kind.YES_NO: "yes or no.",
    Kind.CHOICES: "One or more of its choices, with “|” between them.",
    Kind.CHOICE: "One of its choices.",
    Kind.USER: "The name of somebody who works here.",
}
BLANK: Final = "Blank takes its value away. What does not fit the field is not kept."
EVIDENCE: Final = {
    OptIn.YES: (
        "Recorded as given by the customer, with their last answer in this flow as the evidence: their words, the flow "
        "and the time. Where they have said nothing yet, nothing is recorded. A stop that WhatsApp told us stays."
    ),
    OptIn.NO: (
        "Recorded with the customer’s last answer as the evidence; a No is believed without one. Broadcasts and "
        "sequences leave them out from then on."
    ),
}  # fmt: skip
OPT_IN: Final = ((OptIn.YES, "Yes, they want marketing"), (OptIn.NO, "No, they do not"))


class SetAttributeForm(Form[SetAttribute]):
    def make(self) -> None:
        _, self.attribute = self.add_choice("attribute", "Field")
        self.value_row, self.value = self.add_line("value", "Value", hint="A text, or {{an answer}}")
        self.value.more = self._values

    def show_fields(self) -> None:
        does = self.does
        fields = [(one, one) for one in self.place.known.attributes]
        if not does.attribute:
            fields.insert(0, ("", "Choose a field"))
        self.attribute.show_entries(fields, does.attribute, f"{does.attribute} (gone)")
        self.value.show_text(does.value, self.place)
        known = self.place.known.attributes.get(does.attribute)
        self.value_row.show_help(f"{_FORMATS.get(known.kind, '') if known else ''} {BLANK}".strip())

    def _values(self) -> Sequence[tuple[str, str]]:
        """What a field with choices can be."""
        known = self.place.known.attributes.get(self.does.attribute)
        if known is None:
            return ()
        if known.kind is Kind.YES_NO:
            return (("yes", "yes"), ("no", "no"))
        choices = list(self.place.known.people.values()) if known.kind is Kind.USER else known.choices
        return tuple((one, one) for one in choices)


class SetOptInForm(Form[SetOptIn]):
    def make(self) -> None:
        _, self.value = self.add_choice("value", "Marketing opt-in")
        self.evidence = Label("", "muted", wrap=True, tight=True, name="node_evidence")
        self.column.addWidget(self.evidence)

    def show_fields(self) -> None:
        self.value.show_entries(OPT_IN, self.does.value)
        self.evidence.setText(EVIDENCE[self.does.value])


class TagsForm(Form[SetTags]):
    def make(self) -> None:
        self._tags: tuple[str, ...] | None = None
        self.add_chips: ChipsValue | None = None
        self.remove_chips: ChipsValue | None = None

    def show_fields(self) -> None:
        if self._tags != self.place.known.tags:
            self._tags = self.place.known.tags
            self._build()
        for chips, values in ((self.add_chips, self.does.add), (self.remove_chips, self.does.remove)):
            if chips is not None and chips.values() != values:
                chips.set_values(values)

    def finish(self) -> None:
        for chips in (self.add_chips, self.remove_chips):
            if chips is not None:
                chips.finish()

    def _build(self) -> None:
        """The fields offer the tags that there are."""
        for row in self.rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        self.add_chips = self._chips("add", "Put these on")
        self.remove_chips = self._chips("remove", "Take these off")
        self.add_chips.changed.connect(lambda: self._told("add"))
        self.remove_chips.changed.connect(lambda: self._told("remove"))

    def _chips(self, part: str, label: str) -> ChipsValue:
        known = [(one, one) for one in self._tags or ()]
        chips = ChipsValue(self.theme, known, f"node_{part}", free=True, hint="Type a tag")
        self.add(Row(label, chips, name=f"node_{part}", part=part))
        chips.entry.setAccessibleName(label)
        return chips

    def _told(self, part: str) -> None:
        chips = self.add_chips if part == "add" else self.remove_chips
        if chips is not None:
            self.set("", **{part: chips.values()})
