"""The compose box as a value: what is being written, and what stands in the way of sending it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from desktop.domain import consent, template_notices, templates, window
from desktop.domain.consent import Category, Facts, OptIn, Override, Path, Policy, Question, Verdict
from desktop.domain.templates import Template

MAX_TEXT_LENGTH = 4096
"""Characters of a text message (Cloud API, text object)."""
_NAMES = ("first_name", "name")
"""Names of variables that are the name of a contact's field."""


def drawn(template: Template, fields: Mapping[str, str]) -> dict[str, str]:
    """The values to begin with: those of the contact, and "" for all that a person has to say.

    fields: as of contacts.fields_of. {{first_name}} and {{name}} draw on them; of numbered variables the
    first of the body, which is usually the name. Never the example that WhatsApp was given, and never a code.
    """
    values = dict.fromkeys(template.variables, "")
    body = templates.placeholders(template.body)
    if template.category is Category.AUTHENTICATION or not body:
        return values
    if body[0].isdecimal():
        values[body[0]] = fields.get("first_name", "")
    return values | {name: fields.get(name, "") for name in body if name in _NAMES}


@dataclass(frozen=True, slots=True)
class ComposeState:
    """A draft to one contact: free text, or a template with its values.

    facts, policy, last_inbound_at: as known when the box was last refreshed; the claim asks again.
    """

    contact_id: int = 0
    contact_name: str = ""
    text: str = ""
    template: Template | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = Facts()
    policy: Policy = Policy()
    last_inbound_at: datetime | None = None
    note: str = ""
    """Why an earlier attempt came back as this draft; "" otherwise."""

    def type(self, text: str) -> "ComposeState":
        return replace(self, text=text)

    def choose(self, template: Template, values: Mapping[str, str]) -> "ComposeState":
        return replace(self, template=template, values=dict(values))

    def set_value(self, name: str, value: str) -> "ComposeState":
        return replace(self, values={**self.values, name: value})

    def drop_template(self) -> "ComposeState":
        return replace(self, template=None, values={})

    def sent(self) -> "ComposeState":
        """The empty box after a message was handed over."""
        return replace(self, text="", template=None, values={}, note="")

    def know(self, facts: Facts, policy: Policy, last_inbound_at: datetime | None) -> "ComposeState":
        """The same draft beside newer facts."""
        return replace(self, facts=facts, policy=policy, last_inbound_at=last_inbound_at)

    def needs_template(self, now: datetime) -> bool:
        """True when the window is closed: the picker takes the place of the text box."""
        return not window.is_open(self.last_inbound_at, now)

    @property
    def shows_banner(self) -> bool:
        """The banner is about the contact, whatever is being written."""
        return self.facts.says_no or (self.policy.strict and self.facts.opt_in is OptIn.NONE)

    @property
    def category(self) -> Category:
        return self.template.effective_category if self.template else Category.SERVICE

    def verdict(self, now: datetime, override: Override | None = None) -> Verdict:
        """What the rule says of this draft now."""
        template_id = self.template.id if self.template else None
        if override and (override.contact_id, override.template_id) != (self.contact_id, template_id):
            override = None  # given for someone or something else
        return consent.decide(
            Question(
                Path.COMPOSE,
                self.category,
                self.facts,
                self.policy,
                override=override,
                template_revision=self.template.revision if self.template else None,
                window_open=window.is_open(self.last_inbound_at, now),
            )
        )

    def reason_to_send(self, reason: str, user_id: int) -> Override:
        """A person's reason, bound to what this draft shows."""
        revision = self.template.revision if self.template else None
        template_id = self.template.id if self.template else None
        return Override(
            reason.strip(), user_id, self.facts.consent_event_id, revision, self.contact_id, template_id
        )

    def blocked_by(self, now: datetime) -> str:
        """Why it cannot be sent yet, as a sentence; "" when it can."""
        if self.template is not None:
            empty = templates.missing(self.template, self.values)
            if empty:
                return f"Fill {_listed(self.template, empty)} first."
            why = template_notices.not_sendable(self.template)
            return f"{why}. Choose another template." if why else ""
        if self.needs_template(now):
            return "The reply window is closed. Choose a template."
        if not self.text.strip():
            return "Write something first."
        if len(self.text) > MAX_TEXT_LENGTH:
            return f"{len(self.text):,} characters; WhatsApp takes {MAX_TEXT_LENGTH:,}. Shorten it."
        return ""

    def to_json(self) -> dict[str, Any]:
        """What is kept of a draft across restarts."""
        return {
            "text": self.text,
            "template_id": self.template.id if self.template else None,
            "values": dict(self.values),
            "note": self.note,
        }


def variable_label(template: Template, name: str) -> str:
    """What the field of a variable is called: 'Variable 1', 'Header', 'Button “Track”', 'order number'."""
    part, _, inner = name.rpartition(":")
    if part == "header":
        return "Header" if len(templates.placeholders(template.header_text)) == 1 else f"Header {inner}"
    if part.startswith("button"):
        index = int(part.removeprefix("button"))
        return f"Button “{template.buttons[index].text}”" if index < len(template.buttons) else name
    return f"Variable {name}" if name.isdecimal() else name.replace("_", " ")


def _listed(template: Template, names: Sequence[str]) -> str:
    """'Variable 2', 'Variable 2 and Variable 3', 'Header, Variable 2 and order number': the fields' own names."""
    said = [variable_label(template, name) for name in names]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
