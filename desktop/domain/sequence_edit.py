"""A sequence while it is being edited: each change is a new value, and the ones before are kept to go back to. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from desktop.domain.sequence import MOST_STEPS, Definition, SequenceStep
from desktop.domain.templates import Template, Variable
from desktop.domain.variables import carried_over, replaced

MOST_UNDO: Final = 100
FULL: Final = f"A sequence has at most {MOST_STEPS} steps."


@dataclass(frozen=True, slots=True)
class SequenceEdit:
    """What the editor shows, what undo() and redo() lead to. Step numbers count from 1.

    joint: of the last change; the next one with the same joint is part of it, as letters are of a word.
    """

    definition: Definition = Definition()
    past: tuple[Definition, ...] = ()
    future: tuple[Definition, ...] = ()
    joint: str = ""

    @property
    def can_undo(self) -> bool:
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        return bool(self.future)

    @property
    def why_not_add(self) -> str:
        """Why there can be no further step, in a sentence; "" while there can."""
        return FULL if len(self.definition.steps) >= MOST_STEPS else ""

    def step(self, number: int) -> SequenceStep:
        """Raises IndexError for a number that is none."""
        if number < 1:
            raise IndexError(number)
        return self.definition.steps[number - 1]

    def change(self, definition: Definition, joint: str = "") -> "SequenceEdit":
        """Another definition; the one that is shown already changes nothing."""
        if definition == self.definition:
            return self
        if joint and joint == self.joint and self.past:
            return replace(self, definition=definition, future=())
        past = (*self.past, self.definition)[-MOST_UNDO:]
        return SequenceEdit(definition, past, (), joint)

    def undo(self) -> "SequenceEdit":
        if not self.past:
            return self
        return SequenceEdit(self.past[-1], self.past[:-1], (self.definition, *self.future))

    def redo(self) -> "SequenceEdit":
        if not self.future:
            return self
        return SequenceEdit(self.future[0], (*self.past, self.definition), self.future[1:])

    def insert(self, number: int, step: SequenceStep) -> "SequenceEdit":
        """Put a step in, to have this number, or at the end. Does nothing where there is no room."""
        if self.why_not_add:
            return self
        steps = self.definition.steps
        at = max(0, min(number - 1, len(steps)))
        return self._with((*steps[:at], step, *steps[at:]))

    def add(self, step: SequenceStep) -> "SequenceEdit":
        """A step at the end."""
        return self.insert(len(self.definition.steps) + 1, step)

    def copy(self, number: int) -> "SequenceEdit":
        """The same step once more, right after it."""
        return self.insert(number + 1, self.step(number))

    def replace_step(self, number: int, step: SequenceStep) -> "SequenceEdit":
        """Another step in the place of one. Raises IndexError."""
        self.step(number)
        steps = self.definition.steps
        return self._with((*steps[: number - 1], step, *steps[number:]))

    def move(self, number: int, by: int) -> "SequenceEdit":
        """Put a step `by` places further down; it stops at either end. Raises IndexError."""
        moved = self.step(number)
        rest = (*self.definition.steps[: number - 1], *self.definition.steps[number:])
        at = max(0, min(number - 1 + by, len(rest)))
        return self._with((*rest[:at], moved, *rest[at:]))

    def remove(self, number: int) -> "SequenceEdit":
        """Raises IndexError."""
        self.step(number)
        return self._with((*self.definition.steps[: number - 1], *self.definition.steps[number:]))

    def _with(self, steps: tuple[SequenceStep, ...]) -> "SequenceEdit":
        return self.change(replace(self.definition, steps=steps))


def choose_template(step: SequenceStep, template: Template, before: Template | None) -> SequenceStep:
    """Another template; see `variables.carried_over`. before: the template that the step had."""
    variables = carried_over(step.variables, before, template)
    return replace(step, template_id=template.id, variables=variables)


def set_variable(step: SequenceStep, variable: Variable) -> SequenceStep:
    """Another source for the variable of this name."""
    return replace(step, variables=replaced(step.variables, variable))
