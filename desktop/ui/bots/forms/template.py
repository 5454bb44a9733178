"""The form of a template: which one, and what stands in its variables."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.filters import ATTRIBUTE
from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_nodes import SendTemplate
from desktop.domain.flow_texts import ANSWER
from desktop.domain.flow_words import CONSENT_ASKED, MARKETING_NOTICE
from desktop.domain.template_notices import warnings
from desktop.domain.templates import Template, Variable, example_values
from desktop.domain.variables import carried_over, replaced, still_examples
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.place import Place
from desktop.ui.bots.forms.rows import Parted, Problem, Row, detail
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.sequences.template_picker import TemplatePicker
from desktop.ui.templates.message_bubble import MessageBubble
from desktop.ui.templates.notices import NoticeBanners
from desktop.ui.templates.variables_grid import SOURCES, VariableRow
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Theme

DIALOG_PX: Final = 640


class ChooseTemplate(CardDialog):
    """`template_chosen(Template)` when one is taken; it closes by itself then."""

    template_chosen = Signal(object)

    def __init__(self, theme: Theme, window: QWidget, templates: Sequence[Template]) -> None:
        super().__init__(theme, window, "Which template?", width_px=DIALOG_PX, name="choose_template")
        self.picker = TemplatePicker(theme, name="choose_template")
        self.picker.show_templates(templates, None)
        self.picker.template_chosen.connect(self._take)
        self.body.addWidget(self.picker)
        self.add_button("Cancel", result=0, name="choose_template_cancel")
        self.focus_first(self.picker.search)

    def _take(self, template: Template) -> None:
        self.done(1)
        self.template_chosen.emit(template)


class ChosenTemplate(QWidget):
    """The template that is chosen, and a button to choose another."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title = Label("", "strong", wrap=True, tight=True, name="node_template_name")
        self.badge = Badge(theme, "", name="node_template_category")
        self.language = Badge(theme, "", BadgeKind.NEUTRAL, name="node_template_language")
        self.choose = Button(theme, "Choose a template…", name="node_template_choose")
        badges = QHBoxLayout()
        badges.setSpacing(6)
        badges.addWidget(self.badge)
        badges.addWidget(self.language)
        badges.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addLayout(badges)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeading)
        self.setFocusProxy(self.choose)
        named(self, "node_template", "Template")

    def show_template(self, template: Template | None, *, gone: bool) -> None:
        """gone: one was chosen that is not there any more."""
        self.title.setText(template.name if template else "This template is gone." if gone else "")
        self.title.setVisible(template is not None or gone)
        for badge in (self.badge, self.language):
            badge.setVisible(template is not None)
        if template is not None:
            self.badge.show_badge(*CATEGORY[template.effective_category])
            self.language.show_badge(template.language, BadgeKind.NEUTRAL)
        words = "Choose another…" if template or gone else "Choose a template…"
        self.choose.setText(words)
        self.choose.setAccessibleName(words)


class VariableFields(Parted):
    """One variable below the other: where it comes from, and a text. `variable_changed(Variable, is_typing)`."""

    variable_changed = Signal(object, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[object, ...] = ()
        self.rows: dict[str, VariableRow] = {}
        self._problems: dict[str, Problem] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._holder = QWidget()
        self._column.addWidget(self._holder)
        named(self, "node_variables", "Variables")

    def show_variables(self, template: Template, variables: Sequence[Variable], place: Place) -> None:
        """Fields that are shown already keep what is typed."""
        shown = (template.id, tuple(one.name for one in variables), _sources(variables, place))
        same = {one.name: one for one in variables} == {
            name: row.variable() for name, row in self.rows.items()
        }
        if shown != self._shown or not same:
            self._shown = shown
            self._build(variables, example_values(template), _sources(variables, place))
        still = still_examples(template, variables)
        for name, row in self.rows.items():
            row.show_example(name in still)

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """Those of one variable below it; returns the others."""
        for name, problem in self._problems.items():
            problem.show_findings([one for one in findings if detail(one.part) == name])
            self.rows[name].source.setAccessibleDescription(problem.text())
        return tuple(one for one in findings if detail(one.part) not in self._problems)

    def input_of(self, which: str) -> QWidget | None:
        return self.rows[which].source if which in self.rows else None

    def _build(
        self, variables: Sequence[Variable], examples: Mapping[str, str], sources: Sequence[tuple[str, str]]
    ) -> None:
        self._column.removeWidget(self._holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = QWidget()
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.rows, self._problems = {}, {}
        for variable in variables:
            row = VariableRow(
                self._theme, variable, sources, examples.get(variable.name, ""), "node_variable"
            )
            row.source.setMinimumWidth(0)
            row.source.setSizeAdjustPolicy(row.source.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            row.text.setMinimumWidth(0)
            row.example.setWordWrap(True)
            row.source.activated.connect(lambda _, row=row: self._tell(row, False))
            row.text.textEdited.connect(lambda _, row=row: self._tell(row, True))
            self.rows[variable.name] = row
            problem = Problem(f"{row.source.objectName().removesuffix('_source')}_problem")
            self._problems[variable.name] = problem
            column.addLayout(_variable_box(row, problem))
        self._column.addWidget(self._holder)
        self._holder.setVisible(bool(variables))

    def _tell(self, row: VariableRow, is_typing: bool) -> None:
        row.fit()
        self.variable_changed.emit(row.variable(), is_typing)


def _variable_box(row: VariableRow, problem: Problem) -> QVBoxLayout:
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(row.label)
    head.addWidget(row.example, 1)
    box = QVBoxLayout()
    box.setSpacing(4)
    box.addLayout(head)
    box.addWidget(row.source)
    box.addWidget(row.text)
    box.addWidget(problem)
    return box


def _sources(variables: Sequence[Variable], place: Place) -> tuple[tuple[str, str], ...]:
    """What a variable can come from: a fixed text, the contact, or an answer; what is chosen and gone among it."""
    found = [*SOURCES]
    found += [(f"{ANSWER}{one}", f"Answer: {one}") for one in place.answers]
    found += [(f"{ATTRIBUTE}{one}", one) for one in place.known.attributes]
    known = {key for key, _ in found}
    for one in variables:
        if one.field.startswith(ANSWER) and one.field not in known:
            known.add(one.field)
            found.append((one.field, f"Answer: {one.field.removeprefix(ANSWER)} (not known here)"))
    return tuple(found)


class TemplateForm(Form[SendTemplate]):
    def make(self) -> None:
        self.chosen = ChosenTemplate(self.theme)
        self.chosen.choose.clicked.connect(self.open_choice)
        self.add(Row("Template", self.chosen, name="node_template", part="template_id"))
        self.marketing = Banner(self.theme, "warn", MARKETING_NOTICE, name="node_marketing")
        self.notices = NoticeBanners(self.theme, name="node_notices")
        self.column.addWidget(self.marketing)
        self.column.addWidget(self.notices)
        self.variables = VariableFields(self.theme)
        self.variables.variable_changed.connect(self._set_variable)
        self.variables_row = self.add(
            Row("Variables", self.variables, name="node_variables", part="variables")
        )
        self.heading = SectionLabel("Message")
        self.bubble = MessageBubble(self.theme, name="node_preview")
        self.column.addWidget(self.heading)
        self.column.addWidget(self.bubble)
        self.marketing.hide()

    @property
    def template(self) -> Template | None:
        """The one that is chosen, where it is there."""
        return self.place.known.templates.get(self.does.template_id or 0)

    def show_fields(self) -> None:
        template = self.template
        self.chosen.show_template(template, gone=template is None and self.does.template_id is not None)
        self.marketing.show_banner("warn", CONSENT_ASKED if self.place.known.bots_ask else MARKETING_NOTICE)
        self.marketing.setVisible(template is not None and template.is_marketing)
        self.notices.show_notices(warnings(template) if template else ())
        self.variables_row.setVisible(template is not None and bool(template.variables))
        for widget in (self.heading, self.bubble):
            widget.setVisible(template is not None)
        if template is not None:
            self.variables.show_variables(template, self._all(template), self.place)
            self.bubble.show_template(template, _shown_values(self.does.variables))

    def show_findings(self, findings: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
        """What the banners say already is not said twice."""
        said = {one.sentence for one in self.notices.shown}
        return super().show_findings([one for one in findings if not one.mark and one.sentence not in said])

    def open_choice(self) -> None:
        """Ask which template."""
        dialog = ChooseTemplate(self.theme, self.window(), list(self.place.known.templates.values()))
        dialog.template_chosen.connect(self._choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose(self, template: Template) -> None:
        variables = carried_over(self.does.variables, self.template, template)
        self.set(template_id=template.id, variables=variables)
        self.chosen.choose.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_variable(self, variable: Variable, is_typing: bool) -> None:
        template = self.template
        if template is not None:
            joint = f"variables:{variable.name}" if is_typing else ""
            self.set(joint, variables=replaced(self._all(template), variable))

    def _all(self, template: Template) -> tuple[Variable, ...]:
        """Every variable of the template, those without a value among them."""
        kept = {one.name: one for one in self.does.variables}
        return tuple(kept.get(name, Variable(name)) for name in template.variables)


def _shown_values(variables: Sequence[Variable]) -> dict[str, str]:
    """The fixed texts; what comes from elsewhere by its name."""
    named_by = dict(SOURCES)
    return {
        one.name: named_by.get(one.field, one.field.removeprefix(ANSWER).removeprefix(ATTRIBUTE)) if one.field else one.text
        for one in variables
    }  # fmt: skip
