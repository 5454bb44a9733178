"""WhatsApp templates: what they say, what they need, and which category decides.

Source of the shapes and rules: the Cloud API's "Message templates" pages.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from desktop.domain.consent import Category

FRESH_FOR: Final = timedelta(minutes=10)
"""A cached template older than this is refreshed once before a claim goes on."""


class TemplateStatus(StrEnum):
    """Only APPROVED may be sent. OTHER: a state that WhatsApp added since."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    GONE = "gone"
    OTHER = "other"


class Quality(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Button:
    """A template's button. kind: quick_reply, url, phone_number, copy_code, flow …; url may end in a variable."""

    kind: str
    text: str
    url: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language.

    revision grows with each change of what a recipient would see or of the category; a person's reason
    and a message's receipt name it. header_kind: "", text, image, video, document, location.
    category_before: what it was before WhatsApp turned it into another category.
    category_told_at: when a webhook last spoke of the category, or a list brought another one.
    header_kind is carousel where cards take the place of a header. examples: the body's, in order;
    other_examples: by variable for the header and the buttons, by 'header' for the file of a media header.
    status_reason: why it was rejected or paused, in WhatsApp's words. paused_until: None where WhatsApp
    did not say.
    """

    id: int
    name: str
    language: str
    category: Category
    body: str
    status: TemplateStatus = TemplateStatus.APPROVED
    correct_category: Category | None = None
    quality: Quality = Quality.UNKNOWN
    header_kind: str = ""
    header_text: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    named: bool = False
    examples: tuple[str, ...] = ()
    revision: int = 1
    fetched_at: datetime | None = None
    whatsapp_id: str = ""
    category_before: Category | None = None
    category_changed_at: datetime | None = None
    other_examples: tuple[tuple[str, str], ...] = ()
    status_reason: str = ""
    paused_until: datetime | None = None
    category_told_at: datetime | None = None

    @property
    def effective_category(self) -> Category:
        """The category that the rule uses: a pending turn into marketing counts at once."""
        if self.correct_category is Category.MARKETING:
            return Category.MARKETING
        return self.category

    @property
    def is_marketing(self) -> bool:
        return self.effective_category is Category.MARKETING

    @property
    def sendable(self) -> bool:
        return self.status is TemplateStatus.APPROVED

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the header, the body and the URL buttons, in order, each once.

        Body variables are '1', '2' … or names; a header's is 'header:1', a button's 'button0:1'.
        """
        found = [f"header:{name}" for name in placeholders(self.header_text)]
        found += list(placeholders(self.body))
        for index, button in enumerate(self.buttons):
            found += [f"button{index}:{name}" for name in placeholders(button.url)]
        return tuple(dict.fromkeys(found))

    def keeping_category(self, known: "Template") -> "Template":
        """This reading with the known category where that one may be newer; it is stale then, so a claim reads anew.

        fetched_at here is when the reading of the list began: what was learned since may be missing from it.
        """
        if (self.category, self.correct_category) == (known.category, known.correct_category):
            return self
        began, told, read = self.fetched_at, known.category_told_at, known.fetched_at
        if began is not None and (told is None or told < began) and (read is None or read <= began):
            return self
        return replace(
            self, category=known.category, correct_category=known.correct_category, fetched_at=None
        )

    def stale(self, now: datetime) -> bool:
        """True if the cached copy must be refreshed before it decides anything."""
        return self.fetched_at is None or now - self.fetched_at > FRESH_FOR


_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names inside {{…}}, in order, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill(text: str, values: Mapping[str, str], prefix: str = "") -> str:
    """The text with its variables filled; one without a value keeps its {{…}}."""
    return _PLACEHOLDER.sub(lambda found: values.get(prefix + found[1]) or found[0], text)


def missing(template: Template, values: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that have no value, or a blank one."""
    return tuple(name for name in template.variables if not values.get(name, "").strip())


def example_values(template: Template) -> dict[str, str]:
    """The variables that have an example, with it."""
    values = dict(zip(_in_order(template), template.examples, strict=False)) | dict(template.other_examples)
    return {name: values[name] for name in template.variables if values.get(name)}


def _in_order(template: Template) -> tuple[str, ...]:
    """The body's variables in the order of their examples: {{1}}, {{2}} …, wherever they stand in the text."""
    names = placeholders(template.body)
    if template.named or not all(name.isdecimal() for name in names):
        return names
    return tuple(sorted(names, key=int))


def preview(template: Template, values: Mapping[str, str]) -> str:
    """What the customer reads: header, body and footer, as plain text."""
    parts = [fill(template.header_text, values, "header:"), fill(template.body, values), template.footer]
    return "\n\n".join(part for part in parts[:2] if part) + (f"\n\n{parts[2]}" if parts[2] else "")


def wording(template: Template) -> str:
    """What a person says yes to: header, body, footer and buttons, with {{1}} where a value goes."""
    buttons = [f"[{one.text}]" for one in template.buttons]
    parts = [template.header_text, template.body, template.footer, " ".join(buttons)]
    return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Variable:
    """Where a template variable gets its value: a contact's field, or the same text for everyone.

    field: '' (use text), 'name', 'first_name', 'phone', or 'attribute:<name>'. text is the fixed text, or
    the default where the field is blank ("" leaves the contact out).
    """

    name: str
    field: str = ""
    text: str = ""

    def value(self, fields: Mapping[str, str]) -> str:
        """The value for a contact whose fields are given; "" when there is none."""
        return (fields.get(self.field, "").strip() or self.text) if self.field else self.text


def values_for(variables: tuple[Variable, ...], fields: Mapping[str, str]) -> dict[str, str]:
    """Every variable's value for one contact."""
    return {variable.name: variable.value(fields) for variable in variables}


def without_value(template: Template, variables: Sequence[Variable]) -> tuple[str, ...]:
    """The template's variables that would have no value for anybody: no field and no text, or not there at all."""
    given = {one.name for one in variables if one.field or one.text.strip()}
    return tuple(name for name in template.variables if name not in given)
