"""The form of a condition: on the contact, on an answer, or on the time."""

from typing import Final

from PySide6.QtCore import QDate

from desktop.domain.filter_words import OPERATORS
from desktop.domain.filters import Filter, Op
from desktop.domain.flow_answers import ANSWER_OPS
from desktop.domain.flow_nodes import About, Decide
from desktop.domain.sequence import Hours
from desktop.ui.bots.forms.boxes import LineBox
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.rows import Row
from desktop.ui.filters.condition_row import Vocabulary
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.sequences.hours_field import HoursField

ABOUT: Final = (
    (About.CONTACT, "The contact"),
    (About.ANSWER, "An answer"),
    (About.HOURS, "The time (office hours)"),
)
_WITHOUT_VALUE: Final = (Op.EMPTY, Op.NOT_EMPTY)
_NUMBERS: Final = (Op.LESS, Op.MORE)


class ConditionForm(Form[Decide]):
    def make(self) -> None:
        _, self.about = self.add_choice("about", "Looks at")
        self.builder = FilterBuilder(self.theme, label="Yes, if", name="node_filter", narrow=True)
        self.builder.filter_changed.connect(lambda _: self._filter_changed())
        self._vocabulary: Vocabulary | None = None
        self.contact_row = self.add(Row("Yes, if", self.builder, name="node_contact", part="contact"))
        self.answer_row, self.answer = self.add_choice("answer", "Yes, if the answer")
        self.op_row, self.op = self.add_choice("op", "Condition")
        self.value = LineBox(hint="A text", name="node_values", label="Value")
        self.value.edited.connect(self._value_typed)
        self.value_row = self.add(Row("Value", self.value, name="node_values", part="values"))
        self.hours = HoursField(self.theme, name="node_hours", narrow=True)
        self.hours.setAccessibleName("Office hours")
        self.hours.hours_changed.connect(self._hours_chosen)
        self.hours_row = self.add(
            Row(
                "Yes, if it is", self.hours, name="node_hours", part="hours",
                help_text="Weekdays and times at the moment when the flow comes here.",
            )
        )  # fmt: skip

    def show_fields(self) -> None:
        does, about = self.does, self.does.about
        self.about.show_entries(ABOUT, about)
        self._show_filter()
        names = [(one, one) for one in self.place.answers]
        if not does.answer:
            names.insert(0, ("", "Choose an answer"))
        self.answer.show_entries(names, does.answer, f"{does.answer} (not known here)")
        self.op.show_entries([(one, OPERATORS[one]) for one in ANSWER_OPS], does.op, OPERATORS[does.op])
        self.value.setPlaceholderText("A number" if does.op in _NUMBERS else "A text")
        self.value.show_text(does.values[0] if does.values else "")
        self.hours.show_hours(does.hours, self.place.zone_name)
        self.contact_row.setVisible(about is About.CONTACT)
        self.answer_row.setVisible(about is About.ANSWER)
        self.op_row.setVisible(about is About.ANSWER)
        self.value_row.setVisible(about is About.ANSWER and does.op not in _WITHOUT_VALUE)
        self.hours_row.setVisible(about is About.HOURS)

    def finish(self) -> None:
        if self.does.about is About.CONTACT:
            self.builder.finish()

    def _show_filter(self) -> None:
        """What is built already stays as it is typed while the filter is the same."""
        wanted = self.does.contact
        known = self.place.known
        vocabulary = Vocabulary(
            known.attributes, known.tags, QDate.currentDate(), list(known.people.values())
        )
        if vocabulary == self._vocabulary and wanted == self.builder.group.whole():
            return
        self._vocabulary = vocabulary
        self.builder.show_filter(wanted, vocabulary)

    def _filter_changed(self) -> None:
        """A condition without a value is part of it: what somebody began to narrow never means everybody."""
        wanted: Filter = self.builder.group.whole()
        self.set("contact", contact=wanted)

    def _value_typed(self, text: str) -> None:
        self.set("values", values=(text.strip(),) if text.strip() else ())

    def _hours_chosen(self, hours: Hours) -> None:
        self.set(hours=hours)
