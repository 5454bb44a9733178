"""What the editor has to know beside the sequence itself, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QDate

from desktop.app import App
from desktop.domain.contact_table import TableQuery
from desktop.domain.contacts import Contact
from desktop.domain.filters import Attribute
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.sequence_checks import Finding, Part, check
from desktop.domain.settings import Settings
from desktop.domain.templates import Template
from desktop.ui.filters.condition_row import Vocabulary

LOOKED_AT: Final = 30
"""So many contacts are looked at for one with a name."""


@dataclass(frozen=True, slots=True)
class Around:
    """templates: by id. example: a contact to show a message with; None if there is nobody yet."""

    templates: Mapping[int, Template] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    settings: Settings = field(default_factory=Settings)
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    example: Contact | None = None

    def template_of(self, step: SequenceStep) -> Template | None:
        return self.templates.get(step.template_id) if step.template_id is not None else None

    def findings(self, definition: Definition) -> tuple[Finding, ...]:
        """What stands against activating it, and warnings."""
        return merged(check(definition, self.templates, self.attributes, self.now))


async def look_around(app: App) -> Around:
    """Read it all."""
    attributes = {one.name: one for one in await app.contacts.attributes()}
    now = app.clock.now()
    local = now.astimezone()
    people = [one.name for one in await app.workspace.people()]
    vocabulary = Vocabulary(
        attributes, await app.contacts.tag_names(), QDate(local.year, local.month, local.day), people
    )
    first = await app.contact_table.page(TableQuery(), 0, LOOKED_AT)
    named = [row.contact for row in first if row.contact.name and row.contact.phone]
    return Around(
        {one.id: one for one in await app.templates.every()},
        attributes,
        vocabulary,
        await app.workspace.settings(),
        now,
        named[0] if named else None,
    )


def merged(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The variables of one step that need a value in one sentence."""
    told: dict[tuple[object, ...], Finding] = {}
    for at, one in enumerate(found):
        alike = one.part is Part.VARIABLES and one.title == "Variable without a value"
        key = (one.step_number, one.part, one.title) if alike else (at,)
        before = told.get(key)
        if before is not None:
            detail = f"{before.detail}, {one.detail}"
            named = ", ".join(f"{{{{{name}}}}}" for name in detail.split(", "))
            one = replace(before, sentence=f"Give {named} values or fields.", detail=detail)
        told[key] = one
    return tuple(told.values())


def sentences(found: tuple[Finding, ...], part: Part, step_number: int = 0) -> str:
    """What is said of one part, for the place beside it; "" for nothing."""
    return " ".join(one.sentence for one in found if one.part is part and one.step_number == step_number)
