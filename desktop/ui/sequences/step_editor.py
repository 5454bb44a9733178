"""The card that edits one step: which template, what stands in it, when it leaves, and to whom."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.contacts import fields_of
from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.sequence import Definition, Delay, Hours, SequenceStep
from desktop.domain.sequence_checks import Part
from desktop.domain.sequence_edit import choose_template, set_variable
from desktop.domain.template_notices import warnings
from desktop.domain.templates import Template, Variable, example_values, values_for
from desktop.domain.variables import still_examples
from desktop.ui.contacts.tall_area import TallArea
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label, Rule, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.sequences.around import Around, sentences
from desktop.ui.sequences.delay_field import DelayField
from desktop.ui.sequences.hours_field import HoursField
from desktop.ui.sequences.optional_filter import OptionalFilter
from desktop.ui.sequences.step_line import NOT_TO_OPTED_OUT
from desktop.ui.sequences.template_picker import TemplatePicker
from desktop.ui.sequences.words import hours_sentence
from desktop.ui.templates.message_bubble import MessageBubble
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.templates.variables_grid import VariablesGrid
from desktop.ui.theme import Theme

WIDTH_PX, PREVIEW_PX = 980, 270
AROUND_PX, LEAST_PX = 210, 240
"""What the window and the card need above and below the fields, and the least that is left for those."""
SAVE = 1


class Section(QWidget):
    """A small heading, its fields, and what is wrong with them."""

    def __init__(self, title: str, *widgets: QWidget, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(SectionLabel(title))
        for widget in widgets:
            column.addWidget(widget)
        self.problem = Label("", "muted", color="danger", wrap=True, tight=True, name=f"{name}_problem")
        column.addWidget(self.problem)
        self.problem.hide()
        named(self, name, title)

    def show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))


class StepEditor(CardDialog):
    """`step` is what is shown; it ends with SAVE by its button or Ctrl+Enter."""

    def __init__(
        self, theme: Theme, window: QWidget, number: int, step: SequenceStep, definition: Definition, around: Around,
        *, new: bool,
    ) -> None:  # fmt: skip
        super().__init__(
            theme, window, f"New step {number}" if new else f"Step {number}", width_px=WIDTH_PX, name="step_editor"
        )  # fmt: skip
        self.step, self._sequence, self._around = step, definition, around
        self._make_fields(theme, first=number == 1)
        form = self._form(theme)
        self.area = TallArea(form, max(theme.px(LEAST_PX), window.height() - theme.px(AROUND_PX)))
        both = QHBoxLayout()
        both.setSpacing(24)
        both.addWidget(self.area, 1)
        both.addWidget(self._preview(theme), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(both)
        self.add_button("Cancel", result=0, name="step_cancel")
        self.save = self.add_button(
            "Add step" if new else "Save step", "primary", result=SAVE, name="step_save"
        )
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(
                self._save
            )  # fmt: skip
        self._open()

    # What it is made of.

    def _make_fields(self, theme: Theme, *, first: bool) -> None:

        self.picker = TemplatePicker(theme, name="step_template")
        self.notices = NoticeBanners(theme, name="step_notices")
        self.marketing = QuietLine(theme, NOT_TO_OPTED_OUT, name="step_marketing")
        self.variables = VariablesGrid(theme, name="step_variable")
        self.delay = DelayField(theme, first=first, name="step_delay")
        self.hours_of = Tabs(
            theme, [Tab("sequence", "The sequence’s hours"), Tab("own", "Hours of its own")],
            label="Whose hours", name="step_hours_of",
        )  # fmt: skip
        self.hours_note = Label("", "muted", wrap=True, tight=True, name="step_hours_note")
        self.hours = HoursField(theme, name="step_hours")
        self.condition = OptionalFilter(
            theme, "Only contacts who meet a condition",
            "Looked at when the step is due. Not met: the step is skipped, the contact stays in the sequence.",
            name="step_condition",
        )  # fmt: skip
        self.bubble = MessageBubble(theme, name="step_preview")
        self.who = Label("", "muted", wrap=True, tight=True, name="step_preview_who")

    def _form(self, theme: Theme) -> QWidget:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 2, theme.px(6), 2)
        column.setSpacing(16)
        self.sections = {
            Part.TEMPLATE: Section("Template", self.picker, self.notices, self.marketing, name="step_part_template"),
            Part.VARIABLES: Section("Variables", self.variables, name="step_part_variables"),
            Part.DELAY: Section("When", self.delay, name="step_part_delay"),
            Part.HOURS: Section(
                "Hours and weekdays", self.hours_of, self.hours_note, self.hours, name="step_part_hours"
            ),
            Part.CONDITION: Section("To whom", self.condition, name="step_part_condition"),
        }  # fmt: skip
        for at, section in enumerate(self.sections.values()):
            if at:
                section.layout().insertWidget(0, Rule())  # type: ignore[union-attr]  # made above
            column.addWidget(section)
        return form

    def _preview(self, theme: Theme) -> QWidget:
        side = QWidget()
        side.setFixedWidth(theme.px(PREVIEW_PX))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(SectionLabel("Message"))
        column.addWidget(self.bubble)
        column.addWidget(self.who)
        column.addStretch(1)
        return side

    def _open(self) -> None:
        around = self._around
        self.picker.show_templates(list(around.templates.values()), around.template_of(self.step))
        self.variables.show_fields(list(around.attributes))
        self.delay.show_delay(self.step.delay)
        self.hours_of.choose("sequence" if self.step.hours is None else "own")
        self.hours.show_hours(self._sequence.hours_of(self.step), around.settings.time_zone)
        self.condition.show_condition(self.step.condition, around.vocabulary)
        self.picker.template_chosen.connect(self._choose_template)
        self.variables.variable_changed.connect(self._set_variable)
        self.delay.delay_changed.connect(self._set_delay)
        self.hours_of.chosen.connect(self._choose_hours)
        self.hours.hours_changed.connect(self._set_hours)
        self.condition.filter_changed.connect(self._set_condition)
        chosen = around.template_of(self.step) is not None
        self.focus_first(self.delay.unit if chosen else self.picker.search)
        self._show()

    # What a person does.

    def _choose_template(self, template: Template) -> None:
        before = self._around.template_of(self.step)
        self.step = choose_template(self.step, template, before)
        self._show()
        self.picker.change.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_variable(self, variable: Variable) -> None:
        self.step = set_variable(self.step, variable)
        self._show()

    def _set_delay(self, delay: Delay) -> None:
        self.step = replace(self.step, delay=delay)
        self._show()

    def _choose_hours(self, whose: str) -> None:
        self.step = replace(self.step, hours=self.hours.hours() if whose == "own" else None)
        if whose != "own":
            self.hours.show_hours(self._sequence.hours, self._around.settings.time_zone)
        self._show()

    def _set_hours(self, hours: Hours) -> None:
        self.step = replace(self.step, hours=hours)
        self._show()

    def _set_condition(self, wanted: Filter | None) -> None:
        self.step = replace(self.step, condition=wanted or EVERYONE)
        self._show()

    def _save(self) -> None:
        if self.save.isEnabled():
            self.save.click()

    def done(self, result: int) -> None:
        """A condition without a value keeps the card open: the step would go to everybody without it."""
        if result == SAVE:
            self.condition.flush()
            if self.condition.unfinished_count:
                self._show_problems()
                self.condition.focus_unfinished()
                return
        super().done(result)

    # What it shows.

    def _show(self) -> None:
        template = self._around.template_of(self.step)
        chosen = template is not None
        for part, section in self.sections.items():
            section.setVisible(chosen or part is Part.TEMPLATE)
        self.sections[Part.VARIABLES].setVisible(template is not None and bool(template.variables))
        self.notices.show_notices(warnings(template, self._around.now) if template else ())
        self.marketing.setVisible(template is not None and template.is_marketing)
        if template is not None:
            self.variables.show_variables(
                template, self.step.variables, still_examples(template, self.step.variables)
            )
        own = self.step.hours is not None
        self.hours.setVisible(own)
        self.hours_note.setVisible(not own)
        self.hours_note.setText(hours_sentence(self._sequence.hours))
        self._show_problems()
        self._show_preview(template)
        self.save.setEnabled(chosen)
        self.save.setToolTip("(Ctrl+Enter)" if chosen else "Choose a template first.")

    def _show_problems(self) -> None:
        found = self._around.findings(Definition((self.step,)))
        for part, section in self.sections.items():
            # The template's own troubles are banners already.
            shown = part is not Part.TEMPLATE or (
                self.step.template_id is not None and self._around.template_of(self.step) is None
            )
            named_below = part is Part.CONDITION and bool(self.condition.unfinished_count)
            section.show_problem(sentences(found, part, 1) if shown and not named_below else "")
        self.condition.show_problem(self.condition.unfinished_words())

    def _show_preview(self, template: Template | None) -> None:
        contact = self._around.example
        if template is None or contact is None:
            self.bubble.show_template(template, example_values(template) if template else {})
            self.who.setText("")
            return
        fields = fields_of(contact.name, contact.phone or "", contact.attributes)
        self.bubble.show_template(template, values_for(self.step.variables, fields))
        self.who.setText(f"As {contact.shown_name} would get it")


class QuietLine(QWidget):
    """A small sign and a sentence."""

    def __init__(self, theme: Theme, sentence: str, *, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Glyph(theme, "prohibit", "muted", 15), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(sentence, "muted", wrap=True, tight=True, name=f"{name}_text"), 1)
        named(self, name, sentence)


async def edit_step(
    theme: Theme, window: QWidget, number: int, step: SequenceStep, definition: Definition, around: Around, *, new: bool
) -> SequenceStep | None:  # fmt: skip
    """The step as a person wants it; None when they change nothing."""
    editor = StepEditor(theme, window, number, step, definition, around, new=new)
    return editor.step if await ask(editor) == SAVE else None
