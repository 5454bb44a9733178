"""The wizard as a value: its steps, what was chosen, and what stands in the way."""

from dataclasses import dataclass, replace
from enum import IntEnum

from desktop.domain.audience import Breakdown
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.filters import Filter
from desktop.domain.template_notices import not_sendable
from desktop.domain.templates import Template, Variable
from desktop.domain.variables import carried_over, replaced, still_examples


class Step(IntEnum):
    """The wizard's steps, in order."""

    TEMPLATE = 1
    AUDIENCE = 2
    MESSAGE = 3
    WHEN = 4
    REVIEW = 5


@dataclass(frozen=True, slots=True)
class WizardState:
    """The wizard as a value: what was chosen, where one stands, what the counts say."""

    draft: BroadcastDraft = BroadcastDraft()
    step: Step = Step.TEMPLATE
    template: Template | None = None
    breakdown: Breakdown | None = None
    counting: bool = False

    @property
    def still_examples(self) -> tuple[str, ...]:
        """The variables whose fixed text is still the example that WhatsApp was given."""
        return still_examples(self.template, self.draft.variables) if self.template is not None else ()

    @property
    def shows_toggle(self) -> bool:
        """Only a marketing template shows the toggle."""
        return self.template is not None and self.template.is_marketing

    def choose_template(self, template: Template) -> "WizardState":
        """Take a template; variables of the same name keep the source that a person gave them (the example of
        another template would be nonsense in this one), the toggle goes back to on."""
        variables = carried_over(self.draft.variables, self.template, template)
        draft = replace(
            self.draft,
            template_id=template.id,
            variables=variables,
            only_opted_in=True,
            name=self.draft.name or template.name.replace("_", " ").capitalize(),
        )
        return replace(self, draft=draft, template=template, breakdown=None, counting=True)

    def choose_audience(self, audience: Filter) -> "WizardState":
        return replace(self, draft=replace(self.draft, audience=audience), counting=True)

    def toggle(self, only_opted_in: bool) -> "WizardState":
        if not self.shows_toggle:
            return self
        return replace(self, draft=replace(self.draft, only_opted_in=only_opted_in), counting=True)

    def set_variable(self, variable: Variable) -> "WizardState":
        variables = replaced(self.draft.variables, variable)
        return replace(self, draft=replace(self.draft, variables=variables), counting=True)

    def rename(self, name: str) -> "WizardState":
        return replace(self, draft=replace(self.draft, name=name))

    def counted(self, breakdown: Breakdown) -> "WizardState":
        return replace(self, breakdown=breakdown, counting=False)

    def blocked_by(self) -> str:
        """Why one cannot go on from this step, as a sentence; "" when one can."""
        return self._problem_of(self.step)

    def _problem_of(self, step: Step) -> str:
        if step is Step.TEMPLATE and self.template is None:
            return "Choose a template."
        if step in (Step.TEMPLATE, Step.REVIEW) and self.template is not None:
            why = not_sendable(self.template)
            if why:
                return f"{why}. Choose another template."
        if step is Step.AUDIENCE and self.breakdown is not None and self.breakdown.selected_count == 0:
            return "Nobody matches. Change the conditions."
        if step is Step.AUDIENCE and self.breakdown is not None and not self.breakdown.will_be_sent_count:
            return "Everyone who matches would be left out. The reasons are on the right."
        if step is Step.MESSAGE:
            unset = [one.name for one in self.draft.variables if not one.field and not one.text.strip()]
            return f"Give {{{{{unset[0]}}}}} a value or a field." if unset else ""
        return ""

    def next(self) -> "WizardState":
        """The state one step on; unchanged while something is missing or at the end."""
        if self.blocked_by() or self.step is Step.REVIEW:
            return self
        return replace(self, step=Step(self.step + 1))

    def back(self) -> "WizardState":
        return self if self.step is Step.TEMPLATE else replace(self, step=Step(self.step - 1))

    def go_to(self, step: Step) -> "WizardState":
        """Jump to a step already reached; a later one only as far as nothing is missing."""
        state = self
        while state.step < step:
            onward = state.next()
            if onward.step == state.step:
                return state
            state = onward
        return replace(state, step=step)
