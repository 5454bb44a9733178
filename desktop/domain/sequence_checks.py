"""What stands against activating a sequence, each with its place, so that it can be shown beside its cause. Pure.

The limits are those of `desktop.domain.sequence`; what a template needs, of `desktop.domain.template_notices`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from desktop.domain import filters
from desktop.domain.filters import ATTRIBUTE, Attribute, BadFilter, Filter
from desktop.domain.problems import Problem
from desktop.domain.sequence import (
    DAY_MINUTES,
    LONGEST_COOLING_DAYS,
    LONGEST_DELAY,
    MOST_STEPS,
    Definition,
    Delay,
    DelayUnit,
    Hours,
    SequenceStep,
    Trigger,
)
from desktop.domain.template_notices import blocking
from desktop.domain.templates import Template, Variable, without_value
from desktop.domain.text import clean

LONGEST_NAME: Final = 80


class Part(StrEnum):
    """Which input of a step or of the sequence a finding stands beside."""

    STEPS = "steps"
    TEMPLATE = "template"
    VARIABLES = "variables"
    DELAY = "delay"
    CONDITION = "condition"
    HOURS = "hours"
    TRIGGER = "trigger"
    SUCCESS = "success"
    FAILURE = "failure"
    COOLING = "cooling_days"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right. step_number: from 1; 0 is the sequence itself. blocks False: only a warning.

    detail: the variable or filter field inside the part, "" where there is none.
    """

    step_number: int
    part: Part
    title: str
    sentence: str
    blocks: bool = True
    detail: str = ""

    @property
    def place(self) -> str:
        """The field that a Problem names: 'step:2', or the part of the sequence."""
        return f"step:{self.step_number}" if self.step_number else self.part.value

    @property
    def spoken(self) -> str:
        """The sentence with its step, for where it stands alone: 'Step 2: Choose a template.'"""
        if not self.step_number:
            return self.sentence
        return f"Step {self.step_number}: {self.sentence}"

    @property
    def problem(self) -> Problem:
        return Problem(self.title, self.spoken, self.place)


def check(
    wanted: Definition, templates: Mapping[int, Template], attributes: Mapping[str, Attribute], now: datetime
) -> tuple[Finding, ...]:
    """All there is to say, in the order of the steps, then the sequence's own; warnings among them.

    templates: by id, those that the steps name; one that is absent is unknown. attributes: by name.
    """
    return (*_steps(wanted, templates, attributes, now), *_own(wanted, attributes))


def blockers(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that have to be put right before it can be activated."""
    return tuple(one for one in found if one.blocks)


def checked_name(text: str) -> str:
    """The name with single spaces. Raises Problem (field: name) for none and for more than 80 characters."""
    name = " ".join(clean(text).split())
    if not name:
        raise Problem("Name missing", "Give the sequence a name.", "name")
    if len(name) > LONGEST_NAME:
        raise Problem("Name too long", f"A sequence’s name has at most {LONGEST_NAME} characters.", "name")
    return name


# The steps.


def _steps(
    wanted: Definition, templates: Mapping[int, Template], attributes: Mapping[str, Attribute], now: datetime
) -> Iterator[Finding]:
    if not wanted.steps:
        yield Finding(0, Part.STEPS, "No steps", "Add a step: a sequence needs at least one message.")
    if len(wanted.steps) > MOST_STEPS:
        words = f"A sequence has at most {MOST_STEPS} steps; this one has {len(wanted.steps)}. Remove some."
        yield Finding(0, Part.STEPS, "Too many steps", words)
    for number, step in enumerate(wanted.steps, 1):
        yield from _template(number, step, templates, attributes, now)
        if against := _delay(step.delay):
            yield Finding(number, Part.DELAY, "Delay out of range", against)
        yield from _filter(number, Part.CONDITION, step.condition, attributes)
        if step.hours is not None:
            yield from _hours(number, step.hours)


def _template(
    number: int,
    step: SequenceStep,
    templates: Mapping[int, Template],
    attributes: Mapping[str, Attribute],
    now: datetime,
) -> Iterator[Finding]:
    if step.template_id is None:
        yield Finding(number, Part.TEMPLATE, "No template", "Choose a template.")
        return
    template = templates.get(step.template_id)
    if template is None:
        yield Finding(
            number, Part.TEMPLATE, "Template not found", "Choose another template: this one is gone."
        )
        return
    if against := blocking(template, now):
        yield Finding(number, Part.TEMPLATE, against.label, against.sentence)
    for name in without_value(template, step.variables):
        words = f"Give {{{{{name}}}}} a value or a field."
        yield Finding(number, Part.VARIABLES, "Variable without a value", words, detail=name)
    for variable in step.variables:
        if variable.name in template.variables and not _is_known(variable, attributes):
            named = variable.field.removeprefix(ATTRIBUTE)
            words = f"There is no field “{named}” for {{{{{variable.name}}}}}. Choose another one."
            yield Finding(number, Part.VARIABLES, "Unknown field", words, detail=variable.name)


_BUILT_IN: Final = ("", "name", "first_name", "phone")


def _is_known(variable: Variable, attributes: Mapping[str, Attribute]) -> bool:
    if not variable.field.startswith(ATTRIBUTE):
        return variable.field in _BUILT_IN
    return variable.field.removeprefix(ATTRIBUTE) in attributes


_UNITS: Final = {
    DelayUnit.MINUTES: timedelta(minutes=1),
    DelayUnit.HOURS: timedelta(hours=1),
    DelayUnit.DAYS: timedelta(days=1),
}


def _delay(delay: Delay) -> str:
    most = LONGEST_DELAY // _UNITS[delay.unit]
    if 0 <= delay.count <= most:
        return ""
    return f"Choose a delay of 0 to {most:,} {delay.unit.value}."


def _hours(number: int, hours: Hours) -> Iterator[Finding]:
    if not hours.weekdays:
        words = "Choose at least one weekday: without one no message could ever leave."
        yield Finding(number, Part.HOURS, "No weekday", words)
    elif not hours.weekdays <= frozenset(range(7)):
        yield Finding(number, Part.HOURS, "Unknown weekday", "Choose weekdays from Monday to Sunday.")
    if not (0 <= hours.start_minute < DAY_MINUTES and 0 <= hours.end_minute <= DAY_MINUTES):
        yield Finding(number, Part.HOURS, "Hours out of range", "Choose hours between 00:00 and 24:00.")
    elif hours.start_minute == hours.end_minute:
        words = "The hours end when they start: choose a later end, or the whole day."
        yield Finding(number, Part.HOURS, "Hours never open", words)


def _filter(
    number: int, part: Part, wanted: Filter | None, attributes: Mapping[str, Attribute]
) -> Iterator[Finding]:
    if wanted is None:
        return
    try:
        filters.check(wanted, attributes)
    except BadFilter as bad:
        yield Finding(number, part, bad.title, bad.sentence, detail=bad.field)


# The sequence's own.


def _own(wanted: Definition, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    yield from _trigger(wanted.trigger, attributes)
    yield from _goal(Part.SUCCESS, wanted.success, attributes)
    yield from _goal(Part.FAILURE, wanted.failure, attributes)
    if not 0 <= wanted.cooling_days <= LONGEST_COOLING_DAYS:
        words = f"Choose a cooling period of 0 to {LONGEST_COOLING_DAYS} days."
        yield Finding(0, Part.COOLING, "Cooling period out of range", words)
    yield from _hours(0, wanted.hours)


def _trigger(trigger: Trigger, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    if not trigger.is_set:
        return
    yield from _filter(0, Part.TRIGGER, trigger.condition, attributes)
    if trigger.condition.selects_everyone:
        which = " and ".join(
            word for word, on in (("new", trigger.on_created), ("changed", trigger.on_updated)) if on
        )
        words = f"Without a condition every {which} contact comes in, imports included."
        yield Finding(0, Part.TRIGGER, "Every contact comes in", words, blocks=False)


def _goal(part: Part, goal: Filter | None, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    if goal is None:
        return
    if goal.selects_everyone:
        words = "Add a condition to this goal, or take it away: everyone meets it as it is."
        yield Finding(0, part, "Goal without a condition", words)
        return
    yield from _filter(0, part, goal, attributes)
