"""What one card of the timeline says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from desktop.domain.consent import Category
from desktop.domain.filter_words import filter_sentence
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.templates import Template
from desktop.ui.parts.bubble import plain
from desktop.ui.sequences.words import delay_words, hours_sentence
from desktop.ui.theme import Color

NOT_TO_OPTED_OUT: Final = "Not sent to contacts who opted out; they move on."
NO_TEMPLATE: Final = "No template chosen"
TEMPLATE_GONE: Final = "This template is not there any more"


@dataclass(frozen=True, slots=True)
class Note:
    """A line below the body: why, under which condition, what is missing."""

    text: str
    icon: str = ""
    color: Color = "muted"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One card. delay stands at the left; category None: no template. delay_tooltip: the hours that count."""

    number: int
    delay: str
    name: str
    category: Category | None = None
    body: str = ""
    notes: tuple[Note, ...] = ()
    delay_tooltip: str = ""


def step_line(
    number: int,
    step: SequenceStep,
    definition: Definition,
    templates: Mapping[int, Template],
    *,
    notes: tuple[Note, ...] = (),
) -> StepLine:
    """The card of step `number` (from 1) of a definition; a condition is always told."""
    template = None if step.template_id is None else templates.get(step.template_id)
    name = template.name if template else (NO_TEMPLATE if step.template_id is None else TEMPLATE_GONE)
    told: tuple[Note, ...] = ()
    if not step.condition.selects_everyone:
        told = (Note(f"Only if: {filter_sentence(step.condition)}", "funnel"),)
    return StepLine(
        number,
        delay_words(step),
        name,
        template.effective_category if template else None,
        plain(" ".join(template.body.split())) if template else "",
        (*told, *notes),
        hours_sentence(definition.hours_of(step)),
    )


def opt_out_note(step: SequenceStep, templates: Mapping[int, Template]) -> tuple[Note, ...]:
    """The quiet line of a marketing step."""
    template = templates.get(step.template_id or 0)
    return (Note(NOT_TO_OPTED_OUT, "prohibit"),) if template and template.is_marketing else ()
