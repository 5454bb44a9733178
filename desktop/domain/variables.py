"""The sources of a template's variables while they are being chosen, in a broadcast as in a sequence. Pure."""

from collections.abc import Sequence

from desktop.domain.templates import Template, Variable, example_values


def suggest(name: str, template: Template) -> Variable:
    """A sensible first source for a variable: the first one is usually the name (“Hi there” for those
    without one), the others show their example."""
    if name == template.variables[0]:
        return Variable(name, "first_name", "there")
    # What ends a button's address is for a person to say: an example would lead everyone astray.
    return Variable(name, "", "" if name.startswith("button") else example_values(template).get(name, ""))


def carried_over(
    variables: Sequence[Variable], before: Template | None, template: Template
) -> tuple[Variable, ...]:
    """The variables of another template: one of the same name keeps what a person chose, the others get a suggestion.

    before: the template so far, whose suggestions are not a person's choice.
    """
    suggested = {suggest(name, before) for name in before.variables} if before is not None else set()
    kept = {one.name: one for one in variables if one not in suggested}
    return tuple(kept.get(name) or suggest(name, template) for name in template.variables)


def replaced(variables: Sequence[Variable], variable: Variable) -> tuple[Variable, ...]:
    """Another source for the variable of this name."""
    return tuple(variable if one.name == variable.name else one for one in variables)


def still_examples(template: Template, variables: Sequence[Variable]) -> tuple[str, ...]:
    """The variables whose fixed text is still the example that WhatsApp was given."""
    examples = example_values(template)
    return tuple(
        one.name
        for one in variables
        if not one.field and one.text.strip() and one.text.strip() == examples.get(one.name, "").strip()
    )
